"""The nouns of the house; every other module speaks in these.

All of them are frozen values. Datetimes are aware, URLs absolute and percent-encoded, languages BCP 47 tags,
paths relative to the site's folder with forward slashes.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct, field

# What an empty Atom feed says when it must name a time: fixed, so that no output depends on the clock.
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


class Problem(Struct, frozen=True, order=True):
    """Something that a person should mend; never an exception."""

    path: str
    line: int  # 1-based; 0 when the whole file is meant
    what: str
    mend: str
    rule: str = ""  # where the rule comes from: "RFC 4287 4.2.6"

    def __str__(self) -> str:
        where = f"{self.path}:{self.line}" if self.line else self.path
        return f"{where}: {self.what}; {self.mend}" + (f" ({self.rule})" if self.rule else "")


class LeftOut(Struct, frozen=True, order=True):
    """A file that rightly stands in no feed, and why: "draft", "scheduled", "expired", "unpublished", ..."""

    path: str
    reason: str


class Author(Struct, frozen=True):
    """A person or group that wrote a post."""

    name: Annotated[str, "Name shown to readers."] = ""
    email: Annotated[str, "Address; feeds publish it, so leave it empty to keep it private."] = ""
    url: Annotated[str, "Home page."] = ""


class Enclosure(Struct, frozen=True):
    """A media file that belongs to a post."""

    url: str
    type: str  # a media type: "audio/mpeg"
    length: int = 0  # bytes; 0 when unknown
    duration: int = 0  # seconds; 0 when unknown


class Post(Struct, frozen=True, gc=False):
    """A piece that the author wrote: one file, without its body."""

    path: str
    url: str
    title: str  # plain text, one line; "" when the author gave none
    published: datetime
    updated: datetime  # never before `published`; equal to it until the author says otherwise
    id: str = ""  # what feed readers tell posts apart by; filled in by `identity`
    guid: str = ""  # the id that the front matter asks for
    authors: tuple[Author, ...] = ()
    categories: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    language: str = ""  # "" is the site's
    summary: str = ""  # plain text from the front matter; "" means "take it from the body"
    image: str = ""
    enclosures: tuple[Enclosure, ...] = ()
    markup: str = "markdown"  # how the body is written: a key of `markup.renderers.RENDERERS`
    template: str = ""  # whose template code may stand in it: a key of `markup.templates.FAMILIES`
    opens_with_title: bool = False  # the body's first heading is the title; `read_body` leaves it out
    opening: str = ""  # mark of how the body begins, by which `identity` knows a post that was moved
    draft: bool = False
    expires: datetime | None = None
    season: int = 0  # of a podcast; 0 when it says none
    episode: int = 0
    explicit: bool | None = None  # None: as the show
    aliases: tuple[str, ...] = ()  # where it was served before, as it says itself


class Entry(Struct, frozen=True):
    """A post with its body rendered, as a feed or an issue shows it."""

    post: Post
    html: str  # clean, absolute, safe in XML
    summary: str  # plain text, one paragraph
    image: str = ""  # the front matter's, else the first of the body


class Podcast(Struct, frozen=True, forbid_unknown_fields=True):
    """The show, where posts are episodes: directories of podcasts list it by this."""

    category: Annotated[
        tuple[str, ...],
        'Categories of Apple Podcasts, a narrower one behind ">": "Society & Culture > Philosophy"; with one, posts '
        "are episodes of a show.",
    ] = ()
    image: Annotated[str, "Square cover, JPEG or PNG of 1400 to 3000 pixels; an address, or a path on the site."] = ""
    author: Annotated[str, "Who makes it; empty: the site's author."] = ""
    owner: Annotated[Author, "Whom directories ask; its address is published."] = Author()
    explicit: Annotated[bool, "Not for children."] = False
    type: Annotated[Literal["episodic", "serial"], "Serial: to be heard from the first episode on."] = "episodic"


class History(Struct, frozen=True):
    """Where a document stands in the history of its feed (RFC 5005); with neither, it is the whole of it."""

    previous: Mapping[str, str] = field(default_factory=dict)  # format name -> the archive document before it
    current: Mapping[str, str] = field(default_factory=dict)  # of an archive document: where the feed itself is
    following: Mapping[str, str] = field(default_factory=dict)  # of an archive document: the one after it


class Feed(Struct, frozen=True):
    """One feed in whatever formats: the site's, or that of one category."""

    id: str
    title: str
    home_url: str  # the page it speaks for
    urls: Mapping[str, str]  # format name -> where that file is served
    posts: tuple[Post, ...]  # newest first
    description: str = ""
    language: str = ""
    authors: tuple[Author, ...] = ()
    copyright: str = ""
    icon: str = ""
    hub: str = ""
    stylesheet: str = ""
    category: str = ""  # "" for the site's own feed
    folder: str = ""  # where its files lie below `out`: "feeds/<slug>"; "" for the site's own feed
    content: str = "full"  # or "summary"
    history: History | None = None  # None: it says nothing of older posts
    podcast: Podcast | None = None  # None: it is no show
    publisher: str = ""  # the name of the site, which answers for posts of nobody

    @property
    def updated(self) -> datetime:
        """When anything in it last changed."""
        return max((post.updated for post in self.posts), default=EPOCH)


class Site(Struct, frozen=True, forbid_unknown_fields=True):
    """The publication: what `[site]` in feeds.toml says of it."""

    url: Annotated[str, "Public address of the site; absolute, ends in a slash."]
    title: Annotated[str, "Name of the site."]
    description: Annotated[str, "One sentence about it."] = ""
    language: Annotated[str, "BCP 47 language tag; the text direction follows from it."] = "en"
    timezone: Annotated[str, "IANA time zone that dates without one are in."] = "UTC"
    author: Annotated[Author, "Who writes, where a post does not say."] = Author()
    copyright: Annotated[str, "Copyright line."] = ""
    icon: Annotated[str, "Square image; an address, or a path on the site."] = ""


class Style(Struct, frozen=True, forbid_unknown_fields=True):
    """What is a newsletter's own in the look of its mails."""

    logo: Annotated[str, "Picture above the name; an address, or a path on the site; empty: the site's icon."] = ""
    accent: Annotated[str, 'Colour of links and buttons: "#0f5b4c".'] = "#0f5b4c"
    accent_in_dark: Annotated[str, "The same in mail programs that are set to dark."] = "#74cdb5"
    fonts: Annotated[
        Literal["auto", "serif", "sans"] | tuple[str, ...],
        "Letters: by the script of the language, of a kind, or of these families where a reader has them.",
    ] = "auto"


class Newsletter(Struct, frozen=True, forbid_unknown_fields=True):
    """A recurring mail: one `[[newsletter]]` of feeds.toml."""

    name: Annotated[
        str,
        Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,31}$"),
        "Short name of a-z, 0-9 and -, for commands and addresses. Readers have it by this: keep it, change the title.",
    ]
    title: Annotated[str, "Name that readers see; empty: the site's title."] = ""
    cadence: Annotated[
        str, '"on publish", "daily at 07:30", "weekly on monday at 08:00", "monthly on 1 at 09:00", or a cron line.'
    ] = "weekly on monday at 08:00"
    offer: Annotated[tuple[str, ...], "Other cadences that a reader may choose."] = ()
    timezone: Annotated[Literal["site", "reader"], "Whose clock the cadence goes by."] = "site"
    categories: Annotated[tuple[str, ...], 'Categories it carries; ["*"] is all.'] = ("*",)
    content: Annotated[Literal["full", "summary"], "How much of each post it shows."] = "summary"
    min_posts: Annotated[int, Meta(ge=1), "With fewer new posts, they wait for the next time."] = 1
    max_posts: Annotated[int, Meta(ge=1), "The newest this many in full, the rest as links."] = 30
    approve: Annotated[bool, "Hold each issue until `feeds issue approve`."] = False
    by_mail: Annotated[bool, "Readers may subscribe by a mail to `mail.bounces.address`, which they confirm."] = True
    by_web: Annotated[bool, "Readers may subscribe on the pages of `[web]`, which they confirm by mail."] = True
    settle: Annotated[int, Meta(ge=0), 'Minutes that "on publish" gives the author to correct a new post.'] = 10
    max_burst: Annotated[
        int, Meta(ge=1), 'With more new posts at once ("on publish") or more late ones (else), a person is asked first.'
    ] = 10
    style: Style = Style()


class Variant(Struct, frozen=True):
    """One form of an issue: the same bytes for every reader who has the same unsent posts, topics and language."""

    key: str  # tells it apart within its issue
    subject: str
    html: str
    text: str
    post_ids: tuple[str, ...]
    language: str


class Issue(Struct, frozen=True):
    """One dated sending of a newsletter."""

    id: int
    newsletter: str
    number: int  # 1, 2, 3, ... within its newsletter
    due_key: str  # local-time label of the occasion: "2026-11-23T08:00"
    state: str  # "waiting" (for approval), "open", "paused", "done", "cancelled"
    opened: datetime
    deliveries: Mapping[str, int] = field(default_factory=dict)  # state -> how many


class Subscription(Struct, frozen=True):
    """What a subscriber chose to get."""

    newsletter: str
    categories: tuple[str, ...] = ()  # none is all
    cadence: str = ""  # "" is the newsletter's


class Subscriber(Struct, frozen=True):
    """A person who asked for mail."""

    id: int
    email: str
    name: str = ""
    language: str = ""  # "" is the site's
    timezone: str = ""
    status: str = "active"  # "pending", "active", "unsubscribed", "bounced", "complained", "erased"
    subscriptions: tuple[Subscription, ...] = ()


class Outcome(Struct, frozen=True):
    """What became of handing over one message."""

    state: str  # "sent", "deferred", "failed", "uncertain", "skipped", "queued", and "bounced" or "complained" later
    code: int = 0  # SMTP reply code (RFC 5321 4.2)
    enhanced: str = ""  # enhanced status code (RFC 3463): "5.1.1"
    reply: str = ""  # the answer, in words
    counts: bool = True  # as one of the tries that a delivery has
    meaning: str = ""  # name of the `feeds.replies.Verdict`, of a backend that has replies: "address", "policy", ...

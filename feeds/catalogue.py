"""Which posts stand where: in order, in groups, in feeds; and what groups and feeds are called."""

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from hashlib import sha256
from operator import attrgetter
from urllib.parse import quote

from msgspec import Struct
from msgspec.structs import replace

from feeds.formats import FORMATS, places
from feeds.identity import authority_of, tag_uri
from feeds.markup import absolute_url
from feeds.model import EPOCH, Author, Feed, LeftOut, Podcast, Post, Site
from feeds.sources.permalink import hyphenated

STYLESHEET = "feed.css"
_SLUG_BYTES = 80
_PLAIN = "/+@~"  # what no address needs to escape in a path, and engines do not (RFC 3986 3.3)
_LISTED = 300  # letters of a list for a person
# Names of devices, which Windows does not let a folder have.
_PORTS = (f"{port}{number}" for port in ("com", "lpt") for number in "0123456789¹²³")
_RESERVED = frozenset({"con", "prn", "aux", "nul", *_PORTS})


class Group(Struct, frozen=True):
    """The posts that share a category, tag, author or language."""

    by: str
    name: str
    slug: str  # unique among the groups of one kind; safe as the name of a folder on any system
    posts: tuple[Post, ...]  # in the order they came in
    spelling: str = ""  # as `places.spelled` has it, unique as well; "" where the slug has to do


def publishable(
    posts: Iterable[Post], now: datetime, drafts: bool = False, future: bool = False
) -> tuple[tuple[Post, ...], tuple[LeftOut, ...]]:
    """Part the posts that are to be public at `now` from the drafts, scheduled and expired ones."""
    public, left_out = [], []
    for post in posts:
        if reason := _reason(post, now, drafts, future):
            left_out.append(LeftOut(post.path, reason))
        else:
            public.append(post)
    return tuple(public), tuple(left_out)


def next_change(posts: Iterable[Post], now: datetime, future: bool = False) -> datetime | None:
    """Return when other posts will be public than at `now`; None for never."""
    moments = [post.expires for post in posts if post.expires and post.expires > now]
    if not future:
        moments += [post.published for post in posts if post.published > now]
    return min(moments, default=None)


def _reason(post: Post, now: datetime, drafts: bool, future: bool) -> str:
    if post.draft and not drafts:
        return "draft"
    if post.expires and post.expires <= now:
        return "expired"
    return "scheduled" if post.published > now and not future else ""


def newest_first(posts: Iterable[Post]) -> tuple[Post, ...]:
    """Put the latest publication first; of posts of the same moment, the one with the lesser id."""
    return tuple(sorted(sorted(posts, key=attrgetter("id")), key=attrgetter("published"), reverse=True))


def groups(posts: Sequence[Post], by: str = "category", paths: str = "default") -> tuple[Group, ...]:
    """Group posts, newest first, by "category", "tag", "author" or "language"; names that differ in case are one.

    Names and slugs are settled from the oldest post on, so that no new post changes those that are there: a group
    shows its first spelling, and of "C" and "C++" the first gets "c". `paths` is a key of `places.PLACES`.
    """
    ordered = sorted(posts, key=attrgetter("published"), reverse=True)
    # Many posts have the same names.
    keys = {each: _spelled(each) for each in dict.fromkeys(_names(post, by) for post in reversed(ordered))}
    names: dict[str, str] = {}
    for spelled in keys.values():
        for key, name in spelled.items():
            names.setdefault(key, name)
    members: dict[str, list[Post]] = {key: [] for key in names}
    for post in posts:
        for key in keys[_names(post, by)]:
            members[key].append(post)
    slugs, spellings = _slugs(names), _spellings(names, paths)
    made = (Group(by, names[key], slugs[key], tuple(members[key]), spellings[key]) for key in names)
    return tuple(sorted(made, key=lambda group: group.slug))


def _names(post: Post, by: str) -> tuple[str, ...]:
    if by == "category":
        return post.categories
    if by == "tag":
        return post.tags
    return tuple(filter(None, [author.name for author in post.authors] if by == "author" else [post.language]))


def names_of(post: Post, kinds: Iterable[str], language: str) -> Iterator[tuple[str, str]]:
    """Yield the groups that a post is in: their kind, and what their names have alike; `language` is the site's."""
    for by in kinds:
        yield from ((by, name) for name in _spelled(_names(spoken(post, language), by)))


def spoken(post: Post, language: str) -> Post:
    """Return a post that says its language, which is the site's where it says none."""
    return post if post.language else replace(post, language=language)


def _spelled(names: Iterable[str]) -> dict[str, str]:
    """Map what names have alike to the first spelling."""
    found: dict[str, str] = {}
    for name in names:
        found.setdefault(folded(name), name)
    return found


def folded(name: str) -> str:
    """Return what two names have alike when they are one, however they are spelled."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def unheard(categories: Iterable[str], posts: Iterable[Post]) -> Iterator[tuple[str, str]]:
    """Say of each category that no post is in that it is so, and which categories there are."""
    known = {folded(name): name for post in posts for name in post.categories}
    listed = f"known: {', '.join(sorted(known.values()))}"[:_LISTED] if known else "no post has a category"
    yield from ((f"no post is in {name!r}", listed) for name in categories if folded(name) not in known)


def _slugs(keys: Iterable[str]) -> dict[str, str]:
    """Give each key its own slug; the first that comes gets the plain one."""
    slugs: dict[str, str] = {}
    taken = {"", *_RESERVED}
    for key in keys:
        digest = sha256(key.encode()).hexdigest()
        plain = slug(key)
        longer = (f"{plain}-{digest[:length]}".lstrip("-") for length in range(4, 64, 4))
        slugs[key] = next(each for each in (plain, *longer) if each not in taken)
        taken.add(slugs[key])
    return slugs


def _spellings(names: Mapping[str, str], paths: str) -> dict[str, str]:
    """Spell the name of each key as an engine does in addresses; of names spelled alike the first has it."""
    spelled = {key: places.spelled(paths, name) for key, name in names.items()}
    first = {folded(spelling): key for key, spelling in reversed(spelled.items())}
    return {key: spelling if first[folded(spelling)] == key else "" for key, spelling in spelled.items()}


def slug(name: str) -> str:
    """Make a name fit for a folder and an address: letters, marks and digits of any script, small, in 80 bytes."""
    return hyphenated(folded(name)).encode()[:_SLUG_BYTES].decode(errors="ignore").rstrip("-")


def feeds_for(
    site: Site,
    posts: Sequence[Post],
    *,
    by: Sequence[str] = ("category",),
    formats: Sequence[str] = tuple(FORMATS),
    limit: int = 20,
    content: str = "full",
    hub: str = "",
    podcast: Podcast | None = None,
    authority: str = "",
    paths: str = "default",
) -> tuple[Feed, ...]:
    """Make the feeds of a site: its own first, then one for each group of the kinds in `by`.

    `posts` are public, newest first and have their ids; `limit` is the most that a feed holds. `authority` is the
    host that ids are made with, by default that of the site's address; `paths` a key of `places.PLACES`.
    """
    authority = authority or authority_of(site.url)
    whole = Feed(
        id=_feed_id(authority, ""),
        title=site.title,
        home_url=site.url,
        urls=_urls(site, paths, formats),
        posts=tuple(posts[:limit]),
        description=site.description,
        language=site.language,
        authors=() if site.author == Author() else (site.author,),
        copyright=site.copyright,
        icon=absolute_url(site.icon, site.url),
        hub=hub,
        stylesheet=absolute_url(STYLESHEET, site.url),
        content=content,
        podcast=podcast and _show(podcast, site),
        publisher=site.title,
    )
    speaking = [spoken(post, site.language) for post in posts] if "language" in by else ()
    parts = (group for kind in by for group in groups(speaking if kind == "language" else posts, kind, paths))
    urls = ((group, _urls(site, paths, formats, group)) for group in parts)
    return (whole, *(_part(whole, group, site, authority, limit, each) for group, each in urls))


def _show(podcast: Podcast, site: Site) -> Podcast:
    return replace(
        podcast,
        image=absolute_url(podcast.image, site.url),
        author=podcast.author or site.author.name,
        owner=site.author if podcast.owner == Author() else podcast.owner,
    )


def _part(whole: Feed, group: Group, site: Site, authority: str, limit: int, urls: Mapping[str, str]) -> Feed:
    folder = places.folder(group.by, group.slug)
    return replace(
        whole,
        id=_feed_id(authority, folder),
        title=f"{group.name} – {site.title}",
        urls=urls,
        posts=group.posts[:limit],
        language=group.name if group.by == "language" else site.language,
        category=group.name,
        folder=folder,
    )


def _feed_id(authority: str, folder: str) -> str:
    # Of a fixed day: a feed has no date of its own that could not change.
    return tag_uri(authority, EPOCH.date(), folder or "feed")


def _urls(site: Site, paths: str, formats: Sequence[str], group: Group | None = None) -> dict[str, str]:
    group = group or Group("", "", "", ())
    path = partial(places.place, paths, group.by, group.slug, group.spelling)
    return {name: absolute_url(quote(path(name), safe=_PLAIN), site.url) for name in formats}

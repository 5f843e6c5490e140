"""What the templates of a digest are given."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from hashlib import sha256
from html import unescape
from itertools import repeat
from typing import Any
from zoneinfo import ZoneInfo

from markupsafe import Markup, escape
from msgspec import Struct

from feeds.colour import SHEET, SHEET_IN_DARK
from feeds.digest.body import mail_safe
from feeds.digest.budget import EXCERPTS, Cut
from feeds.digest.text import led, running, shortened, visible, wrapped
from feeds.digest.wording import Voice, say, script, script_of
from feeds.mail import Letterhead
from feeds.mail.bodies import NAME, NAME_IN_HTML
from feeds.mail.headers import one_line
from feeds.markup import absolute_url, direction
from feeds.model import Entry, Site, Style, Variant

SUBJECT = 60  # visible characters; phones show half of them
PREHEADER = 120
TEXT_EXCERPT = 300
LEAD = 170  # percent of what the others have, for the excerpt of the first post
_IMAGE = re.compile(r"<img\b[^>]*>")


class Item(Struct, frozen=True):
    """A post as it is shown: all in its own language."""

    title: str
    url: str
    language: str
    direction: str  # of its text
    label_direction: str  # of its date and authors, which we write: that of its language
    script: str  # "arab", "latn", ...: the class that sets the fonts
    date: str
    authors: str
    category: str
    excerpt: str
    read_on: str
    image: str
    alt: str
    html: Markup  # empty when only the excerpt is shown


class Edition(Struct, frozen=True):
    """An issue in one language, before it is decided how much of it fits."""

    site: Site
    entries: tuple[Entry, ...]  # newest first
    voice: Voice
    voices: Mapping[str, Voice]  # by the languages of the posts
    letter: Letterhead
    style: Style
    dated: datetime

    @property
    def subject(self) -> str:
        """The first title, and how many posts come with it."""
        title, others = self._title(self.entries[0]), len(self.entries) - 1
        sentence = self.voice.plural(self.voice.wording.subject, others) if others else "{title}"
        room = SUBJECT - visible(say(sentence, title=""))
        return led(say(sentence, title=shortened(title, room)), direction(self.voice.language))

    @property
    def preheader(self) -> str:
        """What mail programs show after the subject: the other titles, or how the only post begins."""
        titles = " · ".join(self._title(entry) for entry in self.entries[1:])
        return shortened(titles or one_line(self.entries[0].summary), PREHEADER)

    def values(self) -> dict[str, Any]:
        """Return what HTML and text have in common, whatever is cut."""
        start, end = ("right", "left") if direction(self.voice.language) == "rtl" else ("left", "right")
        return {
            "date": self.voice.date(self.day(self.dated)),
            "direction": direction(self.voice.language),
            "end": end,
            "issue": say(self.voice.wording.issue, number=self.voice.number(self.letter.number)),
            "language": self.voice.language,
            "letter": self.letter,
            "preheader": self.preheader,
            "script": script(self.voice.language),
            "sheet": SHEET,
            "sheet_in_dark": SHEET_IN_DARK,
            "site": self.site,
            "site_direction": direction(self.site.language),
            "start": start,
            "style": self.style,
            "subject": self.subject,
            "title": self.letter.title,
            "words": self.voice.wording,
        }

    def for_html(self, cut: Cut) -> dict[str, Any]:
        """Return what digest.html shows of the posts."""
        limits = [cut.excerpt * LEAD // 100, *repeat(cut.excerpt, cut.posts - 1)]
        items = [
            self._item(entry, limit, image=place < cut.images, full=place < cut.full)
            for place, (entry, limit) in enumerate(zip(self.entries, limits, strict=False))
        ]
        own = {"isolated": self._isolated, "logo": self._logo(), "name": NAME_IN_HTML, "say": self._say_in_html}
        return {**self._posts(cut, items), **own}

    def for_text(self, cut: Cut) -> dict[str, Any]:
        """Return what digest.txt shows of the posts: an excerpt of each, shorter where those of the HTML are."""
        limit = TEXT_EXCERPT * cut.excerpt // EXCERPTS[0]  # filters count against a mail whose parts differ
        items = [self._item(entry, limit) for entry in self.entries[: cut.posts]]
        return {**self._posts(cut, items), "lead": led, "name": NAME, "say": say, "wrap": wrapped}

    def variant(self, html: str, text: str) -> Variant:
        """Return what it became, under a key that is the same for the same words."""
        key = sha256("\0".join((self.subject, html, text)).encode()).hexdigest()[:16]
        post_ids = tuple(entry.post.id for entry in self.entries)
        return Variant(key, self.subject, html, text, post_ids, self.voice.language)

    def _posts(self, cut: Cut, items: list[Item]) -> dict[str, Any]:
        links = [self._item(entry, 0) for entry in self.entries[cut.posts : cut.posts + cut.links]]
        left = len(self.entries) - cut.posts - cut.links
        return {
            "items": items,
            "links": links,
            "more": self.voice.plural(self.voice.wording.more, left) if left else "",
        }

    def _item(self, entry: Entry, limit: int, *, image: bool = False, full: bool = False) -> Item:
        post = entry.post
        voice = self.voices[post.language or self.site.language]
        html = mail_safe(entry.html) if full else ""
        text = f"{self._title(entry)} {entry.summary[:TEXT_EXCERPT]}"
        own_way = direction(voice.language)
        way = running(text, own_way)
        picture = entry.image if image and entry.image.startswith(("http://", "https://")) else ""
        return Item(
            title=self._title(entry),
            url=post.url,
            language=voice.language,
            direction=way,
            label_direction=own_way,
            script=script(voice.language) if way == own_way else script_of(text),
            date=voice.date(self.day(post.published), "long"),
            authors=self._authors(entry, voice),
            category=one_line(next(iter(post.categories), "")),
            excerpt=shortened(self._rest(entry), limit),
            read_on=voice.wording.read_on,
            image="" if picture and escape(picture) in html else picture,
            alt=_alt(entry) or self._title(entry),
            html=Markup(html),  # noqa: S704 - nh3 has just cleaned it
        )

    def _logo(self) -> str:
        """Return the address of the picture above the name; no mail program shows an icon in SVG or ICO."""
        icon = "" if self.site.icon.lower().endswith((".svg", ".ico")) else self.site.icon
        return absolute_url(self.style.logo or icon, self.site.url)

    def _title(self, entry: Entry) -> str:
        start = shortened(one_line(entry.summary), SUBJECT)
        return one_line(entry.post.title) or start or self.voice.wording.untitled

    def _rest(self, entry: Entry) -> str:
        """Return the summary, without what stands in for the title."""
        summary = one_line(entry.summary)
        if one_line(entry.post.title) or not summary:
            return summary
        rest = summary.removeprefix(self._title(entry).removesuffix("…")).strip()
        return f"…{rest}" if rest else ""

    def _authors(self, entry: Entry, voice: Voice) -> str:
        """Name the authors, unless it is who writes anyway."""
        names = [one_line(author.name) for author in entry.post.authors if author.name]
        is_usual = names == [self.site.author.name]
        return say(voice.wording.authors, names=voice.names(names)) if names and not is_usual else ""

    def _isolated(self, text: object) -> Markup:
        """Let a name run its own way and leave what is around it as it is. Neither Gmail nor Outlook knows <bdi>."""
        way = running(str(text), direction(self.site.language))
        return Markup('<span dir="{}">{}</span>').format(way, text)

    def _say_in_html(self, sentence: str, **values: object) -> Markup:
        isolated = {name: self._isolated(value) for name, value in values.items()}
        return Markup(say(str(escape(sentence)), **isolated))  # noqa: S704 - both are escaped

    def day(self, moment: datetime) -> date:
        """Return the date of a moment on the site's clock."""
        return moment.astimezone(ZoneInfo(self.site.timezone)).date()


def _alt(entry: Entry) -> str:
    """Return the alternative text that the body gives the image of a post."""
    for tag in _IMAGE.findall(entry.html):
        attributes = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        if unescape(attributes.get("src", "")) == entry.image:
            return one_line(unescape(attributes.get("alt", "")))
    return ""

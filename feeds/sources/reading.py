"""One file's text as a Post, or why it is none."""

import re
from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace

from feeds.identity.marks import WINDOW, opening
from feeds.markup import absolute_url, clean_text
from feeds.model import Author, LeftOut, Post, Problem, Site
from feeds.sources import dates, enclosures, fields, front_matter, heading
from feeds.sources.authors import authors
from feeds.sources.dialect import WHOLE, Dialect, Piece
from feeds.sources.files import suffix
from feeds.sources.front_matter import FrontMatter
from feeds.sources.text import one_line, plain

_WRITE = "write it like 2024-01-31 10:00:00 +0100"
_HOW_TO_DATE = 'add "date: 2024-01-31 10:00:00" to its front matter, or start its name with 2024-01-31-'
_RAW = re.compile(r"\s*<(?:!|h1)", re.IGNORECASE)
_HIDDEN = frozenset({"hidden", "private", "unpublished", "skip"})  # values of `status`


class Parsed(Struct, frozen=True):
    """What became of one file: a post (its id still ""), or why there is none, and what is to be mended."""

    post: Post | None
    left_out: LeftOut | None = None
    problems: tuple[Problem, ...] = ()


class Beside(Struct, frozen=True):
    """What other files say of a post."""

    header: str = ""  # front matter in a file of its own
    header_path: str = ""
    values: Mapping[str, Any] = MappingProxyType({})  # by `key_name`; what the post says itself counts more
    people: Mapping[str, Any] = MappingProxyType({})  # authors by key


NOTHING = Beside()


def parse(text: str, path: str, site: Site, dialect: Dialect, beside: Beside = NOTHING) -> Parsed:
    """Make a post of a file's text; `path` is relative to the site's folder. Never raises."""
    reading = _Reading(text, path, site, dialect, beside)
    post, reason = None, ""
    if not reading.matter.is_broken:
        reason = reading.reason()
        published = None if reason else reading.published()
        if published:
            post = reading.post(published)
        elif not reason and reading.is_draft:  # engines let drafts go undated
            reading.problems.clear()
            reason = "draft"
    return Parsed(post, LeftOut(path, reason) if reason else None, tuple(reading.problems))


def enough(text: str) -> bool:
    """Tell whether `parse` makes of this beginning of a file's text what it makes of the whole.

    That takes front matter between fences, and what `heading` and `opening` look at: two lines and a window. "No" is
    no more than "not surely": forms without fences, and bodies that open with a comment or heading of HTML, are to be
    read to the end.
    """
    block = front_matter.find(text, "")
    if block.kind not in ("yaml", "toml") or _RAW.match(block.body):
        return False
    lines = block.body.lstrip().split("\n", 2)
    return len(lines) == 3 and len(lines[2]) >= WINDOW


def _matter(text: str, path: str, beside: Beside) -> FrontMatter:
    """Read the front matter of a post, wherever it stands."""
    matter = front_matter.read(text, path)
    if beside.header and not matter.block.kind:
        header = front_matter.read(beside.header, beside.header_path)
        matter = replace(header, block=replace(header.block, body=matter.body, body_line=matter.block.body_line))
    return replace(matter, values={**beside.values, **matter.values}) if beside.values else matter


class _Reading:
    """What the text and the path of one file say, and the problems met in finding out."""

    def __init__(self, text: str, path: str, site: Site, dialect: Dialect, beside: Beside) -> None:
        self.matter = _matter(text, path, beside)
        self.problems = list(self.matter.problems)
        self._people = beside.people
        self._place = dialect.place(path)
        self._site, self._dialect, self._keys = site, dialect, dialect.keys
        self._zone = ZoneInfo(site.timezone)
        self._markup = dialect.markups.get(suffix(path), "markdown")
        self._status = one_line(self.matter.values.get("status")).lower()

    @property
    def is_draft(self) -> bool:
        """Whether the author is still at it."""
        is_said = fields.truth(self.matter.values.get("draft")) is True or self._status == "draft"
        return is_said or self._place.is_draft

    def reason(self) -> str:
        """Say why a post stands in no feed whatever its date, "" when it may stand in one."""
        values = self.matter.values
        if self._place.needs_front_matter and not self.matter.block.kind:
            return "no front matter"
        stated = dict(fields.said(values, fields.keys_of(self._dialect.states)))
        for key, truth, reason in self._dialect.states if stated else ():
            if key in stated and fields.truth(stated[key]) is truth:
                return reason
        if ("redirect" in values or "redirect_to" in values) and not self.matter.body.strip():
            return "redirect"
        return "hidden" if self._status in _HIDDEN else ""

    def published(self) -> datetime | None:
        """Find the date of a post: its key, else its path; never a guess."""
        key, stated = self.matter.first(self._keys.date)
        if key and (published := dates.moment(stated, self._zone)):
            return published
        day = self._place.day or self._day_of_address()
        in_path = dates.moment(day, self._zone)
        if key:
            mend = f"the {in_path:%Y-%m-%d} of its path counts; {_WRITE}" if in_path else _WRITE
            self._problem(key, f"{key}: {_shown(stated)} is no date", mend)
        elif not in_path and not self.matter.is_salvaged:  # else it is named already
            self._problem("", f"{day} in its path is no date" if day else "no date", _HOW_TO_DATE)
        return in_path

    def _day_of_address(self) -> str:
        """Return the day in the address that the post asks for: "2014/12/12/x"."""
        said = (one_line(self.matter.values.get(key)) for key in ("path", "permalink", "url"))
        return next(filter(None, (dates.from_folders(address.rstrip("/"))[0] for address in said)), "")

    def post(self, published: datetime) -> Post:
        """Put together what was published then."""
        values, keys = self.matter.values, self._keys
        own = fields.once([*self._place.categories, *fields.terms(values, keys.categories)])
        categories = own or fields.once([self._place.category])
        first_heading, body, _ = heading.split(self.matter.body, self._markup)
        title, opens_with_title = self._title(plain(first_heading))
        language = self._language()
        foreign = language if _primary(language) != _primary(self._site.language) else ""
        url = self._url(Piece(self._place, values, published.astimezone(self._zone), categories, title, foreign))
        return Post(
            path=self._place.path,
            url=url,
            title=title,
            published=published,
            updated=max(published, self._moment(keys.updated) or published),
            guid=one_line(self.matter.first(keys.guid)[1]),
            authors=self._authors(),
            categories=categories,
            tags=tuple(tag for tag in fields.terms(values, keys.tags) if tag not in self._dialect.no_tags),
            language=language,
            summary=next(filter(None, (plain(values[key]) for key in keys.summary if key in values)), ""),
            image=self._image(url),
            markup=self._markup,
            template=self._dialect.template,
            opens_with_title=opens_with_title,
            opening=opening(body),
            draft=self.is_draft,
            expires=self._moment(keys.expires),
            enclosures=enclosures.enclosures(values, url),
            season=enclosures.number(values.get("season")),
            episode=enclosures.number(values.get("episode") or values.get("episode_number")),
            explicit=fields.truth(values.get("explicit")),
            aliases=self._aliases(),
        )

    def _aliases(self) -> tuple[str, ...]:
        if not fields.said(self.matter.values, self._keys.aliases):
            return ()
        given = fields.terms(self.matter.values, tuple((key, WHOLE) for key in self._keys.aliases))
        return tuple(absolute_url(alias.lstrip("/"), self._site.url) for alias in given)

    def _authors(self) -> tuple[Author, ...]:
        key, said = self.matter.first(self._keys.authors)
        if said is None:
            return ()
        if isinstance(said, str) and key in self._dialect.author_lists:
            said = said.split(";" if ";" in said else ",")
        return authors(said, self._site.url, self._people)

    def _url(self, piece: Piece) -> str:
        """Put the address below the site's: "/a/" on https://example.org/blog/ is https://example.org/blog/a/."""
        address = self._dialect.address(piece, self._dialect.permalink)
        if not address.startswith(("http://", "https://")):
            address = self._site.url.rstrip("/") + address
        return absolute_url(address, self._site.url) or self._site.url

    def _title(self, first_heading: str) -> tuple[str, bool]:
        """Return the title, and whether the body opens with it as a heading, which is then not to be shown twice."""
        if title := plain(self.matter.first(self._keys.title)[1]) or first_heading:
            return title, title == first_heading
        words = " ".join(one_line(self._place.slug).replace("_", "-").replace("-", " ").split())
        return words[:1].upper() + words[1:], False

    def _image(self, url: str) -> str:
        stated = fields.said(self.matter.values, self._keys.image)
        image = next(filter(None, (fields.image(value) for _, value in stated)), "")
        if self._dialect.are_images_rooted and not image.startswith("//"):
            return absolute_url(image.lstrip("/"), self._site.url)
        return absolute_url(image, url)

    def _moment(self, keys: tuple[str, ...]) -> datetime | None:
        key, stated = self.matter.first(keys)
        found = dates.moment(stated, self._zone) if key else None
        if key and not found:
            self._problem(key, f"{key}: {_shown(stated)} is no date, so it was passed by", _WRITE)
        return found

    def _language(self) -> str:
        key, stated = self.matter.first(self._keys.language)
        language = fields.language(stated)
        if language is None:
            what = f"{key}: {_shown(stated)} is no language, so the site's counts"
            self._problem(key, what, 'write a tag such as "ar" or "pt-BR"')
        return language or fields.language(self._place.language) or ""

    def _problem(self, key: str, what: str, mend: str) -> None:
        self.problems.append(self.matter.problem(key, what, mend))


def _primary(language: str) -> str:
    return language.partition("-")[0].lower()


def _shown(value: Any) -> str:
    text = " ".join(clean_text(str(value)).split())
    return text if len(text) <= 60 else text[:59] + "…"

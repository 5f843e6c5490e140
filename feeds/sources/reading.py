"""One file's text as a Post, or why it is none."""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace

from feeds.identity.marks import opening
from feeds.markup import absolute_url, clean_text
from feeds.model import Author, Enclosure, LeftOut, Post, Problem, Site
from feeds.sources import dates, enclosures, fields, front_matter, heading
from feeds.sources.authors import authors
from feeds.sources.dialect import WHOLE, Dialect, Keys, Piece
from feeds.sources.files import placed, suffix
from feeds.sources.front_matter import FrontMatter
from feeds.sources.text import one_line, plain

_WRITE = "write it like 2024-01-31 10:00:00 +0100"
_HOW_TO_DATE = 'add "date: 2024-01-31 10:00:00" to its front matter, or start its name with 2024-01-31-'
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


class _Reading:
    """What the text and the path of one file say, and the problems met in finding out."""

    def __init__(self, text: str, path: str, site: Site, dialect: Dialect, beside: Beside) -> None:
        self.matter = _matter(text, path, beside)
        self.values = {**beside.values, **self.matter.values} if beside.values else self.matter.values
        self.problems = list(self.matter.problems)
        self.url = ""
        self._site, self._dialect, self._people = site, dialect, beside.people
        self._place = placed(path, dialect)
        self._shape = _shape(dialect, tuple(self.values))
        self._keys = self._shape.keys
        self._zone = ZoneInfo(site.timezone)
        self._markup = dialect.markups.get(suffix(path), "markdown")
        self._status = one_line(self.values.get("status")).lower()

    @property
    def is_draft(self) -> bool:
        """Whether the author is still at it."""
        is_said = fields.truth(self.values.get("draft")) is True or self._status == "draft"
        return is_said or self._place.is_draft

    def reason(self) -> str:
        """Say why a post stands in no feed whatever its date, "" when it may stand in one."""
        values = self.values
        if self._place.needs_front_matter and not self.matter.block.kind:
            return "no front matter"
        for key, truth, reason in self._shape.states:
            if fields.truth(fields.look_up(values, key)) is truth:
                return reason
        if ("redirect" in values or "redirect_to" in values) and not self.matter.body.strip():
            return "redirect"
        if self._status in _HIDDEN:
            return "hidden"
        undated = self._dialect.undated
        return undated if undated and not (self.is_draft or self.matter.is_salvaged or self._says_when()) else ""

    def _says_when(self) -> bool:
        """Tell whether it has a date anywhere, be it a good one or not."""
        return bool(self._keys.date or self._place.day or self._day_of_address())

    def published(self) -> datetime | None:
        """Find the date of a post: its key, else its path; never a guess."""
        key, stated = fields.first(self.values, self._keys.date)
        if key and (published := self._at(stated)):
            return published
        if key == "published" and fields.truth(stated) is not None:
            key = ""  # it says whether, not when
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
        said = (one_line(self.values.get(key)) for key in ("path", "permalink", "url"))
        return next(filter(None, (dates.from_folders(address.rstrip("/"))[0] for address in said)), "")

    def post(self, published: datetime) -> Post:
        """Put together what was published then."""
        values, keys, place = self.values, self._keys, self._place
        own = fields.terms(values, keys.categories, place.categories)
        categories = own or fields.terms(values, (), (place.category,))
        first_heading, body, _ = heading.split(self.matter.body, self._markup)
        title, opens_with_title = self._title(plain(first_heading) if first_heading else "")
        language = self._language()
        foreign = language if _primary(language) != _primary(self._site.language) else ""
        self.url = self._url(Piece(place, values, self._day(published), categories, title, foreign))
        updated = self._moment(keys.updated) if keys.updated else None
        return Post(
            path=place.path,
            url=self.url,
            title=title,
            published=published,
            updated=max(published, updated) if updated else published,
            categories=categories,
            language=language,
            markup=self._markup,
            template=self._dialect.template,
            opens_with_title=opens_with_title,
            opening=opening(body),
            draft=self.is_draft,
            **{name: say(self) for name, say in self._shape.sayings},
        )

    def _day(self, published: datetime) -> datetime:
        """Return the moment whose day stands in the address."""
        keys, day = self._keys, published
        if keys.day and keys.day != keys.date[:1]:
            day = dates.moment(fields.first(self.values, keys.day)[1], self._zone) or published
        return day if self._dialect.keeps_clocks else day.astimezone(self._zone)

    def guid(self) -> str:
        """Return the id that the author asks for."""
        return one_line(fields.first(self.values, self._keys.guid)[1])

    def authors(self) -> tuple[Author, ...]:
        """List who wrote it."""
        key, said = fields.first(self.values, self._keys.authors)
        if said is None:
            return ()
        if isinstance(said, str) and key in self._dialect.author_lists:
            said = said.split(";" if ";" in said else ",")
        return authors(said, self._site.url, self._people)

    def tags(self) -> tuple[str, ...]:
        """List its tags."""
        return tuple(tag for tag in fields.terms(self.values, self._keys.tags) if tag not in self._dialect.no_tags)

    def summary(self) -> str:
        """Return the first summary that is no empty one."""
        return next(filter(None, (plain(fields.look_up(self.values, key)) for key in self._keys.summary)), "")

    def image(self) -> str:
        """Return the address of its picture."""
        stated = (fields.image(fields.look_up(self.values, key)) for key in self._keys.image)
        image = next(filter(None, stated), "")
        if self._dialect.are_images_rooted and not image.startswith("//"):
            return absolute_url(image.lstrip("/"), self._site.url)
        return absolute_url(image, self.url)

    def expires(self) -> datetime | None:
        """Return when it goes."""
        return self._moment(self._keys.expires)

    def enclosures(self) -> tuple[Enclosure, ...]:
        """List its media files."""
        return enclosures.enclosures(self.values, self.url)

    def season(self) -> int:
        """Return the number of its season."""
        return enclosures.number(self.values.get("season"))

    def episode(self) -> int:
        """Return its number as an episode."""
        return enclosures.number(self.values.get("episode") or self.values.get("episode_number"))

    def explicit(self) -> bool | None:
        """Tell whether it says that it is not for children."""
        return fields.truth(self.values.get("explicit"))

    def aliases(self) -> tuple[str, ...]:
        """List where it was served before."""
        given = fields.terms(self.values, tuple((key, WHOLE) for key in self._keys.aliases))
        return tuple(absolute_url(alias.lstrip("/"), self._site.url) for alias in given)

    def _url(self, piece: Piece) -> str:
        """Put the address below the site's: "/a/" on https://example.org/blog/ is https://example.org/blog/a/."""
        address = self._dialect.address(piece, self._dialect.permalink)
        if not address.startswith(("http://", "https://")):
            address = self._site.url.rstrip("/") + address
        return absolute_url(address, self._site.url) or self._site.url

    def _title(self, first_heading: str) -> tuple[str, bool]:
        """Return the title, and whether the body opens with it as a heading, which is then not to be shown twice."""
        if title := plain(fields.first(self.values, self._keys.title)[1]) or first_heading:
            return title, title == first_heading
        words = " ".join(one_line(self._place.slug).replace("_", "-").replace("-", " ").split())
        return words[:1].upper() + words[1:], False

    def _at(self, stated: object) -> datetime | None:
        zone = UTC if self._dialect.is_utc(self.values, stated) else self._zone
        return dates.moment(stated, zone, knows_zones=self._dialect.knows_zones)

    def _moment(self, keys: tuple[str, ...]) -> datetime | None:
        key, stated = fields.first(self.values, keys)
        found = self._at(stated) if key else None
        if key and not found:
            self._problem(key, f"{key}: {_shown(stated)} is no date, so it was passed by", _WRITE)
        return found

    def _language(self) -> str:
        key, stated = fields.first(self.values, self._keys.language)
        language = fields.language(stated)
        if language is None:
            what = f"{key}: {_shown(stated)} is no language, so the site's counts"
            self._problem(key, what, 'write a tag such as "ar" or "pt-BR"')
        return language or fields.language(self._place.language) or ""

    def _problem(self, key: str, what: str, mend: str) -> None:
        self.problems.append(self.matter.problem(key, what, mend))


class _Shape(Struct, frozen=True):
    """What front matter with certain keys may say."""

    keys: Keys  # of those that mean something the ones that are there
    states: tuple[tuple[str, bool, str], ...]
    sayings: tuple[tuple[str, Callable[[_Reading], Any]], ...]  # fields of `Post`, of those that few posts have


_SAYINGS: Mapping[str, Callable[[_Reading], Any]] = {
    "guid": _Reading.guid,
    "authors": _Reading.authors,
    "tags": _Reading.tags,
    "summary": _Reading.summary,
    "image": _Reading.image,
    "expires": _Reading.expires,
    "enclosures": _Reading.enclosures,
    "season": _Reading.season,
    "episode": _Reading.episode,
    "explicit": _Reading.explicit,
    "aliases": _Reading.aliases,
}


@lru_cache(maxsize=1024)
def _shape(dialect: Dialect, names: tuple[str, ...]) -> _Shape:
    """Find what posts may say that have these keys: of a hundred that are asked for, most have the same five."""

    def there(group: Iterable[Any]) -> tuple[Any, ...]:
        keys = ((each if isinstance(each, str) else each[0], each) for each in group)
        return tuple(each for key, each in keys if key.partition(".")[0] in names)

    keys = Keys(**{kind: there(getattr(dialect.keys, kind)) for kind in Keys.__struct_fields__})
    sayings = tuple((name, say) for name, say in _SAYINGS.items() if getattr(keys, name))
    return _Shape(keys, there(dialect.states), sayings)


def _matter(text: str, path: str, beside: Beside) -> FrontMatter:
    """Read the front matter of a post, wherever it stands."""
    matter = front_matter.read(text, path)
    if not beside.header or matter.block.kind:
        return matter
    header = front_matter.read(beside.header, beside.header_path)
    return replace(header, block=replace(header.block, body=matter.body, body_line=matter.block.body_line))


@lru_cache(maxsize=256)
def _primary(language: str) -> str:
    return language.partition("-")[0].lower()


def _shown(value: Any) -> str:
    text = " ".join(clean_text(str(value)).split())
    return text if len(text) <= 60 else text[:59] + "…"

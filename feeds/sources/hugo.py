"""Hugo: posts anywhere below content/, at the address of their path; languages in folders or before the extension.

As Hugo's documentation has it (content-management/urls, configuration/front-matter), resources/page/permalinks.go and
helpers/path.go (UnicodeSanitize).
"""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from msgspec.structs import replace

from feeds.sources import paths
from feeds.sources.dialect import STATES, WHOLE, Dialect, Keys, Piece, Place, markups
from feeds.sources.fields import look_up
from feeds.sources.key_names import key_name
from feeds.sources.permalink import DAY_PARTS, escape, expander, is_word
from feeds.sources.text import one_line

_KEPT = "./_-+~@#"
_URLIZED = re.compile("[a-z0-9._+~@#-]*")  # most names of files are fine as they are
_END = r"(?:\d{1,2}|last)?"
_SLICE = rf":sections\[({_END}(?:(?::|\.\.){_END})?)\]"
# Parts of Go's layouts of a day (its package time), which are placeholders as well: ":06/:1".
_IN_LAYOUT = (
    "(?P<year>2006)|(?P<short_year>06)|(?P<long_month>January)|(?P<short_month>Jan)|(?P<month>01)|(?P<y_day>002)|"
    "(?P<long_day>Monday)|(?P<short_day>Mon)|(?P<day>02)|(?P<hour>15)|(?P<minute>04)|(?P<second>05)|(?P<i_month>1)|"
    "(?P<i_day>2)"
)
_NO_ESCAPE = re.compile("(?<!%)(?<!%.)[A-Z]+")
_OF_DAY = r":(?=[A-Z0-9])(\w+)"
# What is a date in the name of a file (resources/page/pagemeta/page_frontmatter.go), and the rest.
_DATED = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])(?:.[0-2]\d-[0-5]\d-[0-5]\d)?(.*)", re.DOTALL)
_IN_GLOB = {"**": ".*", "*": "[^/]*", "?": "[^/]", "{": "(?:", "}": ")", ",": "|"}
_KINDS = {"page", "section", "taxonomy", "term", "home"}
_FOLDERS = ("", "config/_default/")
_ENDINGS = ("toml", "yaml", "yml", "json")
_CONFIGURATIONS = tuple(
    f"{folder}{name}.{ending}"
    for folder in _FOLDERS
    for name in ("config", "hugo", *(("permalinks", "languages", "frontmatter") if folder else ()))
    for ending in _ENDINGS
)


@lru_cache(maxsize=1)  # it is asked for twice in a row: for what is handed down to a post, and for the post
def place(path: str) -> Place:
    """Read what a path says: `content/he/post/x.md` and `content/post/x.he.md` are Hebrew and in the section "post"."""
    return paths.place(path, ("content",))


def address(piece: Piece, permalink: str) -> str:
    """Return the path that a post is served at; its own `url` stands as it is, whatever language it is in."""
    values = piece.values
    own = one_line(values.get("url"))
    if own.startswith(("http://", "https://")):
        return own
    if inside := values.get("content_folder"):
        piece = replace(piece, place=_below(piece.place, inside))
    rules = values.get("site_permalinks") if permalink == HUGO.permalink and not own else None
    by_section = _pattern(rules, piece.place, one_line(values.get("site_language")) or "en") if rules else ""
    pattern = tokens(own or by_section) if own or by_section else permalink
    if "[" in pattern:
        pattern = re.sub(_SLICE, lambda found: _sliced(piece, found[1]), pattern)
    path = _expand(pattern, piece)
    if "+" in path and not own and pattern != HUGO.permalink:  # hugolib/page__paths.go: "QueryUnescape"
        path = _hyphened(path.rstrip("/").replace("+", " "))
    if not own and not path.islower():  # resources/page/page_paths.go: "Sanitize"
        path = _NO_ESCAPE.sub(lambda found: found[0].lower(), path)
    if not own and _is_file(piece):
        path = path.rstrip("/") + ".html"
    elif by_section or "." not in path[path.rfind("/") + 1 :]:
        path = path.rstrip("/") + "/"
    # Only the name or folder of a file tells Hugo its language: `lang` in front matter is the author's own key.
    folder = (piece.language.lower() if piece.place.language else "") or one_line(values.get("language_folder"))
    return path if own.startswith("/") or not folder else f"/{folder}{path}"


def _is_file(piece: Piece) -> bool:
    """Tell whether `uglyURLs`, of all or of the post's section, wants a file in place of a folder."""
    said = piece.values.get("uglyurls")
    if isinstance(said, dict):
        said = said.get(key_name(next(iter(paths.home(piece.place)), "")))
    return said is True


def tokens(pattern: str) -> str:
    """Write the slices of sections without a colon, which is for placeholders: ":sections[1:]" is ":sections[1..]".

    What Go's layouts have for a part of the day is written as our own placeholder.
    """
    if "[" in pattern:
        pattern = re.sub(_SLICE, lambda found: found[0][0] + found[0][1:].replace(":", ".."), pattern)
    return re.sub(_OF_DAY, lambda found: re.sub(_IN_LAYOUT, lambda part: f":{part.lastgroup}", found[1]), pattern)


def urlized(text: str) -> str:
    """Make a name part of an address as Hugo does: small letters, hyphens for spaces, most signs dropped."""
    if _URLIZED.fullmatch(text):
        return text
    kept = (char for char in text if char.isspace() or char in _KEPT or is_word(char))
    return _hyphened("".join(char.lower()[0] for char in kept))  # one letter for one, as Go has it


def _hyphened(text: str) -> str:
    """Put a hyphen for each run of spaces, but where one is already."""
    return re.sub(r"\s+", "-", re.sub(r"(?<=-)\s+|\s+(?=-)", "", text.strip()))


def named(name: str) -> str:
    """Make the name of a file, a folder or a category part of an address: its spaces are hyphens from the first.

    As Hugo 0.123 and later have it (common/paths/pathparser.go); so "a & b" keeps two.
    """
    return urlized(name.replace(" ", "-"))


def _in_pattern(text: str) -> str:
    name = urlized(text)
    before, _, fragment = name.partition("#")  # of an address, which an empty one is no part of (helpers/url.go)
    return name if fragment else before


def _base_name(piece: Piece) -> str:
    return _in_pattern(paths.name(piece.place))


def _title(piece: Piece) -> str:
    return _in_pattern(piece.title.replace("/", "-"))


def _slug(piece: Piece) -> str:
    """Return what the author calls a post, else its name without the date where that is the one that counts."""
    own = one_line(piece.values.get("slug")).strip("-")
    keys = piece.values.get("dated_after")
    if own or not keys or any(piece.values.get(key) for key in keys):
        return urlized(own)
    dated = _DATED.fullmatch(paths.name(piece.place))
    return urlized(dated[1].strip(" -_")) if dated else ""


def _sections(piece: Piece) -> tuple[str, ...]:
    return _named(paths.home(piece.place))


@lru_cache(maxsize=1024)
def _named(folders: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(map(named, folders))


def _sliced(piece: Piece, cut: str) -> str:
    """Return some of the sections: "1..", "..last", or one of them, "last" or "0" (permalinks.go, toSliceFunc)."""
    sections = _sections(piece)
    low, dots, high = cut.partition("..")
    first, last = (len(sections) - 1 if end == "last" else int(end or 0) for end in (low, high))
    return escape("/".join(sections[first : (last if high else None) if dots else first + 1]))


def data_of(path: str) -> tuple[str, ...]:
    """List the configuration, and the pages of the sections that a path lies in, for what they hand down to it."""
    return _data_of_folder(path.rpartition("/")[0])


@lru_cache(maxsize=256)
def _data_of_folder(folder: str) -> tuple[str, ...]:
    folders = folder.split("/") if folder else []
    sections = ("/".join([*folders[:depth], "_index.md"]) for depth in range(1, len(folders) + 1))
    return (*_CONFIGURATIONS, *sections)


def values_of(data: Mapping[str, Any], path: str) -> Mapping[str, Any]:
    """Return what is handed down to a path: what makes its address, its language, and `cascade` where it is meant."""
    if not data:
        return data
    where, main = place(path), one_line(data.get("defaultcontentlanguage"))
    languages = _languages(data)
    inside = _content_folder(path, {"": data, **languages}) if languages or "contentdir" in data else None
    if inside:
        where = _below(where, inside)
    language = where.language or main or "en"
    own = look_up(languages, f"{key_name(language)}.permalinks") if languages else None
    said = {
        "site_permalinks": own or data.get("permalinks", data if _are_patterns(data) else None),
        "site_language": main,
        "uglyurls": data.get("uglyurls"),
        "dated_after": _dated_after(look_up(data, "frontmatter.date") or data.get("date")),
        "language_folder": data.get("defaultcontentlanguageinsubdir") is True and (main or "en"),
        "content_folder": inside,
        "lang": inside and inside[0],
    }
    cascade = _cascade(data["cascade"], where, language) if "cascade" in data else {}
    return {**cascade, **{key: value for key, value in said.items() if value}}


def _dated_after(said: Any) -> tuple[str, ...]:
    """Return the keys that count for more than the date in a name; none at all where that is no date to Hugo."""
    keys = [key_name(key) for key in said] if isinstance(said, list) else []
    if ":filename" not in keys:
        return ()
    before = keys[: keys.index(":filename")]
    return (":filename", *before, *(HUGO.keys.date if ":default" in before else ()))


def _languages(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what a configuration says of each language; a file of languages alone has them without the key."""
    said = data.get("languages", data if all(isinstance(each, dict) for each in data.values()) else None)
    return said if isinstance(said, dict) else {}


def _content_folder(path: str, said: Mapping[str, Any]) -> tuple[str, int] | None:
    """Return whose language the `contentDir` that a path lies in is, "" for all, and how many folders are below it."""
    folders = paths.below(path.split("/")[:-1], ("content",))
    for language, each in said.items():
        steps = one_line(each.get("contentdir") if isinstance(each, dict) else "").strip("/").split("/")
        top = paths.below(steps, ("content",))
        if any(top) and folders[: len(top)] == top:
            return language.replace("_", "-"), len(folders) - len(top)
    return None


def _below(where: Place, inside: tuple[str, int]) -> Place:
    """Return where a post is in its `contentDir`."""
    language, depth = inside
    return replace(where, folders=where.folders[len(where.folders) - depth :], language=language or where.language)


def _are_patterns(data: Mapping[str, Any]) -> bool:
    """Tell whether this is the file of `permalinks` alone."""
    return all(
        key in _KINDS or (isinstance(each, str) and each.startswith(("/", ":")) and ":" in each)
        for key, each in data.items()
    )


def _pattern(said: Any, where: Place, main: str) -> str:
    """Return the pattern of a path: of a list the first that is meant for it, else that of its innermost section."""
    if isinstance(said, list):
        return next((one_line(each.get("pattern")) for each in _meant(said, where, where.language or main)), "")
    if not isinstance(said, dict):
        return ""
    sections = key_name("/".join(_named(paths.home(where))))  # keys of data are names
    given = {**said, **said["page"]} if isinstance(said.get("page"), dict) else said
    found = {key.strip(" /"): pattern for key, pattern in given.items() if isinstance(pattern, str)}
    fitting = [key for key in found if f"{sections}/".startswith(f"{key}/")]
    return found[max(fitting, key=len)] if fitting else ""


def _cascade(said: Any, where: Place, language: str) -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for each in _meant(said if isinstance(said, list) else [said], where, language):
        merged = {**each, **merged}  # of two the first counts
    return merged


def _meant(rules: list[Any], where: Place, language: str) -> Iterator[dict[str, Any]]:
    """Yield the rules whose target is a post (resources/page/page_matcher.go)."""
    for rule in rules:
        if isinstance(rule, dict):
            target = rule.get("target", rule.get("_target"))
            if target is None or (isinstance(target, dict) and _is_at(target, where, language)):
                yield rule


def _is_at(target: Mapping[str, Any], where: Place, language: str) -> bool:
    names = where.folders if where.stem.lower() == "index" else (*where.folders, where.stem)
    shown = {
        "path": "/" + "/".join(names).replace(" ", "-"),
        "kind": "page",
        "environment": "production",
        "lang": language,
        "sites.matrix.languages": language,
    }
    return all(_fits(look_up(target, key), text) for key, text in shown.items())


def _fits(globs: Any, text: str) -> bool:
    """Tell whether one of these globs, if there are any, matches a whole text, in small letters or not."""
    said = [each for each in (globs if isinstance(globs, list) else [globs]) if isinstance(each, str) and each]
    return not said or any(_regex(each.lower()).fullmatch(text.lower()) for each in said)


@lru_cache(maxsize=256)
def _regex(glob: str) -> re.Pattern[str]:
    parts = (_IN_GLOB.get(part) or re.escape(part) for part in re.split(r"(\*\*|[*?{},])", glob))
    try:
        return re.compile("".join(parts))
    except re.error:  # a brace too much
        return re.compile(re.escape(glob))


_NAMES: dict[str, Callable[[Piece], str]] = {
    "page": lambda piece: _slug(piece) or named(paths.name(piece.place)),
    "title": _title,
    "slug": lambda piece: _in_pattern(_slug(piece)) or _title(piece),
    "filename": _base_name,
    "contentbasename": _base_name,
    "slugorfilename": lambda piece: _in_pattern(_slug(piece)) or _base_name(piece),
    "slugorcontentbasename": lambda piece: _in_pattern(_slug(piece)) or _base_name(piece),
    "section": lambda piece: next(iter(_sections(piece)), ""),
    "sections": lambda piece: "/".join(_sections(piece)),
    "monthname": lambda piece: DAY_PARTS["long_month"](piece.day),
    "weekday": lambda piece: str(piece.day.isoweekday() % 7),
    "weekdayname": lambda piece: DAY_PARTS["long_day"](piece.day),
    "yearday": lambda piece: str(piece.day.timetuple().tm_yday),
}
_expand = expander(_NAMES)

HUGO = Dialect(
    name="hugo",
    markups=markups("goldmark"),
    template="hugo",
    marks=(
        *({f"{folder}hugo.{ending}": ""} for folder in _FOLDERS for ending in _ENDINGS),
        *({f"config.{ending}": r"(?i)^\W*baseurl\W"} for ending in _ENDINGS),
        {"config/_default": "", "content": ""},
    ),
    sign=r"\A(?:.*/)?content/(?s:.*)^(?:lastmod|publishDate|(?:date|title|author|tags) = |aliases|url:|slug:)",
    place=place,
    address=address,
    permalink="/:sections/:page/",
    tokens=tokens,
    names=frozenset(_NAMES),
    keys=Keys(
        # Its feeds carry the publishDate, which is the date where there is none (tpl/tplimpl/embedded rss.xml).
        date=("publishdate", "pubdate", *Keys().date),
        day=("date",),
        updated=("lastmod", *Keys().updated),
        expires=("expirydate", "unpublishdate", *Keys().expires),
        authors=("authors", "author", "params.authors", "params.author", "by"),
        image=("images", *Keys().image, "params.images", "params.image", "params.cover"),
        categories=(("categories", WHOLE), ("category", WHOLE), ("taxonomies.categories", WHOLE)),
        tags=(("tags", WHOLE), ("tag", WHOLE), ("taxonomies.tags", WHOLE)),
    ),
    states=(*STATES, ("headless", True, "hidden"), ("build.list", False, "hidden")),
    are_bundles_whole=True,
    keeps_clocks=True,  # resources/page/permalinks.go: a date that says its zone is not put on the site's clock
    data_of=data_of,
    values_of=values_of,
)

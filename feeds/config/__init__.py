"""Read feeds.toml and the environment into frozen `Settings`.

The structs in `sections`, and `Site`, `Podcast` and `Newsletter` in `model`, are the one source of all keys: the
reference page and the messages about wrong ones are made from them. Contains no other logic.
"""

import re
import tomllib
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from msgspec import Struct

from feeds.colour import READABLE, SHEET, SHEET_IN_DARK, contrast, readable
from feeds.config.sections import Bounces, Dkim, Feeds, Mail, Posts, Settings, Smtp, Store, Web
from feeds.errors import SettingsError
from feeds.model import Author, Newsletter, Site, Style
from feeds.rate import per_second

__all__ = [
    "FILE_NAME",
    "Bounces",
    "Dkim",
    "Feeds",
    "Mail",
    "Posts",
    "Settings",
    "Smtp",
    "Store",
    "Web",
    "keys",
    "load",
    "parse",
    "secret",
]

FILE_NAME = "feeds.toml"
_WORDS = {
    "int": "a whole number",
    "str": "a text in quotes",
    "bool": "true or false",
    "array": "a list",
    "object": "a table",
}
_Refuse = Callable[[str, str, str], SettingsError]  # key, value, an example of a right one


def load(folder: Path) -> Settings:
    """Read feeds.toml of `folder` into settings.

    Raises SettingsError, whose line names the key, its value, what was expected and the nearest known key.
    """
    path = folder / FILE_NAME
    try:
        text = path.read_text("utf-8-sig")
    except FileNotFoundError:
        raise SettingsError("no such file", "run `feeds init` to make one", str(path)) from None
    except OSError as error:
        raise SettingsError(error.strerror or str(error), "make it readable", str(path)) from error
    except UnicodeDecodeError as error:
        line = 1 + error.object.count(b"\n", 0, error.start)
        raise SettingsError("it is not UTF-8", "save it as UTF-8", f"{path}:{line}") from error
    return msgspec.structs.replace(parse(text, str(path)), root=folder.resolve())


def parse(text: str, where: str = FILE_NAME) -> Settings:
    """Turn the text of a feeds.toml into settings; pure. Raises SettingsError."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"not TOML: {error}", "see https://toml.io for the rules", where) from error
    _refuse_unknown(Settings, table, "", where)
    try:
        settings = msgspec.convert(table, Settings)
    except msgspec.ValidationError as error:
        raise _wrong_value(str(error), table, where) from error
    return _checked(settings, where)


def keys(struct: type[Struct] = Settings, prefix: str = "") -> list[tuple[str, Any, Any, str]]:
    """List every key as (dotted path, type, default, description): what the reference page is made of.

    The default of a key that must be set is `msgspec.NODEFAULT`.
    """
    rows: list[tuple[str, Any, Any, str]] = []
    for member in _members(struct).values():
        kind, description = _unwrapped(member.type)
        dotted = f"{prefix}{member.encode_name}"
        if inner := _section_of(kind):
            rows += keys(inner, f"{dotted}.")
        else:
            made = member.default_factory is not msgspec.NODEFAULT
            rows.append((dotted, kind, member.default_factory() if made else member.default, description))
    return rows


def secret(name: str, environ: Mapping[str, str]) -> str:
    """Return the secret `name` from the environment, or from the file that `name`_FILE names; "" when there is none.

    Raises SettingsError when that file cannot be read, or has nothing in it.
    """
    if path := environ.get(f"{name}_FILE"):
        try:
            found = Path(path).read_text("utf-8").strip()
        except OSError as error:
            what = error.strerror or str(error)
            raise SettingsError(what, "make it readable for this user", f"{name}_FILE={path}") from error
        except UnicodeDecodeError as error:
            raise SettingsError("it is not UTF-8", "save it as UTF-8", f"{name}_FILE={path}") from error
        if not found:  # as a full disk leaves it: taken for no secret, links would be signed with another one
            raise SettingsError("it is empty", "write the secret into it", f"{name}_FILE={path}")
        return found
    return environ.get(name, "")


def _refuse_unknown(struct: type[Struct], table: Mapping[str, Any], prefix: str, where: str) -> None:
    known = _members(struct)
    for key, value in table.items():
        if key not in known:
            import difflib

            near = difflib.get_close_matches(key, known, n=1, cutoff=0.5)
            mend = f"did you mean {prefix}{near[0]}?" if near else f"known here: {', '.join(known)}"
            raise SettingsError(f"unknown key {prefix}{key}", mend, where)
        if inner := _section_of(_unwrapped(known[key].type)[0]):
            for index, each in enumerate(value if isinstance(value, list) else [value]):
                place = f"{prefix}{key}[{index}]" if isinstance(value, list) else f"{prefix}{key}"
                if isinstance(each, dict):
                    _refuse_unknown(inner, each, f"{place}.", where)


def _wrong_value(message: str, table: Mapping[str, Any], where: str) -> SettingsError:
    expected, _, place = message.partition(" - at ")
    dotted = place.strip("`").removeprefix("$").lstrip(".")
    if missing := re.match(r"Object missing required field `(\w+)`", expected):
        return SettingsError(f"{dotted}.{missing[1]}".lstrip(".") + " is missing", "set it", where)
    value = _value_at(table, dotted)
    if isinstance(value, dict) and "`array`" in expected:
        return SettingsError(f"[{dotted}] is no list", f"write [[{dotted}]]: there may be several", where)
    wanted = _expected(dotted) or _in_words(expected)
    shown = repr(value) if isinstance(value, str) else msgspec.json.encode(value, enc_hook=str).decode()
    return SettingsError(f"{dotted} = {shown}", f"expected {wanted}", where)


def _in_words(expected: str) -> str:
    """Say what msgspec expected to those who know no Python; its one pattern is that of a newsletter's name."""
    wanted = expected.removeprefix("Expected ").partition(", got ")[0]
    wanted = re.sub(" matching regex .*", " of a-z, 0-9 and -", wanted)
    return re.sub(r"`(\w+)`", lambda found: _WORDS.get(found[1], found[1]), wanted)


def _expected(dotted: str) -> str:
    """Return the choices of a key that has a fixed set of values, else ""."""
    plain = re.sub(r"\[\d+\]", "", dotted)
    kind = next((kind for key, kind, _, _ in keys() if key == plain), None)
    if date in get_args(kind):
        return "a date like 2026-11-23"
    choices = " or ".join(f'"{choice}"' for choice in _choices(kind))
    if get_origin(kind) is Union:
        return f"{choices} or a list"
    return f"a list of {choices}" if choices and get_origin(kind) is tuple and plain == dotted else choices


def _value_at(table: Any, dotted: str) -> Any:
    for step in re.findall(r"\w+", dotted):
        table = table[int(step)] if step.isdigit() else table[step]
    return table


def _checked(settings: Settings, where: str) -> Settings:
    def refuse(key: str, value: str, example: str) -> SettingsError:
        return SettingsError(f"{key} = {value!r}", f"expected something like {example!r}", where)

    _check_site(settings.site, refuse)
    if settings.feeds.hub and not _is_web(settings.feeds.hub.partition("?")[0]):
        raise refuse("feeds.hub", settings.feeds.hub, "https://hub.example.org/")
    if "\0" in settings.feeds.out:
        raise refuse("feeds.out", settings.feeds.out, "public")
    _check_person("podcast.owner", settings.podcast.owner, refuse)
    if settings.web.url and not _is_web(settings.web.url):
        raise refuse("web.url", settings.web.url, "https://example.org/mail/")
    _check_addresses(settings.mail, refuse)
    _check_rates(settings.mail.smtp, refuse)
    if not re.match(r"(sqlite|postgres(ql(\+psycopg)?)?):", settings.store.url):
        raise refuse("store.url", settings.store.url, "sqlite:///feeds.db")
    names = [newsletter.name for newsletter in settings.newsletter]
    if twice := {name for name in names if names.count(name) > 1}:
        raise SettingsError(f"two newsletters are named {twice.pop()!r}", "give each its own name", where)
    for index, newsletter in enumerate(settings.newsletter):
        _check_style(newsletter.style, f"newsletter[{index}].style", where)
        _check_cadences(newsletter, f"{where}: newsletter[{index}]")
    site = settings.site
    clean = msgspec.structs.replace(site, url=site.url.rstrip("/") + "/", language=site.language.replace("_", "-"))
    return msgspec.structs.replace(settings, site=clean)


def _check_site(site: Site, refuse: _Refuse) -> None:
    if not _is_web(site.url):
        raise refuse("site.url", site.url, "https://example.org/")
    if not site.title.strip():
        raise refuse("site.title", site.title, "My site")
    if not re.fullmatch(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{1,8})*", site.language):
        raise refuse("site.language", site.language, "pt-BR")
    try:
        ZoneInfo(site.timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise refuse("site.timezone", site.timezone, "Africa/Algiers") from None
    _check_person("site.author", site.author, refuse)


def _is_web(url: str) -> bool:
    """Tell whether it is a place on the web that may be published: with a host, without a password or a query."""
    with suppress(ValueError):  # "[::1", ":99999"
        return bool(re.fullmatch(r"https?://[^/?#\s@]+(/[^?#\s]*)?", url) and urlsplit(url).port != 0)
    return False


def _check_person(key: str, person: Author, refuse: _Refuse) -> None:
    if not re.fullmatch(r"|[^\s@<>]+@[^\s@<>]+", person.email):
        raise refuse(f"{key}.email", person.email, "layla@example.org")
    if not re.fullmatch(r"|(https?://|mailto:)\S+", person.url):
        raise refuse(f"{key}.url", person.url, "https://example.org/about")


def _check_addresses(mail: Mail, refuse: _Refuse) -> None:
    for key, said in {"mail.from": mail.sender, "mail.reply_to": mail.reply_to}.items():
        if said and not _holds_address(said):
            raise refuse(key, said, "The Daily <news@example.org>")
    # With +token 64 letters (RFC 5321 4.5.3.1.1).
    if mail.bounces.address and not re.fullmatch(r"[^\s@+<>]{1,23}@[^\s@<>]+", mail.bounces.address):
        raise refuse("mail.bounces.address", mail.bounces.address, "bounces@example.org")


def _check_rates(smtp: Smtp, refuse: _Refuse) -> None:
    """Refuse what is no rate."""
    for key, said in {
        "rate": smtp.rate,
        **{f"per_domain.{name}": rate for name, rate in smtp.per_domain.items()},
    }.items():
        if said.strip() and not per_second(said):
            raise refuse(f"mail.smtp.{key}", said, "14/s")


def _holds_address(text: str) -> bool:
    """Tell whether there is an @ with something on both sides; `mail` reads it, by what takes 20 ms to import."""
    local, _, domain = text.rpartition("<")[2].partition("@")
    return bool(local[-1:].strip() and domain.strip(" >"))


def _check_cadences(newsletter: Newsletter, where: str) -> None:
    from feeds import cadence  # 10 ms, for sites that have newsletters

    cadence.parse(newsletter.cadence, f"{where}.cadence")
    for each in newsletter.offer:
        cadence.parse(each, f"{where}.offer")


def _check_style(style: Style, place: str, where: str) -> None:
    """Refuse colours whose letters cannot be read, a logo that mail programs do not show, names that are no fonts."""
    for key, ground in {"accent": SHEET, "accent_in_dark": SHEET_IN_DARK}.items():
        colour = getattr(style, key)
        if not re.fullmatch("#[0-9A-Fa-f]{6}", colour):
            raise SettingsError(f"{place}.{key} = {colour!r}", "expected something like '#0f5b4c'", where)
        if (ratio := contrast(colour, ground)) < READABLE:
            what = f"{place}.{key} = {colour!r} has a contrast of {int(ratio * 10) / 10}:1 to its ground {ground}"
            mend = f"letters need {READABLE}:1, which {readable(colour, ground)!r} has"
            raise SettingsError(what, mend, where)
    if style.logo and not re.fullmatch(r"(?i)(https?://|(?![^/?#]*:)).+(?<!\.svg)(?<!\.ico)", style.logo):
        raise SettingsError(
            f"{place}.logo = {style.logo!r}", "expected a PNG, JPEG or GIF like 'images/logo.png'", where
        )
    for index, family in enumerate(style.fonts if isinstance(style.fonts, tuple) else ()):
        if not re.fullmatch(r"\w[\w .-]{0,60}", family):
            what = f"{place}.fonts[{index}] = {family!r}"
            raise SettingsError(what, "expected the name of a font, like 'Noto Kufi Arabic'", where)


def _members(struct: type[Struct]) -> dict[str, Any]:
    return {each.encode_name: each for each in msgspec.structs.fields(struct) if each.name != "root"}


def _unwrapped(kind: Any) -> tuple[Any, str]:
    """Split Annotated[T, "description"] into T and its description."""
    if get_origin(kind) is not Annotated:
        return kind, ""
    inner, *notes = get_args(kind)
    description = next((note for note in notes if isinstance(note, str)), "")
    return inner, description


def _section_of(kind: Any) -> type[Struct] | None:
    return next((each for each in (kind, *get_args(kind)) if isinstance(each, type) and issubclass(each, Struct)), None)


def _choices(kind: Any) -> tuple[str, ...]:
    """Return the values of a Literal, or of a tuple of Literals."""
    literal = kind if get_origin(kind) is Literal else next(iter(get_args(kind)), None)
    return get_args(literal) if get_origin(literal) is Literal else ()

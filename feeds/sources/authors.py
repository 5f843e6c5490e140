"""Authors in every form that front matter gives them."""

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from feeds.markup import absolute_url
from feeds.model import Author
from feeds.sources.key_names import key_name
from feeds.sources.text import plain

_MAIL = re.compile(r"(.*?)\s*[<(]\s*([^\s<>()@]+@[^\s<>()@]+\.[^\s<>()@]+)\s*[>)]")
_AND = re.compile(r",?\s+(?:and|&)\s+")
_GROUP = re.compile(r"the\s.*|.*\s(?:authors|contributors|editors|group|staff|teams?|project|wg)", re.IGNORECASE)
_LINKS = ("url", "uri", "link", "website", "homepage", "web")
_NAMES = ("name", "display_name", "title", "nickname", "username")


def authors(value: object, base: str, people: Mapping[str, Any] = MappingProxyType({})) -> tuple[Author, ...]:
    """Read text, a map, or a list or map of these; a relative home page is resolved against `base`.

    "A, B and C" is three people. "A, B" is one: the comma is as often one before a position ("Ada, Director").
    `people` holds the authors that the site knows by a key (authors.yml of Docusaurus and Jekyll).
    """
    found = {author: None for author in _authors(_known(value, people), base) if author.name or author.email}
    return tuple(found)


def _known(value: Any, people: Mapping[str, Any]) -> Any:
    """Put what is known of them for keys of people."""
    if isinstance(value, list):
        return [_known(inner, people) for inner in value]
    if isinstance(value, str):
        known = people.get(key_name(value))
        return known if isinstance(known, dict | str) else value
    if isinstance(value, dict) and isinstance(known := people.get(key_name(value.get("key"))), dict):
        return {**known, **value}
    return value


def _authors(value: Any, base: str) -> Iterator[Author]:
    if isinstance(value, list):
        for inner in value:
            yield from _authors(inner, base)
    elif isinstance(value, dict):
        yield from _from_map(value, base)
    else:
        for name in _people(plain(value)):
            mail = _MAIL.fullmatch(name)
            yield Author(mail[1].strip(" \"'"), mail[2]) if mail else Author(name)


def _from_map(value: dict[str, Any], base: str) -> Iterator[Author]:
    name = next(filter(None, (plain(value.get(key)) for key in _NAMES)), "")
    email = plain(value.get("email"))
    if name or email:
        links = (plain(value.get(key)) for key in _LINKS)
        yield Author(name, email, next((absolute_url(link, base) for link in links if link), ""))
        return
    for inner in value.values():  # {ada: {name: ...}, ben: {name: ...}}
        if isinstance(inner, dict | list):
            yield from _authors(inner, base)


def _people(text: str) -> list[str]:
    """Part "A, B and C", unless it is a name such as "The Core and Tools Teams" or "Johnson and Sons Ltd"."""
    *first, last = _AND.split(text)
    if not first or _GROUP.fullmatch(text):
        return [text]
    people = [person.strip() for part in [*first, last] for person in part.split(",") if person.strip()]
    # People are named alike: all by one name, or all by two and more.
    return people if len({" " in person for person in people}) == 1 else [text]

"""What our mails say in the reader's language, and how it writes dates and numbers there.

The sentences are in templates/wording/<language>.toml. A site's own file need hold only the sentences that it changes.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct

from feeds.errors import SettingsError

if TYPE_CHECKING:
    from babel import Locale
    from jinja2 import Environment

ENGLISH = "en"
# The zero of the digits that CLDR gives a locale, where they are not ours.
_ZEROS = {"arab": "\u0660", "arabext": "\u06f0", "beng": "\u09e6", "deva": "\u0966", "mymr": "\u1040"}
_BRACES = re.compile(r"\{(\w+)\}")


class Plural(Struct, frozen=True, forbid_unknown_fields=True):
    """A sentence about a number, in the plural categories that its language has (CLDR)."""

    other: str
    zero: str = ""
    one: str = ""
    two: str = ""
    few: str = ""
    many: str = ""


class Wording(Struct, frozen=True, forbid_unknown_fields=True):
    """The sentences of our mails; {braces} in them are filled in."""

    issue: str
    read_on: str
    authors: str
    untitled: str
    rest: str
    reason: str
    unsubscribe: str
    preferences: str
    view_online: str
    visit: str
    confirm_subject: str
    confirm_question: str
    confirm_how: str
    confirm_click: str
    confirm_yes: str
    confirm_otherwise: str
    subject: Plural
    more: Plural


class Voice(Struct, frozen=True):
    """A language to speak to readers in."""

    language: str  # BCP 47
    wording: Wording
    wording_language: str  # English, where we have no sentences in `language`

    def date(self, day: date, length: str = "full") -> str:
        """Write a date: "الاثنين، 23 نوفمبر 2026"."""
        from babel.dates import format_date

        locale = _locale(self.language, self.wording_language)
        return _in_digits(format_date(day, length, locale), locale)

    def number(self, number: int) -> str:
        """Write a number in the digits of the language that the sentences are in: "۴۲" in Persian."""
        speaks_it = self.language.split("-")[0] == self.wording_language.split("-")[0]
        return _in_digits(str(number), _locale(self.language if speaks_it else self.wording_language))

    def names(self, names: list[str]) -> str:
        """Write a list of names: "A, B and C"."""
        from babel.lists import format_list

        return format_list(names, locale=_locale(self.language, self.wording_language)) if names else ""

    def plural(self, sentences: Plural, count: int) -> str:
        """Choose the sentence for a number, and fill it in."""
        category = _locale(self.wording_language).plural_form(count)
        return say(getattr(sentences, category) or sentences.other, count=self.number(count))


def voice(templates: "Environment", language: str) -> Voice:
    """Return the voice for a BCP 47 language; English sentences stand in for those it lacks.

    Raises SettingsError for a wording file that is not as it should be.
    """
    sentences, spoken = _read(templates, f"feeds/wording/{ENGLISH}.toml"), ENGLISH
    for tag in _prefixes(language):
        for name in (f"feeds/wording/{tag}.toml", f"wording/{tag}.toml"):
            if found := _read(templates, name):
                sentences, spoken = sentences | found, tag
                _convert(sentences, name)
    return Voice(language, _convert(sentences, f"wording/{spoken}.toml"), spoken)


def say(sentence: str, **values: object) -> str:
    """Fill the {braces} of a sentence; those without a value stay."""
    return _BRACES.sub(lambda found: str(values.get(found[1], found[0])), sentence)


def script(language: str) -> str:
    """Return the ISO 15924 code of the script that a language is written in, in small letters: "arab"."""
    from babel.core import get_global

    tag = language.replace("-", "_")
    for part in tag.split("_")[1:]:
        if len(part) == 4 and part.isalpha():
            return part.lower()
    likely = get_global("likely_subtags")
    found = likely.get(tag) or likely.get(tag.split("_")[0].lower(), "")
    return found.split("_")[1].lower() if "_" in found else "latn"


def script_of(text: str) -> str:
    """Return the code of the script of a text's first letter, of those that run from right to left; else "latn"."""
    names = (unicodedata.name(letter, "").partition(" ")[0] for letter in text if letter.isalpha())
    return {"ARABIC": "arab", "HEBREW": "hebr"}.get(next(names, ""), "latn")


def _prefixes(language: str) -> Iterator[str]:
    """Yield "zh", "zh-Hant", "zh-Hant-TW"."""
    parts = language.split("-")
    for count in range(1, len(parts) + 1):
        yield "-".join(parts[:count])


def _read(templates: "Environment", name: str) -> dict[str, Any]:
    from jinja2 import TemplateNotFound

    if templates.loader is None:
        return {}
    try:
        return tomllib.loads(templates.loader.get_source(templates, name)[0])
    except TemplateNotFound:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"not TOML: {error}", "see https://toml.io for the rules", f"templates/{name}") from error


def _convert(sentences: dict[str, Any], name: str) -> Wording:
    try:
        return msgspec.convert(sentences, Wording)
    except msgspec.ValidationError as error:
        mend = f"known here: {', '.join(Wording.__struct_fields__)}"
        raise SettingsError(str(error), mend, f"templates/{name}") from error


def _in_digits(text: str, locale: "Locale") -> str:
    """Turn 0-9 into the digits of a locale, which Babel leaves to us in dates."""
    zero = ord(_ZEROS.get(locale.default_numbering_system, "0"))
    return text.translate({ord("0") + digit: zero + digit for digit in range(10)})


def _locale(*languages: str) -> "Locale":
    """Return the first locale that Babel knows; English at last."""
    from babel import Locale, UnknownLocaleError

    for language in languages:
        for tag in (language, language.split("-")[0]):
            try:
                return Locale.parse(tag, sep="-")
            except (UnknownLocaleError, ValueError):
                continue
    return Locale(ENGLISH)

"""What our mails and pages say in the reader's language, and how it writes dates and numbers there.

The sentences are in templates/wording/<language>.toml. A site's own file need hold only the sentences that it changes.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import date, time
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
# How the parts of a tag behind the language are written, by their length (RFC 5646 2.1.1): scripts and regions.
_CASES = {2: str.upper, 4: str.title}
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

    def time(self, at: time) -> str:
        """Write a time of the day: "8:00 AM"."""
        from babel.dates import format_time

        locale = _locale(self.language, self.wording_language)
        return _in_digits(format_time(at, "short", locale=locale), locale)

    def weekday(self, day: int) -> str:
        """Name a day of the week, 0 being Monday."""
        from babel.dates import get_day_names

        names = get_day_names("wide", "stand-alone", _locale(self.language, self.wording_language))
        return str(names[day])

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
    language = _cased(language)
    sentences, spoken = _read(templates, f"feeds/wording/{ENGLISH}.toml"), ENGLISH
    for tag, name, found in _files(templates, "wording", language):
        sentences, spoken = sentences | found, tag
        _convert(sentences, name)
    return Voice(language, _convert(sentences, f"wording/{spoken}.toml"), spoken)


def page_words(templates: "Environment", language: str) -> dict[str, str]:
    """Return the sentences of our pages in a BCP 47 language, by name; English ones stand in for those it lacks.

    They are in templates/pages/<language>.toml. Raises SettingsError for a file that is not as it should be.
    """
    words: dict[str, str] = _read(templates, f"feeds/pages/{ENGLISH}.toml")
    for _, name, found in _files(templates, "pages", language):
        if strange := [each for each in found if each not in words or not isinstance(found[each], str)]:
            mend = f"known here: {', '.join(words)}"
            raise SettingsError(f"{strange[0]} is no sentence of ours", mend, f"templates/{name}")
        words |= found
    return words


def often(text: str, words: Mapping[str, str], speaker: Voice) -> str:
    """Say a cadence in the words of our pages: "Weekly · Monday · 8:00 AM"; a cron line as it is."""
    from feeds import cadence

    rhythm = cadence.rhythm(text)
    names = {"publish": "on_publish", "day": "daily", "week": "weekly", "month": "monthly"}
    if rhythm.every not in names:
        return text
    days = [_day(day, words, speaker) if rhythm.every == "month" else speaker.weekday(day) for day in rhythm.days]
    at = speaker.time(rhythm.at) if rhythm.at else ""
    return " · ".join(filter(None, (words[names[rhythm.every]], speaker.names(days), at)))


def say(sentence: str, **values: object) -> str:
    """Fill the {braces} of a sentence; those without a value stay."""
    return _BRACES.sub(lambda found: str(values.get(found[1], found[0])), sentence)


def own_name(language: str) -> str:
    """Return how those who speak a language call it, "français"; the tag itself where Babel does not know."""
    locale = _locale(language)
    is_known = locale.language == language.split("-")[0].lower()
    return str(locale.get_display_name()) if is_known else language


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


def _day(day: int, words: Mapping[str, str], speaker: Voice) -> str:
    return words["last_day"] if day == 31 else speaker.number(day)


def _cased(tag: str) -> str:
    """Return a BCP 47 tag with the capitals that files have: of "ZH-hant-tw", "zh-Hant-TW"."""
    language, *others = tag.lower().split("-")
    return "-".join([language, *(_CASES.get(len(each), str)(each) for each in others)])


def _files(templates: "Environment", folder: str, language: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield (tag, file, sentences) of "zh", "zh-Hant" and "zh-Hant-TW", ours before the site's own."""
    parts = _cased(language).split("-")
    for tag in ("-".join(parts[:count]) for count in range(1, len(parts) + 1)):
        for name in (f"feeds/{folder}/{tag}.toml", f"{folder}/{tag}.toml"):
            if found := _read(templates, name):
                yield tag, name, found


def _read(templates: "Environment", name: str) -> dict[str, Any]:
    from jinja2 import TemplateNotFound

    if templates.loader is None:
        return {}
    try:
        return tomllib.loads(templates.loader.get_source(templates, name)[0])
    except TemplateNotFound:
        return {}
    except OSError as error:
        what = f"it cannot be read: {error.strerror}"
        raise SettingsError(what, "make it readable for this user", f"templates/{name}") from error
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

"""The language that a configuration states: by a tag, as engines ask for, or by its name, as some themes do."""

from feeds.sources import fields


def tag(stated: str) -> str:
    """Return the BCP 47 tag of "pt_BR.UTF-8", "Deutsch", "German" and "中文"; "" where no language is named."""
    return fields.language(stated) or (_named(stated.casefold()) if stated else "")


def _named(wanted: str) -> str:
    """Look a name up in English and in the language itself: a second for all of them, where a name is stated at all."""
    from babel import Locale
    from babel.localedata import locale_identifiers

    # "zh" and "zh_Hant" call languages otherwise, "de_AT" and "de_CH" hardly.
    codes = sorted(code for code in locale_identifiers() if len(code.partition("_")[2]) in (0, 4))
    for own in ("en", *codes):
        for code, name in Locale.parse(own).languages.items():
            if name.casefold() == wanted and (own == "en" or code in (own, own.partition("_")[0])):
                return str(code).replace("_", "-")
    return ""

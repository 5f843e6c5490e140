"""Languages by their names, which some themes have where engines ask for a tag."""

from collections.abc import Mapping
from functools import lru_cache


def named(name: str) -> str:
    """Return the BCP 47 tag of "German", "Deutsch" and "中文", in English and in the language itself; "" of none.

    It takes a second to look through all of them the first time, and English ones a thirtieth of that.
    """
    wanted = name.casefold()
    return next(filter(None, (_names(own).get(wanted) for own in _locales())), "").replace("_", "-")


@lru_cache(maxsize=1)
def _locales() -> tuple[str, ...]:
    from babel.localedata import locale_identifiers

    # "zh" and "zh_Hant" call languages otherwise, "de_AT" and "de_CH" hardly.
    return ("en", *sorted(code for code in locale_identifiers() if len(code.partition("_")[2]) in (0, 4)))


@lru_cache(maxsize=512)
def _names(own: str) -> Mapping[str, str]:
    """Return what a language calls itself, and English all."""
    from babel import Locale

    names = Locale.parse(own).languages.items()
    known = (own, own.partition("_")[0])
    return {name.casefold(): code for code, name in names if own == "en" or code in known}

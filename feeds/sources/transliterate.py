"""Names in other scripts in ASCII letters, as engines have them in addresses: "привет" is "privet".

All of them go by the tables of Perl's Text::Unidecode, and changed a few of them since; what is changed here are
letters in use. The rest, rare ideographs and letters of the dead, was compared too and is left.
"""

import re
from collections.abc import Mapping

_BOTH = dict.fromkeys("Ъъءإ", "'")
# As Unidecode 1.4 of Python has them, by which Pelican and Nikola go.
_PYTHON = str.maketrans(
    {
        **_BOTH,
        **dict(zip("Єאחךכק", ("Ie", "A", "H", "KH", "KH", "k"), strict=True)),
        **dict(zip("しちっつシチッツー", (*("shi", "chi", "tsu", "tsu") * 2, "-"), strict=True)),
        **dict(zip("¼½¾₴₹₽₿", (" 1/4", " 1/2", " 3/4", "UAH", "Rs", "R", "BTC"), strict=True)),
    }
)
# As the crate deunicode 1.6 has them, by which Zola goes.
_RUST = str.maketrans(
    {
        **_BOTH,
        **dict(zip("א・么什价₴₹₽₿", ("'", "-", "Me ", "Shen ", "Jia ", "HRN", "Rs", "Rb", "BTC"), strict=True)),
    }
)


def by_unidecode(text: str) -> str:
    """Return text in ASCII as Unidecode of Python has it, without what it does not know."""
    return re.sub(r"\[\?\] ?", "", _ascii(text, _PYTHON))


def by_deunicode(text: str) -> str:
    """Return text in ASCII as the crate deunicode has it, with signs for what it does not know."""
    return _ascii(text, _RUST)


def _ascii(text: str, changed: Mapping[int, str]) -> str:
    if text.isascii():
        return text
    from text_unidecode import unidecode  # its table has 300 KB, and most names are ASCII

    plain: str = unidecode(text.translate(changed))
    return plain

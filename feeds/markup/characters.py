"""Which characters may stand in a feed."""

import re

# XML 1.0 section 2.2 allows tab, LF, CR, U+20-U+D7FF, U+E000-U+FFFD and the planes above. Not wanted of these: CR,
# which is written as "&#13;"; U+7F-U+9F and U+FFFD, traces of a wrong decoding of which the W3C validator warns;
# noncharacters, which are not for interchange (Unicode 23.7).
_PLANES = "".join(f"{chr(plane << 16)}-{chr((plane << 16) + 0xFFFD)}" for plane in range(1, 17))
_LEGAL = f"\t\n -~\xa0-\ud7ff\ue000-\ufdcf\ufdf0-\ufffc{_PLANES}"
_CLEAN = f"[{_LEGAL}]*"  # matching what is legal costs 3 us a KB, searching what is not 70
# Nearly always all: what is no letter counts when it is compiled, which takes 2 ms for all of Unicode.
_USUAL = re.compile("[\t\n -~\\w\xa0-\u0eff\u2000-\u206f]*")
_DIRTY = f"\r\n|[^{_LEGAL}]"  # not compiled before it is needed, which it seldom is
_INSTEAD = dict.fromkeys(("\r\n", "\r", "\x85"), "\n") | dict.fromkeys("\v\f\x1c\x1d\x1e\x1f", " ")


def clean_text(text: str) -> str:
    """Drop what XML 1.0 cannot carry or the W3C validator warns of; line ends become LF, other breaks a space."""
    if _USUAL.fullmatch(text) or re.fullmatch(_CLEAN, text):
        return text
    return re.sub(_DIRTY, lambda match: _INSTEAD.get(match[0], ""), text)


def first_dropped(text: str) -> int:
    """Return where the first character stands that `clean_text` drops or replaces by a space, or -1."""
    return next((match.start() for match in re.finditer(_DIRTY, text) if _INSTEAD.get(match[0]) != "\n"), -1)

"""What of a `style` attribute may stay: what the W3C feed validator takes for harmless."""

import re
from functools import lru_cache

# Not among them: `border-radius`, `position`, `flex`, anything logical ("margin-inline") or with a vendor's prefix.
_PLAIN = """
    clear color direction display float font font-family font-size font-style font-variant font-weight height
    letter-spacing line-height list-style-type overflow text-align text-decoration text-indent unicode-bidi
    vertical-align white-space width
"""
# Of these the validator wants to know each word of the value.
_BOXES = """
    background background-color border border-bottom border-bottom-color border-bottom-style border-bottom-width
    border-collapse border-color border-left border-left-color border-left-style border-left-width border-right
    border-right-color border-right-style border-right-width border-spacing border-style border-top border-top-color
    border-top-style border-top-width border-width margin margin-bottom margin-left margin-right margin-top padding
    padding-bottom padding-left padding-right padding-top
"""
_WORDS = """
    aqua auto black blue bottom center collapse dashed dotted fuchsia gray green left lime maroon medium navy none
    olive purple red right silver solid teal top transparent white yellow
"""
_NUMBER = r"\d?\.?\d?\d(?:cm|em|ex|in|mm|pc|pt|px|%)?"
_PLAIN_VALUE = r"(?:[\s\d#%.,!]|[a-z]++(?:-[a-z]{2,}+)*+|'[\w\s]+'|\"[\w\s]+\"|\([\d,\s]+\))++"
_BOX_WORD = rf"(?:{'|'.join(_WORDS.split())}|#[0-9a-f]+|rgb\(\d+,\d+,\d+\)|{_NUMBER})"
_VALUES = dict.fromkeys(_PLAIN.split(), re.compile(_PLAIN_VALUE, re.IGNORECASE)) | dict.fromkeys(
    _BOXES.split(), re.compile(rf"{_BOX_WORD}(?: {_BOX_WORD})*(?: ?!important)?", re.IGNORECASE)
)


@lru_cache(maxsize=512)  # posts of one blog repeat the same few
def safe_style(style: str) -> str:
    """Keep the declarations of a `style` attribute that are harmless and written plainly."""
    kept = []
    for declaration in style.split(";"):
        name, _, value = declaration.partition(":")
        name, value = name.strip().lower(), re.sub(r",\s+", ",", " ".join(value.split()))
        if name in _VALUES and _VALUES[name].fullmatch(value):
            kept.append(f"{name}: {value}")
    return "; ".join(kept)

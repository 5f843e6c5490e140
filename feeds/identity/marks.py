"""What a text is recognised by when its file was moved."""

import re
from hashlib import blake2b

_WORDS = re.compile(r"\w+")
_WINDOW = 2_000  # characters looked at: they stand in the first few KB of a file, which is all that need be read
_LETTERS = 800  # of these; fewer than the window holds, so that blank lines and markup do not move its end
_FEWEST = 16  # letters; a body of less ("TODO", "video below") says nothing about which post it is


def mark(text: str) -> str:
    """Return a short mark of the letters and digits of a text, whatever their case, spaces and markup; "" for none."""
    letters = "".join(_WORDS.findall(text)).casefold()
    return blake2b(letters.encode(errors="replace"), digest_size=6).hexdigest() if letters else ""


def opening(body: str) -> str:
    """Return the mark of how a body begins; "" when that says too little."""
    letters = "".join(_WORDS.findall(body[:_WINDOW]))[:_LETTERS]
    return mark(letters) if len(letters) >= _FEWEST else ""

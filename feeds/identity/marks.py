"""What a text is recognised by when its file was moved."""

import re
from hashlib import blake2b

WINDOW = 2_000  # characters looked at: they stand in the first few KB of a file, which is all that need be read
_BYTES = 1_000  # of these in UTF-8; fewer than the window holds, so that blank lines and markup do not move its end
_STEP, _ASCII_STEP = 640, 1_300  # characters taken at once: as a rule enough of Arabic, and of English
_FEWEST = 16  # bytes; a body of less ("TODO", "video below") says nothing about which post it is
# Scripts without case, from Hebrew to Myanmar and of East Asia, beside ASCII: to fold costs three times the rest.
_CASELESS = re.compile("[\0-\x7f\u0590-\u109f]*")
_ALL_CASELESS = "[\0-\x7f\u0590-\u109f\u2010-\u2027\u3000-\ua63f\uac00-\ud7a3]*"  # 2 ms to compile: when needed
# Spaces and signs of ASCII, and so all markup. Taken from bytes: a pattern takes six times as long.
_SMALL = bytes(range(256)).lower()
_NOISE = bytes(byte for byte in range(128) if not chr(byte).isalnum())


def mark(text: str) -> str:
    """Return a short mark of the letters of a text, whatever their case, spaces and markup; "" for none."""
    return _digest(_letters(text))


def opening(body: str) -> str:
    """Return the mark of how a body begins; "" when that says too little."""
    window, letters = body[:WINDOW], b""
    step = _ASCII_STEP if window.isascii() else _STEP
    for start in range(0, len(window), step):
        letters += _letters(window[start : start + step])
        if len(letters) >= _BYTES:
            break
    return _digest(letters[:_BYTES]) if len(letters) >= _FEWEST else ""


def _letters(text: str) -> bytes:
    is_folded = text.isascii() or _CASELESS.fullmatch(text) or re.fullmatch(_ALL_CASELESS, text)
    folded = text if is_folded else text.casefold()
    return folded.encode("utf-8", "replace").translate(_SMALL, _NOISE)


def _digest(letters: bytes) -> str:
    return blake2b(letters, digest_size=6).hexdigest() if letters else ""

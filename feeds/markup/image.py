"""The picture that stands for a post."""

import html
import re

# Addresses in clean HTML are absolute, attributes in double quotes and `>` in them escaped.
_PICTURE = re.compile(r'<(?:img\b[^>]* src|video\b[^>]* poster)="(https?://[^"]+)"[^>]*>')
_UNSEEN = re.compile(r' (?:width|height)="?[01]"?[ >]|/(?:pixel|spacer|blank|beacon|track)[\w-]*\.|/emoji/')


def first_image(markup: str) -> str:
    """Return the address of the first picture that readers see in clean HTML, or "": no tracking pixel, no emoji."""
    pictures = (match for match in _PICTURE.finditer(markup) if not _UNSEEN.search(match[0]))
    return next((html.unescape(picture[1]) for picture in pictures), "")

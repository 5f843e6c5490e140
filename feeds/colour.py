"""Colours of mails, as "#rrggbb", and whether letters in them can be read."""

from colorsys import hls_to_rgb, rgb_to_hls

SHEET, SHEET_IN_DARK = "#fffdf9", "#1c1a17"  # what the text of a mail stands on; a button turns them round
READABLE = 4.5  # to one: what WCAG 2.2 asks of text (1.4.3)


def contrast(one: str, other: str) -> float:
    """Reckon the contrast of two colours, 1 to 21, as WCAG 2.2 defines it."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def readable(colour: str, ground: str) -> str:
    """Return the colour of the same hue, nearest in lightness, whose letters can be read on a ground."""
    hue, lightness, saturation = rgb_to_hls(*_parts(colour))
    end = 0.0 if _luminance(ground) > _luminance("#777777") else 1.0
    steps = (lightness + (end - lightness) * step / 255 for step in range(256))
    shades = (_written(hls_to_rgb(hue, each, saturation)) for each in steps)
    return next(shade for shade in shades if contrast(shade, ground) >= READABLE)


def _luminance(colour: str) -> float:
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in _parts(colour)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _parts(colour: str) -> tuple[float, float, float]:
    red, green, blue = bytes.fromhex(colour.removeprefix("#"))
    return red / 255, green / 255, blue / 255


def _written(parts: tuple[float, float, float]) -> str:
    return "#" + bytes(round(part * 255) for part in parts).hex()

"""Media files that belong to a post, in the forms in which engines, themes and plugins let authors name them."""

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from feeds.markup import absolute_url
from feeds.model import Enclosure
from feeds.sources.text import one_line

TYPES: Mapping[str, str] = MappingProxyType(
    {
        "mp3": "audio/mpeg",
        "m4a": "audio/x-m4a",
        "mp4": "video/mp4",
        "m4v": "video/x-m4v",
        "mov": "video/quicktime",
        "pdf": "application/pdf",
        "epub": "application/epub+zip",
        # The types before are those that Apple takes (https://podcasters.apple.com/support/823-podcast-requirements).
        "aac": "audio/aac",
        "flac": "audio/flac",
        "oga": "audio/ogg",
        "ogg": "audio/ogg",
        "opus": "audio/ogg",
        "wav": "audio/wav",
        "ogv": "video/ogg",
        "webm": "video/webm",
    }
)
_ORDER = {media: place for place, media in enumerate(TYPES.values())}
_MEDIA = ("audio/", "video/")
_SURE = ("enclosure", "enclosures")  # whatever these name is one; of the others only what looks like sound or film
_MAYBE = (
    *("podcast_file", "podcast_link", "podcast_url", "podcast", "podcast_audio", "episode_file", "media", "media_url"),
    *("audio", "audio_file", "audio_url", "audio_link", "audiofile", "mp3", "mp3_url", "mp3_link", "file", "file_url"),
    *("video_file", "video_url", "video", "link"),
)
KEYS = (*_SURE, *_MAYBE)
_ADDRESS = ("url", "src", "href", "file", "link", "path", "audio", "audio_url")
_TYPE = ("type", "mime_type", "mimetype", "mime", "media_type")
_LENGTH = ("length", "size", "bytes", "filesize", "file_size", "size_in_bytes")
_DURATION = ("duration", "duration_in_seconds", "seconds")
# The same beside the key of the file.
_OWN_LENGTH = (
    "podcast_bytes",
    "podcast_length",
    "audio_length",
    "audio_size",
    "enclosure_length",
    "mp3_size",
    *_LENGTH,
)
_OWN_DURATION = (
    "podcast_duration",
    "audio_duration",
    "episode_duration",
    "itunes_duration",
    "duration",
    "podcast_time",
)
_MEDIA_TYPE = r"[a-z]+/[a-z0-9.+-]+"
_CLOCK = r"(?:(?:(\d{1,3}):)?(\d{1,3}):)?(\d{1,6})(?:\.\d*)?"
_WORDS = r"(?i)(?:pt)?(?:(\d+)\s*h\w*)?[\s,]*(?:(\d+)\s*m\w*)?[\s,]*(?:(\d+)\s*s\w*)?"


def enclosures(values: Mapping[str, Any], url: str) -> tuple[Enclosure, ...]:
    """Find the media files of the post at `url` in its front matter, each once, those that players know best first.

    A length is 0 where front matter does not say it in bytes; a duration is in seconds.
    """
    found: dict[str, Enclosure] = {}
    for key in KEYS:
        for address, about in _named(values.get(key)):
            if media := _enclosure(address, about, values, url, is_sure=key in _SURE):
                found.setdefault(media.url, media)
    return tuple(sorted(found.values(), key=lambda media: _ORDER.get(media.type, len(_ORDER))))


def seconds(value: object) -> int:
    """Read a duration: 842, "14:02", "1:08:22", "1h 8m", "PT14M2S"; 0 when it is none."""
    text = one_line(value)
    if match := re.fullmatch(_CLOCK, text) or re.fullmatch(_WORDS, text):
        hours, minutes, rest = (int(part or 0) for part in match.groups())
        return hours * 3600 + minutes * 60 + rest
    return 0


def number(value: object) -> int:
    """Read a whole number from 1 on, of an episode or of bytes; 0 when it is none."""
    text = one_line(value).replace(",", "").replace("_", "") if value else ""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else 0


def _named(value: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield each address in a value, and what is said of it."""
    if isinstance(value, str):
        address, *rest = value.split("\n")  # WordPress: the address, length and type, a line each
        yield address, dict(zip(("length", "type"), rest, strict=False))
    elif isinstance(value, list):
        for each in value:
            yield from _named(each)
    elif isinstance(value, dict):
        if address := next(filter(None, (one_line(value.get(key)) for key in _ADDRESS)), ""):
            yield address, value
        else:  # Octopod: a file for each format
            endings = [ending for ending in TYPES if ending in value]
            yield from ((one_line(value[ending]), value if len(endings) == 1 else {}) for ending in endings)


def _enclosure(
    address: str, about: Mapping[str, Any], values: Mapping[str, Any], base: str, *, is_sure: bool
) -> Enclosure | None:
    url = absolute_url(one_line(address), base)
    ending = urlsplit(url).path.rpartition(".")[2].lower()
    if not url.startswith(("http://", "https://")) or not (is_sure or TYPES.get(ending, "").startswith(_MEDIA)):
        return None
    said = next(filter(None, (one_line(about.get(key)).lower() for key in _TYPE)), "")
    lengths = [*(about.get(key) for key in _LENGTH), *(_of(values.get(key), ending) for key in _OWN_LENGTH)]
    durations = [*(about.get(key) for key in _DURATION), *(values.get(key) for key in _OWN_DURATION)]
    return Enclosure(
        url=url,
        type=said if re.fullmatch(_MEDIA_TYPE, said) else TYPES.get(ending, "application/octet-stream"),
        length=next(filter(None, map(number, lengths)), 0),
        duration=next(filter(None, map(seconds, durations)), 0),
    )


def _of(value: Any, ending: str) -> Any:
    return value.get(ending) if isinstance(value, dict) else value

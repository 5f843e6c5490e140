"""Bytes of a feed from a file or an address. Contains no decisions about what is in them."""

from contextlib import closing
from http.client import HTTPException
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import (
    HTTPDefaultErrorHandler,
    HTTPErrorProcessor,
    HTTPHandler,
    HTTPRedirectHandler,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
)

from feeds.errors import OutputError, UsageError

_SECONDS = 20
_BIGGEST = 50 * 1024 * 1024  # bytes
# None for files and FTP, to which a redirection could lead.
_HANDLERS = (ProxyHandler, HTTPHandler, HTTPSHandler, HTTPRedirectHandler, HTTPDefaultErrorHandler, HTTPErrorProcessor)


def fetch(place: str) -> bytes:
    """Return what the file or the http(s) address `place` holds, up to 50 MB.

    Raises UsageError for a file that cannot be read or too much of it, OutputError when the server cannot be reached.
    """
    data = _download(place) if is_address(place) else _read(place)
    if len(data) > _BIGGEST:
        raise UsageError(f"more than {_BIGGEST:,} bytes", "name the address of the feed itself", place)
    return data


def is_address(place: str) -> bool:
    """Tell whether a place is an address on the web and no file."""
    return place.lower().startswith(("http://", "https://"))


def _read(place: str) -> bytes:
    try:
        with Path(place).open("rb") as file:
            return file.read(_BIGGEST + 1)
    except OSError as error:
        raise UsageError(
            error.strerror or str(error), "name a file that is there, or an http address", place
        ) from error


def _download(place: str) -> bytes:
    opener = OpenerDirector()
    for handler in _HANDLERS:
        opener.add_handler(handler())
    try:
        request = Request(place, headers={"User-Agent": "feeds", "Accept": "*/*"})  # noqa: S310
        with closing(opener.open(request, timeout=_SECONDS)) as response:
            data: bytes = response.read(_BIGGEST + 1)
            return data
    except (OSError, ValueError, HTTPException) as error:
        if isinstance(error, HTTPError):
            error.close()
        mend = "try again, or save it to a file and name that"
        raise OutputError(f"the feed cannot be fetched: {getattr(error, 'reason', error)}", mend, place) from error

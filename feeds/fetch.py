"""Bytes of a feed from a file or an address, and forms to an address. Contains no decisions about what is in them."""

from collections.abc import Iterable, Mapping
from contextlib import closing
from http.client import HTTPException
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import (
    BaseHandler,
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
_AS_IT_IS = (ProxyHandler, HTTPHandler, HTTPSHandler)
_FOLLOWING = (*_AS_IT_IS, HTTPDefaultErrorHandler, HTTPErrorProcessor, HTTPRedirectHandler)
_WORDS = 200  # bytes of an answer that a person may want to read


def fetch(place: str) -> bytes:
    """Return what the file or the http(s) address `place` holds, up to 50 MB.

    Raises UsageError for a file that cannot be read or too much of it, OutputError when the server cannot be reached.
    """
    data = _download(place) if is_address(place) else _read(place)
    if len(data) > _BIGGEST:
        raise UsageError(f"more than {_BIGGEST:,} bytes", "name the address of the feed itself", place)
    return data


def post(url: str, form: Mapping[str, str], seconds: float = _SECONDS) -> tuple[int, str]:
    """Send a form to an http(s) address; return the status of the answer, and its first words.

    Follows nothing: a redirected POST becomes a GET, which servers answer kindly and take for nothing. Raises
    OutputError when nobody answers.
    """
    try:
        request = Request(url, urlencode(form).encode(), {"User-Agent": "feeds"})  # noqa: S310
        with closing(_opener(_AS_IT_IS).open(request, timeout=seconds)) as response:
            return response.status, _words(response.read(_WORDS))
    except (OSError, ValueError, HTTPException) as error:
        what = f"no answer: {getattr(error, 'reason', error)}"
        raise OutputError(what, "see that the address is right and its server runs", url) from error


def _words(text: bytes) -> str:
    return " ".join(text.decode(errors="replace").split())


def _opener(handlers: Iterable[type[BaseHandler]]) -> OpenerDirector:
    opener = OpenerDirector()
    for handler in handlers:
        opener.add_handler(handler())
    return opener


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
    try:
        request = Request(place, headers={"User-Agent": "feeds", "Accept": "*/*"})  # noqa: S310
        with closing(_opener(_FOLLOWING).open(request, timeout=_SECONDS)) as response:
            data: bytes = response.read(_BIGGEST + 1)
            return data
    except (OSError, ValueError, HTTPException) as error:
        if isinstance(error, HTTPError):
            error.close()
        mend = "try again, or save it to a file and name that"
        raise OutputError(f"the feed cannot be fetched: {getattr(error, 'reason', error)}", mend, place) from error

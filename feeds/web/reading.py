"""Read the form that a request carries."""

from asyncio import timeout
from urllib.parse import parse_qs

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

from feeds.web.visit import Form

LONGEST = 64 * 1024  # bytes: a thousand topics
_SECONDS, _FIELDS = 20, 2000


async def form_of(request: Request) -> Form:
    """Return the fields of an application/x-www-form-urlencoded body.

    Raises HTTPException: 400 for what is none or breaks off, 408 when it takes too long, 413 when it is too long.
    """
    try:
        async with timeout(_SECONDS):
            body = await _body(request)
        found = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=_FIELDS)
    except TimeoutError:
        raise HTTPException(408) from None
    except (ClientDisconnect, ValueError):
        raise HTTPException(400) from None
    return {name: tuple(values) for name, values in found.items()}


async def _body(request: Request) -> bytes:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LONGEST:
            raise HTTPException(413)
    return body

"""The pages for readers: subscribe, confirm, choose, leave. They parse, call one deed, and show what came of it.

    subscribe           anybody      notes who signs up; a mail then asks them to confirm
    c/TOKEN             from that mail
    u/TOKEN             from each mail: leave, for people and by one click of a mail program (RFC 8058)
    p/TOKEN             from each mail: choose topics and days; see and delete what is kept

GET and HEAD change nothing, since machines follow every link of a mail. A POST needs no cookie, no session and no
script: the token in its address says who may do what, so there is nothing for a forged request to ride on.
"""

import logging
from collections.abc import Callable
from contextlib import nullcontext, suppress

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from feeds.errors import FeedsError, StoreError, UsageError
from feeds.web import choosing, confirming, leaving, subscribing
from feeds.web.desk import Desk
from feeds.web.reading import form_of
from feeds.web.rendering import respond
from feeds.web.visit import Form, Page, Visit, notice

__all__ = ["Desk", "application"]

Handler = Callable[[Desk, Visit], Page | Response]

# path -> what answers GET and HEAD, and what answers POST; a GET shows, only a POST does.
PAGES: dict[str, tuple[Handler | None, Handler | None]] = {
    "/": (subscribing.show, None),
    "/subscribe": (subscribing.show, subscribing.sign_up),
    "/c/{token}": (confirming.show, confirming.confirm),
    "/u/{token}": (leaving.show, leaving.leave),
    "/u/{token}/again": (None, leaving.ask_again),
    "/p/{token}": (choosing.show, choosing.save),
    "/p/{token}/data": (choosing.data, None),
    "/p/{token}/forget": (None, choosing.forget),
}
ERRORS = {404: "not_found", 405: "not_allowed", 413: "too_large", 429: "too_many", 503: "unavailable"}
_LOG = logging.getLogger(__name__)
_LATER = {429: "3600", 503: "60"}


def application(desk: Desk) -> Starlette:
    """Return the pages as an ASGI application, below the path of `web.url`."""
    routes = [
        Route(f"{desk.path}{path}", _endpoint(desk, *handlers), methods=_methods(*handlers))
        for path, handlers in PAGES.items()
    ]
    refuse = _refused(desk)
    pages = Starlette(routes=routes, exception_handlers=dict.fromkeys((HTTPException, FeedsError, Exception), refuse))
    pages.router.redirect_slashes = False  # RFC 8058 3.1: no redirects
    return pages


def _methods(show: Handler | None, do: Handler | None) -> list[str]:
    return ["GET"] * bool(show) + ["POST"] * bool(do)


def _endpoint(desk: Desk, show: Handler | None, do: Handler | None) -> Callable[[Request], object]:
    async def endpoint(request: Request) -> Response:
        handler = do if request.method == "POST" else show
        if handler is None:
            raise HTTPException(405)
        form: Form = {}
        # What a mail program posts by one click counts, whatever stands in it.
        with suppress(HTTPException) if handler is leaving.leave else nullcontext():
            form = await form_of(request) if handler is do else {}
        return await run_in_threadpool(_answer, request, form, handler)

    def _answer(request: Request, form: Form, handler: Handler) -> Response:
        visit = _visit(request, form)
        found = handler(desk, visit)
        return respond(desk, visit, found) if isinstance(found, Page) else found

    return endpoint


def _visit(request: Request, form: Form) -> Visit:
    client = request.client.host if request.client else ""
    return Visit(request.path_params.get("token", ""), form, request.headers.get("Accept-Language", ""), client)


def _refused(desk: Desk) -> Callable[[Request, Exception], Response]:
    def refuse(request: Request, error: Exception) -> Response:
        status = _status(error)
        if status >= 500 and isinstance(error, FeedsError):
            _LOG.error("feeds: %s", error)  # a line for the operator; of what is no error of ours, uvicorn tells
        headers = dict(getattr(error, "headers", None) or {})
        if status in _LATER:
            headers["Retry-After"] = _LATER[status]
        page = notice(ERRORS.get(status, "wrong"), status=status)
        response = respond(desk, _visit(request, {}), page)
        response.headers.update(headers)
        return response

    return refuse


def _status(error: Exception) -> int:
    if isinstance(error, HTTPException):
        return error.status_code
    if isinstance(error, UsageError):
        return 400
    return 503 if isinstance(error, StoreError) else 500

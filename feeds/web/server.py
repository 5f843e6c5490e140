"""Serve the pages, behind a web server that speaks HTTPS."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from socket import socket
from threading import Thread

from starlette.applications import Starlette
from uvicorn import Config, Server

_MOST = 500  # connections at once: more are told to come back
_GRACE = 10  # seconds that answers have to be finished in, when the process is to end


@contextmanager
def serving(pages: Starlette, listener: socket, proxies: Sequence[str]) -> Iterator[None]:
    """Serve pages on a socket that listens, in a thread of its own, for as long as the block lasts.

    Where a client is, the `proxies` say (X-Forwarded-For). No log is written: addresses of pages hold tokens.
    """
    config = Config(
        pages,
        loop="asyncio",
        http="h11",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        forwarded_allow_ips=list(proxies),
        limit_concurrency=_MOST,
        timeout_graceful_shutdown=_GRACE,
    )
    server = Server(config)
    thread = Thread(target=server.run, kwargs={"sockets": [listener]}, name="pages")
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join()

"""Tell a WebSub hub that a feed has changed. Contains no decisions about which, or when."""

from feeds.errors import OutputError
from feeds.fetch import is_address, post

TIMEOUT = 10  # seconds


def ping(hub: str, topic: str, timeout: float = TIMEOUT) -> tuple[str, bool]:
    """Ask `hub` to fetch the feed at `topic` and tell its subscribers.

    Returns why it did not work, "" when it did, and whether the hub answered at all. The form is that of PubSubHubbub
    0.4 section 7, which WebSub leaves to the hubs and all of them take.
    """
    if not is_address(hub):
        return f"{hub!r} is no web address", False
    try:
        status, words = post(hub, {"hub.mode": "publish", "hub.url": topic}, timeout)
    except OutputError as error:
        return error.what, False
    return "" if status < 300 else f"the hub answered {status} {words}".strip(), status < 500

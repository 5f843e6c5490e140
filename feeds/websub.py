"""Tell a WebSub hub that a feed has changed. Contains no decisions about which, or when."""

import http.client
import urllib.error
import urllib.parse
import urllib.request
from typing import Any

TIMEOUT = 10  # seconds


class _Stay(urllib.request.HTTPRedirectHandler):
    """Follows nothing: a redirected POST becomes a GET, which a hub answers kindly and takes for nothing."""

    def redirect_request(self, *_: Any) -> None:
        """Let the redirect be an error."""


def ping(hub: str, topic: str, timeout: float = TIMEOUT) -> tuple[str, bool]:
    """Ask `hub` to fetch the feed at `topic` and tell its subscribers.

    Returns why it did not work, "" when it did, and whether the hub answered at all. The form is that of PubSubHubbub
    0.4 section 7, which WebSub leaves to the hubs and all of them take.
    """
    if not hub.startswith(("http://", "https://")):
        return f"{hub!r} is no web address", False
    form = urllib.parse.urlencode({"hub.mode": "publish", "hub.url": topic}).encode()
    try:
        request = urllib.request.Request(hub, form, {"User-Agent": "feeds"})  # noqa: S310  # of the web: see above
        with urllib.request.build_opener(_Stay).open(request, timeout=timeout):
            return "", True
    except urllib.error.HTTPError as error:
        with error:
            words = error.read(200).decode(errors="replace").split()
        return " ".join([f"the hub answered {error.code}", *words]), error.code < 500
    except (OSError, ValueError, http.client.HTTPException) as error:
        return f"no answer: {getattr(error, 'reason', error)}", False

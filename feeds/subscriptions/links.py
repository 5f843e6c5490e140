"""Links by which readers leave. They work for ever, whatever has become of the newsletter that they name."""

from collections.abc import Sequence

from sqlalchemy import Connection

from feeds.config import Settings
from feeds.store import issues, requests
from feeds.tokens import Claim, verify

_PURPOSE = "unsubscribe:"


def unsubscribe_link(settings: Settings, connection: Connection, token: str, keys: Sequence[str]) -> Claim | None:
    """Return what the token of an unsubscribe link says; None when it is none of ours."""
    known = [each.name for each in settings.newsletter]
    claim = verify(token, [_PURPOSE + name for name in known], keys)
    if claim:
        return claim
    former = {requests.newsletter_of(name) for name in issues.newsletters(connection)}
    return verify(token, [_PURPOSE + name for name in sorted(former.difference(known))], keys)


def newsletter_of(claim: Claim) -> str:
    """Return the newsletter that an unsubscribe link names."""
    return claim.purpose.removeprefix(_PURPOSE)

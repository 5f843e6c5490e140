"""Links by which readers leave. They work for ever, whatever has become of the newsletter that they name."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from feeds.config import Settings
from feeds.store import issues, leaving, requests
from feeds.subscriptions.leaving import leave, leave_all
from feeds.tokens import Claim, verify

_PURPOSE = "unsubscribe:"


def unsubscribe_link(
    settings: Settings, connection: Connection, token: str, keys: Sequence[str], now: datetime
) -> Claim | None:
    """Return what the token of an unsubscribe link says; None when it is none of ours."""
    known = [each.name for each in settings.newsletter]
    claim = verify(token, [_PURPOSE + name for name in known], keys, now.date())
    if claim:
        return claim
    former = {requests.newsletter_of(name) for name in issues.newsletters(connection)}
    return verify(token, [_PURPOSE + name for name in sorted(former.difference(known))], keys, now.date())


def newsletter_of(claim: Claim) -> str:
    """Return the newsletter that an unsubscribe link names."""
    return claim.purpose.removeprefix(_PURPOSE)


def follow(settings: Settings, connection: Connection, claim: Claim, now: datetime, *, how: str = "by mail") -> bool:
    """Do what an unsubscribe link asks for; tell whether that is a change.

    Who is a reader of others, but not of the newsletter that it names and feeds.toml has no more, was moved to those:
    they leave them all.
    """
    newsletter, reader = newsletter_of(claim), claim.subscriber
    is_known = any(each.name == newsletter for each in settings.newsletter)
    if is_known or leaving.has_had(connection, reader, newsletter):
        return leave(connection, reader, newsletter, now, generation=claim.generation, how=how)
    return leave_all(connection, reader, now, generation=claim.generation, how=how)

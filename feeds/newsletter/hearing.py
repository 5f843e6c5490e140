"""Hear what people ask for by mail: to subscribe, and that it was really they who asked.

Anybody can ask, in whoever's name. Whose name it is gets a mail, and says yes to it or not; nobody else learns from
what happens whether the address is known here.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import cached_property

from sqlalchemy import Connection

from feeds.config import Settings
from feeds.errors import UsageError
from feeds.mail.headers import mailbox
from feeds.newsletter import confirming
from feeds.replies import Command, Returned, Written, written
from feeds.store import requests
from feeds.subscriptions.enrolling import Enrol, checked, newsletter_of
from feeds.tokens import verify_address

SUBSCRIBE = "subscribe"  # bounces+subscribe@example.org, or bounces+subscribe-weekly@


class Ear:
    """What it takes to understand what people ask for."""

    def __init__(self, settings: Settings, keys: tuple[str, ...]) -> None:
        """Take the settings, and the secrets that tokens may be signed with."""
        self.settings, self.keys = settings, keys

    @cached_property
    def _enrol(self) -> Enrol:
        return confirming.asker(self.settings)

    def hear(self, connection: Connection, returned: Returned, message: bytes, now: datetime) -> str:
        """Do what a mail asks for; return what came of it, "" when it asks for nothing or a machine may have sent it.

        "asked", whatever is known of the address; "confirmed" or "repeated" for an answer, "unsubscribed" for a no.
        """
        command = returned if isinstance(returned, Command) else None
        hand = written(message) if not command or not command.token else None
        if not hand:
            return ""
        tails = [*self._tails(hand.to)]
        if proof := next((found for each in tails if (found := self._proof(each))), None):
            return self._answered(connection, proof, hand, command, now)
        wish = _wish(command, tails)
        return "" if wish is None else self._ask(connection, wish, hand, now)

    def _answered(
        self, connection: Connection, proof: tuple[int, int], hand: Written, command: Command | None, now: datetime
    ) -> str:
        if command and command.kind == "unsubscribe":
            newsletter, _ = requests.asked_by(connection, *proof) or ("", now)
            return "unsubscribed" if requests.withdraw(connection, proof[1:], newsletter, now) else "repeated"
        how = f"confirmed by mail {hand.message_id}".strip()
        return confirming.confirm(self.settings, connection, *proof, how, now)

    def _ask(self, connection: Connection, wish: str, hand: Written, now: datetime) -> str:
        """Ask who wants to subscribe whether they do; "" for who or what nobody can subscribe."""
        mail = self.settings.mail
        ours = {mailbox(each, "mail.from").address.lower() for each in (mail.sender, mail.reply_to) if each}
        try:
            newsletter = newsletter_of(self.settings, wish)
            reader = checked(hand.sender, "", "", "", ())
        except UsageError:
            return ""
        is_open = next(each for each in self.settings.newsletter if each.name == newsletter).by_mail
        if not (is_open and mail.bounces.address) or reader.email_key in {*ours, mail.bounces.address.lower()}:
            return ""
        consent = f"asked by mail {hand.message_id} on {now:%Y-%m-%d %H:%M} UTC".replace("  ", " ")
        self._enrol(connection, newsletter, [reader], consent, now)
        return "asked"

    def _proof(self, tail: str) -> tuple[int, int] | None:
        return verify_address(tail, self.keys, confirming.PURPOSE)

    def _tails(self, addresses: Sequence[str]) -> Iterator[str]:
        """Yield what stands behind the + in addresses of the bounce mailbox."""
        ours, _, _ = self.settings.mail.bounces.address.lower().partition("@")
        for each in addresses:
            local, plus, tail = each.rpartition("@")[0].partition("+")
            if plus and local.lower() == ours:
                yield tail


def _wish(command: Command | None, tails: Sequence[str]) -> str | None:
    """Return the newsletter that somebody wants, "" when they name none; None when they want nothing.

    The subject counts before the address: a person may have written it.
    """
    if command and command.kind != SUBSCRIBE:
        return None
    wishes = (tail.lower().partition("-") for tail in tails)
    by_address = next((name for word, _, name in wishes if word == SUBSCRIBE), None)
    return (command.newsletter or by_address or "") if command else by_address

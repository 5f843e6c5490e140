"""What it takes to answer readers."""

import threading
from collections.abc import Mapping
from functools import cached_property
from urllib.parse import unquote, urlsplit

from feeds.config import Settings, secret
from feeds.errors import SettingsError
from feeds.mail.headers import one_line
from feeds.model import Newsletter, Subscriber
from feeds.newsletter.confirming import asker
from feeds.newsletter.ledger import Clock
from feeds.publish.mail_form import pages_url
from feeds.store import Store, secrets
from feeds.subscriptions import Bearer, bearer, unsubscribe_link
from feeds.subscriptions.enrolling import Enrol
from feeds.templating import environment
from feeds.tokens import Claim, sign, verify
from feeds.web.limiter import Limiter

PREFERENCES = "preferences"


class Desk:
    """The settings, the database, the secrets and the templates."""

    def __init__(self, settings: Settings, store: Store, clock: Clock, *, environ: Mapping[str, str]) -> None:
        """Take what is there. Raises SettingsError without an address of the pages, a newsletter or a sender."""
        if not settings.web.url:
            mend = "set it to the public address of the pages, as https://example.org/mail/"
            raise SettingsError("web.url is empty", mend)
        if not settings.newsletter:
            raise SettingsError("this site has no newsletter", "add [[newsletter]] to feeds.toml")
        self.settings, self.store, self.clock = settings, store, clock
        self.url = pages_url(settings)
        self.base = urlsplit(self.url).path  # of links from page to page, by whatever name the reader came
        self.path = unquote(self.base.rstrip("/"))
        self.templates = environment(settings.root)
        names = self.templates.list_templates(filter_func=lambda name: "pages/" in name and name.endswith(".toml"))
        self.languages = sorted({name.rpartition("/")[2].removesuffix(".toml") for name in names})
        self.limiter = Limiter()
        self.topics: tuple[str, ...] = ()  # that posts of the site have, for newsletters that carry all
        self.questions = threading.Event()  # set when a mail that asks was queued
        self.enrol: Enrol = asker(settings)
        with store.writing() as connection:
            self.keys = secrets.keys(connection, secret("FEEDS_SECRET", environ))
            self.is_strange = secrets.are_strange(connection, self.keys)  # to the links in the last mails

    @cached_property
    def newsletters(self) -> dict[str, Newsletter]:
        """The newsletters, by name."""
        return {each.name: each for each in self.settings.newsletter}

    @property
    def open(self) -> list[Newsletter]:
        """The newsletters that anybody may subscribe to."""
        return [each for each in self.settings.newsletter if each.by_web]

    def title(self, newsletter: Newsletter) -> str:
        """Return the name that readers know a newsletter by."""
        return one_line(newsletter.title or self.settings.site.title)

    def claim(self, token: str, *purposes: str) -> Claim | None:
        """Return what a token says, if it was signed for one of these purposes."""
        return verify(token, purposes, self.keys)

    def leaving(self, token: str) -> Claim | None:
        """Return what the token of an unsubscribe link says."""
        with self.store.reading() as connection:
            return unsubscribe_link(self.settings, connection, token, self.keys)

    def bearer(self, claim: Claim) -> Bearer | None:
        """Return whom a token speaks for; None when the links are void."""
        with self.store.reading() as connection:
            return bearer(self.settings, connection, claim)

    def language(self, reader: Subscriber) -> str:
        """Return the language to speak to a reader in."""
        return reader.language or self.settings.site.language

    def choices_url(self, subscriber: int, generation: int) -> str:
        """Return where a reader chooses."""
        return f"{self.base}p/{sign(Claim(PREFERENCES, subscriber, generation), self.keys)}"

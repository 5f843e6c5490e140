"""The pages for readers as they are served, for the tests of what they do."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from http.client import HTTPConnection
from pathlib import Path
from socket import create_server
from typing import Any, NamedTuple
from urllib.parse import urlencode, urlsplit

from msgspec.structs import replace
from sqlalchemy import select

from feeds import newsletter as deeds
from feeds import subscriptions
from feeds.config import Settings, Web
from feeds.delivery.memory import Memory
from feeds.model import Newsletter
from feeds.store import Store, tables
from feeds.web import Desk, application
from feeds.web.errands import Errands
from feeds.web.server import serving
from tests.newsletter_site import MONDAY, WEEKLY, settings

ENVIRONMENT = {"FEEDS_SECRET": "a secret that is long enough"}
URL = "https://mail.example.org/m/"


class Reply(NamedTuple):
    """What came back."""

    status: int
    headers: Mapping[str, str]
    text: str


class Site:
    """A site with pages: its clock is set by hand, and its mails are kept in memory."""

    def __init__(self, folder: Path, store: Store, *newsletters: Newsletter) -> None:
        (folder / "posts").mkdir(exist_ok=True)
        self.settings: Settings = replace(settings(folder, *(newsletters or (WEEKLY,))), web=Web(URL))
        self.store, self.now, self.memory = store, MONDAY, Memory()
        self.desk = Desk(self.settings, store, lambda: self.now, environ=ENVIRONMENT)
        self.complaints: list[Exception] = []
        self.errands = Errands(self.desk, self.memory, self.complaints.append, environ=ENVIRONMENT)
        self.port = 0

    @contextmanager
    def served(self) -> Iterator["Site"]:
        """Serve the pages."""
        with create_server(("127.0.0.1", 0)) as listener:
            self.port = listener.getsockname()[1]
            with serving(application(self.desk), listener, self.settings.web.proxies):
                yield self

    def ask(self, method: str, url: str, body: bytes | None = None, /, **headers: str) -> Reply:
        """Send a request as the web server passes it on: without cookies, and naming no program."""
        path = urlsplit(url)._replace(scheme="", netloc="").geturl()
        connection = HTTPConnection("127.0.0.1", self.port, timeout=20)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, body, named)
        answer = connection.getresponse()
        reply = Reply(answer.status, {name.lower(): value for name, value in answer.headers.items()}, "")
        text = answer.read().decode()
        connection.close()
        return reply._replace(text=text)

    def get(self, url: str, **headers: str) -> Reply:
        """Look at a page."""
        return self.ask("GET", url, **headers)

    def post(self, url: str, form: Mapping[str, Any] = {}, **headers: str) -> Reply:
        """Send a form."""
        body = urlencode(form, doseq=True).encode()
        return self.ask("POST", url, body, Content_Type="application/x-www-form-urlencoded", **headers)

    def sign_up(self, email: str, **form: Any) -> Reply:
        """Fill in the form."""
        return self.post(f"{URL}subscribe", {"email": email, **form})

    def deliver(self) -> list[EmailMessage]:
        """Deliver all that is queued; return what left since the last time."""
        before = len(self.memory.messages)
        deeds.deliver(self.settings, self.store, self.memory, lambda: self.now, environ=ENVIRONMENT)
        return self.mails()[before:]

    def mails(self) -> list[EmailMessage]:
        """Return all mails that left."""
        return [message_from_bytes(data, EmailMessage, policy=default) for _, data in self.memory.messages]

    def later(self, minutes: float) -> None:
        """Let time go by."""
        self.now += timedelta(minutes=minutes)

    def rows(self) -> dict[str, list[Any]]:
        """Return all that stands in the database."""
        with self.store.reading() as connection:
            found = {each: select(each).order_by(*each.primary_key) for each in tables.metadata.sorted_tables}
            return {each.name: [tuple(row) for row in connection.execute(query)] for each, query in found.items()}

    def readers(self) -> dict[str, str]:
        """Return the state of each reader."""
        return {each.email: each.status for each in subscriptions.listed(self.store)}


def body(mail: EmailMessage, kind: str = "html") -> str:
    """Return the text of a mail, in HTML or plain."""
    part = mail.get_body((kind,))
    assert part is not None
    return str(part.get_content())


def link(mail: EmailMessage, kind: str) -> str:
    """Return the link of a mail to a page: to confirm "c", to unsubscribe "u", to choose "p"."""
    start = body(mail).index(f"{URL}{kind}/")
    return body(mail)[start:].partition('"')[0]


def one_click(mail: EmailMessage) -> str:
    """Return the address that a mail program posts to (RFC 8058)."""
    assert mail["List-Unsubscribe-Post"].strip() == "List-Unsubscribe=One-Click"
    return str(mail["List-Unsubscribe"]).partition("<")[2].partition(">")[0]

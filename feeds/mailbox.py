"""Read the mail that comes back, from a Maildir, over IMAP or from a pipe. Contains no idea of what it means.

Mail is only looked at: what was understood is marked as read, and moved if the settings name a folder for it; all
else stays as it lies, unread, for whomever it is meant.
"""

import re
import ssl
from base64 import b64encode
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from imaplib import IMAP4, IMAP4_SSL
from pathlib import Path
from typing import BinaryIO, Protocol, Self
from urllib.parse import unquote, urlsplit

from msgspec import Struct

from feeds.config import Bounces
from feeds.errors import MailboxError, SettingsError

MOST = 300_000  # bytes of a message that are read: what a bounce says stands before its copy of ours
_SECONDS = 60
_PASSED = "$FeedsPassed"  # an IMAP keyword, which mail programs do not show
_SEEN = re.compile(r"2,[A-Z]*S")


class Letter(Struct, frozen=True):
    """A message that nobody has read, or its beginning."""

    key: str  # names it within its mailbox
    message: bytes


class Mailbox(Protocol):
    """Where mail lies; a context manager around one reading of it."""

    def new(self) -> Iterator[Letter]:
        """Yield the messages that nobody has read. Raises MailboxError."""

    def file(self, letter: Letter) -> None:
        """Mark a message that was understood. Raises MailboxError."""

    def pass_by(self, letter: Letter) -> None:
        """Leave a message as it is, to whomever it is meant for. Raises MailboxError."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *exception: object) -> None: ...


def mailbox(bounces: Bounces, root: Path, password: str) -> Mailbox:
    """Return the mailbox of the settings; nothing is opened yet. Raises SettingsError."""
    if "://" not in bounces.url:
        return Maildir(root / bounces.url)
    try:
        url = urlsplit(bounces.url)
        port = url.port or 993
    except ValueError as error:
        raise _no_mailbox(bounces.url) from error
    if url.scheme != "imaps" or not (url.hostname and url.username):
        raise _no_mailbox(bounces.url)
    if not password:
        raise SettingsError("the password of the mailbox is missing", "set FEEDS_IMAP_PASSWORD or .._FILE")
    folder = unquote(url.path[1:]) or "INBOX"
    return Imap(url.hostname, port, unquote(url.username), password, folder, bounces.folder)


def piped(stream: BinaryIO) -> bytes:
    """Read a message from a pipe, all of it, as who writes it expects; return its beginning."""
    message = stream.read(MOST)
    while stream.read(1 << 16):
        pass
    return message


class Maildir:
    """A folder of messages, one file each, in new/ and cur/; flags stand in the names."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def new(self) -> Iterator[Letter]:
        """Yield the messages that nobody has read, oldest first. Raises MailboxError."""
        try:
            names = [
                f"{place}/{each.name}" for place in ("new", "cur") for each in sorted((self._path / place).iterdir())
            ]
        except OSError as error:
            raise MailboxError(str(error), "name a folder with cur, new and tmp in it", "mail.bounces.url") from error
        for name in names:
            if _SEEN.match(name.rpartition(":")[2]):
                continue
            with suppress(OSError), (self._path / name).open("rb") as file:  # another program may have moved it
                yield Letter(name, file.read(MOST))

    def file(self, letter: Letter) -> None:
        """Give a message the flag S, seen. Raises MailboxError."""
        name, _, flags = letter.key.partition("/")[2].partition(":2,")
        try:
            (self._path / letter.key).rename(self._path / "cur" / f"{name}:2,{''.join(sorted({*flags, 'S'}))}")
        except FileNotFoundError:
            pass
        except OSError as error:
            raise MailboxError(str(error), "let this user rename files there", "mail.bounces.url") from error

    def pass_by(self, letter: Letter) -> None:
        """Leave a message as it is."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        pass


class Imap:
    """A folder on an IMAP server, over TLS whose certificate is checked (RFC 8314 3.2)."""

    def __init__(self, host: str, port: int, user: str, password: str, folder: str, done: str) -> None:
        self._host, self._port, self._user, self._password = host, port, user, password
        self._folder, self._done = _quoted(folder), _quoted(done) if done else ""

    def new(self) -> Iterator[Letter]:
        """Yield the messages that nobody has read, and that were not passed by before. Raises MailboxError."""
        with self._explained():
            [found] = self._do("SEARCH", "UNSEEN", "UNKEYWORD", _PASSED)
        for uid in found.decode().split() if isinstance(found, bytes) else []:
            with self._explained():
                parts = self._do("FETCH", uid, f"(BODY.PEEK[]<0.{MOST}>)")  # PEEK: it stays unread
            message = next((part[1] for part in parts if isinstance(part, tuple)), None)
            if message is not None:  # another program may have deleted it
                yield Letter(uid, message)

    def file(self, letter: Letter) -> None:
        """Mark a message as read, and move it if there is a folder for it. Raises MailboxError."""
        with self._explained():
            self._do("STORE", letter.key, "+FLAGS.SILENT", r"(\Seen)")
            if self._done and b"MOVE" in self._server.capability()[1][0].split():
                self._server.create(self._done)  # says NO when it is there
                self._do("MOVE", letter.key, self._done)

    def pass_by(self, letter: Letter) -> None:
        """Note with a keyword that a message need not be looked at again. Raises MailboxError."""
        with self._explained():
            self._server.uid("STORE", letter.key, "+FLAGS.SILENT", f"({_PASSED})")  # not every server keeps keywords

    def __enter__(self) -> Self:
        with self._explained():
            context = ssl.create_default_context()
            self._server = IMAP4_SSL(self._host, self._port, ssl_context=context, timeout=_SECONDS)
        try:
            with self._explained():
                self._log_in()
                kind, answer = self._server.select(self._folder)
                if kind != "OK":
                    raise IMAP4.error(_words(answer))
        except MailboxError:
            self.__exit__()
            raise
        return self

    def __exit__(self, *exception: object) -> None:
        with suppress(IMAP4.error, OSError):
            self._server.logout()

    def _log_in(self) -> None:
        if f"{self._user}{self._password}".isascii():
            self._server.login(self._user, self._password)
        else:  # LOGIN can say neither (RFC 3501 6.2.3); AUTHENTICATE PLAIN can (RFC 4616)
            self._server.authenticate("PLAIN", lambda _: f"\0{self._user}\0{self._password}".encode())

    def _do(self, command: str, *arguments: str) -> list[object]:
        kind, answer = self._server.uid(command, *arguments)
        if kind != "OK":
            raise IMAP4.error(_words(answer))
        return answer

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except (IMAP4.error, OSError, UnicodeError) as error:  # UnicodeError: a name that no host can have
            what = " ".join(str(error).removeprefix("b'").removesuffix("'").split())
            mend = "check mail.bounces.url, its certificate and FEEDS_IMAP_PASSWORD"
            raise MailboxError(what, mend, f"imaps://{self._host}:{self._port}") from error


def _no_mailbox(url: str) -> SettingsError:
    mend = "expected a Maildir or something like 'imaps://bounces%40example.org@imap.example.org/INBOX'"
    return SettingsError(f"mail.bounces.url = {url!r}", mend)


def _words(answer: Iterable[object]) -> str:
    return b" ".join(each for each in answer if isinstance(each, bytes)).decode("utf-8", "replace")


def _quoted(folder: str) -> str:
    """Write the name of a folder as IMAP does: in a UTF-7 of its own (RFC 3501 5.1.3), between quotes."""
    ascii_name = re.sub(r"[^ -~]+", _utf7, folder.replace("&", "&-"))
    return '"' + re.sub(r'(["\\])', r"\\\1", ascii_name) + '"'


def _utf7(letters: re.Match[str]) -> str:
    return f"&{b64encode(letters[0].encode('utf-16-be')).decode().rstrip('=').replace('/', ',')}-"

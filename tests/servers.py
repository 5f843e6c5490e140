"""The real servers that tests run: a PostgreSQL and a Postfix, each in a folder of its own that is gone afterwards."""

import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from socket import create_server

import psycopg

MAIN = """\
compatibility_level = 3.6
queue_directory = {root}/queue
data_directory = {root}/data
myhostname = relay.example.org
mydestination =
inet_interfaces = loopback-only
default_transport = discard:
local_transport = discard:
relay_transport = discard:
maillog_file = {root}/mail.log
maillog_file_prefixes = {root}
alias_maps =
virtual_mailbox_base = {root}
virtual_mailbox_maps = static:mailbox/
virtual_uid_maps = static:65534
virtual_gid_maps = static:65534
"""
KEPT = "virtual_mailbox_domains = example.org\n"


class Postgres:
    """A server that is reached by a Unix socket only."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._bin = max(Path("/usr/lib/postgresql").glob("*/bin"))
        self._run("initdb", "-D", folder / "data", "-A", "trust", "-E", "UTF8", "--no-sync")

    def url(self, folder: Path | None = None) -> str:
        """Say where its database is; or how it is reached by way of another folder with a socket."""
        return f"postgresql://postgres@/postgres?host={folder or self.folder}"

    def make(self, name: str) -> str:
        """Make what is as good as an empty database, without the megabytes of one; return its URL."""
        with psycopg.connect(self.url()) as connection:
            connection.execute(f"CREATE SCHEMA {name}".encode())
        return f"{self.url()}&options=-csearch_path%3D{name}"

    def start(self, *settings: str) -> None:
        """Start with these settings, and wait until it answers."""
        own = ["listen_addresses=''", f"unix_socket_directories={self.folder}", *settings]
        self._control("start", "-l", self.folder / "log", "-o", " ".join(f"-c {each}" for each in own))

    def stop(self, mode: str = "immediate") -> None:
        """Stop: immediate is like a crash."""
        self._control("stop", "-m", mode)

    def _control(self, *words: object) -> None:
        self._run("pg_ctl", "-D", self.folder / "data", "-w", *words)

    def _run(self, program: str, *words: object) -> None:
        command = ["runuser", "-u", "postgres", "--", str(self._bin / program), *(str(word) for word in words)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/")


@contextmanager
def postgres(*settings: str) -> Iterator[Postgres]:
    """Run a PostgreSQL."""
    folder = Path(tempfile.mkdtemp())
    shutil.chown(folder, "postgres")
    try:
        server = Postgres(folder)
        server.start(*settings)
        yield server
        server.stop()
    finally:
        shutil.rmtree(folder)


class Postfix:
    """A relay: its port, its log, and the Maildir in which it keeps mail, if it does."""

    def __init__(self, root: Path) -> None:
        with create_server(("127.0.0.1", 0)) as probe:
            self.port = int(probe.getsockname()[1])
        self.root, self.log, self.maildir = root, root / "mail.log", root / "mailbox"

    def until_idle(self) -> None:
        """Wait until nobody is connected, the queue is empty, and the log tells of the end of each message."""
        for _ in range(2000):
            log = self.log.read_text("utf-8")
            waiting = [*self.root.glob("queue/maildrop/*"), *self.root.glob("queue/incoming/**/[!.]*")]
            talking = len(re.findall(": connect from", log)) - len(re.findall(": disconnect from", log))
            known, gone = ({*re.findall(rf"(\w+): {word}", log)} for word in ("from=<", "removed"))
            if not (waiting or talking) and known <= gone:
                return
            time.sleep(0.02)
        raise TimeoutError(log)

    def kept(self) -> list[bytes]:
        """Return the messages in the Maildir."""
        return [path.read_bytes() for path in sorted((self.maildir / "new").glob("*"))]


@contextmanager
def postfix(*settings: str) -> Iterator[Postfix]:
    """Run a Postfix with these settings, that takes all; with KEPT among them it keeps what is for example.org."""
    with tempfile.TemporaryDirectory() as name:
        relay = Postfix(Path(name))
        _write(relay, settings)
        command = ["/usr/sbin/postfix", "-c", f"{name}/etc"]
        subprocess.run([*command, "start"], check=True, capture_output=True)
        try:
            yield relay
        finally:
            subprocess.run([*command, "stop"], check=True, capture_output=True)


def _write(relay: Postfix, settings: tuple[str, ...]) -> None:
    root = relay.root
    root.chmod(0o755)
    for place, owner in (("etc", "root"), ("queue", "root"), ("data", "postfix"), ("mailbox", "nobody")):
        (root / place).mkdir()
        shutil.chown(root / place, owner)
    master = Path("/usr/share/postfix/master.cf.dist").read_text("utf-8")
    master = re.sub(r"(?m)^smtp( +)inet", rf"127.0.0.1:{relay.port}\1inet", master)
    master = re.sub(r"(?m)^(\S+ +(?:inet|unix|unix-dgram|fifo) +\S+ +\S+ +)[y-]", r"\1n", master)  # no chroot
    (root / "etc/master.cf").write_text(master)
    (root / "etc/main.cf").write_text(MAIN.format(root=root) + "\n".join(settings) + "\n")

"""`feeds doctor`: what can be wrong is found, named, and comes with its cure; nothing leaves this machine."""

import json
import socket
import sqlite3
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from feeds import dkim, subscriptions
from feeds.cli import main
from feeds.config import load
from feeds.doctor import Finding, Lookup, examine
from feeds.newsletter import witness
from feeds.store import Store, secrets
from tests.newsletter_site import MONDAY

SETTINGS = """\
[site]
url = "https://example.org/"
title = "مدونتي"
language = "ar"

[[newsletter]]
name = "weekly"

[mail]
from = "مدونتي <news@example.org>"
postal_address = "1 Main Street"
"""
SMTP = """\
backend = "smtp"
smtp = {{ host = "127.0.0.1", port = {port}, security = "none", user = "{user}" }}
dkim = {{ domain = "example.org", selector = "one", key_file = "dkim.pem" }}
bounces = {{ address = "b@bounce.example.org" }}
"""
Records = dict[tuple[str, str], list[str]]


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A blog where all is well."""
    (tmp_path / "feeds.toml").write_text(SETTINGS, "utf-8")
    (tmp_path / "posts").mkdir()
    (tmp_path / "posts/a.md").write_text("---\ntitle: خبر\ndate: 2025-01-01\n---\n\nنص\n", "utf-8")
    (tmp_path / "feeds.lock").write_text("", "utf-8")
    Store.open("sqlite:///feeds.db", tmp_path).close()
    return tmp_path


@contextmanager
def dns_server(records: Records) -> Iterator[Lookup]:
    """Answer for these records, (name, kind) -> values, on a port of this machine; all else does not exist."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))

        def serve() -> None:
            while True:
                data, asker = sock.recvfrom(4096)
                if not data:
                    return
                asked = dns.message.from_wire(data)
                question = asked.question[0]
                name, kind = question.name.to_text().rstrip("."), dns.rdatatype.to_text(question.rdtype)
                answer = dns.message.make_response(asked)
                answer.flags |= dns.flags.RA
                if values := records.get((name, kind)):
                    answer.answer.append(dns.rrset.from_text_list(question.name, 60, "IN", kind, values))
                elif not any(known == name for known, _ in records):
                    answer.set_rcode(dns.rcode.NXDOMAIN)
                sock.sendto(answer.to_wire(), asker)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield Lookup("127.0.0.1", sock.getsockname()[1])
        finally:
            sock.sendto(b"", sock.getsockname())
            thread.join()


def free_port() -> int:
    """Find a port that nobody uses."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def relay(password: str) -> Iterator[int]:
    """Run a mail server that lets "news" in with a password; give its port."""

    def check(_server: object, _session: object, _envelope: object, _mechanism: str, said: LoginPassword) -> AuthResult:
        return AuthResult(success=said.password == password.encode(), handled=False)

    port = free_port()
    controller = Controller(object(), "127.0.0.1", port, authenticator=check, auth_require_tls=False)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


class Nobody(Lookup):
    """A lookup that nobody answers."""

    def __init__(self) -> None:
        super().__init__("127.0.0.1", 1, seconds=0.1)


def found(site: Path, lookup: Lookup | None = None, **environ: str) -> dict[str, list[Finding]]:
    """Return the findings by their subject."""
    by_subject: dict[str, list[Finding]] = {}
    for each in examine(load(site), environ, MONDAY, lookup or Nobody()):
        by_subject.setdefault(each.subject, []).append(each)
    return by_subject


def states(findings: list[Finding]) -> list[str]:
    return [each.state for each in findings]


def with_smtp(site: Path, port: int = 25, user: str = "") -> str:
    """Let a site send over SMTP and sign; return the record of its key."""
    (site / "feeds.toml").write_text(SETTINGS + SMTP.format(port=port, user=user), "utf-8")
    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (site / "dkim.pem").write_bytes(pem)
    return dkim.load_key(pem).record


def test_healthy_site_has_nothing_wrong(site: Path) -> None:
    """Every subject is spoken of, and what is well says so."""
    findings = found(site)

    assert list(findings) == [
        *("settings", "secrets", "posts", "templates", "lock file", "disk", "database", "addresses"),
        *("relay", "DNS", "pages"),
    ]
    assert {state for each in findings.values() for state in states(each)} == {"ok", "unchecked"}


def test_examining_changes_nothing(site: Path) -> None:
    """No file is written, none is touched: also not a database that was not there."""
    (site / "feeds.db").unlink()
    for path in site.glob("feeds.db-*"):
        path.unlink()
    before = {path: path.stat().st_mtime_ns for path in site.rglob("*") if ".feeds" not in path.parts}
    assert found(site)["database"][0].what == "there is none yet; the first run makes it"

    assert {path: path.stat().st_mtime_ns for path in site.rglob("*") if ".feeds" not in path.parts} == before


@pytest.mark.parametrize(
    ("old", "new", "subject", "state", "what"),
    [
        ("https://", "http://", "settings", "warning", "http://example.org/ is not secure"),
        ('from = "مدونتي <news@example.org>"', "", "settings", "error", "mail.from is empty"),
        ('postal_address = "1 Main Street"', "", "settings", "warning", "mail.postal_address is empty"),
        ("[mail]", '[posts]\nfolders = ["none"]\n[mail]', "posts", "error", "none"),
        ("[mail]", '[store]\nurl = "sqlite:x"\n[mail]', "database", "error", "no database we know"),
        ("[mail]", '[store]\nurl = "sqlite:///none/feeds.db"\n[mail]', "database", "error", "there is no folder"),
    ],
)
def test_mistakes_in_settings_are_found(site: Path, old: str, new: str, subject: str, state: str, what: str) -> None:
    """Also those that only show when a newsletter is due; the other examinations go on."""
    (site / "feeds.toml").write_text(SETTINGS.replace(old, new), "utf-8")
    findings = found(site)

    assert any(each.state == state and what in each.what and each.mend for each in findings[subject])
    assert findings["disk"]


def test_posts_that_all_fail_are_no_missing_folder(site: Path) -> None:
    """Where each post has a problem, the cure is `feeds check`, not another folder."""
    (site / "posts/a.md").write_text("---\ntitle: خبر\ndate: never\n---\n", "utf-8")
    (finding,) = found(site)["posts"]

    assert ("error", "posts: 0, problems: 1", "`feeds check` names them") == (finding.state, finding.what, finding.mend)


def test_secrets_are_long_and_kept(site: Path) -> None:
    """A short one can be guessed; a file that all may read is none."""
    path = site / "secret"
    path.write_text("x" * 64)
    path.chmod(0o644)

    assert states(found(site, FEEDS_SECRET="x" * 15)["secrets"]) == ["error"]
    assert states(found(site, FEEDS_SECRET="x" * 31)["secrets"]) == ["warning"]
    assert states(found(site, FEEDS_SECRET="x" * 32)["secrets"]) == ["ok"]
    assert states(found(site, FEEDS_SECRET="x" * 32 + "\n" + "y" * 15)["secrets"]) == ["error"]
    assert states(found(site, FEEDS_SECRET_FILE=str(path))["secrets"]) == ["ok", "warning"]
    for name in ("FEEDS_SECRET_FILE", "FEEDS_SMTP_PASSWORD_FILE"):
        wrong = found(site, None, **{name: "none"})["secrets"][-1]
        assert (wrong.state, wrong.what) == ("error", f"{name}=none: No such file or directory")


def test_wrong_template_is_found_before_an_issue_is_due(site: Path) -> None:
    """With its file and line."""
    (site / "templates").mkdir()
    (site / "templates/digest.txt").write_text("{{ nothing.like.this }}")
    (finding,) = found(site)["templates"]

    assert finding.state == "error"
    assert "digest.txt:1" in finding.what


def test_language_that_our_mails_do_not_speak_is_named(site: Path) -> None:
    """An editor reads English around their posts only after somebody has said so."""
    (site / "feeds.toml").write_text(SETTINGS.replace('"ar"', '"ko-KR"'), "utf-8")
    warnings = [each.what for each in found(site)["templates"] if each.state == "warning"]
    assert warnings == ["our mails have no sentences in ko-KR: around the posts they speak English"]

    (site / "templates/wording").mkdir(parents=True)
    (site / "templates/wording/ko.toml").write_text('read_on = "계속 읽기"\n', "utf-8")
    for language in ("ko-KR", "KO-kr"):
        (site / "feeds.toml").write_text(SETTINGS.replace('"ar"', f'"{language}"'), "utf-8")
        assert {each.state for each in found(site)["templates"]} == {"ok"}


def test_readers_of_a_newsletter_that_was_renamed_are_counted(site: Path) -> None:
    """Nothing else tells that nobody of them gets anything any more."""
    settings = load(site)
    with Store.open(settings.store.url, site) as store:
        for name in ("one", "two", "three"):
            subscriptions.add(settings, store, f"{name}@example.org", MONDAY)
        subscriptions.unsubscribe(store, "one@example.org", MONDAY)
    before = states(found(site)["database"])
    (site / "feeds.toml").write_text(SETTINGS.replace('"weekly"', '"digest"'), "utf-8")

    assert before == ["ok"]
    assert (
        found(site)["database"][1].what
        == "feeds.toml has no newsletter 'weekly' any more; readers of it who get nothing: 2"
    )


def test_category_that_no_post_has_is_named(site: Path) -> None:
    """A newsletter of a misspelt category would never have an issue, and nothing else would say why."""
    post = "---\ntitle: خبر\ndate: 2025-01-01\ncategory: Sport\n---\n\nنص\n"
    (site / "posts/b.md").write_text(post, "utf-8")
    chosen = 'name = "weekly"\ncategories = ["sport", "spotr", "*"]'
    (site / "feeds.toml").write_text(SETTINGS.replace('name = "weekly"', chosen), "utf-8")

    named = [(each.what, each.mend) for each in found(site)["posts"] if each.state == "warning"]

    assert named == [("no post is in 'spotr', a category of the newsletter weekly", "known: Sport")]


@pytest.mark.parametrize(
    ("store", "exclude", "errors"),
    [
        ("feeds.db", "", ["Jekyll publishes feeds.db", "Jekyll publishes mail"]),
        ("feeds.db", "exclude: [", ["Jekyll publishes feeds.db", "Jekyll publishes mail"]),
        ("feeds.db", "exclude: mail", ["Jekyll publishes feeds.db"]),
        ("feeds.db", "exclude: [feeds.toml, 'feeds.db*', mail/]", []),
        ("private/feeds.db", "exclude: [private, mail]", []),
        ("_private/feeds.db", "exclude: [mail]", []),
        ("/var/lib/feeds.db", "exclude: [mail]", []),
        ("public/feeds.db", "exclude: [mail, public]", ["public/feeds.db lies in public"]),
    ],
)
def test_addresses_of_readers_are_not_published(site: Path, store: str, exclude: str, errors: list[str]) -> None:
    """Jekyll copies every file beside its pages that it is not told to leave out."""
    (site / "_config.yml").write_text(f"title: x\n{exclude}\n", "utf-8")
    more = f'[posts]\nengine = "jekyll"\n[store]\nurl = "sqlite:///{store}"\n'
    (site / "feeds.toml").write_text(SETTINGS + more, "utf-8")

    addresses = found(site)["addresses"]

    assert errors == [finding.what.partition(",")[0] for finding in addresses if finding.state == "error"]


def test_key_that_signs_is_not_published(site: Path) -> None:
    """Who has it sends mail in the name of the site."""
    with_smtp(site)
    with (site / "feeds.toml").open("a") as file:
        file.write('[posts]\nengine = "jekyll"\n')
    (site / "_config.yml").write_text("exclude: ['feeds.db*']\n")

    (finding,) = found(site)["addresses"]

    assert ("error", "Jekyll publishes dkim.pem, with the key that signs your mail") == (finding.state, finding.what)


def test_the_look_of_a_newsletter_is_told(site: Path) -> None:
    """With the contrast of its colours."""
    looks = [finding.what for finding in found(site)["templates"] if "looks" in finding.what]

    assert [
        "weekly looks as set: accent #0f5b4c (7.9:1), in the dark #74cdb5 (9.2:1), fonts auto, "
        "logo the icon of the site"
    ] == looks


def test_damaged_newer_or_foreign_database_is_found(site: Path) -> None:
    """And said to be just that."""
    with Store.open("sqlite:///feeds.db", site) as store, store.writing() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    newer = found(site)["database"]
    for path in site.glob("feeds.db*"):
        path.unlink()
    (site / "feeds.db").write_bytes(b"nothing of the kind" * 100)
    damaged = found(site)["database"]
    (site / "feeds.db").unlink()
    with sqlite3.connect(site / "feeds.db") as other:
        other.execute("CREATE TABLE theirs (x)")
    other.close()
    foreign = found(site)["database"]

    assert [(each.state, "newer than this program" in each.what) for each in newer] == [("error", True)]
    assert [(each.state, "of another program" in each.what) for each in foreign] == [("error", True)]
    assert [(each.state, "not a database" in each.what) for each in damaged] == [("error", True)]


def test_database_that_was_lost_is_told(site: Path) -> None:
    """A run makes an empty one in its place, which has no readers, so nothing else would ever be said."""
    with Store.open("sqlite:///feeds.db", site) as store, witness.counted(site, store):
        pass
    before = states(found(site)["database"])
    (site / "feeds.db").unlink()
    lost = states(found(site)["database"])
    Store.open("sqlite:///feeds.db", site).close()

    assert (["ok"], ["error"], ["ok", "warning"]) == (before, lost, states(found(site)["database"]))


def test_secret_that_is_not_everybodys_is_told(site: Path) -> None:
    """Cron has one and this shell has not: what is served from here would answer the links of no mail."""
    with Store.open("sqlite:///feeds.db", site) as store, store.writing() as connection:
        secrets.note_signer(connection, "a" * 64)
    same = states(found(site, FEEDS_SECRET="a" * 64)["database"])
    kept = states(found(site, FEEDS_SECRET=f"{'b' * 64}\n{'a' * 64}")["database"])
    (_, other) = found(site)["database"]

    assert (["ok"], ["ok"], "error") == (same, kept, other.state)
    assert other.what.startswith("the last mails were signed with another FEEDS_SECRET")


def test_git_keeps_the_lock_and_not_the_readers(site: Path) -> None:
    """A lock that is lost makes old posts new; a database in a repository tells who reads."""

    def git(*words: str) -> None:
        subprocess.run(["git", "-C", str(site), *words], check=True, capture_output=True)

    git("init")
    before = states(found(site)["lock file"])
    git("add", "-f", "feeds.lock", "feeds.db")

    assert (before, states(found(site)["lock file"])) == (["warning"], ["ok", "error"])


def test_relay_lets_us_in(site: Path) -> None:
    """With the password; a wrong one is refused, and a missing one never tried."""
    with relay("sesame") as port:
        with_smtp(site, port, "news")
        right = found(site, FEEDS_SMTP_PASSWORD="sesame")["relay"]
        wrong = found(site, FEEDS_SMTP_PASSWORD="please")["relay"]
        missing = found(site)["relay"]

    assert right[0].state == "warning"
    assert "no TLS, login works" in right[0].what
    assert [(each.state, each.mend) for each in wrong] == [("error", "check mail.smtp.user and FEEDS_SMTP_PASSWORD")]
    assert "535" in wrong[0].what
    assert [(each.state, each.what) for each in missing] == [("error", "mail.smtp.user needs a password")]


def test_relay_that_is_not_there_is_an_error(site: Path) -> None:
    """The machine answered that nobody listens: it is not the network that is missing."""
    with_smtp(site, free_port())

    assert states(found(site)["relay"]) == ["error"]


@pytest.mark.parametrize(
    ("begun", "said"), [("2999-01-01", "day 1 of the warm-up: up to 200 messages"), ("2001-01-01", "warm-up is over")]
)
def test_warm_up_is_told(site: Path, begun: str, said: str) -> None:
    """How many messages a new sender may send today."""
    with_smtp(site, free_port())
    settings = (site / "feeds.toml").read_text("utf-8")
    (site / "feeds.toml").write_text(settings.replace("[mail]\n", f"[mail]\nwarm_up = {begun}\n"), "utf-8")
    told, _ = found(site)["relay"]

    assert told.state == "ok"
    assert said in told.what


GOOD: Records = {
    ("example.org", "MX"): ["10 mx.example.org."],
    ("bounce.example.org", "MX"): ["10 mx.example.org."],
    ("bounce.example.org", "TXT"): ['"v=spf1 mx -all"'],
    ("_dmarc.example.org", "TXT"): ['"v=DMARC1; p=none"'],
}


def records(key: str, changes: Mapping[tuple[str, str], list[str]]) -> Records:
    """Return good records with a key, and changes: no values is no record."""
    halves = f'"{key[:40]}" "{key[40:]}"'  # a long record is several strings
    return {**GOOD, ("one._domainkey.example.org", "TXT"): [halves], **changes}


def test_good_records_are_good(site: Path) -> None:
    """MX of both domains, SPF of the one that mail leaves from, DKIM, DMARC; the relay's own address is not known."""
    key = with_smtp(site)
    with dns_server(records(key, {})) as lookup:
        findings = found(site, lookup)["DNS"]

    assert states(findings) == ["ok"] * 5 + ["unchecked"]


@pytest.mark.parametrize(
    ("name", "kind", "values", "what"),
    [
        ("example.org", "MX", ["0 ."], "says that it takes no mail"),
        ("example.org", "MX", [], "has no MX"),
        ("bounce.example.org", "TXT", [], "has no SPF record"),
        ("bounce.example.org", "TXT", ['"v=spf1 -all"', '"v=spf1 mx -all"'], "2 SPF records, so none counts"),
        ("bounce.example.org", "TXT", ['"v=spf1 +all"'], "lets everybody send"),
        ("one._domainkey.example.org", "TXT", [], "has no DKIM key"),
        ("one._domainkey.example.org", "TXT", ['"v=DKIM1; k=ed25519; p=AAAA"'], "another key than dkim.pem"),
        ("_dmarc.example.org", "TXT", [], "has no DMARC record"),
        ("_dmarc.example.org", "TXT", ['"v=DMARC1; p=none"', '"v=DMARC1; p=reject"'], "is not valid"),
    ],
)
def test_wrong_records_are_errors_with_a_cure(site: Path, name: str, kind: str, values: list[str], what: str) -> None:
    """Each by itself, and each says what to write."""
    key = with_smtp(site)
    with dns_server(records(key, {(name, kind): values})) as lookup:
        wrong = [each for each in found(site, lookup)["DNS"] if each.state == "error"]

    assert [(what in each.what, bool(each.mend)) for each in wrong] == [(True, True)]


@pytest.mark.parametrize(("key", "what"), [(b"", "not a private key in PEM"), (None, "No such file or directory")])
def test_key_that_cannot_be_read_hides_no_other_record(site: Path, key: bytes | None, what: str) -> None:
    """It is named by its setting, and DMARC is looked at all the same."""
    record = with_smtp(site)
    (site / "dkim.pem").unlink()
    if key is not None:
        (site / "dkim.pem").write_bytes(key)
    with dns_server(records(record, {})) as lookup:
        findings = found(site, lookup)["DNS"]

    (wrong,) = (each for each in findings if each.state == "error")
    assert wrong.what.startswith("mail.dkim.key_file")
    assert what in wrong.what
    assert any("DMARC at" in each.what for each in findings)


def test_dmarc_of_the_domain_above_counts(site: Path) -> None:
    """RFC 7489 6.6.3; and the key of a domain that is not the sender's is a warning."""
    key = with_smtp(site)
    text = (site / "feeds.toml").read_text("utf-8").replace("news@example.org", "news@mail.example.org")
    (site / "feeds.toml").write_text(text.replace('domain = "example.org"', 'domain = "example.net"'), "utf-8")
    with dns_server({**records(key, {}), ("mail.example.org", "MX"): ["5 mx.example.org."]}) as lookup:
        findings = found(site, lookup)["DNS"]

    assert any(each.state == "ok" and "DMARC at _dmarc.example.org" in each.what for each in findings)
    assert any(each.state == "warning" and "signature is of example.net" in each.what for each in findings)


def test_without_network_it_says_what_it_could_not_check(site: Path) -> None:
    """One line, not a wait for each record."""
    with_smtp(site)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        lookup = Lookup("127.0.0.1", silent.getsockname()[1], seconds=0.1)
        (finding,) = found(site, lookup)["DNS"]

    assert (finding.state, "example.org were not checked" in finding.what) == ("unchecked", True)


def test_command_exits_with_1_when_something_is_wrong(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A line for each finding, or JSON; settings that cannot be read are a finding as well."""

    def call(*words: str) -> tuple[object, str]:
        with pytest.raises(SystemExit) as stopped:
            main(["doctor", "--site", str(site), *words])
        return stopped.value.code, capsys.readouterr().out

    well, as_json, quiet = call(), call("--json"), call("--quiet")
    (site / "feeds.toml").write_text("[site]\n")
    ill, ill_quiet = call(), call("--quiet")

    assert well[0] == 0
    assert "ok        database: opens, is whole and can be written" in well[1]
    assert {each["state"] for each in json.loads(as_json[1])} == {"ok", "unchecked"}
    assert quiet == (0, "")
    assert ill[0] == 1
    assert ill[1].startswith("error     settings: ")
    assert ill_quiet == (1, ill[1].splitlines(keepends=True)[0])

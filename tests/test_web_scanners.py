"""Machines at the doors of the pages: those that follow links, those that press one click, those that guess."""

import secrets
from collections.abc import Iterator
from pathlib import Path
from re import findall
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser
from sqlalchemy import Engine, event

from feeds import newsletter as deeds
from feeds import subscriptions
from feeds.delivery import Envelope
from feeds.delivery.memory import Memory
from feeds.model import Newsletter, Outcome
from feeds.newsletter import consequences
from feeds.newsletter.confirming import MOST
from feeds.store import Store, subscribers
from tests.newsletter_site import MONDAY, URL, WEEK, WEEKLY, posts, source, subscribe
from tests.web_site import ENVIRONMENT, Reply, Site, body, link, one_click
from tests.web_site import URL as PAGES

READERS = ("one", "two", "three", "four", "five")


@pytest.fixture
def store(store: Store) -> Store:
    deeds.remember(store, source(*posts("a")), MONDAY - WEEK)
    return store


@pytest.fixture
def site(tmp_path: Path, store: Store) -> Iterator[Site]:
    """A site whose readers have an issue, and one of whom was asked to confirm."""
    newsletter = Newsletter("weekly", offer=("daily at 08:00",), timezone="reader")
    with Site(tmp_path, store, newsletter).served() as served:
        subscribe(served.settings, store, *READERS)
        deeds.remember(store, source(*posts("ab")), MONDAY)
        deeds.open_issue(served.settings, store, newsletter, source(*posts("ab")), MONDAY)
        served.deliver()
        served.sign_up("leila@example.net")
        served.errands.run()
        yield served


def addresses(site: Site) -> set[str]:
    """Return every address of a page that stands in any mail."""
    texts = [text for mail in site.mails() for text in (*map(str, mail.values()), body(mail), body(mail, "plain"))]
    return {found for text in texts for found in findall(rf"{PAGES}[\w./-]+", text)}


def mail_to(site: Site, name: str) -> Any:
    return next(mail for mail in site.mails() if mail["To"] == f"{name}@example.org")


def test_following_links_changes_nothing(site: Site) -> None:
    """GET, HEAD and prefetching, and what else is no POST, of every link of every mail and of what it leads to."""
    urls = addresses(site) | {
        f"{PAGES}subscribe",
        *(f"{link(mail_to(site, 'one'), 'p')}{end}" for end in ("/data", "/forget")),
    }
    before = site.rows()
    seen = {
        (
            urlsplit(url).path.split("/")[2],
            method,
            site.ask(method, url, Purpose="prefetch", Sec_Purpose="prefetch").status,
        )
        for url in urls
        for method in ("GET", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE", "PROPFIND")
    }

    assert {kind for kind, _, _ in seen} == {"c", "u", "p", "subscribe"}
    assert {status for kind, method, status in seen if method in ("GET", "HEAD") and kind != "p"} == {200}
    assert {status for _, method, status in seen if method not in ("GET", "HEAD")} == {405}
    assert site.rows() == before


def test_browser_that_looks_at_everything_changes_nothing(site: Site, browser: Browser) -> None:
    """With scripts, waiting until the page rests, its pointer over all there is, and along every link."""
    before = site.rows()
    here = f"http://127.0.0.1:{site.port}/"
    context = browser.new_context()
    page = context.new_page()
    for url in sorted(addresses(site)):
        page.goto(url.replace("https://mail.example.org/", here), wait_until="networkidle")
        for each in page.locator(":is(a, button, select, label):visible").all():
            each.hover()
        for address in page.eval_on_selector_all("a", "all => all.map(each => each.href)"):
            if "/m/" in address:
                assert context.request.get(address).ok
    cookies = context.cookies()

    assert cookies == []
    assert site.rows() == before


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (b"List-Unsubscribe=One-Click", "application/x-www-form-urlencoded"),
        (
            b'--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n',
            "multipart/form-data; boundary=x",
        ),
        (b"", ""),
        (b"List-Unsubscribe=No&sure=", "application/x-www-form-urlencoded"),
        (b"\xff\x00{" * 40_000, "application/json"),
        (b"a=1&" * 9000, "application/x-www-form-urlencoded"),
    ],
)
def test_one_click_counts_whatever_stands_in_it(site: Site, text: bytes, kind: str) -> None:
    """Without cookies and a name, once and again: 200 at once, no way to elsewhere, and nobody else is touched."""
    address = one_click(mail_to(site, "two"))
    replies = [site.ask("POST", address, text, Content_Type=kind) for _ in range(2)]

    assert [reply.status for reply in replies] == [200, 200]
    assert not {"location", "set-cookie"} & set(replies[0].headers)
    assert [name for name, status in site.readers().items() if status == "unsubscribed"] == ["two@example.org"]


def test_tokens_of_nobody_change_nothing(site: Site) -> None:
    """Guessed ones, broken ones, those for something else: 200, as a mail program would only try again."""
    mine = one_click(mail_to(site, "one"))
    others = [link(mail_to(site, "one"), "p").rpartition("/")[2], link(site.mails()[-1], "c").rpartition("/")[2]]
    token = mine.rpartition("/")[2]
    changed = [
        f"{token[:place]}{'A' if token[place] != 'A' else 'B'}{token[place + 1 :]}" for place in range(len(token))
    ]
    odd = ["x", "%00", "%ff%fe", "a" * 5000, token[:-1], f"{token}x", token.swapcase(), f"{token}%20"]
    before = site.rows()
    statuses = {
        site.ask("POST", f"{PAGES}u/{each}", b"List-Unsubscribe=One-Click").status
        for each in [*others, *changed, *odd, *(secrets.token_urlsafe(25)[:33] for _ in range(200))]
    }

    assert statuses == {200}
    assert site.rows() == before


def states(site: Site) -> dict[str, str]:
    """Return an address in each of the states that one may be in."""
    found = {f"{state}@example.org": state for state in ("active", "unsubscribed", "bounced", "complained", "erased")}
    subscribe(site.settings, site.store, *found.values())
    subscriptions.unsubscribe(site.store, "unsubscribed@example.org", MONDAY)
    subscriptions.erase(site.store, "erased@example.org", MONDAY)
    with site.store.writing() as connection:
        for state in ("bounced", "complained"):
            reader = subscribers.find(connection, f"{state}@example.org")
            assert reader is not None
            consequences.stop(connection, state, 1, reader.id, "", MONDAY)
    subscriptions.suppress(site.store, "suppressed@example.org", MONDAY)
    return found | {each: each for each in ("suppressed@example.org", "leila@example.net", "new@example.org")}


def test_form_tells_nothing_of_an_address(site: Site) -> None:
    """The same bytes, and the same statements to the database, in whatever state it is: pending and unknown as well."""
    known = states(site)
    said: dict[str, list[str]] = {}
    replies: dict[str, Reply] = {}

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        said[email].append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        for email in known:
            said[email] = []
            replies[email] = site.sign_up(email)
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    shown = {(each.status, each.text, tuple(sorted({**each.headers, "date": ""}.items()))) for each in replies.values()}

    assert len(known) == 8
    assert len(shown) == 1
    assert len({tuple(each) for each in said.values()}) == 1
    assert any("INSERT INTO signup" in each for each in said["new@example.org"])


def test_only_who_may_be_asked_is_asked(site: Site) -> None:
    """Afterwards, where nobody looks."""
    known = states(site)
    before = len(site.mails())
    site.later(11)
    for email in known:
        site.sign_up(email)
    site.errands.run()

    assert sorted(str(mail["To"]) for mail in site.mails()[before:]) == [
        *("leila@example.net", "new@example.org", "unsubscribed@example.org"),
    ]


def test_thousand_signups_for_one_victim_are_three_mails(tmp_path: Path) -> None:
    """By as many clients, in four hours, asked after each tenth."""
    with Store.open(URL, tmp_path) as store, Site(tmp_path, store).served() as site:
        for number in range(1000):
            form = {"email": f"victim+{number % 3}@example.org"}
            reply = site.post(f"{PAGES}subscribe", form, X_Forwarded_For=f"192.0.{number // 250}.{number % 250}")
            assert reply.status == 200
            site.later(0.25)
            if number % 10 == 0:
                site.errands.run()

        assert 0 < len(site.mails()) <= MOST


class Interrupted(Memory):
    """A backend during whose first message others unsubscribe."""

    def __init__(self, site: Site) -> None:
        super().__init__()
        self.site, self.left = site, {"four", "five"}

    def send(self, message: bytes, envelope: Envelope) -> Outcome:
        while self.left:
            reply = self.site.ask("POST", one_click(mail_to(self.site, self.left.pop())))
            assert reply.status == 200
        return super().send(message, envelope)


def test_who_unsubscribes_while_it_is_sent_does_not_get_it(site: Site) -> None:
    """As soon as the click is answered: what was claimed already does not leave."""
    deeds.remember(site.store, source(*posts("abc")), MONDAY)
    deeds.open_issue(site.settings, site.store, WEEKLY, source(*posts("abc")), MONDAY)
    backend = Interrupted(site)
    deeds.deliver(site.settings, site.store, backend, lambda: site.now, environ=ENVIRONMENT)
    got = {envelope.recipient.partition("@")[0] for envelope, _ in backend.messages}
    (issue,) = (each for each in deeds.listed(site.store) if each.number == 2)

    assert got == {"one", "two", "three"}
    assert dict(issue.deliveries) == {"sent": 3, "skipped": 2}

"""The pages for readers: from the form to the mails and back, on a real server."""

import json
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from feeds import newsletter as deeds
from feeds import subscriptions
from feeds.errors import SettingsError, StoreError
from feeds.model import Newsletter, Subscription
from feeds.store import Store, subscribers, tables
from feeds.web import Desk
from feeds.web.languages import chosen
from feeds.web.limiter import ALL, EACH
from tests.newsletter_site import MONDAY, URL, WEEK, WEEKLY, posts, settings, source, subscribe
from tests.web_site import ENVIRONMENT, Site, body, link, one_click
from tests.web_site import URL as PAGES

CHOICE = Newsletter("choice", title="Choice", cadence="daily at 08:00", offer=("on publish",), timezone="reader")
STAFF = Newsletter("staff", by_web=False)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(URL, tmp_path) as opened:
        deeds.remember(opened, source(*posts("a")), MONDAY - WEEK)
        yield opened


@pytest.fixture
def site(tmp_path: Path, store: Store) -> Iterator[Site]:
    with Site(tmp_path, store).served() as served:
        yield served


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Site]:
    """A site with several newsletters, one of which is closed."""
    with Store.open(URL, tmp_path) as opened, Site(tmp_path, opened, WEEKLY, CHOICE, STAFF).served() as served:
        deeds.remember(opened, source(*posts("a")), MONDAY - WEEK)
        yield served


def issue(site: Site, names: str = "ab") -> None:
    """Open an issue of the weekly."""
    deeds.remember(site.store, source(*posts(names)), site.now)
    deeds.open_issue(site.settings, site.store, WEEKLY, source(*posts(names)), site.now)


def mailed(site: Site, **choices: str) -> EmailMessage:
    """Return an issue as a reader got it."""
    subscribe(site.settings, site.store, "reader", **choices)
    issue(site)
    (mail,) = site.deliver()
    return mail


def choices(site: Site, email: str = "reader@example.org") -> dict[str, Subscription]:
    found = next(each for each in subscriptions.listed(site.store) if each.email == email)
    return {each.newsletter: each for each in found.subscriptions}


@pytest.mark.usefixtures("every_database")
def test_from_the_form_to_the_newsletter_and_out_again(site: Site) -> None:
    """Signed up, asked by mail, confirmed by a button; an issue comes; one click, and no other comes."""
    asked = site.sign_up("Leila@example.net")
    nobody = site.readers()
    site.errands.run()
    (question,) = site.mails()
    shown = site.get(link(question, "c"))
    pending = site.readers()
    welcome = [site.post(link(question, "c")) for _ in range(2)]
    active = site.readers()
    issue(site)
    (mail,) = site.deliver()
    left = site.ask("POST", one_click(mail), b"List-Unsubscribe=One-Click")
    issue(site, "abc")

    assert [each.status for each in (asked, shown, *welcome, left)] == [200] * 5
    assert (nobody, pending, active) == ({}, {"Leila@example.net": "pending"}, {"Leila@example.net": "active"})
    assert "<button" in shown.text
    assert welcome[0].text == welcome[1].text
    assert site.readers() == {"Leila@example.net": "unsubscribed"}
    assert site.deliver() == []
    assert site.complaints == []


def test_consent_says_what_happened(site: Site) -> None:
    """When it was asked for, and when and how it was confirmed."""
    site.sign_up("leila@example.net")
    site.later(2)
    site.errands.run()
    site.post(link(site.mails()[0], "c"))

    assert subscriptions.show(site.store, "leila@example.net").consent == (
        "weekly: asked on the page on 2026-11-23 07:30 UTC; confirmed on the page on 2026-11-23 07:32 UTC",
    )


@pytest.mark.usefixtures("every_database")
def test_late_answer_is_asked_once_more(site: Site) -> None:
    """With a new mail, at once; the old link has had its day."""
    site.sign_up("leila@example.net")
    site.errands.run()
    site.later(8 * 24 * 60)
    late = site.post(link(site.mails()[0], "c"))
    site.errands.run()
    site.post(link(site.mails()[1], "c"))

    assert late.status == 200
    assert site.readers() == {"leila@example.net": "active"}


@pytest.mark.usefixtures("every_database")
def test_who_left_by_mistake_is_asked_by_mail(site: Site) -> None:
    """The link may be in a stranger's hands: it brings nobody back by itself. What they had chosen stays."""
    mail = mailed(site)
    subscriptions.change(site.settings, site.store, "reader@example.org", site.now, categories=["علوم"])
    site.post(link(mail, "u"))
    again = site.post(f"{link(mail, 'u')}/again")
    away = site.readers()
    site.errands.run()
    question = site.mails()[-1]
    site.post(link(question, "c"))

    assert again.status == 200
    assert away == {"reader@example.org": "unsubscribed"}
    assert site.readers() == {"reader@example.org": "active"}
    assert choices(site)["weekly"].categories == ("علوم",)


def test_no_to_the_question_is_one_click_too(site: Site) -> None:
    """The mail that asks has the header as well; who says no gets no more of it."""
    site.sign_up("leila@example.net")
    site.errands.run()
    (question,) = site.mails()
    site.ask("POST", one_click(question), b"List-Unsubscribe=One-Click")

    assert site.post(link(question, "c")).status == 404
    assert "active" not in site.readers().values()


@pytest.mark.parametrize("is_moved", [True, False])
def test_link_of_a_newsletter_that_is_gone_ends_what_it_can(tmp_path: Path, site: Site, *, is_moved: bool) -> None:
    """Links work for ever: who was moved from it to another leaves that; who only had both keeps the other."""
    mail = mailed(site)
    with site.store.writing() as connection:
        if is_moved:
            connection.execute(tables.subscription.delete())
        subscribers.subscribe(connection, {1: Subscription("choice")}, 0, MONDAY)
    with Site(tmp_path, site.store, CHOICE).served() as renamed:
        asked = renamed.get(link(mail, "u"))
        one_clicked = renamed.ask("POST", one_click(mail), b"List-Unsubscribe=One-Click")
        again = renamed.post(f"{link(mail, 'u')}/again")
    with site.store.reading() as connection:
        gets = subscribers.newsletters(connection)

    assert "مدونتي" in asked.text
    assert "/again" not in one_clicked.text
    assert (asked.status, one_clicked.status, again.status) == (200, 200, 404)
    assert gets == ({} if is_moved else {"choice": 1})


def test_no_to_a_newsletter_that_is_gone_is_no_to_that_alone(tmp_path: Path, site: Site) -> None:
    """Who was asked about it, and never had it, keeps what they get."""
    site.sign_up("leila@example.net")
    site.errands.run()
    (question,) = site.mails()
    with site.store.writing() as connection:
        connection.execute(tables.subscriber.update().values(status="active"))
        subscribers.subscribe(connection, {1: Subscription("choice")}, 0, MONDAY)
    with Site(tmp_path, site.store, CHOICE).served() as renamed:
        reply = renamed.ask("POST", one_click(question), b"List-Unsubscribe=One-Click")
    with site.store.reading() as connection:
        gets, asked = subscribers.newsletters(connection), connection.scalars(select(tables.request.c.newsletter)).all()

    assert (reply.status, gets, asked) == (200, {"choice": 1}, [])


@pytest.mark.usefixtures("every_database")
def test_reader_chooses(shop: Site) -> None:
    """Cadence and zone, topics and language; what comes next goes by them."""
    subscribe(shop.settings, shop.store, "reader", newsletter="choice")
    address = link(mailed(shop, newsletter="weekly"), "p")
    shop.desk.topics = ("علوم", "C++")
    page = shop.get(address)
    saved = shop.post(
        address,
        {
            "often.weekly": "",
            "topic.weekly": ["C++"],
            "often.choice": "on publish",
            "language": "en",
            "timezone": "Africa/Cairo",
        },
    )
    reader = next(iter(subscriptions.listed(shop.store)))

    assert (page.status, saved.status) == (200, 200)
    assert 'value="C++"' in page.text
    assert 'lang="en" dir="ltr"' in saved.text
    assert (reader.language, reader.timezone) == ("en", "Africa/Cairo")
    assert reader.subscriptions == (
        Subscription("choice", (), "on publish"),
        Subscription("weekly", ("C++",), ""),
    )


def test_reader_leaves_one_and_asks_for_another(shop: Site) -> None:
    """What they have ends at once; for what is new to them, a mail asks."""
    address = link(mailed(shop, newsletter="weekly"), "p")
    saved = shop.post(address, {"often.weekly": "-", "often.choice": ""})
    between = shop.readers()
    shop.errands.run()
    shop.post(link(shop.mails()[-1], "c"))

    assert saved.status == 200
    assert between == {"reader@example.org": "unsubscribed"}
    assert shop.readers() == {"reader@example.org": "active"}
    assert set(choices(shop)) == {"weekly", "choice"}


@pytest.mark.parametrize(
    "form",
    [
        {"often.weekly": "daily at 04:00"},
        {"often.weekly": "", "language": "no language"},
        {"often.weekly": "", "timezone": "Mars/Olympus\0"},
    ],
)
def test_what_was_not_on_the_page_is_refused(shop: Site, form: dict[str, str]) -> None:
    """And nothing of it is saved."""
    address = link(mailed(shop, newsletter="weekly"), "p")
    before = shop.rows()

    assert shop.post(address, form).status == 400
    assert shop.rows() == before


def test_closed_newsletter_is_not_offered(shop: Site) -> None:
    """Not on the form, not to who sends it all the same, and not among the choices."""
    shop.sign_up("leila@example.net", newsletter=["staff", "weekly"])
    shop.errands.run()
    shop.post(link(shop.mails()[0], "c"))
    shop.post(shop.desk.choices_url(1, 0), {"often.staff": ""})
    shop.errands.run()

    assert "staff" not in shop.get(f"{PAGES}subscribe").text
    assert set(choices(shop, "leila@example.net")) == {"weekly"}


@pytest.mark.usefixtures("every_database")
def test_reader_sees_and_deletes_what_is_kept(site: Site) -> None:
    """As a file; gone once they say that they are sure, and the links with it."""
    mail = mailed(site)
    address = link(mail, "p")
    kept = json.loads(site.get(f"{address}/data").text)
    site.post(f"{address}/forget")
    unsure = site.readers()
    gone = site.post(f"{address}/forget", {"sure": "yes"})

    assert kept["reader"]["reader"]["email"] == "reader@example.org"
    assert [each["state"] for each in kept["deliveries"]] == ["sent"]
    assert unsure == {"reader@example.org": "active"}
    assert gone.status == 200
    assert site.readers() == {}
    assert "reader@example.org" not in str(site.rows())
    assert [site.get(address).status, site.get(f"{address}/data").status] == [404, 404]
    assert site.ask("POST", one_click(mail)).status == 200


@pytest.mark.parametrize(
    ("email", "status"),
    [("", 400), ("leila", 400), ("a@b@c", 400), ("x" * 300 + "@example.org", 400), (" leila@example.net ", 200)],
)
def test_what_is_no_address_is_said(site: Site, email: str, status: int) -> None:
    """The form comes back with what was typed."""
    reply = site.sign_up(email)

    assert reply.status == status
    assert ('role="alert"' in reply.text) == (status == 400)


def test_one_of_several_must_be_chosen(shop: Site) -> None:
    """What was chosen before stays ticked."""
    assert shop.sign_up("leila@example.net").status == 400
    assert 'value="choice" checked' in shop.sign_up("leila", newsletter="choice").text


def test_machines_that_fill_in_everything_sign_up_nobody(site: Site) -> None:
    """They get the same answer."""
    trapped = site.sign_up("leila@example.net", website="https://example.com/")

    assert trapped.text == site.sign_up("karim@example.net").text
    assert [row[0] for row in site.rows()["signup"]] == ["karim@example.net"]


def test_one_client_signs_up_so_many(site: Site) -> None:
    """By the address that the web server names, and a whole network of IPv6 as one; after an hour again."""

    def tries(client: str, count: int) -> list[int]:
        return [
            site.post(f"{PAGES}subscribe", {"email": "a@example.net"}, X_Forwarded_For=client).status
            for _ in range(count)
        ]

    assert tries("192.0.2.1", EACH + 1) == [200] * EACH + [429]
    assert tries("2001:db8::1", EACH) + tries("2001:db8::ffff", 1) == [200] * EACH + [429]
    assert tries("6.6.6.6, 192.0.2.1", 1) == [429]  # what a client says itself counts for nothing
    assert tries("192.0.2.2", 1) == [200]
    site.later(61)
    assert tries("192.0.2.1", 1) == [200]


def test_all_together_sign_up_so_many(site: Site) -> None:
    """However many clients there are."""
    limiter = site.desk.limiter

    assert [limiter.allows(f"192.0.{number % 250}.{number // 250}", MONDAY) for number in range(ALL + 1)].count(
        False
    ) == 1


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "", 200),
        ("GET", "nowhere", 404),
        ("GET", "u/", 404),
        ("GET", "u/x/", 404),
        ("GET", "u/x/again", 405),
        ("GET", "../subscribe", 404),
        ("DELETE", "subscribe", 405),
        ("GET", f"c/{'a' * 40}", 404),
        ("GET", f"p/{'a' * 33}", 404),
        ("GET", f"p/{'a' * 33}/data", 404),
        ("POST", f"p/{'a' * 33}/forget", 404),
        ("POST", f"u/{'a' * 33}/again", 404),
        ("GET", "u/%00%ff", 404),
    ],
)
def test_what_is_not_there_is_said(site: Site, method: str, path: str, status: int) -> None:
    """In a page of ours."""
    reply = site.ask(method, f"{PAGES}{path}")

    assert reply.status == status
    assert (reply.text == "{}") if path.endswith("data") else ("<h1>" in reply.text)


def test_too_much_is_refused(site: Site) -> None:
    """Whatever it is."""
    assert site.sign_up("a@example.net", x="x" * 70_000).status == 413
    assert site.sign_up("a@example.net", x=["x"] * 3000).status == 400


def test_database_that_cannot_be_written_is_said(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """With 503, and when to come back: a mail program tries its one click again."""
    mail = mailed(site)

    def broken(*_: object) -> None:
        raise StoreError("database is locked")

    monkeypatch.setattr(site.store, "writing", broken)
    replies = [site.ask("POST", one_click(mail)), site.sign_up("a@example.net")]

    assert [(each.status, each.headers["retry-after"]) for each in replies] == [(503, "60")] * 2


def test_every_answer_is_closed(site: Site) -> None:
    """To caches, referrers, frames, search engines and scripts; whatever its status. Only our own style is let in."""
    mail = mailed(site)
    addresses = [link(mail, "u"), link(mail, "p"), f"{link(mail, 'p')}/data", f"{PAGES}subscribe", f"{PAGES}no"]
    for address in addresses:
        reply = site.get(address)

        assert reply.headers["cache-control"] == "no-store"
        assert reply.headers["referrer-policy"] == "no-referrer"
        assert reply.headers["x-content-type-options"] == "nosniff"
        assert reply.headers["x-robots-tag"] == "noindex"
        if not address.endswith("/data"):  # which is no page
            policy = reply.headers["content-security-policy"]
            assert policy.startswith("default-src 'none';")
            assert "frame-ancestors 'none'" in policy
            assert "unsafe" not in policy
        assert not {"set-cookie", "server", "location"} & set(reply.headers)
        assert "<script" not in reply.text


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "ar"),
        ("fr-CA,fr;q=0.9,en;q=0.8", "fr"),
        ("fr,ar;q=0.1", "ar"),
        ("xx,de;q=0.5", "de"),
        ("xx", "ar"),
        ("en;q=0,*;q=0.1", "ar"),
        ("../../etc, <>;q=x", "ar"),
    ],
)
def test_stranger_is_spoken_to_in_their_language(site: Site, accepted: str, language: str) -> None:
    """In that of the site if they read it at all."""
    reply = site.get(f"{PAGES}nowhere", Accept_Language=accepted)

    assert f'<html lang="{language}"' in reply.text
    assert reply.headers["content-language"] == language


@given(st.text(st.characters(codec="latin-1"), max_size=60) | st.from_regex(r"([a-z]{2,3}(;q=[01]\.\d)?, ?){0,5}"))
def test_any_header_gives_a_language(accepted: str) -> None:
    """Ours, whatever stands in it."""
    assert chosen(accepted, "ar", ["de", "en"]) in ("ar", "de", "en")


def test_reader_is_spoken_to_in_theirs(site: Site) -> None:
    """Whatever the browser says."""
    mail = mailed(site, language="he")

    assert '<html lang="he" dir="rtl">' in site.get(link(mail, "u"), Accept_Language="en").text


def test_sentences_of_the_site_win(tmp_path: Path, site: Site) -> None:
    """One by one; what is none of ours is named."""
    folder = tmp_path / "templates/pages"
    folder.mkdir(parents=True)
    (folder / "en.toml").write_text('subscribe = "Get the good stuff"')
    shown = site.get(f"{PAGES}subscribe", Accept_Language="en").text
    (folder / "en.toml").write_text('subscribed = "?"')

    assert "<h1>Get the good stuff</h1>" in shown
    assert site.get(f"{PAGES}subscribe", Accept_Language="en").status == 500


def test_names_are_shown_as_they_are(tmp_path: Path) -> None:
    """Whatever stands in them."""
    evil = Newsletter("weekly", title='<script>alert("x")</script>')
    with Store.open(URL, tmp_path) as store, Site(tmp_path, store, evil).served() as site:
        site.sign_up("leila@example.net")
        site.errands.run()
        page = site.get(link(site.mails()[0], "c")).text

        assert "&lt;script&gt;" in page
        assert "<script" not in page


def test_pages_need_an_address(tmp_path: Path) -> None:
    """Nobody could find them."""
    with Store.open(URL, tmp_path) as store, pytest.raises(SettingsError, match=r"web\.url is empty"):
        Desk(settings(tmp_path), store, lambda: MONDAY, environ=ENVIRONMENT)


def test_other_secret_makes_links_void(site: Site) -> None:
    """And harms nobody."""
    mail = mailed(site)
    site.desk.keys = ("another secret, long enough",)

    assert [site.get(link(mail, kind)).status for kind in "up"] == [404, 404]
    assert site.ask("POST", one_click(mail)).status == 200
    assert site.readers() == {"reader@example.org": "active"}


def test_posts_that_cannot_be_read_keep_nobody_waiting(site: Site) -> None:
    """Only their topics are not known."""
    (site.settings.root / "posts").rmdir()
    site.sign_up("leila@example.net")
    site.errands.run()

    assert [type(each) for each in site.complaints] == [SettingsError]
    assert len(site.mails()) == 1


def test_relay_that_refuses_us_is_left_alone_for_a_while(site: Site) -> None:
    """It is not asked again at once; what waits is not forgotten."""
    site.memory.expect(StoreError("busy"))
    site.sign_up("leila@example.net")
    for _ in range(3):
        site.errands.run()
    before = len(site.mails())
    site.later(11)
    site.errands.run()

    assert len(site.complaints) == 1
    assert (before, len(site.mails())) == (0, 1)
    assert body(site.mails()[0], "plain").count(f"{PAGES}c/") == 1

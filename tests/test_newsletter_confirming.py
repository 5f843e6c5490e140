"""Readers who ask by mail are asked by mail, and get the newsletter once they have said yes."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from msgspec.structs import replace
from sqlalchemy import func, select

from feeds import newsletter as deeds
from feeds import subscriptions
from feeds.config import Bounces, Settings
from feeds.delivery.memory import Memory
from feeds.errors import SettingsError, UsageError
from feeds.model import Newsletter, Outcome, Subscription
from feeds.newsletter import confirming, consequences, reconciling, returned, standing
from feeds.newsletter.confirming import KEPT, MOST, PATIENCE, VALID
from feeds.store import Store, requests, tables
from tests.newsletter_site import DAY, MONDAY, URL, WEEK, WEEKLY, posts, settings, source, subscribe

BOUNCES = Bounces("Mail", "bounces@example.org")
ENVIRONMENT = {"FEEDS_SECRET": "a secret that is long enough"}
DAILY = Newsletter("daily", cadence="daily at 08:00", by_mail=False)
BOUNCE = "From: MAILER-DAEMON@example.net\nTo: {}\nSubject: failure\n\n<leila@example.net>:\n550 5.1.1 no such user\n"


@pytest.fixture
def site(tmp_path: Path) -> Settings:
    return settings(tmp_path, bounces=BOUNCES)


@pytest.fixture
def memory() -> Memory:
    return Memory()


@pytest.fixture
def store(store: Store) -> Store:
    deeds.remember(store, source(*posts("a")), MONDAY - WEEK)
    return store


def letter(sender: str = "Leila <leila@example.net>", to: str = "bounces@example.org", **headers: str) -> bytes:
    """Write a mail as a person does."""
    plain = {"From": sender, "To": to, "Subject": "subscribe", "Message-ID": "<1@example.net>"}
    plain |= {name.replace("_", "-"): value for name, value in headers.items()}
    return "".join(f"{name}: {value}\n" for name, value in plain.items()).encode() + b"\nhello\n"


def take(site: Settings, store: Store, message: bytes, now: datetime = MONDAY) -> str:
    return returned.take(site, store, message, now, environ=ENVIRONMENT)


def deliver(site: Settings, store: Store, memory: Memory, now: datetime = MONDAY) -> list[EmailMessage]:
    """Deliver what is queued; return the messages that left."""
    before = len(memory.messages)
    deeds.deliver(site, store, memory, lambda: now, environ=ENVIRONMENT)
    return [message_from_bytes(data, EmailMessage, policy=default) for _, data in memory.messages[before:]]


def ask(site: Settings, store: Store, memory: Memory, now: datetime = MONDAY) -> str:
    """Subscribe Leila by mail; return the address that takes her answer."""
    assert take(site, store, letter(), now) == "asked"
    (message,) = deliver(site, store, memory, now)
    return str(message["Reply-To"].addresses[0].addr_spec)


def readers(store: Store) -> dict[str, str]:
    return {each.email: each.status for each in subscriptions.listed(store)}


def consent(store: Store) -> str:
    with store.reading() as connection:
        return str(connection.scalar(select(tables.subscriber.c.consent)))


def test_reader_subscribes_by_two_mails(site: Settings, store: Store, memory: Memory) -> None:
    """Asked for, confirmed by answering, and from then on like any other; what proves it is kept."""
    answer = ask(site, store, memory)
    before = readers(store)
    became = [
        take(site, store, letter(to=answer, Subject="Re: x", Message_ID="<2@example.net>"), MONDAY + DAY)
        for _ in range(2)
    ]
    deeds.remember(store, source(*posts("ab")), MONDAY + DAY)
    deeds.open_issue(site, store, WEEKLY, source(*posts("ab")), MONDAY + WEEK)
    issues = deliver(site, store, memory, MONDAY + WEEK)

    assert before == {"leila@example.net": "pending"}
    assert became == ["confirmed", "repeated"]
    assert readers(store) == {"leila@example.net": "active"}
    assert consent(store) == (
        "weekly: asked by mail <1@example.net> on 2026-11-23 07:30 UTC;"
        " confirmed by mail <2@example.net> on 2026-11-24 07:30 UTC"
    )
    assert [message["To"] for message in issues] == ["leila@example.net"]


def test_mail_that_asks_says_all_there_is_to_know(site: Settings, store: Store, memory: Memory) -> None:
    """In the language of the site, to the reader alone, marked as written by a machine, and answered by a click too."""
    answer = ask(site, store, memory)
    message = message_from_bytes(memory.messages[0][1], EmailMessage, policy=default)
    html, text = (message.get_body((kind,)) for kind in ("html", "plain"))

    assert re.fullmatch(r"bounces\+[a-z2-7]{40}@example\.org", answer)
    assert (message["To"], message["Subject"]) == ("leila@example.net", "يرجى التأكيد: مدونتي")
    assert (message["Auto-Submitted"], message["Date"].datetime) == ("auto-generated", MONDAY)
    assert html is not None
    assert text is not None
    assert f'href="mailto:{answer}?subject=' in html.get_content()
    assert 'dir="rtl"' in html.get_content()
    assert answer in text.get_content().splitlines()
    assert "30 نوفمبر 2026" in text.get_content()
    assert "\ufdd0" not in html.get_content() + text.get_content()


def test_what_asks_leaves_as_everything_leaves(site: Settings, store: Store, memory: Memory) -> None:
    """Kept in the outbox until the relay takes it, tried again as the same message, and shown there."""
    take(site, store, letter())
    memory.expect(Outcome("deferred", 450, "4.2.0"))
    nothing = deliver(site, store, memory)
    under_way = [f"{each.issue.newsletter}-{each.issue.number}" for each in standing.under_way(store, MONDAY)]
    first = deliver(site, store, memory, MONDAY + timedelta(hours=1))
    again = deliver(site, store, memory, MONDAY + DAY)

    assert (nothing, under_way, len(first), again) == ([], ["weekly/confirm-1"], 1, [])
    assert memory.messages[0][0].issue == "weekly.confirm-1"  # in `[mail] folder`, the name of its own
    assert [each.state for each in standing.of_reader(store, "leila@example.net")] == ["sent"]
    assert deeds.listed(store) == ()
    with pytest.raises(UsageError, match="there is no issue yet"):
        standing.status(store, "", MONDAY)


@pytest.mark.parametrize(
    ("to", "subject"),
    [
        ("bounces@example.org", "Subscribe"),
        ("bounces@example.org", "Re: subscribe"),
        ("bounces@example.org", "subscribe weekly"),
        ("Bounces+Subscribe@example.org", "hello"),
        ("bounces+subscribe-weekly@example.org", "مرحبا"),
        ("bounces+subscribe@example.org", ""),
    ],
)
def test_ways_to_ask(site: Settings, store: Store, to: str, subject: str) -> None:
    """By the address or by the subject."""
    assert take(site, store, letter(to=to, Subject=subject)) == "asked"
    assert readers(store) == {"leila@example.net": "pending"}


@pytest.mark.parametrize(("subject", "newsletter"), [("subscribe", "second"), ("subscribe weekly", "weekly")])
def test_address_says_which_newsletter_unless_the_subject_does(
    tmp_path: Path, store: Store, subject: str, newsletter: str
) -> None:
    """A link on a page may well write both."""
    site = settings(tmp_path, WEEKLY, replace(WEEKLY, name="second"), bounces=BOUNCES)
    became = take(site, store, letter(to="bounces+subscribe-second@example.org", Subject=subject))
    with store.reading() as connection:
        asked = connection.scalars(select(tables.request.c.newsletter)).all()

    assert (became, asked) == ("asked", [newsletter])


NOBODY = {
    "answers by itself": {"Auto_Submitted": "auto-replied"},
    "generated": {"Auto_Submitted": "auto-generated"},
    "bulk": {"Precedence": "bulk"},
    "list": {"List_Id": "<x.example.net>"},
    "newsletter": {"List_Unsubscribe": "<mailto:x@example.net>"},
    "bounce": {"Return_Path": "<>"},
    "daemon": {"sender": "MAILER-DAEMON@example.net"},
    "nobody reads it": {"sender": "no-reply@example.net"},
    "two people": {"sender": "a@example.net, b@example.net"},
    "no address": {"sender": "Leila"},
    "ourselves": {"sender": "news@example.org"},
    "the mailbox itself": {"sender": "Bounces@example.org"},
    "out of office": {"Subject": "Automatic reply: subscribe", "to": "bounces+subscribe@example.org"},
}


@pytest.mark.parametrize("who", NOBODY)
def test_machines_subscribe_nobody(site: Settings, store: Store, who: str) -> None:
    """Nor does who is not one person with one address."""
    assert take(site, store, letter(**NOBODY[who])) in ("left", "ignored")
    assert readers(store) == {}


@pytest.mark.parametrize("headers", [NOBODY[who] for who in NOBODY if "sender" not in NOBODY[who]])
def test_machines_confirm_nothing(site: Settings, store: Store, memory: Memory, headers: dict[str, str]) -> None:
    """Though they answer to the right address."""
    answer = ask(site, store, memory)

    assert take(site, store, letter(**(headers | {"Subject": headers.get("Subject", "Re: x"), "to": answer}))) in (
        "left",
        "ignored",
    )
    assert readers(store) == {"leila@example.net": "pending"}


def test_address_that_the_message_left_from_confirms_nothing(site: Settings, store: Store, memory: Memory) -> None:
    """That is where machines answer to, also those that do not say what they are."""
    ask(site, store, memory)

    assert take(site, store, letter(to=memory.messages[0][0].sender, Subject="I am away")) == "left"
    assert readers(store) == {"leila@example.net": "pending"}


def test_bounce_of_what_asks_ends_it(site: Settings, store: Store, memory: Memory) -> None:
    """The address is dead, and is not written to again."""
    answer = ask(site, store, memory)

    assert take(site, store, BOUNCE.format(memory.messages[0][0].sender).encode()) == "bounced"
    assert take(site, store, letter(to=answer, Subject="yes"), MONDAY + DAY) == "repeated"
    assert take(site, store, letter(), MONDAY + DAY) == "asked"
    assert deliver(site, store, memory, MONDAY + DAY) == []
    assert confirming.forget_unanswered(store, MONDAY + KEPT + DAY) == 1
    assert readers(store) == {}
    assert take(site, store, letter(), MONDAY + KEPT + DAY) == "asked"
    assert readers(store) == {}


def test_who_never_said_yes_is_no_reader_when_their_address_is_good_again(
    site: Settings, store: Store, memory: Memory
) -> None:
    """They may be asked once more, and no more than that."""
    ask(site, store, memory)
    take(site, store, BOUNCE.format(memory.messages[0][0].sender).encode())
    lifted = subscriptions.unsuppress(store, "leila@example.net", MONDAY)

    assert lifted
    assert readers(store) == {"leila@example.net": "pending"}


def test_who_complained_comes_back_once_the_operator_lets_them(site: Settings, store: Store, memory: Memory) -> None:
    """They have to ask for it, and to say yes."""
    subscriptions.add(site, store, "leila@example.net", MONDAY)
    with store.writing() as connection:
        consequences.stop(connection, "complained", 1, 1, "abuse", MONDAY)
    before = take(site, store, letter()), deliver(site, store, memory)
    subscriptions.unsuppress(store, "leila@example.net", MONDAY)
    between = readers(store)
    became = take(site, store, letter(to=ask(site, store, memory), Subject="yes"))

    assert before == ("asked", [])
    assert between == {"leila@example.net": "complained"}
    assert became == "confirmed"
    assert readers(store) == {"leila@example.net": "active"}


def test_no_answer_tells_what_is_known_of_an_address(site: Settings, store: Store, memory: Memory) -> None:
    """Whoever it is, asking comes to the same; only who may get mail gets one."""
    subscribe(site, store, "active", "left", "suppressed", "erased")
    subscriptions.unsubscribe(store, "left@example.org", MONDAY)
    subscriptions.suppress(store, "suppressed@example.org", MONDAY)
    subscriptions.erase(store, "erased@example.org", MONDAY)
    names = ("active", "left", "suppressed", "erased", "new", "new")
    became = {take(site, store, letter(f"{name}@example.org")) for name in names}
    asked = [message["To"] for message in deliver(site, store, memory)]

    assert became == {"asked"}
    assert sorted(asked) == ["left@example.org", "new@example.org"]


@given(st.lists(st.integers(0, 60 * 24 * 20), min_size=1, max_size=60))
@examples(max_examples=15, deadline=None)
def test_a_victim_gets_three_mails_at_most(tmp_path_factory: pytest.TempPathFactory, minutes: list[int]) -> None:
    """However often somebody asks in their name within the time that this is remembered, for whatever newsletter."""
    folder, memory = tmp_path_factory.mktemp("victim"), Memory()
    site = settings(folder, WEEKLY, Newsletter("second"), bounces=BOUNCES)
    with Store.open(URL, folder) as store:
        for number, minute in enumerate(sorted(minutes)):
            now = MONDAY + timedelta(minutes=minute)
            take(site, store, letter(Subject=f"subscribe {('weekly', 'second')[number % 2]}"), now)
            deliver(site, store, memory, now)

    assert 1 <= len(memory.messages) <= MOST


def test_sign_ups_in_a_row_make_one_mail(site: Settings, store: Store, memory: Memory) -> None:
    """A thousand of them, too; later there is another, and a third, and no more."""
    counts = []
    for start in (MONDAY, MONDAY + PATIENCE, MONDAY + DAY, MONDAY + 2 * DAY):
        for second in range(50):
            take(site, store, letter(), start + timedelta(seconds=second))
        counts.append(len(deliver(site, store, memory, start)))

    assert counts == [1, 1, 1, 0]


def test_sign_ups_at_the_same_moment_make_one_mail(site: Settings, store: Store, memory: Memory) -> None:
    """However many processes read mail at once."""
    with ThreadPoolExecutor(4) as pool:
        became = list(pool.map(lambda _: take(site, store, letter()), range(8)))

    assert became == ["asked"] * 8
    assert len(deliver(site, store, memory)) == 1


def test_addresses_of_one_mailbox_are_asked_as_one(site: Settings, store: Store, memory: Memory) -> None:
    """What stands behind a + leads to the same reader, as do dots at Gmail; elsewhere dots tell people apart."""
    senders = ("leila+1@gmail.com", "le.ila@gmail.com", "LEILA+2@googlemail.com", "a@example.net", "a+x@example.net")
    for sender in (*senders, "b.c@example.net", "bc@example.net"):
        take(site, store, letter(sender))
    asked = [message["To"] for message in deliver(site, store, memory)]
    for day in range(1, 5):
        for sender in senders:
            take(site, store, letter(sender), MONDAY + day * DAY)
        deliver(site, store, memory, MONDAY + day * DAY)

    assert asked == ["leila+1@gmail.com", "a@example.net", "b.c@example.net", "bc@example.net"]
    assert len(memory.messages) == 2 * MOST + 2


def test_answer_counts_for_a_week(site: Settings, store: Store, memory: Memory) -> None:
    """Who answers later is asked once more; then it is forgotten who they are."""
    answer = ask(site, store, memory)
    late = MONDAY + VALID + DAY

    assert take(site, store, letter(to=answer, Subject="yes"), late) == "asked"
    assert readers(store) == {"leila@example.net": "pending"}
    assert [message["To"] for message in deliver(site, store, memory, late)] == ["leila@example.net"]
    assert confirming.forget_unanswered(store, late + KEPT - DAY) == 0
    assert confirming.forget_unanswered(store, late + KEPT + DAY) == 1
    assert readers(store) == {}
    assert take(site, store, letter(to=answer, Subject="yes"), late + KEPT + DAY) == "repeated"


def test_any_of_the_mails_may_be_answered(site: Settings, store: Store, memory: Memory) -> None:
    """The first has not come to nothing by there being a second."""
    first = ask(site, store, memory)
    second = ask(site, store, memory, MONDAY + DAY)

    assert take(site, store, letter(to=first, Subject="yes"), MONDAY + DAY) == "confirmed"
    assert take(site, store, letter(to=second, Subject="yes"), MONDAY + DAY) == "repeated"


def test_mail_that_waits_is_not_sent_when_another_asks(site: Settings, store: Store, memory: Memory) -> None:
    """Nor when the answer has come meanwhile."""
    answer = ask(site, store, memory)
    for day in (1, 2):
        take(site, store, letter(), MONDAY + day * DAY)
    states = [each.state for each in standing.of_reader(store, "leila@example.net")]
    take(site, store, letter(to=answer, Subject="yes"), MONDAY + 2 * DAY)

    assert states == ["queued", "skipped", "sent"]
    assert deliver(site, store, memory, MONDAY + 2 * DAY) == []


def test_mail_that_asks_can_be_tried_again(site: Settings, store: Store, memory: Memory) -> None:
    """Once the relay takes what it refused; not to who has said no meanwhile."""
    for name in ("leila", "omar"):
        take(site, store, letter(f"{name}@example.net"))
    memory.expect(Outcome("failed", 550, "5.7.1", "blocked", meaning="policy"))
    deliver(site, store, memory)
    memory.expect()
    with store.writing() as connection:
        requests.withdraw(connection, [2], "weekly", MONDAY)
    labels = ["weekly/confirm-1", "weekly/confirm-2"]

    assert [reconciling.retry(store, each, MONDAY) for each in labels] == [1, 0]
    assert [message["To"] for message in deliver(site, store, memory)] == ["leila@example.net"]


@pytest.mark.parametrize("how", ["subject", "token"])
def test_no_is_an_answer(site: Settings, store: Store, memory: Memory, how: str) -> None:
    """By the word, or by the button that mail programs make of List-Unsubscribe; a yes after it is too late."""
    answer = ask(site, store, memory)
    token = message_from_bytes(memory.messages[0][1])["List-Unsubscribe"].partition("subject=")[2].strip(">\r\n ")
    no = letter(to=answer, Subject="unsubscribe") if how == "subject" else letter(Subject=token)

    assert [take(site, store, no) for _ in range(2)] == ["unsubscribed", "repeated"]
    assert take(site, store, letter(to=answer, Subject="yes")) == "repeated"
    assert readers(store) == {"leila@example.net": "pending"}


def test_forged_answer_is_no_answer(site: Settings, store: Store, memory: Memory) -> None:
    """Neither a made up address nor one that was meant for something else."""
    ask(site, store, memory)
    for token in ("a" * 40, memory.messages[0][0].sender.partition("+")[2].partition("@")[0]):
        assert take(site, store, letter(to=f"bounces+{token}@example.org", Subject="yes")) == "left"

    assert readers(store) == {"leila@example.net": "pending"}


def test_who_left_comes_back_to_what_they_ask_for(tmp_path: Path, store: Store, memory: Memory) -> None:
    """And to none of what they had before; the posts of meanwhile do not come after them."""
    site = settings(tmp_path, WEEKLY, DAILY, bounces=BOUNCES)
    for name in ("weekly", "daily"):
        subscribe(site, store, "leila", newsletter=name)
    subscriptions.unsubscribe(store, "leila@example.org", MONDAY)
    deeds.remember(store, source(*posts("ab")), MONDAY)
    take(site, store, letter("leila@example.org", Subject="subscribe weekly"))
    (message,) = deliver(site, store, memory)
    take(site, store, letter(to=str(message["Reply-To"]), Subject="yes"))
    opened = [deeds.open_issue(site, store, each, source(*posts("abc")), MONDAY + DAY) for each in (WEEKLY, DAILY)]
    with store.reading() as connection:
        rows = connection.execute(select(tables.subscription.c.newsletter, tables.subscription.c.status)).all()

    assert opened == [None, None]
    assert readers(store) == {"leila@example.org": "active"}
    assert sorted(tuple(row) for row in rows) == [("daily", "unsubscribed"), ("weekly", "active")]


def test_second_newsletter_is_confirmed_as_well(tmp_path: Path, store: Store, memory: Memory) -> None:
    """The first goes on meanwhile."""
    second = Newsletter("second")
    site = settings(tmp_path, WEEKLY, second, bounces=BOUNCES)
    subscribe(site, store, "leila", newsletter="weekly", language="fr")
    take(site, store, letter("leila@example.org", Subject="subscribe second"))
    (message,) = deliver(site, store, memory)
    assert message["Subject"] == "Merci de confirmer : مدونتي"
    before = [each.subscriptions for each in subscriptions.listed(store)]
    take(site, store, letter("leila@example.org", to=str(message["Reply-To"]), Subject="yes"))
    after = [each.subscriptions for each in subscriptions.listed(store)]

    assert before == [(Subscription("weekly"),)]
    assert after == [(Subscription("second"), Subscription("weekly"))]
    assert consent(store).count("\n") == 1


@pytest.mark.parametrize("subject", ["subscribe daily", "subscribe monthly", "subscribe"])
def test_newsletter_that_is_not_open_is_left_to_a_person(tmp_path: Path, store: Store, subject: str) -> None:
    """As is one that there is not, or that is not named where there are several."""
    site = settings(tmp_path, WEEKLY, DAILY, bounces=BOUNCES)

    assert take(site, store, letter(Subject=subject)) == "left"
    assert readers(store) == {}


def test_operator_may_leave_it_to_the_reader(site: Settings, store: Store, memory: Memory, tmp_path: Path) -> None:
    """With what was chosen for them; by one, or by a file."""
    enrol = confirming.asker(site)
    added = subscriptions.add(site, store, "a@example.org", MONDAY, categories=["علوم"], enrol=enrol)
    with pytest.raises(UsageError, match="was asked, and has not answered"):
        subscriptions.add(site, store, "a@example.org", MONDAY, enrol=enrol)
    file = tmp_path / "readers.csv"
    file.write_text("email,language\na@example.org,\nb@example.org,fr\n")
    became = subscriptions.import_csv(site, store, file, MONDAY, enrol=enrol)
    mails = deliver(site, store, memory)
    for message in mails:
        assert take(site, store, letter(str(message["To"]), to=str(message["Reply-To"]), Subject="yes")) == "confirmed"

    assert added.status == "pending"
    assert (became.added, became.duplicates) == (1, 1)
    assert [message["Subject"] for message in mails] == ["يرجى التأكيد: مدونتي", "Merci de confirmer : مدونتي"]
    chosen = {each.email: each.subscriptions for each in subscriptions.listed(store, status="active")}
    assert chosen["a@example.org"] == (Subscription("weekly", ("علوم",)),)


def test_operators_word_makes_asking_needless(site: Settings, store: Store, memory: Memory) -> None:
    """Who was asked is added all the same, and the mail that still waits is not sent."""
    take(site, store, letter())
    added = subscriptions.add(site, store, "leila@example.net", MONDAY)

    assert added.status == "active"
    assert deliver(site, store, memory) == []


def test_answer_after_the_operators_word_costs_no_post(tmp_path: Path, store: Store, memory: Memory) -> None:
    """Who has the newsletter already says yes to nothing: the posts that came meanwhile stay theirs."""
    site = settings(tmp_path, Newsletter("daily"), WEEKLY, bounces=BOUNCES)
    subscriptions.add(site, store, "leila@example.net", MONDAY, newsletter="daily")
    take(site, store, letter(Subject="subscribe weekly"))
    (message,) = deliver(site, store, memory)
    subscriptions.add(site, store, "leila@example.net", MONDAY, newsletter="weekly")
    deeds.remember(store, source(*posts("ab")), MONDAY)
    became = take(site, store, letter(to=message["Reply-To"].addresses[0].addr_spec, Subject="yes"), MONDAY + DAY)
    issue = deeds.open_issue(site, store, WEEKLY, source(*posts("ab")), MONDAY + DAY)

    assert became == "repeated"
    assert issue is not None


def test_answer_about_a_newsletter_that_is_no_more_is_passed_by(site: Settings, store: Store, memory: Memory) -> None:
    """In time or late, it holds up no other mail."""
    answer = ask(site, store, memory)
    another = replace(site, newsletter=(Newsletter("daily"),))
    became = [take(another, store, letter(to=answer, Subject="yes"), MONDAY + late) for late in (DAY, VALID + DAY)]

    assert became == ["repeated", "repeated"]
    assert readers(store) == {"leila@example.net": "pending"}


def test_asking_needs_an_address_for_the_answers(tmp_path: Path) -> None:
    """Before anybody is asked."""
    with pytest.raises(SettingsError, match=r"mail\.bounces\.address is empty"):
        confirming.asker(settings(tmp_path))
    with pytest.raises(SettingsError, match=r"mail\.from is empty"):
        confirming.asker(settings(tmp_path, bounces=BOUNCES, sender=""))


def test_erased_reader_leaves_no_request(site: Settings, store: Store, memory: Memory) -> None:
    """Nor does who is suppressed; neither is written to."""
    for name, deed in (("a", subscriptions.erase), ("b", subscriptions.suppress)):
        take(site, store, letter(f"{name}@example.org"))
        deed(store, f"{name}@example.org", MONDAY)
    with store.reading() as connection:
        left = connection.scalar(select(func.count()).select_from(tables.request))

    assert left == 0
    assert deliver(site, store, memory) == []


def test_run_reads_asks_and_confirms(site: Settings, store: Store, memory: Memory, tmp_path: Path) -> None:
    """From a Maildir, in one run each."""
    for name in ("cur", "new", "tmp"):
        (tmp_path / "Mail" / name).mkdir(parents=True)

    def run(message: bytes) -> dict[str, int]:
        (tmp_path / "Mail/new/1").write_bytes(message)
        ran = deeds.run_due(site, store, source(*posts("a")), memory, lambda: MONDAY, environ=ENVIRONMENT)
        return dict(ran.returned)

    first = run(letter())
    message = message_from_bytes(memory.messages[0][1], EmailMessage, policy=default)
    second = run(letter(to=str(message["Reply-To"]), Subject=f"Re: {message['Subject']}"))

    assert (first, second) == ({"asked": 1}, {"confirmed": 1})
    assert readers(store) == {"leila@example.net": "active"}

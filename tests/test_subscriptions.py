"""How readers come and go."""

from contextlib import suppress
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from sqlalchemy import select, update

from feeds import newsletter as deeds
from feeds import subscriptions
from feeds.config import Settings
from feeds.errors import UsageError
from feeds.model import Newsletter, Subscription
from feeds.newsletter import signups
from feeds.store import Store, standings, suppressions, tables
from feeds.subscriptions import Imported
from feeds.subscriptions.enrolling import checked
from tests.newsletter_site import MONDAY, URL, WEEKLY, posts, settings, source, subscribe


@pytest.fixture
def site(tmp_path: Path) -> Settings:
    return settings(tmp_path)


def emails(store: Store, **choices: str) -> list[str]:
    return [each.email for each in subscriptions.listed(store, **choices)]


def test_reader_is_added_with_what_they_chose(site: Settings, store: Store) -> None:
    """Everything in its normal form."""
    added = subscriptions.add(
        site,
        store,
        " Leila@EXAMPLE.org ",
        MONDAY,
        name=" ليلى\tبن  علي\n",
        language="ar_DZ",
        timezone="Africa/Algiers",
        categories=["علوم", " رياضة ", "", "علوم"],
    )

    assert (added.id, added.email, added.name, added.language) == (1, "Leila@example.org", "ليلى بن علي", "ar-DZ")
    assert (added.timezone, added.status) == ("Africa/Algiers", "active")
    assert added.subscriptions == (Subscription("weekly", ("رياضة", "علوم")),)
    assert list(subscriptions.listed(store)) == [added]


WRONG = {
    "no address": ({"email": "leila"}, "^'leila' is no address; an email address must have an @-sign$"),
    "two addresses": ({"email": "a@example.org, b@example.org"}, "is no address"),
    "header": ({"email": "a@example.org\r\nBcc: b@example.org"}, "is no address"),
    "language": ({"language": "عربي"}, "'عربي' is no language"),
    "zone": ({"timezone": "Mars/Olympus"}, "'Mars/Olympus' is no time zone"),
    "zone that is a path": ({"timezone": "../../etc/passwd"}, "is no time zone"),
    "newsletter": ({"newsletter": "daily"}, "there is no newsletter 'daily'; known: weekly"),
}


@pytest.mark.parametrize("what", WRONG)
def test_wrong_value_is_named(site: Settings, store: Store, what: str) -> None:
    """With the value and what would be right; nobody is added."""
    choices, expected = WRONG[what]
    with pytest.raises(UsageError, match=expected):
        subscriptions.add(site, store, now=MONDAY, **cast(Any, {"email": "a@example.org"} | choices))

    assert emails(store) == []


@pytest.mark.parametrize("again", ["leila@example.org", "LEILA@EXAMPLE.ORG", " Leila@example.org"])
def test_reader_is_there_once(site: Settings, store: Store, again: str) -> None:
    """However the address is written."""
    subscribe(site, store, "Leila")

    with pytest.raises(UsageError, match="already gets weekly"):
        subscriptions.add(site, store, again, MONDAY)

    assert emails(store) == ["Leila@example.org"]


def test_domain_in_any_script_is_one_domain(site: Settings, store: Store) -> None:
    """Shown in its own script, sent to in ASCII."""
    subscriptions.add(site, store, "ali@مثال.إختبار", MONDAY)
    with pytest.raises(UsageError, match="already gets weekly"):
        subscriptions.add(site, store, "ali@xn--mgbh0fb.xn--kgbechtv", MONDAY)
    with store.reading() as connection:
        row = connection.execute(select(tables.subscriber)).one()

    assert (row.email, row.address, row.domain) == (
        "ali@مثال.إختبار",
        "ali@xn--mgbh0fb.xn--kgbechtv",
        "xn--mgbh0fb.xn--kgbechtv",
    )


def test_newsletter_must_be_named_where_there_are_several(tmp_path: Path, store: Store) -> None:
    """A reader may get several, each once."""
    site = settings(tmp_path, WEEKLY, Newsletter("daily"))
    with pytest.raises(UsageError, match="there are several newsletters; name one: weekly, daily"):
        subscriptions.add(site, store, "a@example.org", MONDAY)
    for name in ("daily", "weekly"):
        subscribe(site, store, "a", newsletter=name)
    subscribe(site, store, "b", newsletter="daily")

    assert emails(store) == ["a@example.org", "b@example.org"]
    assert emails(store, newsletter="weekly") == ["a@example.org"]


def test_site_without_a_newsletter_says_so(site: Settings, store: Store) -> None:
    """Before anybody is added to nothing."""
    bare = Settings(site=site.site, root=site.root)

    with pytest.raises(UsageError, match=r"no newsletter; add \[\[newsletter\]\] to feeds.toml"):
        subscriptions.add(bare, store, "a@example.org", MONDAY)


def test_reader_who_unsubscribed_stays_away(site: Settings, store: Store, tmp_path: Path) -> None:
    """Neither a command nor a file brings them back; only they can."""
    subscribe(site, store, "a")
    left = [subscriptions.unsubscribe(store, " A@example.org", MONDAY) for _ in range(2)]
    file = tmp_path / "readers.csv"
    file.write_text("email\na@example.org\n")

    assert [each.status for each in left] == ["unsubscribed", "unsubscribed"]
    with pytest.raises(UsageError, match="has left, and only they can come back"):
        subscriptions.add(site, store, "a@example.org", MONDAY)
    assert subscriptions.import_csv(site, store, file, MONDAY) == Imported(0, 0, 1, ())
    assert (emails(store, status="active"), emails(store, status="unsubscribed")) == ([], ["a@example.org"])


def test_reason_that_is_not_utf8_is_kept_as_well_as_can_be(site: Settings, store: Store) -> None:
    """As a terminal of another encoding hands it over."""
    assert subscriptions.suppress(store, "a@example.org", MONDAY, reason="sp\udce4t")


def test_way_back_of_who_was_erased_or_suppressed_is_named(site: Settings, store: Store) -> None:
    """It is the operator who keeps them away, and who can take that back."""
    subscribe(site, store, "erased", "returned")
    subscriptions.erase(store, "erased@example.org", MONDAY)
    subscriptions.suppress(store, "suppressed@example.org", MONDAY)
    with store.writing() as connection:
        connection.execute(update(tables.subscriber).where(tables.subscriber.c.id == 2).values(status="bounced"))
        suppressions.add_subscriber(connection, 2, "bounced", MONDAY)
    refused = {}
    for name in ("erased", "suppressed", "returned"):
        with pytest.raises(UsageError) as caught:
            subscriptions.add(site, store, f"{name}@example.org", MONDAY)
        refused[name] = str(caught.value)
        subscriptions.unsuppress(store, f"{name}@example.org", MONDAY)

    way = "if they ask for mail, run `feeds subscribers unsuppress {0}@example.org`"
    gone = f"{{0}}@example.org is suppressed or was erased; {way}, then add them"
    back = f"mail to {{0}}@example.org came back; {way}"
    assert refused == {
        name: said.format(name) for name, said in (("erased", gone), ("suppressed", gone), ("returned", back))
    }
    subscribe(site, store, "erased", "suppressed")
    assert emails(store, status="active") == [f"{name}@example.org" for name in ("returned", "erased", "suppressed")]


def test_unsubscribing_takes_mail_out_of_the_outbox(site: Settings, store: Store) -> None:
    """What has not left yet does not leave."""
    deeds.remember(store, source(), MONDAY)
    subscribe(site, store, "a", "b")
    deeds.remember(store, source(*posts("x")), MONDAY)
    deeds.open_issue(site, store, WEEKLY, source(*posts("x")), MONDAY)
    subscriptions.unsubscribe(store, "a@example.org", MONDAY)
    with store.reading() as connection:
        states = [each.state for each in standings.of_issue(connection, 1)]

    assert states == ["skipped", "queued"]


def test_unknown_reader_is_named(store: Store) -> None:
    """A slip in the address is not taken for a reader who has left."""
    with pytest.raises(UsageError, match=r"there is no subscriber nobody@example\.org"):
        subscriptions.unsubscribe(store, "nobody@example.org", MONDAY)


CSV = '''\
\ufeffEmail,Name,language,timezone,categories,shoe size
a@example.org,ليلى,ar,Africa/Algiers,رياضة; علوم,gold
b@example.org,"Smith, ""Bob""",en,,,
not an address,,,,,
A@example.org,again,,,,
c@example.org,,klingon!,,,

d@example.org
here@example.org,,,,,
'''


@pytest.fixture
def file(tmp_path: Path, site: Settings, store: Store) -> Path:
    subscribe(site, store, "here")
    path = tmp_path / "readers.csv"
    path.write_text(CSV, "utf-8")
    return path


def test_file_of_readers_is_imported(site: Settings, store: Store, file: Path) -> None:
    """The good lines come in, the others are named with their line, and doing it again adds nobody."""
    first, second = (subscriptions.import_csv(site, store, file, MONDAY) for _ in range(2))
    readers = list(subscriptions.listed(store))

    assert (first.added, first.duplicates, first.left) == (3, 2, 0)
    assert [(each.line, each.what) for each in first.problems] == [
        (4, "'not an address' is no address"),
        (6, "'klingon!' is no language"),
    ]
    assert [str(each) for each in first.warnings] == [
        f"{file}:1: not used: 'shoe size'; known: email, name, language, timezone, categories, cadence"
    ]
    assert (second.added, second.duplicates) == (0, 5)
    assert [each.email[0] for each in readers] == ["h", "a", "b", "d"]
    assert readers[1].subscriptions == (Subscription("weekly", ("رياضة", "علوم")),)
    assert readers[2].name == 'Smith, "Bob"'


def test_dry_run_keeps_nothing(site: Settings, store: Store, file: Path) -> None:
    """It says what a real one would."""
    tried = subscriptions.import_csv(site, store, file, MONDAY, dry_run=True)

    assert emails(store) == ["here@example.org"]
    assert tried == subscriptions.import_csv(site, store, file, MONDAY)


FULL = {
    "sqlite": "CREATE TRIGGER full BEFORE INSERT ON subscriber WHEN NEW.email = 'reader1100@example.org'"
    " BEGIN SELECT RAISE(ABORT, 'no'); END",
    "postgresql": "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE 'no'; END$$;"
    " CREATE TRIGGER too_many BEFORE INSERT ON subscriber FOR EACH ROW WHEN (NEW.email = 'reader1100@example.org')"
    " EXECUTE FUNCTION refuse()",
}


def test_import_that_breaks_off_leaves_nothing_half_done(site: Settings, store: Store, tmp_path: Path) -> None:
    """All that is kept is kept at once, also of a file of thousands."""
    path = tmp_path / "many.csv"
    path.write_text("email\n" + "".join(f"reader{number}@example.org\n" for number in range(1200)))
    with store.writing() as connection:
        connection.exec_driver_sql(FULL[connection.dialect.name])

    with pytest.raises(Exception, match="no"):
        subscriptions.import_csv(site, store, path, MONDAY)

    assert emails(store) == []


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_file_of_any_country_is_read(site: Settings, store: Store, tmp_path: Path, separator: str) -> None:
    """Spreadsheets separate columns as their country does."""
    path = tmp_path / "readers.csv"
    path.write_text(separator.join(["name", "email"]) + "\r\n" + separator.join(["x", "x@example.org"]) + "\r\n")

    assert subscriptions.import_csv(site, store, path, MONDAY).added == 1
    assert emails(store) == ["x@example.org"]


UNREADABLE = {
    "no column": (b"name\nx\n", 'no column "email"; known: email, name'),
    "open quotes": (b'email,"name', 'no column "email"'),
    "empty": (b"", 'no column "email"'),
    "not UTF-8": ("email\nx@example.org\nجزائر".encode("windows-1256"), ":3: it is not UTF-8; save it as UTF-8"),
}


@pytest.mark.parametrize("what", UNREADABLE)
def test_file_that_is_none_of_ours_is_refused(site: Settings, store: Store, tmp_path: Path, what: str) -> None:
    """In one line, with the file."""
    content, expected = UNREADABLE[what]
    path = tmp_path / "readers.csv"
    path.write_bytes(content)

    with pytest.raises(UsageError, match=rf"readers\.csv.*{expected}"):
        subscriptions.import_csv(site, store, path, MONDAY)


def test_quotes_that_are_not_closed_are_a_problem(site: Settings, store: Store, tmp_path: Path) -> None:
    """What stands before them is imported."""
    path = tmp_path / "readers.csv"
    path.write_text('email,name\na@example.org,A\nb@example.org,"B\nc@example.org,C\n')
    became = subscriptions.import_csv(site, store, path, MONDAY)

    assert became.added == 1
    assert [(each.line, each.mend) for each in became.problems] == [(3, "close the quotes")]


@given(
    content=st.text(st.characters(codec="utf-8"), max_size=80).flatmap(
        lambda rest: st.sampled_from(["", "email,name\n", 'email,"name']).map(lambda first: first + rest)
    )
)
def test_any_file_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, content: str) -> None:
    """Nothing that a file may hold makes the import fail otherwise."""
    folder = tmp_path_factory.mktemp("any")
    path = folder / "readers.csv"
    path.write_text(content, "utf-8", newline="")
    added = 0
    with Store.open("sqlite://", folder) as store:
        with suppress(UsageError):
            added = subscriptions.import_csv(settings(folder), store, path, MONDAY).added

        assert len(emails(store)) == added


@pytest.mark.parametrize("status", ["bounced", "complained", "erased"])
def test_suppressed_readers_stay_as_they_are(site: Settings, store: Store, status: str) -> None:
    """Unsubscribing takes nothing away from what is known of them, and adding does not bring them back."""
    subscribe(site, store, "a")
    with store.writing() as connection:
        connection.execute(update(tables.subscriber).values(status=status))

    assert subscriptions.unsubscribe(store, "a@example.org", MONDAY).status == status
    with pytest.raises(UsageError, match=r"has left|came back"):
        subscriptions.add(site, store, "a@example.org", MONDAY)


# As each of them exports readers: only the first gets mail.
EXPORTS = {
    "mailchimp": (
        '"Email Address","First Name","Last Name",MEMBER_RATING,OPTIN_TIME,TIMEZONE,LEID,EUID,TAGS\n'
        'a@example.org,Layla,Haddad,2,"2024-01-02 10:00:00",Africa/Algiers,1,2,"""vip"""\n',
        0,
    ),
    "mailchimp, unsubscribed": (
        "Email Address,UNSUB_TIME,UNSUB_CAMPAIGN_TITLE\na@example.org,,\nb@example.org,2024-01-02,Hello\n",
        1,
    ),
    "mailchimp, cleaned": ("Email Address,CLEAN_TIME\na@example.org,\nb@example.org,2024-01-02\n", 1),
    "ghost": (
        "id,email,name,note,subscribed_to_emails,complimentary_plan,stripe_customer_id,created_at,deleted_at,labels,tiers\n"
        "1,a@example.org,Layla Haddad,,true,,,2024-01-02T10:00:00.000Z,,,\n"
        "2,b@example.org,,,false,,,2024-01-02T10:00:00.000Z,,,\n"
        "3,c@example.org,,,,,,2024-01-02T10:00:00.000Z,,,\n",
        2,
    ),
    "substack": (
        "email,active_subscription,expiry,plan,email_disabled,created_at\n"
        "a@example.org,false,,other,false,2024-01-02\nb@example.org,true,,yearly,true,2024-01-02\n",
        1,
    ),
    "substack, as of late": (
        "Email,Name,Stripe plan,Cancel date,Start date,Emails opened (6mo),Subscription source (free),Type\n"
        "a@example.org,Layla Haddad,,,2026-01-02T10:21:38.759Z,5,substack-notes,Free\n"
        "b@example.org,,,2026-05-06T10:21:38.759Z,2026-01-02T10:21:38.759Z,0,web,Free\n",
        1,
    ),
    "buttondown": (
        "email,notes,metadata,tags,type,creation_date,source\na@example.org,,{},,regular,2024-01-02,api\n"
        "b@example.org,,{},,unsubscribed,2024-01-02,api\nc@example.org,,{},,unactivated,2024-01-02,api\n"
        "d@example.org,,{},,undeliverable,2024-01-02,api\n",
        3,
    ),
    "buttondown, as of late": (
        "id,creation_date,email_address,type,unsubscription_date,unsubscription_reason,undeliverability_date\n"
        "1,2024-01-02,a@example.org,churning,,,\n2,2024-01-02,b@example.org,unsubscribed,2024-01-03,spam,\n"
        "3,2024-01-02,c@example.org,regular,,,2024-01-03\n",
        2,
    ),
    "listmonk": (
        "uuid,email,name,attributes,status,created_at,updated_at\n1,a@example.org,Layla Haddad,{},enabled,x,x\n"
        "2,b@example.org,,{},disabled,x,x\n3,c@example.org,,{},blocklisted,x,x\n",
        2,
    ),
    "ours, twice in it": ("email,status\na@example.org,active\nb@example.org,active\nB@example.org,bounced\n", 2),
}


@pytest.mark.parametrize("tool", EXPORTS)
def test_exports_of_other_tools_are_imported(site: Settings, store: Store, tmp_path: Path, tool: str) -> None:
    """With names, and never those who get mail no more, nor those of whom the file does not surely say that they do."""
    content, left = EXPORTS[tool]
    path = tmp_path / "export.csv"
    path.write_text(content, "utf-8")
    became = subscriptions.import_csv(site, store, path, MONDAY)

    assert replace(became, warnings=()) == Imported(1, 0, left, ())
    assert emails(store) == ["a@example.org"]


def test_word_that_nobody_knows_is_named(site: Settings, store: Store, tmp_path: Path) -> None:
    """A line that it keeps out may be that of a reader; of words that surely mean "no mail" nothing is said."""
    path = tmp_path / "export.csv"
    path.write_text("email,type\na@example.org,Lifetime\nb@example.org,lifetime\nc@example.org,unsubscribed\n", "utf-8")
    became = subscriptions.import_csv(site, store, path, MONDAY)

    assert (became.added, became.left) == (0, 3)
    assert [warning.what for warning in became.warnings] == [
        "2 left out, as column 'type' may say that they get no mail: 'lifetime'"
    ]


def test_file_of_those_who_never_asked_is_refused(site: Settings, store: Store, tmp_path: Path) -> None:
    """Mailchimp exports its customers and the like beside the subscribers; only the name of the file tells."""
    path = tmp_path / "nonsubscribed_email_audience_export_1a2b.csv"
    path.write_text("Email Address,First Name\na@example.org,Layla\n", "utf-8")
    with pytest.raises(UsageError, match="never asked"):
        subscriptions.import_csv(site, store, path, MONDAY)

    assert emails(store) == []


def test_export_is_what_import_reads(site: Settings, store: Store, tmp_path: Path) -> None:
    """With the status of each; who has left stays out of the list that is made of it."""
    subscribe(
        site, store, "a", name="Haddad, ليلى", language="ar", timezone="Africa/Algiers", categories=["علوم", "فن"]
    )
    subscribe(site, store, "b", "c")
    subscriptions.unsubscribe(store, "b@example.org", MONDAY)
    path = tmp_path / "export.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        count = subscriptions.export_csv(site, store, file)
    with Store.open("sqlite://", tmp_path) as other:
        became = subscriptions.import_csv(site, other, path, MONDAY)
        readers = list(subscriptions.listed(other))

    assert count == 3
    assert path.read_text("utf-8").splitlines()[2] == "b@example.org,,,,,,unsubscribed"
    assert became == Imported(2, 0, 1, ())
    assert [replace(each, id=0) for each in readers] == [
        replace(each, id=0) for each in subscriptions.listed(store, status="active")
    ]


def test_erased_reader_is_gone_for_good(site: Settings, store: Store, tmp_path: Path) -> None:
    """No trace of the address is left in the database, the counts stay, and no file brings it back."""
    deeds.remember(store, source(), MONDAY)
    subscribe(site, store, "gonereader", "b", name="Layla")
    deeds.remember(store, source(*posts("x")), MONDAY)
    deeds.open_issue(site, store, WEEKLY, source(*posts("x")), MONDAY)
    signups.sign_up(store, checked("gonereader@example.org"), ["weekly"], MONDAY)
    subscriptions.erase(store, "Gonereader@example.org", MONDAY)
    path = tmp_path / "readers.csv"
    path.write_text("email\ngonereader@example.org\n")
    with store.reading() as connection:
        everything = [row for table in tables.metadata.sorted_tables for row in connection.execute(select(table))]
        states = [each.state for each in standings.of_issue(connection, 1)]

    assert "gonereader" not in str(everything)
    assert states == ["skipped", "queued"]
    assert emails(store) == ["b@example.org"]
    assert subscriptions.import_csv(site, store, path, MONDAY) == Imported(0, 0, 1, ())
    with pytest.raises(UsageError, match="there is no subscriber"):
        subscriptions.erase(store, "gonereader@example.org", MONDAY)


def test_erased_reader_is_gone_from_the_file_as_well(site: Settings, tmp_path: Path) -> None:
    """Whatever SQLite was built with: some builds leave what was overwritten where it lay."""
    with Store.open(URL, tmp_path) as store:
        with store.writing() as connection:
            connection.exec_driver_sql("PRAGMA secure_delete = OFF")
        subscribe(site, store, "gonereader", name="Layla")
        subscriptions.erase(store, "gonereader@example.org", MONDAY)
    left = (tmp_path / "feeds.db").read_bytes()

    assert [name for name in (b"gonereader", b"Layla") if name in left] == []


def test_suppressed_address_gets_no_mail_again(site: Settings, store: Store) -> None:
    """Whether it is a reader's or not, until the operator takes it off the list; who left stays away even then."""
    subscribe(site, store, "a")
    became = [subscriptions.suppress(store, f"{name}@example.org", MONDAY) for name in ("a", "B", "b")]
    with pytest.raises(UsageError, match="is suppressed"):
        subscribe(site, store, "b")
    lifted = [subscriptions.unsuppress(store, f"{name}@example.org", MONDAY) for name in ("a", "b", "c")]
    subscribe(site, store, "b")

    assert (became, lifted) == ([True, True, False], [True, True, False])
    assert emails(store, status="active") == ["b@example.org"]


def test_mailbox_that_works_again_gets_mail(site: Settings, store: Store) -> None:
    """A provider may have refused mail by mistake: what it refused is taken back by hand."""
    subscribe(site, store, "a")
    with store.writing() as connection:
        connection.execute(update(tables.subscriber).values(status="bounced"))

    assert subscriptions.unsuppress(store, "a@example.org", MONDAY)
    assert emails(store, status="active") == ["a@example.org"]


def test_reader_may_leave_one_of_several_newsletters(tmp_path: Path, store: Store) -> None:
    """The other goes on, what waits of the one does not leave, and the operator does not bring it back."""
    site = settings(tmp_path, WEEKLY, Newsletter("daily"))
    for name in ("daily", "weekly"):
        subscribe(site, store, "a", newsletter=name)

    def leave(newsletter: str) -> bool:
        with store.writing() as connection:
            return subscriptions.leave(site, connection, 1, newsletter, MONDAY)

    assert [leave("daily"), leave("daily")] == [True, False]
    assert emails(store, status="active") == ["a@example.org"]
    with pytest.raises(UsageError, match="has left"):
        subscribe(site, store, "a", newsletter="daily")
    assert leave("weekly")
    assert emails(store, status="unsubscribed") == ["a@example.org"]

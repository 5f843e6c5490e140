"""What readers chose can be changed, by one or by a file, and no post is lost or sent twice by it."""

import csv
from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
from hypothesis import Phase, example, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from sqlalchemy import select

from feeds import newsletter as deeds
from feeds import subscriptions
from feeds.config import Settings
from feeds.errors import UsageError
from feeds.model import Newsletter, Subscription
from feeds.store import Store, tables
from feeds.subscriptions.cells import guarded, unguarded
from tests.newsletter_site import DAY, MONDAY, URL, WEEK, WEEKLY, post, settings, source, subscribe

WORLD = Newsletter(
    "world", cadence="weekly on monday at 08:00", offer=("daily at 07:00", "on publish"), timezone="reader"
)
DAILY = "daily at 07:00"
CADENCES = ("", *WORLD.offer)
ZONES = ("", "America/New_York", "Pacific/Auckland")


@pytest.fixture
def site(tmp_path: Path) -> Settings:
    return settings(tmp_path, WORLD)


def chosen(store: Store) -> dict[str, Subscription]:
    return {each.email.partition("@")[0]: each.subscriptions[0] for each in subscriptions.listed(store)}


def import_(
    site: Settings, store: Store, text: str, *, change: bool = False, dry_run: bool = False
) -> subscriptions.Imported:
    path = site.root / "readers.csv"
    path.write_text(text, "utf-8")
    return subscriptions.import_csv(site, store, path, MONDAY, change=change, dry_run=dry_run)


def test_what_is_named_changes_and_the_rest_stays(site: Settings, store: Store) -> None:
    """Everything in its normal form; doing it again changes nothing."""
    subscribe(site, store, "one", "two", name="One", categories=["علوم"])
    made = [
        subscriptions.change(
            site,
            store,
            " One@example.org",
            MONDAY,
            cadence="Daily at  07:00",
            timezone="Africa/Cairo",
            language="ar_DZ",
        )
        for _ in range(2)
    ]
    one, two = subscriptions.listed(store)

    assert made[0].fields == {"cadence": ("", DAILY), "timezone": ("", "Africa/Cairo"), "language": ("", "ar-DZ")}
    assert made[1].fields == {}
    assert (one.name, one.language, one.timezone) == ("One", "ar-DZ", "Africa/Cairo")
    assert one.subscriptions == (Subscription("world", ("علوم",), DAILY),)
    assert (two.timezone, two.subscriptions) == ("", (Subscription("world", ("علوم",)),))


def test_choices_go_back_to_the_newsletters_own(site: Settings, store: Store) -> None:
    """By nothing, or by naming them."""
    for cadence, categories in (("", ()), (WORLD.cadence, ("*",))):
        subscribe(site, store, f"one{len(cadence)}", cadence=DAILY, categories=["علوم"])
        email = f"one{len(cadence)}@example.org"
        subscriptions.change(site, store, email, MONDAY, cadence=cadence, categories=categories)

    assert set(chosen(store).values()) == {Subscription("world")}


WRONG = {
    "cadence": ({"cadence": "daily at 22:00"}, "world is not offered 'daily at 22:00'"),
    "zone": ({"timezone": "Mars/X"}, "'Mars/X' is no time zone"),
    "language": ({"language": "عربي"}, "'عربي' is no language"),
    "reader": ({"email": "nobody@example.org", "name": "x"}, "there is no subscriber nobody@example.org"),
    "newsletter": ({"newsletter": "daily", "name": "x"}, "there is no newsletter 'daily'"),
    "left": ({"email": "left@example.org", "cadence": DAILY}, "left@example.org does not get world"),
}


@pytest.mark.parametrize("what", WRONG)
def test_wrong_value_is_named(site: Settings, store: Store, what: str) -> None:
    """And nothing changes."""
    subscribe(site, store, "one", "left")
    subscriptions.unsubscribe(store, "left@example.org", MONDAY)
    before = list(subscriptions.listed(store))
    said, expected = WRONG[what]
    with pytest.raises(UsageError, match=expected):
        subscriptions.change(site, store, now=MONDAY, **({"email": "one@example.org"} | said))

    assert list(subscriptions.listed(store)) == before


def test_newsletter_must_be_named_only_where_it_matters(tmp_path: Path, store: Store) -> None:
    """A language is the reader's, a cadence is chosen for a newsletter."""
    site = settings(tmp_path, WEEKLY, Newsletter("other", offer=(DAILY,)))
    subscribe(site, store, "one", newsletter="other")
    subscriptions.change(site, store, "one@example.org", MONDAY, language="fr")
    with pytest.raises(UsageError, match="several newsletters"):
        subscriptions.change(site, store, "one@example.org", MONDAY, cadence=DAILY)
    subscriptions.change(site, store, "one@example.org", MONDAY, cadence=DAILY, newsletter="other")

    assert chosen(store)["one"].cadence == DAILY


def test_past_occasions_of_the_new_clock_are_not_due(site: Settings, store: Store) -> None:
    """Who changes at noon gets the next mail in the morning."""
    subscribe(site, store, "one")
    deeds.remember(store, source(post("a")), MONDAY - WEEK)
    some = source(post("a"), post("b", MONDAY - DAY))
    noon = MONDAY + DAY + timedelta(hours=4)
    deeds.remember(store, some, noon)
    subscriptions.change(site, store, "one@example.org", noon, cadence=DAILY)
    opened = [deeds.open_due(site, store, some, at).issues for at in (noon, noon + DAY)]

    assert [len(each) for each in opened] == [0, 1]


DEEDS = (
    *[("post", "")] * 4,
    *[("post", "x")] * 2,  # its category
    *[("cadence", each) for each in CADENCES],
    *[("zone", each) for each in ZONES],
    *[("topics", "")] * 2,
    *[("cancel", "")] * 2,
    ("cancel all", ""),
    ("tick", ""),
)
Step = tuple[int, tuple[str, str]]  # hours that go by, and what is done then
ON_PUBLISH = (1, ("cadence", "on publish"))
POST, OF_X, CANCEL, CANCEL_ALL = ((1, each) for each in (DEEDS[0], DEEDS[4], ("cancel", ""), ("cancel all", "")))


@given(st.lists(st.tuples(st.integers(1, 40), st.sampled_from(DEEDS)), min_size=5, max_size=40))
@example([ON_PUBLISH, POST, (1, ("tick", "")), CANCEL])  # what was cancelled comes with the next post
@example([ON_PUBLISH, POST, POST, POST, CANCEL_ALL])  # the older issue first, while they are to get the newer one
@example([(1, OF_X[1]), (168, POST[1]), (168, POST[1]), CANCEL, CANCEL, CANCEL])  # the newer ones have nothing of x
@examples(max_examples=15, deadline=None, phases=[Phase.explicit, Phase.generate])  # shrinking might take minutes
def test_reader_who_keeps_changing_gets_each_post_once(
    tmp_path_factory: pytest.TempPathFactory, steps: list[Step]
) -> None:
    """Whenever they change to whatever clock, and whatever issue is cancelled; as do those who change nothing.

    What is cancelled comes at the next occasion; that of a reader of "on publish" is the next post. Which topics a
    reader wants is asked again then: who has narrowed them meanwhile gets no post that they do not want any more.
    """
    folder = tmp_path_factory.mktemp("changing")
    site, now, some = settings(folder, WORLD), MONDAY - WEEK, [post("zero", MONDAY - WEEK)]
    with Store.open(URL, folder) as store:
        deeds.remember(store, source(*some), now)
        subscribe(site, store, "one", "steady")
        subscribe(site, store, "picky", categories=["x"])
        for hours, (what, value) in (*steps, (1, ("post", "x"))):
            now += timedelta(hours=hours)
            if what == "post":
                some.append(post(f"post{len(some)}", now, categories=(value,) if value else ()))
            else:
                happen(site, store, what, value, now)
            deeds.remember(store, source(*some), now)
            deeds.open_due(site, store, source(*some), now)
        for _ in range(2):  # all that is left comes with the next occasions, whatever the clock is now
            now += WEEK + DAY
            deeds.open_due(site, store, source(*some), now)
        got = {name: sorted(ids) for name, ids in received(store).items()}

    new = sorted(each.id for each in some[1:])
    assert got == {"one": new, "steady": new, "picky": sorted(each.id for each in some[1:] if each.categories)}


def happen(site: Settings, store: Store, what: str, value: str, now: datetime) -> None:
    """Let one reader change their mind, or the operator theirs."""
    one = "one@example.org"
    if what == "cadence":
        subscriptions.change(site, store, one, now, cadence=value)
    elif what == "zone":
        subscriptions.change(site, store, one, now, timezone=value)
    elif what == "topics":  # undone before the next issue, so they miss nothing
        subscriptions.change(site, store, one, now, categories=["x"])
        subscriptions.change(site, store, one, now, categories=[])
    elif what.startswith("cancel"):
        issues = deeds.listed(store, state="open")
        for issue in issues if what == "cancel all" else issues[-1:]:
            deeds.cancel(store, "world", issue.number, now)


def received(store: Store) -> dict[str, list[str]]:
    """Return the posts that are on their way to each reader."""
    query = (
        select(tables.subscriber.c.email, tables.variant.c.post_ids)
        .select_from(tables.delivery)
        .join(tables.subscriber)
        .join(tables.variant, tables.variant.c.id == tables.delivery.c.variant_id)
        .where(tables.delivery.c.state != "cancelled")
    )
    found: dict[str, list[str]] = {}
    with store.reading() as connection:
        for email, ids in connection.execute(query):
            found.setdefault(email.partition("@")[0], []).extend(ids)
    return found


FILE = "email,name,cadence,categories\none@example.org,,daily at 07:00,\ntwo@example.org,Two,,*\nnew@example.org,,,\n"


def test_file_changes_readers_only_when_told(site: Settings, store: Store) -> None:
    """Else who is there stays as they are; an empty cell changes nothing, a dry run says what would."""
    subscribe(site, store, "one", name="One")
    subscribe(site, store, "two", categories=["علوم"], cadence=DAILY)
    before = chosen(store)
    tried = import_(site, store, FILE, change=True, dry_run=True)
    plain = import_(site, store, FILE)
    unchanged = {name: choice for name, choice in chosen(store).items() if name != "new"}
    told = import_(site, store, FILE, change=True)

    assert [(each.email, dict(each.fields)) for each in tried.changed] == [
        ("one@example.org", {"cadence": ("", DAILY)}),
        ("two@example.org", {"name": ("", "Two"), "categories": (("علوم",), ())}),
    ]
    assert (plain.added, plain.duplicates, plain.changed, unchanged) == (1, 2, (), before)
    assert told.changed == tried.changed
    assert chosen(store)["one"] == Subscription("world", (), DAILY)
    assert chosen(store)["two"] == Subscription("world", (), DAILY)


def test_file_brings_new_readers_with_their_cadence(site: Settings, store: Store) -> None:
    """One that is not offered is a problem of its line."""
    became = import_(site, store, "email,cadence\na@example.org,daily at 7:00\nb@example.org,Daily at 07:00\n")

    assert (became.added, [each.line for each in became.problems]) == (1, [2])
    assert chosen(store) == {"b": Subscription("world", (), DAILY)}


def test_file_changes_nobody_who_left(site: Settings, store: Store) -> None:
    """Nor does it bring them back."""
    subscribe(site, store, "one")
    subscriptions.unsubscribe(store, "one@example.org", MONDAY)

    assert import_(site, store, FILE, change=True).changed == ()
    assert chosen(store)["one"] == Subscription("world")


def test_post_that_is_not_wanted_any_more_does_not_come_back(site: Settings, store: Store) -> None:
    """A reader narrows their topics, then an issue on its way to them is cancelled: the next has what they want now."""
    subscribe(site, store, "one", categories=["x", "y"])
    deeds.remember(store, source(), MONDAY - WEEK)
    some = [post("a", categories=("x",)), post("b", categories=("y",))]
    for now in (MONDAY, MONDAY + WEEK):
        deeds.remember(store, source(*some), now)
        deeds.open_due(site, store, source(*some), now)
        if now == MONDAY:
            subscriptions.change(site, store, "one@example.org", now, categories=["y"])
            deeds.cancel(store, "world", 1, now)

    assert received(store) == {"one": ["tag:b"]}


@given(st.text(alphabet="=+-@\t\r'a ", max_size=8))
def test_any_cell_survives_writing_and_reading(cell: str) -> None:
    """And is no formula, whatever it begins with."""
    assert guarded(cell)[:1] not in set("=+-@\t\r")
    assert unguarded(guarded(cell)) == cell


def test_export_holds_no_formula_and_comes_back_whole(tmp_path: Path, store: Store) -> None:
    """Not even in an address, where these signs are allowed."""
    site = settings(tmp_path, WORLD)
    for email, name in (("+one@example.org", "=1+1"), ("=two@example.org", "+1"), ("-three@example.org", "'=1")):
        subscriptions.add(site, store, email, MONDAY, name=name, categories=["@x", "=y"], cadence=DAILY)
    out = StringIO()
    subscriptions.export_csv(site, store, out)
    cells = [cell for row in csv.reader(StringIO(out.getvalue())) for cell in row]
    (tmp_path / "there").mkdir()
    with Store.open("sqlite://", tmp_path / "there") as other:
        became = import_(settings(tmp_path / "there", WORLD), other, out.getvalue())
        copies = list(subscriptions.listed(other))

    assert [cell for cell in cells if cell[:1] in set("=+-@")] == []
    assert (became.added, became.problems) == (3, ())
    assert copies == list(subscriptions.listed(store))

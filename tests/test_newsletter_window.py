"""Which posts are new, and which of them a reader has not had."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from msgspec.structs import replace

from feeds.model import Post
from feeds.newsletter.window import changes, is_in, unsent
from feeds.store.posts import SeenPost
from tests.newsletter_site import DAY, MONDAY, post, posts


def look(seen: Sequence[SeenPost], *some: Post, is_first: bool = False, **since: object) -> tuple[SeenPost, ...]:
    """Return what is remembered after a look at the posts."""
    found = changes(seen, {each.id: each for each in some}, is_first=is_first, **since)  # type: ignore[arg-type]
    changed = dict(found.changed)
    return (*(changed.get(each.id, each) for each in seen), *found.added)


def states(seen: Sequence[SeenPost]) -> dict[str, tuple[int, str]]:
    return {each.id.removeprefix("tag:"): (each.seq, each.state) for each in seen}


def test_first_look_makes_the_baseline() -> None:
    """Whoever starts a newsletter on an old blog mails nobody the whole of it."""
    seen = look((), *posts("ba"), is_first=True)

    assert states(seen) == {"b": (1, "baseline"), "a": (2, "baseline")}


def test_later_posts_are_new_whatever_their_date() -> None:
    """A post that is back-dated is as new as any other."""
    seen = look(look((), post("a"), is_first=True), post("a"), post("b", MONDAY - 900 * DAY))

    assert states(seen) == {"a": (1, "baseline"), "b": (2, "eligible")}


def test_since_takes_posts_out_of_the_baseline_at_any_time() -> None:
    """Who wants the last posts sent after all says from when on; they are then newer than any cursor."""
    some = [post("old", MONDAY - 9 * DAY), post("young", MONDAY - DAY)]
    at_once = look((), *some, is_first=True, since=MONDAY - 2 * DAY)
    later = look(look((), *some, is_first=True), *some, since=MONDAY - 2 * DAY)

    assert states(at_once) == {"old": (1, "baseline"), "young": (2, "eligible")}
    assert states(later) == {"old": (1, "baseline"), "young": (3, "eligible")}


def test_since_calls_posts_for_the_newsletter_that_asks() -> None:
    """Another one sends what is old only if it asks as well; a post that an issue carried is not called again."""
    some = [post("old", MONDAY - DAY)]
    there = {each.id: each for each in some}
    seen = look((), *some, is_first=True)
    one = look(seen, *some, since=MONDAY - 2 * DAY, newsletter="one")
    both = look(one, *some, since=MONDAY - 2 * DAY, newsletter="two")
    carried = look(tuple(replace(each, issue_id=7) for each in one), *some, since=MONDAY - 2 * DAY, newsletter="two")

    assert [
        [bool(unsent(each, there, 0, 9, name)) for name in ("one", "two", "three")]
        for each in (seen, one, both, carried)
    ] == [
        [False, False, False],
        [True, False, False],
        [True, True, False],
        [True, False, False],
    ]
    assert [each[0].seq for each in (seen, one, both, carried)] == [1, 2, 3, 2]


def test_looking_again_changes_nothing() -> None:
    """The same posts are the same posts."""
    seen = look((), *posts("abc"))

    assert not changes(seen, {each.id: each for each in posts("abc")}, is_first=False)


@pytest.mark.parametrize(
    "edited",
    [
        post("a", title="عنوان آخر"),
        post("a", published=MONDAY, updated=MONDAY),
        post("a", path="posts/2026/a.md"),
        post("a", id="tag:other"),  # the id changed, in the same file
        post("a", id="tag:other", path="posts/other.md"),  # the file was renamed, and the id with it
    ],
)
def test_post_that_was_changed_is_no_new_post(edited: Post) -> None:
    """A new title, date, place or even id sends nobody the same post again."""
    seen = look((), post("a"))
    (after,) = look(seen, edited)

    assert (after.seq, after.state) == (seen[0].seq, "eligible")
    assert (after.id, after.path, after.title) == (edited.id, edited.path, edited.title)


def test_another_post_in_place_of_one_that_went_is_new() -> None:
    """Neither the title alone nor the file alone makes two posts one."""
    seen = look((), post("a"))
    other = look(seen, post("b", MONDAY, title="خبر a", path="posts/a.md"))

    assert states(other) == {"a": (1, "withdrawn"), "b": (2, "eligible")}


def test_untitled_posts_of_one_moment_are_not_confused() -> None:
    """No title is no likeness."""
    seen = look((), post("a", title=""))

    assert states(look(seen, post("b", title=""))) == {"a": (1, "withdrawn"), "b": (2, "eligible")}


def test_post_that_comes_back_is_sent_once() -> None:
    """If no issue carried it, cursors have passed it by, so it comes as new; else it keeps its place."""
    seen = look((), *posts("abc"))
    carried = tuple(replace(each, issue_id=7 if each.id == "tag:a" else None) for each in seen)
    away = look(carried, *posts("abc")[2:])
    back = look(away, *posts("abc"))

    assert states(away) == {"a": (1, "withdrawn"), "b": (2, "withdrawn"), "c": (3, "eligible")}
    assert states(back) == {"a": (1, "eligible"), "b": (4, "eligible"), "c": (3, "eligible")}


def test_post_of_the_baseline_stays_one() -> None:
    """An old post that is deleted and restored is not mailed to everybody."""
    seen = look((), *posts("ab"), is_first=True)

    assert states(look(look(seen, *posts("ab")[1:]), *posts("ab"))) == states(seen)


def test_unsent_is_what_lies_between_cursor_and_cut() -> None:
    """Neither what the reader has had, nor what came after the look, nor what is gone."""
    seen = look((), *posts("abcde"))
    there = {each.id: each for each in posts("abcde") if each.title != "خبر c"}

    assert [each.id for each in unsent(seen, there, 1, 4, "weekly")] == ["tag:b", "tag:d"]


def test_unsent_is_of_the_categories_that_were_chosen() -> None:
    """A post must suit the newsletter and the reader, in whatever case and normal form the names are written."""
    some = [
        post("a", categories=("رياضة", "Café")),
        post("b", categories=("رياضة",)),
        post("c", categories=("café",)),
        post("d"),
    ]
    seen, there = look((), *some), {each.id: each for each in some}

    def names(*choices: tuple[str, ...]) -> str:
        return "".join(each.id[-1] for each in unsent(seen, there, 0, 9, "weekly", *choices))

    assert names(("*",), ()) == "abcd"
    assert names(("*",), ("رياضة",)) == "ab"
    assert names(("CAFE\N{COMBINING ACUTE ACCENT}",), ("رياضة", "x")) == "a"
    assert names(("nothing",), ()) == ""


def test_star_is_all_categories() -> None:
    """So is none."""
    assert is_in(post("a"), ("*",))
    assert is_in(post("a"), ())
    assert not is_in(post("a"), ("رياضة",))


def test_sequence_follows_publication_within_one_look() -> None:
    """Posts found together are ordered by date, then by id."""
    later = MONDAY + timedelta(seconds=1)
    seen = look((), post("z"), post("b", later), post("a", later))

    assert states(seen) == {"z": (1, "eligible"), "a": (2, "eligible"), "b": (3, "eligible")}

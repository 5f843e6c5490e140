"""What builds are measured with: the generated blogs, the limit, and how figures become a page."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(autouse=True)
def _importable(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The benchmarks lie beside the package, where nothing is imported from."""
    monkeypatch.syspath_prepend(ROOT)
    yield
    for name in [name for name in sys.modules if name.partition(".")[0] == "benchmarks"]:
        del sys.modules[name]


def result(system: str, walls: list[float], run: str = "now", posts: int = 1000, *, stopped: bool = False) -> Any:
    """One system that was built cold, in as many rounds as there are times."""
    from benchmarks.measure import Cost
    from benchmarks.report import COLD, Result

    rounds = [{COLD: Cost(wall, wall * 2, 100, stopped)} for wall in walls]
    return Result(run, posts, system, system, "RSS", rounds, "same")


def ratio(*results: Any, posts: int = 1000, others: int = 0, peer: str = "hugo") -> str:
    """How long a cold build of ours took, as a part of what the peer took."""
    from benchmarks.report import COLD, Ratio

    return Ratio(COLD, "feeds", peer).of(results, posts, others)


def test_post_is_the_same_in_every_blog(tmp_path: Path) -> None:
    """The first posts of a large blog are those of a small one, byte for byte."""
    from benchmarks import corpus
    from benchmarks.peers import PEERS

    for count in (5, 15):
        corpus.write(tmp_path / str(count), count, PEERS["feeds"])

    small = {path.name: path.read_bytes() for path in (tmp_path / "5/posts").iterdir()}
    large = {path.name: path.read_bytes() for path in (tmp_path / "15/posts").iterdir()}
    assert (5, 15) == (len(small), len(large))
    assert small.items() <= large.items()


def test_no_two_posts_are_of_one_second() -> None:
    """The order of entries is never in doubt, so that all systems can be held to it."""
    from benchmarks import corpus

    assert 20_000 == len({corpus.moment(number) for number in range(20_000)})


def test_feeds_must_hold_the_newest() -> None:
    """The entries to compare are those that a walk through all posts finds."""
    from benchmarks import corpus
    from benchmarks.build import survey

    posts = sorted(map(corpus.sample, range(300)), key=lambda one: one.date, reverse=True)

    blog = survey(300)

    assert posts[0] == blog.newest
    for name, entries in blog.entries.items():
        wanted = [one.title for one in posts if not name or name in one.categories]
        assert wanted[:20] == [title for title, _ in entries]


def test_slow_command_is_stopped(tmp_path: Path) -> None:
    """What takes longer than the limit ends with what it took so far, and says that it was not done."""
    from benchmarks.measure import measure

    cost = measure([sys.executable, "-c", "import time; time.sleep(60)"], tmp_path, 0.2)

    assert cost.stopped


def test_peak_is_of_the_command(tmp_path: Path) -> None:
    """The memory of the process that measures is no part of what it measures."""
    from benchmarks.measure import measure

    large = b"x" * 100_000_000

    assert measure(["true"], tmp_path, 60).memory < len(large) / 1e6


def test_command_that_fails_is_told_of(tmp_path: Path) -> None:
    """What a failing command said last is in the error."""
    from benchmarks.measure import FailedError, measure

    with pytest.raises(FailedError, match=r"exit 1 .*no such blog"):
        measure([sys.executable, "-c", "raise SystemExit('no such blog')"], tmp_path, 60)


def test_ratios_are_of_rounds() -> None:
    """A ratio is the median of the ratios of rounds that took turns, with the least and the most."""
    assert "0.50 (0.25-1.00)" == ratio(result("feeds", [1, 1, 4]), result("hugo", [2, 4, 4]))
    assert "0.50" == ratio(result("feeds", [1]), result("hugo", [2]))


def test_ratios_of_other_runs_are_rough() -> None:
    """Systems that never took turns are held against each other by processor time; a run of both counts more."""
    apart = [result("feeds", [1, 2, 3]), result("hugo", [4, 4], run="later")]

    assert "about 0.50" == ratio(*apart)
    assert "0.25" == ratio(*apart, result("feeds", [1], run="both"), result("hugo", [4], run="both"))


def test_stopped_builds_give_bounds() -> None:
    """Against a peer that was stopped a part is an upper bound; one that was not measured has none."""
    assert "under 0.010" == ratio(result("feeds", [9]), result("hugo", [900], stopped=True))
    assert "" == ratio(result("feeds", [9]))


def test_sizes_are_held_against_each_other() -> None:
    """A blog is held against a smaller one of the same system."""
    found = [result("feeds", [10, 12], posts=10_000), result("feeds", [1, 1])]

    assert "11 (10-12)" == ratio(*found, posts=10_000, others=1000, peer="feeds")


def test_page_shows_what_was_stopped() -> None:
    """The table of a size has a line for each system, and says of one that was stopped what it surpassed."""
    from benchmarks.report import page

    text = page([result("feeds", [1, 2]), result("nikola", [900], stopped=True)])

    assert "| feeds | RSS | 1.50 (1.00-2.00) | 3.00 | 100 |" in text
    assert "| nikola | RSS | over 900 | over 1,800 | 100 |" in text


def test_floor_is_made_of_steps_that_do_what_they_say(tmp_path: Path) -> None:
    """Each is done with a real post, and each row says what it takes more than the one above."""
    from benchmarks import corpus, floor
    from benchmarks.peers import PEERS
    from feeds.config import load

    corpus.write(tmp_path, 3, PEERS["feeds"])
    post = min((tmp_path / "posts").iterdir())
    deeds = floor.deeds(load(tmp_path)).items()
    done: dict[str, Any] = {name: deed(f"posts/{post.name}", post.read_bytes()) for name, deed in deeds}
    shown = floor.page({1000: {"read": 0.1, "all": 0.5, "Hugo": 1.0}}, 5)

    assert done["make a post of it"][1].post.path == f"posts/{post.name}"
    assert 0 < floor.over_all(tmp_path, lambda *_: None)
    assert "| read | 0.10 | 100.0 | 100.0 | 0.100 |\n| all | 0.50 | 500.0 | 400.0 | 0.500 |\n| Hugo | 1.00 |" in shown

"""How much of the posts an issue shows, so that Gmail does not cut it off.

Gmail shows the first 102 KB of the HTML and hides the rest, and with it the link to unsubscribe.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator

from msgspec import Struct
from msgspec.structs import replace

from feeds.errors import SettingsError

LIMIT = 95_000  # bytes of HTML, with its CSS inlined
EXCERPTS = (180, 120, 80, 40)  # visible characters; the first post has more


class Cut(Struct, frozen=True):
    """How much is shown."""

    posts: int  # the newest, with an excerpt or in full
    full: int  # of these, the newest that are shown in full
    links: int  # posts after these, shown as a link
    images: int  # of the posts, the newest that have their picture
    excerpt: int = EXCERPTS[0]


def cuts(posts: int, full: int, links: int) -> Iterator[Cut]:
    """Yield all cuts, each a little stingier than the one before."""
    cut = Cut(posts, full, links, posts)
    yield cut
    steps: list[tuple[str, Iterable[int]]] = [
        ("full", range(full - 1, -1, -1)),
        ("excerpt", EXCERPTS[1:-1]),
        ("images", range(posts - 1, -1, -1)),
        ("excerpt", EXCERPTS[-1:]),
        ("links", range(links - 1, -1, -1)),
        ("posts", range(posts - 1, 0, -1)),
    ]
    for name, values in steps:
        for value in values:
            cut = replace(cut, **{name: value})
            yield cut


def fitting(choices: Iterable[Cut], html: Callable[[Cut], str]) -> tuple[Cut, str]:
    """Return the most generous cut whose HTML keeps within LIMIT, and that HTML. Raises SettingsError when none does.

    One try for most issues, else as many as the number of choices has binary digits.
    """
    generous_first = list(choices)
    made: dict[Cut, str] = {}

    def fits(cut: Cut) -> bool:
        made[cut] = html(cut)
        return len(made[cut].encode()) <= LIMIT

    index = 0 if fits(generous_first[0]) else bisect_left(generous_first, True, lo=1, key=fits)
    if index == len(generous_first):
        size = len(made[generous_first[-1]].encode()) // 1000
        raise SettingsError(f"makes mails of {size} KB", "make it smaller: Gmail shows 102", "templates/digest.html")
    return generous_first[index], made[generous_first[index]]

"""Write a blog of any size in the layout that an engine wants: a post is the same for the same number and seed.

    python -m benchmarks.corpus --posts 1000 FOLDER [--seed 1] [--engine jekyll]

Posts are modelled on real ones: half Arabic, half English, 200 to 1,200 words with headings, lists, links, code, a
table, an image and some raw HTML, 6.4 KB on average; one or two of twelve categories; dates over ten years, in no
order of names. With them comes the engine's smallest configuration that writes feeds alone: one for the site and one
for each category, in full, 20 entries each.
"""

import argparse
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import cache, partial
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from benchmarks.peers import Peer

# Plain words: not every peer makes a feed for a category in Arabic.
CATEGORIES: tuple[str, ...] = ("books", "cities", "code", "design", "food", "health")
CATEGORIES += ("history", "music", "news", "science", "sport", "travel")
FIRST, SECONDS = datetime(2015, 1, 1, tzinfo=UTC), 10 * 365 * 86_400
STRIDE = 194_906_203  # shares no factor with SECONDS: no two posts of one second, dates in no order of names
SENTENCES = 3000  # made once for each language; a post draws from them, which is 20 times faster than drawing words

_LETTERS = {
    "ar": (
        "ابتثجحخدرزسشصطعغفقكلمنهوي",
        ("ال", "", "", "", "و", "ب", "لل"),
        ("", "", "", "ة", "ات", "ين", "ها"),
        "،",
        ".",
    ),
    "en": (
        "abcdefghiklmnoprstuvwy",
        ("", "", "", "re", "un", "con", "in"),
        ("", "", "", "s", "ed", "ing", "ly"),
        ",",
        ".",
    ),
}
_CODE = 'def greet(name: str) -> str:\n    """Say hello & welcome."""\n    return f"<b>{name}</b>"\n'
_HTML = '<figure><img src="/images/{0}.jpg" alt="{1}"><figcaption>{1}</figcaption></figure>'


class Sample(Struct, frozen=True):
    """One post, before an engine gives it a file."""

    number: int
    slug: str
    title: str
    language: str
    date: datetime
    categories: tuple[str, ...]
    body: str


def moment(number: int) -> int:
    """Return the second of the ten years in which a post was written."""
    return number * STRIDE % SECONDS


def sample(number: int, seed: int = 1) -> Sample:
    """Make one post."""
    random = Random(seed * 1_000_003 + number)
    language = "ar" if number % 2 else "en"
    chosen = _sentences(seed, language)
    return Sample(
        number=number,
        slug=f"{random.choice(_STEMS)}-{random.choice(_STEMS)}-{number:06}",
        title=random.choice(chosen).rstrip(".").replace(",", "").replace("،", "")[:60].strip(),
        language=language,
        date=FIRST + timedelta(seconds=moment(number)),
        categories=tuple(random.sample(CATEGORIES, random.choice((1, 1, 2)))),
        body=_body(random, chosen, number),
    )


def write(folder: Path, count: int, peer: "Peer", seed: int = 1) -> None:
    """Write a site for one peer: its posts, by all processors and one at a time each, and its configuration."""
    for name, text in peer.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    (folder / peer.path(sample(0))).parent.mkdir(parents=True, exist_ok=True)
    with ProcessPoolExecutor() as pool:
        numbers = [range(start, min(start + _SHARE, count)) for start in range(0, count, _SHARE)]
        list(pool.map(partial(_write, folder, peer.name, seed), numbers))


def _write(folder: Path, name: str, seed: int, numbers: Sequence[int]) -> None:
    from benchmarks.peers import PEERS  # a peer has functions, which do not travel between processes

    peer = PEERS[name]
    for number in numbers:
        one = sample(number, seed)
        with open(f"{folder}/{peer.path(one)}", "wb") as file:  # noqa: PTH123 - pathlib costs a tenth of the run here
            file.write(peer.text(one).encode())


@cache
def _sentences(seed: int, language: str) -> list[str]:
    random = Random(f"{seed} {language}")
    letters, heads, tails, comma, stop = _LETTERS[language]
    words = [
        random.choice(heads) + "".join(random.choices(letters, k=random.randint(2, 4))) + random.choice(tails)
        for _ in range(4000)
    ]
    made = []
    for _ in range(SENTENCES):
        picked = random.choices(words, k=random.randint(6, 22))
        if len(picked) > 12:
            picked[6] += comma
        made.append(" ".join(picked).capitalize() + stop)
    return made


def _body(random: Random, sentences: list[str], number: int) -> str:
    blocks = [_paragraph(random, sentences, number)]
    wanted = random.randint(200, 1200)
    words = len(blocks[0].split())
    while words < wanted:
        block = random.choice(_BLOCKS)(random, sentences, number)
        words += len(block.split())
        blocks.append(block)
    return "\n\n".join(blocks) + "\n"


def _paragraph(random: Random, sentences: list[str], number: int) -> str:
    first, *rest = random.choices(sentences, k=random.randint(2, 5))
    word, _, tail = first.partition(" ")
    link = random.choice(("", f"[{word}](https://example.com/{number}) ", f"**{word}** ", f"[{word}](/about/) "))
    return (link or f"{word} ") + tail + " " + " ".join(rest)


def _heading(random: Random, sentences: list[str], _number: int) -> str:
    return f"## {random.choice(sentences)[:40].rstrip(' .,،')}"


def _list(random: Random, sentences: list[str], _number: int) -> str:
    mark = random.choice(("-", "1."))
    return "\n".join(f"{mark} {sentence}" for sentence in random.choices(sentences, k=random.randint(3, 6)))


def _quote(random: Random, sentences: list[str], _number: int) -> str:
    return f"> {random.choice(sentences)}"


def _code(_random: Random, _sentences: list[str], _number: int) -> str:
    return f"```python\n{_CODE}```"


def _table(random: Random, sentences: list[str], _number: int) -> str:
    rows = [" | ".join(random.choice(sentences).split()[:3]) for _ in range(4)]
    return "\n".join([f"| {rows[0]} |", "|---|---|---|", *(f"| {row} |" for row in rows[1:])])


def _image(random: Random, sentences: list[str], number: int) -> str:
    return f"![{random.choice(sentences)[:30]}](/images/{number}.jpg)"


def _raw(random: Random, sentences: list[str], number: int) -> str:
    return _HTML.format(number, random.choice(sentences)[:30])


# Most of a post is paragraphs; the rest about as often as in real ones.
_BLOCKS = (*[_paragraph] * 12, *[_heading] * 4, *[_list] * 3, _quote, _code, _table, _image, _raw)
_SHARE = 1000  # posts that a process writes at a time
_STEMS = ("old", "new", "small", "long", "slow", "first", "last", "quiet", "open", "other", "early", "late")


def main() -> None:
    """Run from the command line."""
    from benchmarks.peers import PEERS

    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("folder", type=Path, help="folder to make")
    ask.add_argument("--posts", type=int, default=1000)
    ask.add_argument("--seed", type=int, default=1)
    ask.add_argument("--engine", choices=PEERS, default="feeds")
    chosen = ask.parse_args()
    write(chosen.folder, chosen.posts, PEERS[chosen.engine], chosen.seed)


if __name__ == "__main__":
    main()

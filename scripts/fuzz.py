"""Look for an input that breaks a promise: scripts/fuzz.py TARGET [-max_total_time=90] [more options of libFuzzer].

Needs `pip install atheris`. Each target takes any bytes, and fails when a function that promises never to raise does,
takes longer than ten seconds, or makes a document that does not parse. libFuzzer writes the input into a file;
`scripts/fuzz.py TARGET FILE` runs that one again.
"""

import json
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

atheris: Any = import_module("atheris")  # has no types, and is on few machines
with atheris.instrument_imports(include=["feeds"]):
    from feeds import markup, replies, sources
    from feeds.errors import UsageError
    from feeds.formats import FORMATS
    from feeds.identity.entries import entries
    from feeds.markup.renderers import RENDERERS
    from feeds.markup.templates import FAMILIES
    from feeds.model import Author, Entry, Feed, Post, Site
    from feeds.sources import dates

SITE = Site("https://example.org/", "Example", language="ar", timezone="Africa/Algiers")
MOMENT = datetime(2026, 1, 31, tzinfo=UTC)
POST = Post("posts/a.md", "https://example.org/posts/a.html", "A", MOMENT, MOMENT, id="tag:example.org,2026-01-31:a")
FEED = Feed("tag:example.org,2026:/", "", SITE.url, {name: f"{SITE.url}{name}" for name in FORMATS}, ())
TOKENS = (
    *("---\n", "+++\n", "title: ", "date: ", "tags: ", "&a ", "*a ", "<<: ", "!!", "|\n  ", "[[", "]]", "2024-01-31"),
    *(
        "{% ",
        " %}",
        "{{< ",
        " >}}",
        "{{% ",
        "raw",
        "endraw",
        "highlight",
        "include ",
        "{: ",
        "```",
        "~~~",
        "    ",
        "| ",
    ),
    *("|--|", "[^1]", "![", "](", "<div>", "</div>", "<!--", "-->", "<![CDATA[", "]]>", "&#0;", "javascript:", "\x00"),
    *("\ufeff", "\u2028", "\ufffe", "<rss>", "<item>", "<feed>", "<entry>", "<guid>", "<!DOCTYPE", '{"items":[', "\r"),
    *(
        "Content-Type: ",
        "multipart/report; boundary=a\n",
        "message/delivery-status",
        "--a\n",
        "Final-Recipient: rfc822;",
    ),
)


def front_matter(choice: int, text: str) -> None:
    """Read a post of each engine."""
    dialect = list(sources.ENGINES.values())[choice % len(sources.ENGINES)]
    sources.parse(text, "content/2024-01-31-a.md", SITE, dialect)


def bodies(choice: int, text: str) -> None:
    """Render a body by each renderer, with the template code of each engine; feeds of it are well-formed."""
    kinds = [(name, family) for name in RENDERERS for family in ("", *FAMILIES)]
    name, family = kinds[choice % len(kinds)]
    post = Post(POST.path, POST.url, "A", MOMENT, MOMENT, id=POST.id, markup=name, template=family)
    _parses(markup.render(post, text, SITE).entry, FEED)


def moments(choice: int, text: str) -> None:
    """Read dates, on the clock of zones that skip hours."""
    zone = ZoneInfo(("UTC", "Europe/Berlin", "Australia/Lord_Howe", "Africa/Monrovia")[choice % 4])
    if found := dates.moment(text, zone):
        found.astimezone(UTC).isoformat()


def published(_: int, text: str) -> None:
    """Read the feed that somebody else published."""
    with suppress(UsageError):
        entries(text.encode("utf-8", "surrogateescape"), "feed.xml", SITE.url)


def mails(_: int, text: str) -> None:
    """Understand a mail that came back."""
    replies.understand(text.encode("utf-8", "surrogateescape"))


def documents(_: int, text: str) -> None:
    """Write feeds of entries with anything in them."""
    title, name, url, term, words, content = (text.split("\x01") + [text] * 6)[:6]
    author, image = Author(name, url, url), markup.absolute_url(url, SITE.url)
    post = msgspec.structs.replace(POST, title=title, authors=(author,), categories=(term,), tags=(name,), image=image)
    feed = msgspec.structs.replace(
        FEED, title=title, posts=(post,), description=words, authors=(author,), copyright=words, hub=url
    )
    _parses(Entry(post, content, words, image), feed)


def _parses(entry: Entry, feed: Feed) -> None:
    from lxml import etree

    for name, form in FORMATS.items():
        document = form.render(feed, [entry])
        if name == "json":
            json.loads(document)
        else:
            etree.fromstring(document)


TARGETS: Mapping[str, Callable[[int, str], None]] = {
    each.__name__: each for each in (front_matter, bodies, moments, published, mails, documents)
}


def main() -> None:
    """Fuzz one target, from our own posts and the mails of the tests."""
    if sys.argv[1:2] == [] or sys.argv[1] not in TARGETS:
        sys.exit(f"usage: {sys.argv[0]} {'|'.join(TARGETS)} [options of libFuzzer]")
    target = TARGETS[sys.argv.pop(1)]

    def once(data: bytes) -> None:
        # The first byte chooses among engines or renderers, so that a finding is of one of them.
        target(data[0] if data else 0, data[1:].decode("utf-8", "surrogateescape"))

    with TemporaryDirectory() as scratch:
        words, seeds = Path(scratch, "words"), Path(scratch, "seeds")
        words.write_text("".join(f'"{_escaped(token)}"\n' for token in TOKENS))
        seeds.mkdir()
        for number, path in enumerate(sorted(Path().glob("posts/*")) + sorted(Path("tests/bounces").rglob("*.eml"))):
            (seeds / str(number)).write_bytes(bytes([number]) + path.read_bytes())
        alone = any(Path(each).is_file() for each in sys.argv[1:])
        corpus = [] if alone else [str(seeds)]
        atheris.Setup([*sys.argv, f"-dict={words}", "-timeout=10", "-max_len=4096", *corpus], once)
        atheris.Fuzz()


def _escaped(token: str) -> str:
    return "".join(f"\\x{byte:02x}" for byte in token.encode())


if __name__ == "__main__":
    main()

"""What stands in feeds that others made is read, and nothing in them can do harm."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.errors import UsageError
from feeds.identity.entries import Seen, entries, page

RSS = '<rss version="2.0"><channel><title>c</title><link>https://x.example/</link>{}</channel></rss>'
ATOM = '<feed xmlns="http://www.w3.org/2005/Atom">{}</feed>'


def read(text: str, base: str = "") -> list[tuple[str, str, str, str]]:
    """Return id, url, title and date of each entry."""
    return [(each.id, each.url, each.title, each.published) for each in entries(text.encode(), "a feed", base)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            RSS.format("<item><title>A &amp;amp; B</title><link>https://x.example/a</link><guid>7</guid></item>"),
            ("7", "https://x.example/a", "A &amp; B", ""),
        ),
        (
            RSS.format(
                "<item><guid>https://x.example/a</guid><pubDate>Fri, 20 Jun 2025 23:30:00 +0100</pubDate></item>"
            ),
            ("https://x.example/a", "https://x.example/a", "", "2025-06-20T22:30:00Z"),
        ),
        (RSS.format("<item><link>/a</link></item>"), ("/a", "https://x.example/a", "", "")),
        (RSS.format("<item><guid>a</guid></item>"), ("a", "", "", "")),
        (RSS.format("<item><link>http://[x/a</link><guid>a</guid></item>"), ("a", "", "", "")),
        (RSS.format("<item><media:title>m</media:title><title>t</title><guid>a</guid></item>"), ("a", "", "t", "")),
        (
            '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" '
            'xmlns:dc="http://purl.org/dc/elements/1.1/"><item><title>t</title><link>https://x.example/a</link>'
            "<dc:date>2025-06-20</dc:date></item></rdf:RDF>",
            ("https://x.example/a", "https://x.example/a", "t", "2025-06-20T00:00:00Z"),
        ),
        (
            ATOM.format(
                '<entry><m:title xmlns:m="http://search.yahoo.com/mrss/">m</m:title><title>t</title><id> tag:x </id>'
                '<link rel="self" href="/self"/><link href="/a"/><updated>2025-06-21T00:00:00Z</updated>'
                "<published>2025-06-20T23:30:00.5-01:00</published><source><id>other</id></source></entry>"
            ),
            ("tag:x", "https://x.example/a", "t", "2025-06-21T00:30:00Z"),
        ),
        (
            '\ufeff{"items": [{"id": 7, "url": "/a", "title": null, "date_published": "2025"}, "x", {}]}',
            ("7", "https://x.example/a", "", ""),
        ),
        (r'{"items": [{"id": "a\ud800", "title": "\udc00"}]}', ("a?", "", "?", "")),  # no file of ours can hold them
    ],
    ids=["guid", "date", "link", "no link", "broken link", "no such prefix", "rdf", "atom", "json", "half a pair"],
)
def test_entries(text: str, expected: tuple[str, ...]) -> None:
    """Id, link, title and date, of any format, with no more made of them than stands there."""
    assert [expected] == read(text, "https://x.example/feed")


def test_content_tells_whether_readers_see_a_change() -> None:
    """It changes with what an entry holds, not with how the feed around it is written."""
    one = entries(ATOM.format('<entry a="1" b="2"><id>x</id></entry>').encode(), "")
    same = entries(ATOM.format('\n<entry b="2" a="1">\n <id>x</id></entry>').encode(), "")
    other = entries(ATOM.format("<entry><id>x</id><title>t</title></entry>").encode(), "")

    assert one == same
    assert one != other


def test_a_feed_that_is_torn_is_read_as_far_as_it_goes() -> None:
    """Readers do the same."""
    assert ["1", "2"] == [each[0] for each in read(RSS.format("<item><guid>1</guid></item><item><guid>2</guid>")[:-20])]


def test_entities_and_files_stay_out() -> None:
    """A feed from outside reads no file of ours, and does not grow in memory."""
    lines = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 20}">' for n in range(1, 12))
    bomb = f'<!DOCTYPE r [<!ENTITY a0 "x">{lines}<!ENTITY f SYSTEM "file:///etc/hostname">]>'
    found = read(bomb + RSS.format("<item><guid>1</guid><title>&a11;</title><link>&f;</link></item>"))

    assert [("1", "", "", "")] == found


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "{}", '{"items": 1}', "text", "<html><p>x</html>", "<a/>", "\x00", '{"a":' * 9999]
)
def test_what_is_no_feed_is_said_to_be_none(text: str) -> None:
    """One line, with the place."""
    with pytest.raises(UsageError, match=r"^a feed: this is no RSS, Atom or JSON feed; "):
        read(text)


@given(st.one_of(st.binary(max_size=200), st.text(max_size=200).map(lambda text: RSS.format(text).encode())))
@settings(max_examples=200)
def test_nothing_else_is_raised(document: bytes) -> None:
    """Whatever a server answers, it is entries or no feed."""
    try:
        found = entries(document, "a feed", "https://x.example/")
    except UsageError:
        return
    assert all(isinstance(each, Seen) and each.id for each in found)


@pytest.mark.parametrize(
    "url",
    [
        *("http://x.example/a%20b/%D8%B3", "https://www.x.example/a%20b/س/", "HTTPS://X.EXAMPLE:443/a b/%d8%b3.html"),
        *("https://x.example/a%20b/س/index.html", "https://x.example/a%20b/س#more"),
    ],
)
def test_spellings_of_one_page(url: str) -> None:
    """Whatever an engine makes of an address, it is the same page."""
    assert ("x.example", "/a b/س") == page(url)


def test_other_pages_are_others() -> None:
    """Case of the path and a query tell pages apart."""
    urls = ["", "https://x.example/", "https://x.example/a", "https://x.example/A", "https://x.example/?p=1"]
    assert ("", "") == page("http://[x/a")

    assert len(urls) == len({page(url) for url in urls})


def test_signs_that_were_not_escaped() -> None:
    """An address with a bare "&" is read as it was meant; one in CDATA stands for itself."""
    link = "https://x.example/?a=1&b=2"
    text = RSS.format(f"<item><title><![CDATA[A &b B]]></title><link>{link}</link><guid>{link}&amp;c</guid></item>")

    assert [(f"{link}&c", link, "A &b B", "")] == read(text)

"""The checker lets good feeds pass and names what is wrong with bad ones: a broken document for each rule."""

from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.check import CHECKS, check
from feeds.formats import FORMATS, opml
from feeds.model import Author, Enclosure, Entry, Feed, History, Post, Problem

URLS = {name: f"https://example.org/{each.file_name}" for name, each in FORMATS.items()} | {
    "opml": "https://example.org/"
}
TIME = datetime(2025, 8, 1, tzinfo=UTC)
POST = Post(
    path="posts/أول.md",
    url="https://example.org/first/",
    title="أول & آخر",
    published=TIME,
    updated=datetime(2025, 8, 2, tzinfo=UTC),
    id="tag:example.org,2025-08-01:posts/first.md",
    authors=(Author("ليلى", "layla@example.org", "https://layla.example/"),),
    categories=("أدوات", "C&C"),
    language="fr",
    enclosures=(
        Enclosure("https://example.org/a.mp3", "audio/mpeg"),
        Enclosure("https://example.org/b.ogg", "audio/ogg", 9),
    ),
)
HTML = (
    '<div lang="ar" dir="rtl"><p style="color: red; text-align: right">نص &amp; <a href="https://example.org/#x">رابط</a><br>'
    '<img src="https://example.org/a.png" alt="" srcset="https://example.org/a.png 1x, https://example.org/b.png 2x">'
    "</p></div>"
)
ENTRY = Entry(POST, HTML, "خلاصة AT&T", "https://example.org/a.jpg")
SECOND = msgspec.structs.replace(ENTRY, post=msgspec.structs.replace(POST, id="urn:uuid:1", title="", authors=()))
FEED = Feed(
    id="tag:example.org,2025:feed",
    title="مدونة Q&A",
    home_url="https://example.org/",
    urls={name: URLS[name] for name in FORMATS},
    posts=(POST, SECOND.post),
    description="وصف",
    language="ar-DZ",
    authors=(Author("ليلى"),),
    copyright="© A & B",
    icon="https://example.org/i.png",
    hub="https://hub.example/",
    stylesheet="/feed.css",
)
OLDER = {name: f"https://example.org/feeds/archive/1/{each.file_name}" for name, each in FORMATS.items()}
HISTORIES = [msgspec.structs.replace(FEED, history=each) for each in (History(), History(OLDER), History(OLDER, URLS))]


def good(name: str) -> bytes:
    """Return a document that says everything there is to say."""
    return opml.render("قائمة", [FEED]) if name == "opml" else FORMATS[name].render(FEED, [ENTRY, SECOND])


def problems(name: str, document: bytes) -> tuple[Problem, ...]:
    """Check a document where it should be."""
    return check(name, document, URLS[name], "public/x")


@pytest.mark.parametrize("name", CHECKS)
def test_what_we_write_is_right(name: str) -> None:
    """Our own feeds have no problems: with everything in them, with nothing, as summaries, of bare posts."""
    documents = [good(name)]
    if name in FORMATS:
        bare = Entry(msgspec.structs.replace(POST, title="", categories=(), authors=(), enclosures=()), "", "")
        summaries = msgspec.structs.replace(FEED, content="summary")
        documents += [
            FORMATS[name].render(feed, posts)
            for feed in (FEED, summaries, *HISTORIES)
            for posts in ([], [ENTRY], [bare])
        ]

    assert [()] * len(documents) == [problems(name, document) for document in documents]


HISTORY = 'xmlns:fh="http://purl.org/syndication/history/1.0"'
# (format, what stands in the good document, what takes its place, part of what is to be said)
BROKEN = [
    # the document
    ("rss", "<?xml", "\ufeff<?xml", "byte order mark"),
    ("rss", "encoding='UTF-8'", "encoding='windows-1256'", "not UTF-8"),
    ("rss", "</channel>", "", "not well-formed"),
    ("rss", "مدونة", "\x0b", "not well-formed"),
    ("rss", '"/feed.css" type="text/css"', '"/feed.xsl" type="text/xsl"', "XSLT"),
    ("rss", "مدونة", "\x85\ufffd", "U+0085, U+FFFD"),
    ("atom", "feed xmlns:", "feeds xmlns:", "not well-formed"),
    ("atom", 'xmlns="http://www.w3.org/2005/Atom"', 'xmlns="http://purl.org/atom/ns#"', "the root is <feed>"),
    ("rss", 'version="2.0"', 'version="0.91"', "version '0.91'"),
    # the channel
    ("rss", "channel>", "chanel>", "rss has no channel"),
    ("rss", "<title>مدونة Q&#x26;A</title>", "", "channel has no title"),
    ("rss", "<title>مدونة Q&#x26;A</title>", "<title> </title>", "title: empty"),
    ("rss", "<title>مدونة Q&#x26;A</title>", "<title>a\n b</title>", "blanks"),
    ("rss", "مدونة Q&#x26;A", "a</title><title>b", "title stands 2 times"),
    ("rss", "مدونة Q&#x26;A", "&#x3C;/b>", "markup in plain text"),
    ("rss", "مدونة Q&#x26;A", "a &amp;copy; b", "looks like markup"),
    ("rss", "<link>https://example.org/</link>", "", "channel has no link"),
    ("rss", "<link>https://example.org/</link>", "<link>https://example.org/feed.xml</link>", "its <link> is the feed"),
    ("rss", "<link>https://example.org/</link>", "<link>/</link>", "not an absolute web address"),
    ("rss", "<link>https://example.org/</link>", "<link>https://example.org/أ</link>", "not percent-encoded"),
    ("rss", "<description>وصف</description>", "", "channel has no description"),
    ("rss", "<language>ar<", "<language>arabic_DZ<", "not a language tag"),
    (
        "rss",
        'rel="self" href="https://example.org/feed.xml"',
        'rel="self" href="https://example.net/feed.xml"',
        "it says that it is at",
    ),
    ("rss", 'rel="self"', 'rel="via"', "no link to itself"),
    ("atom", "tag:example.org,2025:feed</id>", "https://example.org:443/%7Ea/../b</id>", "canonical"),
    ("atom", "tag:example.org,2025:feed</id>", "tag:example.org,2025:%d8%a3</id>", "canonical"),
    ("atom", "tag:example.org,2025:feed</id>", "https://example.org/a%2520b</id>", "encoded twice"),
    ("rss", "<language>ar<", "<language>jp<", "no language"),
    ("atom", 'xml:lang="ar-DZ"', 'xml:lang="arabic_DZ"', "not a language tag"),
    ("json", '"language": "fr"', '"language": "cn-ZH"', "no language"),
    ("rss", "text-align: right", "margin: 99999em", "style"),
    ("atom", "<name>ليلى</name>", "<name>ليلى &lt;layla@example.org&gt;</name>", "holds a mail address"),
    ("atom", "<name>ليلى</name>", "<name>A &amp;amp; B</name>", "looks like markup"),
    # its history
    ("rss", "<channel>", f"<channel><fh:archive {HISTORY}/>", "of no archive"),
    ("atom", "<rights", f"<fh:archive {HISTORY}/><rights", "the way back to the feed"),
    ("atom", 'rel="hub"/>', f'rel="next-archive"/><fh:complete {HISTORY}/>', "a complete feed with archive"),
    ("rss", 'rel="hub"', 'rel="alternate" type="application/atom+xml"', "2 alternate links"),
    ("rss", ' type="application/rss+xml"', ' type="rss"', "not a media type"),
    ("rss", "  </channel>", "<ttl>60</ttl></channel>", "after the items"),
    ("rss", "<generator>", "<ttl>soon</ttl><generator>", "not a whole number"),
    ("rss", "<generator>", "<x/><generator>", "<x> is not known"),
    ("rss", "<generator>", '<s:x xmlns:s="http://source.example/"/><generator>', "is not known"),
    ("rss", "http://search.yahoo.com/mrss/", "http://search.yahoo.com/mrss", "is not known"),
    ("rss", "i.png</url>", "i.svg</url>", "not GIF, JPEG or PNG"),
    ("rss", "i.png</url>", "i.png</url><width>200</width>", "width 200"),
    ("rss", "i.png</url>", "i.png</url><width>²</width>", "'²' is not a whole number"),
    ("rss", "i.png</url>\n      <title>", "i.png</url>\n      <title>x", "not that of the channel"),
    ("rss", "<url>https://example.org/i.png</url>", "", "image has no url"),
    # its items
    ("rss", "<description>خلاصة AT&amp;amp;T</description>", "", "neither title nor description"),
    ("rss", '<guid isPermaLink="false">urn:uuid:1</guid>', "", "item has no guid"),
    ("rss", "urn:uuid:1<", "tag:example.org,2025-08-01:posts/first.md<", "stands a second time"),
    ("rss", "urn:uuid:1<", "123<", "not unique enough"),
    ("rss", 'isPermaLink="false">urn:uuid:1', 'isPermaLink="true">urn:uuid:1', "called a permalink"),
    ("rss", 'isPermaLink="false">urn:uuid:1', 'isPermaLink="no">urn:uuid:1', "'no' is unknown"),
    ("rss", 'medium="image"', 'medium="picture"', "'picture' is unknown"),
    ("rss", 'rel="hub"', 'rel="hubs"', "'hubs' is no registered relation"),
    (
        "rss",
        "<description>خلاصة AT&amp;amp;T</description>\n      <content:encoded>",
        "<content:encoded>",
        "comes first",
    ),
    (
        "rss",
        "<description>خلاصة AT&amp;amp;T</description>",
        "<description>&lt;b&gt;</description>",
        "<b> is not closed",
    ),
    ("rss", "layla@example.org (ليلى)", "ليلى", "not an author"),
    ("rss", "layla@example.org (ليلى)", "layla@example.org", "not an author"),
    ("rss", "</author>", "</author><dc:creator>x</dc:creator>", "author and dc:creator"),
    (
        "rss",
        "<enclosure",
        '<enclosure url="https://example.org/c.mp3" length="1" type="a/b"/><enclosure',
        "stands 2 times",
    ),
    ("rss", 'length="0"', "", "has no length"),
    ("rss", 'length="0"', 'length="-1"', "not a whole number"),
    ("rss", 'enclosure url="https://example.org/', 'enclosure url="https://localhost/', "without a dot"),
    ("rss", "<category>أدوات</category>", "<category/>", "category: empty"),
    ("rss", "Fri, 01 Aug 2025 00:00:00 +0000", "Thu, 01 Aug 2025 00:00:00 +0000", "wrong day of the week"),
    ("rss", "Fri, 01 Aug 2025 00:00:00 +0000", "Fri, 01 Aug 2025 00:00:00 +0545", "not a date of RFC 822"),
    ("rss", "Fri, 01 Aug 2025 00:00:00 +0000", "ven., 01 août 2025 00:00:00 +0000", "not a date of RFC 822"),
    ("rss", "Fri, 01 Aug 2025 00:00:00 +0000", "Fri, 31 Feb 2025 00:00:00 +0000", "is not a date"),
    ("rss", "Fri, 01 Aug 2025 00:00:00 +0000", "Thu, 01 Jan 1970 00:00:00 +0000", "hardly meant"),
    # content
    *(
        ("rss", "&lt;br&gt;", html.replace("<", "&lt;").replace(">", "&gt;"), what)
        for html, what in (
            ("<script>x</script>", "content: <script>"),
            ("<blink>x</blink>", "<blink> is not HTML"),
            ("</b>", "</b> without <b>"),
            ("<b>", "<b> is not closed"),
            ("<b onclick='x'>x</b>", "onclick of <b>"),
            ("<b style='border-radius: 1px'>x</b>", "style 'border-radius: 1px'"),
            ("<b style='background: url(x)'>x</b>", "style 'background: url(x)'"),
            ("<a href='/x'>x</a>", "'/x' is relative"),
            ("<a href='#x'>x</a>", "'#x' is relative"),
            ("<a href='//example.org/'>x</a>", "is relative"),
            ("<a href='javascript:x'>x</a>", "is unsafe"),
            ("<a href='https://example.org/أ'>x</a>", "not encoded"),
            ("<img srcset='a.png 1x, https://example.org/ 2x'>", "srcset of <img>: 'a.png' is relative"),
        )
    ),
    # Atom
    ("atom", 'rel="self"', 'rel="via"', "no link to itself"),
    ("atom", "مدونة Q&amp;amp;A", "", "title is empty"),
    ("atom", "<subtitle>وصف", "<subtitle>\ufffd", "U+FFFD"),
    ("atom", "<name>ليلى<", "<name> <", "name: empty"),
    ("atom", "<id>tag:example.org,2025:feed</id>", "", "feed has no id"),
    ("atom", "<id>tag:example.org,2025:feed</id>", "<id>https://example.org</id>", "canonical"),
    ("atom", "<id>tag:example.org,2025:feed</id>", "<id>TAG:example.org,2025:feed</id>", "canonical"),
    ("atom", "<id>tag:example.org,2025:feed</id>", "<id>tag:example.org:feed</id>", "not a tag URI"),
    ("atom", "<id>urn:uuid:1</id>", "<id>أول</id>", "not an absolute URI"),
    ("atom", "<id>urn:uuid:1</id>", "<id>javascript:1</id>", "javascript: makes no lasting name"),
    ("atom", "<id>urn:uuid:1</id>", "<id>tag:example.org,2025-08-01:posts/first.md</id>", "stands a second time"),
    ("atom", '<title type="html">أول &amp;amp; آخر</title>', "", "entry has no title"),
    ("atom", '<title type="html">أول &amp;amp; آخر</title>', "<title>a &lt;b&gt;</title>", "looks like markup"),
    ("atom", '<title type="html">أول &amp;amp; آخر</title>', "<title/>", "title is empty"),
    ("atom", 'content type="html"', 'content type="xhtml"', "type 'xhtml'"),
    ("atom", "2025-08-02T00:00:00+00:00", "2025-08-02", "not a date of RFC 3339"),
    ("atom", "2025-08-02T00:00:00+00:00", "2025-07-02T00:00:00Z", "updated before"),
    ("atom", "2025-08-01T00:00:00+00:00", "2025-02-31T00:00:00Z", "not a date of RFC 3339"),
    ("atom", 'rel="enclosure" type="audio/mpeg"', 'rel="alternate" type="text/html"', "2 alternate links"),
    ("atom", "    <name>ليلى</name>\n", "", "author has no name"),
    ("atom", "<email>layla@example.org<", "<email>layla<", "not a mail address"),
    ("atom", "  <author>\n    <name>ليلى</name>\n  </author>\n", "", "no author anywhere"),
    ("atom", "</feed>", "<icon>https://example.org/</icon></feed>", "after the entries"),
    ("atom", 'category term="أدوات"', 'category label="أدوات"', "has no term"),
    ("atom", 'link href="https://hub.example/"', "link", "has no href"),
    ("atom", "https://example.org/i.png", "i.png", "not an absolute URI"),
    # JSON Feed
    ("json", '"title": "مدونة Q&A",', "", "no title"),
    ("json", '{\n  "version"', '\ufeff{\n  "version"', "not JSON"),
    ("json", '"items": [', '"items": [[],', "[] is not an object"),
    ("json", "version/1.1", "version/1", "version 'https://jsonfeed.org/version/1'"),
    ("json", '"version":', '"icon": "https://example.org/i.png", "version":', "version 'https"),
    ("json", '"feed_url": "https://example.org/', '"feed_url": "https://example.net/', "it says that it is at"),
    ("json", '"description": "وصف"', '"next_url": "https://example.org/feed.json"', "the feed itself"),
    ("json", '"description": "وصف"', '"author": {"name": "x"}', "author is not known"),
    ("json", '"description": "وصف"', '"expired": "yes"', "is not true or false"),
    ("json", '"id": "urn:uuid:1"', '"id": 1', "is not text"),
    ("json", '"id": "urn:uuid:1"', '"id": "tag:example.org,2025-08-01:posts/first.md"', "stands a second time"),
    ("json", '"content_html"', '"_content_html"', "neither content_html nor content_text"),
    ("json", "<br>", "<br onclick=x>", "onclick of <br>"),
    ("json", '"title": "أول & آخر"', '"title": "أول & آخر "', "blanks"),
    ("json", '"name": "ليلى",\n          "url": "https://layla.example/"', "", "without name, url and avatar"),
    ("json", '"mime_type": "audio/mpeg"', '"mime": "audio/mpeg"', "no mime_type"),
    ("json", '"size_in_bytes": 9', '"size_in_bytes": true', "is not a whole number"),
    ("json", '"أدوات",', '"أدوات", null,', "tags: empty"),
    ("json", '"date_published": "2025-08-01T', '"date_published": "2025-08-01 ', "not a date of RFC 3339"),
    ("json", '"language": "fr"', '"language": "français"', "not a language tag"),
    ("json", '"summary": "خلاصة', '"summary": "\\ud800', "U+D800"),
    # OPML
    ("opml", "opml", "opm", "the root is <opm>"),
    ("opml", "body>", "bodies>", "opml has no body"),
    ("opml", "<title>قائمة</title>", "<title> </title>", "title: empty"),
    ("opml", "<title>قائمة</title>", "", "head has no title"),
    ("opml", "<title>قائمة</title>", "<title>a &lt;b&gt;</title>", "<b> is not closed"),
    ("opml", "<title>قائمة</title>", "<title>a&amp;ب</title>", "a bare &"),
    ("opml", "<title>قائمة</title>", "<title>a</title><docs>x</docs>", "<docs> is not known"),
    ("opml", 'version="2.0"', 'version="3"', "version '3'"),
    ("opml", 'xmlUrl="https://example.org/feed.xml"', "", "has no xmlUrl"),
    ("opml", 'xmlUrl="https://example.org/feed.xml"', 'xmlUrl="feed.xml"', "not an absolute web address"),
]


@pytest.mark.parametrize(("name", "old", "new", "what"), BROKEN)
def test_what_is_broken_is_named(name: str, old: str, new: str, what: str) -> None:
    """Each rule finds the document that breaks it, says what and where, how to mend it and who says so."""
    document = good(name).decode()
    assert old in document

    found = [
        each for each in problems(name, document.replace(old, new).encode(errors="surrogatepass")) if what in each.what
    ]

    assert found
    assert all(each.path == "public/x" and each.mend and each.rule for each in found)
    assert any(each.line for each in found)


def test_a_problem_names_the_post() -> None:
    """Whoever reads of a problem wants to open the file of the post."""
    document = good("rss").replace(b"&lt;br&gt;", b"&lt;script&gt;", 1)
    found = check("rss", document, URLS["rss"], "public/feed.xml", {POST.id: POST.path})

    assert (POST.path, "in its feeds: content: <script>") in [(each.path, each.what) for each in found]


def test_an_id_that_is_no_uri_is_one_problem() -> None:
    """It has no canonical form and no scheme, so nothing is said of these."""
    document = good("atom").replace(POST.id.encode(), b"4063")
    said = [each.what for each in problems("atom", document) if "4063'" in each.what]

    assert ["in 4063: id: '4063' is not an absolute URI"] == said


def test_a_feed_nested_without_end_is_a_problem() -> None:
    """Python cannot read it either."""
    assert ["not JSON in UTF-8"] == [each.what.partition(":")[0] for each in problems("json", b"[" * 100_000)]


def test_a_feed_as_large_as_a_book_is_a_problem() -> None:
    """Some services stop at a megabyte."""
    assert ["1,000,001 bytes"] == [each.what for each in problems("json", good("json").ljust(1_000_001))]


@pytest.mark.parametrize("name", CHECKS)
@settings(max_examples=60)
@given(st.data())
def test_no_document_makes_it_fail(name: str, data: st.DataObject) -> None:
    """However a document is damaged, what comes out are problems."""
    document = good(name)
    start = data.draw(st.integers(0, len(document)))
    damage = data.draw(
        st.one_of(st.binary(max_size=8), st.sampled_from([b"null", b'""', b"[]", b"&#0;", b"<x/>", b"-->"]))
    )
    problems(name, document[:start] + damage + document[start + data.draw(st.integers(0, 40)) :])

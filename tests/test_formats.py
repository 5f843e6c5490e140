"""What every format promises, and what each says in its own way."""

import json
import locale
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import feedgen.feed
import feedparser
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from feeds.formats import FORMATS, is_ours, opml
from feeds.formats.facts import line, manner, moment
from feeds.model import EPOCH, Author, Enclosure, Entry, Feed, Post

NAMES = {
    "a": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "media": "http://search.yahoo.com/mrss/",
}
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
ALGIERS = timezone(timedelta(hours=1))
URLS = {name: f"https://example.org/{each.file_name}" for name, each in FORMATS.items()}
POST = Post(
    path="posts/أول.md",
    url="https://example.org/first/",
    title="الحرف & المحرف",
    published=datetime(2025, 8, 1, tzinfo=ALGIERS),
    updated=datetime(2025, 8, 1, tzinfo=ALGIERS),
    id="tag:example.org,2025-08-01:posts/first.md",
)
ENTRY = Entry(POST, "<p>نص &amp; <b>كامل</b></p>", "خلاصة AT&T في سطر")
FEED = Feed("tag:example.org,2025:feed", "مدونة", "https://example.org/", URLS, (POST,), language="ar")

XML = ["rss", "atom"]
EVERY = list(FORMATS)


def posted(**changes: Any) -> Entry:
    """Return the example with another post."""
    return msgspec.structs.replace(ENTRY, post=msgspec.structs.replace(POST, **changes))


def written(name: str, *entries: Entry, **changes: Any) -> Any:
    """Return the document of a feed, parsed: an lxml tree or a dict."""
    feed = msgspec.structs.replace(FEED, posts=tuple(entry.post for entry in entries), **changes)
    document = FORMATS[name].render(feed, entries)
    return json.loads(document) if name == "json" else etree.fromstring(document)


def texts(tree: Any, path: str) -> list[str | None]:
    """Return the texts of the elements at an XPath."""
    return [node.text for node in tree.iterfind(path, NAMES)]


def ids(name: str, document: Any) -> list[str | None]:
    """Return the ids of the items, in order."""
    if name == "json":
        return [item["id"] for item in document["items"]]
    return texts(document, "channel/item/guid" if name == "rss" else "a:entry/a:id")


# What every format promises


@pytest.mark.parametrize("name", EVERY)
def test_an_empty_feed_is_a_feed(name: str) -> None:
    """A site without posts has feeds that readers take."""
    assert [] == ids(name, written(name))


@pytest.mark.parametrize("name", EVERY)
def test_posts_stand_in_the_order_given(name: str) -> None:
    """The newest comes first because the caller says so; a format does not sort."""
    entries = [posted(id=f"tag:example.org,2025:{number}") for number in (3, 1, 2)]

    assert [entry.post.id for entry in entries] == ids(name, written(name, *entries))


@pytest.mark.parametrize("name", EVERY)
def test_an_item_serves_all_feeds_of_one_manner(name: str) -> None:
    """An item depends on its feed only through what `manner` returns, so that it is written once."""
    other = Feed("tag:example.org,2025:x", "أخرى", "https://example.org/x/", URLS, (), language="ar", category="س")

    assert manner(FEED) == manner(other)
    assert FORMATS[name].item(ENTRY, FEED) == FORMATS[name].item(ENTRY, other)


@pytest.mark.parametrize("name", EVERY)
def test_summary_alone_when_asked(name: str) -> None:
    """A feed of summaries carries the summary and not a word of the content."""
    document = FORMATS[name].render(msgspec.structs.replace(FEED, content="summary"), [ENTRY]).decode()

    assert ("خلاصة" in document, "كامل" in document) == (True, False)


@pytest.mark.parametrize("name", EVERY)
def test_content_and_summary_stand_side_by_side(name: str) -> None:
    """A full feed carries both, so that each reader shows what its person prefers."""
    document = FORMATS[name].render(FEED, [ENTRY]).decode()

    assert ("خلاصة" in document, "كامل" in document) == (True, True)


@pytest.mark.parametrize("name", EVERY)
def test_a_bare_post_is_an_item(name: str) -> None:
    """A post without title, text and summary still is an item with a link."""
    bare = Entry(msgspec.structs.replace(POST, title=""), "", "")

    assert [POST.id] == ids(name, written(name, bare))


@pytest.mark.parametrize("name", EVERY)
def test_dates_do_not_depend_on_the_machine(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Any number of threads, and any zone, write the same bytes, and nobody touches the locale of the process."""
    expected = FORMATS[name].render(FEED, [ENTRY])
    monkeypatch.setattr(locale, "setlocale", pytest.fail)
    monkeypatch.setenv("TZ", "Asia/Kathmandu")
    time.tzset()

    with ThreadPoolExecutor(4) as pool:
        documents = set(pool.map(lambda _: FORMATS[name].render(FEED, [ENTRY]), range(40)))
    monkeypatch.undo()
    time.tzset()

    assert {expected} == documents


@pytest.mark.parametrize("name", EVERY)
def test_our_feeds_are_known_as_ours(name: str) -> None:
    """A feed that we wrote is told from all others, and no text inside one makes it ours."""
    mark = '<generator>feeds</generator> "user_comment": "Made by feeds. '
    document = FORMATS[name].render(msgspec.structs.replace(FEED, title=mark), [Entry(POST, mark, mark)])
    foreign = document.replace(b"<generator>feeds<", b"<generator>other<").replace(b'"Made by feeds', b'"Made by other')

    assert (is_ours(document), is_ours(foreign)) == (True, False)


nasty = st.sampled_from("\0\v\r\x85\ud800\udfff\ufffe\uffff\u200f<>&]'\"")
anything = st.lists(st.one_of(st.characters(exclude_categories=()), nasty), max_size=40).map("".join)


@pytest.mark.parametrize("name", EVERY)
@settings(max_examples=60)
@given(title=anything, text=anything, category=anything, author=anything)
def test_any_text_gives_a_document(name: str, title: str, text: str, category: str, author: str) -> None:
    """Control characters, lone surrogates, markup and marks of direction: the document parses and keeps the words."""
    entry = posted(title=title, categories=(category,), authors=(Author(author, author, author),))
    document = written(name, Entry(entry.post, text, text), title=title, description=text, copyright=text, hub=text)

    words = document["title"] if name == "json" else (document.findtext("{*}title") or document[0].findtext("title"))
    assert [POST.id] == ids(name, document)
    assert line(title) in ("", words, words.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))


@settings(max_examples=60)
@given(st.datetimes(datetime(1970, 1, 2), datetime(9999, 12, 30), timezones=st.timezones()))
def test_a_moment_stays_the_same(time: datetime) -> None:
    """A time is the same instant, less the fraction of its second, with an offset that every format can write."""
    offset = moment(time).utcoffset() or timedelta()

    assert (time.replace(microsecond=0) - moment(time)) == timedelta()
    assert offset % timedelta(minutes=30) == timedelta()


@pytest.mark.parametrize("name", XML)
def test_feedparser_reads_it(name: str) -> None:
    """feedparser finds title, content, summary, category, author and dates, and nothing to complain of."""
    entry = posted(categories=("أدوات & لغات",), authors=(Author("كاتبة"),), updated=datetime(2025, 8, 2, tzinfo=UTC))
    feed = feedparser.parse(FORMATS[name].render(FEED, [entry]))
    item = feed.entries[0]

    assert not feed.bozo
    assert "ar" == feed.feed.language
    assert POST.title == item.title.replace("&amp;", "&")
    assert ENTRY.html == item.content[0].value
    assert ("أدوات & لغات", "كاتبة") == (item.tags[0].term, item.author)
    assert (2025, 7, 31, 23, 0, 0) == item.published_parsed[:6]
    assert (2025, 8, 2, 0, 0, 0) == item.updated_parsed[:6]


@pytest.mark.parametrize("name", XML)
def test_a_feed_points_to_itself_and_its_other_forms(name: str) -> None:
    """Beside its page a feed links to itself, to the hub and to the other formats, with their types."""
    tree = written(name, hub="https://hub.example/")
    links = {(link.get("rel"), link.get("type"), link.get("href")) for link in tree.iter(f"{{{NAMES['a']}}}link")}
    others = {("alternate", each.media_type, URLS[each.name]) for each in FORMATS.values() if each.name != name}

    assert {("self", FORMATS[name].media_type, URLS[name]), ("hub", None, "https://hub.example/"), *others} <= links


@pytest.mark.parametrize("name", XML)
def test_a_stylesheet_is_named_before_the_feed(name: str) -> None:
    """A browser that opens the feed finds its style sheet."""
    document = FORMATS[name].render(msgspec.structs.replace(FEED, stylesheet="/a&b.css"), [])

    assert b'<?xml-stylesheet href="/a&amp;b.css" type="text/css"?>' == document.splitlines()[1]


@pytest.mark.parametrize("name", XML)
def test_the_image_is_offered_as_media(name: str) -> None:
    """The image of a post is a thumbnail and a medium of its own, in no group."""
    tree = written(name, msgspec.structs.replace(ENTRY, image="https://example.org/a.JPG?x=1"))
    item = tree.find("channel/item") if name == "rss" else tree.find("a:entry", NAMES)

    assert {"url": "https://example.org/a.JPG?x=1"} == dict(item.find("media:thumbnail", NAMES).attrib)
    assert {"url": "https://example.org/a.JPG?x=1", "medium": "image", "type": "image/jpeg"} == dict(
        item.find("media:content", NAMES).attrib
    )


@pytest.mark.parametrize("name", XML)
def test_a_post_in_another_language_says_so(name: str) -> None:
    """The feed carries its language, and so does an item in another one, and only that."""
    tree = written(name, posted(language="AR"), posted(language="fr"))
    items = tree.findall("channel/item") if name == "rss" else tree.findall("a:entry", NAMES)

    assert ("ar", [None, "fr"]) == (tree.get(LANG), [item.get(LANG) for item in items])


# RSS


def test_rss_writes_plain_text_in_hex() -> None:
    """Titles and categories write & and < as the RSS Board's profile says; descriptions are HTML."""
    entry = Entry(msgspec.structs.replace(POST, title="<b> & co", categories=("C&C",)), "", "1 < 2 & so on")
    document = FORMATS["rss"].render(msgspec.structs.replace(FEED, title="Q&A"), [entry])

    assert b"<title>Q&#x26;A</title>" in document
    assert b"<title>&#x3C;b&gt; &#x26; co</title>" in document
    assert b"<category>C&#x26;C</category>" in document
    assert b"<description>1 &amp;lt; 2 &amp;amp; so on</description>" in document


def test_rss_names_the_home_page() -> None:
    """The link of the channel is the page, whatever else the feed links to."""
    assert ["https://example.org/"] == texts(written("rss", hub="https://hub.example/"), "channel/link")


def test_rss_description_comes_before_content() -> None:
    """Readers that know only <description> find it first."""
    order = [node.tag for node in written("rss", ENTRY).find("channel/item")]

    assert order.index("description") < order.index(f"{{{NAMES['content']}}}encoded")


@pytest.mark.parametrize(
    ("authors", "author", "creators"),
    [
        ((Author("ليلى", "layla@example.org"),), ["layla@example.org (ليلى)"], []),
        ((Author("ليلى"),), [], ["ليلى"]),
        ((Author(email="a@example.org"),), [], ["a@example.org"]),
        ((Author("A", "a@example.org"), Author("B")), [], ["A", "B"]),
    ],
)
def test_rss_names_authors_in_one_way(authors: tuple[Author, ...], author: list[str], creators: list[str]) -> None:
    """One author with an address is <author>; all others are <dc:creator>; never both."""
    item = written("rss", posted(authors=authors)).find("channel/item")

    assert (author, creators) == (texts(item, "author"), texts(item, "dc:creator"))


def test_rss_items_name_the_author_of_the_site() -> None:
    """RSS readers do not look at the channel for the author of an item, so each item says it."""
    assert ["ليلى"] == texts(written("rss", ENTRY, authors=(Author("ليلى"),)), "channel/item/dc:creator")


@pytest.mark.parametrize(("guid", "permalink"), [(POST.id, "false"), (POST.url, "true")])
def test_rss_guid_is_a_permalink_only_if_it_is_the_link(guid: str, permalink: str) -> None:
    """A tag: id must not be taken for an address."""
    assert permalink == written("rss", posted(id=guid)).find("channel/item/guid").get("isPermaLink")


@pytest.mark.parametrize(("tag", "told"), [("ar-DZ", "ar"), ("he", "he"), ("pt-BR", "pt-BR"), ("ku-IQ", "ku-IQ")])
def test_rss_language_is_one_that_readers_know_to_run_right_to_left(tag: str, told: str) -> None:
    """newsboat turns a feed in "ar", not one in "ar-DZ"; the whole tag stands in xml:lang."""
    tree = written("rss", language=tag)

    assert ([told], tag) == (texts(tree, "channel/language"), tree.get(LANG))


@pytest.mark.parametrize(
    ("time", "told"),
    [
        (datetime(2025, 8, 1, 9, 5, 7, 999, ALGIERS), "Fri, 01 Aug 2025 09:05:07 +0100"),
        (datetime(2025, 8, 1, tzinfo=timezone(timedelta(hours=5, minutes=45))), "Thu, 31 Jul 2025 18:15:00 +0000"),
        (datetime(2025, 8, 1, tzinfo=timezone(timedelta(hours=-3, minutes=-30))), "Fri, 01 Aug 2025 00:00:00 -0330"),
        (datetime(1970, 1, 1, tzinfo=timezone(timedelta(seconds=561))), "Wed, 31 Dec 1969 23:50:39 +0000"),
    ],
)
def test_rss_dates(time: datetime, told: str) -> None:
    """Dates are those of RFC 2822, in English, with an offset that validators accept."""
    assert [told] == texts(written("rss", posted(published=time, updated=time)), "channel/item/pubDate")


def test_rss_has_one_enclosure() -> None:
    """The first file is the enclosure, with a length though unknown; the others are media."""
    files = (
        Enclosure("https://example.org/a.mp3", "audio/mpeg"),
        Enclosure("https://example.org/b.ogg", "audio/ogg", 7),
    )
    item = written("rss", posted(enclosures=files)).find("channel/item")

    assert [{"url": "https://example.org/a.mp3", "length": "0", "type": "audio/mpeg"}] == [
        dict(node.attrib) for node in item.iterfind("enclosure")
    ]
    assert [{"url": "https://example.org/b.ogg", "fileSize": "7", "type": "audio/ogg"}] == [
        dict(node.attrib) for node in item.iterfind("media:content", NAMES)
    ]


# Atom


def test_atom_titles_that_look_like_markup_are_html() -> None:
    """Text with & or < is escaped HTML; all other text is plain."""
    titles = [posted(title=title) for title in ("<b>", "a & b", "سهل")]
    tree = written("atom", *titles)

    assert [("&lt;b&gt;", "html"), ("a &amp; b", "html"), ("سهل", None)] == [
        (node.text, node.get("type")) for node in tree.iterfind("a:entry/a:title", NAMES)
    ]


def test_atom_names_the_publisher_for_nobody() -> None:
    """And not the category, which the title of the feed begins with."""
    author = written("atom", title="علوم – مدونتي", publisher="مدونتي").find("a:author", NAMES)

    assert [node.text for node in author] == ["مدونتي"]


@pytest.mark.parametrize(
    ("authors", "told"),
    [
        ((), ["مدونة"]),
        ((Author("ليلى", "l@example.org", "https://l.example/"),), ["ليلى", "l@example.org", "https://l.example/"]),
    ],
)
def test_atom_always_has_an_author(authors: tuple[Author, ...], told: list[str]) -> None:
    """RFC 4287 4.1.1 wants an author; where nobody is named the site itself is."""
    author = written("atom", authors=authors).find("a:author", NAMES)

    assert told == [node.text for node in author]


def test_atom_links_keep_their_attributes() -> None:
    """A file is an enclosure with its type and length, not a second address of the post."""
    files = (
        Enclosure("https://example.org/a.mp3", "audio/mpeg", 7),
        Enclosure("https://example.org/b.ogg", "audio/ogg"),
    )
    tree = written("atom", posted(enclosures=files))

    assert [
        {"rel": "alternate", "type": "text/html", "href": POST.url},
        {"rel": "enclosure", "type": "audio/mpeg", "href": files[0].url, "length": "7"},
        {"rel": "enclosure", "type": "audio/ogg", "href": files[1].url},
    ] == [dict(link.attrib) for link in tree.iterfind("a:entry/a:link", NAMES)]


def test_feedgen_still_loses_link_attributes() -> None:
    """When feedgen mends its issue 135, our cure in formats/atom.py can go."""
    made = feedgen.feed.FeedGenerator().add_entry()
    made.guid("a")
    made.title("a")
    made.link(href="https://example.org/a.mp3", rel="enclosure", type="audio/mpeg")
    made.link(href="https://example.org/", rel="alternate")

    assert [["href"], ["href"]] == [link.keys() for link in made.atom_entry().iter("link")]


def test_atom_without_posts_names_a_fixed_time() -> None:
    """An empty feed was updated at a moment that no clock decides."""
    assert [EPOCH.isoformat()] == texts(written("atom"), "a:updated")


def test_atom_names_an_untitled_post_by_its_beginning() -> None:
    """A title is required, so a note without one is called as it begins, cut at a word."""
    words = " ".join(["كلمة"] * 40)
    tree = written("atom", Entry(msgspec.structs.replace(POST, title=""), "<p>x</p>", words))

    assert ["كلمة " * 19 + "كلمة…"] == texts(tree, "a:entry/a:title")


def test_atom_has_no_summary_of_a_post_without_words() -> None:
    """A post that is a picture alone has none; an empty element is one that the W3C validator names."""
    tree = written("atom", Entry(POST, '<p><img src="https://example.org/a.png" alt=""></p>', ""))

    assert [] == texts(tree, "a:entry/a:summary")


# JSON Feed and OPML


def full_json() -> tuple[dict[str, Any], dict[str, Any]]:
    """Return a feed that says everything, and its item."""
    post = posted(
        updated=datetime(2025, 8, 2, tzinfo=UTC),
        authors=(Author("ليلى", "l@example.org", "https://l.example/"),),
        categories=("أدوات",),
        tags=("لغات", "أدوات"),
        language="fr",
        enclosures=(Enclosure("https://example.org/a.mp3", "audio/mpeg", 7),),
    )
    more = {"description": "وصف", "icon": "https://example.org/i.png", "hub": "https://hub.example/"}
    entry = msgspec.structs.replace(post, image="https://example.org/a.jpg")
    feed = written("json", entry, authors=(Author("مدونة"),), **more)
    return feed, feed["items"][0]


def test_json_keys_stand_in_the_order_of_the_specification() -> None:
    """The version comes "at the very top", the rest as a person who knows the text expects it."""
    feed, item = full_json()

    assert "version title home_page_url feed_url description user_comment icon authors language hubs items" == " ".join(
        feed
    )
    assert (
        "id url title content_html summary image date_published date_modified authors tags language attachments"
        == " ".join(item)
    )


def test_json_says_what_there_is() -> None:
    """Values are plain text and typed values; no mail address leaves."""
    feed, item = full_json()

    assert ({"type": "WebSub", "url": "https://hub.example/"}, URLS["json"]) == (feed["hubs"][0], feed["feed_url"])
    assert (POST.title, ENTRY.html) == (item["title"], item["content_html"])
    assert [{"name": "ليلى", "url": "https://l.example/"}] == item["authors"]
    assert ["أدوات", "لغات"] == item["tags"]
    assert [{"url": "https://example.org/a.mp3", "mime_type": "audio/mpeg", "size_in_bytes": 7}] == item["attachments"]
    assert ("2025-08-01T00:00:00+01:00", "2025-08-02T00:00:00+00:00") == (item["date_published"], item["date_modified"])


def test_opml_lists_each_feed_once() -> None:
    """A reader that imports the list subscribes to each feed once, in the first of its formats."""
    outlines = etree.fromstring(opml.render("قائمة", [FEED, FEED])).findall("body/outline")
    expected = {
        "type": "rss",
        "text": "مدونة",
        "title": "مدونة",
        "language": "ar",
        "xmlUrl": URLS["rss"],
        "htmlUrl": FEED.home_url,
    }

    assert [expected, expected] == [dict(outline.attrib) for outline in outlines]


@pytest.mark.parametrize(
    ("title", "text"),
    [("C & C", "C & C"), ("C & <C>", "C &amp; &lt;C&gt;"), ("&copy", "&amp;copy"), ("Q&A", "Q&amp;A")],
)
def test_opml_escapes_what_would_be_markup(title: str, text: str) -> None:
    """Readers show the text of an outline as HTML, says the specification; but "C & C" means the same either way."""
    (outline,) = etree.fromstring(opml.render("x", [msgspec.structs.replace(FEED, title=title)])).iter("outline")

    assert text == outline.get("text")

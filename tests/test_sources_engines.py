"""Where each engine serves a post and what it takes from names, folders and keys."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

import pytest
from msgspec.structs import replace

from feeds.model import Author, LeftOut, Post, Site
from feeds.sources import ENGINES, Beside, Parsed, guess, parse, recognise
from feeds.sources.hexo import slugized

SITE = Site(url="https://example.org/", title="Site", language="en")


def parsed(engine: str, path: str, header: str = "", permalink: str = "", beside: Beside | None = None) -> Parsed:
    dialect = ENGINES[engine]
    if permalink:
        dialect = replace(dialect, permalink=dialect.tokens(permalink))
    return parse(f"---\n{header}\n---\ntext" if header else "text", path, SITE, dialect, beside or Beside())


def post(engine: str, path: str, header: str = "date: 2024-03-05", permalink: str = "") -> Post:
    found = parsed(engine, path, header, permalink)
    assert found.post is not None
    return found.post


DATE = "date: 2024-03-05"
ADDRESSES = [
    ("hugo", "content/post/2016-09-17-To me.md", DATE, "post/2016-09-17-to-me/"),
    ("hugo", "content/post/2016-09-17-to-me.md", "title: x", "post/2016-09-17-to-me/"),
    ("hugo", "content/Post & Co/A & b - c.md", DATE, "post--co/a--b---c/"),
    ("hugo", "content/post/a.md", f"{DATE}\nslug: A & b - c", "post/a-b-c/"),
    ("hugo", "content/post/a.md", f"{DATE}\nslug: -- A -- b -x² C# --", "post/a--b-x-c#/"),
    ("hugo", "content/post/a.md", f"{DATE}\nslug: news/tcp", "post/news/tcp/"),
    ("hugo", "content/post/İzmir ΟΔΟΣ.md", DATE, "post/izmir-οδοσ/"),
    ("hugo", "content/post/a/index.md", DATE, "post/a/"),
    ("hugo", "content/post/a.md", f"{DATE}\nslug: مقال أول", "post/مقال-أول/"),
    ("hugo", "content/post/a.md", f"{DATE}\nurl: /x/y.html", "x/y.html"),
    ("hugo", "content/post/a.md", f"{DATE}\nurl: x", "x/"),
    ("hugo", "content/post/a.he.md", DATE, "he/post/a/"),
    ("hugo", "content/he/post/a.md", DATE, "he/post/a/"),
    ("hugo", "content/en/post/a.md", DATE, "post/a/"),
    ("zola", "content/blog/2024-03-05-Some Post.md", "title: x", "blog/some-post/"),
    ("zola", "content/blog/日本.md", DATE, "blog/ri-ben/"),
    ("zola", "content/Blog/a_b & c.md", DATE, "Blog/a-b-c/"),
    ("zola", "content/a.md", f"{DATE}\nslug: Привет, ъ!", "privet/"),
    ("zola", "content/a/index.md", DATE, "a/"),
    ("zola", "content/a.fr.md", DATE, "fr/a/"),
    ("zola", "content/a.md", "path: 2014/12/12/Rust-1.0", "2014/12/12/Rust-1.0/"),
    ("hexo", "source/_posts/Maven/栈 x.md", DATE, "2024/03/05/Maven/栈 x/"),
    ("hexo", "source/_posts/2024-03-05-a.md", "title: x", "2024/03/05/2024-03-05-a/"),
    ("hexo", "source/_posts/sub/index.md", DATE, "2024/03/05/sub/index/"),
    ("hexo", "source/_posts/a.md", f"{DATE}\npermalink: some/where.html", "some/where.html"),
    ("eleventy", "src/blog/2024-03-05-a.md", "title: x", "blog/2024-03-05-a/"),
    ("eleventy", "src/blog/x-2024-03-05-a.md", "permalink: '{{ page.fileSlug }}/'", "a/"),
    ("eleventy", "src/x-2024-03-05-A & b - é.md", "permalink: '/{{ page.fileSlug | slugify }}/'", "a-and-b-e/"),
    ("eleventy", "src/blog/2024-03-05-x/b.md", "permalink: '{{ page.filePathStem }}.html'", "blog/2024-03-05-x/b.html"),
    ("eleventy", "src/2024-03-05-a.md", "permalink: '{{ page.filePathStem }}/index.html'", "a/"),
    ("eleventy", "src/a.md", f"{DATE}\npermalink: {{build: /b/}}", "b/"),
    ("eleventy", "posts/a.md", f"{DATE}\ntitle: Café & Co\npermalink: '/{{{{ title | slugify }}}}/'", "cafe-and-co/"),
    ("eleventy", "content/blog/a/a.md", DATE, "blog/a/"),
    ("eleventy", "content/blog/a/index.md", DATE, "blog/a/"),
    ("eleventy", "posts/a.md", f"{DATE}\npermalink: '/x/{{{{ page.fileSlug }}}}/'", "x/a/"),
    ("eleventy", "posts/a.md", f"{DATE}\ntitle: A b\npermalink: '/{{{{ title | slugify }}}}/'", "a-b/"),
    ("eleventy", "posts/a.md", f"{DATE}\nkind: C d\npermalink: '/{{{{ kind | slug }}}}/x.html'", "c-d/x.html"),
    ("eleventy", "posts/a.md", f"{DATE}\npermalink: '/{{% if x %}}y{{% endif %}}/'", "posts/a/"),
    ("eleventy", "posts/a.md", f"{DATE}\npermalink: '{{{{ page.date | date: \"%Y/%m\" }}}}/a/'", "2024/03/a/"),
    ("pelican", "content/Linux/a.md", f"{DATE}\ntitle: File System", "file-system.html"),
    ("pelican", "content/a.md", f"{DATE}\ntitle: 'Hello, World: 2.0 (сноб)'", "hello-world-20-snob.html"),
    ("pelican", "content/a.md", f"{DATE}\ntitle: مدونة عربية", "mdwn-rby.html"),
    ("pelican", "content/a.md", f"{DATE}\ntitle: שלום כך ½ シ Є", "shlvm-khkh-12-shi-ie.html"),
    ("pelican", "content/a.md", f"{DATE}\nslug: b", "b.html"),
    ("pelican", "content/a.md", f"{DATE}\nslug: b\nlang: ru", "b-ru.html"),
    ("pelican", "content/a.md", f"{DATE}\nsave_as: x/index.html", "x/"),
    ("nikola", "posts/2024/a.md", DATE, "posts/2024/a/"),
    ("nikola", "posts/a.es.md", DATE, "es/posts/a/"),
    ("nikola", "posts/2024-03-05-Привет a+b.md", DATE, "posts/2024-03-05-privet-a+b/"),
    ("nikola", "posts/Some Folder/index.md", DATE, "posts/Some Folder/"),
    ("nikola", "posts/a.md", f"{DATE}\nslug: b", "posts/b/"),
    ("astro", "src/content/blog/First Post.md", DATE, "blog/first-post/"),
    ("astro", "src/content/blog/C++ & Co/v1.2_x.md", DATE, "blog/c--co/v12_x/"),
    ("astro", "src/content/blog/x/a.md", f"{DATE}\nslug: y/b", "blog/y/b/"),
    ("astro", "src/content/blog/ar/index.md", DATE, "blog/ar/"),
    ("astro", "src/pages/posts/A b.md", f"{DATE}\nslug: b", "posts/A b/"),
    ("gatsby", "content/blog/Hello/index.md", DATE, "Hello/"),
    ("gatsby", "content/notes/Hello.md", DATE, "notes/Hello/"),
    ("gatsby", "content/blog/a.md", f"{DATE}\nslug: /x/y", "x/y"),
    ("gatsby", "content/blog/a.md", f"{DATE}\npath: /x/", "x/"),
    ("docusaurus", "website/blog/2024-03-05-a.md", "title: x", "blog/2024/03/05/a"),
    ("docusaurus", "blog/2024-03-05-a/index.md", "title: x", "blog/2024/03/05/a"),
    ("docusaurus", "blog/2024/03/05/a.md", "title: x", "blog/2024/03/05/a"),
    ("docusaurus", "blog/2024-3-5-a.md", "title: x", "blog/2024/3/5/a"),
    ("docusaurus", "blog/2024/03-05-a/b/c.md", "title: x", "blog/2024/03/05/a/b/c"),
    ("docusaurus", "blog/team/2024/03/05/a.md", "title: x", "blog/2024/03/05/team/a"),
    ("docusaurus", "blog/team-2024-03-05-hey/a.md", "title: x", "blog/2024/03/05/team-hey/a"),
    ("docusaurus", "blog/a.md", f"{DATE}\nslug: /b/c", "blog/b/c"),
    ("docusaurus", "blog/x/a.md", DATE, "blog/x/a"),
    ("docusaurus", "i18n/ar/docusaurus-plugin-content-blog/a.md", DATE, "ar/blog/a"),
]


@pytest.mark.parametrize(("engine", "path", "header", "expected"), ADDRESSES)
def test_addresses(engine: str, path: str, header: str, expected: str) -> None:
    """A post keeps the address that its engine gives it."""
    assert f"https://example.org/{expected}" == unquote(post(engine, path, header).url)


@pytest.mark.parametrize(
    ("engine", "path", "permalink", "expected"),
    [
        ("hugo", "content/post/x/a.md", "/:year/:monthname/:slug/", "2024/march/some-title/"),
        ("hugo", "content/post/x/a.md", "/Log/:06/:1/:2_:Jan/:20060102/:Monday/", "log/24/3/5_mar/20240305/tuesday/"),
        ("hugo", "content/post/x/a.md", "/:sections[1:]/:contentbasename.html", "x/a.html"),
        ("hugo", "content/post/x/a.md", "/:section/:sections[last]/:weekday/:yearday/", "post/x/2/65/"),
        ("hexo", "source/_posts/x/a.md", ":category/:name/:i_month.html", "news/a/3.html"),
        ("hexo", "source/_posts/a.md", ":post_title/", "some-title/"),
        ("hexo", "source/_posts/x/a.md", ":title.html", "x/a.html"),
        ("pelican", "content/a.md", "{date:%Y}/{date:%b}/{category}/{slug}/", "2024/Mar/news/some-title/"),
        ("nikola", "posts/a.md", "/blog/:slug.html", "blog/a.html"),
        ("eleventy", "posts/a.md", "/{{ page.fileSlug }}.html", "a.html"),
        ("zola", "content/x/a.md", "/:slug/", "a/"),
        ("hugo", "content/a/b/c/d.md", "/:sections[0]/:sections[1:last]/:filename/", "a/b/d/"),
        ("hugo", "content/a/b/d.md", "/:sections[:last]/:sections[9]/:sections[5:]/:sections[:]/x/", "a/a/b/x/"),
        ("pelican", "content/A b.md", "{basename}.html", "a-b.html"),
        ("pelican", "content/2024-03-05-A b.md", "{date:%Y}/{undated}.html", "2024/A b.html"),
        ("pelican", "content/A b.md", "{undated}.html", "some-title.html"),
        ("nikola", "posts/A ب?.md", "/:folders/:name/", "posts/A ب-/"),
        ("nikola", "posts/x/y/a.md", "/blog/:subfolders/:slug.html", "blog/x/y/a.html"),
        ("docusaurus", "blog/2024-03-05-a.md", "/news/:slug/", "news/2024/03/05/a/"),
    ],
)
def test_patterns_of_the_engine(engine: str, path: str, permalink: str, expected: str) -> None:
    """A permalink in the settings is written as the engine writes it."""
    header = "title: Some title\ndate: 2024-03-05\ncategory: News"
    expected = expected.replace("news/a/3", "News/a/3")

    assert f"https://example.org/{expected}" == unquote(post(engine, path, header, permalink).url)


@pytest.mark.parametrize(
    ("engine", "header", "categories", "tags"),
    [
        ("hugo", "categories: a b\ntags: [c d, 'e, f']", ("a b",), ("c d", "e, f")),
        ("zola", "taxonomies: {categories: [a], tags: [b c]}", ("a",), ("b c",)),
        ("hexo", "categories:\n- [a, b]\n- c\ntags: d e", ("a", "b", "c"), ("d e",)),
        ("eleventy", "tags: number 2, b", (), ("number 2", "b")),
        ("eleventy", "tags: [posts, a]", (), ("a",)),
        ("pelican", "category: a, b\ntags: c d, e; f", ("a, b",), ("c d", "e", "f")),
        ("nikola", "category: a\ntags: b c, d", ("a",), ("b c", "d")),
        ("astro", "tags: [a b]\ncategory: c", ("c",), ("a b",)),
        ("docusaurus", "tags: [a b, {label: C, permalink: c}]", (), ("a b", "C")),
    ],
)
def test_categories_and_tags(engine: str, header: str, categories: tuple[str, ...], tags: tuple[str, ...]) -> None:
    """What a string, a list and a list in a list mean is for the engine to say."""
    found = post(engine, "x/2024-03-05-a.md", f"date: 2024-03-05\n{header}")

    assert (found.categories[-len(categories) :] if categories else (), found.tags) == (categories, tags)


def test_the_folder_is_the_category_in_pelican() -> None:
    """A folder below content/ is the category of articles that name none."""
    assert post("pelican", "content/Linux/a.md").categories == ("Linux",)
    assert post("pelican", "content/Linux/a.md", "date: 2024-03-05\ncategory: x").categories == ("x",)
    assert post("pelican", "content/a.md").categories == ()


@pytest.mark.parametrize(
    ("engine", "header", "expected"),
    [
        ("hugo", "date: 2024-03-05\npublishDate: 2024-04-01", datetime(2024, 4, 1, tzinfo=UTC)),
        ("astro", "pubDate: 2024-04-01", datetime(2024, 4, 1, tzinfo=UTC)),
        ("astro", "published: 2024-04-01", datetime(2024, 4, 1, tzinfo=UTC)),
        ("pelican", "Date: Mon Apr  1 10:00:00 EDT 2024", datetime(2024, 4, 1, 10, tzinfo=UTC)),
        ("zola", "path: 2024/04/01/x", datetime(2024, 4, 1, tzinfo=UTC)),
        ("jekyll", "permalink: /blog/2024/04/01/x/", datetime(2024, 4, 1, tzinfo=UTC)),
        ("plain", "published_at: 2024-04-01T10:00:00Z", datetime(2024, 4, 1, 10, tzinfo=UTC)),
    ],
)
def test_dates(engine: str, header: str, expected: datetime) -> None:
    """The date stands in the engine's own keys, or in the address that the post asks for."""
    assert expected == post(engine, "content/a.md", header).published


@pytest.mark.parametrize("said", ["true", "yes", "'true'"])
def test_what_tells_whether_a_post_is_published_is_no_date(said: str) -> None:
    """`published: true` is that of Jekyll and Hexo: the date stands elsewhere, and nothing is wrong."""
    path, header = "src/content/blog/2024-04-01-a.md", f"title: x\npublished: {said}"

    assert parsed("astro", path, header).problems == ()
    assert parsed("plain", "a.md", header).problems[0].what == "no date"
    assert parsed("plain", "a.md", "title: x\npublished: soon").problems[0].what == "published: soon is no date"


@pytest.mark.parametrize(
    ("engine", "header", "expected"),
    [
        ("hugo", "lastmod: 2024-04-01", datetime(2024, 4, 1, tzinfo=UTC)),
        ("pelican", "Modified: 2024-04-01", datetime(2024, 4, 1, tzinfo=UTC)),
        ("docusaurus", "last_update: {date: 2024-04-01}", datetime(2024, 4, 1, tzinfo=UTC)),
        ("astro", "updatedDate: 2024-04-01", datetime(2024, 4, 1, tzinfo=UTC)),
    ],
)
def test_changes(engine: str, header: str, expected: datetime) -> None:
    """When a post was changed stands in the engine's own keys."""
    assert expected == post(engine, "content/a.md", f"date: 2024-03-05\n{header}").updated


@pytest.mark.parametrize(
    ("engine", "path", "header", "reason"),
    [
        ("hugo", "content/a.md", "headless: true", "hidden"),
        ("hugo", "content/a.md", "build: {list: never}", "hidden"),
        ("eleventy", "posts/a.md", "eleventyExcludeFromCollections: true", "kept out of feeds"),
        ("eleventy", "posts/a.md", "permalink: false", "without a page"),
        ("hexo", "source/_posts/a.md", "published: false", "unpublished"),
        ("pelican", "content/a.md", "Status: hidden", "hidden"),
        ("nikola", "posts/a.md", "status: private", "hidden"),
        ("docusaurus", "blog/a.md", "unlisted: true", "hidden"),
    ],
)
def test_what_the_engine_keeps_out(engine: str, path: str, header: str, reason: str) -> None:
    """An engine's own way to keep a post out of lists keeps it out of feeds."""
    assert parsed(engine, path, f"date: 2024-03-05\n{header}") == Parsed(None, LeftOut(path, reason))


def test_drafts() -> None:
    """Drafts are told by folder and key."""
    assert post("hexo", "source/_drafts/a.md").draft
    assert post("pelican", "content/a.md", "date: 2024-03-05\nStatus: draft").draft
    assert post("docusaurus", "blog/a.md", "date: 2024-03-05\ndraft: true").draft


@pytest.mark.parametrize(
    ("engine", "path", "language"),
    [
        ("hugo", "content/post/a.pt-br.md", "pt-BR"),
        ("hugo", "content/he/post/a.md", "he"),
        ("hugo", "content/post/node.js.md", ""),
        ("hugo", "content/it-security/a.md", ""),
        ("docusaurus", "i18n/zh-Hans/docusaurus-plugin-content-blog/a.md", "zh-Hans"),
        ("nikola", "posts/a.ar.md", "ar"),
        ("plain", "posts/a.ar.md", "ar"),
    ],
)
def test_languages_of_names_and_folders(engine: str, path: str, language: str) -> None:
    """A language before the extension or in the first folder is that of the post; other names mean none."""
    assert language == post(engine, path).language


def test_metadata_in_a_file_of_its_own() -> None:
    """Nikola's posts of two files have their title and date in the one with .meta; problems point there."""
    beside = Beside(".. title: عنوان\n.. date: 2024-03-05\n.. updated: never\n", "posts/a.meta")
    found = parsed("nikola", "posts/a.md", "", "", beside)

    assert found.post is not None
    assert (found.post.title, found.post.path) == ("عنوان", "posts/a.md")
    assert [(problem.path, problem.line) for problem in found.problems] == [("posts/a.meta", 3)]
    assert ENGINES["nikola"].header_of("posts/a.es.md") == "posts/a.es.meta"


def test_values_of_data_files() -> None:
    """What the data file of a folder says holds for all its posts, unless they say otherwise."""
    values = {"tags": ["x"], "permalink": "/blog/{{ page.fileSlug }}/", "author": "ada"}
    beside = Beside(values=values, people={"ada": {"name": "Ada", "url": "https://ada.example/"}})
    found = parsed("eleventy", "src/news/2024-03-05-a.md", "tags: y", "", beside).post

    assert found is not None
    assert (found.url, found.tags) == ("https://example.org/blog/a/", ("y",))
    assert found.authors == (Author("Ada", url="https://ada.example/"),)
    assert ENGINES["eleventy"].data_of("src/a/b.md") == (
        *("src/src.json", "src/src.11tydata.json", "src/a/a.json", "src/a/a.11tydata.json"),
        *("src/a/b.json", "src/a/b.11tydata.json"),
    )


@pytest.mark.parametrize(
    ("data", "permalink", "expected"),
    [
        ({}, "{date:%Y}/{slug}.html", "2024/a-b-fr.html"),
        ({"article_url": "{date:%Y}/{slug}.html"}, "{date:%Y}/{slug}.html", "a-b-fr.html"),
        ({"article_lang_url": "{lang}/{slug}/index.html"}, "{date:%Y}/{basename}.html", "fr/c/"),
    ],
)
def test_translations_of_pelican(data: dict[str, str], permalink: str, expected: str) -> None:
    """They have a pattern of their own, which is not made of that of the articles."""
    beside = Beside(values=ENGINES["pelican"].values_of(data, "content/c.md"))
    found = [
        parsed("pelican", "content/c.md", f"{DATE}\ntitle: a b{more}", permalink, beside).post
        for more in ("\nlang: fr", "\nlang: fr\nurl: x/{slug}.html")
    ]

    assert [f"https://example.org/{path}" for path in (expected, "x/a-b.html")] == [each and each.url for each in found]


def test_articles_are_drafts_where_the_configuration_says_so() -> None:
    """Pelican publishes then what says that it is published; an article that says nothing must not get out."""
    values = ENGINES["pelican"].values_of({"sitename": "x", "default_metadata": {"status": "draft"}}, "content/a.md")
    found = [
        parsed("pelican", "content/a.md", f"{DATE}{status}", "", Beside(values=values)).post
        for status in ("", "\nstatus: published")
    ]

    assert [True, False] == [each and each.draft for each in found]
    assert "pelicanconf.py" in ENGINES["pelican"].data_of("content/a.md")
    assert ENGINES["pelican"].values_of({"default_metadata": [("status", "draft")]}, "content/a.md") == {}


def test_tags_of_folders_and_posts_add_up() -> None:
    """Eleventy puts the tags of data files to those of the post."""
    values = ENGINES["eleventy"].values_of({"tags": ["x", "posts"], "author": "Ada"}, "src/news/a.md")
    found = parsed("eleventy", "src/news/2024-03-05-a.md", "tags: y", "", Beside(values=values)).post

    assert found is not None
    assert (found.tags, found.authors) == (("y", "x"), (Author("Ada"),))


PERMALINKS = {
    "posts": "/:year/:slug/",
    "notes/deep": "/:sections[last]/:contentbasename/",
    "notes": "/n/:slugorfilename",
    "my_notes": "/my/:title.html",
    "": "/root/:filename/",
    "page": {"talks": "/t/:filename/"},
}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("posts/a.md", "2024/t/"),
        ("posts/sub/a/index.md", "2024/t/"),
        ("posts/a.he.md", "he/2024/t/"),
        ("notes/Caps a.md", "n/caps-a/"),
        ("notes/deep/er/a.md", "er/a/"),
        ("my-notes/a.md", "my/t.html/"),
        ("My Notes/a.md", "my/t.html/"),
        ("talks/a.md", "t/a/"),
        ("a.md", "root/a/"),
        ("other/a.md", "other/a/"),
    ],
)
def test_permalinks_of_sections(path: str, expected: str) -> None:
    """Hugo's configuration has a pattern for each section; the innermost counts, and none has an extension."""
    values = ENGINES["hugo"].values_of({"permalinks": PERMALINKS}, f"content/{path}")
    found = parsed("hugo", f"content/{path}", "date: 2024-03-05\ntitle: t", "", Beside(values=values)).post

    assert found is not None
    assert f"https://example.org/{expected}" == found.url
    assert "hugo.toml" in ENGINES["hugo"].data_of(path)


RULES = [
    {"pattern": "/de/:slug/", "target": {"path": "{/posts,/posts/**}", "lang": "de"}},
    {"pattern": "/he/:slug/", "target": {"path": "/posts/**", "sites": {"matrix": {"languages": ["he", "ar-*"]}}}},
    {"pattern": "/list/", "target": {"kind": "section"}},
    {"pattern": "/try/:slug/", "target": {"environment": "staging"}},
    {"pattern": "/b/:slug/", "target": {"kind": "{page,section}", "path": "/Notes/*-b"}},
    {"pattern": "/never/", "target": {"path": "/notes/{"}},
    {"pattern": "/never/", "target": "/notes/**"},
    "/never/",
    {"pattern": "/rest/:contentbasename"},
]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("posts/a.md", "rest/a/"),
        ("posts/a.de.md", "de/de/t/"),
        ("posts/deep/a.he.md", "he/he/t/"),
        ("notes/A b.md", "b/t/"),
        ("notes/deep/A b.md", "rest/a-b/"),
        ("notes/a-b/index.md", "b/t/"),
    ],
)
def test_permalinks_in_a_list(path: str, expected: str) -> None:
    """Of Hugo's rules in a list the first counts whose target is the post."""
    assert expected == address(f"content/{path}", {"permalinks": RULES})


def address(path: str, *data: dict[str, Any]) -> str:
    """Return the path that Hugo serves a post at, with what these files say of the site."""
    values: dict[str, Any] = {}
    for each in data:
        values |= ENGINES["hugo"].values_of(each, path)
    found = parsed("hugo", path, "date: 2024-03-05\ntitle: t", "", Beside(values=values)).post
    assert found is not None
    return found.url.removeprefix("https://example.org/")


@pytest.mark.parametrize(
    ("data", "path", "expected"),
    [
        ({"languages": {"de": {"permalinks": {"page": {"posts": "/artikel/"}}}}}, "posts/a.de.md", "de/artikel/"),
        ({"languages": {"de": {"permalinks": {"posts": "/artikel/"}}}}, "posts/a.md", "all/"),
        (
            {"languages": {"de": {"permalinks": {"posts": "/artikel/"}}}, "defaultcontentlanguage": "de"},
            "posts/a.md",
            "artikel/",
        ),
        ({"languages": ["de"]}, "posts/a.md", "all/"),
        ({"permalinks": {"page": {"posts": "/p/"}, "section": {"posts": "/s/"}}}, "posts/a.md", "p/"),
        ({"permalinks": {"section": {"posts": "/s/"}}}, "posts/a.md", "posts/a/"),
    ],
)
def test_permalinks_by_language_and_kind(data: dict[str, Any], path: str, expected: str) -> None:
    """What Hugo is told of a language goes before what it is told of all; the pages of sections are no posts."""
    assert expected == address(f"content/{path}", {"permalinks": {"posts": "/all/"}, **data})


def test_permalinks_in_a_file_of_their_own() -> None:
    """Hugo reads them from config/_default/permalinks.toml as well, without the key; no other file is taken for one."""
    site = {"title": "x", "notes": "/x/:slug/"}
    own = {"posts": "/p/:slug/", "page": {"notes": "/n/"}, "section": {"posts": "/s/"}}
    section = {"url": "/posts/", "cascade": {"author": "Ada"}}

    assert "config/_default/permalinks.toml" in ENGINES["hugo"].data_of("content/posts/a.md")
    assert ["p/t/", "n/"] == [address(f"content/{path}/a.md", site, own, section) for path in ("posts", "notes")]
    assert "notes/a/" == address("content/notes/a.md", site)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("content/english/posts/a.md", "en/t/"),
        ("content/french/posts/a.md", "fr/en/t/"),
        ("content/french/notes/deep/a/index.md", "fr/notes/deep/a/"),
        ("content/frenchmen/a.md", "frenchmen/a/"),
        ("arabic/pages/notes/a.md", "ar/notes/a/"),
        ("content/pt/notes/a.md", "pt-br/notes/a/"),
    ],
)
@pytest.mark.parametrize("has_key", [True, False])
def test_each_language_has_a_folder(path: str, expected: str, has_key: bool) -> None:
    """A `contentDir` tells the language of what lies there, and is no part of its address."""
    languages = {
        "en": {"contentdir": "content/english", "weight": 1},
        "fr": {"contentdir": "content/french/"},
        "ar": {"contentdir": "arabic/pages"},
        "pt_br": {"contentdir": "content/pt"},
        "de": {"contentdir": "content"},
    }
    site = {"baseurl": "x", "permalinks": {"posts": "/en/:slug/"}}

    assert expected == address(path, site, {"languages": languages} if has_key else languages)
    assert "posts/a/" == address("pages/posts/a.md", {"contentdir": "pages"})


def test_what_sections_hand_down_has_a_target() -> None:
    """A `cascade` counts for the posts that it is meant for; of two that say the same, the first."""
    drafts, rest = {"target": {"path": "/posts/new/**"}, "draft": True}, {"draft": False, "author": "Ada"}
    sections = {"_target": {"kind": "section"}, "author": "Nobody"}
    said = [
        ENGINES["hugo"].values_of({"title": "x", "cascade": [drafts, sections, rest]}, f"content/posts/{path}")
        for path in ("new/a.md", "a.md")
    ]

    assert [(True, "Ada"), (False, "Ada")] == [(each["draft"], each["author"]) for each in said]


@pytest.mark.parametrize(("path", "expected"), [("posts/deep/a.md", "posts/deep/a.html"), ("notes/a.md", "notes/a/")])
def test_sections_whose_addresses_end_in_html(path: str, expected: str) -> None:
    """Of uglyURLs by section that of the first folder counts."""
    assert expected == address(f"content/{path}", {"baseurl": "x", "uglyurls": {"posts": True, "deep": False}})


@pytest.mark.parametrize(
    ("engine", "path", "permalink", "expected"),
    [
        ("hugo", "content/a.md", "/:year/:month/:day/:slug/", "2024/03/05/a/"),
        ("pelican", "content/a.md", "{date:%Y}/{date:%m}/{date:%d}/a.html", "2024/03/05/a.html"),
        ("jekyll", "_posts/2024-03-05-a.md", "/:year/:month/:day/:title/", "2024/03/06/a/"),
        ("hexo", "source/_posts/a.md", ":year/:month/:day/:title/", "2024/03/06/a/"),
    ],
)
def test_the_day_in_an_address_is_that_of_the_engine(engine: str, path: str, permalink: str, expected: str) -> None:
    """Hugo and Pelican take it from the date as it is written, Jekyll and Hexo put that on the site's clock."""
    dialect = ENGINES[engine]
    dialect = replace(dialect, permalink=dialect.tokens(permalink))
    text = "---\ntitle: a\ndate: 2024-03-05T23:30:00Z\n---\ntext"
    found = parse(text, path, replace(SITE, timezone="Africa/Algiers"), dialect, Beside()).post

    assert f"https://example.org/{expected}" == (found and found.url)


def test_the_day_in_an_address_of_hugo_is_not_that_of_publication() -> None:
    """It is made of `date`, while feeds carry `publishDate`."""
    found = post("hugo", "content/a.md", "date: 2024-03-05\npublishDate: 2024-04-01", "/:year/:month/:day/:slug/")

    assert ("https://example.org/2024/03/05/a/", 4) == (found.url, found.published.month)


def test_addresses_that_end_in_html() -> None:
    """With uglyURLs a page is a file, unless it names its address; a permalink in our settings goes before Hugo's."""
    beside = Beside(
        values=ENGINES["hugo"].values_of({"uglyurls": True, "permalinks": PERMALINKS}, "content/posts/a.md")
    )
    found = [
        parsed("hugo", "content/posts/a.md", f"date: 2024-03-05\ntitle: t\n{more}", permalink, beside).post
        for more, permalink in (("", ""), ("url: /x/", ""), ("", "/:section/:slug/"))
    ]

    assert [f"https://example.org/{path}" for path in ("2024/t.html", "x/", "posts/t.html")] == [
        each and each.url for each in found
    ]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("أخبار مُهِمّة", "أخبار-مُهِمّة"),
        ("ブログ", "ブログ"),
        ("Ελληνικά й", "Ελληνικά-й"),
        ("Œuvre Straße ÅØŁĐ ǆ Ａⓑ", "OEuvre-Strase-AOLD-dz-Ab"),
        ("e\u0301 & co", "e\u0301-co"),
        ("a\tb #1", "ab-1"),
    ],
)
def test_names_of_hexo(name: str, expected: str) -> None:
    """Latin letters lose their marks, those of other scripts do not."""
    assert expected == slugized(name)


@pytest.mark.parametrize(
    ("permalink", "name", "title", "expected"),
    [
        ("/t/:title/", "a", "كتاب C++ -- في «Go»", "t/كتاب-c--في-go/"),
        ("/t/:slug/", "a", "لغة C++", "t/لغة-c/"),
        ("/t/:slug/", "a", "TCP/IP و /etc", "t/tcp-ip-و-etc/"),
        ("/t/:title/", "a", "F# & C#", "t/f#-c#/"),
        ("/t/:title.html", "a", "C#", "t/c.html"),
        ("/f/:filename/", "A & b - c", "x", "f/a-b-c/"),
        ("/f/:contentbasename/", "2024-03-05-a+b", "x", "f/2024-03-05-a-b/"),
        ("/f/:slugorfilename/", "a –  b ", "x", "f/a-b/"),
        ("/f/:sections/:slugorcontentbasename/", "a -- b", "x", "f/my-posts/a--b/"),
    ],
)
def test_names_in_patterns_of_hugo(permalink: str, name: str, title: str, expected: str) -> None:
    """Hugo writes names otherwise where a pattern has them than where there is none; "+" is a space to it there."""
    found = post("hugo", f"content/my posts/{name}.md", f"{DATE}\ntitle: '{title}'", permalink)

    assert f"https://example.org/{expected}" == unquote(found.url)


@pytest.mark.parametrize(
    ("order", "header", "expected"),
    [
        (None, "title: x", "my-posts/2024-03-05-a--b/"),
        ([":filename", ":default"], DATE, "my-posts/a-b/"),
        ([":default", ":filename"], DATE, "my-posts/2024-03-05-a--b/"),
        ([":default", ":fileName"], "title: x", "my-posts/a-b/"),
        (["day", ":filename"], f"{DATE}\nday: 2024-03-05", "my-posts/2024-03-05-a--b/"),
        ([":filename"], f"{DATE}\nslug: c", "my-posts/c/"),
    ],
)
def test_dates_in_names_of_hugo(order: list[str] | None, header: str, expected: str) -> None:
    """A name loses its date where the configuration takes the date of the post from there, and is a slug then."""
    path = "content/my posts/2024-03-05-a & b.md"
    beside = Beside(values=ENGINES["hugo"].values_of({"frontmatter": {"date": order}}, path))
    apart = Beside(values=ENGINES["hugo"].values_of({"date": order}, path))
    found = [parsed("hugo", path, header, "", each).post for each in (beside, apart)]

    assert [f"https://example.org/{expected}"] * 2 == [each and each.url for each in found]
    assert "config/_default/frontmatter.toml" in ENGINES["hugo"].data_of(path)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("2024-03-05-10-30-00 x", "x/"),
        ("2024-03-05_-y-", "y/"),
        ("2024-3-5-z", "2024-3-5-z/"),
        ("2024-13-05-z", "2024-13-05-z/"),
        ("2024-03-05", "2024-03-05/"),
    ],
)
def test_what_is_a_date_in_a_name_of_hugo(name: str, expected: str) -> None:
    """Two digits of a month and a day that there are, and perhaps a time."""
    beside = Beside(values=ENGINES["hugo"].values_of({"frontmatter": {"date": [":filename"]}}, "content/a.md"))
    found = parsed("hugo", f"content/{name}.md", DATE, "", beside).post

    assert f"https://example.org/{expected}" == (found and found.url)


def test_the_main_language_in_a_folder() -> None:
    """Where Hugo is told so, the main language has a folder too, but for posts that name their whole address."""
    data = {"defaultcontentlanguage": "ar", "defaultcontentlanguageinsubdir": True}
    beside = Beside(values=ENGINES["hugo"].values_of(data, "content/posts/a.md"))
    headers = (DATE, f"{DATE}\nurl: /x/", f"{DATE}\nurl: x/")
    found = [parsed("hugo", "content/posts/a.md", header, "", beside).post for header in headers]
    found.append(parsed("hugo", "content/posts/a.fr.md", DATE, "", beside).post)

    expected = [f"https://example.org/{path}" for path in ("ar/posts/a/", "x/", "ar/x/", "fr/posts/a/")]
    assert expected == [each and each.url for each in found]


@pytest.mark.parametrize(
    ("said", "path", "expected"),
    [
        (":title.md", "2024-03-05-a.md", "2024-03-05-a/"),
        (":year-:month-:day-:title.md", "2024-03-05-A b.md", "A b/"),
        (":year/:month-:day-:title.md", "2024/03-05-a.md", "a/"),
        (":year-:month-:day-:title.md", "sub/É_b.md", "sub-E-b/"),
        (":year-:month-:day.md", "2024-03-05.md", "2024-03-05/"),
        (":title-:title.md", "a-b.md", "a/"),
        (None, "a.md", "a/"),
    ],
)
def test_names_that_hold_more_than_a_title(said: str | None, path: str, expected: str) -> None:
    """What Hexo's configuration puts into names of files is no part of addresses, where they are made like that."""
    values = ENGINES["hexo"].values_of({"new_post_name": said}, path)
    found = parsed("hexo", f"source/_posts/{path}", DATE, "/:title/", Beside(values=values)).post

    assert found is not None
    assert f"https://example.org/{expected}" == unquote(found.url)
    assert ENGINES["hexo"].data_of(path) == ("_config.yml",)
    assert ENGINES["hexo"].values_of({}, path) == {}


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("[A b, C]", "A-b/C"),
        ("[[A, B], 'C, d']", "C-d"),
        ("[x, [A, Ö]]", "A/O"),
        ("A b", "A-b"),
        ("[]", "uncategorized"),
        ("[[]]", "uncategorized"),
    ],
)
def test_the_category_in_an_address(said: str, expected: str) -> None:
    """It is the last hierarchy of Hexo's categories, each step made part of an address."""
    found = post("hexo", "source/_posts/a.md", f"{DATE}\ncategories: {said}", ":category/")

    assert f"https://example.org/{expected}/" == unquote(found.url)


@pytest.mark.parametrize(
    ("said", "path", "expected"),
    [
        ({"paths": "on"}, "2024-03-05-مقال أول.md", "mql-wl/"),
        ({"paths": "safe"}, "2024-03-05-مقال: أول?.md", "مقال أول/"),
        ({"paths": "off"}, "2024-03-05-مقال أول.md", "مقال أول/"),
        ({"paths": "on", "paths_keep_dates": True}, "2024-03-05-a.md", "2024-03-05-a/"),
        ("wrong", "2024-03-05-a.md", "a/"),
    ],
)
def test_slugs_as_the_configuration_wants_them(said: object, path: str, expected: str) -> None:
    """Zola's config.toml says whether names are transliterated, made safe or left, and whether their date stays."""
    beside = Beside(values=ENGINES["zola"].values_of({"slugify": said}, path))
    found = parsed("zola", f"content/{path}", "title: x", "", beside).post

    assert found is not None
    assert f"https://example.org/{expected}" == unquote(found.url)


@pytest.mark.parametrize(
    ("header", "names"),
    [
        ("authors: [ada, Ben]", ["Ada L.", "Ben"]),
        ("authors: ada", ["Ada L."]),
        ("authors: {key: ada, title: Boss}", ["Ada L."]),
        ("authors: [{name: ada}]", ["ada"]),
        ("author: cee", ["Cee"]),
    ],
)
def test_authors_by_key(header: str, names: list[str]) -> None:
    """A key of authors.yml stands for what is said of the author there."""
    beside = Beside(people={"ada": {"name": "Ada L."}, "cee": "Cee"})
    found = parsed("docusaurus", "blog/2024-03-05-a.md", header, "", beside).post

    assert found is not None
    assert names == [author.name for author in found.authors]


def test_several_authors_in_pelican() -> None:
    """Authors are parted at semicolons, so that a name may hold a comma, and else at commas; an author is one."""
    header = "date: 2024-03-05\n"

    assert [each.name for each in post("pelican", "a.md", f"{header}authors: A B, C D").authors] == ["A B", "C D"]
    assert [each.name for each in post("pelican", "a.md", f"{header}authors: B, A; C").authors] == ["B, A", "C"]
    assert [each.name for each in post("pelican", "a.md", f"{header}author: B, A").authors] == ["B, A"]


@pytest.mark.parametrize(
    ("files", "engine"),
    [
        ({"_config.yml": "title: x"}, "jekyll"),
        ({"_config.yml": "title: x", "source/_posts": ""}, "hexo"),
        ({"_config.yml": "title: x\nnew_post_name: :title.md"}, "hexo"),
        ({"hugo.toml": ""}, "hugo"),
        ({"config/_default/hugo.yaml": ""}, "hugo"),
        ({"config.toml": 'title = "x"\nbaseURL = "y"'}, "hugo"),
        ({"config.yaml": "baseurl: y"}, "hugo"),
        ({"config.toml": 'base_url = "y"'}, "zola"),
        ({"config.toml": 'title = "y"'}, "plain"),
        ({"pelicanconf.py": ""}, "pelican"),
        ({"conf.py": "BLOG_TITLE = 'x'"}, "nikola"),
        ({"conf.py": "project = 'x'"}, "plain"),
        ({"eleventy.config.mjs": ""}, "eleventy"),
        ({".eleventy.js": "", "_posts": ""}, "eleventy"),
        ({"package.json": '{"dependencies": {"@11ty/eleventy": "1"}}'}, "eleventy"),
        ({"astro.config.mjs": ""}, "astro"),
        ({"docusaurus.config.ts": ""}, "docusaurus"),
        ({"website/docusaurus.config.js": ""}, "docusaurus"),
        ({"gatsby-config.js": ""}, "gatsby"),
        ({"package.json": "{}"}, "plain"),
    ],
)
def test_engines_by_their_files(files: dict[str, str], engine: str) -> None:
    """An engine is told by its own files, and where two have the same name by what they say."""
    assert engine == recognise(files.get)


@pytest.mark.parametrize(
    ("path", "text", "engine"),
    [
        ("content/post/a.md", "+++\ndate = 2024-01-01\n+++\n", "hugo"),
        ("content/a.md", '+++\npath = "x"\n[extra]\n+++\n', "zola"),
        ("source/_posts/a.md", "---\ntitle: x\n---\n", "hexo"),
        ("docs/_posts/a.md", "---\ntitle: x\n---\n", "jekyll"),
        ("content/a.md", "Title: x\nDate: y\n", "pelican"),
        ("posts/a.rst", "x\n====\n\n:date: y\n", "pelican"),
        ("posts/a.rst", ".. title: x\n", "nikola"),
        ("posts/a.md", "<!--\n.. title: x\n", "nikola"),
        ("blog/a.md", "---\nauthors: x\n---\n", "docusaurus"),
        ("src/content/blog/a.md", "---\npubDate: x\n---\n", "astro"),
        ("posts/a.md", "---\ntitle: x\n---\n", "plain"),
    ],
)
def test_engines_by_their_posts(path: str, text: str, engine: str) -> None:
    """Where there is no configuration, the way the posts are written suggests an engine."""
    assert engine == guess([(path, text)])
    assert guess([]) == "plain"


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("piece", ["{{ a | bbbb", "{{ a | b", "{{ a.", "{date:", ":sections[", "{", "/", "2024/01/"])
def test_addresses_take_linear_time(engine: str, piece: str) -> None:
    """An address that never ends takes a moment, not minutes."""
    text = piece + piece[-1:] * 60_000 + piece * 10_000

    assert parsed(engine, "posts/a.md", f"date: 2024-01-01\npermalink: '{text}'").post


def test_what_has_no_date_is_a_page_in_zola() -> None:
    """Zola keeps it out of its feeds without a word; a date that is none is named, and drafts go undated."""
    page = parsed("zola", "content/about.md", "title: x")

    assert page == Parsed(None, LeftOut("content/about.md", "no date, so Zola keeps it out of feeds"))
    assert parsed("zola", "content/a.md", "draft: true").left_out == LeftOut("content/a.md", "draft")
    for path, header in [("a.md", "date: soon"), ("2024-02-30-a.md", "title: x"), ("a.md", "title: 'x")]:
        assert len(parsed("zola", f"content/{path}", header).problems) == 1


@pytest.mark.parametrize("engine", ["hugo", "zola"])
def test_a_language_in_front_matter_alone_moves_no_address(engine: str) -> None:
    """These engines go by names and folders of files; the feed still says which language the post is in."""
    site = Site(url="https://example.org/", title="Blog", language="en")
    text = "---\ntitle: a\ndate: 2024-01-01\nlang: ar\n---\ntext\n"
    plain, named = (parse(text, f"content/posts/{name}", site, ENGINES[engine]).post for name in ("a.md", "a.ar.md"))

    assert plain
    assert named
    assert ("https://example.org/posts/a/", "ar") == (plain.url, plain.language)
    assert "https://example.org/ar/posts/a/" == named.url

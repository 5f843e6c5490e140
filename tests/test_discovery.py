"""`feeds init` finds out what a folder of posts is and writes the feeds.toml that fits."""

from pathlib import Path

import pytest

from feeds.config import load
from feeds.discovery import Found, discover, settings_text, write_settings
from feeds.errors import SettingsError, UsageError

POST = "---\ntitle: {title}\ndate: 2025-01-01\n---\n\n{text}\n"


def blog(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return folder


def test_jekyll_configuration_is_taken_over(tmp_path: Path) -> None:
    """Title, address with its base, language, zone, author and permalink come from _config.yml."""
    config = (
        "title: 'مدونتي'\nurl: https://example.org\nbaseurl: /blog\nlang: ar-DZ\n"
        "timezone: Africa/Algiers\nauthor: {name: ليلى}\npermalink: pretty\n"
    )
    blog(tmp_path, {"_config.yml": config, "_posts/2025-01-01-a.md": POST.format(title="أ", text="نص")})

    expected = Found(
        engine="jekyll",
        folders=("_posts",),
        url="https://example.org/blog",
        title="مدونتي",
        language="ar-DZ",
        is_language_stated=True,
        timezone="Africa/Algiers",
        author="ليلى",
        permalink="pretty",
        out="_site",
    )
    assert discover(tmp_path) == expected


@pytest.mark.parametrize("config", ["", "- a list\n", "a: [broken", "title:\n"])
def test_a_configuration_that_says_nothing_is_no_obstacle(tmp_path: Path, config: str) -> None:
    """A broken or empty _config.yml still tells the engine."""
    blog(tmp_path, {"_config.yml": config, "news/a.md": POST.format(title="أ", text="نص عربي")})

    found = discover(tmp_path)

    assert (found.engine, found.folders, found.title, found.language) == ("jekyll", ("news",), "", "ar")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("أخبار اليوم", "ar"),
        ("خبرهای امروز چگونه گفته می‌شوند", "fa"),
        ("חדשות היום", "he"),
        ("今日のニュース", "ja"),
        ("Новости дня", "ru"),
        ("Today's news", "en"),
    ],
)
def test_language_is_read_from_the_posts(tmp_path: Path, text: str, language: str) -> None:
    """Where nothing states the language, the script of the posts suggests one."""
    blog(tmp_path, {"posts/a.md": f"---\ntitle: '{text}'\n---\n{text * 40}\n"})

    assert discover(tmp_path).language == language


EDIT_LANGUAGE = '  # EDIT: the language of your posts, such as "ar" or "pt-BR"'


@pytest.mark.parametrize(
    ("stated", "line"),
    [
        ("English", 'language = "en"'),
        ("中文", 'language = "zh"'),
        ("pt_br.UTF-8", 'language = "pt-BR"'),
        ("default", f'language = "he"{EDIT_LANGUAGE}'),
        ("", f'language = "he"{EDIT_LANGUAGE}'),
    ],
)
def test_a_language_is_a_tag_or_a_name(tmp_path: Path, stated: str, line: str) -> None:
    """A theme may have it by name; what names no language is not taken over: the letters of the posts suggest one."""
    blog(
        tmp_path,
        {"_config.yml": f"language: {stated}\n", "source/_posts/a.md": POST.format(title="x", text="חדשות" * 9)},
    )

    path, _ = write_settings(tmp_path)

    assert [line] == [each for each in path.read_text("utf-8").splitlines() if each.startswith("language")]


def test_the_newsletter_of_the_settings_can_be_sent(tmp_path: Path) -> None:
    """With the # of its lines taken away, the settings have all that sending wants."""
    text = settings_text(Found("plain", ("posts",), url="https://example.org/"))
    start = text.index("# [[newsletter]]")
    (tmp_path / "feeds.toml").write_text(text[:start] + text[start:].replace("#", ""), "utf-8")

    mail = load(tmp_path).mail

    assert mail.sender
    assert mail.postal_address


def test_settings_can_be_loaded_as_they_are(tmp_path: Path) -> None:
    """What init writes is valid, whatever characters a title holds."""
    config = 'url: https://example.org\ntitle: "a \\"b\\" \\\\ \\x7f \\ud83d é"\n'
    blog(tmp_path, {"_config.yml": config, "_posts/2025-01-01-a.md": POST})

    path, _ = write_settings(tmp_path)

    assert path == tmp_path / "feeds.toml"
    assert load(tmp_path).site.title == 'a "b" \\ \x7f ? é'


def test_an_address_that_is_not_known_must_be_filled_in(tmp_path: Path) -> None:
    """No feed is built with a made-up address, which its ids would then carry for ever."""
    write_settings(blog(tmp_path, {"posts/a.md": POST}))

    with pytest.raises(SettingsError, match=r"site\.url = ''; expected something like"):
        load(tmp_path)


def test_what_is_not_known_is_marked() -> None:
    """Lines that the author must fill in carry the word that the message names."""
    text = settings_text(Found("plain", ("posts",)))

    assert [line.split(" = ")[0] for line in text.splitlines() if "# EDIT" in line] == [
        "url",
        "title",
        "language",
        "timezone",
        "out",
    ]


def test_jekyll_without_a_zone_is_on_the_clock_of_its_machine() -> None:
    """Else posts of the late evening have another day in their address than Jekyll gives them."""
    text = settings_text(Found("jekyll", ("_posts",)))

    assert 'timezone = "UTC"  # EDIT: that of the machine that runs Jekyll, "UTC" at GitHub Pages' in text
    assert 'timezone = "Asia/Gaza"\n' in settings_text(Found("jekyll", ("_posts",), timezone="Asia/Gaza"))


def test_init_never_overwrites(tmp_path: Path) -> None:
    """An existing feeds.toml is left alone."""
    blog(tmp_path, {"feeds.toml": "mine"})

    with pytest.raises(UsageError, match="there is one already"):
        write_settings(tmp_path)

    assert (tmp_path / "feeds.toml").read_text() == "mine"


def test_no_such_folder(tmp_path: Path) -> None:
    """A folder that is not there is a wrong command line."""
    with pytest.raises(UsageError, match="no such folder"):
        discover(tmp_path / "nowhere")


CONFIGURATIONS: dict[str, tuple[dict[str, str], Found]] = {
    "hugo": (
        {
            "hugo.toml": 'baseURL = "https://example.org/"\ntitle = "x"\nlanguageCode = "ar-DZ"\ntimeZone = "UTC"\n'
            '[params]\ndescription = "d"\nauthor = {name = "Ada"}\n[permalinks]\npost = "/:year/:slug/"\n',
            "content/post/a.md": POST,
        },
        Found("hugo", ("content/post",), out="public", paths="hugo"),
    ),
    "zola": (
        {
            "config.toml": 'base_url = "https://example.org/"\ntitle = "x"\ndescription = "d"\nauthor = "Ada"\n'
            'default_language = "ar"\noutput_dir = "o"\nfeed_filenames = ["rss.xml"]\n',
            "content/a.md": POST,
        },
        Found("zola", ("content",), out="o", paths="astro"),
    ),
    "hexo": (
        {
            "_config.yml": "title: x\ndescription: d\nauthor: Ada\nlanguage: [ar, en]\nurl: https://example.org\n"
            "root: /\npermalink: :title/\nsource_dir: source\n",
            "source/_posts/a.md": POST,
            "source/_posts/b/c.md": POST,
        },
        Found("hexo", ("source/_posts",), permalink=":title/", out="public"),
    ),
    "pelican": (
        {
            "pelicanconf.py": "import os\nSITENAME = 'x'\nSITESUBTITLE = 'd'\nAUTHOR = 'Ada'\nDEFAULT_LANG = 'ar'\n"
            "SITEURL = ''\nTIMEZONE = os.environ['TZ']\nARTICLE_URL = '{date:%Y}/{slug}/'\nraise SystemExit\n",
            "publishconf.py": "SITEURL = 'https://example.org/'\n",
            "content/Linux/a.md": "Title: a\nDate: 2024-01-01\n\ntext",
            "content/b.md": "Title: b\nDate: 2024-01-01\n\ntext",
        },
        Found("pelican", ("content",), permalink="{date:%Y}/{slug}/", out="output", paths="pelican"),
    ),
    "nikola": (
        {
            "conf.py": "BLOG_TITLE = 'x'\nBLOG_AUTHOR = 'Ada'\nSITE_URL = 'https://example.org/'\nDEFAULT_LANG = 'ar'\n"
            "BLOG_DESCRIPTION = 'd'\nPOSTS = (('posts/*.md', 'blog', 'post.tmpl'),)\nPRETTY_URLS = False\n",
            "posts/a.md": "<!--\n.. title: a\n.. date: 2024-01-01\n-->\ntext",
        },
        Found("nikola", ("posts",), permalink="/blog/:subfolders/:slug.html", out="output", paths="nikola"),
    ),
    "eleventy": (
        {
            "eleventy.config.js": "export default { dir: { input: 'content', output: '_out' } };",
            "content/_data/metadata.json": '{"title": "x", "url": "https://example.org/", "language": "ar",'
            ' "description": "d", "author": {"name": "Ada"}}',
            "content/blog/a.md": POST,
        },
        Found("eleventy", ("content/blog",), out="_out"),
    ),
    "astro": (
        {
            "astro.config.mjs": "export default defineConfig({ site: 'https://example.org', base: '/' });",
            "src/consts.ts": "export const SITE_TITLE: string = 'x';\nexport const SITE_DESCRIPTION = \"d\";\n"
            "export const author = 'Ada';\n",
            "src/content/blog/a.md": "---\ntitle: مقال\npubDate: 2024-01-01\n---\nنص عربي طويل",
        },
        Found("astro", ("src/content/blog",), url="https://example.org", out="dist", paths="astro"),
    ),
    "docusaurus": (
        {
            "docusaurus.config.js": "const config = { title: 'x', tagline: 'd', url: 'https://example.org',\n"
            "baseUrl: '/', i18n: { defaultLocale: 'ar' } };",
            "blog/a.md": POST,
        },
        Found("docusaurus", ("blog",), url="https://example.org", author="", out="build", paths="docusaurus"),
    ),
    "gatsby": (
        {
            "gatsby-config.js": "module.exports = { siteMetadata: { title: `x`, author: { name: `Ada` },\n"
            "description: `d`, siteUrl: `https://example.org/`, } }",
            "content/blog/a/index.md": "---\ntitle: مقال\ndate: 2024-01-01\n---\nنص عربي طويل",
        },
        Found("gatsby", ("content/blog",), out="public", paths="astro"),
    ),
}


@pytest.mark.parametrize("engine", CONFIGURATIONS)
def test_every_engine_is_taken_over(tmp_path: Path, engine: str) -> None:
    """The engine's own configuration tells title, address, language, author, permalink and output, and runs nothing."""
    files, expected = CONFIGURATIONS[engine]
    found = discover(blog(tmp_path, files))

    assert (found.title, found.description, found.language[:2]) == ("x", "d", "ar")
    assert found.url.rstrip("/") == "https://example.org"
    assert found.author == ("" if engine == "docusaurus" else "Ada")
    assert (found.engine, found.folders, found.permalink, found.out, found.paths) == (
        expected.engine,
        expected.folders,
        expected.permalink,
        expected.out,
        expected.paths,
    )
    load(write_settings(tmp_path)[0].parent)


@pytest.mark.parametrize("text", ["", "(", "\x00", "title = [", "SITENAME = ", "{" * 5000, "\ufefftitle: 'x"])
@pytest.mark.parametrize(
    "name", ["_config.yml", "hugo.toml", "config.toml", "pelicanconf.py", "conf.py", "astro.config.mjs", "hugo.json"]
)
def test_broken_configurations_say_nothing(tmp_path: Path, name: str, text: str) -> None:
    """A configuration that cannot be read is no obstacle, whatever its format."""
    assert "" == discover(blog(tmp_path, {name: text, "posts/a.md": POST})).title


@pytest.mark.parametrize(
    ("paths", "folders"),
    [
        (["a/_posts/x.md", "a/_posts/y/z.md", "b.md"], ("a/_posts",)),
        ([f"{year}/_posts/x.md" for year in range(2004, 2012)], (".",)),
        (["content/post/2024/01/x.md", "content/post/2023/01/y.md"], ("content/post",)),
        (["website/blog/x.md", "docs/y.md"], ("website/blog",)),
        (["content/x/index.md", "content/y/index.md"], ("content",)),
        (["x.md", "y.md"], (".",)),
        ([], ("posts",)),
    ],
)
def test_folders_of_posts(tmp_path: Path, paths: list[str], folders: tuple[str, ...]) -> None:
    """The folder is the one that holds the posts, and no year, month or post of its own."""
    blog(tmp_path, dict.fromkeys(paths, POST))

    assert discover(tmp_path).folders == folders


def test_posts_that_say_published_are_dated(tmp_path: Path) -> None:
    """`published: 2024-04-01` marks a post, and so its folder; `published: true` stands in pages too."""
    dated, page = (f"---\ntitle: x\npublished: {said}\n---\n" for said in ("2024-04-01", "true"))
    blog(tmp_path, {"src/content/posts/a.md": dated, "src/content/spec/b.md": page, "src/content/spec/c.md": page})

    assert discover(tmp_path).folders == ("src/content/posts",)


@pytest.mark.parametrize(
    ("file", "text", "permalink"),
    [
        ("pelicanconf.py", "SLUGIFY_USE_UNICODE = True\n", "{unicode_slug}.html"),
        ("pelicanconf.py", "SLUGIFY_SOURCE = 'basename'\nARTICLE_URL = 'a/{slug}/'\n", "a/{basename}/"),
        ("pelicanconf.py", "SITENAME = 'x'\n", ""),
        ("pelicanconf.py", "FILENAME_METADATA = r'(?P<date>\\d+-\\d+-\\d+)_(?P<slug>.*)'\n", "{undated}.html"),
        ("pelicanconf.py", "FILENAME_METADATA = r'(?P<date>\\d{4}-\\d{2}-\\d{2}).*'\n", ""),
        ("conf.py", "BLOG_TITLE = 'x'\nUSE_SLUGIFY = False\n", "/:folders/:name/"),
        ("conf.py", "BLOG_TITLE = 'x'\nUSE_SLUGIFY = False\nPOSTS = (('a/*.md', 'b', ''),)\n", "/b/:subfolders/:name/"),
        ("conf.py", "BLOG_TITLE = 'x'\nPOSTS = (('*.md', 'b', ''),)\n", "/b/:folders/:slug/"),
        ("conf.py", "BLOG_TITLE = 'x'\nPOSTS = (('a/b/*.md', '', ''),)\n", "/:slug/"),
        ("conf.py", "BLOG_TITLE = 'x'\nPOSTS = (('a/*.md', 'a', ''),)\n", ""),
        ("docusaurus.config.js", "docs: {routeBasePath: 'd'}, blog: {path: 'x', routeBasePath: '/'},", "/:slug"),
        ("docusaurus.config.js", "trailingSlash: true, blog: {routeBasePath: '/news'},", "/news/:slug/"),
        ("docusaurus.config.js", "trailingSlash: true, blog: {x: {y: 1}, showReadingTime: true}", "/:route/:slug/"),
        ("docusaurus.config.js", "docs: {routeBasePath: '/'}, blog: {path: 'x'}", ""),
        ("astro.config.mjs", "export default defineConfig({trailingSlash: 'never'})", "/:collection/:id"),
        ("astro.config.mjs", "export default defineConfig({trailingSlash: 'always'})", ""),
    ],
)
def test_what_addresses_are_like_is_taken_over(tmp_path: Path, file: str, text: str, permalink: str) -> None:
    """Where they are not as the engine makes them by itself, the permalink says so."""
    (tmp_path / file).write_text(text, "utf-8")

    assert permalink == discover(tmp_path).permalink


@pytest.mark.parametrize(
    "files",
    [
        {
            "astro.config.ts": "export default defineConfig({ site: siteConfig.url,\n  // base: '/x/',\n})",
            "src/site.config.ts": 'export const siteConfig: SiteConfig = {\n\turl: "https://example.org/",\n'
            '\ttitle: "x",\n\tauthor: "Ada",\n\tdescription: "d",\n\tlang: "ar",\n};',
        },
        {
            "eleventy.config.js": "return { dir: { input: 'src', data: '../info' } };",
            "info/site.json": '{"name": "x", "url": "https://example.org/", "lang": "ar", "description": "d",'
            ' "author": {"name": "Ada"}}',
        },
        {
            "eleventy.config.js": "",
            "src/_data/meta.js": "export const siteUrl = 'https://example.org/';\nexport const siteName = 'x';\n"
            "export const siteDescription = 'd';\nexport const lang = 'ar';\n"
            "export const author = { name: 'Ada' };\nexport const feeds = { title: 'Atom', url: '/feed.xml' };",
        },
        {
            "hugo.toml": 'baseURL = "https://example.org/"\ndefaultContentLanguage = "ar"\ntitle = "all"\n'
            '[params]\ndescription = "d"\n[languages.ar]\ntitle = "x"\nauthor = "Ada"\n[languages.en]\ntitle = "y"',
        },
        {
            "config/_default/hugo.toml": 'baseURL = "https://example.org/"\ndefaultContentLanguage = "ar"',
            "config/_default/languages.ar.toml": 'title = "x"\ndescription = "d"\nauthor = {name = "Ada"}',
        },
        {
            "config/_default/hugo.toml": 'baseURL = "https://example.org/"\ntitle = "all"\nlocale = "en"\n'
            'defaultContentLanguage = "ar"',
            "config/_default/languages.toml": '[ar]\ntitle = "x"\nlocale = "ar"\n[en]\ntitle = "y"',
            "config/_default/params.yaml": "description: d\nAuthor: {name: Ada}\n",
        },
        {
            "gatsby-config.ts": "const config = { siteMetadata: { siteTitle: `x`, siteUrl: `https://example.org/`,\n"
            "siteDescription: `d`, siteLanguage: `ar`, author: `Ada` },\nplugins: [{ title: `Blog` }] }",
        },
    ],
    ids=["astro", "data folder", "meta", "hugo", "languages", "parts", "gatsby"],
)
def test_what_themes_say_of_the_site(tmp_path: Path, files: dict[str, str]) -> None:
    """Where an engine leaves to its themes how a site is described, their commonest ways are known."""
    found = discover(blog(tmp_path, {**files, "src/content/blog/a.md": POST}))

    expected = ("https://example.org/", "x", "Ada", "d", "ar")
    assert expected == (found.url, found.title, found.author, found.description, found.language)


def test_an_address_that_only_the_feed_of_eleventy_has(tmp_path: Path) -> None:
    """Its plugin is told where the site is."""
    config = f"{PLUGIN}config.addPlugin(feedPlugin, {{ metadata: {{ title: 'x', base: 'https://example.org/' }} }})"

    assert "https://example.org/" == discover(blog(tmp_path, {"eleventy.config.js": config})).url


def test_an_address_is_a_whole_one(tmp_path: Path) -> None:
    """What is no web address by itself stays to be filled in."""
    files = {".eleventy.js": "", "_data/meta.js": "export const links = [{ url: '/feed.xml' }];", "posts/a.md": POST}

    assert "" == discover(blog(tmp_path, files)).url


def test_templates_of_new_posts_are_none(tmp_path: Path) -> None:
    """What Hugo and Hexo make a new post from lies beside the posts, and is all that a new blog has."""
    new = "---\ntitle: '{{ title }}'\ndate: {{ date }}\n---\n"

    assert ("posts",) == discover(blog(tmp_path, {"archetypes/default.md": new, "scaffolds/post.md": new})).folders


@pytest.mark.parametrize(
    ("mark", "folder"),
    [("hugo.toml", "content"), ("_config.yml", "_posts"), ("astro.config.mjs", "src/content"), ("README.md", "posts")],
)
def test_a_blog_without_posts(tmp_path: Path, mark: str, folder: str) -> None:
    """The folder is where its engine looks for the first."""
    assert (folder,) == discover(blog(tmp_path, {mark: "", "archetypes/default.md": POST})).folders


def test_a_site_in_a_folder_writes_into_that(tmp_path: Path) -> None:
    """The repository of a program has Docusaurus in website/."""
    files = {"website/docusaurus.config.js": "const config = {title: 'x'}", "website/blog/a.md": POST}

    assert "website/build" == discover(blog(tmp_path, files)).out


def test_where_jekyll_writes_without_being_told(tmp_path: Path) -> None:
    """A configuration that is all comments leaves everything as Jekyll has it."""
    files = {"_config.yml": "# title: x\n", "_posts/2025-01-01-a.md": POST}

    assert "_site" == discover(blog(tmp_path, files)).out


PLUGIN = 'import { feedPlugin } from "x";\nexport default async function (config) {\n'
FEED = "---\npermalink: {path}\n---\n<?xml version='1.0'?>\n<{root}></{root}>\n"


@pytest.mark.parametrize(
    ("files", "paths"),
    [
        (
            {"eleventy.config.js": f"{PLUGIN}config.addPlugin(feedPlugin, {{ outputPath: '/feed/feed.xml' }})"},
            "eleventy",
        ),
        (
            {
                "eleventy.config.js": f"{PLUGIN}config.addPlugin(images, {{ type: 'rss' }});\n"
                'config.addPlugin(feedPlugin, {\n  type: "atom", // or "rss"\n  outputPath: "/feed/feed.xml",\n});\n'
                'config.addPlugin(feedPlugin, { type: "json", outputPath: "/feed/feed.json" });'
            },
            "eleventy",
        ),
        (
            {"eleventy.config.js": f"{PLUGIN}config.addPlugin(feedPlugin, {{ collection: {{ name: 'posts' }} }})"},
            "jekyll",
        ),
        (
            {"eleventy.config.js": f"{PLUGIN}config.addPlugin(feedPlugin, {{ type: 'rss', outputPath: 'rss.xml' }})"},
            "astro",
        ),
        ({"eleventy.config.js": f"{PLUGIN}config.addPlugin(feedPlugin, {{ type: 'rss' }})"}, ""),
        ({"eleventy.config.js": f"{PLUGIN}config.addPlugin(feedPlugin, {{ outputPath: '/news/feed.xml' }})"}, ""),
        ({"eleventy.config.js": f"{PLUGIN}config.addPlugin(feedPlugin, settings)"}, ""),
        ({"eleventy.config.js": f"{PLUGIN}// config.addPlugin(feedPlugin, {{ type: 'atom' }})"}, ""),
        ({".eleventy.js": "", "content/feed/feed.njk": FEED.format(path="/feed/feed.xml", root="feed")}, "eleventy"),
        ({".eleventy.js": "", "feed/json.njk": '---json\n{"permalink": "feed/feed.json"}\n---\n{}'}, "eleventy"),
        ({".eleventy.js": "", "src/feed.njk": FEED.format(path='"feed.xml"', root="feed")}, "jekyll"),
        ({".eleventy.js": "", "src/feed.njk": FEED.format(path="/feed.xml", root="rss")}, ""),
        ({".eleventy.js": "", "src/feed.njk": "<feed></feed>"}, ""),
        ({"_config.yml": "plugins: [jekyll-feed]"}, "jekyll"),
        ({"_config.yml": "plugins: [jekyll-feed]\nfeed: {path: /atom.xml}"}, ""),
        ({"_config.yml": "feed: {path: feed.xml}"}, ""),
        ({"_config.yml": "feed: {type: rss2, path: rss.xml}", "source/_posts/a.md": POST}, "astro"),
        (
            {"_config.yml": "feed: {type: [atom, rss2], path: [feed.xml, rss.xml]}", "source/_posts/a.md": POST},
            "jekyll",
        ),
        ({"_config.yml": "feed: {type: atom}", "source/_posts/a.md": POST}, ""),
        ({"hugo.toml": ""}, "hugo"),
        ({"pelicanconf.py": "FEED_ALL_ATOM = None"}, "pelican"),
        ({"pelicanconf.py": "FEED_ALL_ATOM = None", "publishconf.py": "FEED_ALL_ATOM = 'atom.xml'"}, ""),
        ({"pelicanconf.py": "FEED_ALL_ATOM = 'feeds/atom.xml'\nFEED_ALL_RSS = 'feeds/all.rss.xml'"}, "pelican"),
        ({"docusaurus.config.js": "blog: {path: 'blog'}"}, "docusaurus"),
        ({"docusaurus.config.js": "blog: {routeBasePath: '/'}"}, "astro"),
        ({"docusaurus.config.js": "blog: {routeBasePath: '/news'}"}, ""),
        ({"hugo.yaml": "outputFormats: {RSS: {baseName: feed}}"}, ""),
        ({"hugo.yaml": "outputFormats: {RSS: {baseName: rss}}"}, "astro"),
        ({"astro.config.mjs": "", "src/pages/feed.xml.js": "x"}, ""),
        ({"astro.config.mjs": "", "src/pages/rss.xml.ts": "x"}, "astro"),
        ({"gatsby-config.js": "[{resolve: 'gatsby-plugin-feed', options: {feeds: [{output: '/feed.xml'}]}}]"}, ""),
    ],
)
def test_feeds_stay_where_they_are(tmp_path: Path, files: dict[str, str], paths: str) -> None:
    """What plugins are told, or templates of feeds say, is an address that readers poll."""
    assert paths == discover(blog(tmp_path, {**files, "posts/a.md": POST})).paths


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"_config.yml": "title: x", "_posts/2025-01-01-a.md": POST}, False),
        ({"_config.yml": "future: true", "_posts/2025-01-01-a.md": POST}, True),
        ({"_config.yml": "title: x", "source/_posts/a.md": POST}, True),
        ({"_config.yml": "future: false", "source/_posts/a.md": POST}, False),
        ({"hugo.toml": "title = 'x'"}, False),
        ({"hugo.toml": "buildFuture = true"}, True),
        ({"config.toml": "base_url = 'https://example.org'", "content/a.md": POST}, True),
        ({"pelicanconf.py": "SITENAME = 'x'"}, True),
        ({"pelicanconf.py": "WITH_FUTURE_DATES = False"}, False),
        ({"conf.py": "BLOG_TITLE = 'x'"}, False),
        ({"conf.py": "BLOG_TITLE = 'x'\nFUTURE_IS_NOW = True"}, True),
        ({"eleventy.config.js": ""}, False),
    ],
)
def test_what_the_engine_publishes_before_its_date_stays(tmp_path: Path, files: dict[str, str], expected: bool) -> None:
    """Its readers have it: gone today and back on its day, it would be new to them."""
    write_settings(blog(tmp_path, {**files, "posts/a.md": POST}))
    text = (tmp_path / "feeds.toml").read_text("utf-8").replace('url = ""', 'url = "https://example.org/"')
    (tmp_path / "feeds.toml").write_text(text, "utf-8")

    assert expected == load(tmp_path).posts.include_future


@pytest.mark.parametrize(
    ("files", "limit"),
    [
        ({"_config.yml": "plugins: [jekyll-feed]"}, 10),
        ({"_config.yml": "plugins: [jekyll-feed]\nfeed: {posts_limit: 5}"}, 5),
        ({"_config.yml": "plugins: [jekyll-feed]\nfeed: {posts_limit: 50}"}, 20),
        ({"_config.yml": "feed: {posts_limit: 5}"}, 20),
        ({"_config.yml": "feed: {type: atom, path: atom.xml, limit: 7}", "source/_posts/a.md": POST}, 7),
        ({"hugo.toml": "[services.RSS]\nlimit = 12"}, 12),
        ({"hugo.toml": "[services.rss]\nlimit = -1"}, 20),
        ({"content/a.md": POST, "config/_default/services.toml": "[rss]\nlimit = 9"}, 9),
        ({"config.toml": "base_url = 'https://example.org'\nfeed_limit = 15", "content/a.md": POST}, 15),
        ({"pelicanconf.py": "FEED_MAX_ITEMS = 3"}, 3),
        ({"pelicanconf.py": "FEED_MAX_ITEMS = '3'"}, 20),
        ({"conf.py": "BLOG_TITLE = 'x'"}, 10),
        ({"conf.py": "BLOG_TITLE = 'x'\nFEED_LENGTH = True"}, 20),
        ({"eleventy.config.js": f"{PLUGIN}config.addPlugin(feedPlugin, {{ collection: {{ limit: 10 }} }})"}, 10),
        ({"eleventy.config.js": f"{PLUGIN}// config.addPlugin(feedPlugin, {{ limit: 10 }})"}, 20),
        ({"docusaurus.config.js": "docs: {limit: 1}, blog: {feedOptions: {type: 'rss', limit: 6}}"}, 6),
    ],
)
def test_feeds_are_no_longer_than_they_are(tmp_path: Path, files: dict[str, str], limit: int) -> None:
    """Posts that are older than those in the feed of today would be new to its readers."""
    write_settings(blog(tmp_path, {**files, "posts/a.md": POST}))
    text = (tmp_path / "feeds.toml").read_text("utf-8").replace('url = ""', 'url = "https://example.org/"')
    (tmp_path / "feeds.toml").write_text(text, "utf-8")

    assert limit == load(tmp_path).feeds.limit

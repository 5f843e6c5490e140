"""The engines' own renderers: Markdown bodies through the real generator, each post a page of a bare site.

Template code is cut from the bodies before (`plain`), for both sides alike: what is compared is Markdown.
A new engine = one function + one line in REFERENCES; it installs what it needs into the scratch folder.
"""

import re
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path

from benchmarks import tools
from benchmarks.tools import run, write

Reference = Callable[[Sequence[str], Path, Path], list[str]]  # bodies, scratch folder, empty folder for the site

_TEMPLATE_CODE = re.compile(r"\{%.*?%\}|\{\{.*?\}\}|\{#(?![\w:.-]+\}).*?#\}", re.S)
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def plain(body: str) -> str:
    """Cut Liquid, Nunjucks and shortcode tags from a body, and control characters, which engines treat as they like.

    Also "{filename}", with which Pelican links to other posts: there are none in the bare site.
    """
    return _CONTROLS.sub("", _TEMPLATE_CODE.sub("", body).replace("{filename}", "")).strip("\n") + "\n"


def hugo(bodies: Sequence[str], work: Path, site: Path) -> list[str]:
    """Render with goldmark as Hugo sets it up, raw HTML let through."""
    write(site / "hugo.toml", _HUGO)
    write(site / "layouts/_default/single.html", "{{ .Content }}")
    for number, body in enumerate(bodies):
        write(site / f"content/p{number}.md", f"---\ntitle: x\n---\n{body}")
    run([tools.python(work, "hugo") / "hugo", "--quiet", "--logLevel", "error"], site)
    return _read(site, "public/p{}/index.html", bodies)


def jekyll(bodies: Sequence[str], _work: Path, site: Path) -> list[str]:
    """Render with kramdown and its GFM parser as Jekyll sets them up, Liquid off."""
    write(site / "_config.yml", "markdown: kramdown\n")
    for number, body in enumerate(bodies):
        write(site / f"p{number}.md", f"---\nrender_with_liquid: false\n---\n{body}")
    command = tools.debian("jekyll", "jekyll", "ruby-kramdown-parser-gfm")
    run([command, "build", "--quiet", "--disable-disk-cache"], site)
    return _read(site, "_site/p{}.html", bodies)


def pelican(bodies: Sequence[str], work: Path, site: Path) -> list[str]:
    """Render with Python-Markdown as Pelican sets it up."""
    write(site / "pelicanconf.py", _PELICAN)
    write(site / "theme/templates/article.html", "{{ article.content }}")
    for number, body in enumerate(bodies):
        write(site / f"content/p{number}.md", f"Title: x\nDate: 2024-01-01\nSlug: p{number}\n\n{body}")
    run([tools.python(work, "pelican[markdown]") / "pelican", "-q", "-s", "pelicanconf.py"], site)
    return _read(site, "output/p{}.html", bodies)


def eleventy(bodies: Sequence[str], work: Path, site: Path) -> list[str]:
    """Render with markdown-it as Eleventy sets it up, Liquid off."""
    for number, body in enumerate(bodies):
        write(site / f"content/p{number}.md", f"---\ntemplateEngineOverride: md\n---\n{body}")
    modules = tools.node(work, "eleventy", "@11ty/eleventy", "@11ty/eleventy-plugin-rss")
    run(["node", modules / "@11ty/eleventy/cmd.cjs", "--quiet", "--input=content"], site)
    return _read(site, "_site/p{}/index.html", bodies)


def hexo(bodies: Sequence[str], work: Path, site: Path) -> list[str]:
    """Render with marked as Hexo sets it up, Nunjucks and highlighting off."""
    write(site / "_config.yml", "theme: bare\npermalink: :title/\nsyntax_highlighter: ''\nurl: https://example.org\n")
    write(site / "package.json", _HEXO)
    write(site / "themes/bare/layout/post.ejs", "<%- page.content %>")
    write(site / "themes/bare/layout/index.ejs", "")
    (site / "node_modules").symlink_to(tools.node(work, "hexo", "hexo", "hexo-renderer-marked", "hexo-renderer-ejs"))
    for number, body in enumerate(bodies):
        write(site / f"source/_posts/p{number}.md", f"---\ntitle: x\ndisableNunjucks: true\n---\n{body}")
    run(["node", "node_modules/hexo/bin/hexo", "generate", "--silent"], site)
    return _read(site, "public/p{}/index.html", bodies)


def remark(bodies: Sequence[str], work: Path, site: Path) -> list[str]:
    """Render with remark and its GFM plugin, which Astro, Docusaurus and Gatsby build upon."""
    packages = ("unified", "remark-parse", "remark-gfm", "remark-rehype", "rehype-stringify")
    script = tools.node(work, "remark", *packages).with_name("render.mjs")
    script.write_text(_REMARK, "utf-8")
    for number, body in enumerate(bodies):
        write(site / f"p{number}.md", body)
    run(["node", script, site], site)
    return _read(site, "p{}.html", bodies)


def zola(bodies: Sequence[str], _work: Path, _site: Path) -> list[str]:
    """Render with pulldown-cmark, by way of pyromark, as Zola sets it up; Zola itself is on no registry."""
    pyromark = import_module("pyromark")
    options = pyromark.Options(0)
    for name in ("TABLES", "FOOTNOTES", "STRIKETHROUGH", "TASKLISTS", "HEADING_ATTRIBUTES"):
        options |= pyromark.Options[f"ENABLE_{name}"]
    return [pyromark.html(body, options=options) for body in bodies]


REFERENCES: dict[str, Reference] = {
    "hugo": hugo,
    "jekyll": jekyll,
    "pelican": pelican,
    "eleventy": eleventy,
    "hexo": hexo,
    "remark": remark,
    "zola": zola,
}

_HUGO = """\
baseURL = "https://example.org/"
disableKinds = ["home", "section", "taxonomy", "term", "rss", "sitemap", "404"]
[markup.goldmark.renderer]
unsafe = true
[markup.highlight]
codeFences = false
"""
_HEXO = """\
{"name": "site", "version": "0.0.0", "hexo": {"version": ""},
 "dependencies": {"hexo-renderer-marked": "*", "hexo-renderer-ejs": "*"}}
"""
_PELICAN = """\
PATH = "content"
OUTPUT_PATH = "output"
THEME = "theme"
TIMEZONE = "UTC"
DIRECT_TEMPLATES = []
ARTICLE_SAVE_AS = "{slug}.html"
AUTHOR_SAVE_AS = CATEGORY_SAVE_AS = TAG_SAVE_AS = ""
FEED_ALL_ATOM = CATEGORY_FEED_ATOM = TRANSLATION_FEED_ATOM = AUTHOR_FEED_ATOM = AUTHOR_FEED_RSS = None
"""
_REMARK = """\
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { unified } from "unified";
import remarkParse from "remark-parse";
import remarkGfm from "remark-gfm";
import remarkRehype from "remark-rehype";
import rehypeStringify from "rehype-stringify";
const processor = unified().use(remarkParse).use(remarkGfm)
  .use(remarkRehype, { allowDangerousHtml: true }).use(rehypeStringify, { allowDangerousHtml: true });
const folder = process.argv[2];
for (const name of readdirSync(folder).filter((name) => name.endsWith(".md"))) {
  const html = String(processor.processSync(readFileSync(`${folder}/${name}`, "utf8")));
  writeFileSync(`${folder}/${name.slice(0, -3)}.html`, html);
}
"""


def _read(site: Path, pattern: str, bodies: Sequence[str]) -> list[str]:
    return [(site / pattern.format(number)).read_text("utf-8") for number in range(len(bodies))]

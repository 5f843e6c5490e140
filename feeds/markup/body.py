"""From the body of a post to an entry: render, clean, sum up."""

import re
from collections.abc import Mapping
from html import escape
from urllib.parse import urlsplit

from feeds.markup import Rendered
from feeds.markup.characters import clean_text, first_dropped
from feeds.markup.direction import direction
from feeds.markup.excerpt import CUT, excerpt, mark_cut
from feeds.markup.image import first_image
from feeds.markup.links import resolved
from feeds.markup.renderers import RENDERERS
from feeds.markup.sanitise import sanitise
from feeds.markup.templates import expanded
from feeds.markup.unrenderable import UnrenderableError
from feeds.markup.urls import absolute_url
from feeds.model import Entry, Post, Problem, Site

_MEDIA = re.compile(r"<(?:img|video|audio)\b")


def rendered(post: Post, body: str, site: Site, first_line: int, links: Mapping[str, str]) -> Rendered:
    """Do what `feeds.markup.render` says."""
    text = clean_text(body)
    problems = [] if text is body else _illegal_characters(post.path, body, first_line)
    text, unknown = expanded(post, text, site, first_line, links)
    problems += unknown
    markup, trouble = _clean_html(post, text, site, links)
    if trouble:
        problems.append(Problem(post.path, first_line, str(trouble), trouble.mend))
    head, mark, rest = (clean_text(part) for part in markup.partition(CUT))
    shown = (head + rest).replace("<p></p>", "").strip()
    summary = " ".join(clean_text(post.summary).split()) or excerpt(shown, head if mark else "")
    if text.strip() and not (summary or _MEDIA.search(shown)):
        what, mend = "nothing of the text can be shown in a feed", "write words beside its scripts and styles"
        problems.append(Problem(post.path, first_line, what, mend))
    html = _directed(shown, clean_text(post.language or site.language), site.language)
    image = _web_address(post.image, post.url) or first_image(shown)
    return Rendered(Entry(post=post, html=html, summary=summary, image=image), tuple(problems))


def _illegal_characters(path: str, body: str, first_line: int) -> list[Problem]:
    """Name the first one."""
    if (at := first_dropped(body)) < 0:
        return []
    line = first_line + body.count("\n", 0, at)
    return [Problem(path, line, f"character U+{ord(body[at]):04X} in the text", "delete it", "XML 1.0 2.2")]


def _clean_html(
    post: Post, body: str, site: Site, links: Mapping[str, str], markup: str = ""
) -> tuple[str, UnrenderableError | None]:
    """Render and clean, with the mark of the excerpt in; where a renderer gives up, another does it."""
    try:
        html = RENDERERS[markup or post.markup](body)
        if post.template == "hexo":
            from feeds.markup.marked import rooted

            html = rooted(html, urlsplit(site.url).path.rstrip("/"))
        return sanitise(resolved(mark_cut(html), post.path, links), post.url), None
    except UnrenderableError as error:
        trouble = error
    except Exception as error:  # a renderer's bug must not cost more than this post its looks
        trouble = UnrenderableError(f"{type(error).__name__} while rendering, so it is shown as plain text")
    return _clean_html(post, body, site, links, trouble.instead)[0], trouble


def _directed(markup: str, language: str, site_language: str) -> str:
    """Say the language and direction where readers would not know: few heed those of the feed."""
    way = direction(language)
    if not markup or (way == "ltr" and language.lower() == site_language.lower()):
        return markup
    return f'<div dir="{way}" lang="{escape(language)}">{markup}</div>'


def _web_address(url: str, base: str) -> str:
    return address if (address := absolute_url(url, base)).startswith("http") else ""

"""Template code in bodies -> what it stands for, before Markdown is read.

`FAMILIES` lists the template languages; a new one is a `Family` in a file here and a line there.
"""

from collections.abc import Mapping

from feeds.markup.templates.asides import plain
from feeds.markup.templates.context import Context
from feeds.markup.templates.liquid import HEXO, LIQUID, NUNJUCKS
from feeds.markup.templates.mdx import MDX, PURE_MDX
from feeds.markup.templates.restructured import with_role
from feeds.markup.templates.shortcodes import GO, HUGO, ZOLA
from feeds.markup.templates.tags import Family, expand
from feeds.model import Post, Problem, Site

# `Post.template` -> its language.
FAMILIES: Mapping[str, Family] = {
    "liquid": LIQUID,
    "nunjucks": NUNJUCKS,
    "hexo": HEXO,
    "hugo": HUGO,
    "nikola": HUGO,
    "zola": ZOLA,
    "go": GO,
    "mdx": MDX,
    "pure mdx": PURE_MDX,
}


def expanded(
    post: Post, text: str, site: Site, first_line: int, links: Mapping[str, str]
) -> tuple[str, tuple[Problem, ...]]:
    """Return the body of a post without template code, and a problem for each construct that is not known."""
    context = Context(post, site, first_line, links)
    family = FAMILIES.get("pure mdx" if post.template == "mdx" and post.path.endswith(".mdx") else post.template)
    if family:
        text = expand(text, family, context)
    if post.markup == "rst":
        text = with_role(text)
    if post.markup not in {"html", "rst"}:
        text = plain(text, post.markup, context)
    return text, tuple(context.problems)

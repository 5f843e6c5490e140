"""What the meaning of template code depends on, and what is found wrong with it."""

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from feeds.markup.excerpt import shorten
from feeds.markup.links import target
from feeds.model import Post, Problem, Site


class Context:
    """A post while its template code is being replaced."""

    def __init__(self, post: Post, site: Site, first_line: int, links: Mapping[str, str]) -> None:
        self.post, self.site, self.first_line = post, site, first_line
        self.is_html = post.markup in {"html", "rst"}  # template code is to stand for HTML
        self.problems: list[Problem] = []
        self._links = links
        where = urlsplit(site.url)
        self.origin, self.folder = f"{where.scheme}://{where.netloc}", where.path.rstrip("/")
        self.values = {
            "site.url": self.origin,
            "site.baseurl": self.folder,
            "site.title": site.title,
            "site.name": site.title,
            "site.description": site.description,
            "page.title": post.title,
            "page.url": urlsplit(post.url).path,
            "page.permalink": urlsplit(post.url).path,
            "title": post.title,
        }
        self._seen = set[str]()

    def unknown(self, line: int, kind: str, arguments: str = "", is_said: bool = False) -> None:
        """Note a construct that was left out, the first of its kind."""
        if (family := re.split(r"[.\s|\[]", kind)[0]) not in self._seen:  # all of {{ release.url }}, {{ release.size }}
            self._seen.add(family)
            shown = shorten(" ".join(f"{kind} {arguments}".split()), 40)
            so = "only its words are shown" if is_said else "it was left out"
            what = f'the template code "{shown}" is not known, so {so}'
            self.problems.append(Problem(self.post.path, line, what, "write in Markdown or HTML what it stands for"))

    def link(self, name: str) -> str | None:
        """Return the address of the post that a name or path means."""
        return target(name, self.post.path, self._links)

"""Eleventy with its RSS plugin, from npm: posts are rendered but not written."""

import json
from pathlib import Path

from benchmarks import tools
from benchmarks.corpus import CATEGORIES
from benchmarks.peers.peer import LIMIT, URL, Peer, front_matter

_CONFIGURATION = """\
const rss = require("@11ty/eleventy-plugin-rss");
module.exports = function (eleventy) {
  eleventy.addPlugin(rss.default || rss);
  eleventy.addFilter("newest", (posts) => posts.slice(-LIMIT).reverse());
  eleventy.addFilter("within", (posts, term) => term ? posts.filter((post) => post.data.terms.includes(term)) : posts);
}
""".replace("LIMIT", str(LIMIT))
_FEED = f"""\
---
pagination: {{ data: feeds, size: 1, alias: feed }}
permalink: "/{{{{ feed or 'index' }}}}.xml"
eleventyExcludeFromCollections: true
---
<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom"><title>Benchmark {{{{ feed }}}}</title><id>{URL}/{{{{ feed }}}}</id>
{{% set posts = collections.posts | within(feed) | newest %}}
<updated>{{{{ posts[0].date | dateToRfc3339 }}}}</updated><author><name>x</name></author>
{{% for post in posts %}}{{% set url = "{URL}/posts/" + post.data.slug + "/" %}}
<entry><title>{{{{ post.data.title }}}}</title><link href="{{{{ url }}}}"/><id>{{{{ url }}}}</id>
<updated>{{{{ post.date | dateToRfc3339 }}}}</updated>
<content type="html">{{{{ post.templateContent | renderTransforms({{}}, url) }}}}</content></entry>{{% endfor %}}
</feed>
"""


def _modules(work: Path) -> Path:
    return tools.node(work, "eleventy", "@11ty/eleventy", "@11ty/eleventy-plugin-rss")


def _command(work: Path) -> list[str | Path]:
    modules = _modules(work)
    return ["env", f"NODE_PATH={modules}", "node", modules / "@11ty/eleventy/cmd.cjs", "--quiet"]


def _version(work: Path) -> str:
    versions = [
        json.loads((_modules(work) / "@11ty" / name / "package.json").read_text("utf-8"))["version"]
        for name in ("eleventy", "eleventy-plugin-rss")
    ]
    return "Eleventy {} with plugin-rss {}".format(*versions)


ELEVENTY = Peer(
    name="eleventy",
    version=_version,
    path=lambda sample: f"posts/{sample.slug}.md",
    text=lambda sample: front_matter(sample, "terms", "%Y-%m-%dT%H:%M:%SZ"),
    files={
        "eleventy.config.cjs": _CONFIGURATION,
        "_data/feeds.json": json.dumps(["", *CATEGORIES]),
        "posts/posts.json": '{"tags": "posts", "permalink": false, "templateEngineOverride": "md"}\n',
        "feed.njk": _FEED,
    },
    command=lambda work: [
        "env",
        f"NODE_PATH={_modules(work)}",
        "node",
        _modules(work) / "@11ty/eleventy/cmd.cjs",
        "--quiet",
    ],
    leaves=("_site", ".cache"),
    site_feed="_site/index.xml",
    category_feed="_site/{}.xml",
    formats="Atom",
)

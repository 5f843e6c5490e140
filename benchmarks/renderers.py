"""Markdown renderers for Python that could stand in for an engine's own, each with the options that suit it best.

A renderer is a function from Markdown to HTML, made on demand: what is not installed is left out.
A new one = one function + one line in RENDERERS.
"""

from collections.abc import Callable, Sequence
from functools import partial
from importlib import import_module
from typing import Any

Render = Callable[[str], str]
Maker = Callable[[], Render]


def available(names: Sequence[str] = ()) -> dict[str, Render]:
    """Make the renderers that are installed, by name; all of them when no names are given."""
    makers = {**RENDERERS, **_ours()}
    made: dict[str, Render] = {}
    for name in names or makers:
        try:
            made[name] = makers[name]()
        except ImportError as error:
            print(f"left out {name}: {error}")
    return made


def _ours() -> dict[str, Maker]:
    """Make those that the package itself chooses from, with all that it does before and after."""
    from feeds.markup.links import resolved
    from feeds.markup.marked import rooted
    from feeds.markup.renderers import RENDERERS as OURS

    after: dict[str, Render] = {
        "markdown": lambda html: resolved(html, "", {}),
        "marked": lambda html: rooted(html, ""),
    }
    return {
        f"feeds: {name}": partial(_both, render, after.get(name, str))
        for name, render in OURS.items()
        if name not in {"html", "text", "rst"}
    }


def _both(render: Render, then: Render) -> Render:
    return lambda body: then(render(body))


def _python_markdown(*extensions: str) -> Maker:
    def make() -> Render:
        converter = _module("markdown").Markdown(extensions=list(extensions))
        return lambda text: str(converter.reset().convert(text))

    return make


def _markdown_it() -> Render:
    parser = _module("markdown_it").MarkdownIt("gfm-like", {"html": True})
    parser.use(_module("mdit_py_plugins.footnote").footnote_plugin)
    parser.use(_module("mdit_py_plugins.deflist").deflist_plugin)
    return lambda text: str(parser.render(text))


def _markdown_it_of_eleventy() -> Render:
    """Eleventy lets HTML through and, since version 2, knows no indented code."""
    parser = _module("markdown_it").MarkdownIt("js-default", {"html": True})
    # a rule that never matches, and not .disable(): the port would then let 4 spaces open other blocks
    parser.block.ruler.at("code", lambda *_: False)
    return lambda text: str(parser.render(text))


def _cmark() -> Render:
    cmark = _module("cmarkgfm.cmark")
    options = cmark.Options.CMARK_OPT_UNSAFE | cmark.Options.CMARK_OPT_FOOTNOTES
    extensions = ["table", "autolink", "strikethrough"]  # not "tagfilter": cleaning is a pass of its own
    return lambda text: str(cmark.markdown_to_html_with_extensions(text, options, extensions))


def _comrak(*switched_on: str) -> Maker:
    """Two packages, comrak and comrak-ext, bring this module; the second has more options, and is set up otherwise."""

    def make() -> Render:
        comrak = _module("comrak")
        switches = dict.fromkeys(("table", "strikethrough", "footnotes", "tasklist", *switched_on), True)
        if missing := [switch for switch in switches if not hasattr(comrak.ExtensionOptions, switch)]:
            raise ImportError(f"this comrak has no {missing[0]}")
        if hasattr(comrak, "markdown_to_html"):
            extensions, output = comrak.ExtensionOptions(**switches), comrak.RenderOptions(unsafe_=True)
            return lambda text: str(comrak.markdown_to_html(text, extension_options=extensions, render_options=output))
        extensions, output = comrak.ExtensionOptions(), comrak.RenderOptions()
        for switch in switches:
            setattr(extensions, switch, True)
        output.unsafe_ = True
        return lambda text: str(comrak.render_markdown(text, extension_options=extensions, render_options=output))

    return make


def _pyromark(*switched_on: str) -> Maker:
    def make() -> Render:
        pyromark = _module("pyromark")
        options = pyromark.Options(0)
        for switch in ("TABLES", "FOOTNOTES", "STRIKETHROUGH", "TASKLISTS", *switched_on):
            options |= pyromark.Options[f"ENABLE_{switch}"]
        return lambda text: str(pyromark.html(text, options=options))

    return make


def _module(name: str) -> Any:
    return import_module(name)


RENDERERS: dict[str, Maker] = {
    "python-markdown extra": _python_markdown("extra"),
    "python-markdown extra sane_lists": _python_markdown("extra", "sane_lists"),
    "markdown-it-py gfm-like": _markdown_it,
    "markdown-it-py as Eleventy": _markdown_it_of_eleventy,
    "cmarkgfm": _cmark,
    "comrak": _comrak("description_lists"),
    "comrak autolink": _comrak("description_lists", "autolink"),
    "comrak header_attributes": _comrak("description_lists", "header_attributes"),
    "comrak autolink header_attributes": _comrak("description_lists", "autolink", "header_attributes"),
    "pyromark": _pyromark(),
    "pyromark headings terms": _pyromark("HEADING_ATTRIBUTES", "DEFINITION_LIST"),
}

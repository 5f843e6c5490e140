"""Blocks of kramdown as HTML."""

from collections.abc import Callable
from html import escape

from feeds.markup.kramdown import tags
from feeds.markup.kramdown.document import Document, Node
from feeds.markup.kramdown.spans import Spans


def write(nodes: list[Node], document: Document) -> str:
    """Write blocks, one after the other."""
    return "".join([_block(node, document) for node in nodes])


def write_notes(document: Document) -> str:
    """Write the footnotes that are cited, those in footnotes too."""
    made: list[str] = []
    names = document.order
    while len(made) < len(names):
        name = list(names)[len(made)]
        back = f' <a href="#fnref-{name}" class="footnote-backref">↩</a>'
        inside = write(document.notes[name].children, document)
        at = inside.rfind("</p>") if inside.endswith("</p>\n") else len(inside)
        made.append(f'<li id="fn-{name}">\n{inside[:at]}{back}{inside[at:]}</li>\n')
    return f'<section class="footnotes">\n<ol>\n{"".join(made)}</ol>\n</section>\n' if made else ""


def _words(text: str, document: Document) -> str:
    spans = Spans(text, document)
    return spans.written(spans.items()[1])


def _block(node: Node, document: Document) -> str:
    kind = node.kind
    if kind == "p":
        words = _words(node.text, document)
        return words if node.is_tight else f"<p>{words}</p>\n"
    if kind in {"end", "blank"}:
        return ""
    if kind in {"ul", "ol"} and "toc" in node.directions.split():
        return ""
    if kind in _TAGS:
        return f"<{_TAGS[kind]}>\n{write(node.children, document)}</{_TAGS[kind]}>\n"
    if kind in {"li", "dd"}:
        room = "" if not node.children or node.children[0].is_tight else "\n"
        return f"<{kind}>{room}{write(node.children, document)}</{kind}>\n"
    if kind == "heading":
        return f"<h{node.level}>{_words(node.text, document)}</h{node.level}>\n"
    return _OTHERS[kind](node, document)


def _code(node: Node, document: Document) -> str:
    language = f' class="language-{escape(node.directions)}"' if node.level and node.directions else ""
    return f"<pre><code{language}>{escape(node.text.removesuffix(chr(10)), quote=False)}\n</code></pre>\n"


def _table(node: Node, document: Document) -> str:
    aligned = node.text.split(",")
    made = []
    for part in node.children:
        cell = "th" if part.kind == "thead" else "td"
        rows = []
        for row in part.children:
            cells = []
            for number, each in enumerate(row.children):
                way = aligned[number] if number < len(aligned) else ""
                style = f' style="text-align: {way}"' if way else ""
                cells.append(f"<{cell}{style}>{_words(each.text, document)}</{cell}>\n")
            rows.append(f"<tr>\n{''.join(cells)}</tr>\n")
        made.append(f"<{part.kind}>\n{''.join(rows)}</{part.kind}>\n")
    return f"<table>\n{''.join(made)}</table>\n"


def _element(node: Node, document: Document) -> str:
    inside = write(node.children, document)
    if not inside and node.text in tags.VOID:
        return f"{node.directions} />"
    room = "\n" if node.level else ""
    return f"{node.directions}>{room}{inside}</{node.text}>"


_TAGS = {"quote": "blockquote", "ul": "ul", "ol": "ol", "dl": "dl"}
_OTHERS: dict[str, Callable[[Node, Document], str]] = {
    "code": _code,
    "table": _table,
    "element": _element,
    "verbatim": lambda node, document: node.text,
    "words": lambda node, document: _words(node.text, document),
    "rule": lambda node, document: "<hr />\n",
    "formula": lambda node, document: f"<div>$$\n{escape(node.text, quote=False)}\n$$</div>\n",
    "dt": lambda node, document: f"<dt>{_words(node.text, document)}</dt>\n",
}

"""What stands in a line of kramdown: emphasis, code, links, footnotes, formulas, HTML."""

import re
from collections.abc import Callable
from html import escape

from feeds.markup.kramdown import tags
from feeds.markup.kramdown.document import SPACES, Document

# (kind, value, HTML); of "text" the value is what is shown, and there is no HTML yet.
Item = tuple[str, str, str]
Accepts = Callable[[list[Item], re.Match[str]], bool]

_EVERYTHING = re.compile(r"[*_`<&\\$~]|!?\[|\{:|--|\.\.\.|>>|  (?=\n)")
_IN_LINK = re.compile(_EVERYTHING.pattern + r"|\]")
CODE = re.compile("`")
CODE_AND_HTML = re.compile("[`<]")
_HTML = re.compile("<")

_DEPTH = 30  # how much may stand in each other
_ROOM = tuple(SPACES)
_BETWEEN_LETTERS = re.compile(r"[^\W\d_]-?$")
_BACKTICKS = re.compile("`+")
_AUTOLINK = re.compile(r"<((mailto|https?|ftps?):[^>\n]{1,2000}+|[\w.-]{1,200}@[\w.-]{1,200})>")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_NOTE = re.compile(r"\[\^(\w[\w-]*)\]", re.ASCII)
_BRACKET = re.compile(r"(\])|!?\[")
_LABEL = re.compile(r"\s*?\[([^\]]+)?\]")
_POINTED = re.compile(r"\(<([^>\n]{0,2000})>")
_PARENTHESIS = re.compile(r"(\()|(\))|\s(?=['\"])", re.ASCII)
_TITLE = re.compile(r"\s*([\"'])(.+?)\1\s*\)", re.DOTALL)
_FORMULA = re.compile(r"\$\$(.*?)\$\$", re.DOTALL)
_EXTENSION = re.compile(r"\{::(\w+)(?:\s((?:\\\}|[^}]){0,1000}?))?(/)?\}|\{:/(?:\w[\w-]*)?\}")
_LIST = re.compile(r"\{:(?:\\\}|[^}]){1,1000}\}")
_ESCAPED = re.compile(r"\\([\\.*_+`<>()\[\]{}#!:|\"'$=~-])")
_STRUCK = re.compile(r"~~(?![\s~])(.*?[^\s~])~~", re.DOTALL)
_DASHES = re.compile(r"---?|\.\.\.")
_GUILLEMETS = re.compile(r"<<|>>")
_SIGNS = {"---": "—", "--": "–", "...": "…", "<<": "«", ">>": "»"}


class Spans:
    """A text on its way from left to right."""

    def __init__(self, text: str, document: Document) -> None:
        self._text, self._at, self._document = text, 0, document
        self._kinds: list[str] = []  # of what is open
        self._signs = _EVERYTHING
        self._last_sign = text.rfind(">")

    def items(
        self, kind: str = "", stop: re.Pattern[str] | None = None, accepts: Accepts | None = None,
        signs: re.Pattern[str] = _EVERYTHING,
    ) -> tuple[bool, list[Item]]:  # fmt: skip
        """Read up to what `stop` matches and `accepts` agrees to, or to the end; tell whether it was found."""
        items: list[Item] = []
        text, outer = self._text, self._signs
        self._kinds.append(kind)
        self._signs = signs
        try:
            while sign := signs.search(text, self._at):
                self._document.look(sign.start() - self._at)
                at = sign.start()
                if at > self._at:
                    items.append(("text", text[self._at : at], ""))
                    self._at = at
                if stop and (end := stop.match(text, at)) and (accepts is None or accepts(items, end)):
                    return True, items
                parse = _READERS.get(text[at])
                item = parse(self, items) if parse else None
                if item:
                    items.append(item)
                else:
                    self._at += 1
                    items.append(("text", text[at], ""))
            self._document.look(len(text) - self._at)
            if not stop:
                items.append(("text", text[self._at :], ""))
                self._at = len(text)
            return False, items
        finally:
            self._kinds.pop()
            self._signs = outer

    def _far(self) -> None:
        """Count what may be looked through to the end of the text."""
        self._document.look(len(self._text) - self._at)

    def written(self, items: list[Item]) -> str:
        """Write items as HTML."""
        made, words = [], ""
        for kind, value, html in items:
            if kind == "text":
                words += value
            else:
                made += [self._document.words(words), html] if words else [html]
                words = ""
        return "".join([*made, self._document.words(words)])

    def _plain(self, length: int) -> Item:
        self._at += length
        return "text", self._text[self._at - length : self._at], ""

    def _emphasis(self, items: list[Item]) -> Item:
        text, start = self._text, self._at
        sign = text[start]
        length = 2 if text.startswith(sign, start + 1) else 1
        if found := self._emphasised(sign, length, start):
            return found
        self._at = start
        return self._plain(length)

    def _emphasised(self, sign: str, length: int, start: int) -> Item | None:
        text, kind = self._text, "strong" if length == 2 else "em"
        if sign == "_" and _BETWEEN_LETTERS.search(text, max(0, start - 2), start):
            return None
        if text.startswith(_ROOM, start + length) or kind in self._kinds:
            return None
        return self._delimited(sign, length, start) or (
            self._delimited(sign, 1, start) if length == 2 and self._kinds[-1] != "em" else None
        )

    def _delimited(self, sign: str, length: int, start: int) -> Item | None:
        delimiter, kind, text = sign * length, "strong" if length == 2 else "em", self._text
        twice, thrice = sign * 2, sign * 3

        def accepts(items: list[Item], end: re.Match[str]) -> bool:
            at = end.start()
            if not items or text[at - 1] in SPACES:
                return False
            if kind == "em" and text.startswith(twice, at) and not text.startswith(thrice, at):
                return False
            return not (sign == "_" and text[at + length : at + length + 1].isalnum())

        self._at = start + length
        found, items = self.items(kind, re.compile(re.escape(delimiter)), accepts)
        if not found:
            return None
        self._at += length
        return kind, "", f"<{kind}>{self.written(items)}</{kind}>"

    def _code(self, items: list[Item]) -> Item:
        text, start = self._text, self._at
        ticks = _BACKTICKS.match(text, start)[0]  # type: ignore[index]
        after = start + len(ticks)
        if ticks == "`" and (start == 0 or text[start - 1] in SPACES) and text.startswith(_ROOM, after):
            return self._plain(1)
        self._far()
        if (end := text.find(ticks, after)) < 0:
            return self._plain(len(ticks))
        code = text[after:end]
        if len(ticks) > 1:
            code = code.removeprefix(" ").removesuffix(" ")
        self._at = end + len(ticks)
        return "code", code, f"<code>{escape(code, quote=False)}</code>"

    def _pointed(self, items: list[Item]) -> Item | None:
        text, start = self._text, self._at
        if start < self._last_sign:
            if self._signs is not _HTML and (link := _AUTOLINK.match(text, start)):
                self._at = link.end()
                to = link[1] if link[2] else f"mailto:{link[1]}"
                shown = tags.escaped(link[1].removeprefix("mailto:"))
                return "a", "", f'<a href="{tags.quoted(to)}">{shown}</a>'
            if text.startswith("<!--", start):
                self._far()
            if text.startswith("<!--", start) and (comment := _COMMENT.match(text, start)):
                self._at = comment.end()
                return "comment", comment[0], comment[0]
            if closing := tags.CLOSING.match(text, start):
                return self._plain(len(closing[0]))
            if tag := tags.TAG.match(text, start):
                return self._element(tag)
        return self._sign(_GUILLEMETS) if self._signs is not _HTML else None

    def _element(self, tag: re.Match[str]) -> Item:
        name = tags.element(tag[1])
        if name in tags.BLOCK or len(self._kinds) > _DEPTH:
            return self._plain(len(tag[0]))
        self._at = tag.end()
        named = tags.attributes(tag[2])
        asked = named.pop("markdown", "" if self._signs is _HTML else "1")
        has_markdown = asked == "span" or (asked in {"1", "block"} and name in tags.HOLDS_SPANS | tags.HOLDS_BLOCKS)
        opening = tags.opened(name, named)
        if tag[3] or name in tags.VOID:
            return "html", name, opening + (" />" if name in tags.VOID else f"></{name}>")
        stop = re.compile(rf"</{re.escape(name)}\s*>", re.IGNORECASE)
        found, items = self.items(f"<{name}", stop, None, _EVERYTHING if has_markdown else _HTML)
        if found:
            self._at = stop.match(self._text, self._at).end()  # type: ignore[union-attr]
        else:
            items.append(("text", self._text[self._at :], ""))
            self._at = len(self._text)
        return "html", name, f"{opening}>{self.written(items)}</{name}>"

    def _bracket(self, items: list[Item]) -> Item | None:
        text, start = self._text, self._at
        if note := _NOTE.match(text, start):
            return self._note(note)
        kind, inside = ("img", start + 2) if text[start] == "!" else ("a", start + 1)
        if text.startswith("^", inside) or inside >= len(text):
            return self._plain(inside - start) if text[start] != "!" else None
        if len(self._kinds) > _DEPTH or (kind == "a" and ("a" in self._kinds or "img" in self._kinds)):
            return self._plain(inside - start)
        link = self._link(kind, inside)
        if link is None:
            self._at = start
            return self._plain(inside - start)
        return link

    def _note(self, note: re.Match[str]) -> Item:
        if note[1] not in self._document.notes:
            return self._plain(len(note[0]))
        self._at = note.end()
        return "note", "", self._document.cited(note[1])

    def _link(self, kind: str, start: int) -> Item | None:
        text, depth, seen = self._text, 1, 0

        def accepts(items: list[Item], end: re.Match[str]) -> bool:
            """An image in it counted as open, and has closed itself."""
            nonlocal depth, seen
            depth += (-1 if end[1] else 1) - sum(item[0] == "img" for item in items[seen:])
            seen = len(items)
            return depth == 0

        self._at = start
        found, items = self.items(kind, _BRACKET, accepts, _IN_LINK)
        if not found:
            return None
        shown = _ESCAPED.sub(r"\1", text[start : self._at])
        self._at = _BRACKET.match(text, self._at).end()  # type: ignore[union-attr]
        target = self._target(shown)
        if target is None:
            return None
        to, title = target
        more = f' title="{tags.quoted(title)}"' if title else ""
        if kind == "img":
            return kind, "", f'<img src="{tags.quoted(to)}" alt="{tags.quoted(shown)}"{more} />'
        return kind, "", f'<a href="{tags.quoted(to)}"{more}>{self.written(items)}</a>'

    def _target(self, shown: str) -> tuple[str, str] | None:
        text = self._text
        label = _LABEL.match(text, self._at)
        if label or not text.startswith("(", self._at):
            if label:
                self._at = label.end()
            return self._document.link((label and label[1]) or shown)
        if pointed := _POINTED.match(text, self._at):
            self._at, to = pointed.end(), pointed[1]
            if text.startswith(")", self._at):
                self._at += 1
                return to, ""
        else:
            to, depth = self._address()
            if depth == 0:
                return to, ""
        self._far()
        if title := _TITLE.match(text, self._at):
            self._at = title.end()
            return to, title[2]
        return None

    def _address(self) -> tuple[str, int]:
        start, depth = self._at, 0
        while stop := _PARENTHESIS.search(self._text, self._at):
            self._document.look(stop.end() - self._at)
            self._at = stop.end()
            if stop[2]:
                depth -= 1
                if depth == 0:
                    break
            elif stop[1]:
                depth += 1
            else:
                break
        return self._text[start + 1 : self._at - 1].strip(SPACES), depth

    def _formula(self, items: list[Item]) -> Item | None:
        self._far()
        if not (formula := _FORMULA.match(self._text, self._at)):
            return None
        self._at = formula.end()
        return "math", "", f"${tags.escaped(formula[1].strip(SPACES))}$"

    def _brace(self, items: list[Item]) -> Item | None:
        text, start = self._text, self._at
        self._far()
        if extension := _EXTENSION.match(text, start):
            return self._extension(extension)
        if items and items[-1][0] != "text" and (found := _LIST.match(text, start)):
            self._at = found.end()
            return "comment", "", ""
        return None

    def _extension(self, extension: re.Match[str]) -> Item | None:
        name, body = extension[1], ""
        if name not in {"comment", "nomarkdown", "options"}:
            return None
        self._at = extension.end()
        if not extension[3]:
            end = re.compile(rf"\{{:/(?:{name})?\}}").search(self._text, self._at)
            if not end:
                self._at = extension.start()
                return None
            body, self._at = self._text[self._at : end.start()], end.end()
        return "comment", "", body if name == "nomarkdown" else ""

    def _entity(self, items: list[Item]) -> Item | None:
        entity = tags.ENTITY.match(self._text, self._at)
        if not entity:
            return None
        if not tags.is_entity(entity[0]):
            self._at += 1
            return "entity", "", "&amp;"
        self._at = entity.end()
        return "entity", "", entity[0]

    def _backslash(self, items: list[Item]) -> Item | None:
        text, start = self._text, self._at
        if text.startswith(("\\<<", "\\>>"), start):
            self._at += 3
            return "entity", "", "&lt;&lt;" if text[start + 1] == "<" else "&gt;&gt;"
        if text.startswith("\\\\\n", start):
            self._at += 2
            return "br", "", "<br />"
        if escape := _ESCAPED.match(text, start):
            self._at += 2
            return "text", escape[1], ""
        return None

    def _break(self, items: list[Item]) -> Item:
        self._at += 2
        return "br", "", "<br />"

    def _struck(self, items: list[Item]) -> Item | None:
        self._far()
        if not (struck := _STRUCK.match(self._text, self._at)):
            return None
        self._at = struck.end()
        inner = Spans(struck[1], self._document)
        return "del", "", f"<del>{inner.written(inner.items()[1])}</del>"

    def _sign(self, signs: re.Pattern[str] = _DASHES) -> Item | None:
        if not (sign := signs.match(self._text, self._at)):
            return None
        self._at = sign.end()
        return "sign", "", _SIGNS[sign[0]]


_READERS: dict[str, Callable[[Spans, list[Item]], Item | None]] = {
    "*": Spans._emphasis,
    "_": Spans._emphasis,
    "`": Spans._code,
    "<": Spans._pointed,
    "[": Spans._bracket,
    "!": Spans._bracket,
    "$": Spans._formula,
    "{": Spans._brace,
    "&": Spans._entity,
    "\\": Spans._backslash,
    " ": Spans._break,
    "~": Spans._struck,
    "-": lambda spans, items: spans._sign(),
    ".": lambda spans, items: spans._sign(),
    ">": lambda spans, items: spans._sign(_GUILLEMETS),
}

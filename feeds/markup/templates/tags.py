"""Find the tags of a template language in a body, pair them, and put what each stands for."""

import re
from collections.abc import Callable, Mapping
from html import escape, unescape

from msgspec import Struct
from msgspec.structs import replace

from feeds.markup.templates import restructured
from feeds.markup.templates.context import Context
from feeds.markup.templates.tag import Tag

_DEPTH = 50  # of tags within tags; beyond that their text stays and they go
# What an author shows as it is: code, in a fence or in a line, and comments.
_FENCE = r"(?P<fence>^[ \t>]*+(?:(?:[-*+]|\d{1,3}[.)])[ \t]++)*+(?P<marks>`{3,}|~{3,})[^`\n]*$)"
_CODE = r"(?P<code>(?<!`)(?P<ticks>`++)(?:(?!(?<!`)(?P=ticks)(?!`)|\n[ \t]*\n).){1,1000}+(?P=ticks)(?!`)"
_SHOWN = _FENCE + "|" + _CODE + r"|<!--(?:(?!-->|<!--).)*+-->)"
_FLAGS = re.MULTILINE | re.DOTALL
_SAYING = ("caption", "title", "text", "quote", "description", "summary", "label")
_CONTROL = frozenset(
    ("if", "elsif", "elif", "elseif", "unless", "for", "case", "when", "with", "range", "macro", "call")
)
_PICTURE = r"(?i)^[^\s\"<>]+\.(?:png|jpe?g|gif|webp|avif|svg)$"


Rule = Callable[[Tag, Context], str | None]  # None: what the tag stands for cannot be known


class Family(Struct, frozen=True):
    """The tags of one template language."""

    # With groups "name" and "arguments"; "end", and "closed" where it has no inside; "value" where it is an expression.
    tag: str
    rules: Mapping[str, Rule]
    end: str = r"(?:)"  # pattern of the end of a tag whose inside is not to be read, after its name: see `verbatim`
    verbatim: frozenset[str] = frozenset()
    values: Rule | None = None  # for what has no name: the value of an expression
    in_code: tuple[tuple[str, str], ...] = ()  # (pattern, replacement): what even in code is not shown


def expand(text: str, family: Family, context: Context) -> str:
    """Put for each tag what its rule says; an unknown one goes, what is inside stays, and it is a problem."""
    tags = list(re.finditer(family.tag, text, _FLAGS))
    ended = frozenset(tag["name"] or "" for tag in tags if tag["end"])
    return _Walk(text, family, context, ended).result() if tags else text  # most have none


def _said(tag: Tag) -> str:
    """Return what readers would miss of a tag that nobody knows: its picture, and words that make a sentence."""
    given = {name: value for name, value in tag.named.items() if name in _SAYING}
    sentences = [] if tag.name in _CONTROL else [word for word in tag.words if " " in word.strip() and "/" not in word]
    text = next(iter([*given.values(), *sentences]), "")
    pictures = [value for value in [*tag.words, *tag.named.values()] if re.search(_PICTURE, value)]
    shown = [f'<img src="{escape(pictures[0])}" alt="">'] if pictures else []
    said = " ".join([*shown, *([escape(unescape(text), quote=False)] if text else [])])
    return f"<p>{said}</p>\n" if said and tag.is_alone else said


class _Frame:
    """A tag that waits for its end."""

    def __init__(self, tag: Tag) -> None:
        self.tag, self.pieces = tag, list[str]()


class _Walk:
    """One way through a body."""

    def __init__(self, text: str, family: Family, context: Context, ended: frozenset[str]) -> None:
        self._text, self._family, self._context = text, family, context
        self._open = [_Frame(Tag(""))]
        shown = "" if context.post.markup == "html" else _SHOWN + "|"
        self._pattern = re.compile(f"{shown}(?P<tag>{family.tag})", _FLAGS)
        self._line, self._counted = context.first_line, 0
        self._ended = ended

    def result(self) -> str:
        """Go to the end."""
        at = 0
        while found := self._pattern.search(self._text, at):
            self._put(self._text[at : found.start()])
            at = self._code(found) if found["tag"] is None else self._tag(found)
        self._put(self._text[at:])
        while len(self._open) > 1:
            self._let_go()
        return "".join(self._open[0].pieces)

    def _put(self, text: str) -> None:
        self._open[-1].pieces.append(text)

    def _code(self, found: re.Match[str]) -> int:
        """Take code as it is, up to the end of its fence."""
        end = found.end()
        if found["fence"] is not None:
            mark = re.escape(found["marks"])
            closing = re.compile(rf"^[ \t>]*{mark}{mark[-1]}*[ \t]*$", re.MULTILINE).search(self._text, end)
            end = closing.end() if closing else len(self._text)
        code = self._text[found.start() : end]
        for pattern, instead in self._family.in_code:
            code = re.sub(pattern, instead, code)
        self._put(code)
        return end

    def _tag(self, found: re.Match[str]) -> int:
        name, end = found["name"] or "", found.end()
        if found["end"]:
            self._close(name)
            return end
        if not name and found["value"] is None:  # a remark
            return end
        inside = ""
        is_verbatim = name in self._family.verbatim
        if is_verbatim and (closing := re.compile(self._family.end.format(re.escape(name))).search(self._text, end)):
            inside, end = self._text[found.end() : closing.start()], closing.end()
        tag = self._made(found, name, inside, end)
        is_open = (name in self._ended or "" in self._ended) and not (is_verbatim or found["closed"])
        if name and is_open and len(self._open) < _DEPTH:
            self._open.append(_Frame(tag))
        else:
            self._put(self._meaning(tag))
        return end

    def _made(self, found: re.Match[str], name: str, inside: str, end: int) -> Tag:
        text, start = self._text, found.start()
        before = text[max(start - 99, 0) : start].rpartition("\n")[2]
        after = text[end : end + 99].partition("\n")[0]
        is_alone = not before.strip(" \t>") and not after.strip()
        arguments = found["value"] if found["value"] is not None else found["arguments"] or ""
        return Tag(name, arguments.strip(" \n\t-"), inside, before if is_alone else "", is_alone, self._line_of(start))

    def _close(self, name: str) -> None:
        """End the innermost tag of that name, and with it those that were opened in it and have no end."""
        names = [frame.tag.name for frame in self._open[1:]]
        if name not in names and name:  # a stray end
            return
        while len(self._open) > 1:
            frame = self._open[-1]
            if frame.tag.name == name or not name:
                self._open.pop()
                self._put(self._meaning(replace(frame.tag, inside="".join(frame.pieces))))
                return
            self._let_go()

    def _let_go(self) -> None:
        """Take a tag that nothing ends for one that has no inside."""
        frame = self._open.pop()
        self._put(self._meaning(frame.tag))
        self._open[-1].pieces += frame.pieces

    def _meaning(self, tag: Tag) -> str:
        rule = self._family.rules.get(tag.name.lower()) if tag.name else self._family.values
        meaning = rule(tag, self._context) if rule else None
        if meaning is None:
            said = "" if tag.inside.strip() else _said(tag)
            arguments = tag.arguments if rule and tag.name else ""
            self._context.unknown(tag.line, tag.name or tag.arguments, arguments, is_said=bool(said))
            meaning = said or tag.inside
        if self._context.post.markup == "rst":
            return restructured.placed(tag, meaning, tag.name in self._family.verbatim)
        return meaning

    def _line_of(self, at: int) -> int:
        self._line += self._text.count("\n", self._counted, at) if at > self._counted else 0
        self._counted = max(at, self._counted)
        return self._line

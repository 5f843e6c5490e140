r"""How blocks of kramdown begin and end, as patterns that several of them share.

Each begins where a line does. `\s` and `\w` are ASCII, as in Ruby: an ideographic space is text.
"""

import re

from feeds.markup.kramdown import tags

INDENT = r"(?:\t| {4})"
BLANK = r"(?:[^\S\n]*\n)++"
DIRECTIONS = r" {0,3}\{:(?![:/])((?:\\\}|[^}]){1,1000})\}\s*?\n"  # {: .class #id key="value"}
END_OF_BLOCK = r"\^[^\S\n]*\n"
FENCE = r" {0,3}(`{3,}|~{3,})"
UNORDERED, ORDERED, TERMS = "[+*-]", r"\d+\.", ":"
_SPANS = "|".join(sorted([*tags.SPAN, "script"], key=len, reverse=True))
_HTML = rf" {{0,3}}<(?:/(?!(?:{_SPANS})\b){tags.NAME}\s*>|(?!(?:{_SPANS})\b){tags.NAME})"
_MARKER = rf" {{0,3}}(?:{UNORDERED}|{ORDERED}|{TERMS})[\t| ]"
_DIRECTIONS = DIRECTIONS.replace("((", "(?:(")

# What a line must not be that goes on with a list item, with code, or with a quotation; with a paragraph.
_LAZY_END = rf"{_DIRECTIONS}|{_HTML}"
_BLOCK_END = rf"{BLANK}|{END_OF_BLOCK}|{_LAZY_END}"
_QUOTE_END = rf"(?=\s*(?:[{{<^]|\Z)|[^\S\n]*\n)(?:{_BLOCK_END})"  # a glance first: most lines begin with a letter
_PARAGRAPH_END = rf"(?=\s*[{{<^+*:#>`~\d-]|[^\S\n]*\n)(?:{_BLOCK_END}|{_MARKER}|#{{1,6}}[\t ]| {{0,3}}>|{FENCE})"

BOUNDARY = re.compile(rf"{BLANK}|{END_OF_BLOCK}|{_DIRECTIONS}", re.ASCII)
QUOTE = re.compile(rf".*\n(?:(?!{_QUOTE_END}).*\n)*+", re.ASCII)
PARAGRAPH = re.compile(rf".*\n(?:(?!{_PARAGRAPH_END}).*\n)*+", re.ASCII)
CODE = rf"(?:(?:{BLANK})?(?:{INDENT}[ \t]*\S.*\n)++(?:(?!{_LAZY_END}|{END_OF_BLOCK})[ \t]*\S.*\n)*+)*+"
LIST = re.compile(rf" {{0,3}}(?:{UNORDERED}|{ORDERED})[\t| ].*\n", re.ASCII)
RULE = re.compile(r" {0,3}([*_-])[ \t]*\1[ \t]*\1(?:\1|[ \t])*+\n", re.ASCII)


def lazy(indent: int) -> str:
    """Return the pattern of a line that goes on with an item, though it is not indented."""
    return rf"(?!{_LAZY_END.replace(' {0,3}', f' {{0,{indent}}}')}).*\S.*\n"

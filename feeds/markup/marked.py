"""What marked, as Hexo sets it up, sees otherwise than GitHub: quotations below an item, and where pictures lie."""

import re

_ITEM = re.compile(r"([ \t]*(?:[-*+]|\d{1,9}[.)])[ \t]+)\S")
_FENCE = re.compile(r"[ \t>]*(?:`{3}|~{3})")
_PICTURE = re.compile(r'(<img src=")(?![a-z][a-z0-9+.-]*:|[/#])(?:\.\.?/)*([^"/]+/)', re.IGNORECASE)


def prepared(body: str) -> str:
    """Indent a quotation that stands right below a list item: it is part of it."""
    return "\n".join(_indented(body.split("\n"))) if "\n>" in body else body


def _indented(lines: list[str]) -> list[str]:
    made, width, is_code = [], 0, False
    for line in lines:
        if _FENCE.match(line):
            is_code = not is_code
        if is_code or not line.strip():
            width = 0
        elif item := _ITEM.match(line):
            width = len(item[1].expandtabs(4))
        made.append(" " * width + line if width and line.startswith(">") else line)
    return made


def rooted(html: str, folder: str) -> str:
    """Look for the pictures of Markdown from the site's root, which is `folder`, as Hexo does ("prependRoot").

    What is above the folder of posts is that root, too. One without a folder is left where the
    post is: there `post_asset_folder` puts it.
    """
    return _PICTURE.sub(rf"\1{folder}/\2", html) if "<img" in html else html

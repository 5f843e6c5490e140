"""Cells of CSV that spreadsheets do not take for formulas.

Excel and its like run a cell that begins with one of these signs, and a stranger may have written what stands in it
(OWASP, "CSV Injection"). An apostrophe in front makes it text; a cell that has one there already gets another, so that
reading takes away exactly what writing added.
"""

import re

_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_GUARDED = re.compile(r"''*[=+\-@\t\r]")


def guarded(cell: str) -> str:
    """Return a cell as it is written."""
    return f"'{cell}" if _FORMULA.match(cell) else cell


def unguarded(cell: str) -> str:
    """Return a cell as it was before it was written."""
    return cell[1:] if _GUARDED.match(cell) else cell

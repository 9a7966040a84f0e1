"""Cells that a spreadsheet would take for a formula, written so that it shows their text, and read back as they were.

An apostrophe goes before the cell. One that begins with apostrophes and then like a formula gets one more: every text
comes back as it was. Numbers and telephone numbers are no formulas: `-5` and `+33 6 12 34 56 78` stay as they are.
"""

from __future__ import annotations

import re

_SIGNS = "=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20"
"""The last four are the wide forms of the first: spreadsheets in East Asia take them too."""
_BEGINS_LIKE_ONE = re.compile(f"'*[{_SIGNS}]")
_NUMBER = re.compile("[-+](?:[0-9][0-9 .,\u00a0\u202f]*)?")
_DEFUSED = re.compile(f"'(?='*[{_SIGNS}])")
DEFUSED = f"^'('*[{_SIGNS}])"
"""The same for polars, whose expressions know no look ahead: replaced by `${1}` it gives the text back."""


def defused(cell: str) -> str:
    """The cell as a spreadsheet shows it and runs nothing."""
    return f"'{cell}" if is_formula(cell) else cell


def is_formula(cell: str) -> bool:
    """Whether a spreadsheet may run the cell, or whether it looks like one that was defused."""
    return bool(_BEGINS_LIKE_ONE.match(cell)) and not _NUMBER.fullmatch(cell)


def is_defused(cell: str) -> bool:
    """Whether the cell was defused."""
    return bool(_DEFUSED.match(cell))


def restored(cell: str) -> str:
    """The cell as it was before it was defused."""
    return cell[1:] if is_defused(cell) else cell

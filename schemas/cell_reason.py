"""Why a cell is not what its column expects: a message code and where it applies."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason to find fault with a cell."""

    code: str
    """A code of `schemas.messages`."""
    applies: pl.Expr
    """Over the text cell, true where the cell is at fault."""
    detail: str = ""
    """The one parameter of the message."""
    is_note: bool = False
    """The value is taken all the same, and the report says what becomes of it."""
    pattern: str = ""
    """What the cells that it applies to contain, where that is all there is to it: several are looked for at once."""


def containing(code: str, cell: pl.Expr, pattern: str, detail: str = "") -> Reason:
    """The reason that applies to cells in which `pattern` is found."""
    return Reason(code, cell.str.contains(pattern), detail, pattern=pattern)

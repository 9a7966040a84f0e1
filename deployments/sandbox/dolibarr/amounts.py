"""What Dolibarr makes of the amounts of a line and of a document, as measured."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

_CENT = Decimal("0.01")
_EIGHT = Decimal("0.00000001")


def number(value: Any) -> Decimal:
    """A number that comes as text or as a number; what is none is zero."""
    try:
        return Decimal(str(value if value not in (None, "") else 0))
    except InvalidOperation:
        return Decimal(0)


def eight(value: Decimal) -> str:
    """As amounts are answered: with eight decimals."""
    return f"{value.quantize(_EIGHT, ROUND_HALF_UP):f}"


def unit_price(value: Any, decimals: int) -> Decimal:
    """A unit price, cut to the decimals of MAIN_MAX_DECIMALS_UNIT."""
    return number(value).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def line_amounts(subprice: Decimal, quantity: Decimal, rate: Decimal, discount: Decimal) -> dict[str, Decimal]:
    """A line without tax, its tax, and with tax: the latter from what is not rounded."""
    bare = quantity * subprice * (1 - discount / 100)
    net = _cent(bare)
    gross = _cent(bare * (1 + rate / 100))
    return {"total_ht": net, "total_tva": gross - net, "total_ttc": gross}


def totals(lines: Iterable[Mapping[str, Any]]) -> dict[str, Decimal]:
    """The sums of the rounded lines."""
    found = dict.fromkeys(("total_ht", "total_tva", "total_ttc"), Decimal(0))
    for line in lines:
        for name in found:
            found[name] += number(line[name])
    return found


def _cent(value: Decimal) -> Decimal:
    return value.quantize(_CENT, ROUND_HALF_UP)

"""One line of the price ledger: from when on an item had a price, or a discount, and where that was read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any


class PriceState(StrEnum):
    """What a line says of its price."""

    IN_FORCE = "in_force"
    ENDED = "ended"
    """From then on the price, or the discount, is no longer there."""
    VOID = "void"
    """A correction: the line that it corrects never held."""


class Origin(StrEnum):
    """How a line came into the ledger."""

    IMPORT = "import"
    """The shop was confirmed to have it."""
    ARCHIVE = "archive"
    """Read later from an archived file; the instant is when that file was done."""
    CORRECTION = "correction"
    """Written by a person, with a reason."""


class ReductionKind(StrEnum):
    """What a discount does to the price."""

    PERCENTAGE = "percentage"
    AMOUNT = "amount"
    NEW_PRICE = "new_price"
    """The shop shows the way down to a new price as a percentage."""


@dataclass(frozen=True, slots=True)
class PriceChange:
    """`case` is empty for the item's own price; else it names a discount: for whom and from when to when.

    `starts` and `ends` are the discount's own dates in the shop's time, the last second included; empty: no limit.
    `price` is the item's own or the discount's new one; None: the discount leaves the price. A percentage is 20 for
    20 %. `corrects` is the number of the line that this one stands for.
    """

    reference: str
    began_at: datetime
    case: str = ""
    state: PriceState = PriceState.IN_FORCE
    price: Decimal | None = None
    tax_included: bool = False
    reduction: Decimal = Decimal(0)
    reduction_kind: ReductionKind = ReductionKind.AMOUNT
    reduction_tax: bool = True
    country: str = ""
    currency: str = ""
    customer_group: str = ""
    starts: str = ""
    ends: str = ""
    origin: Origin = Origin.IMPORT
    source: str = ""
    """The name of the file."""
    line: int = 0
    run_id: str = ""
    corrects: int | None = None
    reason: str = ""
    number: int = 0
    """Its own, given by the ledger."""
    recorded_at: datetime | None = None


def change_of(row: Mapping[str, Any], **more: Any) -> PriceChange:
    """A line out of a row with the ledger's columns; `more` are its other fields."""
    return PriceChange(
        reference=row["reference"],
        began_at=row["began_at"],
        case=row["case_key"],
        price=None if row["price"] is None else Decimal(row["price"]),
        tax_included=bool(row["tax_included"]),
        reduction=Decimal(row["reduction"]),
        reduction_kind=ReductionKind(row["reduction_kind"]),
        reduction_tax=bool(row["reduction_tax"]),
        country=row["country"],
        currency=row["currency"],
        customer_group=row["customer_group"],
        starts=row["starts"],
        ends=row["ends"],
        source=row["source"],
        **more,
    )


def without_corrected(changes: list[PriceChange]) -> list[PriceChange]:
    """The lines that hold, oldest first: of a line and its corrections the last one, and none where that is void."""
    last: dict[int, PriceChange] = {}
    for change in sorted(changes, key=lambda one: one.number):
        root = change.number
        if change.corrects is not None:
            root = next((first for first, now in last.items() if change.corrects in {first, now.number}), root)
        last[root] = change
    holding = [change for change in last.values() if change.state is not PriceState.VOID]
    return sorted(holding, key=lambda one: (one.began_at, one.number))

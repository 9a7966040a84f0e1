"""The proof of one item: every price that it was shown at, from when to when, and where each was read."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from decimal import Decimal
from io import StringIO

from connectors.prestashop.dates import zone_of
from schemas.price_changes import Origin, PriceChange, PriceState
from tasks.omnibus.plan.lowest import Reduction, reductions
from tasks.omnibus.plan.timeline import Market, ShownPrice, local_text, markets_of, shown_prices
from tasks.omnibus.record import own_money
from tasks.omnibus.reduced import Item, items_of
from tasks.run.shop_folder import ShopFolder

_PATIENCE_SECONDS = 5.0  # somebody waits at the terminal
SHOWN = (
    "reference", "for", "from", "to", "price_tax_incl", "price_tax_excl", "tax_rate", "currency",
    "announced_as_reduced", "source", "source_of_discount", "reduction_began", "lowest_before", "lowest_shown_from",
    "days_known",
)  # fmt: skip
LINES = (
    "number", "reference", "case", "state", "from", "price", "tax_included", "reduction", "reduction_kind",
    "starts", "ends", "origin", "source", "run", "corrects", "reason", "recorded",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Proof:
    """Both tables, every cell as text."""

    reference: str
    shown: Sequence[Mapping[str, str]]
    """The prices as visitors were shown them, by `SHOWN`."""
    lines: Sequence[Mapping[str, str]]
    """The lines of the ledger, also those that were corrected, by `LINES`."""


async def proof_of(folder: ShopFolder, reference: str) -> Proof:
    """All that is known of `reference`; the shop is asked for its tax, its zone and since when it sells the item."""
    with folder.open_ledger() as ledger:
        links = ledger.links_for(folder.name, "product", [reference])
        parent = next(iter(links["parent_key"].drop_nulls()), "")
        known = ledger.prices_of(folder.name, [one for one in (reference, parent) if one])
    changes = [*known.get(reference, ()), *(one for one in known.get(parent, ()) if one.case)]
    async with folder.open_shop(patience_seconds=_PATIENCE_SECONDS) as shop:
        facts = await shop.describe()
        zone = zone_of(facts.time_zone)
        items = await items_of(shop, facts, links, zone)
        money = next(iter(await own_money(shop, facts)), "")
    item = items.get(reference, Item(reference, parent, Decimal(0), None))
    rows = [
        row
        for market in markets_of(changes, item.rate, money)
        for row in _shown_rows(changes, item, market, money, zone)
    ]
    return Proof(reference, rows, [_line_row(change, zone) for change in changes])


def _shown_rows(
    changes: Sequence[PriceChange], item: Item, market: Market, money: str, zone: tzinfo
) -> list[Mapping[str, str]]:
    """`money` is the currency of the shop, that of the market where it names none."""
    prices = shown_prices(changes, market, zone)
    found = reductions(prices, zone, item.on_sale_since)
    within = {step.begins_at: reduction for reduction in found for step in reduction.steps}
    sources = _sources(changes)
    currency = market.currency or money
    return [
        {**_shown_row(item, market, price, within.get(price.begins_at), sources, zone), "currency": currency}
        for price in prices
    ]


def _shown_row(
    item: Item,
    market: Market,
    price: ShownPrice,
    reduction: Reduction | None,
    sources: Mapping[int, str],
    zone: tzinfo,
) -> Mapping[str, str]:
    lowest = reduction.lowest if reduction else None
    cells = (
        item.reference,
        " ".join(part for part in (market.country, market.currency, market.customer_group) if part),
        local_text(price.begins_at, zone),
        local_text(price.ends_at, zone) if price.ends_at else "",
        f"{price.price_tax_incl:f}",
        f"{price.price_tax_excl:f}",
        f"{market.rate.normalize():f}",
        "1" if price.is_reduced else "0",
        sources[price.own.number],
        sources[price.discount.number] if price.discount else "",
        local_text(reduction.begins_at, zone) if reduction else "",
        f"{lowest.price_tax_incl:f}" if lowest else "",
        local_text(lowest.begins_at, zone) if lowest else "",
        reduction.known.value if reduction else "",
    )
    return dict(zip((name for name in SHOWN if name != "currency"), cells, strict=True))


def _sources(changes: Sequence[PriceChange]) -> dict[int, str]:
    """By number the file and line that each line of the ledger was read in, and who corrected what."""
    sources: dict[int, str] = {}
    for change in changes:
        file = f"{change.source}:{change.line}" if change.source else ""
        if change.corrects is not None:
            file = f"{sources.get(change.corrects, '')} ({change.reason})"
        parts = (f"#{change.number}", file, change.origin.value, change.run_id)
        sources[change.number] = " ".join(part for part in parts if part)
    return sources


def _line_row(change: PriceChange, zone: tzinfo) -> Mapping[str, str]:
    cells = (
        str(change.number),
        change.reference,
        change.case,
        change.state.value,
        local_text(change.began_at, zone),
        "" if change.price is None else f"{change.price:f}",
        "1" if change.tax_included else "0",
        f"{change.reduction:f}",
        change.reduction_kind.value if change.case else "",
        change.starts,
        change.ends,
        change.origin.value,
        f"{change.source}:{change.line}" if change.source else "",
        change.run_id,
        str(change.corrects or ""),
        change.reason,
        local_text(change.recorded_at, zone) if change.recorded_at else "",
    )
    return dict(zip(LINES, cells, strict=True))


def as_csv(rows: Sequence[Mapping[str, str]], columns: Sequence[str]) -> str:
    """A table for a spreadsheet: semicolons, and a mark that it is UTF-8."""
    text = StringIO()
    writer = csv.DictWriter(text, columns, delimiter=";", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return "\ufeff" + text.getvalue()


def correction(
    line: PriceChange, reason: str, *, price: Decimal | None = None, began_at: datetime | None = None, is_void: bool
) -> PriceChange:
    """The line that stands for `line` from now on: with another price or instant, or void."""
    return replace(
        line,
        state=PriceState.VOID if is_void else line.state,
        price=line.price if price is None else price,
        began_at=began_at or line.began_at,
        origin=Origin.CORRECTION,
        source="",
        line=0,
        run_id="",
        corrects=line.number,
        reason=reason,
        number=0,
        recorded_at=None,
    )

"""The lowest price before each reduction that is on, or begins soon, goes to the pages of the shop's products."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from decimal import Decimal

import polars as pl

from connectors.ledger import LinkState
from connectors.prestashop import Shop, ShopFacts
from connectors.prestashop.dates import zone_of
from connectors.prestashop.lines import fits_in_a_line
from connectors.prestashop.lowest_prices import RESOURCE
from schemas.errors import DeniedError
from schemas.incidents import Level
from schemas.outcomes import Outcome
from schemas.price_changes import PriceChange, PriceState
from schemas.run_report import PlannedChange
from tasks.omnibus.plan.lines import Rules, is_current, line_of
from tasks.omnibus.plan.lowest import Known, Reduction, reductions
from tasks.omnibus.plan.timeline import Market, instant, local_text, markets_of, shown_prices
from tasks.omnibus.record import own_money
from tasks.products.taxes import tax_rates
from tasks.run.outcomes import RowOutcome, row_outcomes
from tasks.run.run import Run
from tasks.run.step_tasks import step_task

EXAMPLES = 20
_CODES = {Known.PART: "prices_known_in_part", Known.NOTHING: "reduced_from_the_start"}


@dataclass(frozen=True, slots=True)
class Item:
    """A product or combination that is or soon will be reduced."""

    reference: str
    parent: str
    rate: Decimal
    on_sale_since: datetime | None


@dataclass(slots=True)
class _Lines:
    """What is to be shown and what is, by reference; what is worth saying, by code."""

    wanted: dict[str, str] = field(default_factory=dict)
    there: Mapping[str, str] = field(default_factory=dict)
    worth_saying: dict[str, Counter[str]] = field(default_factory=dict)

    def outcome(self, reference: str) -> Outcome:
        """What is to be done with the line."""
        wanted, there = self.wanted.get(reference, ""), self.there.get(reference, "")
        if wanted == there:
            return Outcome.UNCHANGED
        if not wanted:
            return Outcome.DEACTIVATED
        return Outcome.UPDATED if there else Outcome.CREATED


def require_lowest_prices(facts: ShopFacts) -> None:
    """DeniedError, with the remedy, when the shop does not take them."""
    if all(facts.may(method, RESOURCE) for method in ("GET", "PUT")):
        return
    raise DeniedError(
        "the shop does not take lowest prices from this key",
        system="prestashop",
        action=f"PUT {RESOURCE}",
        remedy="Install or update the module `passerelle` in the shop, then tick 'View (GET)' and 'Modify (PUT)' on "
        "the line lowest_prices in the back office, Advanced Parameters > Webservice.",
    ).worded("lowest_prices_resource_missing")


@step_task("publish lowest prices")
async def publish(run: Run) -> None:
    """Writes the lines that differ, takes those away that hold no longer, and reads all of them back."""
    if not run.folder.settings.omnibus.keep_prices:
        run.note(Level.INFO, "prices_not_kept")
        return
    require_lowest_prices(run.facts)
    with run.step("publish lowest prices"):
        lines = await _compared(run)
        keys = sorted({*lines.wanted, *lines.there})
        numbers = {key: number for number, key in enumerate(keys, 1)}
        run.rows.read = len(keys)
        rows = [(0, number, key) for key, number in numbers.items()]
        run.rows.accepted = pl.DataFrame(rows, schema=run.rows.accepted.schema, orient="row")
        changed = [key for key in keys if lines.outcome(key) is not Outcome.UNCHANGED]
        refused = await _written(run, lines, changed) if run.may_write_shop else {}
        if not run.may_write_shop:
            run.planned += [_planned(lines, key) for key in changed]
        run.rows.record(
            row_outcomes(
                RowOutcome(0, numbers[key], key, Outcome.REFUSED.value, *refused[key])
                if key in refused
                else RowOutcome(0, numbers[key], key, lines.outcome(key).value)
                for key in keys
            )
        )
        _report(run, lines)


async def _written(run: Run, lines: _Lines, changed: Sequence[str]) -> dict[str, tuple[str, str]]:
    """(code, detail) of each reference that the shop did not take."""
    refused = {key: ("reference_in_no_line", key) for key in changed if not fits_in_a_line(key)}
    sent = [(key, lines.wanted.get(key, "")) for key in changed if key not in refused]
    if not sent:
        return refused
    for (key, _), receipt in zip(sent, await run.shop.put_lines(RESOURCE, sent, mode="plain"), strict=True):
        if receipt.error is not None:
            refused[key] = (receipt.message_code, receipt.error.reason)
    now = await run.shop.lowest_prices()
    different = [key for key, value in sent if key not in refused and now.get(key, "") != value]
    return refused | {key: ("read_back_differs", now.get(key, "")) for key in different}


def _planned(lines: _Lines, key: str) -> PlannedChange:
    action = {Outcome.CREATED: "create", Outcome.UPDATED: "update"}.get(lines.outcome(key), "delete")
    return PlannedChange(
        key, "lowest_price", action, ((RESOURCE, lines.there.get(key, ""), lines.wanted.get(key, "")),)
    )


async def _compared(run: Run) -> _Lines:
    zone, now = zone_of(run.facts.time_zone), datetime.now(UTC)
    lines = _Lines(there=await run.shop.lowest_prices())
    items = await _items(run, _reduced(run, local_text(now, zone)), zone)
    known = run.ledger.prices_of(run.folder.name, [*items, *(item.parent for item in items.values() if item.parent)])
    money = next(iter(await own_money(run.shop, run.facts)), "") if items else ""
    settings = run.folder.settings.omnibus
    rules = Rules(settings.new_items == "show", settings.unknown_days == "show")
    for key, item in items.items():
        changes = [*known.get(key, ()), *(one for one in known.get(item.parent, ()) if one.case)]
        found = reductions_of(changes, item, money, zone)
        if line := line_of(found, rules, run.folder.associations.groups, zone, now):
            lines.wanted[key] = line
        for one in (one for every in found.values() for one in every if is_current(one, now)):
            _note(lines, key, one)
    return lines


def reductions_of(
    changes: Sequence[PriceChange], item: Item, money: str, zone: tzinfo
) -> dict[Market, list[Reduction]]:
    """The reductions of an item in every market in which its discounts differ."""
    return {
        market: reductions(shown_prices(changes, market, zone), zone, item.on_sale_since)
        for market in markets_of(changes, item.rate, money)
    }


def _note(lines: _Lines, key: str, one: Reduction) -> None:
    code = _CODES.get(one.known) or ("" if one.is_lower else "reduced_price_was_lower")
    if code:
        lines.worth_saying.setdefault(code, Counter())[key] += 1


def _report(run: Run, lines: _Lines) -> None:
    """One incident for each thing worth saying, with some of the references."""
    for code, keys in sorted(lines.worth_saying.items()):
        shown = ", ".join(sorted(keys)[:EXAMPLES]) + (" …" if len(keys) > EXAMPLES else "")
        run.note(Level.INFO, code, value=str(len(keys)), detail=shown)


def _reduced(run: Run, local_now: str) -> set[str]:
    """The references with a discount that is not over."""
    last = run.ledger.last_prices(run.folder.name, discounts=True)
    not_over = (pl.col("ends") == "") | (pl.col("ends") >= local_now)
    return set(last.filter((pl.col("state") == PriceState.IN_FORCE.value) & not_over)["reference"])


async def _items(run: Run, reduced: Collection[str], zone: tzinfo) -> dict[str, Item]:
    """The items of these references, and the combinations of products under them, as the shop has them."""
    if not reduced:
        return {}
    named = pl.col("erp_key").is_in(list(reduced)) | pl.col("parent_key").is_in(list(reduced)).fill_null(value=False)
    links = run.ledger.links(run.folder.name, "product").filter((pl.col("state") == LinkState.ACTIVE) & named)
    return await items_of(run.shop, run.facts, links, zone)


async def items_of(shop: Shop, facts: ShopFacts, links: pl.DataFrame, zone: tzinfo) -> dict[str, Item]:
    """What these links of products stand for, with the tax of the shop's own country, without those that are gone."""
    links = links.filter(pl.col("shop_id") > 0)
    ids = [str(number) for number in links["shop_id"].unique().sort()]
    found = await shop.find("products", "id", ids, display=["id", "id_tax_rules_group", "date_add"]) if ids else []
    rates = await tax_rates(shop, facts) if found else {}
    products = {int(row["id"]): row for row in found}
    items = {}
    for key, parent, shop_id in links.select("erp_key", "parent_key", "shop_id").iter_rows():
        if product := products.get(shop_id):
            rate = rates.get(int(product["id_tax_rules_group"] or 0), Decimal(0))
            items[key] = Item(key, parent or "", rate, _added(str(product["date_add"]), zone))
    return items


def _added(text: str, zone: tzinfo) -> datetime | None:
    return None if text.startswith("0000") or not text else instant(text, zone)

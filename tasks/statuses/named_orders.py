"""Which of the shop's orders the references in an ERP's files name."""

from __future__ import annotations

import re
from collections.abc import Iterable

import polars as pl

from connectors.ledger import HANDED_OVER
from tasks.erp import kind_of
from tasks.run.run import Run

_ORDER = ("id", "current_state", "date_add", "reference")
_TOGETHER = ("id", "reference", "id_cart", "total_paid_tax_incl")


async def orders_named(run: Run, references: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """The orders' ids by reference: by what the ERP was given, else by our own reference, else by the shop's.

    Our own holds the id alone, which the shop may have given to another order since: it names an order only if the
    ledger knows it as delivered, and then its identity is to be compared before anything is written (`identities`).
    """
    references = list(references)
    shop, kind = run.folder.name, kind_of(run.folder, "order")
    delivered = run.ledger.deliveries(shop, kind, states=HANDED_OVER)
    known: dict[str, tuple[str, ...]] = {}
    for key, number in delivered.filter(pl.col("erp_number").is_not_null()).select("key", "erp_number").iter_rows():
        known[number] = (*known.get(number, ()), key)
    own = re.compile(rf"{re.escape(run.folder.settings.erp.order_prefix)}(\d+)")
    found = {reference: known[reference] for reference in references if reference in known}
    left = [reference for reference in references if reference not in found]
    ids = {reference: match[1] for reference in left if (match := own.fullmatch(reference))}
    rows = await run.shop.find("orders", "id", ids.values(), display=_ORDER) if ids else []
    there = {str(row["id"]) for row in rows} & set(delivered["key"])
    found |= {reference: (key,) for reference, key in ids.items() if key in there}
    named = [reference for reference in left if reference not in found]
    for row in await run.shop.find("orders", "reference", named, display=_TOGETHER) if named else []:
        found[row["reference"]] = (*found.get(row["reference"], ()), str(row["id"]))
    return found


def identities(run: Run, keys: Iterable[str]) -> dict[str, str]:
    """Of the orders that were handed over, whose they were then."""
    delivered = run.ledger.deliveries(run.folder.name, kind_of(run.folder, "order"), keys=list(keys))
    return {key: identity for key, identity in delivered.select("key", "identity").iter_rows() if identity}

"""Gathers what is known of an order: the shop's state, the ledger's delivery, and what was said of it."""

from __future__ import annotations

from typing import Any

import polars as pl

from connectors.ledger import Ledger
from connectors.prestashop.dates import instant, zone_of
from schemas.error_texts import error_message
from schemas.errors import PasserelleError
from schemas.messages import catalogue, message
from tasks.run.shop_folder import ShopFolder
from tasks.run.time_zone import time_zone_of
from tasks.why.past import notes_in_ledger
from tasks.why.shapes import Note, Order, OrderInShop

_PATIENCE_SECONDS = 5.0  # somebody waits at the terminal
_RUNS_READ = 500
_DONE = ("Completed", "CompletedWithRejects")


async def order_facts(folder: ShopFolder, key: str) -> Order:
    """Everything known of the order of this id; a shop that does not answer leaves its part open."""
    settings = folder.settings.orders
    with folder.open_ledger() as ledger:
        delivery = _delivery(ledger, folder.name, key)
        notes = notes_in_ledger(folder, ledger, {key}, ("order", "orderstatus"))
        last_export = _last_export(ledger, folder.name)
    in_shop, shop_error = await _ask_shop(folder, key)
    placed_from = settings.placed_from
    return Order(
        key=key,
        delivery=delivery,
        why=_why(folder, key, delivery, notes),
        notes=notes,
        in_shop=in_shop,
        shop_error=shop_error,
        exported_states=tuple(settings.states),
        waiting_states=tuple(settings.waiting_states),
        is_too_early=bool(in_shop and placed_from and in_shop.placed_at.date() < placed_from),
        last_export_at=last_export,
    )


def _delivery(ledger: Ledger, shop: str, key: str) -> dict[str, Any] | None:
    """The newest delivery of an order of this id, whichever access to the ERP it went by."""
    found = ledger.deliveries(shop, keys=[key])
    orders = found.filter(pl.col("kind").str.contains(r"(^|/)order(-test)?$"))
    return next(orders.iter_rows(named=True), None)


def _why(folder: ShopFolder, key: str, delivery: dict[str, Any] | None, notes: list[Note]) -> tuple[str, str] | None:
    """Reason and remedy of what holds the delivery, in the words of its own incident where there is one."""
    code = delivery and delivery["last_code"]
    if not code or code not in catalogue("en"):
        return None
    plain = message(code, folder.settings.shop.language, key=key)
    for one in notes:
        if one.remedy == plain.remedy or one.reason == plain.reason:
            return one.reason, one.remedy
    return plain.reason, plain.remedy


def _last_export(ledger: Ledger, shop: str) -> Any:
    runs = ledger.runs(shop, limit=_RUNS_READ)
    ended = runs.filter((pl.col("flow") == "export_orders") & pl.col("state").is_in(_DONE))["ended_at"].drop_nulls()
    return ended[0] if len(ended) else None


async def _ask_shop(folder: ShopFolder, key: str) -> tuple[OrderInShop | None, str]:
    zone = zone_of(time_zone_of(folder))
    display = ("id", "reference", "current_state", "date_add", "date_upd")
    try:
        async with folder.open_shop(patience_seconds=_PATIENCE_SECONDS) as shop:
            found = await shop.find("orders", "id", [key], display=display)
    except PasserelleError as error:
        return None, error_message(error, folder.settings.shop.language).reason
    if not found:
        return None, ""
    row = found[0]
    dates = (instant(str(row["date_add"]), zone), instant(str(row["date_upd"]), zone))
    return OrderInShop(str(row["reference"]), int(row["current_state"]), *dates), ""

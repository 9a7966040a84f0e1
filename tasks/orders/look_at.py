"""A first look at the orders of the shop: those that changed, those the ledger follows, and what no date has shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from connectors.ledger import DeliveryState
from connectors.prestashop.dates import zone_of
from schemas.erp import Erp
from tasks.orders.look_up import list_orders, see_orders, see_orders_of
from tasks.orders.plan.sorting import INTENT, SeenOrder
from tasks.orders.touched import Touched
from tasks.run.run import Run
from tasks.run.sweeps import Sweep
from tasks.run.watermarks import Watermark

STREAM = "order"
KEYS_AT_ONCE = 5_000
_FOLLOWED = (DeliveryState.INTENT, DeliveryState.HELD, DeliveryState.WAITING)


@dataclass(slots=True)
class Look:
    """The orders seen, and how far the shop was read by it."""

    watermark: Watermark
    sweep: Sweep
    followed: list[str]
    """Keys that the ledger follows."""
    seen: list[SeenOrder] = field(default_factory=list)
    swept: set[str] = field(default_factory=set)
    """Keys of those that came by the sweep alone."""

    touched: Touched = field(default_factory=Touched)
    counted: list[str] = field(default_factory=list)
    """Keys of the orders that the sweep has counted by how they were first seen."""
    is_of_some: bool = False
    """Only orders that were asked for by their ids are looked at: the lists were not read."""

    def keep(self) -> None:
        """Notes in the ledger how far the shop was read, once every order has its outcome."""
        if self.is_of_some:
            return
        self.watermark.keep()
        self.sweep.keep()
        self.touched.keep()


async def look_at_orders(run: Run, erp: Erp) -> Look:
    """Every order that may be due, or that was handed over and has changed since; those asked for, where some are."""
    if run.asked.ids:
        return await _some(run, erp)
    settings = run.folder.settings.orders
    kind = erp.ledger_kind(STREAM)
    followed = run.ledger.deliveries(run.folder.name, kind, states=_FOLLOWED)["key"].to_list()
    look = Look(Watermark(run, erp.ledger_kind("orders")), Sweep(run, erp.ledger_kind("orders")), followed)
    states = {*settings.states, *settings.waiting_states, *settings.hold_states}
    since = look.watermark.since
    # Listed before what changed is: an order that comes meanwhile is in the second list, and was missed by nothing.
    unknown = await _unknown(run, kind, states) if since is not None and look.sweep.is_due else set()
    look.sweep.done = since is None or look.sweep.is_due
    look.seen = await see_orders(run.shop, run.facts, since=since, states=states, known=followed)
    look.watermark.saw((order.key, order.updated_at) for order in look.seen)
    look.swept = unknown - {order.key for order in look.seen}
    look.seen += await see_orders_of(run.shop, run.facts, sorted(look.swept))
    look.seen.sort(key=lambda order: order.id_order)
    return look


async def _some(run: Run, erp: Erp) -> Look:
    name = erp.ledger_kind("orders")
    look = Look(Watermark(run, name), Sweep(run, name), followed=[], is_of_some=True)
    look.seen = await see_orders_of(run.shop, run.facts, map(str, sorted(set(run.asked.ids))), own=True)
    return look


async def _unknown(run: Run, kind: str, states: set[int]) -> set[str]:
    """The keys of all orders of these states that the ledger does not know."""
    keys = await list_orders(run.shop, run.facts, states=states, placed_from=placed_from(run))
    return set(keys) - deliveries_of(run, kind, keys).keys()


def placed_from(run: Run) -> datetime | None:
    """The start of the first day whose orders go, UTC."""
    first = run.folder.settings.orders.placed_from
    return None if first is None else start_of(run, first)


def start_of(run: Run, day: date) -> datetime:
    """When a day of the shop begins, UTC."""
    zone = zone_of(run.facts.time_zone)
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


def deliveries_of(run: Run, kind: str, keys: list[str]) -> Mapping[str, str]:
    """The ledger's state by key; whatever may have arrived without our knowing it is an intent."""
    states: dict[str, str] = {}
    for start in range(0, len(keys), KEYS_AT_ONCE):
        known = run.ledger.deliveries(run.folder.name, kind, keys=keys[start : start + KEYS_AT_ONCE])
        for key, state, doubt_at in known.select("key", "state", "doubt_at").iter_rows():
            states[key] = state if doubt_at is None else INTENT
    return states

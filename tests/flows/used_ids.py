"""Orders under ids that the shop has given anew, and what a run asks of a person because of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from deployments.exits import Exit
from tests.flows.order_world import OrderWorld


def told(world: OrderWorld) -> list[tuple[str, str]]:
    """The codes of the ledger's open incidents that ask something of a person or of time, with their orders."""
    with world.ledger() as ledger:
        found = ledger.incidents(shop=world.folder.name, open_only=True)
    asking = found.filter((found["level"] != "info") & (found["key"] != ""))
    return sorted(asking.select("key", "code").iter_rows())


def reasons(world: OrderWorld) -> str:
    return " ".join(each["reason"] for each in world.incidents())


def reuse(world: OrderWorld, order: int, **more: Any) -> None:
    """The shop is restored from a backup: the id belongs to a new order of another customer from now on."""
    other = world.place(**more)
    row = world.shop.row("orders", other)
    given = {name: row[name] for name in row if name not in ("id", "associations")}
    stamp = f"{datetime.now(UTC) + timedelta(hours=30):%Y-%m-%d %H:%M:%S}"
    world.shop.change("orders", order, given | {"date_add": stamp})
    for detail in world.shop.rows("order_details"):
        if int(detail["id_order"]) == order:
            world.delete("order_details", int(detail["id"]))
        elif int(detail["id_order"]) == other:
            world.shop.change("order_details", int(detail["id"]), {"id_order": order})
    world.delete("orders", other)


def answered(command: Callable[..., Exit], world: OrderWorld, *orders: int) -> Exit:
    return command(*orders, shop=Path(world.folder))

"""Orders and credit slips of every kind agree to the cent with what the ERP was given of them."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import pytest

from flows.reconcile import reconcile
from tests.flows.dolibarr_world import DolibarrWorld
from tests.flows.order_world import OrderWorld
from tests.flows.running import final_state
from tests.flows.test_reconcile import file_rows

CENT, MICRO = Decimal("0.01"), Decimal("0.000001")
MONTH = f"{datetime.now(ZoneInfo('Europe/Paris')):%Y-%m}"
STREAMS = {"order": {"enabled": True}, "slip": {"enabled": True}}


@pytest.fixture
async def dolibarr(prefect_api: str, tmp_path: Path, pytestconfig: pytest.Config) -> AsyncIterator[DolibarrWorld]:
    with DolibarrWorld.of_session(tmp_path / "boutique", pytestconfig) as opened:
        (opened.folder / "export.json").write_text(json.dumps(STREAMS), encoding="utf-8")
        yield opened


def excl(amount: Decimal, rate: str = "1.2") -> Decimal:
    return (amount / Decimal(rate)).quantize(MICRO, ROUND_HALF_UP)


def placed(world: OrderWorld, chance: Random) -> int:
    """An order with some of: discount, gift wrap, shipping, lines at odd prices, several pieces, a gift for nothing."""
    lines = [
        (f"ROBE-{at}", chance.choice((1, 2, 3, 7)), f"{Decimal(chance.randint(0, 9_999)) / 100}")
        for at in range(chance.randint(1, 4))
    ]
    products = sum((Decimal(price) * quantity for _, quantity, price in lines), Decimal(0))
    shipping, wrapping = chance.choice(("0", "4.90", "0.01")), chance.choice(("0", "1.99", "3"))
    whole = products + Decimal(shipping) + Decimal(wrapping)
    share = chance.choice(("0", "0", "0.1", "0.333", "1"))
    discounts = (whole * Decimal(share)).quantize(CENT, ROUND_HALF_UP)
    return world.place(
        *lines,
        shipping=shipping,
        wrapping=wrapping,
        discounts=f"{discounts}",
        total_wrapping_tax_excl=excl(Decimal(wrapping)),
        total_discounts_tax_excl=excl(discounts),
        valid=1,
    )


def give_some_back(world: OrderWorld, order: int, chance: Random) -> None:
    """A piece of the first line, or a third of its price, with or without the shipping; never more than was paid."""
    line = next(row for row in world.shop.rows("order_details") if int(row["id_order"]) == order)
    row = world.shop.row("orders", order)
    unit, shipping = Decimal(str(line["unit_price_tax_incl"])), Decimal(str(row["total_shipping_tax_incl"]))
    back, ships = chance.choice((unit, (unit / 3).quantize(CENT, ROUND_HALF_UP))), chance.choice((Decimal(0), shipping))
    if 0 < back <= Decimal(str(row["total_paid_tax_incl"])) - ships:
        world.give_back(order, (1, 1, f"{back}"), shipping=f"{ships}")


async def reconciled(world: OrderWorld) -> dict[str, int]:
    state = await final_state(reconcile, str(world.folder), period=MONTH)
    assert state.name == "Completed", state.message
    return dict(world.counts())


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.slow), pytest.param(3, marks=pytest.mark.slow)])
async def test_orders_and_partial_refunds_agree_to_the_cent(dolibarr: DolibarrWorld, seed: int) -> None:
    world, chance = dolibarr, Random(seed)
    orders = [placed(world, chance) for _ in range(25)]
    assert (await world.orders()).name == "Completed", world.report()["message"]
    assert (await world.slips()).name == "Completed"
    for order in orders[::2]:
        give_some_back(world, order, chance)
    assert (await world.slips()).name == "Completed"
    given = world.counts()["created"]
    counts = await reconciled(world)
    rows = file_rows(world, "documents")
    assert {row["Result"] for row in rows} <= {"the same", "VAT rounded otherwise"}
    assert {row["ERP less shop"] for row in rows} == {"0.00"}
    assert counts == {"rows_read": len(orders) + given, "unchanged": len(orders) + given}
    world.shop.reset_counts()
    assert await reconciled(world) == counts
    assert (world.shop.writes, wrote_to_erp(world)) == (0, [])
    order = chance.choice(orders)
    total = Decimal(str(world.shop.row("orders", order)["total_paid_tax_incl"])) + CENT
    world.shop.change("orders", order, {"total_paid_tax_incl": f"{total}", "total_paid": f"{total}"})
    await reconciled(world)
    [differing] = [row for row in file_rows(world, "documents") if row["ERP less shop"] != "0.00"]
    assert (differing["Id"], differing["ERP less shop"]) == (str(order), "-0.01")


def wrote_to_erp(world: OrderWorld) -> list[str]:
    """What the newest report counts of writes to the ERP."""
    reads = ("dolibarr read", "dolibarr look")
    return [name for name in world.report()["requests"] if name.startswith("dolibarr") and not name.startswith(reads)]

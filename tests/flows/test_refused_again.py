"""What the shop refused is sent again when there is a reason to, and not by every run."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from connectors.ledger import Ledger, Refusal
from deployments.sandbox.shop.faults import Fault
from flows.import_customers import import_customers
from tests.flows.flat_world import FlatWorld
from tests.flows.world import World


def refused(world: World) -> int:
    return world.counts().get("refused", 0)


async def broken(world: World) -> int:
    """A product whose row in the shop holds what no later write passes; its id."""
    world.drop_products({"reference": "A"}, {"reference": "B"})
    await world.products()
    number = int(world.product("A")["id"])
    world.shop.change("products", number, {"isbn": "not a code"})
    world.drop_products({"reference": "A", "price": "12.00"}, {"reference": "B"})
    assert (await world.products()).name == "CompletedWithRejects"
    assert refused(world) == 1
    world.shop.reset_counts()
    return number


def mended_by_a_module(world: World, number: int) -> None:
    """In a way that shows in nothing that a run reads."""
    world.shop.change("products", number, {"isbn": "", "date_upd": world.product("A")["date_upd"]})


async def again(world: World, *, price: str = "12.00") -> None:
    world.drop_products({"reference": "A", "price": price}, {"reference": "B"})
    assert (await world.products()).name in {"Completed", "CompletedWithRejects"}


async def test_a_row_that_the_shop_refused_is_refused_again_without_a_write(world: World) -> None:
    await broken(world)
    first = world.report()["rejects"]
    for _ in range(2):
        await again(world)
        assert (world.shop.writes, refused(world)) == (0, 1)
    second = world.report()
    assert [(one["key"], one["reason"]) for one in second["rejects"]] == [(one["key"], one["reason"]) for one in first]
    assert any("was not sent" in one["reason"] and "--since" in one["remedy"] for one in second["incidents"])


async def test_a_row_that_changed_is_sent_although_the_last_one_was_refused(world: World) -> None:
    number = await broken(world)
    world.shop.change("products", number, {"isbn": ""})
    await again(world, price="13.00")
    assert (world.shop.writes, refused(world)) == (1, 0)
    assert world.product("A")["price"] == "13.000000"


async def test_what_was_mended_in_the_shop_goes_with_since_and_at_the_latest_a_day_later(world: World) -> None:
    number = await broken(world)
    mended_by_a_module(world, number)
    await again(world)
    assert refused(world) == 1
    with Ledger.open(f"sqlite:///{world.folder / 'ledger.db'}") as ledger:
        old = datetime.now(UTC) - timedelta(days=1, minutes=1)
        [known] = ledger.refusals(world.folder.name, "product", since=old).values()
        aged = Refusal(known.key, known.sent, known.code, known.detail, old)
        ledger.note_refusals(world.folder.name, "product", [aged], run_id="test")
    await again(world)
    assert (refused(world), world.product("A")["price"]) == (0, "12.000000")


async def test_since_sends_what_was_refused_at_once(world: World) -> None:
    mended_by_a_module(world, await broken(world))
    assert (await world.products(since="yesterday")).name == "Completed"
    assert world.product("A")["price"] == "12.000000"


async def test_what_the_merchant_changed_in_the_shop_is_looked_at_anew(world: World) -> None:
    number = await broken(world)
    world.shop.change("products", number, {"isbn": "", "date_upd": "2030-01-01 00:00:00"})
    await again(world)
    assert (refused(world), world.product("A")["price"]) == (0, "12.000000")


async def test_what_the_shop_could_not_do_this_time_is_tried_by_the_next_run(world: World) -> None:
    world.shop.faults.add(Fault(kind="500-before", method="POST", path="/api/products", times=50))
    world.drop_products({"reference": "A"})
    await world.products()
    assert refused(world) == 1
    world.shop.faults.clear()
    world.drop_products({"reference": "A"})
    assert (await world.products()).name == "Completed"


async def test_a_name_that_the_shop_could_not_make_this_time_is_tried_by_the_next_run(world: World) -> None:
    world.shop.faults.add(Fault(kind="500-before", method="POST", path="/api/manufacturers", times=50))
    world.drop_products({"reference": "A", "manufacturer": "Maison"})
    await world.products()
    assert refused(world) == 1
    world.shop.faults.clear()
    world.drop_products({"reference": "A", "manufacturer": "Maison"})
    assert (await world.products()).name == "Completed"


async def test_a_customer_that_the_shop_refused_is_not_sent_again_and_nothing_personal_is_kept(
    flat_world: FlatWorld,
) -> None:
    world = flat_world
    jean = {"code_erp": "C1", "customer_email": "jean.dupont@example.com", "firstname": "Jean", "lastname": "Dupont"}
    world.drop("customer", jean)
    assert (await world.run(import_customers)).name == "Completed"
    [customer] = world.shop.rows("customers")
    world.shop.change("customers", int(customer["id"]), {"website": "no address <"})
    for writes in (True, False):
        world.shop.reset_counts()
        world.drop("customer", jean | {"lastname": "Durand"})
        await world.run(import_customers)
        assert (world.shop.writes > 0, refused(world)) == (writes, 1)
    assert not [name for name, held in world.files_at_rest().items() if b"Durand" in held or b"dupont" in held]


@pytest.mark.parametrize("field", ["price", "weight"])
async def test_impacts_do_not_follow_a_base_that_the_shop_refused(world: World, field: str) -> None:
    rows = [row | {"weight": "1"} for row in world.dress(1)]
    world.drop_products(*rows)
    await world.products()
    number = int(world.product("ROBE0000")["id"])
    before = [(one["reference"], one[field]) for one in world.shop.rows("combinations")]
    world.shop.change("products", number, {"isbn": "not a code"})
    moved = [rows[0], rows[1] | {field: "30"}, rows[2] | {field: "30"}]
    world.drop_products(*moved)
    await world.products()
    assert refused(world) == 3
    assert [(one["reference"], one[field]) for one in world.shop.rows("combinations")] == before

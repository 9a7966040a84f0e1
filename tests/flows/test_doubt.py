"""What was written and not confirmed is in doubt: the ledger must not believe what it knew before."""

from __future__ import annotations

from deployments.sandbox.shop import Fault
from tests.campaigns.stage import STOCK, Stage
from tests.flows.world import World


async def test_a_quantity_written_and_not_confirmed_is_set_again_when_the_erp_takes_it_back(world: World) -> None:
    world.drop_products({"reference": "SAC"})
    await world.products()
    world.drop_stock({"SAC": 5})
    await world.stock()
    path = world.drop_stock({"SAC": 7})
    # What is refused is the read-back.
    world.shop.faults.add(Fault("401", method="GET", path=r"/api/stock_availables\?filter\[id\]="))
    assert (await world.stock()).name == "Failed"
    assert world.quantity("SAC") == 7
    path.unlink()
    world.drop_stock({"SAC": 5})
    state = await world.stock()
    assert state.name == "Completed", state.message
    assert world.quantity("SAC") == 5
    assert world.counts() == {"rows_read": 1, "updated": 1}


async def test_a_text_written_and_not_confirmed_is_set_again_when_the_erp_takes_it_back(world: World) -> None:
    before, after = world.dress(2), world.dress(2)
    for row in before:
        row.update(wholesale_price="9.00")
    for row in after:
        row.update(name="Another name", wholesale_price="7.00")
    world.drop_products(*before)
    await world.products()
    path = world.drop_products(*after)
    shop_before = world.shop.snapshot()
    world.shop.faults.add(Fault("401", method="PATCH", path="/api/combinations"))
    assert (await world.products()).name == "Failed"
    assert "Another name" in world.product("ROBE0000")["name"].values()
    path.unlink()
    world.drop_products(*before, name="product_again.csv")
    state = await world.products()
    assert state.name == "Completed", state.message
    assert world.shop.snapshot() == shop_before


async def test_what_the_shop_refused_is_looked_at_again_when_the_erp_takes_it_back(world: World) -> None:
    before, after = world.dress(1), world.dress(1)
    before[0].update(wholesale_price="9.00")
    after[0].update(wholesale_price="15.00", description="<form>no</form>")
    world.drop_products(*before)
    await world.products()
    shop_before = world.shop.snapshot()
    world.drop_products(*after)
    await world.products(accept_guard=True)
    world.drop_products(*before, name="product_again.csv")
    state = await world.products(accept_guard=True)
    assert state.name == "Completed", state.message
    assert world.shop.snapshot() == shop_before


def test_a_quantity_written_by_a_run_that_was_killed_is_set_again_when_the_erp_takes_it_back(stage: Stage) -> None:
    with stage.trial(STOCK) as trial:
        world = trial.world
        assert trial.run().name == "Completed"
        known = {name: world.quantity(name) for name in ("SAC0", "ROBE0001-M")}
        path = world.drop_stock({name: quantity + 50 for name, quantity in known.items()}, name="stock_3.csv")
        world.shop.reset_counts()
        process = trial.start()
        while process.is_alive and not world.shop.writes:
            pass
        process.kill()
        process.ended()
        path.unlink(missing_ok=True)
        world.drop_stock(known, name="stock_4.csv")
        assert trial.run_until_completed().name == "Completed"
        assert {name: world.quantity(name) for name in known} == known

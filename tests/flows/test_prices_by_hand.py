"""A price that somebody made by hand stays as it is, before the run and during it; what leaves is ours."""

from __future__ import annotations

import pytest

from connectors.ledger import Ledger, Link, LinkState
from flows.import_specific_prices import import_specific_prices
from tests.flows.discounts import by_hand, discount, of_belt, prices
from tests.flows.flat_world import FlatWorld


@pytest.mark.parametrize("id_shop", [0, 1])
async def test_a_price_made_by_hand_is_left_alone(sold: FlatWorld, id_shop: int) -> None:
    by_hand(sold, id_shop=id_shop)
    sold.drop("specificprice", discount("CEINTURE"))
    state = await sold.run(import_specific_prices)
    assert state.name == "Completed", state.message
    assert sold.counts() == {"rows_read": 1, "ignored": 1}
    assert sold.shop.writes == 0


@pytest.mark.parametrize("id_shop", [0, 1])
async def test_a_price_made_by_hand_is_overwritten_on_demand(sold: FlatWorld, id_shop: int) -> None:
    known = by_hand(sold, id_shop=id_shop)
    sold.write_settings(specific_prices={"overwrite": True})
    sold.drop("specificprice", discount("CEINTURE"))
    await sold.run(import_specific_prices)
    assert sold.counts() == {"rows_read": 1, "updated": 1}
    assert (int(of_belt(sold)["id"]), float(of_belt(sold)["reduction"])) == (known, 0.2)


async def test_a_price_made_by_a_run_that_was_killed_is_known_as_ours(sold: FlatWorld) -> None:
    sold.drop("specificprice", discount("CEINTURE"))
    await sold.run(import_specific_prices)
    [link] = sold.links("specific_price").to_dicts()
    with Ledger.open(f"sqlite:///{sold.folder / 'ledger.db'}", snapshots=None) as ledger:
        ledger.confirm(
            sold.folder.name, "specific_price", [Link(link["erp_key"], 0, state=LinkState.INTENDED)], run_id=None
        )
    sold.drop("specificprice", discount("CEINTURE", reduction="35"))
    await sold.run(import_specific_prices)
    assert sold.counts() == {"rows_read": 1, "updated": 1}
    assert float(of_belt(sold)["reduction"]) == 0.35


@pytest.mark.parametrize(("overwrite", "left"), [(False, "0.500000"), (True, "0.200000")])
async def test_a_price_made_by_hand_just_before_ours_is_treated_as_one_that_was_there(
    sold: FlatWorld, overwrite: bool, left: str
) -> None:
    sold.write_settings(specific_prices={"overwrite": overwrite})
    sold.shop.faults.meanwhile(lambda: by_hand(sold, reduction="0.500000"), method="POST", path="specific_prices")
    sold.drop("specificprice", discount("CEINTURE"), discount("ROBE0001-M"))
    state = await sold.run(import_specific_prices)
    assert state.name == "Completed", state.message
    assert of_belt(sold)["reduction"] == left
    assert (
        sold.counts() == {"rows_read": 2, "created": 2} if overwrite else {"rows_read": 2, "created": 1, "ignored": 1}
    )
    sold.shop.reset_counts()
    sold.drop("specificprice", discount("CEINTURE"), discount("ROBE0001-M"), name="specificprice_z.csv")
    await sold.run(import_specific_prices)
    assert sold.shop.writes == 0
    assert of_belt(sold)["reduction"] == left


async def test_a_price_made_by_hand_just_before_ours_that_is_gone_when_looked_at_is_not_kept_but_said_to_be_gone(
    sold: FlatWorld,
) -> None:
    made: list[int] = []

    def made_by_hand() -> None:
        made.append(by_hand(sold))
        # Whichever row is sent first: only the one that meets this price reads it by its id.
        read = rf"specific_prices\?filter\[id\]={made[0]}&display="
        sold.shop.faults.meanwhile(lambda: sold.shop.remove("specific_prices", made[0]), method="GET", path=read)

    sold.shop.faults.meanwhile(made_by_hand, method="POST", path="specific_prices")
    sold.drop("specificprice", discount("CEINTURE"), discount("ROBE0001-M"))
    await sold.run(import_specific_prices)
    assert sold.counts() == {"rows_read": 2, "created": 1, "refused": 1}
    [refused] = sold.report()["rejects"]
    assert f"was deleted on the shop while the import was running (id {made[0]})" in refused["reason"]
    sold.drop("specificprice", discount("CEINTURE"), discount("ROBE0001-M"), name="specificprice_z.csv")
    assert (await sold.run(import_specific_prices)).name == "Completed"
    assert sold.counts() == {"rows_read": 2, "created": 1, "unchanged": 1}
    assert of_belt(sold)["reduction"] == "0.200000"


async def test_only_our_own_prices_leave_with_a_complete_file(sold: FlatWorld) -> None:
    sold.specify(specificprice={"absentRows": "deactivate"})
    by_hand(sold, from_quantity=7)
    sold.drop("specificprice", discount("CEINTURE"), discount("ROBE0001-M"))
    await sold.run(import_specific_prices)
    sold.drop("specificprice", discount("ROBE0001-M"))
    state = await sold.run(import_specific_prices)
    assert state.name == "Completed", state.message
    assert sold.counts() == {"rows_read": 1, "unchanged": 1}
    assert sold.report()["beyond_rows"] == {"specific_prices_gone": 1}
    assert int(of_belt(sold)["from_quantity"]) == 7
    sold.drop("specificprice", discount("CEINTURE"), discount("ROBE0001-M"))
    await sold.run(import_specific_prices)
    assert sold.counts() == {"rows_read": 2, "created": 1, "unchanged": 1}


async def test_where_a_price_was_rejected_nothing_is_absent_and_the_reason_is_said(sold: FlatWorld) -> None:
    sold.specify(specificprice={"absentRows": "deactivate"})
    sold.drop("specificprice", discount("CEINTURE"), discount("ROBE0001-M"))
    await sold.run(import_specific_prices)
    sold.drop("specificprice", discount("CEINTURE", reduction="beaucoup"), discount("ROBE0000-S"))
    await sold.run(import_specific_prices)
    assert len(prices(sold)) == 3
    [said] = [one["reason"] for one in sold.report()["incidents"] if one["level"] == "error"]
    assert "was rejected" in said
    assert "do not tell their key" not in said


async def test_without_the_policy_what_is_not_in_the_file_stays(sold: FlatWorld) -> None:
    sold.drop("specificprice", discount("CEINTURE"))
    await sold.run(import_specific_prices)
    sold.drop("specificprice", discount("ROBE0001-M"))
    await sold.run(import_specific_prices)
    assert len(prices(sold)) == 2

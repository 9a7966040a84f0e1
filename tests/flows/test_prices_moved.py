"""A discount whose dates or quantity moved is the same one, or another one beside it."""

from __future__ import annotations

import pytest

from flows.import_specific_prices import import_specific_prices
from tests.flows.discounts import discount, of_belt, prices
from tests.flows.flat_world import FlatWorld


async def test_a_discount_whose_end_moved_is_the_same_discount(sold: FlatWorld) -> None:
    sold.drop("specificprice", discount("CEINTURE"))
    await sold.run(import_specific_prices)
    known = of_belt(sold)["id"]
    for end in ("2026-12-31", "2027-01-15"):
        sold.drop("specificprice", discount("CEINTURE", to=end))
        assert (await sold.run(import_specific_prices)).name == "Completed"
        assert sold.counts() == {"rows_read": 1, "updated": 1}
        assert (of_belt(sold)["id"], of_belt(sold)["to"]) == (known, f"{end} 23:59:59")
        assert sold.links("specific_price").height == 1


async def test_a_markdown_of_another_season_is_another_discount(sold: FlatWorld) -> None:
    for start, end in (("2026-01-10", "2026-02-10"), ("2026-06-20", "2026-07-20")):
        sold.drop("specificprice", discount("CEINTURE", from_=start, to=end))
        assert (await sold.run(import_specific_prices)).name == "Completed"
    assert len(prices(sold)) == 2


async def test_a_discount_whose_quantity_changed_is_the_same_discount(sold: FlatWorld) -> None:
    sold.drop("specificprice", discount("CEINTURE"))
    await sold.run(import_specific_prices)
    known = of_belt(sold)["id"]
    sold.drop("specificprice", discount("CEINTURE", from_quantity="3"))
    assert (await sold.run(import_specific_prices)).name == "Completed"
    assert (of_belt(sold)["id"], of_belt(sold)["from_quantity"]) == (known, "3")
    [told] = [one for one in sold.report()["incidents"] if "quantity" in one["reason"]]
    assert told["key"] == "CEINTURE"
    sold.shop.reset_counts()
    sold.drop("specificprice", discount("CEINTURE", from_quantity="3"))
    await sold.run(import_specific_prices)
    assert (sold.shop.writes, sold.links("specific_price").height) == (0, 1)


@pytest.mark.parametrize(
    "said", [{"erp_code": "", "to": "2026-12-31"}, {"erp_code": "", "from_quantity": "3"}, {"from_quantity": "3"}]
)
async def test_a_price_that_may_have_been_replaced_is_told_once(sold: FlatWorld, said: dict[str, str]) -> None:
    code = {"erp_code": said.get("erp_code", "SOLDES")}
    two = [{}, {"from_quantity": "10"}] if code["erp_code"] else [{}]
    if not code["erp_code"]:
        columns = {key: column for key, column in sold.columns("specificprice").items() if key != "erp_code"}
        sold.specify(specificprice={"data": columns})
    sold.drop("specificprice", *(discount("CEINTURE", **code | more) for more in two))
    await sold.run(import_specific_prices)
    for told in (True, False):
        sold.drop("specificprice", discount("CEINTURE", **code | said))
        assert (await sold.run(import_specific_prices)).name == "Completed"
        assert any("stands beside" in one["reason"] for one in sold.report()["incidents"]) is told
    assert len(prices(sold)) == len(two) + 1


async def test_prices_of_two_markdowns_are_two(sold: FlatWorld) -> None:
    for code in ("SOLDES", "FLASH"):
        sold.drop("specificprice", discount("CEINTURE", erp_code=code, to="" if code == "SOLDES" else "2026-12-31"))
        await sold.run(import_specific_prices)
    assert not any("stands beside" in one["reason"] for one in sold.report()["incidents"])

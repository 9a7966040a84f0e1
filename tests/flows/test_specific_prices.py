from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from connectors.ledger import Ledger, Link, LinkState
from deployments.sandbox.shop import Fault, FaultKind
from flows.import_specific_prices import import_specific_prices
from tests.flows.beginnings import Beginnings
from tests.flows.flat_world import FlatWorld
from tests.flows.lost import one_of


def discount(reference: str, **said: Any) -> dict[str, Any]:
    return {"reference": reference, "erp_code": "SOLDES", "reduction": "20", "type": "%", "reduction_tax": "1"} | {
        name.rstrip("_"): value for name, value in said.items()
    }


@pytest.fixture
async def sold(beginnings: Beginnings, tmp_path: Path) -> AsyncIterator[FlatWorld]:
    """A shop that sells six combinations at 21.90 and 20.90, and a belt at 100."""
    async with beginnings.copy(FlatWorld, _sold, tmp_path) as world:
        yield world


async def _sold(flat_world: FlatWorld) -> None:
    flat_world.drop_products(*flat_world.dress(2), {"reference": "CEINTURE", "price": "100"})
    assert (await flat_world.products()).name == "Completed"
    flat_world.shop.insert(
        "customers",
        {"email": "Anna@Lab.test", "lastname": "Martin", "firstname": "Anna", "passwd": "x" * 60, "active": 1},
    )


def prices(world: FlatWorld) -> list[dict[str, Any]]:
    return world.shop.rows("specific_prices")


def of_belt(world: FlatWorld) -> dict[str, Any]:
    number = int(world.product("CEINTURE")["id"])
    [found] = [row for row in prices(world) if int(row["id_product"]) == number]
    return found


@pytest.mark.prefect
async def test_discounts_are_specific_prices(sold: FlatWorld) -> None:
    sold.drop(
        "specificprice",
        discount("ROBE0001-M"),
        discount("CEINTURE", type="montant", reduction="5,50", reduction_tax="0", iso_code="fr", currency="eur"),
        discount("CEINTURE", reduction="30", from_quantity="3", from_="2026-01-01", to="2026-01-31"),
        discount("ROBE0000", reduction="10", email="anna@lab.test"),
        discount("CEINTURE", reduction="", price="80", type="percent", from_quantity="10"),
        discount("INCONNU"),
    )
    state = await sold.run(import_specific_prices)
    assert state.name == "Completed", sold.report()["rejects"]
    assert sold.counts() == {"rows_read": 6, "created": 5, "ignored": 1}
    combination = sold.combination("ROBE0001-M")
    assert _values(sold) == {
        (int(combination["id_product"]), int(combination["id"]), 0, 0, 0, 1, "0000", "0000"): (-1, 0.2, "percentage"),
        (int(sold.product("CEINTURE")["id"]), 0, 0, 1, 8, 1, "0000", "0000"): (-1, 5.5, "amount"),
        (int(sold.product("CEINTURE")["id"]), 0, 0, 0, 0, 3, "2026", "2026"): (-1, 0.3, "percentage"),
        (int(sold.product("ROBE0000")["id"]), 0, 1, 0, 0, 1, "0000", "0000"): (-1, 0.1, "percentage"),
        (int(sold.product("CEINTURE")["id"]), 0, 0, 0, 0, 10, "0000", "0000"): (80, 0, "amount"),
    }
    [dated] = [row for row in prices(sold) if row["from"].startswith("2026")]
    assert (dated["from"], dated["to"]) == ("2026-01-01 00:00:00", "2026-01-31 23:59:59")
    assert {str(row["id_shop"]) for row in prices(sold)} == {"1"}


def _values(world: FlatWorld) -> dict[tuple[Any, ...], tuple[float, float, str]]:
    names = ("id_product", "id_product_attribute", "id_customer", "id_currency", "id_country", "from_quantity")
    return {
        (*(int(row[name]) for name in names), row["from"][:4], row["to"][:4]): (
            float(row["price"]),
            float(row["reduction"]),
            row["reduction_type"],
        )
        for row in prices(world)
    }


async def test_each_group_of_customers_has_its_own_price(sold: FlatWorld) -> None:
    sold.specify(specificprice={"data": sold.columns("specificprice", "group")})
    associations = sold.folder / "associations.toml"
    associations.write_text(associations.read_text() + "\n[groups]\nREV = 4\nPRO = 3\n")
    columns = sold.columns("specificprice", "group")
    rows = [
        discount("CEINTURE"),
        discount("CEINTURE", reduction="30", group="REV"),
        discount("CEINTURE", reduction="25", group="PRO"),
        discount("CEINTURE", reduction="40", group="REV", email="anna@lab.test"),
        discount("CEINTURE", reduction="50", group="GROS"),
    ]
    sold._drop("specificprice", columns, rows, None)
    await sold.run(import_specific_prices)
    assert sold.counts() == {"rows_read": 5, "created": 4, "rejected": 1}
    told = {(int(row["id_group"]), int(row["id_customer"])): float(row["reduction"]) for row in prices(sold)}
    assert told == {(0, 0): 0.2, (4, 0): 0.3, (3, 0): 0.25, (4, 1): 0.4}
    sold.shop.reset_counts()
    sold._drop("specificprice", columns, rows[:4], None)
    await sold.run(import_specific_prices)
    assert (sold.counts(), sold.shop.writes) == ({"rows_read": 4, "unchanged": 4}, 0)


async def test_prices_that_were_there_before_groups_had_a_column_stay_the_same_prices(sold: FlatWorld) -> None:
    sold.drop("specificprice", discount("CEINTURE"), discount("ROBE0000", email="anna@lab.test"))
    await sold.run(import_specific_prices)
    sold.specify(specificprice={"data": sold.columns("specificprice", "group")})
    sold.shop.reset_counts()
    rows = [discount("CEINTURE"), discount("ROBE0000", email="anna@lab.test")]
    sold._drop("specificprice", sold.columns("specificprice", "group"), rows, None)
    await sold.run(import_specific_prices)
    assert (sold.counts(), sold.shop.writes) == ({"rows_read": 2, "unchanged": 2}, 0)


@pytest.mark.prefect
async def test_a_second_run_writes_nothing(sold: FlatWorld) -> None:
    rows = [discount(row["reference"]) for row in sold.dress(2)]
    sold.drop("specificprice", *rows)
    await sold.run(import_specific_prices)
    sold.shop.reset_counts()
    sold.drop("specificprice", *reversed(rows))
    state = await sold.run(import_specific_prices)
    assert state.name == "Completed", state.message
    assert sold.counts() == {"rows_read": 6, "unchanged": 6}
    assert sold.shop.writes == 0


async def test_a_changed_discount_is_changed_in_place(sold: FlatWorld) -> None:
    sold.drop("specificprice", discount("CEINTURE"))
    await sold.run(import_specific_prices)
    known = of_belt(sold)["id"]
    sold.drop("specificprice", discount("CEINTURE", reduction="25"))
    await sold.run(import_specific_prices)
    assert sold.counts() == {"rows_read": 1, "updated": 1}
    assert (of_belt(sold)["id"], float(of_belt(sold)["reduction"])) == (known, 0.25)


async def test_the_markdown_code_is_kept_for_the_orders(sold: FlatWorld) -> None:
    for code in ("SOLDES", "FLASH"):
        sold.drop("specificprice", discount("CEINTURE", erp_code=code))
        assert (await sold.run(import_specific_prices)).name == "Completed"
        [link] = sold.links("specific_price").to_dicts()
        assert (link["shop_id"], link["erp_code"]) == (int(of_belt(sold)["id"]), code)
    assert len(prices(sold)) == 1


@pytest.mark.prefect
async def test_one_bad_row_does_not_stop_the_others(sold: FlatWorld) -> None:
    sold.drop(
        "specificprice",
        discount("ROBE0000-S", type="pour mille"),
        discount("ROBE0000-M", reduction="120"),
        discount("ROBE0000-L", currency="USD"),
        discount("ROBE0001-S", from_="2026-02-01", to="2026-01-01"),
        discount("ROBE0001-M", reduction=""),
        discount("ROBE0001-L", reduction="beaucoup"),
        discount("CEINTURE"),
    )
    state = await sold.run(import_specific_prices)
    assert state.name == "CompletedWithRejects"
    assert sold.counts() == {"rows_read": 7, "created": 1, "rejected": 6}
    told = {(reject["column"], reject["value"]) for reject in sold.report()["rejects"]}
    assert {("type", "pour mille"), ("reduction", "120"), ("currency", "USD"), ("reduction", "beaucoup")} <= told


async def test_the_last_row_of_a_case_wins(sold: FlatWorld) -> None:
    sold.drop("specificprice", discount("CEINTURE", reduction="10"), discount("CEINTURE", reduction="15"))
    await sold.run(import_specific_prices)
    assert sold.counts() == {"rows_read": 2, "created": 1, "ignored": 1}
    assert float(of_belt(sold)["reduction"]) == 0.15


@pytest.mark.parametrize("kind", one_of("reset-after", "500-after", "500-before", "reset-before"))
async def test_a_lost_answer_makes_no_second_price(sold: FlatWorld, kind: FaultKind) -> None:
    sold.shop.faults.add(Fault(kind=kind, method="POST", path="/api/specific_prices", times=2))
    sold.drop("specificprice", *(discount(row["reference"]) for row in sold.dress(2)))
    state = await sold.run(import_specific_prices)
    assert state.name == "Completed", state.message
    assert len(prices(sold)) == 6


@pytest.mark.prefect
async def test_a_dry_run_writes_nothing_and_tells_every_change(sold: FlatWorld) -> None:
    sold.drop("specificprice", discount("CEINTURE"), discount("CEINTURE", from_quantity="5"))
    sold.write_settings(shop={"admin_url": "https://shop.example/adm"})
    state = await sold.run(import_specific_prices, dry_run=True)
    assert (state.name, sold.shop.writes) == ("Planned", 0)
    assert sold.counts() == {"rows_read": 2, "created": 2}
    assert {change["key"] for change in sold.report()["plan"]} == sold.report()["pages"].keys()
    assert len(sold.report()["pages"]) == 2
    assert sold.links("specific_price").is_empty()


async def test_a_lost_ledger_costs_reads_and_no_writes(sold: FlatWorld) -> None:
    sold.drop("specificprice", discount("CEINTURE"), discount("ROBE0001-M"))
    await sold.run(import_specific_prices)
    for left in sold.folder.glob("ledger.db*"):
        left.unlink()
    sold.shop.reset_counts()
    sold.drop("specificprice", discount("CEINTURE"), discount("ROBE0001-M"))
    await sold.run(import_specific_prices)
    assert sold.counts() == {"rows_read": 2, "unchanged": 2}
    assert sold.shop.writes == 0


def by_hand(world: FlatWorld, **values: Any) -> int:
    case = dict.fromkeys(("id_cart", "id_currency", "id_country", "id_group", "id_customer", "id_shop_group"), 0)
    given = {"id_shop": 1, "price": "-1", "from_quantity": 1, "reduction": "0.5", "reduction_type": "percentage"}
    dates = {"reduction_tax": 1, "from": "0000-00-00 00:00:00", "to": "0000-00-00 00:00:00"}
    product = {"id_product": int(world.product("CEINTURE")["id"]), "id_product_attribute": 0}
    return world.shop.insert("specific_prices", case | given | dates | product | values)


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


async def test_a_new_price_becomes_a_percentage_that_follows_the_items_own(sold: FlatWorld) -> None:
    sold.write_settings(specific_prices={"recompute_percentage": True})
    row = discount("CEINTURE", reduction="", price="80")
    sold.drop("specificprice", row)
    await sold.run(import_specific_prices)
    assert (float(of_belt(sold)["price"]), float(of_belt(sold)["reduction"])) == (-1, 0.2)
    sold.shop.change("products", int(sold.product("CEINTURE")["id"]), {"price": "160"})
    sold.drop("specificprice", row, discount("ROBE0001-M"))
    await sold.run(import_specific_prices)
    assert sold.counts() == {"rows_read": 2, "created": 1, "updated": 1}
    assert float(of_belt(sold)["reduction"]) == 0.5


async def test_prices_with_tax_are_kept_without(sold: FlatWorld) -> None:
    sold.write_settings(specific_prices={"prices": "tax_incl"})
    sold.drop("specificprice", discount("CEINTURE", reduction="", price="96", type="montant"))
    await sold.run(import_specific_prices)
    assert float(of_belt(sold)["price"]) == 80


async def test_a_shop_restored_from_a_backup_is_repaired_by_since(sold: FlatWorld) -> None:
    sold.drop("specificprice", discount("CEINTURE"))
    await sold.run(import_specific_prices)
    sold.shop.change("specific_prices", int(of_belt(sold)["id"]), {"reduction": "0.9"})
    state = await sold.run(import_specific_prices, since="yesterday")
    assert state.name == "Completed", state.message
    assert float(of_belt(sold)["reduction"]) == 0.2


@pytest.mark.prefect
async def test_nothing_personal_stays(sold: FlatWorld) -> None:
    sold.drop("specificprice", discount("CEINTURE", email="anna@lab.test"), discount("CEINTURE", email="anna@lab"))
    await sold.run(import_specific_prices)
    assert sold.counts() == {"rows_read": 2, "created": 1, "rejected": 1}
    sold.drop("specificprice", discount("ROBE0001-M", email="anna@lab.test"))
    await sold.run(import_specific_prices, dry_run=True)
    found = [name for name, content in sold.files_at_rest().items() if b"anna@lab" in content.lower()]
    assert found == []


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

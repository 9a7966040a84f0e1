from __future__ import annotations

from typing import Any

import pytest

from deployments.sandbox.shop import Fault, FaultKind
from flows.import_specific_prices import import_specific_prices
from tests.flows.discounts import discount, of_belt, prices
from tests.flows.flat_world import FlatWorld
from tests.flows.lost import one_of


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

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from connectors.ledger import Ledger
from deployments.sandbox.shop import Fault
from flows.import_specific_prices import import_specific_prices
from flows.publish_lowest_prices import publish_lowest_prices
from schemas.price_changes import Origin, PriceChange, PriceState
from tasks.check.shop import needed_rights
from tasks.omnibus.proof import proof_of
from tasks.run.shop_folder import open_shop_folder
from tests.flows.beginnings import Beginnings
from tests.flows.flat_world import FlatWorld

KEPT = {"keep_prices": True}


@pytest.fixture
async def sold(beginnings: Beginnings, tmp_path: Path) -> AsyncIterator[FlatWorld]:
    """A shop that sells a belt at 100 and a dress in three sizes, whose prices are kept."""
    async with beginnings.copy(FlatWorld, _sold, tmp_path, module=True) as world:
        yield world


async def _sold(world: FlatWorld) -> None:
    world.write_settings(omnibus=KEPT)
    world.drop_products(*world.dress(1), {"reference": "CEINTURE", "price": "100"})
    assert (await world.products()).name == "Completed"


def ledger_of(world: FlatWorld) -> Ledger:
    return Ledger.open(f"sqlite:///{world.folder / 'ledger.db'}", snapshots=None)


def lines(world: FlatWorld, reference: str = "CEINTURE") -> list[PriceChange]:
    with ledger_of(world) as ledger:
        return ledger.prices_of(world.folder.name, [reference]).get(reference, [])


def remember(world: FlatWorld, days_ago: int, price: str, reference: str = "CEINTURE") -> None:
    """What an archive would have told."""
    at = datetime.now(UTC) - timedelta(days=days_ago)
    with ledger_of(world) as ledger:
        ledger.add_prices(world.folder.name, [PriceChange(reference, at, price=Decimal(price), origin=Origin.ARCHIVE)])


def off(reference: str, percent: str = "20", **more: Any) -> dict[str, Any]:
    return {
        "reference": reference,
        "erp_code": "SOLDES",
        "reduction": percent,
        "type": "%",
        "reduction_tax": "1",
    } | more


def shown(world: FlatWorld) -> dict[str, str]:
    return {str(row["reference"]): str(row["value"]) for row in world.shop.rows("lowest_prices")}


async def test_a_price_is_kept_with_its_file_and_line_from_when_the_shop_was_confirmed_to_have_it(
    sold: FlatWorld,
) -> None:
    [line] = lines(sold)
    confirmed = dict(sold.links("product").select("erp_key", "confirmed_at").iter_rows())
    assert (line.price, line.tax_included, line.case) == (Decimal(100), False, "")
    assert (line.source, line.line, line.began_at) == ("product_0001.csv", 5, confirmed["CEINTURE"])
    sold.drop_products({"reference": "CEINTURE", "price": "100", "name": "Belt"})
    await sold.products()
    assert len(lines(sold)) == 1
    sold.drop_products({"reference": "CEINTURE", "price": "90"}, {"reference": "ROBE0000-S", "active": "0"})
    await sold.products(accept_guard=True)
    assert [one.price for one in lines(sold)] == [Decimal(100), Decimal(90)]


async def test_an_item_that_is_closed_has_no_price_from_then_on(sold: FlatWorld) -> None:
    sold.drop_products({"reference": "CEINTURE", "price": "100", "active": "0"})
    await sold.products(accept_guard=True)
    assert [one.state for one in lines(sold)] == [PriceState.IN_FORCE, PriceState.ENDED]


async def test_what_a_run_that_died_had_confirmed_and_not_kept_is_kept_by_the_next_one(sold: FlatWorld) -> None:
    sold.write_settings()
    dropped = sold.drop_products({"reference": "CEINTURE", "price": "90"})
    text = dropped.read_text("utf-8")
    await sold.products()
    assert len(lines(sold)) == 1
    sold.write_settings(omnibus=KEPT)
    dropped.write_text(text + "\n", "utf-8")
    await sold.products()
    confirmed = dict(sold.links("product").select("erp_key", "confirmed_at").iter_rows())
    assert sold.counts() == {"rows_read": 1, "unchanged": 1}
    assert [(one.price, one.began_at) for one in lines(sold)][1] == (Decimal(90), confirmed["CEINTURE"])


async def test_a_price_that_lasted_from_a_run_that_died_to_the_next_one_is_kept_too(sold: FlatWorld) -> None:
    sold.write_settings()
    dropped = sold.drop_products({"reference": "CEINTURE", "price": "90"})
    text = dropped.read_text("utf-8")
    await sold.products()
    confirmed = dict(sold.links("product").select("erp_key", "confirmed_at").iter_rows())
    sold.write_settings(omnibus=KEPT)
    dropped.write_text(text + "\n", "utf-8")
    os.utime(dropped, (1_700_000_000, 1_700_000_000))
    sold.drop_products({"reference": "CEINTURE", "price": "80"})
    await sold.products(accept_guard=True)
    assert [one.price for one in lines(sold)] == [Decimal(100), Decimal(90), Decimal(80)]
    assert (lines(sold)[1].began_at, lines(sold)[1].source) == (confirmed["CEINTURE"], dropped.name)


async def test_a_discount_that_lasted_from_a_run_that_died_to_the_next_one_is_kept_too(sold: FlatWorld) -> None:
    sold.drop("specificprice", off("CEINTURE", "10"))
    await sold.run(import_specific_prices)
    sold.write_settings()
    dropped = sold.drop("specificprice", off("CEINTURE", "50"))
    text = dropped.read_text("utf-8")
    await sold.run(import_specific_prices, accept_guard=True)
    confirmed = sold.links("specific_price")["confirmed_at"][0]
    sold.write_settings(omnibus=KEPT)
    dropped.write_text(text + "\n", "utf-8")
    os.utime(dropped, (1_700_000_000, 1_700_000_000))
    sold.drop("specificprice", off("CEINTURE", "20"))
    await sold.run(import_specific_prices, accept_guard=True)
    found = [one for one in lines(sold) if one.case]
    assert [one.reduction for one in found] == [Decimal(10), Decimal(50), Decimal(20)]
    assert (found[1].began_at, found[1].source) == (confirmed, dropped.name)


async def test_a_dry_run_keeps_nothing(sold: FlatWorld) -> None:
    sold.drop_products({"reference": "CEINTURE", "price": "90"})
    await sold.products(dry_run=True)
    assert len(lines(sold)) == 1


async def test_the_lowest_price_before_a_reduction_is_shown_once_and_taken_away_when_it_is_over(
    sold: FlatWorld,
) -> None:
    for days_ago, price in ((60, "70"), (40, "100"), (20, "80"), (10, "100")):
        remember(sold, days_ago, price)
    sold.specify(specificprice={"absentRows": "deactivate"})
    sold.drop("specificprice", off("CEINTURE"), off("ROBE0000-S", email="anna@lab.test"))
    await sold.run(import_specific_prices)
    state = await sold.run(publish_lowest_prices)
    assert state.name == "Completed"
    assert sold.counts() == {"rows_read": 1, "created": 1}
    assert shown(sold)["CEINTURE"].endswith("||80.000000|96.00|20|30")
    sold.shop.reset_counts()
    await sold.run(publish_lowest_prices)
    assert sold.counts() == {"rows_read": 1, "unchanged": 1}
    assert sold.shop.count("PUT", "/api/lowest_prices") == 0
    sold.drop("specificprice", off("ROBE0000-M"))
    await sold.run(import_specific_prices, accept_guard=True)
    await sold.run(publish_lowest_prices)
    assert "CEINTURE" not in shown(sold)


async def test_a_discount_of_a_combination_is_shown_with_its_reference(sold: FlatWorld) -> None:
    remember(sold, 60, "25", "ROBE0000-M")
    sold.drop("specificprice", off("ROBE0000-M", "10"))
    await sold.run(import_specific_prices)
    await sold.run(publish_lowest_prices)
    assert shown(sold)["ROBE0000-M"].endswith("||20.900000|25.08|20|30")


async def test_where_30_days_are_not_known_nothing_is_shown_and_the_report_says_why(sold: FlatWorld) -> None:
    for row in sold.shop.rows("products"):
        sold.shop.change("products", row["id"], {"date_add": "2020-01-01 00:00:00"})
    sold.drop("specificprice", off("CEINTURE"))
    await sold.run(import_specific_prices)
    await sold.run(publish_lowest_prices)
    assert shown(sold) == {}
    assert "CEINTURE" in str(sold.report()["incidents"])
    sold.write_settings(omnibus=KEPT | {"unknown_days": "show"})
    await sold.run(publish_lowest_prices)
    assert shown(sold)["CEINTURE"].endswith("|120.00|20|30")


async def test_of_an_item_that_has_just_come_on_sale_the_price_since_then_is_shown(sold: FlatWorld) -> None:
    sold.drop("specificprice", off("CEINTURE"))
    await sold.run(import_specific_prices)
    await sold.run(publish_lowest_prices)
    assert shown(sold)["CEINTURE"].endswith("|120.00|20|new")


async def test_archived_files_fill_what_was_not_kept_once(sold: FlatWorld) -> None:
    sold.write_settings()
    sold.drop_products({"reference": "SAC", "price": "50"}, {"reference": "CEINTURE", "price": "100"})
    await sold.products()
    sold.drop_products({"reference": "SAC", "price": "40"})
    await sold.products(accept_guard=True)
    assert lines(sold, "SAC") == []
    sold.write_settings(omnibus=KEPT)
    for _ in range(2):
        await sold.run(publish_lowest_prices, since="2026-01-01")
        found = lines(sold, "SAC")
        assert [(one.price, one.origin, one.line) for one in found] == [
            (Decimal(50), Origin.ARCHIVE, 2),
            (Decimal(40), Origin.ARCHIVE, 2),
        ]
    assert len(lines(sold)) == 1


FEATURE = {"keep_prices": True, "shown_by": "feature"}
NAMES = {
    1: "Lowest price of the 30 days before the reduction",
    2: "Prix le plus bas des 30 jours précédant la réduction",
}


def features(world: FlatWorld, reference: str = "CEINTURE") -> list[tuple[dict[int, str], dict[int, str]]]:
    """Names and values of the features of a product, by language."""
    [product] = [row for row in world.shop.rows("products") if row["reference"] == reference]
    pairs = product["product_features"]
    return [(world.shop.row("product_features", int(f))["name"], _value(world, int(v))) for f, v in pairs]


def _value(world: FlatWorld, number: int) -> dict[int, str]:
    value: dict[int, str] = world.shop.row("product_feature_values", number)["value"]
    return value


async def test_a_feature_shows_it_in_both_languages_and_goes_when_the_reduction_is_over(sold: FlatWorld) -> None:
    sold.write_settings(omnibus=FEATURE)
    remember(sold, 60, "100")
    remember(sold, 20, "80")
    remember(sold, 10, "100")
    sold.specify(specificprice={"absentRows": "deactivate"})
    sold.drop_products({"reference": "CEINTURE", "price": "100", "matiere": "Cuir"})
    await sold.products()
    sold.drop("specificprice", off("CEINTURE"))
    await sold.run(import_specific_prices)
    await sold.run(publish_lowest_prices, dry_run=True)
    assert len(features(sold)) == 1
    assert (await sold.run(publish_lowest_prices)).name == "Completed"
    assert (sold.counts(), shown(sold)) == ({"rows_read": 1, "created": 1}, {})
    assert features(sold)[1] == (NAMES, {1: "€96.00", 2: "96,00\u00a0€"})
    assert features(sold)[0][1] == {1: "Cuir", 2: "Cuir"}
    sold.shop.reset_counts()
    await sold.run(publish_lowest_prices)
    assert (sold.counts(), sold.shop.writes) == ({"rows_read": 1, "unchanged": 1}, 0)
    sold.drop_products({"reference": "CEINTURE", "price": "100", "matiere": "Lin"})
    await sold.products()
    assert [value[2] for _, value in features(sold)] == ["96,00\u00a0€", "Lin"]
    sold.drop("specificprice", off("ROBE0000-M"))
    await sold.run(import_specific_prices, accept_guard=True)
    await sold.run(publish_lowest_prices)
    assert [value[2] for _, value in features(sold)] == ["Lin"]
    sold.shop.reset_counts()
    await sold.run(publish_lowest_prices)
    assert sold.shop.writes == 0


async def test_combinations_with_different_prices_before_show_the_lowest_and_the_highest(sold: FlatWorld) -> None:
    sold.write_settings(omnibus=FEATURE | {"shown_by": "both"})
    for reference, price in (("ROBE0000-S", "20"), ("ROBE0000-M", "25")):
        remember(sold, 60, price, reference)
    sold.drop("specificprice", off("ROBE0000-S"), off("ROBE0000-M"))
    await sold.run(import_specific_prices)
    await sold.run(publish_lowest_prices)
    assert features(sold, "ROBE0000")[-1][1] == {1: "€24.00 to €25.08", 2: "de 24,00\u00a0€ à 25,08\u00a0€"}
    assert shown(sold).keys() == {"ROBE0000-S", "ROBE0000-M"}
    assert sold.counts() == {"rows_read": 3, "created": 3}
    sold.write_settings(omnibus=KEPT)
    await sold.run(publish_lowest_prices)
    assert NAMES not in [name for name, _ in features(sold, "ROBE0000")]
    assert len(shown(sold)) == 2


async def test_a_value_that_a_run_which_died_wrote_is_taken_away_when_the_reduction_is_over(sold: FlatWorld) -> None:
    sold.write_settings(omnibus=FEATURE)
    sold.specify(specificprice={"absentRows": "deactivate"})
    remember(sold, 60, "100")
    sold.drop("specificprice", off("CEINTURE"))
    await sold.run(import_specific_prices)
    # The key is taken away between the write and its read-back.
    sold.shop.faults.add(Fault("401", method="GET", path="products", skip=2))
    assert (await sold.run(publish_lowest_prices)).name == "Failed"
    assert len(features(sold)) == 1
    sold.drop("specificprice", off("ROBE0000-M"))
    await sold.run(import_specific_prices, accept_guard=True)
    await sold.run(publish_lowest_prices)
    assert features(sold) == []


async def test_without_the_module_the_feature_is_enough(beginnings: Beginnings, tmp_path: Path) -> None:
    async with beginnings.copy(FlatWorld, _sold, tmp_path, module=False) as world:
        world.write_settings(omnibus=FEATURE)
        remember(world, 60, "100")
        world.drop("specificprice", off("CEINTURE"))
        await world.run(import_specific_prices)
        state = await world.run(publish_lowest_prices)
        assert state.name == "Completed", state.message
        assert len(features(world)) == 1


async def test_the_feature_waits_while_articles_are_written(sold: FlatWorld) -> None:
    sold.write_settings(omnibus=FEATURE)
    remember(sold, 60, "100")
    sold.drop("specificprice", off("CEINTURE"))
    await sold.run(import_specific_prices)
    with ledger_of(sold) as ledger, ledger.lease(sold.folder.name, "import_products"):
        await sold.run(publish_lowest_prices)
    assert (sold.counts(), features(sold)) == ({"rows_read": 1, "waiting": 1}, [])
    await sold.run(publish_lowest_prices)
    assert len(features(sold)) == 1


def test_a_feature_needs_no_right_of_the_module_and_the_module_none_on_features(flat_world: FlatWorld) -> None:
    world = flat_world

    def needed(shown_by: str) -> dict[str, set[str]]:
        world.write_settings(omnibus=KEPT | {"shown_by": shown_by})
        specs = json.loads((world.folder / "import.json").read_text("utf-8"))
        specs["product"]["enabled"] = False
        (world.folder / "import.json").write_text(json.dumps(specs), "utf-8")
        rights = needed_rights(open_shop_folder(world.folder))
        names = ("lowest_prices", "product_features", "product_feature_values")
        return {name: rights[name] for name in names if name in rights}

    on_features = {"product_features": {"GET", "POST"}, "product_feature_values": {"GET", "POST"}}
    assert needed("module") == {"lowest_prices": {"GET", "PUT"}}
    assert needed("feature") == on_features
    assert needed("both") == on_features | {"lowest_prices": {"GET", "PUT"}}


async def test_the_proof_tells_in_which_currency_each_price_was_shown(sold: FlatWorld) -> None:
    remember(sold, 40, "80")
    proof = await proof_of(open_shop_folder(sold.folder), "CEINTURE")
    told = [(Decimal(row["price_tax_excl"]), row["currency"]) for row in proof.shown]
    assert told == [(Decimal(80), "EUR"), (Decimal(100), "EUR")]

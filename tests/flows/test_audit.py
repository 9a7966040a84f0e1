"""The known faults of a shop are found by reading it, and mended where asked, once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from deployments.cli import answer
from deployments.exits import Exit
from deployments.sandbox.shop import ShopGroup
from flows.audit import audit
from tasks.audit.plan.fixes import FIXES
from tests.flows.running import final_state
from tests.flows.world import World

NAME = {1: "Shirt", 2: "Chemise"}


@pytest.fixture
def sold(world: World) -> World:
    """Three products without a fault: simple ones, and one with combinations; an account."""
    fill(world)
    return world


def fill(world: World) -> None:
    """See `sold`."""
    world.write_settings(shop={"admin_url": "https://www.example.com/admin1"})
    shop = world.shop
    product(world, "BELT")
    product(world, "BAG")
    dress = product(world, "DRESS", product_type="combinations", ean13="3600000000017")
    options = shop.insert("product_options", {"name": NAME, "public_name": NAME})
    for number, size in enumerate(("S", "M")):
        value = shop.insert("product_option_values", {"id_attribute_group": options, "name": {1: size, 2: size}})
        row = {"id_product": dress, "reference": f"DRESS-{size}", "product_option_values": [value], "quantity": 4}
        shop.insert("combinations", row | {"default_on": "1" if number == 0 else None})
    shop.insert("customers", named("anna@example.com"))


def named(email: str) -> dict[str, Any]:
    return {"email": email, "firstname": "Anna", "lastname": "Martin", "passwd": f"$2y$10${'a' * 53}"}


def product(world: World, reference: str, **other: Any) -> int:
    row = {"reference": reference, "name": NAME, "price": "10.000000", "images": [1], "cover": 1, "quantity": 5}
    return world.shop.insert("products", row | other)


def id_of(world: World, reference: str) -> int:
    return int(world.product(reference)["id"])


def stock_row(world: World, product: int, combination: int = 0) -> int:
    rows = world.shop.rows("stock_availables")
    wanted = (str(product), str(combination))
    return next(int(row["id"]) for row in rows if (row["id_product"], row["id_product_attribute"]) == wanted)


def break_everything(world: World) -> dict[str, int]:
    """One fault of each kind that a sandbox can have; what is at fault, by fault."""
    shop, belt, bag, dress = world.shop, *(id_of(world, one) for one in ("BELT", "BAG", "DRESS"))
    small = int(world.combination("DRESS-S")["id"])
    [customer] = [int(row["id"]) for row in shop.rows("customers") if row["email"] == "anna@example.com"]
    shop.change("combinations", small, {"default_on": None})
    shop.change("stock_availables", stock_row(world, dress), {"quantity": 99})
    shop.change("customers", customer, {"id_default_group": 3, "groups": [1]})
    shop.change("products", belt, {"cover": None, "link_rewrite": {1: "belt", 2: ""}})
    shop.change("products", bag, {"redirect_type": "301-product", "id_type_redirected": 999, "reference": "belt"})
    lost = shop.insert("categories", {"name": {1: "Lost", 2: "Perdue"}, "id_parent": 777})
    other = product(world, "OTHER", id_category_default=lost, categories=[2])
    shop.remove("stock_availables", stock_row(world, other))
    over = shop.insert("specific_prices", price(belt) | {"to": "2026-01-01 00:00:00"})
    shop.insert("specific_prices", price(9_999))
    return {
        "combination_default_missing": dress,
        "stock_sum_wrong": dress,
        "customer_default_group_not_own": customer,
        "cover_missing": belt,
        "slug_empty": belt,
        "redirect_to_nothing": bag,
        "duplicate_reference": belt,
        "category_parent_missing": lost,
        "product_default_category_not_own": other,
        "stock_row_missing": other,
        "specific_price_over": over,
        "specific_price_of_nothing": over + 1,
    }


def price(product: int) -> dict[str, Any]:
    nobodys = ("id_shop_group", "id_shop", "id_cart", "id_product_attribute", "id_currency", "id_country", "id_group")
    return dict.fromkeys((*nobodys, "id_customer", "id_specific_price_rule"), 0) | {
        "id_product": product,
        "price": "-1.000000",
        "from_quantity": 1,
        "reduction": "0.100000",
        "reduction_tax": 1,
        "reduction_type": "percentage",
        "from": "0000-00-00 00:00:00",
        "to": "0000-00-00 00:00:00",
    }


def found(world: World) -> dict[str, list[str]]:
    """The last id of each example, by fault."""
    return {
        one["code"]: [each["key"].rpartition("#")[2] for each in one["examples"]] for one in world.report()["findings"]
    }


async def test_a_shop_without_a_fault_is_read_and_nothing_is_written(sold: World) -> None:
    state = await final_state(audit, str(sold.folder))
    assert (state.name, found(sold), sold.shop.writes) == ("Completed", {}, 0), state.message
    assert "kinds of faults found: 0, of which 0 to put right" in (state.message or "")
    looked_at = sold.report()["looked_at"]
    assert {name: looked_at[name] for name in ("products", "combinations", "customers")} == {
        "products": 3,
        "combinations": 2,
        "customers": 1,
    }


async def test_every_fault_is_found_and_no_other(sold: World) -> None:
    broken = break_everything(sold)
    sold.shop.reset_counts()
    await final_state(audit, str(sold.folder))
    assert found(sold) == {code: [str(identifier)] for code, identifier in broken.items()}
    assert sold.shop.writes == 0
    report = sold.report()
    by_code = {one["code"]: one for one in report["findings"]}
    [cover] = by_code["cover_missing"]["examples"]
    assert cover["key"] == f"BELT #{broken['cover_missing']}"
    assert cover["address"].startswith("https://www.example.com/admin1/index.php?controller=AdminProducts")
    assert by_code["cover_missing"]["fix"].endswith("--fix cover_missing")
    assert not {"Anna", "anna@example.com"} & set(str(report).replace("'", " ").split())


@pytest.mark.parametrize(
    "code",
    [
        "combination_default_missing",
        "stock_sum_wrong",
        "customer_default_group_not_own",
        "cover_missing",
        "redirect_to_nothing",
        "product_default_category_not_own",
        "specific_price_over",
    ],
)
async def test_a_fix_mends_its_own_fault_and_a_second_one_writes_nothing(sold: World, code: str) -> None:
    break_everything(sold)
    sold.shop.reset_counts()
    planned = await final_state(audit, str(sold.folder), fix=code, dry_run=True)
    assert (planned.name, sold.shop.writes, len(sold.report()["plan"])) == ("Planned", 0, 1), planned.message
    state = await final_state(audit, str(sold.folder), fix=code)
    done = "deactivated" if code == "specific_price_over" else "updated"
    assert (state.name, sold.counts(), sold.shop.writes) == ("Completed", {"rows_read": 1, done: 1}, 1), state.message
    await final_state(audit, str(sold.folder), fix=code)
    assert (sold.counts(), sold.shop.writes) == ({}, 1)


async def test_a_fix_of_more_than_a_guard_lets_pass_waits_for_a_word(sold: World) -> None:
    sold.write_settings(guards={"min_affected": 0, "max_price_changed_share": 0.01})
    break_everything(sold)
    sold.shop.reset_counts()
    state = await final_state(audit, str(sold.folder), fix="cover_missing")
    assert (state.name, sold.shop.writes) == ("StoppedByGuard", 0), state.message
    state = await final_state(audit, str(sold.folder), fix="cover_missing", accept_guard=True)
    assert (state.name, sold.shop.writes) == ("Completed", 1), state.message


async def test_a_shop_that_is_not_armed_is_read_and_its_fix_is_a_plan(sold: World) -> None:
    break_everything(sold)
    sold.write_settings(shop={"armed_for": "https://elsewhere.example.com"})
    sold.shop.reset_counts()
    assert (await final_state(audit, str(sold.folder))).name == "Completed"
    assert (await final_state(audit, str(sold.folder), fix="cover_missing")).name == "Planned"
    assert sold.shop.writes == 0


async def test_what_the_key_may_not_read_is_left_out(sold: World, monkeypatch: pytest.MonkeyPatch) -> None:
    resources = ("configurations", "languages", "products", "categories")
    sold.shop.add_key("B" * 32, dict.fromkeys(resources, ("GET",)))
    monkeypatch.setenv("PASSERELLE_TEST_SHOP_KEY", "B" * 32)
    state = await final_state(audit, str(sold.folder))
    assert (state.name, found(sold)) == ("Completed", {}), state.message
    assert sold.report()["looked_at"].keys() == {"categories", "products"}


@pytest.mark.slow
def test_the_command_lists_what_is_wrong_and_says_so_in_its_exit_code(
    sold: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "C")
    assert answer(["audit", str(sold.folder)]) == Exit.COMPLETED
    assert "None of the known faults was found." in capsys.readouterr().out
    break_everything(sold)
    assert answer(["audit", str(sold.folder)]) == Exit.REJECTS
    shown = capsys.readouterr().out
    assert "BELT #" in shown
    assert "--fix cover_missing" in shown
    assert "Products that have pictures and no cover" in _newest_page(sold)
    assert answer(["audit", str(sold.folder), "--fix", "cover_missing", "--dry-run"]) == Exit.COMPLETED
    assert "id_default_image" in capsys.readouterr().out
    assert "BELT" in _newest_page(sold)


def _newest_page(world: World) -> str:
    pages = (Path(world.folder) / "reports").glob("*-audit-*.html")
    return max(pages, key=lambda path: path.stat().st_mtime_ns).read_text(encoding="utf-8")


@pytest.mark.slow
@pytest.mark.parametrize("profile", ["1.7.8", "9.1"])
async def test_every_fix_mends_in_other_versions_and_a_second_one_writes_nothing(
    prefect_api: str, tmp_path: Path, profile: str
) -> None:
    with World.at(tmp_path / "boutique", profile=profile) as world:
        fill(world)
        break_everything(world)
        lone = world.shop.insert("customers", named("bob@example.com") | {"id_default_group": 99, "groups": []})
        assert await mended(world) == {}
        assert [str(group) for group in world.shop.row("customers", lone)["groups"]] == ["3"]


async def mended(world: World) -> dict[str, Any]:
    """What went otherwise than it should when every fault that can be mended was, one after the other."""
    broken = {}
    for code in FIXES:
        world.shop.reset_counts()
        state = await final_state(audit, str(world.folder), fix=code)
        done, writes = world.counts(), world.shop.writes
        await final_state(audit, str(world.folder), fix=code)
        mends = {"rows_read": 1, "deactivated" if code == "specific_price_over" else "updated": 1}
        if (state.name, done, world.counts(), world.shop.writes) != ("Completed", mends, {}, writes):
            broken[code] = (state.message, done, world.counts())
    return broken


async def test_in_an_installation_of_several_shops_a_fix_mends_its_own_shop_alone(
    prefect_api: str, tmp_path: Path
) -> None:
    groups = (ShopGroup(1), ShopGroup(1))
    with World.at(tmp_path / "boutique", groups=groups) as world:
        world.write_settings(shop={"id_shop": 2})
        shop = world.shop
        row = {"name": NAME, "price": "10.000000", "images": [1], "cover": 1, "quantity": 5}
        belt = shop.insert("products", row | {"reference": "BELT"})
        over = [
            shop.insert("specific_prices", price(belt) | {"id_shop": number, "to": "2026-01-01 00:00:00"})
            for number in (1, 2)
        ]
        shop.reset_counts()
        state = await final_state(audit, str(world.folder), fix="specific_price_over")
        assert (state.name, world.counts()) == ("Completed", {"rows_read": 1, "deactivated": 1}), state.message
        assert [int(each["id"]) for each in shop.rows("specific_prices")] == over[:1]
        shop.change("products", belt, {"cover": None}, id_shop=2)
        state = await final_state(audit, str(world.folder), fix="cover_missing")
        assert (state.name, world.counts()) == ("Completed", {"rows_read": 1, "updated": 1}), state.message
        await final_state(audit, str(world.folder), fix="cover_missing")
        assert world.counts() == {}

"""Entities are changed field by field, on shops with and without PATCH."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from connectors.prestashop import Shop, ShopLimits
from connectors.prestashop.resources import resource_of
from connectors.prestashop.updating import merged
from deployments.sandbox.shop import Fault, SandboxShop
from schemas.errors import DeniedError
from tests.connectors.prestashop.catalogue import BY_REFERENCE, outcomes, product, products
from tests.connectors.prestashop.conftest import QUICK

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

FULL_PRODUCT: dict[str, Any] = {
    "ean13": "3600000000017",
    "weight": "0.3",
    "description": {1: "<p>Long</p>", 2: "<p>Long aussi</p>"},
    "description_short": {1: "short", 2: "court"},
    "available_for_order": True,
    "visibility": "both",
    "condition": "new",
    "date_add": "2020-01-02 03:04:05",
}


@pytest.fixture(params=["8.2", "1.7.8", "9.1"])
async def any_shop(request: pytest.FixtureRequest) -> AsyncIterator[tuple[Shop, SandboxShop]]:
    """A shop of each version, with a client."""
    with SandboxShop(profile=request.param) as sandbox:
        async with Shop(sandbox.url, sandbox.key, limits=QUICK) as shop:
            yield shop, sandbox


def _changed(before: dict[str, Any], after: dict[str, Any]) -> set[str]:
    return {field for field in before if before[field] != after.get(field)} - {"date_upd"}


async def test_only_the_fields_sent_change_on_every_version_d1_d2(any_shop: tuple[Shop, SandboxShop]) -> None:
    shop, sandbox = any_shop
    (made,) = await shop.create("products", [product("P", **FULL_PRODUCT)], BY_REFERENCE)
    assert made.id is not None
    before = sandbox.row("products", made.id)
    receipts = await shop.update("products", [{"id": made.id, "price": Decimal("12.5"), "active": False}])
    assert outcomes(receipts) == ["updated"]
    assert _changed(before, sandbox.row("products", made.id)) == {"price", "active"}


async def test_the_date_of_creation_stays_on_every_version_d1(any_shop: tuple[Shop, SandboxShop]) -> None:
    shop, sandbox = any_shop
    (made,) = await shop.create("products", [product("P")], BY_REFERENCE)
    assert made.id is not None
    sandbox.change("products", made.id, {"date_add": "2020-01-02 03:04:05"})
    await shop.update("products", [{"id": made.id, "price": Decimal(1)}])
    assert sandbox.row("products", made.id)["date_add"] == "2020-01-02 03:04:05"


async def test_a_language_left_out_keeps_its_text_on_every_version_d2(any_shop: tuple[Shop, SandboxShop]) -> None:
    shop, sandbox = any_shop
    (made,) = await shop.create("products", [product("P")], BY_REFERENCE)
    assert made.id is not None
    await shop.update("products", [{"id": made.id, "name": {2: "Nouveau"}}])
    assert sandbox.row("products", made.id)["name"] == {1: "Shirt P", 2: "Nouveau"}


async def test_a_stock_row_stays_in_its_shop_on_every_version_d12(any_shop: tuple[Shop, SandboxShop]) -> None:
    shop, sandbox = any_shop
    made = await shop.create("products", products(3), BY_REFERENCE)
    rows = await shop.find("stock_availables", "id_product", [str(r.id) for r in made], display=["id", "id_product"])
    sandbox.change("stock_availables", rows[0]["id"], {"location": "A-12"})
    before = {row["id"]: row for row in sandbox.rows("stock_availables")}
    receipts = await shop.update("stock_availables", [{"id": row["id"], "quantity": 9} for row in rows])
    assert outcomes(receipts) == ["updated"] * 3
    for row in sandbox.rows("stock_availables"):
        assert _changed(before[row["id"]], row) == {"quantity"}


async def test_the_combinations_of_a_product_survive_any_update_d11(any_shop: tuple[Shop, SandboxShop]) -> None:
    shop, sandbox = any_shop
    (made,) = await shop.create("products", [product("P")], BY_REFERENCE)
    assert made.id is not None
    for number in range(3):
        sandbox.insert("combinations", {"id_product": made.id, "reference": f"C{number}", "minimal_quantity": 1})
    kept = sandbox.rows("combinations")
    change = {"id": made.id, "associations": {"combinations": [{"id": kept[0]["id"]}], "categories": [{"id": 2}]}}
    assert outcomes(await shop.update("products", [change])) == ["updated"]
    assert len(sandbox.rows("combinations")) == 3


async def test_features_and_categories_not_sent_stay_d44(any_shop: tuple[Shop, SandboxShop]) -> None:
    shop, sandbox = any_shop
    feature = sandbox.insert("product_features", {"name": {1: "Material", 2: "Matière"}})
    value = sandbox.insert("product_feature_values", {"id_feature": feature, "value": {1: "Wool", 2: "Laine"}})
    with_feature = product(
        "P",
        associations={
            "categories": [{"id": 2}],
            "product_features": [{"id": feature, "id_feature_value": value}],
        },
    )
    (made,) = await shop.create("products", [with_feature], BY_REFERENCE)
    await shop.update("products", [{"id": made.id, "price": Decimal(3)}])
    display = ["categories[id]", "product_features[id,id_feature_value]"]
    (read,) = await shop.find("products", "id", [str(made.id)], display=display)
    assert read["associations"]["product_features"] == [{"id": str(feature), "id_feature_value": str(value)}]
    assert read["associations"]["categories"] == [{"id": "2"}]


async def test_an_old_shop_gets_put_and_a_new_one_patch_d3(
    shop: Shop, sandbox: SandboxShop, old_shop: Shop, old_sandbox: SandboxShop
) -> None:
    for client, server, method in ((shop, sandbox, "PATCH"), (old_shop, old_sandbox, "PUT")):
        (made,) = await client.create("products", [product("P")], BY_REFERENCE)
        server.reset_counts()
        await client.update("products", [{"id": made.id, "price": Decimal(2)}])
        assert [seen for seen, _, _ in server.requests if seen != "GET"] == [method]


async def test_a_key_without_the_patch_right_uses_put_d3(sandbox: SandboxShop) -> None:
    key = "UPGRADED0UPGRADED0UPGRADED0UPGRA"
    rights = dict.fromkeys(("products", "languages", "configurations"), ("GET", "PUT", "POST"))
    sandbox.add_key(key, rights)
    async with Shop(sandbox.url, key, limits=QUICK) as shop:
        (made,) = await shop.create("products", [product("P")], BY_REFERENCE)
        assert outcomes(await shop.update("products", [{"id": made.id, "active": False}])) == ["updated"]
        with pytest.raises(DeniedError, match="stock_availables"):
            await shop.update("stock_availables", [{"id": 1, "quantity": 3}])
    assert sandbox.count("PUT") == 1


async def test_old_shops_update_in_bulk_with_one_read_per_document(old_shop: Shop, old_sandbox: SandboxShop) -> None:
    made = await old_shop.create("products", products(40), BY_REFERENCE)
    old_sandbox.reset_counts()
    receipts = await old_shop.update("products", [{"id": r.id, "price": Decimal(7)} for r in made])
    assert outcomes(receipts) == ["updated"] * 40
    synopsis = 1
    assert old_sandbox.count("PUT") == old_sandbox.count("GET") - synopsis
    assert {str(row["price"]) for row in old_sandbox.rows("products")} <= {"7.000000", "7"}


def test_what_is_put_back_has_no_read_only_field_no_empty_one_and_no_association_d6_d17_d29() -> None:
    whole = {
        "id": 5,
        "manufacturer_name": "Studio",
        "quantity": "0",
        "position_in_category": "3",
        "id_default_combination": "9",
        "id_default_image": "1",
        "reference": "R",
        "ean13": "",
        "date_add": "2020-01-01 00:00:00",
        "date_upd": "2021-01-01 00:00:00",
        "name": {1: "Shirt", 2: "Chemise"},
        "associations": {"combinations": [{"id": "9"}], "categories": [{"id": "2"}]},
    }
    assert merged(whole, {"id": 5, "name": {2: "Polo"}}, resource_of("products")) == {
        "id": 5,
        "reference": "R",
        "date_add": "2020-01-01 00:00:00",
        "name": {1: "Shirt", 2: "Polo"},
    }
    category = {"id": 4, "level_depth": "2", "nb_products_recursive": "7", "position": "", "active": "1"}
    assert merged(category, {"id": 4}, resource_of("categories")) == {"id": 4, "active": "1"}
    maker = {"id": 4, "name": "Studio", "link_rewrite": "studio"}
    assert merged(maker, {"id": 4}, resource_of("manufacturers")) == {"id": 4, "name": "Studio"}


def test_a_default_combination_asked_for_is_sent_all_the_same_d6() -> None:
    change = {"id": 5, "id_default_combination": 12}
    assert merged({"id": 5, "id_default_combination": "9"}, change, resource_of("products")) == change


def test_a_stock_row_is_put_back_exactly_as_read_d12() -> None:
    row = {"id": 5, "id_product": "1", "id_product_attribute": "0", "id_shop": "1", "id_shop_group": "0"}
    row |= {"quantity": "3", "depends_on_stock": "0", "out_of_stock": "2", "location": "A-12"}
    assert merged(row, {"id": 5, "quantity": 8}, resource_of("stock_availables")) == {**row, "quantity": 8}


async def test_ids_the_shop_does_not_have_are_missing_and_the_others_updated(
    any_shop: tuple[Shop, SandboxShop],
) -> None:
    shop, sandbox = any_shop
    made = await shop.create("products", products(4), BY_REFERENCE)
    ids = [made[0].id, 9998, made[1].id, made[2].id, 9999, made[3].id]
    receipts = await shop.update("products", [{"id": known, "price": Decimal(8)} for known in ids])
    assert outcomes(receipts) == ["updated", "missing", "updated", "updated", "missing", "updated"]
    assert {Decimal(str(row["price"])) for row in sandbox.rows("products")} == {Decimal(8)}


async def test_one_bad_change_is_named_and_the_others_are_made(any_shop: tuple[Shop, SandboxShop]) -> None:
    shop, sandbox = any_shop
    made = await shop.create("products", products(9), BY_REFERENCE)
    changes: list[dict[str, Any]] = [{"id": receipt.id, "price": Decimal(8)} for receipt in made]
    changes[5]["price"] = "1,5"
    receipts = await shop.update("products", changes)
    assert outcomes(receipts) == ["updated"] * 5 + ["refused"] + ["updated"] * 3
    assert receipts[5].error is not None
    assert (receipts[5].error.code, receipts[5].error.key) == ("85", str(made[5].id))
    assert sum(Decimal(str(row["price"])) == Decimal(8) for row in sandbox.rows("products")) == 8


@pytest.mark.parametrize(
    "kind",
    [
        "500-after", "500-before", "reset-after", "reset-before", "503", "429", "maintenance", "php-warnings",
        "php-warnings-500", "waf-403", "waf-406", "redirect", "disabled",
    ],
)  # fmt: skip
async def test_every_passing_fault_is_survived(kind: str, shop: Shop, sandbox: SandboxShop) -> None:
    made = await shop.create("products", products(12), BY_REFERENCE)
    sandbox.faults.add(Fault(kind=kind, method="PATCH"))  # type: ignore[arg-type]
    receipts = await shop.update("products", [{"id": r.id, "price": Decimal(8)} for r in made])
    assert outcomes(receipts) == ["updated"] * 12
    assert {Decimal(str(row["price"])) for row in sandbox.rows("products")} == {Decimal(8)}
    assert sandbox.faults.struck == 1


async def test_a_redirect_that_stays_stops_the_run_and_is_never_followed_d5(shop: Shop, sandbox: SandboxShop) -> None:
    (made,) = await shop.create("products", [product("P")], BY_REFERENCE)
    sandbox.faults.add(Fault(kind="redirect", method="PATCH", times=None))
    with pytest.raises(DeniedError) as caught:
        await shop.update("products", [{"id": made.id, "price": Decimal(8)}])
    assert "Set the shop's address to http" in caught.value.remedy
    assert not [method for method, _, _ in sandbox.requests[-3:] if method == "GET"]


async def test_a_redirect_on_the_first_request_stops_at_once_d5(sandbox: SandboxShop) -> None:
    sandbox.faults.add(Fault(kind="redirect", times=None))
    async with Shop(sandbox.url, sandbox.key, limits=QUICK) as shop:
        with pytest.raises(DeniedError):
            await shop.describe()
    assert len(sandbox.requests) == 1


async def test_a_refused_key_stops_at_once(shop: Shop, sandbox: SandboxShop) -> None:
    sandbox.faults.add(Fault(kind="401", method="PATCH", times=None))
    with pytest.raises(DeniedError) as caught:
        await shop.update("products", [{"id": 1, "price": Decimal(8)}])
    assert "32 characters" in caught.value.remedy
    assert sandbox.count("PATCH") == 1


async def test_stock_that_depends_on_warehouses_is_refused_row_by_row_d14(shop: Shop, sandbox: SandboxShop) -> None:
    made = await shop.create("products", products(3), BY_REFERENCE)
    rows = await shop.find("stock_availables", "id_product", [str(r.id) for r in made], display=["id"])
    ids = sorted(row["id"] for row in rows)
    sandbox.change("stock_availables", ids[1], {"depends_on_stock": 1})
    sandbox.change("configurations", _setting(sandbox, "PS_ADVANCED_STOCK_MANAGEMENT"), {"value": "1"})
    receipts = await shop.update("stock_availables", [{"id": known, "quantity": 4} for known in ids])
    assert outcomes(receipts) == ["updated", "refused", "updated"]
    assert receipts[1].error is not None
    assert receipts[1].error.code == "133"


def _setting(sandbox: SandboxShop, name: str) -> int:
    found = [int(row["id"]) for row in sandbox.rows("configurations") if row["name"] == name]
    return found[0] if found else sandbox.insert("configurations", {"name": name, "value": "0"})


async def test_an_entity_given_twice_is_written_once_the_later_fields_win(shop: Shop, sandbox: SandboxShop) -> None:
    (made,) = await shop.create("products", [product("P")], BY_REFERENCE)
    assert made.id is not None
    sandbox.reset_counts()
    changes = [{"id": made.id, "price": Decimal(1), "active": False}, {"id": made.id, "price": Decimal(2)}]
    assert outcomes(await shop.update("products", changes)) == ["updated", "updated"]
    row = sandbox.row("products", made.id)
    assert (Decimal(str(row["price"])), int(row["active"])) == (Decimal(2), 0)
    assert sandbox.writes == 1


async def test_a_default_moves_between_combinations_in_one_document_d9(shop: Shop, sandbox: SandboxShop) -> None:
    (made,) = await shop.create("products", [product("P")], BY_REFERENCE)
    first, second = (
        sandbox.insert(
            "combinations", {"id_product": made.id, "reference": f"C{n}", "minimal_quantity": 1, "default_on": n == 0}
        )
        for n in range(2)
    )
    changes = [{"id": first, "default_on": False}, {"id": second, "default_on": True}]
    assert outcomes(await shop.update("combinations", changes)) == ["updated", "updated"]
    assert str(sandbox.row("combinations", second)["default_on"]) in {"1", "True"}


async def test_deleting_tells_what_was_there_and_what_was_not(shop: Shop, sandbox: SandboxShop) -> None:
    made = await shop.create("products", products(4), BY_REFERENCE)
    receipts = await shop.delete("products", [made[0].id or 0, 9999, made[2].id or 0])
    assert outcomes(receipts) == ["deleted", "missing", "deleted"]
    assert len(sandbox.rows("products")) == 2


@pytest.mark.parametrize("kind", ["500-after", "500-before", "reset-after", "reset-before", "503", "php-warnings-500"])
async def test_deleting_survives_every_passing_fault(kind: str, shop: Shop, sandbox: SandboxShop) -> None:
    made = await shop.create("products", products(4), BY_REFERENCE)
    sandbox.faults.add(Fault(kind=kind, method="DELETE"))  # type: ignore[arg-type]
    receipts = await shop.delete("products", [receipt.id or 0 for receipt in made])
    assert outcomes(receipts) == ["deleted"] * 4
    assert sandbox.rows("products") == []


async def test_seeded_faults_of_every_kind_leave_the_same_quantities(sandbox: SandboxShop) -> None:
    limits = ShopLimits(pace="full", settle_seconds=0.02, timeout_seconds=5, patience_seconds=60, max_batch=20)
    async with Shop(sandbox.url, sandbox.key, limits=limits) as shop:
        made = await shop.create("products", products(200), BY_REFERENCE)
        ids = [str(receipt.id) for receipt in made]
        rows = await shop.find("stock_availables", "id_product", ids, display=["id", "id_product"])
        sandbox.faults.chance(seed=11, rate=0.2)
        changes = [{"id": row["id"], "quantity": int(row["id_product"]) * 3} for row in rows]
        assert outcomes(await shop.update("stock_availables", changes)) == ["updated"] * 200
    assert all(int(row["quantity"]) == int(row["id_product"]) * 3 for row in sandbox.rows("stock_availables"))
    assert sandbox.faults.struck > 2

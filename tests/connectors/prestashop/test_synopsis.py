"""A shop is asked for its fields once, and what it lacks or forbids is left out."""

from __future__ import annotations

import asyncio

import pytest

from connectors.prestashop import Identity, Shop
from deployments.sandbox.shop import SandboxShop
from schemas.errors import DeniedError, UnexpectedReplyError
from tests.connectors.prestashop.catalogue import BY_REFERENCE, outcomes, product
from tests.connectors.prestashop.conftest import QUICK

KEY = "PUTONLY0PUTONLY0PUTONLY0PUTONLY0"
NAMED = {"email": "anna@lab.test", "lastname": "Martin", "firstname": "Anna", "passwd": "x" * 12}


def rules(sandbox: SandboxShop) -> int:
    return sandbox.count("GET", r"schema=synopsis")


async def test_each_resource_is_asked_once_whoever_asks(shop: Shop) -> None:
    models = await asyncio.gather(*(shop.model(["products", "combinations"]) for _ in range(5)))
    assert len({id(model.resources["products"]) for model in models}) == 1
    name = models[0].field("products", "name")
    assert name is not None
    assert (name.validator, name.max_length, name.writable) == ("isCatalogName", 128, True)
    assert models[0].resources["products"].unwritable() == {"manufacturer_name", "quantity"}
    assert models[0].field("products", "nonsense") is None


async def test_a_field_that_1_7_7_lacks_is_left_out_of_what_is_asked() -> None:
    with SandboxShop(profile="1.7.7") as sandbox:
        async with Shop(sandbox.url, sandbox.key, limits=QUICK) as shop:
            (made,) = await shop.create("products", [product("P", product_type="combinations")], BY_REFERENCE)
            (read,) = await shop.find("products", "id", [str(made.id)], display=["reference", "product_type"])
            assert read == {"id": made.id, "reference": "P"}
            with pytest.raises(UnexpectedReplyError):
                await shop.read("products", display=["foo"])


async def test_a_shop_that_has_the_field_tells_it(shop: Shop) -> None:
    await shop.create("products", [product("P", product_type="combinations")], BY_REFERENCE)
    assert [row["product_type"] for row in await shop.read("products", display=["product_type"])] == ["combinations"]


async def test_numbers_in_json_are_read_as_texts_on_every_version() -> None:
    read = []
    for profile in ("1.7.8", "8.2", "9.1"):
        with SandboxShop(profile=profile) as sandbox:
            async with Shop(sandbox.url, sandbox.key, limits=QUICK) as shop:
                await shop.create("products", [product("P", name={1: "a", 2: "b"})], BY_REFERENCE)
                fields = ["reference", "id_category_default", "price", "active", "name"]
                read.append(await shop.read("products", display=fields))
                read[-1] += await shop.read("shop_groups", display=["share_stock", "active"])
    assert read[0] == read[1] == read[2]
    assert read[2][0]["name"] == {1: "a", 2: "b"}


async def test_what_a_put_would_empty_for_good_is_not_put() -> None:
    with SandboxShop(profile="9.1") as sandbox:
        sandbox.add_key(KEY, dict.fromkeys(("customers", "languages", "configurations"), ("GET", "PUT", "POST")))
        async with Shop(sandbox.url, KEY, limits=QUICK) as shop:
            by_email = Identity("email", ("email",))
            (made,) = await shop.create("customers", [{**NAMED, "id_default_group": 3}], by_email)
            with pytest.raises(DeniedError, match="secure_key") as caught:
                await shop.update("customers", [{"id": made.id, "firstname": "Eva"}])
            assert "Patch (PATCH)" in caught.value.remedy or "PATCH" in caught.value.remedy
        assert sandbox.rows("customers")[0]["firstname"] == "Anna"
        assert sandbox.rows("customers")[0]["secure_key"]


async def test_a_put_names_no_field_that_the_shop_lets_nobody_write() -> None:
    with SandboxShop(profile="9.1") as sandbox:
        sandbox.add_key(KEY, dict.fromkeys(("products", "languages", "configurations"), ("GET", "PUT", "POST")))
        async with Shop(sandbox.url, KEY, limits=QUICK) as shop:
            (made,) = await shop.create("products", [product("P")], BY_REFERENCE)
            assert outcomes(await shop.update("products", [{"id": made.id, "active": False}])) == ["updated"]

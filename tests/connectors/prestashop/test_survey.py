"""Whole resources are read a page at a time, and nothing but the page is kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import pytest

from connectors.prestashop import Shop, ShopLimits
from connectors.prestashop.entities import Entity
from deployments.sandbox.shop import SandboxShop, ShopGroup
from tasks.audit.look import prices_for
from tasks.audit.plan.categories import CATEGORY_FIELDS
from tasks.audit.plan.combinations import COMBINATION_FIELDS
from tasks.audit.plan.customers import CUSTOMER_FIELDS
from tasks.audit.plan.fixes import FIXES
from tasks.audit.plan.products import PRICES, PRODUCT_FIELDS
from tasks.audit.plan.specific_prices import SPECIFIC_PRICE_FIELDS
from tasks.audit.plan.stock import STOCK_FIELDS
from tests.connectors.prestashop.conftest import QUICK

PAGES_OF_TWO = ShopLimits(pace="full", settle_seconds=0.05, timeout_seconds=5, patience_seconds=20, max_page=2)

HASH = f"$2y$10${'a' * 53}"


@pytest.fixture
def full(sandbox: SandboxShop) -> SandboxShop:
    """Three and more of everything that an audit reads."""
    return filled(sandbox)


@pytest.fixture(scope="module")
def one_of_several() -> Iterator[SandboxShop]:
    """The same in an installation of three shops."""
    with SandboxShop(groups=(ShopGroup(2, share_stock=True), ShopGroup(1))) as sandbox:
        yield filled(sandbox)


def filled(sandbox: SandboxShop) -> SandboxShop:
    for number in range(3):
        product = sandbox.insert("products", {"reference": f"P{number}", "name": {1: "a", 2: "b"}, "price": "1.5"})
        sandbox.insert("combinations", {"id_product": product, "reference": f"C{number}", "product_option_values": []})
        sandbox.insert("categories", {"name": {1: "a", 2: "b"}})
        sandbox.insert(
            "customers", {"email": f"a{number}@example.com", "firstname": "A", "lastname": "B", "passwd": HASH}
        )
        sandbox.insert("specific_prices", {"id_product": product, "reduction_type": "amount"})
    return sandbox


READ_BY_AN_AUDIT = pytest.mark.parametrize(
    ("resource", "display"),
    [
        ("categories", CATEGORY_FIELDS),
        ("products", (*PRODUCT_FIELDS, *PRICES)),
        ("combinations", COMBINATION_FIELDS),
        ("stock_availables", STOCK_FIELDS),
        ("specific_prices", SPECIFIC_PRICE_FIELDS),
        ("customers", CUSTOMER_FIELDS),
    ],
)


@READ_BY_AN_AUDIT
async def test_every_row_comes_once_by_id_in_pages(full: SandboxShop, resource: str, display: Sequence[str]) -> None:
    options = prices_for(1) if resource == "products" else {}
    async with Shop(full.url, full.key, limits=PAGES_OF_TWO) as shop:
        pages = [page async for page in shop.survey.pages(resource, display=display, options=options)]
    ids = [row["id"] for page in pages for row in page]
    assert ids == [row["id"] for row in full.rows(resource)]
    assert len(ids) >= 3
    assert max(map(len, pages)) == 2
    if resource == "products":
        assert {row[name] for page in pages for row in page for name in PRICES} == {"0.000000"}


@READ_BY_AN_AUDIT
async def test_of_several_shops_the_one_that_is_named_is_read(
    one_of_several: SandboxShop, resource: str, display: Sequence[str]
) -> None:
    options = prices_for(1) if resource == "products" else {}
    async with Shop(one_of_several.url, one_of_several.key, limits=PAGES_OF_TWO, id_shop=2) as shop:
        assert (await shop.describe()).shops.shares_stock
        pages = [page async for page in shop.survey.pages(resource, display=display, options=options)]
    ids = [row["id"] for page in pages for row in page]
    assert ids == sorted(set(ids))
    if resource in {"products", "combinations"}:
        assert len(ids) == 3


async def test_a_resource_without_rows_has_no_page(sandbox: SandboxShop) -> None:
    async with Shop(sandbox.url, sandbox.key, limits=PAGES_OF_TWO) as shop:
        assert [page async for page in shop.survey.pages("products", display=["id"])] == []


async def test_a_product_that_is_nowhere_is_not_one_that_is_outside_the_shop(full: SandboxShop) -> None:
    known = int(full.rows("products")[0]["id"])
    async with Shop(full.url, full.key, limits=PAGES_OF_TWO) as shop:
        found = await shop.survey.whereabouts("products", [known, 999])
    assert found == {known: "here", 999: "nowhere"}


SEVERAL: Mapping[str, Entity] = {
    "combination_default_missing": {"default_on": True},
    "stock_sum_wrong": {"out_of_stock": 2},
    "cover_missing": {"id_default_image": 1},
    "redirect_to_nothing": {"redirect_type": "404", "id_type_redirected": 0},
    "product_default_category_not_own": {"associations": {"categories": [{"id": 2}]}},
    "customer_without_group": {"id_default_group": 3, "associations": {"groups": [{"id": 3}]}},
}


@pytest.mark.parametrize("code", SEVERAL)
async def test_what_a_fix_reads_and_writes_of_several(full: SandboxShop, code: str) -> None:
    fix, rows = FIXES[code], full.rows(FIXES[code].resource)[:2]
    async with Shop(full.url, full.key, limits=QUICK) as shop:
        found = await shop.find(fix.resource, fix.by, [str(row[fix.by]) for row in rows], display=fix.fields)
        receipts = await shop.update(fix.resource, [{"id": int(row["id"]), **SEVERAL[code]} for row in rows])
    assert len(found) >= 2
    assert [receipt.outcome for receipt in receipts] == ["updated", "updated"]

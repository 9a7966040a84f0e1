"""What differs in the versions before and after the one this suite was measured on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.contract.prestashop.bench import Bench
from tests.contract.prestashop.documents import document
from tests.contract.prestashop.setting import look_up
from tests.contract.prestashop.webservice import refused

if TYPE_CHECKING:
    from tests.contract.prestashop.documents import Row
    from tests.contract.prestashop.setting import Setting
    from tests.contract.prestashop.webservice import Reply, Webservice


@pytest.fixture(scope="module")
def old_bench(old_shop: Webservice) -> Bench:
    """Own data in the old shop, which ends with this module."""
    return Bench(old_shop, look_up(old_shop))


def test_this_shop_says_which_version_it_is(setting: Setting) -> None:
    measured = (1, 7, 8) <= setting.version < (9, 2) and not (1, 8) <= setting.version < (8, 0, 3)
    assert measured, "the suite states what 1.7.8, 8.0.3 to 8.2 and 9.1 do"


def without_a_fallback(shop: Webservice, change: Row) -> Reply:
    """The answer to a real PATCH of a product."""
    return shop.send("PATCH", "products", body=document("products", [change]))


def test_1_7_has_no_patch(old_bench: Bench) -> None:
    shop, product = old_bench.shop, old_bench.product()
    assert refused(without_a_fallback(shop, {"id": product.id, "price": "99"}), 23, 405)
    assert shop.read("products", product.id)["price"] == "10.000000"


def test_1_7_does_not_list_a_right_to_patch(old_shop: Webservice) -> None:
    (products,) = old_shop.get("").root.iterfind("api/products")
    assert products.get("patch") is None
    assert products.get("put") == "true"


def test_1_7_says_its_version(old_shop: Webservice) -> None:
    assert old_shop.get("products", limit=1).headers["psws-version"].startswith("1.7.8")


def test_1_7_puts_and_posts_as_8_does(old_bench: Bench) -> None:
    shop, setting = old_bench.shop, old_bench.setting
    product = old_bench.product()
    assert shop.put("products", {"id": product.id, "price": "12", "name": setting.both("x")}).status == 200
    after = shop.read("products", product.id)
    assert (after["price"], after["reference"], after["active"]) == ("12.000000", "", "0")


def test_9_patches_and_says_its_version(new_shop: Webservice) -> None:
    bench = Bench(new_shop, look_up(new_shop))
    product = bench.product()
    new_shop.patched("products", {"id": product.id, "price": "12"})
    after = new_shop.read("products", product.id)
    assert (after["price"], after["reference"]) == ("12.000000", product["reference"])
    assert new_shop.get("products", limit=1).headers["psws-version"].startswith("9.")

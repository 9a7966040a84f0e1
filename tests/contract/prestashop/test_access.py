"""Who is let in, what every answer carries, and how a wrong address is answered."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.contract.prestashop.setting import NO_SUCH_ID
from tests.contract.prestashop.webservice import PATCH_SINCE, Reply, refused

if TYPE_CHECKING:
    from tests.contract.prestashop.bench import Bench
    from tests.contract.prestashop.setting import Setting
    from tests.contract.prestashop.webservice import Webservice

METHODS = ("get", "put", "post", "patch", "delete", "head")
RELIED_ON = {
    "addresses", "carriers", "carts", "categories", "combinations", "configurations", "countries", "currencies",
    "customers", "groups", "languages", "manufacturers", "order_carriers", "order_details",
    "order_histories", "order_invoices", "order_payments", "order_slip", "order_states", "orders",
    "product_feature_values", "product_features", "product_option_values", "product_options", "product_suppliers",
    "products", "shops", "specific_prices", "states", "stock_availables", "stores", "suppliers", "tax_rule_groups",
    "tax_rules", "taxes",
}  # fmt: skip


def anonymous(shop: Webservice, headers: dict[str, str] | None = None, query: str = "") -> httpx.Response:
    return httpx.get(f"{shop.root}/api/products?limit=1{query}", headers=headers, timeout=60)


def basic(key: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{key}:".encode()).decode()}


def test_the_key_is_the_user_of_basic_authentication(shop: Webservice) -> None:
    assert anonymous(shop, basic(shop.key)).status_code == 200


def test_the_key_is_taken_from_the_address_too(shop: Webservice) -> None:
    assert anonymous(shop, query=f"&ws_key={shop.key}").status_code == 200


def test_without_credentials_the_answer_is_not_xml(shop: Webservice) -> None:
    response = anonymous(shop)
    assert response.status_code == 401
    assert response.headers["content-type"].startswith("text/html")
    assert response.text == "401 Unauthorized"


@pytest.mark.parametrize(("key", "expected"), [("", [17]), ("tooshort", [18]), ("K" * 32, [20, 21])])
def test_a_wrong_key_is_401_and_says_why(shop: Webservice, key: str, expected: list[int]) -> None:
    response = anonymous(shop, basic(key))
    assert response.status_code == 401
    assert Reply(response).codes == expected


def test_the_root_lists_each_resource_with_the_rights_of_the_key(shop: Webservice) -> None:
    reply = shop.get("")
    rights = {node.tag: {method: node.get(method) for method in METHODS} for node in reply.root[0]}
    assert reply.root[0].tag == "api"
    assert rights.keys() >= RELIED_ON
    assert rights["products"] == dict.fromkeys(METHODS, "true") | (
        {} if shop.version >= PATCH_SINCE else {"patch": None}
    )


def test_the_root_answers_without_its_slash(shop: Webservice) -> None:
    response = httpx.get(f"{shop.root}/api", headers=basic(shop.key), timeout=60)
    assert response.status_code == 200
    assert b"<api " in response.content


def test_the_version_is_told_only_to_who_has_a_key_since_8_0(shop: Webservice) -> None:
    told = anonymous(shop, basic("K" * 32)).headers["psws-version"]
    assert told == ("0" if shop.version >= (8,) else shop.get("shops").headers["psws-version"])
    assert anonymous(shop, basic(shop.key)).headers["psws-version"].count(".") >= 2


def test_every_answer_carries_the_time_it_took_and_the_hash_of_its_body(shop: Webservice, setting: Setting) -> None:
    reply = shop.get(f"categories/{setting.home}")
    assert reply.headers["content-type"] == "text/xml;charset=utf-8"
    assert reply.headers["x-powered-by"] == "PrestaShop Webservice"
    assert float(reply.headers["execution-time"]) >= 0
    assert reply.headers["content-sha1"] == hashlib.sha1(reply.body, usedforsecurity=False).hexdigest()
    assert "etag" not in reply.headers
    assert "last-modified" not in reply.headers


def test_the_hash_sent_back_is_answered_304_without_a_body_since_8_0(shop: Webservice, bench: Bench) -> None:
    path = f"products/{bench.product().id}"
    known = shop.get(path).headers["content-sha1"]
    reply = shop.send("GET", path, headers={"Local-Content-Sha1": known})
    assert (reply.status, bool(reply.body)) == ((304, False) if shop.version >= (8,) else (200, True))


def test_if_none_match_is_not_looked_at(shop: Webservice, bench: Bench) -> None:
    path = f"products/{bench.product().id}"
    known = shop.get(path).headers["content-sha1"]
    assert shop.send("GET", path, headers={"If-None-Match": known}).status == 200


def test_head_is_get_without_the_body(shop: Webservice, bench: Bench) -> None:
    reply = shop.send("HEAD", f"products/{bench.product().id}")
    assert (reply.status, reply.body) == (200, b"")
    assert reply.headers["content-type"] == "text/xml;charset=utf-8"


def test_head_of_an_empty_list_is_200_and_of_an_unknown_id_404(shop: Webservice, bench: Bench) -> None:
    assert shop.send("HEAD", "products", {"filter[reference]": bench.name()}).status == 200
    assert shop.send("HEAD", f"products/{NO_SUCH_ID}").status == 404


@pytest.mark.parametrize("method", ["OPTIONS", "FOO"])
def test_a_method_that_the_webservice_does_not_know_is_405(shop: Webservice, method: str) -> None:
    assert refused(shop.send(method, "products"), 23, 405)


def test_a_post_may_say_that_it_is_a_put(shop: Webservice, bench: Bench) -> None:
    product = bench.product()
    reply = shop.post("products", {"id": product.id, "price": "11", "name": "x"}, ps_method="PUT")
    assert reply.status == 200
    assert shop.read("products", product.id)["reference"] == ""


def test_an_unknown_resource_is_refused_with_what_could_be_meant(shop: Webservice) -> None:
    reply = shop.get("product")
    assert refused(reply, 27, 400)
    assert '"products"' in reply.message


def test_without_a_module_there_are_no_order_returns(shop: Webservice) -> None:
    if any(node.tag == "order_returns" for node in shop.get("").root[0]):
        pytest.skip("this shop has a module that adds order_returns")
    reply = shop.get("order_returns")
    assert refused(reply, 27, 400)
    assert "order_returns" in reply.message


@pytest.mark.parametrize("shop_id", [str(NO_SUCH_ID), "foo"])
def test_an_unknown_shop_is_a_redirection_and_no_error(shop: Webservice, shop_id: str) -> None:
    reply = shop.get("products", id_shop=shop_id, limit=1)
    assert reply.status == 302
    assert not reply.body.strip()


def test_a_host_that_is_not_the_shop_s_is_a_redirection(shop: Webservice) -> None:
    assert shop.send("GET", "products", {"limit": 1}, headers={"Host": "elsewhere.test"}).status == 302


def test_an_unknown_group_of_shops_is_500(shop: Webservice) -> None:
    assert refused(shop.get("products", id_group_shop=NO_SUCH_ID, limit=1), 999, 500)


def test_the_own_shop_may_be_asked_for_and_since_8_0_all_shops(
    shop: Webservice, setting: Setting, bench: Bench
) -> None:
    reference = bench.product()["reference"]
    if setting.of_17:
        assert shop.get("products", id_shop="all", limit=1).status == 302
    for scope in (str(setting.shop),) if setting.of_17 else ("all", str(setting.shop)):
        found = shop.get("products", id_shop=scope, **{"filter[reference]": reference})
        assert len(found.rows) == 1, scope


@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_a_stock_row_can_be_neither_made_nor_deleted(shop: Webservice, bench: Bench, method: str) -> None:
    row = bench.stock_row(bench.product().id)
    body = b"<prestashop><stock_available><quantity>1</quantity></stock_available></prestashop>"
    reply = shop.send(method, f"stock_availables/{row.id}", body=body)
    assert refused(reply, 101, 405)
    assert shop.exists("stock_availables", row.id)


def test_a_slash_before_the_query_changes_nothing(shop: Webservice) -> None:
    assert shop.get("products/", schema="blank").body == shop.get("products", schema="blank").body


def test_parameters_that_mean_nothing_are_ignored(shop: Webservice, bench: Bench) -> None:
    reference = bench.product()["reference"]
    assert len(shop.get("products", foo="bar", **{"filter[reference]": reference}).rows) == 1


def test_accept_does_not_choose_the_format(shop: Webservice) -> None:
    reply = shop.send("GET", "products", {"limit": 1}, headers={"Accept": "application/json"})
    assert reply.headers["content-type"] == "text/xml;charset=utf-8"

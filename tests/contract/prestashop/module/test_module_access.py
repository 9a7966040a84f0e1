"""Which resources the module adds, and what may be done with each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from deployments.sandbox.shop import SandboxShop
from tests.contract.prestashop.module.returns import returns_of
from tests.contract.prestashop.webservice import PATCH_SINCE, Webservice, refused

if TYPE_CHECKING:
    from tests.contract.prestashop.documents import Entity

SPECIFIC = ("passerelle_info", "store_orders", "stock_lines", "price_lines", "product_lines", "lowest_prices")
ENTITIES = ("order_returns", "order_return_states", "genders")
FORBIDDEN = {
    "order_returns": ("POST", "DELETE"),
    "order_return_states": ("POST", "PUT", "PATCH", "DELETE"),
    "genders": ("POST", "PUT", "PATCH", "DELETE"),
    "passerelle_info": ("POST", "PUT", "PATCH", "DELETE"),
    "store_orders": ("GET", "PUT", "PATCH", "DELETE"),
    "stock_lines": ("GET", "POST", "PATCH", "DELETE"),
    "price_lines": ("GET", "POST", "PATCH", "DELETE"),
    "product_lines": ("GET", "POST", "PATCH", "DELETE"),
    "lowest_prices": ("POST", "PATCH", "DELETE"),
}


def test_the_root_lists_the_resources_of_the_module(shop: Webservice) -> None:
    listed = {str(node.tag): node for node in shop.get("").root[0]}
    entities = {*ENTITIES, returns_of(shop)}
    assert set(listed) >= {*SPECIFIC, *entities}
    with_schema = {name for name in {*SPECIFIC, *entities} if listed[name].find("schema") is not None}
    assert with_schema == entities


@pytest.mark.parametrize(("resource", "method"), [(name, one) for name, all_ in FORBIDDEN.items() for one in all_])
def test_a_forbidden_method_is_refused(shop: Webservice, resource: str, method: str) -> None:
    if resource == "order_returns":
        resource = returns_of(shop)
    if method == "PATCH" and shop.version < PATCH_SINCE:
        assert refused(shop.send(method, f"{resource}/1", body=b"<prestashop/>"), 23, 405)
        return
    path = resource if method == "POST" else f"{resource}/1"
    body = None if method in {"GET", "DELETE"} else b"<prestashop/>"
    assert refused(shop.send(method, path, body=body), 101, 405)


def test_without_the_module_its_resources_do_not_exist(sandbox: SandboxShop | None) -> None:
    if sandbox is None:
        pytest.skip("the module of a real shop stays where it is")
    with SandboxShop() as bare, Webservice(bare.url, bare.key) as client:
        for name in (*SPECIFIC, *ENTITIES):
            assert refused(client.get(name), 27, 400)


def test_titles_are_listed_with_their_kind(shop: Webservice) -> None:
    titles: list[Entity] = shop.find("genders")
    assert titles
    assert {title["type"] for title in titles} <= {"0", "1", "2"}
    assert all(title.texts("name") for title in titles)


def test_titles_are_filtered_by_kind(shop: Webservice) -> None:
    assert {title["type"] for title in shop.find("genders", type="[1]")} == {"1"}


def test_states_of_returns_have_a_name_in_each_language(shop: Webservice) -> None:
    states = shop.find("order_return_states")
    assert [state.id for state in states][:5] == [1, 2, 3, 4, 5]
    assert all(len(state.texts("name")) > 1 for state in states)

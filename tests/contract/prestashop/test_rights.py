"""Keys that may do less, and a webservice switched off: a key cannot make these, so only the sandbox is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from deployments.sandbox.shop import SandboxShop
from tests.contract.prestashop.webservice import Webservice, refused

if TYPE_CHECKING:
    from collections.abc import Iterator

READER = "R" * 32
STRANGER = "S" * 32


@pytest.fixture(scope="module")
def own_sandbox(real_shop: bool) -> Iterator[SandboxShop]:
    """A sandbox with a key that reads products only and one that is linked to no shop."""
    if real_shop:
        pytest.skip("a real shop's key cannot make keys of fewer rights")
    with SandboxShop(profile="8.2") as sandbox:
        sandbox.add_key(READER, {"products": ("GET",)})
        sandbox.add_key(STRANGER, {"products": ("GET",)}, on_this_shop=False)
        yield sandbox


@pytest.fixture
def reader(own_sandbox: SandboxShop) -> Iterator[Webservice]:
    with Webservice(own_sandbox.url, READER) as client:
        yield client


def test_the_root_lists_only_what_is_granted(reader: Webservice) -> None:
    (products,) = reader.get("").root[0]
    granted = {name: products.get(name) for name in ("get", "put", "post", "patch", "delete")}
    assert products.tag == "products"
    assert granted == {"get": "true", "put": "false", "post": "false", "patch": "false", "delete": "false"}


def test_another_resource_is_401_and_another_method_405(reader: Webservice) -> None:
    assert reader.get("products").status == 200
    assert refused(reader.get("orders"), 26, 401)
    assert refused(reader.post("products", {"price": "1"}), 25, 405)
    assert reader.send("HEAD", "products").status == 405


def test_a_key_of_another_shop_is_403(own_sandbox: SandboxShop) -> None:
    with Webservice(own_sandbox.url, STRANGER) as stranger:
        assert refused(stranger.get("products"), 132, 403)


def test_a_webservice_that_is_switched_off_is_503(own_sandbox: SandboxShop, reader: Webservice) -> None:
    (switch,) = (row["id"] for row in own_sandbox.rows("configurations") if row["name"] == "PS_WEBSERVICE")
    own_sandbox.change("configurations", switch, {"value": "0"})
    assert refused(reader.get("products"), 22, 503)
    own_sandbox.change("configurations", switch, {"value": "1"})
    assert reader.get("products").status == 200


def test_a_shop_that_is_closed_to_visitors_still_answers(own_sandbox: SandboxShop, reader: Webservice) -> None:
    (switch,) = (row["id"] for row in own_sandbox.rows("configurations") if row["name"] == "PS_SHOP_ENABLE")
    own_sandbox.change("configurations", switch, {"value": "0"})
    assert reader.get("products").status == 200
    own_sandbox.change("configurations", switch, {"value": "1"})

"""An installation of several shops, on the sandbox or a real one, with a folder for each of its shops."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Self, TypeVar, cast

import httpx
import pytest

from deployments.sandbox.shop import SandboxShop, ShopGroup
from tests.flows.world import World

URL, KEY = "PASSERELLE_MULTISHOP_URL", "PASSERELLE_MULTISHOP_KEY"
UNIQUE = os.urandom(3).hex().upper()
"""In every reference: a real installation keeps what earlier runs made."""
GROUPS = (ShopGroup(2, share_stock=True), ShopGroup(1))
SHARING = (ShopGroup(2, share_stock=True, share_customer=True, share_order=True), ShopGroup(1))

AnyWorld = TypeVar("AnyWorld", bound=World)


class Installation:
    """The shops as their webservice shows them."""

    def __init__(self, url: str, key: str, sandbox: SandboxShop | None = None) -> None:
        self.url = url
        self.key = key
        self.writes = 0
        self.sandbox = sandbox

    def stop(self) -> None:
        """Nothing to stop."""

    def __enter__(self) -> Self:
        return self

    def listed(self, resource: str, id_shop: int, display: str, **filters: str) -> list[dict[str, Any]]:
        """The rows that one shop lists."""
        parts = {f"filter[{name}]": f"[{value}]" for name, value in filters.items()}
        asked = {"id_shop": str(id_shop), "display": f"[{display}]", "output_format": "JSON"}
        reply = httpx.get(f"{self.url}/api/{resource}", params=asked | parts, auth=(self.key, ""), timeout=30.0)
        assert reply.status_code == 200, reply.text
        told = reply.json()
        return cast("list[dict[str, Any]]", next(iter(told.values())) if told else [])

    def change(self, resource: str, id_shop: int, node: str) -> None:
        """Writes one entity, its fields as XML, as a merchant would do by hand in one shop."""
        body = f"<prestashop>{node}</prestashop>"
        method = "PATCH" if "<id>" in node else "POST"
        url = f"{self.url}/api/{resource}"
        reply = httpx.request(method, url, params={"id_shop": id_shop}, content=body, auth=(self.key, ""), timeout=30.0)
        assert reply.status_code in {200, 201}, reply.text

    def shares(self, flag: str) -> bool:
        """Whether the group of shops 1 and 2 shares something."""
        [group] = self.listed("shop_groups", 1, f"id,{flag}", id="1")
        return bool(group[flag] == "1")

    def product(self, reference: str, id_shop: int) -> dict[str, Any]:
        """The one product of a reference, as one shop has it."""
        [found] = self.listed("products", id_shop, "id,price,active,name,id_shop_default", reference=reference)
        return found

    def stock(self, reference: str, id_shop: int, combination: int = 0) -> dict[tuple[str, str], int]:
        """Quantity by (id_shop, id_shop_group) of the rows of a product or combination."""
        product = str(self.product(reference, id_shop)["id"])
        display = "id,id_shop,id_shop_group,quantity"
        rows = self.listed(
            "stock_availables", id_shop, display, id_product=product, id_product_attribute=str(combination)
        )
        return {(row["id_shop"], row["id_shop_group"]): int(row["quantity"]) for row in rows}


def installations(name: str) -> Iterator[Installation]:
    """The installation that a test asks for: `sandbox`, `sharing` (customers and orders too) or `real`."""
    if name == "real":
        if URL not in os.environ:
            pytest.skip(f"needs a real PrestaShop of several shops ({URL})")
        yield Installation(os.environ[URL], os.environ[KEY])
        return
    with SandboxShop(groups=SHARING if name == "sharing" else GROUPS, module=True) as sandbox:
        yield Installation(sandbox.url, sandbox.key, sandbox)


class Folders:
    """The folder of each shop, made when it is first asked for."""

    def __init__(self, installation: Installation, root: Path) -> None:
        self._installation = installation
        self._root = root
        self._worlds: dict[tuple[int, type[World]], World] = {}

    def of(self, id_shop: int, kind: Callable[[Path, SandboxShop], AnyWorld], **tables: Any) -> AnyWorld:
        """The world of one shop, with settings of its own."""
        key = (id_shop, cast("type[World]", kind))
        if key not in self._worlds:
            world = kind(self._root / f"shop{id_shop}", cast("SandboxShop", self._installation))
            world.__enter__()
            world.write_settings(**(tables | {"shop": {"id_shop": id_shop, **tables.get("shop", {})}}))
            self._worlds[key] = world
        return cast("AnyWorld", self._worlds[key])

    def close(self) -> None:
        """Ends what the worlds have started."""
        for world in self._worlds.values():
            world.__exit__(None, None, None)

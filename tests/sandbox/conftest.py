"""A fresh sandbox shop for each test and a plain client for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest

from deployments.sandbox.shop import SandboxShop

if TYPE_CHECKING:
    from collections.abc import Iterator

ENGLISH, FRENCH = 1, 2


class Client:
    """Sends documents as the webservice takes them."""

    def __init__(self, shop: SandboxShop) -> None:
        self.shop = shop
        self.http = httpx.Client(base_url=shop.url, auth=(shop.key, ""), timeout=20)

    def send(self, method: str, path: str, *entities: str) -> httpx.Response:
        body = f"<prestashop>{''.join(entities)}</prestashop>" if entities else None
        return self.http.request(method, path, content=body)

    def json(self, path: str) -> list[dict[str, object]]:
        """The rows of a list."""
        joined = "&" if "?" in path else "?"
        rows = self.http.get(f"{path}{joined}output_format=JSON").json()
        return next(iter(rows.values())) if rows else []


def product(reference: str, **fields: object) -> str:
    """A product as a connector creates it."""
    values = {"price": "10", "active": 1, "state": 1, "reference": reference, **fields}
    name = f'<name><language id="1">{reference}</language><language id="2">{reference}</language></name>'
    return f"<product>{''.join(f'<{key}>{value}</{key}>' for key, value in values.items())}{name}</product>"


@pytest.fixture
def shop() -> Iterator[SandboxShop]:
    with SandboxShop() as shop:
        yield shop


@pytest.fixture
def client(shop: SandboxShop) -> Iterator[Client]:
    client = Client(shop)
    with client.http:
        yield client

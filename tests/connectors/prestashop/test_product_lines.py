"""New products and combinations through the module, each once, whatever happens to the answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

import pytest

from connectors.prestashop import Identity, Shop
from deployments.sandbox.shop import Fault, FaultKind, SandboxShop
from schemas.errors import DeniedError
from tests.connectors.prestashop.catalogue import outcomes
from tests.connectors.prestashop.conftest import QUICK

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

ENDS_THE_RUN = {"redirect", "401", "disabled"}
SURVIVED = [kind for kind in get_args(FaultKind) if kind not in ENDS_THE_RUN]
PRODUCT = Identity("reference", ("reference",))
COMBINATION = Identity("id_product", ("id_product", "reference"))
LINES = "/api/product_lines"


@pytest.fixture
async def both() -> AsyncIterator[tuple[Shop, SandboxShop]]:
    """A shop with the module, and a client."""
    with SandboxShop(module=True) as sandbox:
        async with Shop(sandbox.url, sandbox.key, limits=QUICK) as shop:
            await shop.describe()
            yield shop, sandbox


def product(reference: str, **fields: Any) -> dict[str, Any]:
    name = {1: f"{reference} & more", 2: reference}
    return {"reference": reference, "price": "10", "name": name, "link_rewrite": name} | fields


async def test_products_and_their_combinations_are_made_and_refusals_stand_alone(
    both: tuple[Shop, SandboxShop],
) -> None:
    shop, sandbox = both
    wanted = [product("A"), product("B", price="-1"), product("C"), product("A")]
    receipts = await shop.product_lines.create("products", wanted, PRODUCT, mode="hooks")
    assert outcomes(receipts) == ["created", "refused", "created", "adopted"]
    assert "price" in str(receipts[1].error and receipts[1].error.reason)
    assert [row["reference"] for row in sandbox.rows("products")] == ["A", "C"]
    of_a = [{"id_product": receipts[0].id, "reference": f"A-{size}", "minimal_quantity": 1} for size in "SM"]
    made = await shop.product_lines.create("combinations", of_a, COMBINATION, mode="plain")
    assert outcomes(made) == ["created", "created"]
    assert [row["reference"] for row in sandbox.rows("combinations")] == ["A-S", "A-M"]
    again = await shop.product_lines.create("combinations", of_a, COMBINATION, mode="plain")
    assert [(one.outcome, one.id) for one in again] == [("adopted", one.id) for one in made]


@pytest.mark.parametrize("kind", SURVIVED)
async def test_whatever_happens_once_no_product_is_made_twice(both: tuple[Shop, SandboxShop], kind: FaultKind) -> None:
    shop, sandbox = both
    sandbox.faults.add(Fault(kind, "PUT", LINES, times=1))
    wanted = [product(f"P{number}") for number in range(5)]
    receipts = await shop.product_lines.create("products", wanted, PRODUCT, mode="hooks")
    assert set(outcomes(receipts)) <= {"created", "adopted"}
    assert [row["reference"] for row in sandbox.rows("products")] == [f"P{number}" for number in range(5)]


async def test_a_product_may_be_named_by_its_ean(both: tuple[Shop, SandboxShop]) -> None:
    shop, sandbox = both
    by_ean = Identity("ean13", ("ean13",))
    bag = product("BAG", ean13="2000000000015")
    assert outcomes(await shop.product_lines.create("products", [bag], by_ean, mode="hooks")) == ["created"]
    renamed = bag | {"reference": "SAC"}
    assert outcomes(await shop.product_lines.create("products", [renamed], by_ean, mode="hooks")) == ["adopted"]
    assert [row["reference"] for row in sandbox.rows("products")] == ["BAG"]


async def test_a_document_that_the_module_refuses_as_a_whole_is_not_taken_apart(both: tuple[Shop, SandboxShop]) -> None:
    """It is named by a field that the module does not know: no entity is at fault."""
    shop, sandbox = both
    by_colour = Identity("reference", ("reference", "foo"))
    wanted = [product(f"P{number}", foo="1") for number in range(8)]
    receipts = await shop.product_lines.create("products", wanted, by_colour, mode="hooks")
    assert outcomes(receipts) == ["refused"] * 8
    assert sandbox.count("PUT", LINES) == 2
    assert sandbox.rows("products") == []


async def test_without_the_module_nothing_is_sent(shop: Shop, sandbox: SandboxShop) -> None:
    with pytest.raises(DeniedError, match="product_lines"):
        await shop.product_lines.create("products", [product("A")], PRODUCT, mode="hooks")
    assert sandbox.writes == 0

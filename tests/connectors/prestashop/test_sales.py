"""Sales of the stores become orders through the module, each once, whatever happens to the answers."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, get_args

import pytest

from connectors.prestashop import Shop
from deployments.sandbox.shop import Fault, FaultKind, SandboxShop
from schemas.errors import DeniedError
from tests.connectors.prestashop.catalogue import outcomes
from tests.connectors.prestashop.conftest import QUICK

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

ENDS_THE_RUN = {"redirect", "401", "disabled"}
SURVIVED = [kind for kind in get_args(FaultKind) if kind not in ENDS_THE_RUN]


@pytest.fixture
async def both() -> AsyncIterator[tuple[Shop, SandboxShop]]:
    """A shop with the module, a customer (1) and a mug, and a client."""
    with SandboxShop(module=True) as sandbox:
        sandbox.insert("customers", {"lastname": "Doe", "firstname": "Ann", "email": "a@b.example", "secure_key": "k"})
        sandbox.insert("products", {"reference": "MUG", "price": 10, "name": "Mug"})
        async with Shop(sandbox.url, sandbox.key, limits=QUICK) as shop:
            await shop.describe()
            yield shop, sandbox


def sale(reference: str, **fields: Any) -> dict[str, Any]:
    mugs = {
        "product_reference": "MUG",
        "product_quantity": 2,
        "unit_price_tax_excl": Decimal("9.916667"),
        "unit_price_tax_incl": Decimal("11.90"),
    }
    return {
        "internal_reference": reference,
        "id_customer": 1,
        "payment": "Carte & espèces",
        "total_paid_tax_incl": Decimal("23.80"),
        "date_add": "2026-10-03 15:42:10",
        "associations": {"order_rows": [mugs]},
    } | fields


async def test_of_each_sale_one_order_is_made_and_refusals_stand_alone(both: tuple[Shop, SandboxShop]) -> None:
    shop, sandbox = both
    receipts = await shop.create_sales([sale("T1"), sale("T2", id_customer=404), sale("T3"), sale("T1")])
    assert outcomes(receipts) == ["created", "refused", "created", "adopted"]
    assert str(receipts[1].error and receipts[1].error.reason) == "unknown customer"
    assert [order["note"] for order in sandbox.rows("orders")] == ["T1", "T3"]
    assert {order["payment"] for order in sandbox.rows("orders")} == {"Carte & espèces"}
    assert outcomes(await shop.create_sales([sale("T3")])) == ["adopted"]


@pytest.mark.parametrize("kind", SURVIVED)
async def test_whatever_happens_once_no_sale_is_made_twice(both: tuple[Shop, SandboxShop], kind: FaultKind) -> None:
    shop, sandbox = both
    sandbox.faults.add(Fault(kind, "POST", "store_orders", times=1))
    receipts = await shop.create_sales([sale(f"T{number}") for number in range(5)])
    assert set(outcomes(receipts)) <= {"created", "adopted"}
    assert [order["note"] for order in sandbox.rows("orders")] == [f"T{number}" for number in range(5)]


async def test_a_sale_that_breaks_the_shop_is_set_aside_alone(both: tuple[Shop, SandboxShop]) -> None:
    shop, sandbox = both
    await shop.create_sales([sale("T0")])
    sandbox.faults.add(Fault("500-before", "POST", "store_orders", times=None))
    receipts = await shop.create_sales([sale("T1")])
    assert outcomes(receipts) == ["refused"]
    assert len(sandbox.rows("orders")) == 1


async def test_without_the_module_nothing_is_sent(shop: Shop, sandbox: SandboxShop) -> None:
    with pytest.raises(DeniedError, match="store_orders"):
        await shop.create_sales([sale("T1")])
    assert sandbox.writes == 0

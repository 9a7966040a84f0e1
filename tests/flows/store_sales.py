"""Sales of stores as files tell them, and a shop that takes them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

from connectors.ledger import Ledger, Link
from flows.import_store_orders import import_store_orders
from tests.flows.flat_world import FlatWorld

CUSTOMER, STORE = "MAG-1", "LYON"
INVOICE = {"invoice_address_address_1": "17 impasse des Mirabelles", "invoice_address_city": "Hundling"}


def article(sale: str, reference: str, quantity: int, excl: str, incl: str, **said: Any) -> dict[str, Any]:
    return {
        "order_internal_reference": sale,
        "customer_erp_code": CUSTOMER,
        "order_date": "2026-10-03 15:42:10",
        "reference": reference,
        "qty": quantity,
        "unit_price_tax_excl": excl,
        "unit_price_tax_incl": incl,
    } | said


def shirts(sale: str, **said: Any) -> dict[str, Any]:
    return article(sale, "ROBE0001-M", 2, "15.825", "18.99") | said


def belt(sale: str, **said: Any) -> dict[str, Any]:
    return article(sale, "CEINTURE", 1, "9.916667", "11.90") | said


@contextmanager
def opened_world(folder: Path) -> Iterator[FlatWorld]:
    """A shop with the module, combinations, a belt and a book, and a customer (1) and a store (1) of the ERP."""
    with FlatWorld.at(folder, module=True) as world:
        for number, reference in enumerate(("ROBE0001", "CEINTURE", "LIVRE"), 1):
            world.shop.insert("products", {"id": number, "reference": reference, "price": 10, "name": reference})
        world.shop.insert("combinations", {"id_product": 1, "reference": "ROBE0001-M"})
        person = {"lastname": "Quatrebarbes", "firstname": "Zoé", "email": "zoe@lab.example", "secure_key": "k" * 32}
        customer = world.shop.insert("customers", person | {"passwd": "x" * 60, "active": 1})
        place = {"name": {1: "Lyon", 2: "Lyon"}, "address1": {1: "2 rue", 2: "2 rue"}, "city": "Lyon", "id_country": 8}
        store = world.shop.insert("stores", place | {"postcode": "69001", "active": 1})
        with Ledger.open(f"sqlite:///{world.folder / 'ledger.db'}", snapshots=None) as ledger:
            ledger.confirm(world.folder.name, "customer", [Link(CUSTOMER, customer)], run_id=None)
            ledger.confirm(world.folder.name, "store", [Link(STORE, store)], run_id=None)
        world.shop.reset_counts()
        yield world


async def run(world: FlatWorld, **asked: Any) -> str:
    state = await world.run(import_store_orders, **asked)
    return str(state.name)


def orders(world: FlatWorld) -> dict[str, dict[str, Any]]:
    """The shop's orders by the ERP's reference."""
    return {row["note"]: row for row in world.shop.rows("orders")}


def amounts(row: dict[str, Any], *names: str) -> tuple[Decimal, ...]:
    return tuple(Decimal(row[name]) for name in names)

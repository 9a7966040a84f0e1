"""A month of 20,000 orders and 1,000 credit slips beside Dolibarr's documents: one run that agrees, and the same again.

Some orders of every shape go through the flow; the others are theirs under other ids, on both sides and in the ledger.
"""

from __future__ import annotations

import copy
import json
import shutil
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from connectors.dolibarr.guard import OPTION
from connectors.dolibarr.orders import number_of
from connectors.ledger.tables import DELIVERIES
from deployments.sandbox.dolibarr import SandboxDolibarr
from deployments.sandbox.dolibarr.store import Row, Table
from schemas.identities import order_identity, slip_identity
from schemas.references import order_reference, slip_reference
from tests.benchmarks.figures import Sheet
from tests.benchmarks.place import Ran, run_flow
from tests.flows.dolibarr_world import DolibarrWorld
from tests.flows.order_world import _excl

ORDERS, SMALL = 20_000, 2_000
SLIPS_OF = 20
"""Of so many orders one has a credit slip."""
SHAPES = 40
_DAY = datetime.now(UTC).replace(day=1) - timedelta(days=2)


def measure(sheet: Sheet, place: Path) -> None:
    """Seconds, requests and peak memory, at a tenth and at the whole size; twice at the whole size."""
    for orders, times in ((SMALL, 1), (ORDERS, 2)):
        folder = place / "reconcile"
        shutil.rmtree(folder, ignore_errors=True)
        sheet.title(f"{orders:,} orders and {orders // SLIPS_OF:,} credit slips beside Dolibarr's, sandboxes flat out")
        with DolibarrWorld.at(folder / "boutique") as world:
            _fill(world, orders)
            for time in range(1, times + 1):
                world.shop.reset_counts()
                ran = run_flow("reconcile", world)
                _note(sheet, world, f"{orders:,} orders, run {time}: ", orders, ran)


def _note(sheet: Sheet, world: DolibarrWorld, name: str, orders: int, ran: Ran) -> None:
    report = world.report()
    agreeing = report["counts"].get("unchanged", 0)
    if agreeing != orders + orders // SLIPS_OF:
        raise RuntimeError(f"not all agrees: {report['counts']}")
    sheet.add(name + "documents that agree", agreeing, "documents")
    sheet.add(name + "wall of the flow", ran.flow_seconds, "s")
    sheet.add(name + "CPU of the flow", ran.flow_cpu, "s")
    sheet.add(name + "peak memory", ran.peak_mb, "MB", "< 512")
    requests: Mapping[str, int] = report["requests"]
    erp = {each: count for each, count in requests.items() if each.startswith("dolibarr ")}
    sheet.add(name + "requests to the shop", sum(requests.values()) - sum(erp.values()), "requests")
    sheet.add(name + "requests to the ERP", sum(erp.values()), "requests")
    sheet.add(name + "writes to either", world.shop.writes + _writes(erp), "requests", "== 0")
    sheet.note(f"{erp}")


def _writes(erp: Mapping[str, int]) -> int:
    return sum(count for name, count in erp.items() if not name.startswith(("dolibarr read", "dolibarr look")))


def _fill(world: DolibarrWorld, orders: int) -> None:
    """Orders and slips of last month, all of them in Dolibarr."""
    streams = {"order": {"enabled": True}, "slip": {"enabled": True}}
    (world.folder / "export.json").write_text(json.dumps(streams), encoding="utf-8")
    customers = [world.customer() for _ in range(SHAPES)]
    first = [_place(world, number, customers) for number in range(SHAPES)]
    run_flow("export_orders", world)
    with world.ledger() as ledger:
        ledger.set_watermark(world.folder.name, "dolibarr/production/slips from", _DAY - timedelta(days=31))
    slips = [_give_back(world, first[number]) for number in range(0, SHAPES, SLIPS_OF)]
    run_flow("export_credit_slips", world)
    if world.sandbox_erp is None:
        raise RuntimeError("a real Dolibarr is not filled from within")
    copies = _Copies(world, world.sandbox_erp)
    for number in range(SHAPES, orders):
        order = _place(world, number, customers)
        copies.order(order, first[number % SHAPES])
        if number % SLIPS_OF == 0:
            copies.slip(_give_back(world, order), order, slips[number % SHAPES // SLIPS_OF])
    copies.remember()


def _place(world: DolibarrWorld, number: int, customers: list[int]) -> int:
    """The order of this number: one to five lines, with discounts, shipping and wrapping of many amounts."""
    shape = number % SHAPES
    lines = [(f"ROBE-{at}", shape % 3 + 1, f"{9 + shape + at}.{(shape * 7 + at * 13) % 100:02}") for at in range(5)]
    wrapping, discounts = "1.99" if shape % 7 == 0 else "0", f"{shape % 4}.33" if shape % 3 == 0 else "0"
    return world.place(
        *lines[: shape % 5 + 1],
        customer=customers[shape],
        shipping="4.90" if shape % 2 else "0",
        wrapping=wrapping,
        discounts=discounts,
        total_wrapping_tax_excl=_excl(Decimal(wrapping)),
        total_discounts_tax_excl=_excl(Decimal(discounts)),
        date_add=f"{_DAY - timedelta(days=shape % 20):%Y-%m-%d} 10:00:00",
        valid=1,
    )


def _give_back(world: DolibarrWorld, order: int) -> int:
    """A credit slip of one piece of an order's first line."""
    table = world.shop._store["order_details"].rows
    number = next(id_ for id_ in reversed(table) if int(table[id_]["id_order"]) == order)
    while number - 1 in table and int(table[number - 1]["id_order"]) == order:
        number -= 1
    amounts = [str(table[number][f"unit_price_tax_{each}"]) for each in ("excl", "incl")]
    given = {
        "id_order": order,
        "id_customer": world.shop.row("orders", order)["id_customer"],
        "conversion_rate": 1,
        "total_products_tax_excl": amounts[0],
        "total_products_tax_incl": amounts[1],
        "amount": amounts[1],
        "order_slip_details": [(str(number), "1", *amounts)],
        "date_add": world.shop.row("orders", order)["date_add"],
    }
    return world.shop.insert("order_slip", given)


class _Copies:
    """Documents of Dolibarr, and what the ledger says of them, made after those that the flows handed over."""

    def __init__(self, world: DolibarrWorld, erp: SandboxDolibarr) -> None:
        self.world = world
        self.state = erp.state
        self.deliveries: list[dict[str, Any]] = []
        with world.ledger() as ledger:
            self.secret = ledger.secret()
        self._orders = {row["array_options"][OPTION]: row for row in self.state.orders}
        self._invoices = {row["array_options"][OPTION]: row for row in self.state.invoices}
        self._paid: dict[int, list[Row]] = {}
        for payment in self.state.payments:
            self._paid.setdefault(int(payment["invoice"]), []).append(payment)
        self._new: dict[int, Row] = {}

    def order(self, order: int, like: int) -> None:
        """The order, its invoice and payments."""
        uid, old = order_reference(self.world.prefix, order), order_reference(self.world.prefix, like)
        shop = self.world.shop.row("orders", order)
        head = self._copied(self.state.orders, self._orders[old], uid, f"CO-{order}", shop["reference"])
        invoice = self._invoiced(old, uid, f"FA-{order}", shop["reference"])
        head["linked"], invoice["linked"] = {"facture": [invoice["id"]]}, {"commande": [head["id"]]}
        self._new[order] = invoice
        identity = order_identity(str(shop["reference"]), str(shop["date_add"]), self.secret)
        self._delivered("order", order, head, identity)

    def slip(self, slip: int, order: int, like: int) -> None:
        """The credit note of a credit slip."""
        uid, old = slip_reference(self.world.prefix, slip), slip_reference(self.world.prefix, like)
        shop = self.world.shop.row("order_slip", slip)
        note = self._invoiced(old, uid, f"AV-{slip}", self._new[order]["ref_client"])
        note["fk_facture_source"] = str(self._new[order]["id"])
        self._delivered("slip", slip, note, slip_identity(order, str(shop["date_add"]), self.secret))

    def _invoiced(self, old: str, uid: str, number: str, reference: str) -> Row:
        like = self._invoices[old]
        made = self._copied(self.state.invoices, like, uid, number, reference)
        for payment in self._paid.get(like["id"], ()):
            self._insert(self.state.payments, {**payment, "invoice": made["id"]})
        return made

    def _copied(self, table: Table, like: Row, uid: str, number: str, reference: str) -> Row:
        row = copy.deepcopy(like) | {"ref": number, "ref_client": reference, "array_options": {OPTION: uid}}
        return self._insert(table, row)

    @staticmethod
    def _insert(table: Table, row: Row) -> Row:
        """Without the look for its guard among all others, which makes the sandbox slow."""
        row["id"] = max(table.rows) + 1 if len(table.rows) < SHAPES else next(reversed(table.rows)) + 1
        table.rows[row["id"]] = row
        return row

    def _delivered(self, what: str, key: int, record: Row, identity: str) -> None:
        at = datetime.now(UTC)
        told = {"shop": self.world.folder.name, "kind": f"dolibarr/production/{what}", "state": "delivered"}
        told |= {"key": str(key), "erp_number": str(number_of(record)), "identity": identity}
        self.deliveries.append(told | {"attempts": 1, "changed_at": at, "delivered_at": at})

    def remember(self) -> None:
        """The deliveries stand in the ledger."""
        engine = sa.create_engine(f"sqlite:///{self.world.folder / 'ledger.db'}")
        with engine.begin() as connection:
            connection.execute(sa.insert(DELIVERIES), self.deliveries)
        engine.dispose()

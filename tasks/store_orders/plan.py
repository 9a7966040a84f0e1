"""Pure: sales of the ERP against the orders that the shop has of them. A sale becomes one order, once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from schemas.outcomes import Outcome
from tasks.products.plan.shapes import Changes, Entity
from tasks.products.translate.entities import differences
from tasks.products.translate.values import as_text
from tasks.run.outcomes import Stop
from tasks.run.row_ref import RowRef
from tasks.store_orders.translate.sale import Sale, SaleIds, expected_order

KEPT = "sale_kept"


@dataclass(slots=True)
class PlannedSale:
    """Where the rows of one sale will end if all goes well; `entity` is what is sent, empty for nothing.

    `expected` is what the order reads like once it is there.
    """

    key: str
    refs: Sequence[RowRef]
    outcome: Outcome
    code: str = ""
    detail: str = ""
    column: str = ""
    id: int = 0
    entity: dict[str, Any] = field(default_factory=dict)
    expected: Mapping[str, Any] = field(default_factory=dict)

    @property
    def _rows(self) -> list[dict[str, Any]]:
        return list(self.entity.get("associations", {}).get("order_rows", []))

    @property
    def references(self) -> list[str]:
        """Those of the articles that are sent."""
        return [str(row["product_reference"]) for row in self._rows]

    @property
    def changes(self) -> Changes:
        """What a plan shows of a sale that becomes an order."""
        rows = [
            (
                f"order_row {number}",
                "",
                f"{row['product_reference']} x {row['product_quantity']} = {as_text(row['total_price_tax_incl'])}",
            )
            for number, row in enumerate(self._rows, 1)
        ]
        names = ("id_customer", "id_store", "date_add", "total_discounts_tax_incl", "total_paid_tax_incl")
        return [(name, "", as_text(self.entity[name])) for name in names if name in self.entity] + rows


def held(key: str, refs: Sequence[RowRef], stop: Stop) -> PlannedSale:
    """A sale that goes no further."""
    return PlannedSale(key, refs, stop.outcome, stop.code, stop.detail, stop.column)


def already_there(sale: Sale, id_customer: int, order: Entity) -> PlannedSale:
    """A sale that is an order of the shop: the same, or kept as it was when it became one."""
    found = difference(expected_order(sale, id_customer), order)
    if not found:
        return PlannedSale(sale.key, sale.refs, Outcome.UNCHANGED, id=int(order["id"]))
    return PlannedSale(sale.key, sale.refs, Outcome.IGNORED, KEPT, f"{order['id']}: {found}", id=int(order["id"]))


def new_order(sale: Sale, ids: SaleIds, entity: dict[str, Any]) -> PlannedSale:
    """A sale that the shop does not have yet."""
    expected = expected_order(sale, ids.id_customer)
    return PlannedSale(sale.key, sale.refs, Outcome.CREATED, entity=entity, expected=expected)


def difference(expected: Mapping[str, Any], order: Entity) -> str:
    """The first thing in which the order differs, `field: wanted / found`; empty when there is none."""
    found = differences(expected, order)
    if not found:
        return ""
    name, wanted, now = found[0]
    return name if name == "order_rows" else f"{name}: {wanted} / {now}"

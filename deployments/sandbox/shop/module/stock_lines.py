"""The resource ``stock_lines``: quantities by reference in one request."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from deployments.sandbox.shop.behaviours import stock
from deployments.sandbox.shop.module.references import has_combinations, lines_of, mode_of, owners

if TYPE_CHECKING:
    from deployments.sandbox.shop.exchange import Request
    from deployments.sandbox.shop.module.answers import Node
    from deployments.sandbox.shop.pace import Charge
    from deployments.sandbox.shop.store import Row, Store


@dataclass(slots=True)
class _Told:
    """What became of the lines."""

    written: int = 0
    unchanged: int = 0
    unknown: list[str] = field(default_factory=list)
    ambiguous: list[str] = field(default_factory=list)
    parents: list[str] = field(default_factory=list)
    managed: list[str] = field(default_factory=list)
    rows: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Product and combination by the reference of each line that is written or right already."""


def answer(store: Store, request: Request, charge: Charge) -> Node:
    """Set the quantities; the products' own rows follow their combinations'."""
    mode = mode_of(request)
    lines = lines_of(request, r"-?[0-9]{1,9}")
    told = _Told()
    for reference, quantity in lines.values.items():
        found = owners(store, reference)
        if not found:
            told.unknown.append(reference)
        elif len(found) > 1:
            told.ambiguous.append(reference)
        elif found[0][1] == 0 and has_combinations(store, found[0][0]):
            told.parents.append(reference)
        else:
            _set(store, *found[0], reference, int(quantity), told)
    charge("stock_lines", f"PUT {mode}", told.written)
    return {
        "lines": str(lines.count),
        "written": str(told.written),
        "unchanged": str(told.unchanged),
        "unknown": ";".join(told.unknown),
        "ambiguous": ";".join(told.ambiguous),
        "products_with_combinations": ";".join(told.parents),
        "depends_on_stock": ";".join(told.managed),
        "invalid": ";".join(lines.invalid),
        "held": ";".join(_held(store, told.rows.get(reference)) for reference in lines.values),
        "resolve_ms": "0",
        "write_ms": "0",
    }


def _held(store: Store, owner: tuple[int, int] | None) -> str:
    row = None if owner is None else _row(store, *owner)
    return "" if row is None else f"{row['id']}:{row['quantity']}"


def _row(store: Store, product: int, combination: int) -> Row | None:
    of_product = store["stock_availables"].where("id_product", product)
    ours = (one for one in of_product if stock.on_this_shop(store, one))
    return next((one for one in ours if one["id_product_attribute"] == str(combination)), None)


def _set(store: Store, product: int, combination: int, reference: str, quantity: int, told: _Told) -> None:
    row = _row(store, product, combination)
    told.rows[reference] = (product, combination)
    if row is not None and row["depends_on_stock"] == "1":
        told.managed.append(reference)
        return
    if row is not None and row["quantity"] == str(quantity):
        told.unchanged += 1
        return
    identifier = stock.make_row(store, product, combination) if row is None else row["id"]
    store["stock_availables"].update(identifier, {"quantity": str(quantity)})
    if combination:
        stock.total_up(store, product)
    told.written += 1

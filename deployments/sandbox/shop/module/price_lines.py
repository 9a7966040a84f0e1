"""The resource ``price_lines``: prices without tax of products, by reference in one request."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from deployments.sandbox.shop import shops
from deployments.sandbox.shop.module.references import lines_of, mode_of, owners
from deployments.sandbox.shop.store import now

if TYPE_CHECKING:
    from deployments.sandbox.shop.exchange import Request
    from deployments.sandbox.shop.module.answers import Node
    from deployments.sandbox.shop.pace import Charge
    from deployments.sandbox.shop.store import Store

_MILLIONTH = Decimal("0.000001")


def answer(store: Store, request: Request, charge: Charge) -> Node:
    """Set the prices that changed; combinations, whose price is an impact, are only reported."""
    mode = mode_of(request)
    lines = lines_of(request, r"[0-9]{1,10}(\.[0-9]{1,9})?")
    unknown, ambiguous, combinations, written, unchanged = [], [], [], 0, 0
    for reference, text in lines.values.items():
        found = owners(store, reference)
        if not found:
            unknown.append(reference)
        elif len(found) > 1:
            ambiguous.append(reference)
        elif found[0][1]:
            combinations.append(reference)
        elif _set(store, found[0][0], Decimal(text).quantize(_MILLIONTH)):
            written += 1
        else:
            unchanged += 1
    charge("price_lines", f"PUT {mode}", written)
    return {
        "lines": str(lines.count),
        "written": str(written),
        "unchanged": str(unchanged),
        "unknown": ";".join(unknown),
        "combinations": ";".join(combinations),
        "ambiguous": ";".join(ambiguous),
        "invalid": ";".join(lines.invalid),
        "resolve_ms": "0",
        "write_ms": "0",
    }


def _set(store: Store, product: int, price: Decimal) -> bool:
    """Whether the price was another."""
    row = shops.seen(store, "products", store["products"].rows[product])
    if Decimal(row["price"]).quantize(_MILLIONTH) == price:
        return False
    store["products"].update(product, {"price": str(price), "date_upd": now()})
    return True

"""What keeps a credit slip from any ERP, all reasons at once."""

from __future__ import annotations

from collections.abc import Iterator

from schemas.amounts import cents
from schemas.documents import Slip, SlipLine
from schemas.erp import Obstacle
from schemas.erp_settings import Erp
from schemas.slip_sums import agrees, given_back, total_of


def common_slip_obstacles(slip: Slip, settings: Erp) -> tuple[Obstacle, ...]:
    """Every obstacle; what holds for one ERP alone is asked of its own room."""
    if slip.order is None:
        return (Obstacle("slip_order_gone", {"value": str(slip.id_order)}),)
    lines = (found for line in given_back(slip) for found in _line(line, settings))
    return (*_amounts(slip, settings), *lines)


def _amounts(slip: Slip, settings: Erp) -> Iterator[Obstacle]:
    if total_of(slip) <= 0:
        yield Obstacle("slip_empty")
    if not agrees(slip):
        figures = {"value": str(cents(slip.amount)), "detail": str(cents(slip.total_products_tax_incl))}
        yield Obstacle("slip_amounts_differ", figures)
    shipping = cents(slip.total_shipping_tax_incl)
    if shipping and not settings.items_in_use.shipping:
        yield Obstacle("slip_shipping_item_missing", {"value": str(shipping)})


def _line(line: SlipLine, settings: Erp) -> Iterator[Obstacle]:
    misc, key = settings.items_in_use.misc, str(line.id_order_detail)
    held = settings.unknown_items == "hold" or (settings.unknown_items == "misc" and not misc)
    if line.sold is None:
        yield Obstacle("slip_line_missing", {"value": key})
    elif not line.sold.reference.strip() and not misc:
        yield Obstacle("slip_line_without_reference", {"value": key})
    elif not line.sold.in_erp and held:
        yield Obstacle("slip_item_unknown", {"detail": line.sold.reference.strip()})

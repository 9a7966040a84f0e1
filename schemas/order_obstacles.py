"""What keeps an order from any ERP: sums that do not agree, things that are gone, lines that no item stands for."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from schemas.amounts import CENT, cents
from schemas.documents import Order
from schemas.erp import Obstacle
from schemas.erp_settings import Erp, ServiceItems
from schemas.order_sums import agrees, sum_of_parts
from schemas.payments import payments_of


def common_obstacles(order: Order, settings: Erp) -> tuple[Obstacle, ...]:
    """Every reason why the order is sent to no ERP; none when it is sound."""
    return (*_missing(order), *sum_obstacles(order), *_lines(order, settings), *_services(order, settings.items_in_use))


def sum_obstacles(order: Order) -> tuple[Obstacle, ...]:
    """Those that lie in its amounts."""
    sums = tuple(_sums(order))
    # Of a total that is wrong itself, what was paid says nothing.
    return (*sums, *(() if sums else _paid(order)))


def _missing(order: Order) -> Iterator[Obstacle]:
    """What the shop has deleted: no code of the ERP would help. Whether a carrier is needed, the ERP knows."""
    for missing in order.missing:
        if missing.what != "carrier":
            yield Obstacle(f"order_{missing.what}_missing", {"value": str(missing.id)})
    if not order.customer.email and not order.lacks("customer"):
        yield Obstacle("order_customer_without_email", {"value": str(order.customer.id_customer)})


def _sums(order: Order) -> Iterator[Obstacle]:
    # Stored totals, never recomputed: the shop may have rounded by item, by line or on the total.
    lines = sum((line.total_tax_incl for line in order.lines), Decimal(0))
    if cents(lines) != cents(order.total_products_tax_incl):
        figures = {"value": str(cents(lines)), "detail": str(cents(order.total_products_tax_incl))}
        yield Obstacle("order_lines_differ", figures)
    if not agrees(order):
        figures = {"value": str(sum_of_parts(order)), "detail": str(cents(order.total_paid_tax_incl))}
        yield Obstacle("order_total_differs", figures)
    # PrestaShop issue 35690: an order may be stored with fewer lines than its cart had. More lines were added by a
    # person, and a cart may be emptied afterwards.
    if order.cart_lines is not None and order.cart_lines > len(order.lines):
        counts = {"value": str(len(order.lines)), "detail": str(order.cart_lines)}
        yield Obstacle("order_lines_missing", counts)
    yield from _grosses(order)


def _grosses(order: Order) -> Iterator[Obstacle]:
    """Amounts that are less with tax than without, beyond what rounding by the piece may do."""
    pieces = sum(abs(line.quantity) for line in order.lines)
    amounts = (
        (order.total_products_tax_incl, order.total_products_tax_excl),
        (order.total_shipping_tax_incl, order.total_shipping_tax_excl),
        (order.total_wrapping_tax_incl, order.total_wrapping_tax_excl),
    )
    for tax_incl, tax_excl in amounts:
        if tax_incl < tax_excl - CENT * (pieces + 1):
            yield Obstacle("order_gross_below_net", {"value": str(cents(tax_incl)), "detail": str(cents(tax_excl))})


def _paid(order: Order) -> Iterator[Obstacle]:
    """More than the total, which the shop itself notes when an order in payment error is set to paid, or less."""
    paid, total = sum((cents(each.amount) for each in payments_of(order)), Decimal(0)), cents(order.total_paid_tax_incl)
    one_currency = all(each.currency in {"", order.currency} for each in order.payments)
    if one_currency and paid != total:
        yield Obstacle("order_paid_twice" if paid > total else "order_paid_in_part", _figures(paid, total))
    # Each of them set to paid by hand: PrestaShop then notes the highest total alone (docs/facts/prestashop.md, O6).
    if order.paid_together not in {None, order.total_together, order.dearest_together}:
        yield Obstacle("order_paid_apart", _figures(order.paid_together, order.total_together))


def _figures(paid: Decimal, total: Decimal) -> dict[str, str]:
    return {"value": str(cents(paid)), "detail": str(cents(total))}


def _lines(order: Order, settings: Erp) -> Iterator[Obstacle]:
    misc = settings.items_in_use.misc
    if not any(line.quantity for line in order.lines):
        yield Obstacle("order_empty")
    for line in order.lines:
        reference = line.reference.strip()
        held = settings.unknown_items == "hold" or (settings.unknown_items == "misc" and not misc)
        if not reference and not misc:
            yield Obstacle("order_line_without_reference", {"value": str(line.id_order_detail)})
        elif not line.in_erp and held:
            yield Obstacle("order_item_unknown", {"detail": reference})


def _services(order: Order, items: ServiceItems) -> Iterator[Obstacle]:
    amounts = (
        ("shipping", items.shipping, order.total_shipping_tax_incl),
        ("wrapping", items.wrapping, order.total_wrapping_tax_incl),
        ("discount", items.discount, order.total_discounts_tax_incl),
    )
    for name, item, amount in amounts:
        if cents(amount) and not item:
            yield Obstacle(f"order_{name}_item_missing", {"value": str(cents(amount))})

"""What keeps a document from being written, and what of it will not arrive whole; names of columns, never values."""

from __future__ import annotations

from collections.abc import Iterator

from connectors.erp_files.cells import Losses
from connectors.erp_files.codes import FilesCodes
from schemas.amounts import cents
from schemas.documents import Order
from schemas.erp import Obstacle
from schemas.export_template import ExportTemplate
from schemas.order_obstacles import sum_obstacles
from schemas.order_sums import agrees_net
from schemas.payments import payments_of

_COUNTRIES = ("invoice.country", "delivery.country")


def order_obstacles(order: Order, template: ExportTemplate, codes: FilesCodes) -> tuple[Obstacle, ...]:
    """Every obstacle that lies in the order itself; associations are asked for only where a column holds them."""
    sums = sum_obstacles(order)
    net = () if sums else _net(order, template)
    return (*_missing(order), *sums, *net, *_lines(order, codes), *_associations(order, template, codes))


def held_by(losses: Losses) -> tuple[Obstacle, ...]:
    """Every obstacle that writing has shown."""
    without = (
        Obstacle("files_word_missing", {"value": name, "text": text or "?"})
        for name, text in sorted(losses.without_word.items())
    )
    return (*losses.held, *without)


def lost_by(losses: Losses, subject: str) -> tuple[Obstacle, ...]:
    """What was cut, and what the encoding cannot hold; `subject` begins the codes: `order`, `return`, `customer`."""
    cut = (
        Obstacle(f"{subject}_files_cut", {"value": name, "detail": str(length)})
        for name, length in sorted(losses.cut.items())
    )
    replaced = (Obstacle(f"{subject}_files_signs", {"value": name}) for name in sorted(losses.replaced))
    return (*cut, *replaced)


def _missing(order: Order) -> Iterator[Obstacle]:
    for missing in order.missing:
        yield Obstacle(f"order_{missing.what}_missing", {"value": str(missing.id)})


def _net(order: Order, template: ExportTemplate) -> tuple[Obstacle, ...]:
    if template.prices == "tax_incl" or agrees_net(order):
        return ()
    return (Obstacle("order_net_total_differs", {"value": str(cents(order.total_paid_tax_excl))}),)


def _lines(order: Order, codes: FilesCodes) -> Iterator[Obstacle]:
    if not any(line.quantity for line in order.lines):
        yield Obstacle("order_empty")
    for line in order.lines:
        reference = line.reference.strip()
        if not reference and not codes.items.misc:
            yield Obstacle("order_line_without_reference", {"value": str(line.id_order_detail)})
        elif not line.in_erp and (codes.unknown_items == "hold" or not codes.item(reference, in_erp=False)):
            yield Obstacle("order_item_unknown", {"detail": reference})
    services = (
        ("shipping", codes.items.shipping, order.total_shipping_tax_incl),
        ("wrapping", codes.items.wrapping, order.total_wrapping_tax_incl),
        ("discount", codes.items.discount, order.total_discounts_tax_incl),
    )
    for name, item, amount in services:
        if cents(amount) and not item:
            yield Obstacle(f"order_{name}_item_missing", {"value": str(cents(amount))})


def _associations(order: Order, template: ExportTemplate, codes: FilesCodes) -> Iterator[Obstacle]:
    known, fields = codes.associations, template.fields
    addresses = zip(_COUNTRIES, (order.invoice, order.delivery), strict=True)
    countries = {address.country for name, address in addresses if name in fields}
    for country in sorted(countries - {"", *known.countries}):
        yield Obstacle("order_country_not_associated", {"value": country})
    gender = order.customer.id_gender
    if "customer.title" in fields and gender and known.title_code(gender) is None:
        yield Obstacle("order_title_not_associated", {"value": str(gender)})
    carrier = order.id_carrier_reference
    gone = any(missing.what == "carrier" for missing in order.missing)
    if "order.carrier" in fields and carrier and not gone and carrier not in known.carriers:
        yield Obstacle("order_carrier_not_associated", {"value": str(carrier)})
    if "order.payment" in fields:
        yield from _payments(order, codes)


def _payments(order: Order, codes: FilesCodes) -> Iterator[Obstacle]:
    if any(missing.what == "currency" for missing in order.missing):
        return
    for payment in payments_of(order):
        if not codes.payment(order, payment):
            params = {"module": order.module, "currency": payment.currency or order.currency}
            yield Obstacle("order_payment_not_associated", params)

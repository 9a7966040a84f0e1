"""What keeps a document from being written, and what of it will not arrive whole; names of columns, never values."""

from __future__ import annotations

from collections.abc import Iterator

from connectors.erp_files.cells import Losses
from connectors.erp_files.codes import FilesCodes
from schemas.amounts import cents
from schemas.documents import Order
from schemas.erp import Obstacle
from schemas.export_template import ExportTemplate
from schemas.order_sums import agrees_net
from schemas.payments import payments_of

_COUNTRIES = ("invoice.country", "delivery.country")


def order_obstacles(order: Order, template: ExportTemplate, codes: FilesCodes) -> tuple[Obstacle, ...]:
    """Every obstacle beside those of any ERP; associations are asked for only where a column holds them."""
    return (*_net(order, template), *_associations(order, template, codes))


def not_associated(order: Order, template: ExportTemplate, codes: FilesCodes) -> list[str]:
    """What of an order has no association although a column holds it, as values of the shop."""
    found = (obstacle.params for obstacle in _associations(order, template, codes))
    return sorted({params.get("value") or params.get("module", "") for params in found})


def held_by(losses: Losses) -> tuple[Obstacle, ...]:
    """Every obstacle that writing has shown."""
    without = (
        Obstacle("files_word_missing", {"value": name, "text": text or "?"})
        for name, text in sorted(losses.without_word.items())
    )
    return (*losses.held, *without)


def lost_by(losses: Losses, subject: str) -> tuple[Obstacle, ...]:
    """What was cut, and what the encoding cannot hold; `subject` begins the codes, as `order`."""
    cut = (
        Obstacle(f"{subject}_files_cut", {"value": name, "detail": str(length)})
        for name, length in sorted(losses.cut.items())
    )
    replaced = (Obstacle(f"{subject}_files_signs", {"value": name}) for name in sorted(losses.replaced))
    return (*cut, *replaced)


def _net(order: Order, template: ExportTemplate) -> tuple[Obstacle, ...]:
    if template.prices == "tax_incl" or agrees_net(order):
        return ()
    return (Obstacle("order_net_total_differs", {"value": str(cents(order.total_paid_tax_excl))}),)


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
    if "order.carrier" in fields and order.lacks("carrier"):
        yield Obstacle("order_carrier_missing", {"value": str(carrier)})
    elif "order.carrier" in fields and carrier and carrier not in known.carriers:
        yield Obstacle("order_carrier_not_associated", {"value": str(carrier)})
    if fields & {"order.payment", "payment.code"}:
        yield from _payments(order, codes)


def _payments(order: Order, codes: FilesCodes) -> Iterator[Obstacle]:
    if order.lacks("currency"):
        return
    for payment in payments_of(order):
        if not codes.payment(order, payment):
            params = {"module": order.module, "currency": payment.currency or order.currency}
            yield Obstacle("order_payment_not_associated", params)

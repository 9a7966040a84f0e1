"""What another system says about an order, without whatever of it names a person."""

from __future__ import annotations

from collections.abc import Iterator

from schemas.documents import Address, Customer, Order
from schemas.emails import struck_out

_SHORTEST = 2
_ADDRESS = (
    "firstname",
    "lastname",
    "company",
    "address1",
    "address2",
    "other",
    "postcode",
    "city",
    "phone",
    "phone_mobile",
    "vat_number",
)
_CUSTOMER = ("email", "firstname", "lastname", "company", "siret")


def discreet(text: str, order: Order) -> str:
    """The text without e-mail addresses and without the names, addresses and messages of the order."""
    return struck_out(text, of_order(order))


def of_order(order: Order) -> Iterator[str]:
    """The texts of an order that name a person."""
    yield from of_customer(order.customer)
    yield from _words(order.delivery, _ADDRESS)
    yield from _words(order.invoice, _ADDRESS)
    personal = (line.comment for line in order.lines)
    yield from (text for text in (order.gift_message, order.comment, *personal) if len(text.strip()) >= _SHORTEST)


def of_customer(customer: Customer) -> Iterator[str]:
    """The texts that name a customer."""
    yield from _words(customer, _CUSTOMER)
    if customer.address is not None:
        yield from _words(customer.address, _ADDRESS)


def _words(holder: Customer | Address, names: tuple[str, ...]) -> Iterator[str]:
    for name in names:
        text: str = getattr(holder, name).strip()
        if len(text) >= _SHORTEST:
            yield text
            # Lines of an address are cut for the ERP, which may say one of the pieces.
            yield from (word for word in text.split() if len(word) > _SHORTEST)

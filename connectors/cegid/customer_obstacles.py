"""What keeps a customer without an order from being sent: codes that are not associated. All at once."""

from __future__ import annotations

from collections.abc import Iterator

from connectors.cegid.codes import CegidCodes
from connectors.cegid.texts import street_fits
from schemas.documents import Customer
from schemas.erp import Obstacle


def customer_obstacles(customer: Customer, codes: CegidCodes) -> tuple[Obstacle, ...]:
    """Every obstacle of a customer, none when it may go."""
    return tuple(_obstacles(customer, codes))


def _obstacles(customer: Customer, codes: CegidCodes) -> Iterator[Obstacle]:
    address = customer.address
    if not customer.email:
        yield Obstacle("customer_without_email")
    if address is not None and address.country not in codes.countries:
        # An address whose country was deleted has no code at all.
        code = "customer_country_not_associated" if address.country else "customer_country_missing"
        yield Obstacle(code, {"value": address.country})
    if address is not None and not street_fits(address, codes.address_length):
        yield Obstacle("customer_address_too_long", {"value": str(codes.address_length)})
    if customer.id_gender and customer.id_gender not in codes.titles:
        yield Obstacle("customer_title_not_associated", {"value": str(customer.id_gender)})
    if codes.group_member and customer.id_default_group not in codes.groups:
        code = "customer_group_not_associated" if customer.id_default_group else "customer_group_missing"
        yield Obstacle(code, {"value": str(customer.id_default_group)})

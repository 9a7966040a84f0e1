"""What keeps a customer without an order from being sent: codes that are not associated. All at once."""

from __future__ import annotations

from collections.abc import Iterator

from schemas.documents import Customer
from tasks.translate.cegid_codes import CegidCodes
from tasks.translate.order_obstacles import Obstacle


def customer_obstacles(customer: Customer, codes: CegidCodes) -> tuple[Obstacle, ...]:
    """Every obstacle of a customer, none when it may go."""
    return tuple(_obstacles(customer, codes))


def _obstacles(customer: Customer, codes: CegidCodes) -> Iterator[Obstacle]:
    if customer.address is not None and customer.address.country not in codes.countries:
        yield Obstacle("customer_country_not_associated", {"value": customer.address.country})
    if customer.id_gender and customer.id_gender not in codes.titles:
        yield Obstacle("customer_title_not_associated", {"value": str(customer.id_gender)})
    if codes.group_member and customer.id_default_group not in codes.groups:
        yield Obstacle("customer_group_not_associated", {"value": str(customer.id_default_group)})

"""What keeps a customer without an order from Dolibarr, all at once."""

from __future__ import annotations

from collections.abc import Iterator

from connectors.dolibarr import filters
from connectors.dolibarr.codes import DolibarrCodes
from schemas.company_numbers import has_wrong_registration
from schemas.documents import Customer
from schemas.erp import Obstacle


def customer_obstacles(customer: Customer, codes: DolibarrCodes) -> tuple[Obstacle, ...]:
    """Every obstacle of a customer, none when it may go."""
    return tuple(_obstacles(customer, codes))


def customer_losses(customer: Customer) -> tuple[Obstacle, ...]:
    """What of a customer does not arrive."""
    return (Obstacle("customer_siret_wrong"),) if has_wrong_registration(customer) else ()


def _obstacles(customer: Customer, codes: DolibarrCodes) -> Iterator[Obstacle]:
    address = customer.address
    if not customer.email:
        yield Obstacle("customer_without_email")
    elif not filters.is_askable(customer.email):
        yield Obstacle("customer_email_not_askable")
    if address is not None and not address.country:
        yield Obstacle("customer_country_missing", {"value": ""})
    elif address is not None and not codes.country_id(address.country):
        yield Obstacle("customer_country_not_in_erp", {"value": address.country})

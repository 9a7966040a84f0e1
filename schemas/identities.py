"""Pure: who an order, a return, a credit slip or a customer is, as keyed hashes of what never changes of them."""

from __future__ import annotations

from hashlib import blake2b

from schemas.documents import Customer, Order

_DIGEST_BYTES = 16


def order_identity(reference: str, placed_text: str, secret: bytes) -> str:
    """Of an order, by its reference and the date on which it was placed, both in the shop's own text."""
    return keyed_hash(f"{reference}\n{placed_text}", secret)


def identity_of_order(order: Order, secret: bytes) -> str:
    """The identity of an order that was read whole."""
    return order_identity(order.reference, order.placed_text, secret)


def return_identity(id_order: int, created_text: str, secret: bytes) -> str:
    """Of a return, by its order's id and the date on which it was asked for, in the shop's own text."""
    return keyed_hash(f"{id_order}\n{created_text}", secret)


def slip_identity(id_order: int, created_text: str, secret: bytes) -> str:
    """Of a credit slip, by its order's id and the date on which it was made, in the shop's own text."""
    return keyed_hash(f"slip\n{id_order}\n{created_text}", secret)


def identity_of_account(customer: Customer, secret: bytes) -> str:
    """Of an account, by its id and the date of its registration; empty when the shop does not say it.

    Its e-mail may change; that the e-mail is the same proves as much.
    """
    registered = customer.registered_text
    return account_identity(customer.id_customer, registered, secret) if registered else ""


def account_identity(id_customer: int, registered_text: str, secret: bytes) -> str:
    """The same of an account that was not read whole."""
    return keyed_hash(f"{id_customer}\n{registered_text}", secret)


def identity_of_email(email: str, secret: bytes) -> str:
    """Of an e-mail, whatever its case."""
    return keyed_hash(email.strip().casefold(), secret)


def keyed_hash(text: str, secret: bytes) -> str:
    """A hash that says nothing without the ledger's secret."""
    return blake2b(text.encode(), digest_size=_DIGEST_BYTES, key=secret).hexdigest()

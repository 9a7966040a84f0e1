"""What the shop's orders, returns, slips and customers are called in an ERP: a prefix of the settings and an id.

An id that was another one's before has its date behind it, or a letter: no prefix holds a dot.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from string import ascii_uppercase

CUSTOMER_DIGITS = 10


def order_reference(prefix: str, id_order: int, placed_text: str = "") -> str:
    """Of an order, as `WEB1563`; with the date on which it was placed where the id was another one's."""
    return f"{prefix}{id_order}{_dated(placed_text)}"


def return_reference(prefix: str, id_order_return: int, created_text: str = "") -> str:
    """Of a return, as `WEBR12`; with its date where the id was another one's."""
    return f"{prefix}R{id_order_return}{_dated(created_text)}"


def slip_reference(prefix: str, id_order_slip: int, created_text: str = "") -> str:
    """Of a credit slip, as `WEB.S7`; with its date where the id was another one's.

    The dot keeps it from being the reference of an order of another shop, whose prefix is `WEBS`.
    """
    return f"{prefix}.S{id_order_slip}{_dated(created_text)}"


def is_order_reference(prefix: str, reference: str) -> bool:
    """Whether a reference is one that an order of ours has."""
    return re.fullmatch(rf"{re.escape(prefix)}\d+(?:\.\d+)?", reference) is not None


def is_return_reference(prefix: str, reference: str) -> bool:
    """Whether a reference is one that a return of ours has."""
    return re.fullmatch(rf"{re.escape(prefix)}R\d+(?:\.\d+)?", reference) is not None


def is_slip_reference(prefix: str, reference: str) -> bool:
    """Whether a reference is one that a credit slip of ours has."""
    return re.fullmatch(rf"{re.escape(prefix)}\.S\d+(?:\.\d+)?", reference) is not None


def customer_code(prefix: str, id_customer: int) -> str:
    """Of a customer that comes from the shop: prefix and ten digits, as `WEB0000001563`."""
    return f"{prefix}{id_customer:0{CUSTOMER_DIGITS}}"


def customer_codes(prefix: str, id_customer: int) -> Iterator[str]:
    """The codes that a customer of this id may have, the usual one first: the others are for ids given anew."""
    usual = customer_code(prefix, id_customer)
    yield usual
    yield from (f"{usual}{letter}" for letter in ascii_uppercase)


def _dated(text: str) -> str:
    """`.20261121193001` for 2026-11-21 19:30:01."""
    digits = "".join(re.findall(r"\d", text))
    return f".{digits}" if digits else ""

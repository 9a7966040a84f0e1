"""Pure: what of an order its document in the ERP stands on, as short texts that show whether it has changed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import astuple
from decimal import Decimal
from hashlib import blake2b

from schemas.amounts import cents
from schemas.documents import ZERO, Address, Order
from schemas.payments import payments_of

PARTS = ("state", "lines", "delivery", "invoice", "refunded", "paid")
_DIGEST_BYTES = 8
_NOTHING_REFUNDED = str(cents(ZERO))


def order_content(order: Order, *, off_state: int, secret: bytes, refunded: Decimal = ZERO) -> str:
    """Keyed hashes of lines with totals and of both addresses, and amounts; `off_state` is one out of sale, 0 for none.

    `refunded` is the sum of its credit slips, with tax.
    """
    lines = [(line.reference, line.quantity, str(line.total_tax_incl.normalize())) for line in order.lines]
    parts = {
        "state": str(off_state or ""),
        "lines": _hash([lines, str(order.total_paid_tax_incl.normalize())], secret),
        "delivery": _of_address(order.delivery, secret),
        "invoice": _of_address(order.invoice, secret),
        "refunded": str(cents(refunded)),
        "paid": str(cents(sum((each.amount for each in payments_of(order)), ZERO))),
        "total": str(cents(order.total_paid_tax_incl)),
        "pieces": str(sum(line.quantity for line in order.lines)),
    }
    return " ".join(f"{name}={text}" for name, text in parts.items())


def with_state(content: str, off_state: int = 0) -> str:
    """The same of an order in a state out of sale, or that is still sold: what the ERP knows."""
    state = f"state={off_state or ''}"
    return " ".join(part if not part.startswith("state=") else state for part in content.split(" "))


def with_lines_unknown(content: str) -> str:
    """The same of an order whose document has other lines, which nobody kept: it differs, and in what is not known."""
    kept = (
        part for part in content.split(" ") if part.partition("=")[0] in {"state", "delivery", "invoice", "refunded"}
    )
    return " ".join(("lines=?", *kept))


def changed(content: str, now: str) -> tuple[str, ...]:
    """The parts that differ; an amount that was not kept before is not one of them, unless it is a refund."""
    before, after = parts_of(content), parts_of(now)
    return tuple(name for name in PARTS if name in before and before[name] != after.get(name))


def parts_of(content: str) -> Mapping[str, str]:
    """The parts of a content by name."""
    parts = {name: text for name, _, text in (part.partition("=") for part in content.split(" "))}
    return {"refunded": _NOTHING_REFUNDED} | parts


def _of_address(address: Address, secret: bytes) -> str:
    return _hash(astuple(address), secret)


def _hash(values: object, secret: bytes) -> str:
    return blake2b(json.dumps(values).encode(), digest_size=_DIGEST_BYTES, key=secret).hexdigest()

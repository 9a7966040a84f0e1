"""Pure: what of an order its document in the ERP stands on, as short texts that tell whether it has changed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import astuple
from hashlib import blake2b

from schemas.documents import Address, Order

PARTS = ("state", "lines", "delivery", "invoice")
_DIGEST_BYTES = 8


def order_content(order: Order, *, off_state: int, secret: bytes) -> str:
    """Keyed hashes of lines with totals and of both addresses; `off_state` is one out of sale, 0 for none."""
    lines = [(line.reference, line.quantity, str(line.total_tax_incl.normalize())) for line in order.lines]
    parts = {
        "state": str(off_state or ""),
        "lines": _hash([lines, str(order.total_paid_tax_incl.normalize())], secret),
        "delivery": _of_address(order.delivery, secret),
        "invoice": _of_address(order.invoice, secret),
    }
    return " ".join(f"{name}={text}" for name, text in parts.items())


def without_state(content: str) -> str:
    """The same of an order that is still sold: what the ERP was given."""
    return " ".join(part if not part.startswith("state=") else "state=" for part in content.split(" "))


def changed(content: str, now: str) -> tuple[str, ...]:
    """The parts that differ."""
    before, after = _parts(content), _parts(now)
    return tuple(name for name in PARTS if before.get(name) != after.get(name))


def _parts(content: str) -> Mapping[str, str]:
    return {name: text for name, _, text in (part.partition("=") for part in content.split(" "))}


def _of_address(address: Address, secret: bytes) -> str:
    return _hash(astuple(address), secret)


def _hash(values: object, secret: bytes) -> str:
    return blake2b(json.dumps(values).encode(), digest_size=_DIGEST_BYTES, key=secret).hexdigest()

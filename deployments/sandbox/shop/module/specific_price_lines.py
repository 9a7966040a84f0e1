"""The resource ``specific_price_lines``: prices by case, made and changed, many in one request."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from deployments.sandbox.shop import shops
from deployments.sandbox.shop.errors import ServiceError
from deployments.sandbox.shop.module.references import mode_of

if TYPE_CHECKING:
    from deployments.sandbox.shop.exchange import Request
    from deployments.sandbox.shop.module.answers import Node
    from deployments.sandbox.shop.pace import Charge
    from deployments.sandbox.shop.store import Row, Store

PRICES = "specific_prices"
_ID = r"[0-9]{1,10}"
_DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}"
_CASE = {
    "id_product": _ID,
    "id_product_attribute": _ID,
    "id_shop": _ID,
    "id_shop_group": _ID,
    "id_currency": _ID,
    "id_country": _ID,
    "id_group": _ID,
    "id_customer": _ID,
    "from_quantity": _ID,
}
_VALUES = {
    "price": r"-?[0-9]{1,14}(\.[0-9]{1,6})?",
    "reduction_type": r"amount|percentage",
    "reduction": r"[0-9]{1,14}(\.[0-9]{1,6})?",
    "reduction_tax": r"[01]",
}
_FIELDS = {"id": _ID, **_CASE, **_VALUES, "from": _DATE, "to": _DATE}
_NO_DATE = "0000-00-00 00:00:00"
_HIGHEST = {"from_quantity": 16_777_215}
_HIGHEST_ID = 4_294_967_295
_NAMES = (*_CASE, "from", "to")
_NOBODYS = {"id_cart": "0", "id_specific_price_rule": "0"}


class _LeftError(Exception):
    """Why a line is left."""


@dataclass(slots=True)
class _Told:
    """What became of the lines."""

    keeps: bool
    """Whether a price that the shop has in the case of a new one stays as it is where it differs."""
    left: dict[int, str] = field(default_factory=dict)
    """The reason by position."""
    written: dict[int, tuple[str, int]] = field(default_factory=dict)
    """Status and id by position."""
    new: set[tuple[str, ...]] = field(default_factory=set)
    """Cases of the new ones so far."""
    known: set[int] = field(default_factory=set)
    """Ids of the others so far."""


def answer(store: Store, request: Request, charge: Charge) -> Node:
    """Makes and changes the prices; each line is accounted for, and read again once all are written."""
    mode = mode_of(request)
    lines = [line for line in re.split(r"\r\n|\r|\n", request.body.decode("utf-8", "replace")) if line.strip()]
    if not lines:
        raise ServiceError(400, 85, "no lines")
    told = _Told(_keeps(request))
    for position, line in enumerate(lines):
        try:
            told.written[position] = _written(store, line, told)
        except _LeftError as left:
            told.left[position] = str(left)
    statuses = Counter(status for status, _ in told.written.values())
    charge("specific_price_lines", f"PUT {mode} made", statuses["c"])
    charge("specific_price_lines", f"PUT {mode} changed", statuses["u"])
    return {
        "lines": str(len(lines)),
        "created": str(statuses["c"]),
        "found": str(statuses["e"]),
        "updated": str(statuses["u"]),
        "unchanged": str(statuses["n"]),
        "left": ";".join(f"{position}:{reason}" for position, reason in told.left.items()),
        "held": "|".join(_held(store, *told.written.get(position, ("", 0))) for position in range(len(lines))),
        "resolve_ms": "0",
        "write_ms": "0",
    }


def _keeps(request: Request) -> bool:
    if not request.query.has("found"):
        return False
    if request.query.text("found") != "keep":
        raise ServiceError(400, 85, "found is keep")
    return True


def _held(store: Store, status: str, identifier: int) -> str:
    row = store[PRICES].rows.get(identifier)
    return "" if row is None else f"{status}," + ";".join(str(row[name]) for name in _FIELDS)


def _written(store: Store, line: str, told: _Told) -> tuple[str, int]:
    """The status and the id of the price that a line makes, finds or changes."""
    given = _read(line)
    identifier = int(given.pop("id"))
    wanted = store.stored_values(PRICES, given)
    row = _known(store, identifier, wanted, told.known) if identifier else None
    _check_item(store, wanted)
    case = tuple(str(wanted[name]) for name in _NAMES)
    there = _of_case(store, wanted)
    if row is None:
        return _made(store, wanted, there, case, told)
    if there is not None and there["id"] != identifier:
        raise _LeftError("exists")
    return ("u" if _change(store, row, wanted) else "n"), identifier


def _read(line: str) -> dict[str, str]:
    texts = [text.strip() for text in line.split(";")]
    if len(texts) != len(_FIELDS) or not all(map(re.fullmatch, _FIELDS.values(), texts)):
        raise _LeftError("invalid")
    fields = dict(zip(_FIELDS, texts, strict=True))
    if not all(int(fields[name]) <= _HIGHEST.get(name, _HIGHEST_ID) for name in _CASE) or not all(
        map(_is_date, (fields["from"], fields["to"]))
    ):
        raise _LeftError("invalid")
    return fields


def _is_date(text: str) -> bool:
    if text == _NO_DATE:
        return True
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _known(store: Store, identifier: int, wanted: Row, seen: set[int]) -> Row:
    """The row of this id, where it is the product's own; nothing is believed of an id."""
    if identifier in seen:
        raise _LeftError("twice")
    seen.add(identifier)
    row = store[PRICES].rows.get(identifier)
    if row is None:
        raise _LeftError("gone")
    if row["id_product"] != wanted["id_product"] or any(row[name] != none for name, none in _NOBODYS.items()):
        raise _LeftError("other")
    return row


def _check_item(store: Store, wanted: Row) -> None:
    if shops.found(store, "products", int(wanted["id_product"])) is None:
        raise _LeftError("unknown_product")
    attribute = int(wanted["id_product_attribute"])
    combination = shops.found(store, "combinations", attribute)
    if attribute and (combination is None or combination["id_product"] != wanted["id_product"]):
        raise _LeftError("unknown_combination")


def _of_case(store: Store, wanted: Row) -> Row | None:
    """The row that holds the case already."""
    case = {name: wanted[name] for name in _NAMES} | _NOBODYS
    rows = store[PRICES].where("id_product", int(wanted["id_product"]))
    return next((row for row in rows if all(row[name] == value for name, value in case.items())), None)


def _made(store: Store, wanted: Row, there: Row | None, case: tuple[str, ...], told: _Told) -> tuple[str, int]:
    if case in told.new:
        raise _LeftError("twice")
    told.new.add(case)
    if there is None:
        return "c", store.add(PRICES, wanted | _NOBODYS)
    if there["id"] in told.known:
        raise _LeftError("twice")
    told.known.add(int(there["id"]))
    if told.keeps and any(there[name] != wanted[name] for name in _VALUES):
        raise _LeftError("exists")
    _change(store, there, wanted)
    return "e", int(there["id"])


def _change(store: Store, row: Row, wanted: Row) -> bool:
    """Whether the row was another."""
    changes = {name: value for name, value in wanted.items() if row[name] != value}
    store[PRICES].update(row["id"], changes)
    return bool(changes)

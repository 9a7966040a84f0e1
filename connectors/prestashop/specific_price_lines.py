"""Specific prices made and changed by our module: many lines in one request.

It writes them with few statements and answers with what it has read again of each: nothing is left to read back.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from operator import itemgetter
from typing import TYPE_CHECKING, TypeAlias

from connectors.prestashop.lines import Lines, leave
from connectors.prestashop.pending_writes import Desk, PendingWrite
from connectors.prestashop.xml import UnreadableError, parse, wire_text

if TYPE_CHECKING:
    from connectors.prestashop.entities import Entity, OutcomeName, Receipt
    from connectors.prestashop.facts import ShopFacts
    from connectors.prestashop.lines import LineMode
    from connectors.prestashop.transport import Transport

SPECIFIC_PRICE_LINES = "specific_price_lines"

FIELDS = (
    *("id_product", "id_product_attribute", "id_shop", "id_shop_group", "id_currency", "id_country", "id_group"),
    *("id_customer", "from_quantity", "price", "reduction_type", "reduction", "reduction_tax", "from", "to"),
)
"""Of a line, behind its id."""
LEFT = frozenset({"invalid", "unknown_product", "unknown_combination", "gone", "other", "exists", "twice"})
"""Why the module leaves a line, in its own words: the code of the refusal in the line's receipt."""
_MISSING = frozenset({"gone", "other"})
"""Whatever bears the id now is not the price that was meant."""
_STATUSES: Mapping[str, tuple[OutcomeName, str]] = {
    "c": ("created", "created"),
    "e": ("adopted", "found"),
    "u": ("updated", "updated"),
    "n": ("updated", "unchanged"),
}
"""What a status means, and where the answer counts it."""
_PRICE, _REDUCTION = FIELDS.index("price"), FIELDS.index("reduction")
_texts_of = itemgetter(*FIELDS)
_SIX_DECIMALS = Decimal("0.000001")
Write: TypeAlias = (
    "Callable[[Desk, list[PendingWrite], Callable[[list[PendingWrite]], Awaitable[None]]], Awaitable[None]]"
)


class SpecificPriceLines:
    """What our module makes and changes in one shop."""

    def __init__(self, transport: Transport, describe: Callable[[], Awaitable[ShopFacts]], write: Write) -> None:
        self._transport = transport
        self._describe = describe
        self._write = write

    async def put(self, prices: Sequence[Entity], *, mode: LineMode, keeps_found: bool) -> list[Receipt]:
        """Makes the prices without `id` and changes the others; one receipt each, in their order.

        A price holds all `FIELDS`, as texts. What the shop has already in the case of a new one is `adopted`, and made
        equal; with `keeps_found` it is `refused` where it differs. `missing`: the id is another price's, or nobody's.
        What else the module leaves is `refused`, with a code of `LEFT`; what it has read again is the receipt's entity.
        """
        (await self._describe()).require("PUT", SPECIFIC_PRICE_LINES)
        desk = Desk(SPECIFIC_PRICE_LINES, "PUT", len(prices))
        options = {"mode": mode} | ({"found": "keep"} if keeps_found else {})
        writes = [_pending(position, price) for position, price in enumerate(prices)]
        await self._write(desk, writes, Lines(self._transport, desk, options, settle).write)
        return desk.all()


def _pending(position: int, price: Entity) -> PendingWrite:
    """One line; what stands behind its id is its key."""
    texts = list(_texts_of(price))
    texts[_PRICE], texts[_REDUCTION] = _as_kept(texts[_PRICE]), _as_kept(texts[_REDUCTION])
    values = ";".join(texts)
    return PendingWrite([position], price, (values,), f"{price.get('id', 0)};{values}\n".encode())


@lru_cache(maxsize=4096)
def _as_kept(number: str) -> str:
    """A number as the table holds it; thousands of prices share a few."""
    return wire_text(Decimal(number).quantize(_SIX_DECIMALS))


def settle(desk: Desk, writes: list[PendingWrite], body: bytes) -> bool:
    """Reads what became of each line; False, and no receipts, for an answer that does not account for every line."""
    lines = _lines(body, [int(pending.entity.get("id", 0)) for pending in writes])
    for pending, (status, number, held) in zip(writes, lines, strict=False):
        if status in _STATUSES:
            # What was read again as it was sent is what was sent.
            entity = pending.entity if held == pending.key[0] else dict(zip(FIELDS, held.split(";"), strict=True))
            desk.finish(pending, _STATUSES[status][0], number, entity=entity)
        elif status in _MISSING:
            desk.finish(pending, "missing", number)
        else:
            leave(desk, pending, status)
    return bool(lines)


def _lines(body: bytes, ids: Sequence[int]) -> list[tuple[str, int, str]]:
    """Of each line its status or why it was left, its id, and what it holds; nothing where some are not told of."""
    try:
        told = parse(body).find(SPECIFIC_PRICE_LINES)
    except UnreadableError:
        return []
    if told is None:
        return []
    left = dict(one.partition(":")[::2] for one in (told.findtext("left") or "").split(";") if one)
    held = enumerate((told.findtext("held") or "").split("|"))
    lines = [_line(text) if text else (left.get(str(position), ""), 0, "") for position, text in held]
    statuses = Counter(status for status, _, _ in lines)
    counts = {name: str(statuses[status]) for status, (_, name) in _STATUSES.items()} | {"lines": str(len(ids))}
    whole = len(lines) == len(ids) and statuses.keys() <= _STATUSES.keys() | LEFT
    whole = whole and len(left) == sum(statuses[why] for why in LEFT)
    whole = whole and all(told.findtext(name) == count for name, count in counts.items())
    same_ids = (not sent or not number or number == sent for sent, (_, number, _) in zip(ids, lines, strict=False))
    return lines if whole and all(same_ids) else []


def _line(text: str) -> tuple[str, int, str]:
    """`status,id;values`, taken apart; without a status that is known where it is nothing of the kind."""
    status, _, line = text.partition(",")
    number, _, values = line.partition(";")
    is_whole = status in _STATUSES and number.isdecimal() and values.count(";") == len(FIELDS) - 1
    return (status, int(number), values) if is_whole else ("", 0, "")

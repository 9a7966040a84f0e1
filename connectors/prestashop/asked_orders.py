"""What a resource of our module says of orders that are asked for by id, and the cells of its answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, TypeVar

from lxml import etree

from connectors.prestashop.replies import unreadable
from connectors.prestashop.xml import UnreadableError, parse, wire_text

if TYPE_CHECKING:
    from connectors.prestashop.reading import Reader

Read = TypeVar("Read")
_AT_ONCE = 100
"""Orders of one question."""


async def read_orders(
    reader: Reader, resource: str, ids: Iterable[int], read_of: Callable[[etree._Element], Read]
) -> dict[int, Read]:
    """What `read_of` reads of each order; those that are none of this shop are left out.

    UnexpectedReplyError for an answer that does not speak of exactly these orders.
    """
    found: dict[int, Read] = {}
    wanted = list(dict.fromkeys(ids))
    for start in range(0, len(wanted), _AT_ONCE):
        part = wanted[start : start + _AT_ONCE]
        reply = await reader.get(resource, "id_order=" + "%7C".join(map(str, part)), entities=len(part))
        try:
            nodes = {int(text(node, "id_order")): node for node in parse(reply.body).iter("erp_order")}
            known = [(number, node) for number, node in nodes.items() if text(node, "status") == "known"]
            found.update({number: read_of(node) for number, node in known})
        except (UnreadableError, ValueError, ArithmeticError) as error:
            raise unreadable(reply, resource) from error
        if nodes.keys() != set(part):
            raise unreadable(reply, resource)
    return found


def text(node: etree._Element, name: str) -> str:
    """The text of a field, empty where there is none."""
    return node.findtext(name) or ""


def day(node: etree._Element, name: str) -> date | None:
    """A day; ValueError for another text."""
    said = text(node, name)
    return date.fromisoformat(said) if said else None


def amount(node: etree._Element, name: str) -> Decimal | None:
    """A number; ArithmeticError for another text."""
    said = text(node, name)
    return Decimal(said) if said else None


def fill(node: etree._Element, values: Mapping[str, object]) -> None:
    """Writes the values as texts; one that is None is left out."""
    for name, value in values.items():
        if value is not None:
            etree.SubElement(node, name).text = wire_text(value)

"""New products and combinations: many in one document to the resource `product_lines` of our module."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

from connectors.prestashop.answered import Form
from connectors.prestashop.resources import resource_of
from connectors.prestashop.xml import entity_xml

if TYPE_CHECKING:
    from connectors.prestashop.entities import Entity, Identity, Key, Receipt
    from connectors.prestashop.facts import ShopFacts
    from connectors.prestashop.lines import LineMode

PRODUCT_LINES = "product_lines"
WORKLOADS = {"products": PRODUCT_LINES, "combinations": "combination_lines"}
"""What the pace knows of each: a combination costs the shop a fraction of a product."""
_FORM = Form("PUT", PRODUCT_LINES, "product_line", "key", "id", {"created": "created", "exists": "adopted"})
"""Of one name the module makes one product, or one combination of a product, and then says that it exists."""
NAMED_BY = frozenset({"reference", "ean13", "isbn", "upc", "mpn", "supplier_reference"})
"""The fields by which the module finds again what it has made."""
Write: TypeAlias = "Callable[[Form, Sequence[Entity], Callable[[Entity], bytes]], Awaitable[list[Receipt]]]"


class ProductLines:
    """What our module makes in one shop."""

    def __init__(self, describe: Callable[[], Awaitable[ShopFacts]], write: Write) -> None:
        self._describe = describe
        self._write = write

    async def create(
        self, resource: str, entities: Sequence[Entity], identity: Identity, *, mode: LineMode
    ) -> list[Receipt]:
        """Creates products or combinations, each once; one receipt each, in their order.

        What the shop has of this identity is `adopted`. What the module does not take is `refused`: it may hold what
        only the webservice writes.
        """
        language = (await self._describe()).default_language
        numbers: dict[Key, int] = {}
        for entity in entities:
            numbers.setdefault(identity.key(entity, language), len(numbers))
        numbered = [{**entity, "key": numbers[identity.key(entity, language)]} for entity in entities]
        options = {"mode": mode, "named_by": identity.by[-1]}
        form = replace(_FORM, options=options, workload=WORKLOADS[resource])
        return await self._write(form, numbered, lambda entity: _line(resource, entity))


def _line(resource: str, entity: Entity) -> bytes:
    """The entity as the webservice takes it, under the key that its answer gives back."""
    fields = {name: value for name, value in entity.items() if name not in {"id", "key"}}
    return b"<product_line><key>%d</key>%s</product_line>" % (entity["key"], entity_xml(fields, resource_of(resource)))

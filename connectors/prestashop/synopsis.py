"""The fields of a shop's resources, asked of the shop itself, once each."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from connectors.prestashop.replies import unreadable
from connectors.prestashop.resources import resource_of
from connectors.prestashop.xml import UnreadableError, parse
from schemas.shop_fields import ResourceFields, ShopField

if TYPE_CHECKING:
    from lxml import etree

    from connectors.prestashop.reading import Reader


class Synopses:
    """The synopsis of each resource of one shop, kept once it was read."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._known: dict[str, ResourceFields] = {}
        self._asking: dict[str, asyncio.Lock] = {}

    async def of(self, resource: str) -> ResourceFields:
        """The fields of one resource."""
        async with self._asking.setdefault(resource, asyncio.Lock()):
            if resource not in self._known:
                self._known[resource] = await self._read(resource)
        return self._known[resource]

    async def of_all(self, resources: Iterable[str]) -> Mapping[str, ResourceFields]:
        """The fields of several resources, asked for at the same time."""
        names = tuple(dict.fromkeys(resources))
        return dict(zip(names, await asyncio.gather(*map(self.of, names)), strict=True))

    async def shown(self, resource: str, display: Sequence[str] | str) -> Sequence[str] | str:
        """`display` without what this shop may lack by its version and does lack: naming it is error 35."""
        doubtful = resource_of(resource).not_everywhere.intersection(display if not isinstance(display, str) else ())
        if not doubtful:
            return display
        fields = await self.of(resource)
        return [name for name in display if name not in doubtful or name in fields]

    async def _read(self, resource: str) -> ResourceFields:
        # In JSON the shop leaves every field out of its schemas (facts N2).
        reply = await self._reader.get(resource, "schema=synopsis")
        try:
            root = parse(reply.body)
        except UnreadableError as error:
            raise unreadable(reply, resource) from error
        entity = root[0] if len(root) else ()
        fields = {str(node.tag): _field(node) for node in entity if node.tag != "associations"}
        if not fields:
            # Every resource has fields: what names none is no schema.
            raise unreadable(reply, resource)
        return ResourceFields(fields)


def _field(node: etree._Element) -> ShopField:
    longest = node.get("maxSize", "")
    return ShopField(
        validator=node.get("format", ""),
        max_length=int(longest) if longest.isdigit() else None,
        required=node.get("required") == "true",
        # `readOnly`, with a capital, also stands at fields that a PUT must name so as not to empty them.
        writable=node.get("read_only") != "true",
    )

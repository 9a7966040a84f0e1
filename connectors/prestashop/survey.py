"""A whole resource of a shop, page after page: nothing of it is kept but the page at hand."""

from __future__ import annotations

import asyncio
from types import MappingProxyType
from typing import TYPE_CHECKING

from connectors.prestashop.presence import Presence

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Collection, Mapping, Sequence

    from connectors.prestashop.entities import Entity
    from connectors.prestashop.filters import Filters
    from connectors.prestashop.reading import Reader
    from connectors.prestashop.synopsis import Synopses
    from connectors.prestashop.transport import Transport

_NOTHING: Mapping[str, str] = MappingProxyType({})


class Survey:
    """Reads one shop as a whole."""

    def __init__(self, transport: Transport, reader: Reader, synopses: Synopses) -> None:
        self._transport = transport
        self._reader = reader
        self._synopses = synopses

    async def pages(
        self,
        resource: str,
        *,
        display: Sequence[str],
        filters: Filters = _NOTHING,
        options: Mapping[str, str] = _NOTHING,
    ) -> AsyncIterator[list[Entity]]:
        """Every entity that the filters leave, by id; the next page is asked for when the one before is done with.

        `options` are further parameters of the list, such as the prices that the shop is to work out.
        """
        shown = await self._synopses.shown(resource, display)
        async for page in self._reader.pages(resource, filters=filters, display=shown, options=options):
            yield page

    async def whereabouts(self, resource: str, identifiers: Collection[int]) -> dict[int, str]:
        """Where each of these ids is, asked for side by side: `here`, `outside` this shop, or `nowhere`."""
        presence = Presence(self._transport, self._reader)
        ids = sorted(set(identifiers))
        answers = await asyncio.gather(*(presence.whereabouts(resource, id_) for id_ in ids))
        return dict(zip(ids, answers, strict=True))

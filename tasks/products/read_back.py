"""What several batches wrote is read back together: a request costs the shop as much as a dozen of its entities."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from connectors.prestashop import Entity, Shop
from connectors.rounds import Rounds

_AT_ONCE = 2
"""Lists of one resource under way: what is written meanwhile goes into the next."""


class ReadBack:
    """Reads the products and combinations of one run."""

    def __init__(self) -> None:
        self._rounds: dict[tuple[str, ...], Rounds[Mapping[int, Entity]]] = {}

    async def held(
        self, shop: Shop, resource: str, display: tuple[str, ...], ids: Iterable[int]
    ) -> Mapping[int, Entity]:
        """What the shop has of these, and of others, by id."""

        async def ask(together: list[int]) -> Mapping[int, Entity]:
            read = await shop.find(resource, "id", map(str, together), display=display)
            return {int(entity["id"]): entity for entity in read}

        rounds = self._rounds.setdefault((resource, *display), Rounds(ask, _AT_ONCE))
        return await rounds.answer(ids)

"""Look-ups in several shops of one installation.

`id_shop=all` and `id_group_shop` list of most resources what the default shop has, and no more
(docs/facts/prestashop.md, M9): each shop is asked for itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from connectors.prestashop.entities import Entity
    from connectors.prestashop.filters import Filters
    from connectors.prestashop.reading import Reader


class Finder(Protocol):
    """What finds entities by the values of a field."""

    async def find(
        self, resource: str, field: str, values: Iterable[str], *, display: Sequence[str] | str, also: Filters
    ) -> list[Entity]:
        """The entities whose `field` the shop finds equal to one of `values`, each once, in no order."""

    async def newest_id(self, resource: str) -> int:
        """The highest id that is listed, 0 for none."""


class Readers:
    """The readers of several shops; an entity that several of them have is as the first one has it."""

    def __init__(self, readers: Iterable[Reader]) -> None:
        self._readers = tuple(readers)

    async def find(
        self, resource: str, field: str, values: Iterable[str], *, display: Sequence[str] | str, also: Filters
    ) -> list[Entity]:
        """As `Reader.find`; what a look-up by id has found is not asked for again."""
        wanted = tuple(dict.fromkeys(values))
        found: dict[int, Entity] = {}
        for reader in self._readers:
            left = [value for value in wanted if field != "id" or int(value) not in found]
            rows = await reader.find(resource, field, left, display=display, also=also) if left else []
            found = {int(row["id"]): row for row in rows} | found
        return list(found.values())

    async def newest_id(self, resource: str) -> int:
        """The highest id that any of the shops lists, 0 for none."""
        return max([await reader.newest_id(resource) for reader in self._readers], default=0)

"""Answers in which a whole association, or a text in every language, is blank: proved before anybody believes them.

Where the shop's database layer is silent, the list itself may be right while the query for its members or texts has
failed: each entity then comes with an empty association or without a word (fact F4). Believed, it would cost customers
their groups and products their categories. One entity that shows the field vouches for the others of its answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectors.prestashop.entities import Entity
from connectors.prestashop.filters import query
from connectors.prestashop.replies import SYSTEM
from connectors.prestashop.resources import resource_of
from schemas.errors import TransientError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from connectors.prestashop.absence import Absence
    from connectors.prestashop.reading import Reader
    from connectors.prestashop.transport import Transport

_LOOKS = 4
_NEWEST = 10
"""How many of the newest entities are looked at for one that shows the field."""
_REPLACED = frozenset(
    {
        ("customers", "groups"),
        ("products", "categories"),
        ("products", "product_features"),
        ("combinations", "product_option_values"),
    }
)
"""Associations that are written whole from what was read: that nobody has any is believed after several looks only."""
_TEXTS = "texts"
"""Stands for all texts in several languages: the shop reads them together."""


class Blanks:
    """Proves the blank fields of one shop's answers."""

    def __init__(self, reader: Reader, transport: Transport, absence: Absence) -> None:
        self._reader = reader
        self._transport = transport
        self._absence = absence
        self._holders: dict[tuple[str, str], int] = {}
        """By resource and field: the id of an entity that has lately shown it."""
        self._nobodys: set[tuple[str, str]] = set()
        """Fields that no entity shows, after several looks."""

    async def proved(
        self,
        resource: str,
        display: Sequence[str] | str,
        rows: list[Entity],
        again: Callable[[], Awaitable[list[Entity]]],
    ) -> list[Entity]:
        """`rows`, or what `again` reads once the shop has shown each field that is blank in all of them.

        `display` are the fields asked for. TransientError when a field that the shop has shown before stays blank.
        """
        blank = self._blank_in(resource, display, rows)
        if not blank or not await self._absence.may_be_silent():
            return rows
        for look in range(_LOOKS):
            hidden = [name for name in blank if not await self._is_shown(resource, name)]
            if hidden and not self._is_nobodys(resource, hidden, look):
                await self._transport.wait(self._transport.limits.settle_seconds * (look + 1))
                continue
            self._nobodys.update((resource, name) for name in hidden)
            return await again()
        raise TransientError(
            f"the shop shows no {' and no '.join(blank)} of {resource}, although it has some: its database may be "
            "overloaded or locked",
            system=SYSTEM,
            action=f"GET {resource}",
        )

    def _is_nobodys(self, resource: str, hidden: list[str], look: int) -> bool:
        """Whether no entity has these fields, as far as `look` looks can show."""
        if any((resource, name) in self._holders for name in hidden):
            return False
        doubted = any((resource, name) in _REPLACED or name == _TEXTS for name in hidden)
        return look >= (_LOOKS - 1 if doubted else 1)

    def _blank_in(self, resource: str, display: Sequence[str] | str, rows: list[Entity]) -> list[str]:
        """The fields asked for that are blank in every row; those that one shows are remembered."""
        blank = []
        for name, fields in _asked(resource, display).items() if rows else ():
            holder = next((row["id"] for row in rows if _shows(row, fields)), None)
            if holder is not None:
                self._holders[resource, name] = holder
            elif (resource, name) not in self._nobodys:
                blank.append(name)
        return blank

    async def _is_shown(self, resource: str, name: str) -> bool:
        """Whether the shop shows this field of some entity now."""
        fields = sorted(resource_of(resource).i18n & {"name", "value"}) if name == _TEXTS else [name]
        display = ("id", *(fields if name == _TEXTS else (f"{name}[id]",)))
        holder = self._holders.get((resource, name))
        filters = {} if holder is None else {"id": str(holder)}
        text = query(filters=filters, display=display, sort="id_DESC", limit=str(_NEWEST))
        _, rows = await self._reader.listed(resource, text, display, _NEWEST)
        shown = next((row["id"] for row in rows if _shows(row, fields)), None)
        if shown is not None:
            self._holders[resource, name] = shown
        # Without a text that every entity has, nothing more can be asked.
        return shown is not None or not fields


def _asked(resource: str, display: Sequence[str] | str) -> dict[str, list[str]]:
    """What is asked for by name: the texts in several languages together, and each association with its ids."""
    if isinstance(display, str):
        return {}
    i18n = resource_of(resource).i18n
    asked: dict[str, list[str]] = {}
    for name, _, inner in (field.partition("[") for field in display):
        if name in i18n:
            asked.setdefault(_TEXTS, []).append(name)
        elif "id" in inner.rstrip("]").split(","):
            asked[name] = [name]
    return asked


def _shows(row: Entity, fields: Sequence[str]) -> bool:
    texts = (row.get(name) for name in fields)
    members = row.get("associations", {})
    return any(isinstance(text, dict) and any(text.values()) for text in texts) or any(map(members.get, fields))

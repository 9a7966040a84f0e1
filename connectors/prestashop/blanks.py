"""Answers in which a whole association, or a text in every language, is blank: proved before anybody believes them.

Where the shop's database layer is silent, the list itself may be right while the query for its members or texts has
failed: each entity then comes with an empty association or without a word (fact F4). Believed, it would cost customers
their groups and products their categories. One entity that shows the field vouches for the others of its answer, but
not for what every entity has: the query may have begun to fail in the middle of an answer.
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
_OF_EVERY_ONE = frozenset(
    {("customers", "groups"), ("products", "categories"), ("combinations", "product_option_values")}
)
"""Associations that an entity has as a rule, as it has a name: the query may have failed for some of an answer only."""
_NAMES = ("name", "value")
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
        self._without: set[tuple[str, str, int]] = set()
        """By resource, field and id: entities that lack what others have, as two answers told."""

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
        lacking = self._lacking_in(resource, display, rows)
        if not (blank or lacking) or not await self._absence.may_be_silent():
            return rows
        if not blank:
            return await self._confirmed(resource, display, lacking, again)
        for look in range(_LOOKS):
            hidden = [name for name in blank if not await self._is_shown(resource, name)]
            if hidden and not self._is_nobodys(resource, hidden, look):
                await self._transport.wait(self._transport.limits.settle_seconds * (look + 1))
                continue
            self._nobodys.update((resource, name) for name in hidden)
            rows = await again()
            lacking = self._lacking_in(resource, display, rows)
            return await self._confirmed(resource, display, lacking, again) if lacking else rows
        raise _unshown(resource, blank)

    async def _confirmed(
        self,
        resource: str,
        display: Sequence[str] | str,
        lacking: frozenset[tuple[str, str, int]],
        again: Callable[[], Awaitable[list[Entity]]],
    ) -> list[Entity]:
        """The answer in which the same entities lack the same as in the one before, while another shows it.

        A table that is locked while an answer is being made is missing from a part of its entities only.
        """
        for look in range(_LOOKS):
            await self._transport.wait(self._transport.limits.settle_seconds * (look + 1))
            rows = await again()
            before, lacking = lacking, self._lacking_in(resource, display, rows)
            names = {name for _, name, _ in lacking}
            if not lacking:
                return rows
            if lacking == before and all([await self._is_shown(resource, name) for name in names]):
                self._without |= lacking
                return rows
        raise _unshown(resource, sorted({name for _, name, _ in lacking}))

    def _lacking_in(
        self, resource: str, display: Sequence[str] | str, rows: list[Entity]
    ) -> frozenset[tuple[str, str, int]]:
        """Which entities lack their name, or an association that every one has; not those known to."""
        lacking: set[tuple[str, str, int]] = set()
        for name, fields in _asked(resource, display).items():
            needed = [field for field in fields if field in _NAMES or (resource, field) in _OF_EVERY_ONE]
            if needed and (resource, name) not in self._nobodys:
                lacking.update((resource, name, row["id"]) for row in rows if not _shows(row, needed))
        return frozenset(lacking - self._without)

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


def _unshown(resource: str, names: Sequence[str]) -> TransientError:
    return TransientError(
        f"the shop shows no {' and no '.join(names)} of {resource}, although it has some: its database may be "
        "overloaded or locked",
        system=SYSTEM,
        action=f"GET {resource}",
    )


def _asked(resource: str, display: Sequence[str] | str) -> dict[str, list[str]]:
    """What is asked for: the texts in several languages together, and by name each association with its ids."""
    i18n = resource_of(resource).i18n
    if isinstance(display, str):
        return {_TEXTS: sorted(i18n)} if i18n and display == "full" else {}
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

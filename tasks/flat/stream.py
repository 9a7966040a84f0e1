"""A flat stream: every row is one entity of one resource, found by its link or by what it is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any, ClassVar, TypeAlias

import polars as pl

from connectors.prestashop import Entity, Identity
from tasks.flat.plan.entities import Closing, WantedEntity
from tasks.run.outcomes import Stop
from tasks.run.run import Run

Note: TypeAlias = tuple[str, str, dict[str, str]]
"""A message of level info: its code, what it is about, its parameters."""


class FlatStream(ABC):
    """What a flat stream is made of: its resource, its keys, its translation and its look-ups."""

    resource: ClassVar[str]
    kind: ClassVar[str]
    """Of the links in the ledger."""
    steps: ClassVar[tuple[str, str]]
    """The names of the planning and of the writing step."""
    lines: ClassVar[str] = ""
    """The resource of our module through which they are made and changed, where there is one."""
    identity: ClassVar[Identity]
    closing: ClassVar[Closing] = "deactivate"
    compared: ClassVar[tuple[str, ...]]
    """The fields that are read to compare."""
    unread: ClassVar[frozenset[str]] = frozenset()
    """Fields that the shop never gives back as they were sent."""
    is_private: ClassVar[bool] = False
    """The entities are people: reports name fields, never values."""
    look_first: ClassVar[bool] = False
    """Others make such entities too, so the shop is asked again just before one is created."""
    notes_intent: ClassVar[bool] = False
    """The ledger notes what is about to be created: the entity itself does not show whose it is."""

    def keys(self, run: Run, rows: pl.DataFrame) -> pl.Series:
        """The key of each accepted row's link; of rows with one key the last one counts."""
        del run
        return rows["_key"]

    def salt(self, run: Run) -> str:
        """Whatever beside the row decides what is written."""
        del run
        return ""

    def always_looked_at(self, run: Run) -> pl.Expr:
        """Rows whose wish depends on the shop, so that equal rows may want something else."""
        del run
        return pl.lit(value=False)

    async def broken(self, run: Run) -> frozenset[int]:
        """Ids of the shop's entities that cannot stay as they are: those with an active link are planned anew."""
        del run
        return frozenset()

    def label(self, run: Run) -> pl.Expr:
        """A code of the ERP that the link keeps beside the key."""
        del run
        return pl.lit(None)

    def moved(self, rows: pl.DataFrame, links: pl.DataFrame) -> dict[str, str]:
        """New key -> the former key of the same entity, where a row (`_key`, `_label`) names it anew."""
        del rows, links
        return {}

    def notes(
        self, rows: pl.DataFrame, links: pl.DataFrame, moved: Mapping[str, str], gone: Iterable[str]
    ) -> dict[str, Note]:
        """What is worth saying of rows that are written, by key; `gone` are the links that the files close."""
        del rows, links, moved, gone
        return {}

    async def look_up(self, run: Run, rows: Sequence[Mapping[str, Any]]) -> None:
        """Asks the shop for what the rows name, where `wanted` then takes its time: other lists are read meanwhile."""
        del run, rows

    @abstractmethod
    async def wanted(self, run: Run, rows: Sequence[Mapping[str, Any]]) -> list[WantedEntity]:
        """What the rows want, in their order; the key of a row is in `_link`."""

    @abstractmethod
    async def current(self, run: Run, wanted: Sequence[WantedEntity]) -> dict[str, Entity | Stop]:
        """The shop's entities of keys without a valid link, by key; those that the shop does not have are absent."""

    def adapt_to_shop(self, run: Run, wanted: WantedEntity, current: Entity, confirmed_at: datetime | None) -> None:
        """Changes `wanted` where the shop's entity has precedence; `confirmed_at` None: no link holds the entity."""
        del run, wanted, current, confirmed_at

    def keeps_what_others_made(self, run: Run) -> bool:
        """Whether an entity that somebody made by hand just before us stays as it is."""
        del run
        return False

    def display(self) -> list[str]:
        """The fields and associations that are read to compare."""
        return ["id", *self.compared]


class EntitiesPlan:
    """The planned entities of a flat stream and the fingerprint of each row by key.

    Not a dataclass: Prefect walks through every field of those among a task's arguments.
    """

    def __init__(
        self,
        stream: FlatStream,
        entities: Iterable[Any],
        marks: Mapping[str, str],
        known: int,
        moved: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self.stream = stream
        self.entities = list(entities)
        self.marks = marks
        self.known = known
        """How many active links there are."""
        self.moved = moved
        """New key -> former key of entities that stay the same under another key."""

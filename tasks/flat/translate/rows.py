"""One accepted row of a flat stream, asked by what its columns write to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from schemas.column_spec import Column, Owner, StreamSpec
from tasks.flat.plan.entities import FieldValue, WantedEntity
from tasks.products.translate.rows import Value, cell_value


@dataclass(frozen=True, slots=True)
class FlatRow:
    """A row and the columns of its stream by target."""

    columns: Mapping[str, Column]
    cells: Mapping[str, Any]

    def value(self, target: str) -> Value | None:
        """The cell's value; None for nothing to write: no such column, the shop's own, or empty and to be kept."""
        column = self.columns.get(target)
        return None if column is None or column.owner is Owner.SHOP else cell_value(self.cells, column)

    def text(self, target: str) -> str:
        """The cell as text, empty when there is nothing to write."""
        value = self.value(target)
        return "" if value is None else str(value)

    def put(self, wanted: WantedEntity, target: str, values: Mapping[str, FieldValue]) -> None:
        """Puts values of the column of `target` where they belong by its owner: owned, at creation, or nowhere."""
        owner = self.columns[target].owner
        if owner is Owner.ERP:
            wanted.owned |= values
        elif owner is Owner.FIRST_WRITE:
            wanted.first |= values

    def put_same(self, wanted: WantedEntity, targets: Iterable[str]) -> None:
        """Puts the cells of columns that are named as the shop's fields."""
        for target in targets:
            value = self.value(target)
            if value is not None:
                self.put(wanted, target, {target: value})

    def put_texts(
        self, wanted: WantedEntity, fields: Iterable[str], languages: Mapping[str, int], ids: Iterable[int]
    ) -> None:
        """Puts texts in every language: that of a language's own column, else that of the plain column."""
        every = tuple(ids)
        for name in fields:
            texts = dict.fromkeys(every, self.text(name)) if self.value(name) is not None else {}
            for iso, language in languages.items():
                own = self.value(f"{name}@{iso}")
                if own is not None:
                    texts[language] = str(own)
            speaking = [target for target in (name, *(f"{name}@{iso}" for iso in languages)) if target in self.columns]
            if texts and speaking:
                self.put(wanted, speaking[0], {name: texts})


def flat_rows(rows: Iterable[Mapping[str, Any]], stream: StreamSpec) -> list[FlatRow]:
    """The rows, each with the stream's columns."""
    columns = {column.target: column for column in stream.columns}
    return [FlatRow(columns, row) for row in rows]

"""Tables of rows with ids, and the unique extra fields that guard them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from deployments.sandbox.dolibarr.errors import ApiError
from deployments.sandbox.dolibarr.texts import folded

Row = dict[str, Any]


class Table:
    """Rows by id; `fields` are its extra fields, by name, and whether each is unique."""

    def __init__(self, element: str, what: str) -> None:
        self.element = element
        self.what = what
        """As a failure of its creation calls it."""
        self.rows: dict[int, Row] = {}
        self.fields: dict[str, bool] = {}
        self._last = 0

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows.values())

    def insert(self, row: Row, options: Any) -> Row:
        """A new row with its extra fields; 500 when one of these is taken, and nothing is left behind."""
        kept = self.options(options)
        self.check_unique(kept)
        self._last += 1
        made: Row = {"id": self._last, **row, "array_options": kept}
        self.rows[self._last] = made
        return made

    def options(self, given: Any) -> dict[str, str]:
        """The extra fields of a body: those that are not there are dropped without a word, an empty one is none."""
        given = given if isinstance(given, dict) else {}
        named = {name.removeprefix("options_"): value for name, value in given.items()}
        kept = {name: str(value) for name, value in named.items() if name in self.fields and value not in (None, "")}
        for value in kept.values():
            if len(value) > 64:  # noqa: PLR2004 - the size that the field was made with
                raise ApiError(500, f"Error creating {self.what}", "Data too long for column 'ps_uid' at row 1")
        return {f"options_{name}": value for name, value in kept.items()}

    def give(self, row: Row, options: Any) -> None:
        """A row has these extra fields from now on; one that is given empty is gone."""
        for option in options if isinstance(options, dict) else ():
            row["array_options"].pop(option, None)
        row["array_options"] |= self.options(options)

    def check_unique(self, options: dict[str, str], besides: int = 0) -> None:
        """500 when a unique extra field has this value already, by the collation of the database."""
        for option, value in options.items():
            name = option.removeprefix("options_")
            if not self.fields[name]:
                continue
            for row in self:
                there = row["array_options"].get(option)
                if there is not None and folded(there) == folded(value) and row["id"] != besides:
                    key = f"uk_{_KEYS.get(self.element, self.element)}_extrafields_{name}"
                    raise ApiError(500, f"Error creating {self.what}", f"Duplicate entry '{value}' for key '{key}'")

    def has_column(self, alias: str, name: str) -> bool:
        """Whether `sqlfilters` may name it: `te` are the extra fields of contacts, `ef` those of all others."""
        if alias == ("te" if self.element == "socpeople" else "ef"):
            return name in self.fields
        known = {column for row in self for column in row} | _COLUMNS.keys()
        return alias == "t" and (not self.rows or name in known)

    def column(self, row: Row, alias: str, name: str) -> Any:
        """A column as `sqlfilters` names it; one that a row says nothing of is null."""
        if alias != "t":
            return row["array_options"].get(f"options_{name}")
        return row.get(_COLUMNS.get(name, name))


_COLUMNS = {
    "rowid": "id",
    "fk_soc": "socid",
    "nom": "name",
    "fk_statut": "status",
    "inventorycode": "movementcode",
    "fk_product_type": "type",
}
_KEYS = {"categorie": "categories"}

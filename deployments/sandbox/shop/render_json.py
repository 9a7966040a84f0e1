"""Writes entities as the webservice's JSON, with the losses of the real one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from deployments.sandbox.shop.store import FIRST_LANGUAGE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from deployments.sandbox.shop.display import Display
    from deployments.sandbox.shop.entity import Behaviour
    from deployments.sandbox.shop.schema import Association, Field, Resource
    from deployments.sandbox.shop.store import Row, Store


def text(value: Any) -> str:
    """JSON as PHP writes it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("/", "\\/")


def errors(found: Iterable[tuple[int, str]]) -> str:
    """The error document."""
    return text({"errors": [{"code": code, "message": message} for code, message in found]})


_BOOLEANS_AS_NUMBERS = frozenset({"currencies", "shops", "shop_groups", "specific_prices"})
"""Tables whose columns of yes and no have a sign, which makes them numbers."""
_BOOLEANS_WITHOUT_A_RULE = frozenset({"active", "deleted", "indexation", "valid"})
"""Fields of yes and no whose definition names no validator."""


def _plain(name: str, value: Any) -> Any:
    return "" if value is None and (name.startswith("id_") or name == "default_on") else value


class JsonWriter:
    """Writes the entities of one resource with the fields of one display."""

    def __init__(
        self,
        store: Store,
        resource: Resource,
        behaviour: Behaviour,
        display: Display,
        languages: Sequence[int],
    ) -> None:
        self._store = store
        self._resource = resource
        self._behaviour = behaviour
        self._display = display
        self._languages = languages

    def short_list(self, rows: Iterable[Row]) -> str:
        """A list of ids only; an empty list has no name."""
        return self._listed([{"id": row["id"]} for row in rows])

    def full_list(self, rows: Iterable[Row]) -> str:
        """A list of entities with the displayed fields."""
        return self._listed([self._entity(row) for row in rows])

    def _listed(self, entities: list[dict[str, Any]]) -> str:
        return text({self._resource.list_node: entities}) if entities else "[]"

    def detail(self, row: Row) -> str:
        """One entity; whatever is falsy to PHP is left out."""
        return self._without_falsy(self._entity(row))

    def _without_falsy(self, entity: dict[str, Any]) -> str:
        return text({self._resource.node: {name: value for name, value in entity.items() if value and value != "0"}})

    def saved(self, rows: list[Row], *, all_of_them: bool) -> str:
        """The answer to a write: ids are texts, and only the last entity is there unless all are asked for."""
        entities = [{**self._entity(row), "id": str(row["id"])} for row in rows]
        return self._listed(entities) if all_of_them or not entities else self._without_falsy(entities[-1])

    def _entity(self, row: Row) -> dict[str, Any]:
        shown: dict[str, Any] = {"id": row.get("id")} if self._display.with_id else {}
        for field in self._display.fields:
            getter = self._behaviour.getters.get(field.name)
            value = row.get(field.name) if getter is None else getter(self._store, row)
            shown[field.name] = (
                self._texts(value) if field.i18n else self._number(row, field, _plain(field.name, value))
            )
        shown.update({name: row["_prices"][name] for name in self._display.prices})
        associations = {
            one.name: entries
            for one, names in self._display.associations
            if one.name in self._behaviour.lists
            and self._store.shows_fields_of(one, full=self._display.full)
            and (entries := self._members(one, names, row))
        }
        if associations:
            shown["associations"] = associations
        return shown

    def _texts(self, value: Any) -> Any:
        if not isinstance(value, dict):
            return value or ""
        texts = value
        if len(self._languages) == 1:
            return texts.get(self._languages[0], "")
        ids = {one: one if self._store.rules.numbers_in_json else str(one) for one in self._languages}
        return [{"id": shown, "value": texts.get(one, "")} for one, shown in ids.items()]

    def _is_in_use(self, row: Row) -> bool:
        """Whether it is the language of the shop itself, which the engine has read before."""
        return self._resource.name == "languages" and row.get("id") == FIRST_LANGUAGE

    def _number(self, row: Row, field: Field, value: Any) -> Any:
        """A whole number as one where the version tells it so; signs of yes and no stay texts, but for a few tables."""
        of_numbers = self._resource.name in _BOOLEANS_AS_NUMBERS or self._is_in_use(row)
        is_boolean = field.validator.lower() == "isbool" or field.name in _BOOLEANS_WITHOUT_A_RULE
        yes_or_no = is_boolean and not of_numbers
        is_number = self._store.rules.numbers_in_json and field.column.kind == "int" and not yes_or_no
        return int(value) if is_number and isinstance(value, str) and value.lstrip("-").isdigit() else value

    def _members(self, association: Association, names: tuple[str, ...], row: Row) -> list[dict[str, Any]]:
        fields = [one.name for one in association.fields if one.name in names]
        entries = self._behaviour.lists[association.name](self._store, row)
        members: list[dict[str, Any]] = [{name: entry.get(name, "") for name in fields} for entry in entries]
        if self._store.rules.numbers_in_json:
            members = [{name: int(text) if text.isdigit() else text for name, text in one.items()} for one in members]
        return members

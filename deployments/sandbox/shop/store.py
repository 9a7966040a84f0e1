"""What the shop remembers: one table per resource with indexes made on demand, in memory and, if asked, on disk."""

from __future__ import annotations

import copy
import json
import threading
from datetime import timedelta, timezone
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from deployments.sandbox.shop import shops
from deployments.sandbox.shop.clock import CLOCK

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from deployments.sandbox.shop.schema import Association, Field, Resource
    from deployments.sandbox.shop.versions import Rules

Row = dict[str, Any]
Key = str | float
Backup = dict[str, tuple[int, dict[int, Row]]]

FIRST_LANGUAGE = 1


def _shop_zone() -> ZoneInfo | timezone:
    try:
        return ZoneInfo("Europe/Paris")
    except ZoneInfoNotFoundError:
        return timezone(timedelta(hours=1))


_ZONE = _shop_zone()


def now() -> str:
    """The shop's clock: its own time zone, no offset, whole seconds."""
    return CLOCK.now().astimezone(_ZONE).strftime("%Y-%m-%d %H:%M:%S")


class Table:
    """The rows of one resource by id, found by any field's value as the database compares it."""

    def __init__(self, resource: Resource) -> None:
        self.resource = resource
        self.rows: dict[int, Row] = {}
        self.next_id = 1
        self._indexes: dict[str, dict[Key, set[int]]] = {}
        self._highest: dict[str, int] = {}
        self._of_shops: Store | None = None
        self.on_change: Callable[[Row, Mapping[str, Any]], None] | None = None
        """Told of rows that came, went or changed, with what was given for them."""

    def follow_shops(self, store: Store) -> None:
        """From now on each shop of the installation has fields of its own here."""
        self._of_shops = store

    def _set(self, row: Row, name: str, value: Any) -> None:
        row[name] = value
        if self._of_shops is not None:
            shops.spread(self._of_shops, self.resource.name, row, name, value)

    def insert(self, row: Row, wanted_id: int | None = None) -> int:
        """Store a new row under the next id, or under the id asked for."""
        identifier = self.next_id if wanted_id is None else wanted_id
        row["id"] = identifier
        self.rows[identifier] = row
        self.next_id = max(self.next_id, identifier + 1)
        self._raise_highest(row)
        for name, index in self._indexes.items():
            for key in self._keys(name, row):
                index.setdefault(key, set()).add(identifier)
        self._notify(row, row)
        return identifier

    def _notify(self, row: Row, changes: Mapping[str, Any]) -> None:
        if self.on_change is not None:
            self.on_change(row, changes)

    def replace(self, identifier: int, row: Row) -> None:
        """Store ``row`` in place of the one of that id."""
        before = self.rows[identifier]
        row["id"] = identifier
        self.rows[identifier] = row
        self._notify(row, {name: value for name, value in row.items() if before.get(name) != value})
        self._highest.clear()
        for name, index in self._indexes.items():
            if before.get(name) != row.get(name):
                for key in self._keys(name, before):
                    index[key].discard(identifier)
                for key in self._keys(name, row):
                    index.setdefault(key, set()).add(identifier)

    def update(self, identifier: int, changes: Mapping[str, Any]) -> None:
        """Change some fields of a row in place."""
        row = self.rows[identifier]
        self._raise_highest(changes)
        self._notify(row, changes)
        for name, value in changes.items():
            index = self._indexes.get(name)
            if index is None:
                self._set(row, name, value)
                continue
            for key in self._keys(name, row):
                index[key].discard(identifier)
            self._set(row, name, value)
            for key in self._keys(name, row):
                index.setdefault(key, set()).add(identifier)

    def remove(self, identifier: int) -> Row | None:
        """Take a row out; nothing when it is not there."""
        row = self.rows.pop(identifier, None)
        if row is not None:
            self._notify(row, {})
            self._highest.clear()
            for name, index in self._indexes.items():
                for key in self._keys(name, row):
                    index[key].discard(identifier)
        return row

    def put_back(self, next_id: int, rows: dict[int, Row]) -> None:
        """Hold these rows and no others."""
        self.next_id, self.rows = next_id, rows
        self._indexes.clear()
        self._highest.clear()

    def highest(self, field: str) -> int:
        """The highest number in this field, 0 without rows; one that was lowered in its place counts on."""
        if field not in self._highest:
            self._highest[field] = max((int(row[field] or 0) for row in self.rows.values()), default=0)
        return self._highest[field]

    def _raise_highest(self, values: Mapping[str, Any]) -> None:
        for name, number in self._highest.items():
            if values.get(name):
                self._highest[name] = max(number, int(values[name]))

    def ids_where(self, field: str, value: str | int) -> set[int]:
        """The ids of the rows whose field, or one of whose list's members, equals ``value``."""
        if field == "id":
            wanted = int(value)
            return {wanted} if wanted in self.rows else set()
        index = self._indexes.get(field)
        if index is None:
            index = self._built(field)
        return index.get(self.key(field, value), set())

    def ids_between(self, field: str, low: float, high: float) -> set[int]:
        """The ids of the rows whose number in this field is one of these or lies between them."""
        if field == "id":
            return {identifier for identifier in self.rows if low <= identifier <= high}
        index = self._indexes.get(field)
        if index is None:
            index = self._built(field)
        return {each for key, ids in index.items() if not isinstance(key, str) and low <= key <= high for each in ids}

    def where(self, field: str, value: str | int) -> Iterator[Row]:
        """The rows whose field equals ``value``, by id."""
        return (self.rows[identifier] for identifier in sorted(self.ids_where(field, value)))

    def first(self, field: str, value: str | int) -> Row | None:
        """The first row whose field equals ``value``."""
        return next(self.where(field, value), None)

    def key(self, field: str, value: str | int) -> Key:
        """The key under which equal values of that field meet."""
        if isinstance(value, int):
            return value
        described: Field | None = self.resource.by_name.get(field)
        return described.column.comparable(value) if described else float(value or 0)

    def _built(self, field: str) -> dict[Key, set[int]]:
        index: dict[Key, set[int]] = {}
        for identifier, row in self.rows.items():
            for key in self._keys(field, row):
                index.setdefault(key, set()).add(identifier)
        self._indexes[field] = index
        return index

    def _keys(self, field: str, row: Row) -> Iterable[Key]:
        value = row.get(field)
        if value is None:
            return ()
        if isinstance(value, str):
            return (self.key(field, value),)
        if isinstance(value, dict):
            return {self.key(field, text) for own in shops.texts(row, field) for text in own.values()}
        return {one[0] if isinstance(one, (tuple, list)) else one for one in value}


class Store:
    """All tables of the shop, behind one lock."""

    def __init__(self, resources: Mapping[str, Resource], rules: Rules) -> None:
        self.resources = resources
        self.rules = rules
        self.tables = {name: Table(resource) for name, resource in resources.items()}
        for name, resource in resources.items():
            if resource.table:
                self.tables[name] = self.tables[resource.table]
        self.lock = threading.RLock()
        self.languages: tuple[int, ...] = ()
        self.outbox: Any = None
        """What the module notes of changes, for whoever listens; nothing without it."""
        self.several = False
        """Whether the installation has several shops."""
        self.without_shop: dict[str, set[int]] = {"products": set(), "combinations": set()}
        """Ids of those that were made without their row of the shop, as where a lock kept it out (fact F13)."""
        self.positions: dict[int, int] = {}
        self.mails: list[tuple[str, int]] = []
        self.broken_images: set[int] = set()
        """Rows of pictures whose files were bad."""
        self.kinds_of_images: dict[int, str] = {}
        self.contents_of_images: dict[int, str] = {}
        """What tells a picture from another one, by its id."""
        self._newest_image = 0
        self.seconds_between_statements = 0.0
        """How long others may write between two statements that belong together."""

    def next_image(self) -> int:
        """The id of the next picture."""
        known = (image for row in self["products"].rows.values() for image in row.get("images", ()))
        self._newest_image = max(self._newest_image, *known, 0) + 1
        return self._newest_image

    def shows_fields_of(self, association: Association, *, full: bool) -> bool:
        """Whether an answer shows the fields of this association's members."""
        return full or association.declared or not self.rules.hides_undeclared

    def __getitem__(self, resource: str) -> Table:
        return self.tables[resource]

    def blank_row(self, resource: str) -> Row:
        """A row in which every field holds what the database puts there when nothing is given."""
        row: Row = {}
        for field in self.resources[resource].fields:
            empty = None if field.nullable else field.column.empty
            row[field.name] = dict.fromkeys(self.languages, empty) if field.i18n else empty
        return row

    def add(self, resource: str, values: Mapping[str, Any], wanted_id: int | None = None) -> int:
        """Store a row of plain values: numbers become text, a text for an i18n field goes to every language."""
        row = self.blank_row(resource)
        if "date_add" in row:
            row["date_add"] = now()
        if "date_upd" in row:
            row["date_upd"] = now()
        row.update(self.stored_values(resource, values))
        shops.keep(self, resource, row, new=True)
        return self[resource].insert(row, wanted_id)

    def stored_values(self, resource: str, values: Mapping[str, Any]) -> Row:
        """Plain values as the tables keep them."""
        return {name: self._stored(resource, name, value) for name, value in values.items() if name != "id"}

    def _stored(self, resource: str, name: str, value: Any) -> Any:
        field = self.resources[resource].by_name.get(name)
        if field is None:
            return [tuple(one) if isinstance(one, list) else one for one in value] if isinstance(value, list) else value
        if field.i18n:
            texts = value if isinstance(value, dict) else dict.fromkeys(self.languages, value)
            return {language: field.column.stored(_plain(texts.get(language, ""))) for language in self.languages}
        return None if value is None or (field.nullable and value == "") else field.column.stored(_plain(value))

    def configuration(self, name: str) -> str:
        """A setting of the shop, empty when it has none of that name."""
        row = self["configurations"].first("name", name)
        return str(row["value"]) if row else ""

    def save(self, path: Path) -> None:
        """Write the whole shop to a file, replacing it in one move."""
        with self.lock:
            state = {
                "languages": self.languages,
                "pictures": {
                    "broken": sorted(self.broken_images),
                    "kinds": self.kinds_of_images,
                    "contents": self.contents_of_images,
                },
                "tables": {
                    name: {"next_id": table.next_id, "rows": list(table.rows.values())}
                    for name, table in self.tables.items()
                },
            }
            text = json.dumps(state, ensure_ascii=False)
        waiting = path.with_name(path.name + ".part")
        waiting.write_text(text, encoding="utf-8")
        waiting.replace(path)

    def backup(self) -> Backup:
        """A copy of every table, as a dump of the database is."""
        own = {name: table for name, table in self.tables.items() if not self.resources[name].table}
        return {name: (table.next_id, copy.deepcopy(table.rows)) for name, table in own.items()}

    def restore(self, kept: Backup) -> None:
        """Put every table back as a backup has it; ids that were given since are given again."""
        for name, (next_id, rows) in kept.items():
            self.tables[name].put_back(next_id, copy.deepcopy(rows))
        self._newest_image = 0

    def load(self, path: Path) -> None:
        """Take the shop back from a file that :meth:`save` wrote."""
        state = json.loads(path.read_text(encoding="utf-8"))
        self.languages = tuple(state["languages"])
        pictures = state.get("pictures", {})
        self.broken_images = set(pictures.get("broken", ()))
        self.kinds_of_images = {int(image): kind for image, kind in pictures.get("kinds", {}).items()}
        self.contents_of_images = {int(image): text for image, text in pictures.get("contents", {}).items()}
        for name, kept in state["tables"].items():
            table = self.tables.get(name)
            if table is None:
                continue
            table.next_id = kept["next_id"]
            table.rows = {row["id"]: _revived(table.resource, row) for row in kept["rows"]}
        shops.again(self)


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return str(int(value))
    return "" if value is None else str(value)


def _revived(resource: Resource, row: Row) -> Row:
    for field in resource.fields:
        texts = row.get(field.name)
        if field.i18n and isinstance(texts, dict):
            row[field.name] = {int(language): text for language, text in texts.items()}
    for name in ("_shops", "_texts"):
        if name in row:
            row[name] = {int(shop): _revived(resource, own) for shop, own in row[name].items()}
    for name, value in row.items():
        if isinstance(value, list):
            row[name] = [tuple(one) if isinstance(one, list) else one for one in value]
    return row

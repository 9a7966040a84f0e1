"""A world whose ERP takes files: a sandbox shop, and a folder that the ERP reads and empties, and answers from."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any, Self

from flows.import_order_documents import import_order_documents
from schemas.commented_json import parse_commented_json
from tasks.run.state import State
from tests.flows.order_world import ASSOCIATIONS, OrderWorld
from tests.flows.running import final_state
from tests.flows.world import World

DOCUMENT_COLUMNS = (
    "order_reference",
    "document_type",
    "document_number",
    "origin_number",
    "delivery_date",
    "header_1",
    "carrier_code",
    "item_reference",
    "line_text",
    "quantity_ordered",
    "quantity_delivered",
    "parcel_number",
    "document_date",
)


class FilesWorld(OrderWorld):
    """`OrderWorld`, whose ERP is a Sage 100 that reads `to-erp` and writes `orderDocument` files."""

    dialect = "sage100"

    def __enter__(self) -> Self:
        World.__enter__(self)
        (self.folder / "associations.toml").write_text(ASSOCIATIONS, encoding="utf-8")
        imports = json.loads((self.folder / "import.json").read_text(encoding="utf-8"))
        columns: dict[str, dict[str, Any]] = {name: {"index": at} for at, name in enumerate(DOCUMENT_COLUMNS)}
        columns["order_reference"]["object_key"] = True
        imports["orderDocument"] = {"enabled": True, "type": "local", "data": columns}
        (self.folder / "import.json").write_text(json.dumps(imports), encoding="utf-8")
        text = files("schemas.defaults").joinpath(f"dialects/{self.dialect}.json").read_text("utf-8")
        text = text.replace('"enabled": false,\n    "type": "local"', '"enabled": true,\n    "type": "local"')
        (self.folder / "export.json").write_text(text, encoding="utf-8")
        return self

    def write_export(self, **streams: Mapping[str, Any]) -> None:
        """export.json with these streams beside those of the dialect."""
        path = self.folder / "export.json"
        specs = parse_commented_json(path.read_text(encoding="utf-8")).value
        path.write_text(json.dumps(specs | streams), encoding="utf-8")

    def __exit__(self, *failure: object) -> None:
        World.__exit__(self, *failure)

    def write_settings(self, **tables: Any) -> None:
        given: dict[str, dict[str, Any]] = {
            "erp": {"kind": "files", "access": "production"},
            "erp__items": {"misc": "DIVERS", "shipping": "PORT", "wrapping": "CADEAU", "discount": "REMISE"},
            "erp__files": {"series": "WEB", "depot": "CENTRAL"},
        }
        merged = {name: given.get(name, {}) | dict(tables.get(name, {})) for name in given | tables}
        World.write_settings(self, **merged)

    def deliveries(self) -> dict[str, str]:
        with self.ledger() as ledger:
            found = ledger.deliveries(self.folder.name, "files/production/order")
        return dict(zip(found["key"], found["state"], strict=True))

    @property
    def to_erp(self) -> Path:
        return self.folder / "to-erp"

    def taken(self) -> list[list[dict[str, str]]]:
        """What the ERP does: it reads every complete file, oldest first, as rows by column name, and removes it."""
        found = []
        for path in sorted(self.to_erp.glob("*.txt")) if self.to_erp.exists() else ():
            with path.open(encoding="cp1252", newline="") as file:
                found.append(list(csv.DictReader(file, delimiter=";")))
            path.unlink()
        return found

    def drop_documents(self, *rows: Mapping[str, Any], name: str | None = None) -> Path:
        """A file of the ERP's documents, one row per line."""
        given = {"document_type": "1", "document_number": "BC1"}
        return self._drop("orderDocument", DOCUMENT_COLUMNS, [given | dict(row) for row in rows], name)

    async def statuses(self, **asked: Any) -> State:
        """Runs import_order_documents; the final state."""
        return await final_state(import_order_documents, str(self.folder), **asked)

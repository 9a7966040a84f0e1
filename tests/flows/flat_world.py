"""A world with the flat streams: their columns as shipped, their files and their flows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from schemas.import_json import default_import_spec
from tasks.run.state import State
from tests.flows.running import final_state
from tests.flows.world import World

STREAMS = ("store", "specificprice", "customer", "storeOrder")
RETURN_COLUMNS = {"return_reference": {"index": 0, "object_key": True}, "return_status": {"index": 1}}
BY_FILE = {"class": "\\OrderReturn", "enabled": True, "type": "local", "data": RETURN_COLUMNS}
"""The stream of return statuses where its files are read."""


class FlatWorld(World):
    """As `World`, with stores, specific prices, customers and store orders."""

    def write_specs(self, product: Mapping[str, Any] | None = None, stock: Mapping[str, Any] | None = None) -> None:
        """import.json with the columns of every stream as shipped."""
        super().write_specs(product, stock)
        self.specify()

    def specify(self, **streams: Mapping[str, Any]) -> None:
        """Adds keys to streams, by name."""
        path = self.folder / "import.json"
        specs = json.loads(path.read_text(encoding="utf-8"))
        for name in dict.fromkeys((*STREAMS, *streams)):
            given = {"class": "", "enabled": True, "type": "local", "data": self.columns(name)}
            specs[name] = given | dict(streams.get(name, {}))
        path.write_text(json.dumps(specs), encoding="utf-8")

    def columns(self, stream: str, *more: str) -> dict[str, dict[str, Any]]:
        """The columns of `stream` as shipped, and `more` after them."""
        shipped = default_import_spec().streams[stream].columns
        keyed = {
            column.key: {"index": column.index} | ({"object_key": True} if column.object_key else {})
            for column in shipped
        }
        return keyed | {key: {"index": place} for place, key in enumerate(more, len(shipped))}

    def drop(self, stream: str, *rows: Mapping[str, Any], name: str | None = None) -> Path:
        """A file of `stream` with these rows by column key."""
        columns = [column.key for column in default_import_spec().streams[stream].columns]
        return self._drop(stream, columns, [dict(row) for row in rows], name)

    def drop_returns(self, *rows: tuple[str, str], name: str | None = None) -> Path:
        """A file of `orderReturnStatus` with these references and statuses."""
        told = [dict(zip(RETURN_COLUMNS, row, strict=True)) for row in rows]
        return self._drop("orderReturnStatus", RETURN_COLUMNS, told, name)

    async def run(self, flow: Any, **asked: Any) -> State:
        """Runs a flow over this shop; the final state."""
        return await final_state(flow, str(self.folder), **asked)

    def files_at_rest(self) -> dict[str, bytes]:
        """Every file of the shop's folder but archives, rejects and the drop folder, by relative path."""
        kept = {"streams", "archives", "rejects"}
        return {
            str(path.relative_to(self.folder)): path.read_bytes()
            for path in self.folder.rglob("*")
            if path.is_file() and path.relative_to(self.folder).parts[0] not in kept
        }

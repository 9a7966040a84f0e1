"""A shop's folder with sources: files lie at a source, are fetched, imported and acknowledged."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from connectors.ledger import Ledger
from flows.collect_files import acknowledge_files, collect_files
from tasks.run.state import State
from tests.flows.running import final_state
from tests.flows.world import World

SOURCE_PASSWORD = "PASSERELLE_TEST_SOURCE_PASSWORD"
NINE = datetime(2026, 11, 21, 9, 0, tzinfo=UTC).timestamp()


class CollectWorld(World):
    """A world whose files come from `remote`, a folder beside the shop's, unless a test names other sources."""

    @property
    def remote(self) -> Path:
        return self.folder.parent / "remote"

    def fetch_from_folder(self, **settings: Any) -> None:
        """The one source is `remote`."""
        self.remote.mkdir(exist_ok=True)
        self.fetch_from("folder", {"name": "share", "folder": str(self.remote), "stable_seconds": 0.0} | settings)

    def fetch_from(self, kind: str, *sources: Mapping[str, Any], **tables: Mapping[str, Any]) -> None:
        """The sources are these, all of one kind."""
        os.environ.setdefault(SOURCE_PASSWORD, "sandbox")
        self.write_settings(**tables)
        with (self.folder / "settings.toml").open("a", encoding="utf-8") as settings:
            for source in sources:
                lines = "".join(f"{key} = {_toml(value)}\n" for key, value in source.items())
                settings.write(f"\n[[sources.{kind}]]\n{lines}")

    def send(self, name: str, text: str = "reference;quantity\nSAC1;3\n", minutes: int = 0) -> Path:
        """A file lies at `remote`, written so many minutes after nine."""
        path = self.remote / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        os.utime(path, (NINE + minutes * 60,) * 2)
        return path

    async def collect(self, **asked: Any) -> State:
        return await final_state(collect_files, str(self.folder), **asked)

    async def acknowledge(self) -> State:
        return await final_state(acknowledge_files, str(self.folder))

    def dropped(self) -> list[str]:
        """What lies in the drop folder, without the digests of names, in the order in which imports take it."""
        drop = self.folder / "streams"
        files = [path for path in drop.rglob("*") if path.is_file()]
        files.sort(key=lambda path: (path.stat().st_mtime, path.name))
        return [without_digest(path.relative_to(drop).as_posix()) for path in files]

    def incidents(self) -> list[tuple[str, str]]:
        """Level and code of what was told of sources and their files, oldest first."""
        with Ledger.open(f"sqlite:///{self.folder / 'ledger.db'}") as ledger:
            told = ledger.incidents(shop=self.folder.name)
        return [(row["level"], row["code"]) for row in told.reverse().iter_rows(named=True)]


def without_digest(name: str) -> str:
    """`stock.1234abcd.csv` as it was: `stock.csv`."""
    stem, _, suffix = name.rpartition(".")
    stem, _, digest = stem.rpartition(".")
    assert len(digest) == 8
    return f"{stem}.{suffix}"


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return f'"{value}"' if isinstance(value, str) else str(value)

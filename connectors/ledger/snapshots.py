"""Snapshots: all links of one kind in one file that reads in hundredths of a second; the ledger stays the truth.

A snapshot is a line with the keyed hash of what follows, a line of JSON that says what it is, and a Parquet file.
One that is missing, damaged, of another ledger or of a state the ledger never had is no snapshot.
"""

from __future__ import annotations

import io
import json
import os
import tempfile
import time
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Callable

from schemas.where import located_logger

logger = located_logger(__name__)

SNAPSHOT_LINKS: dict[str, pl.DataType] = {
    "erp_key": pl.String(),
    "shop_id": pl.Int64(),
    "sub_id": pl.Int64(),
    "parent_key": pl.String(),
    "state": pl.String(),
    "fingerprint": pl.String(),
    "mapping_version": pl.String(),
    "confirmed_at": pl.Datetime("us", "UTC"),
    "seq": pl.Int64(),
    "erp_code": pl.String(),
    "confirmed_value": pl.String(),
    "in_doubt": pl.Boolean(),
    "product_id": pl.Int64(),
}
DIGEST_LENGTH = 32
STRAY_AFTER_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class Position:
    """A state the ledger was in: the seq of its last write of links, and the mark that write left."""

    seq: int
    mark: int


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The links of one kind as they were at a position."""

    position: Position
    links: pl.LazyFrame


@dataclass(frozen=True, slots=True)
class Snapshots:
    """The snapshots of one ledger in one folder; without a folder there are none.

    A new one is written when more than `from_rows` links, and more than `share` of them, are newer than the last.
    """

    folder: Path | None
    ledger: str
    secret: bytes
    from_rows: int = 5_000
    share: float = 0.05

    def pays(self, *, newer: int, kept: int) -> bool:
        """Whether so many newer rows are worth a new snapshot."""
        return self.folder is not None and newer >= max(self.from_rows, self.share * kept, 1)

    def read(self, shop: str, kind: str, is_past: Callable[[Position], bool]) -> Snapshot | None:
        """The snapshot of this shop and kind, if the ledger `is_past` the position it was taken at."""
        if self.folder is None:
            return None
        try:
            content = self._path(self.folder, shop, kind).read_bytes()
        except OSError:
            return None
        digest, signed = content[:DIGEST_LENGTH], memoryview(content)[DIGEST_LENGTH + 1 :]
        if digest != self._digest(signed):
            return None
        title_ends = content.index(b"\n", DIGEST_LENGTH + 1)
        title = json.loads(content[DIGEST_LENGTH + 1 : title_ends])
        position = Position(title.pop("seq"), title.pop("mark"))
        if title != self._title(shop, kind) or not is_past(position):
            return None
        return Snapshot(position, pl.scan_parquet(io.BytesIO(content[title_ends + 1 :])))

    def write(self, shop: str, kind: str, position: Position, links: pl.DataFrame) -> None:
        """The snapshot is the given one, whole or not at all; a folder that refuses it is only logged."""
        if self.folder is None:
            return
        parquet = io.BytesIO()
        links.write_parquet(parquet, compression="zstd", compression_level=1, statistics=False)
        title = json.dumps(self._title(shop, kind) | {"seq": position.seq, "mark": position.mark}).encode()
        signed = b"\n".join((title, parquet.getbuffer()))
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            _replace(self._path(self.folder, shop, kind), b"\n".join((self._digest(signed), signed)))
            _sweep(self.folder)
        except OSError as error:
            logger.warning("No snapshot of the %s links of %s: %s", kind, shop, error.strerror)

    def _title(self, shop: str, kind: str) -> dict[str, object]:
        columns = {name: str(dtype) for name, dtype in SNAPSHOT_LINKS.items()}
        return {"ledger": self.ledger, "shop": shop, "kind": kind, "columns": columns}

    def _digest(self, signed: bytes | memoryview) -> bytes:
        return blake2b(signed, key=self.secret, digest_size=DIGEST_LENGTH // 2).hexdigest().encode()

    def _path(self, folder: Path, shop: str, kind: str) -> Path:
        return folder / f"{quote(shop, safe='')}.{quote(kind, safe='')}.{self.ledger}.links"


def _replace(path: Path, content: bytes) -> None:
    number, part = tempfile.mkstemp(prefix=f"{path.name}.", suffix=".part", dir=path.parent)
    try:
        with os.fdopen(number, "wb") as file:
            file.write(content)
        Path(part).replace(path)
    except OSError:
        Path(part).unlink(missing_ok=True)
        raise


def _sweep(folder: Path) -> None:
    for stray in folder.glob("*.links.*.part"):
        if time.time() - stray.stat().st_mtime > STRAY_AFTER_SECONDS:
            stray.unlink(missing_ok=True)

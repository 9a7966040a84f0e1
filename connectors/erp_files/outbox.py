"""The outbox: documents lie in it one by one, become files, and leave as files; whatever stops it, none goes twice.

waiting/KEY         one document: a line that says what it is compared by, then its rows
files/NAME          a whole file that is not delivered yet, and NAME.json, the documents in it
files/NAME.written  it lies at the ERP's side under its name with `.part`
sent.jsonl          one line for each document that has left, with its file
delivered/DAY/NAME  the file, for as long as archives are kept
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from decimal import Decimal
from hashlib import blake2b
from pathlib import Path
from threading import Lock
from typing import Any

from schemas.errors import AlreadyThereError, RefusedError

_ASIDE = ".new"
_WRITTEN = ".written"
_MANIFEST = ".json"
_DIGEST_BYTES = 4
_SAFE = re.compile(r"[A-Za-z0-9._-]{1,100}")
_PIECES = re.compile(r"\d+|\D+")


@dataclass(frozen=True, slots=True)
class Entry:
    """One document that the outbox has taken: what it is compared by, and nothing personal."""

    key: str
    """Our own reference of it."""
    number: str
    """What the ERP's own files name it by."""
    type: str
    customer: str
    day: str
    currency: str
    external_reference: str
    lines: tuple[tuple[str, str, str], ...]
    """Item, quantity and unit price, tax included, as text."""
    digest: str = ""
    """Of its rows."""
    file: str = ""
    """The file in which it left; empty: it has not."""

    @property
    def amounts(self) -> Iterator[tuple[str, Decimal, Decimal]]:
        """The lines as numbers."""
        return ((item, Decimal(quantity), Decimal(price)) for item, quantity, price in self.lines)

    def text(self) -> str:
        """As the outbox keeps it."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def parse(cls, text: str) -> Entry:
        """What `text()` wrote."""
        reason: dict[str, Any] = json.loads(text)
        return cls(**reason | {"lines": tuple(tuple(line) for line in reason["lines"])})


class Outbox:
    """The outbox of one stream of one shop. Safe in threads of one process; the lease of the flow keeps others out."""

    def __init__(self, folder: Path) -> None:
        self._waiting = folder / "waiting"
        self._files = folder / "files"
        self._delivered = folder / "delivered"
        self._sent = folder / "sent.jsonl"
        self._lock = Lock()
        self._known: dict[str, Entry] = {}

    def open(self) -> None:
        """Makes the folders, finishes what a killed run began, and reads what was taken before."""
        for folder in (self._waiting, self._files, self._delivered):
            folder.mkdir(parents=True, exist_ok=True)
        self._known = {entry.key: entry for entry in self._sent_entries()}
        for path in self._files.glob("*" + _MANIFEST):
            file = path.with_name(path.name.removesuffix(_MANIFEST))
            if not file.exists():
                path.unlink()
        for file in self.files():
            for entry in self._entries_of(file):
                self._known[entry.key] = entry
                self._drop(entry.key)
        for path in self._waiting.iterdir():
            if path.name in self._known or path.name.endswith(_ASIDE):
                path.unlink()
            else:
                self._known[path.name] = Entry.parse(path.read_bytes().partition(b"\n")[0].decode())

    def find(self, key: str) -> Entry | None:
        """The document of this key, wherever it is by now."""
        return self._known.get(key)

    def known(self) -> Sequence[Entry]:
        """Every document that was ever taken, the latest last."""
        return list(self._known.values())

    def has_rows(self, entry: Entry, rows: bytes) -> bool:
        """Whether a document was taken with these rows."""
        return entry.digest == _digest(rows)

    def accept(self, entry: Entry, rows: bytes) -> None:
        """The document is in the outbox, whole and durable; taken again with the same rows, nothing changes.

        `AlreadyThereError` when it is there with other rows.
        """
        if not _SAFE.fullmatch(entry.key):
            raise RefusedError("this key cannot be a name", system="files", action="write", key=entry.key)
        digest = _digest(rows)
        with self._lock:
            before = self._known.get(entry.key)
            if before is not None:
                if before.digest != digest:
                    reason = "it is in the outbox with other rows"
                    raise AlreadyThereError(reason, system="files", action="write", key=entry.key)
                return
            taken = Entry(**{**_fields(entry), "digest": digest})
            _write(self._waiting / entry.key, taken.text().encode() + b"\n" + rows)
            self._known[entry.key] = taken

    def pack(self, name_of: Callable[[Sequence[str], str], str], opening: bytes, *, one_each: bool) -> None:
        """What waits becomes files, in the order of the keys; `name_of` takes their keys and a digest of the rows."""
        with self._lock:
            waiting = sorted((key for key, entry in self._known.items() if not entry.file), key=_natural)
            for keys in ([key] for key in waiting) if one_each else ([waiting] if waiting else ()):
                self._pack(keys, name_of, opening)

    def _pack(self, keys: Sequence[str], name_of: Callable[[Sequence[str], str], str], opening: bytes) -> None:
        rows = b"".join((self._waiting / key).read_bytes().partition(b"\n")[2] for key in keys)
        name = name_of(keys, blake2b(rows, digest_size=_DIGEST_BYTES).hexdigest())
        entries = [Entry(**{**_fields(self._known[key]), "file": name}) for key in keys]
        manifest = "\n".join(entry.text() for entry in entries)
        _write(self._files / (name + _MANIFEST), manifest.encode())
        # From this rename on these documents are in the file, before it they wait.
        _write(self._files / name, opening + rows)
        for entry in entries:
            self._known[entry.key] = entry
            self._drop(entry.key)

    def files(self) -> list[Path]:
        """The files that are not delivered yet, oldest first."""
        manifests = self._files.glob("*" + _MANIFEST)
        found = [path.with_name(path.name.removesuffix(_MANIFEST)) for path in manifests]
        return sorted((path for path in found if path.exists()), key=lambda path: (path.stat().st_mtime_ns, path.name))

    def size_of(self, file: Path) -> int:
        """In bytes."""
        return file.stat().st_size

    def is_written(self, file: Path) -> bool:
        """Whether the whole file lies at the ERP's side, aside or, after a rename whose answer was lost, in place."""
        return file.with_name(file.name + _WRITTEN).exists()

    def note_written(self, file: Path) -> None:
        """The whole file lies at the ERP's side under another name; durable, before it is renamed there."""
        _write(file.with_name(file.name + _WRITTEN), b"")

    def note_delivered(self, file: Path, now: datetime) -> None:
        """The file lies at the ERP's side under its name: its documents have left."""
        with self._lock:
            entries = self._entries_of(file)
            done = {entry.key for entry in self._sent_entries() if entry.file == file.name}
            left = [entry.text() for entry in entries if entry.key not in done]
            _append(self._sent, left)
            day = self._delivered / now.astimezone(UTC).date().isoformat()
            day.mkdir(parents=True, exist_ok=True)
            file.replace(day / file.name)
            _durable(day)
            for ending in (_WRITTEN, _MANIFEST):
                file.with_name(file.name + ending).unlink(missing_ok=True)
            _durable(self._files)

    @property
    def delivered(self) -> Path:
        """Where delivered files are kept, a folder for each day."""
        return self._delivered

    def _drop(self, key: str) -> None:
        (self._waiting / key).unlink(missing_ok=True)

    def _entries_of(self, file: Path) -> list[Entry]:
        text = file.with_name(file.name + _MANIFEST).read_text(encoding="utf-8")
        return [Entry.parse(line) for line in text.splitlines()]

    def _sent_entries(self) -> Iterator[Entry]:
        """A last line that a killed run left unfinished is none."""
        if not self._sent.exists():
            return
        with self._sent.open(encoding="utf-8") as lines:
            for line in lines:
                if line.endswith("}\n"):
                    yield Entry.parse(line)


def _digest(rows: bytes) -> str:
    return blake2b(rows, digest_size=16).hexdigest()


def _fields(entry: Entry) -> Mapping[str, Any]:
    return {name: getattr(entry, name) for name in Entry.__slots__}


def _natural(key: str) -> tuple[tuple[int, int, str], ...]:
    """WEB9 before WEB10."""
    parts: list[str] = _PIECES.findall(key)
    return tuple((1, int(part), "") if part.isdecimal() else (0, 0, part) for part in parts)


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all: aside, kept by the disk, then renamed."""
    aside = path.with_name(path.name + _ASIDE)
    with aside.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)
    _durable(path.parent)


def _append(path: Path, lines: Sequence[str]) -> None:
    """After what is whole: a half line of a killed run is cut off first."""
    with path.open("ab+") as file:
        file.seek(0)
        content = file.read()
        file.truncate(content.rfind(b"\n") + 1)
        file.write("".join(f"{line}\n" for line in lines).encode())
        file.flush()
        os.fsync(file.fileno())
    _durable(path.parent)


def _durable(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

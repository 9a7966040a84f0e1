"""Which row of the run a wanted thing comes from."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RowRef:
    """A row of a file, by the file's position in the run and its line, and its key; file -1 is none."""

    file: int
    line: int
    key: str

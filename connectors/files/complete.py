"""Which dropped files are complete: nobody is writing them any more."""

from __future__ import annotations

import stat
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

from connectors.files.dropped import DroppedFile, content_hash
from schemas.shown import shown_name

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

STILL_WRITTEN = "file_still_written"
MARKER_MISSING = "file_marker_missing"
UNREADABLE = "file_unreadable"

# FAT and some network shares keep times to two seconds.
_CLOCK_STEP_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Completeness:
    """How to know: the file has not moved for `stable_seconds`, or its name plus `marker_suffix` exists beside it."""

    by: Literal["stable", "marker"] = "stable"
    stable_seconds: float = 5.0
    marker_suffix: str = ".ok"

    def marker_of(self, path: Path) -> Path | None:
        """The marker of a file, None where markers are not used, or it is missing or older than the file."""
        if self.by != "marker":
            return None
        marker = path.with_name(path.name + self.marker_suffix)
        look, file = _look_at(marker), _look_at(path)
        if look is None or file is None or look.changed_at < file.changed_at - _CLOCK_STEP_SECONDS:
            return None
        return marker


@dataclass(frozen=True, slots=True)
class _Look:
    """A file at one moment; both times in seconds since the epoch."""

    size: int
    changed_at: float
    looked_at: float

    def is_unchanged(self, other: _Look | None) -> bool:
        return other is not None and (self.size, self.changed_at) == (other.size, other.changed_at)

    def seconds_to_wait(self, stable_seconds: float) -> float:
        """Until the last change is `stable_seconds` old, and no more than that when the sender's clock is ahead."""
        return min(stable_seconds, max(0.0, stable_seconds - (self.looked_at - self.changed_at)))


def complete_files(
    paths: Sequence[Path], rule: Completeness, wait: Callable[[float], None] = time.sleep
) -> tuple[list[DroppedFile], list[tuple[str, str]]]:
    """The complete files among `paths`, oldest first and then by name, and (name, message code) of those left alone.

    Waits once at most, for as long as the youngest file needs.
    """
    looks = {path: look for path in paths if (look := _look_at(path)) is not None}
    left_alone: list[tuple[str, str]] = []
    if rule.by == "marker":
        left_alone = [(shown_name(path.name), MARKER_MISSING) for path in looks if rule.marker_of(path) is None]
        looks = {path: look for path, look in looks.items() if rule.marker_of(path) is not None}
    elif delay := max((look.seconds_to_wait(rule.stable_seconds) for look in looks.values()), default=0.0):
        wait(delay)
    found: list[DroppedFile] = []
    for path, look in looks.items():
        taken = _taken(path, look, rule)
        if isinstance(taken, DroppedFile):
            found.append(taken)
        else:
            left_alone.append((shown_name(path.name), taken))
    return sorted(found, key=lambda file: (file.modified_at, file.name)), left_alone


def _taken(path: Path, first: _Look, rule: Completeness) -> DroppedFile | str:
    """The file with its hash when it is the same before and after the reading, else why it is left alone."""
    if not first.is_unchanged(_look_at(path)):
        return STILL_WRITTEN
    try:
        content = content_hash(path)
    except PermissionError:
        return UNREADABLE
    except FileNotFoundError:
        return STILL_WRITTEN
    if not first.is_unchanged(_look_at(path)):
        return STILL_WRITTEN
    changed_at = datetime.fromtimestamp(first.changed_at, UTC)
    return DroppedFile(
        path, shown_name(path.name), first.size, changed_at, content, position=0, marker=rule.marker_of(path)
    )


def _look_at(path: Path) -> _Look | None:
    try:
        now = path.lstat()
    except FileNotFoundError:
        return None
    return _Look(now.st_size, now.st_mtime, time.time()) if stat.S_ISREG(now.st_mode) else None

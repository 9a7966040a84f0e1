"""What a run tells whoever watches it, a terminal or nobody: how far a long step is, and where the report lies."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Watcher(Protocol):
    """Sees a run from within the same process."""

    def advanced(self, step: str, done: int, total: int | None) -> None:
        """Step `step` (`read`, `validate`, `plan`, `apply`, ...) has `done` rows behind it, of `total` if known."""

    def reported(self, page: Path) -> None:
        """The report's page has been written; the JSON of the same name lies beside it."""


_watcher: ContextVar[Watcher | None] = ContextVar("watcher", default=None)


@contextmanager
def watched_by(watcher: Watcher) -> Iterator[None]:
    """Inside the block, the run's news reach `watcher`, also from asyncio tasks and threads that copy the context."""
    token = _watcher.set(watcher)
    try:
        yield
    finally:
        _watcher.reset(token)


def advance(step: str, done: int, total: int | None = None) -> None:
    """Tell the watcher, if there is one, how far `step` is; costs nothing otherwise."""
    if (watcher := _watcher.get()) is not None:
        watcher.advanced(step, done, total)


def report_written(page: Path) -> None:
    """Tell the watcher, if there is one, where the report lies."""
    if (watcher := _watcher.get()) is not None:
        watcher.reported(page)

"""How far a long step has come, told to whoever watches: a terminal, or nobody."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator


class Watcher(Protocol):
    """Sees a step's progress; `total` is None while it is not known."""

    def __call__(self, step: str, done: int, total: int | None) -> None:
        """Step `step` (`read`, `validate`, `plan`, `apply`, ...) has `done` rows behind it, of `total`."""


_watcher: ContextVar[Watcher | None] = ContextVar("watcher", default=None)


@contextmanager
def watched_by(watcher: Watcher) -> Iterator[None]:
    """Inside the block, `tell` reaches `watcher`, also from asyncio tasks and Prefect task runs started there."""
    token = _watcher.set(watcher)
    try:
        yield
    finally:
        _watcher.reset(token)


def tell(step: str, done: int, total: int | None = None) -> None:
    """Tell the watcher, if there is one; costs nothing otherwise."""
    watcher = _watcher.get()
    if watcher is not None:
        watcher(step, done, total)

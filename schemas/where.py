"""Where a run is at work: flow, step and key, carried by every error that passes and by every line that is logged."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeAlias

_MARK = "At work: "
_Part: TypeAlias = str | Callable[[], str]
_WHERE: ContextVar[dict[str, _Part] | None] = ContextVar("where", default=None)


@contextmanager
def working_on(**parts: _Part) -> Iterator[None]:
    """Inside the block `flow`, `step` or `key` are these; asyncio tasks and threads that copy the context know it too.

    What takes a while to say is given as a function, which is called when it is said.
    An exception that leaves the block carries what was at work where it was raised, as a note.
    """
    token = _WHERE.set((_WHERE.get() or {}) | parts)
    try:
        yield
    except Exception as error:
        if not where_raised(error) and (where := where_at_work()):
            error.add_note(_MARK + where)
        raise
    finally:
        _WHERE.reset(token)


def where_at_work() -> str:
    """What is at work now, as `flow import_stock, step write stock, key SAC-01`; empty outside of a run."""
    parts = {name: part if isinstance(part, str) else part() for name, part in (_WHERE.get() or {}).items()}
    return ", ".join(f"{name} {value}" for name, value in parts.items() if value)


def where_raised(error: BaseException) -> str:
    """What was at work where the error was raised, or one that it comes from; empty where nobody noted it."""
    notes = (note for note in getattr(error, "__notes__", ()) if note.startswith(_MARK))
    return next(notes, "").removeprefix(_MARK)


def some_of(keys: Sequence[str]) -> str:
    """The first key, and how many others there are."""
    first = keys[0] if keys else ""
    return first if len(keys) < 2 else f"{first} and {len(keys) - 1} more"  # noqa: PLR2004 - one is not several


class LocatedLogger(logging.LoggerAdapter[logging.Logger]):
    """A logger whose lines end with what is at work."""

    def log(self, level: int, msg: object, *args: object, **kwargs: Any) -> None:
        """One line, as of `logging.Logger`."""
        if where := where_at_work():
            super().log(level, f"{msg} [%s]", *args, where, **kwargs)
        else:
            super().log(level, msg, *args, **kwargs)


def located_logger(name: str) -> LocatedLogger:
    """The logger of a module."""
    return LocatedLogger(logging.getLogger(name))

"""Which run of a chain the runs that begin now are parts of, as the ledger notes it among their parameters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

from schemas.run_parts import CHAIN

_CHAIN: ContextVar[str] = ContextVar("chain", default="")


@contextmanager
def parts_of(run_id: str) -> Iterator[None]:
    """Runs that begin in the block are parts of this one; flow runs of Prefect within it know it too."""
    token = _CHAIN.set(run_id)
    try:
        yield
    finally:
        _CHAIN.reset(token)


def as_part() -> Mapping[str, str]:
    """What the parameters of a run say of its chain; nothing of one that stands by itself."""
    return {CHAIN: _CHAIN.get()} if _CHAIN.get() else {}

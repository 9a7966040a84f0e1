"""How a sequence of recorded exchanges is written down."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from tests.contract.prestashop.recorded.replay import Replay

Step: TypeAlias = "str | Callable[[Replay], None]"
"""A recorded exchange by its name, or something done before the next one."""


def folder(name: str, *cases: Step) -> list[Step]:
    return [f"{name}/{case}" if isinstance(case, str) else case for case in cases]


def each(prefix: str, *cases: str) -> list[str]:
    return [f"{prefix}__{case}" for case in cases]

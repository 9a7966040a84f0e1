"""What a look at an ERP shows before anything is sent, for `check`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol


@dataclass(frozen=True, slots=True)
class Found:
    """One thing that a look at the ERP has shown, for `check`."""

    verdict: Literal["ok", "warning", "error"]
    subject: str
    code: str
    params: Mapping[str, str] = field(default_factory=dict)


class LooksAtItself(Protocol):
    """The ERP can be looked at before anything is sent."""

    def hello(self) -> Found:
        """That it answers, who and where we are."""

    def look(self, currencies: frozenset[str]) -> Iterator[Found]:
        """What does not fit: its currencies beside the shop's, settings that it does not know."""

    def strangers(self, known: frozenset[str], emails: Mapping[int, str]) -> Iterator[Found]:
        """What it holds under our prefixes and is not ours.

        `known` are the numbers of our documents; `emails` the newest accounts, by id, that it was not given.
        """

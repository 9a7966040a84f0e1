"""Incidents: what a person may want to know, at three levels, in words that carry the remedy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Level(StrEnum):
    """How much an incident asks of a person."""

    INFO = "info"
    """A business rule; nothing to do."""
    RETRY = "retry"
    """Will be tried again by itself."""
    ERROR = "error"
    """A person must act; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Incident:
    """One problem. `code` and `params` give the text in the shop's language (see `schemas.messages`).

    `params` and `key` never hold anything personal: a customer is named by id.
    """

    level: Level
    code: str
    stream: str
    key: str = ""
    file: str = ""
    line: int | None = None
    params: Mapping[str, str] = field(default_factory=dict)

"""One thing that a check looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Verdict = Literal["ok", "warning", "error"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: what, how it stands, in words, and what to do about it if anything."""

    subject: str
    verdict: Verdict
    said: str
    remedy: str = ""

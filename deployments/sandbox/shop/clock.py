"""The clock that the shops of this process tell the time by; it may be wrong, as a real server's may."""

from __future__ import annotations

import time
from datetime import UTC, datetime


class Clock:
    """Seconds since 1970, `wrong_by` seconds ahead of this machine."""

    def __init__(self) -> None:
        self.wrong_by = 0.0

    def seconds(self) -> float:
        """The time that the shops believe it is."""
        return time.time() + self.wrong_by

    def now(self) -> datetime:
        """The same as an instant."""
        return datetime.fromtimestamp(self.seconds(), UTC)


CLOCK = Clock()

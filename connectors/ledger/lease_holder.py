"""Who holds a lease: this process on this machine, and whether another one still lives."""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass
from functools import cache
from pathlib import Path

GONE = ("Z", "X")
STATE, START = 0, 19  # fields 3 and 22 of /proc/PID/stat, counted after the name


@dataclass(frozen=True, slots=True)
class LeaseHolder:
    """One process, distinct from every other that ever had its number.

    `machine` is one start of one kernel and one space of process numbers (two containers of a host do not see each
    other's processes); it is empty where the system does not show it, and then nobody is ever known to be gone.
    """

    host: str
    machine: str
    pid: int
    process_start: str

    def is_known_to_live(self) -> bool:
        """Whether this process is at work on this machine now; no clock is asked."""
        return bool(self.machine) and self.machine == _machine() and _process_start(self.pid) == self.process_start

    def is_gone(self) -> bool:
        """Whether this process has ended, as seen from the same machine; False when it cannot be known."""
        return bool(self.machine) and self.machine == _machine() and _process_start(self.pid) != self.process_start


def this_process() -> LeaseHolder:
    """The process that asks."""
    return LeaseHolder(socket.gethostname(), _machine(), os.getpid(), _process_start(os.getpid()))


@cache
def _machine() -> str:
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{socket.gethostname()} {boot} {Path('/proc/self/ns/pid').readlink()}"
    except OSError:
        return ""


def _process_start(pid: int) -> str:
    try:
        # The name, in parentheses, may hold anything, parentheses too.
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if fields[STATE] in GONE else fields[START]

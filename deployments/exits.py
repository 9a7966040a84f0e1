"""What the command's exit code says, for cron, systemd and scripts."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """How a command ended."""

    COMPLETED = 0
    """Everything was done, or planned."""
    FAILED = 1
    """The run did not reach its end; starting it again is safe."""
    USAGE = 2
    """The command line or the configuration is wrong; nothing has started."""
    REJECTS = 3
    """Done, and rows were left behind, or something waits for a person: the report says which and why."""
    STOPPED_BY_GUARD = 4
    """Nothing was applied: the plan goes beyond a limit of the shop."""
    ALREADY_RUNNING = 5
    """Another run of this flow is at work on this shop."""
    INTERRUPTED = 130
    """Stopped from the keyboard."""


_BY_STATE = {
    "Completed": Exit.COMPLETED,
    "Planned": Exit.COMPLETED,
    "CompletedWithRejects": Exit.REJECTS,
    "CompletedWithIncidents": Exit.REJECTS,
    "StoppedByGuard": Exit.STOPPED_BY_GUARD,
    "AlreadyRunning": Exit.ALREADY_RUNNING,
}


def exit_of(state: str) -> Exit:
    """The exit code of a run that ended in the state of this name; any state we do not know is a failure."""
    return _BY_STATE.get(state, Exit.FAILED)

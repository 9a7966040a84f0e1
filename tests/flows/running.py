"""How a test runs a flow: by its own function, or through Prefect's engine, which costs as much again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tasks.run.state import State
from tasks.run.step_tasks import through_prefect

_through_prefect = [True]


@contextmanager
def by_function(*, wanted: bool) -> Iterator[None]:
    """Within the block flows are run by their own function, where that is wanted."""
    _through_prefect.append(not wanted)
    try:
        yield
    finally:
        _through_prefect.pop()


async def final_state(flow: Any, folder: str, **asked: Any) -> State:
    """The state in which a run of the flow over this folder ends."""
    if _through_prefect[-1]:
        return await through_prefect(flow, folder, **asked)
    ended: State = await flow.work(folder, **asked)
    return ended

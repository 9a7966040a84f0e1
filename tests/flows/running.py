"""How a test runs a flow: by its own function, or through Prefect's engine, which costs as much again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from prefect import Task
from prefect.client.schemas.objects import State

_through_prefect = [True]


@contextmanager
def by_function(*, wanted: bool) -> Iterator[None]:
    """Within the block flows are run by their own function, where that is wanted."""
    _through_prefect.append(not wanted)
    try:
        yield
    finally:
        _through_prefect.pop()


def run_tasks_by_function(patch: pytest.MonkeyPatch) -> None:
    """Where flows are run by their own function, so are their tasks, but for those that may be tried again."""
    through_prefect = Task.__call__

    def call(task: Task[..., Any], *given: Any, **named: Any) -> Any:
        if _through_prefect[-1] or task.retries:
            return through_prefect(task, *given, **named)
        return task.fn(*given, **named)

    patch.setattr(Task, "__call__", call)


async def final_state(flow: Any, folder: str, **asked: Any) -> State[Any]:
    """The state in which a run of the flow over this folder ends."""
    if _through_prefect[-1]:
        state: State[Any] = await flow(folder, return_state=True, **asked)
        return state
    ended: State[Any] = await flow.fn(folder, **asked)
    return ended

"""Steps and chunks of a flow as tasks of Prefect."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun
from prefect.tasks import Task

from schemas.errors import TransientError


def prefect_step(name: str, work: Callable[..., Awaitable[Any]]) -> Callable[..., Any]:
    """The task `name`, tried once."""
    return task(name=name, cache_policy=NO_CACHE, persist_result=False)(work)


def prefect_chunk(
    name: str, work: Callable[..., Awaitable[Any]], retry_seconds: tuple[float, ...], jitter: float
) -> Callable[..., Any]:
    """The task `name`, tried again after each of `retry_seconds` while the system cannot answer."""
    return task(
        name=name,
        retries=len(retry_seconds),
        retry_delay_seconds=list(retry_seconds),
        retry_jitter_factor=jitter,
        retry_condition_fn=_may_pass,
        cache_policy=NO_CACHE,
        persist_result=False,
    )(work)


def _may_pass(_task: Task[..., object], _task_run: TaskRun, state: State) -> bool:
    """Whether a chunk that failed is worth another try: only when the system could not answer."""
    # In a running event loop `state.result()` is a coroutine; a failure that is not persisted is `data` itself.
    return isinstance(state.data, TransientError)

"""Steps of a flow: task runs of Prefect within one of its flow runs, and functions by themselves everywhere else.

Where no Prefect is at hand, none is started: a server of its own costs a run more than most files take.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import wraps
from random import uniform
from typing import Any, ParamSpec, TypeVar

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun
from prefect.context import FlowRunContext
from prefect.states import Failed
from prefect.tasks import Task

from schemas.errors import PasserelleError, TransientError
from schemas.where import located_logger, where_raised

Given = ParamSpec("Given")
Result = TypeVar("Result")
Step = Callable[Given, Awaitable[Result]]

logger = located_logger(__name__)
RETRY_SECONDS: tuple[float, ...] = (2.0, 4.0, 8.0)
"""How long each further try of a chunk is waited for, and up to half as long again."""
RETRIES = len(RETRY_SECONDS)
_JITTER = 0.5


def in_prefect() -> bool:
    """Whether a flow run of Prefect is under way here."""
    return FlowRunContext.get() is not None


async def final_state(part: Any, shop: str, **asked: Any) -> State[Any]:
    """The state in which a part of a chain ends: a flow run of Prefect within one, the flow's function elsewhere."""
    if not in_prefect():
        return await by_itself(part, shop, **asked)
    ended: State[Any] = await part(shop, return_state=True, **asked)
    # Prefect keeps what a run ended with in a record, and says what an exception says.
    error = getattr(ended.data, "result", ended.data)
    return _unforeseen(error) if isinstance(error, Exception) and not isinstance(error, PasserelleError) else ended


async def by_itself(flow: Any, shop: str, **asked: Any) -> State[Any]:
    """The state in which the flow's own function ends; what nobody foresaw is logged with its traceback."""
    try:
        ended: State[Any] = await flow.fn(shop, **asked)
    except Exception as error:
        logger.exception("%s ended by an error that nobody foresaw", flow.name)
        return _unforeseen(error)
    return ended


def _unforeseen(error: Exception) -> State[Any]:
    """Its kind and where it was raised, which the ledger keeps; what it says may be a value of somebody's row."""
    return Failed(name="Failed", message=" ".join([type(error).__name__, where_raised(error)]).strip())


def step_task(name: str) -> Callable[[Step[Given, Result]], Step[Given, Result]]:
    """Makes a function the task `name` of a flow."""

    def decorated(work: Step[Given, Result]) -> Step[Given, Result]:
        return _either(work, task(name=name, cache_policy=NO_CACHE, persist_result=False)(work), _once)

    return decorated


def chunk_task(name: str) -> Callable[[Step[Given, Result]], Step[Given, Result]]:
    """Makes a function the task of one chunk, tried again while the system cannot answer."""

    def decorated(work: Step[Given, Result]) -> Step[Given, Result]:
        as_task = task(
            name=name,
            retries=RETRIES,
            retry_delay_seconds=list(RETRY_SECONDS),
            retry_jitter_factor=_JITTER,
            retry_condition_fn=_may_pass,
            cache_policy=NO_CACHE,
            persist_result=False,
        )(work)
        return _either(work, as_task, _several_times)

    return decorated


def _either(
    work: Step[Given, Result],
    as_task: Callable[Given, Any],
    by_itself: Callable[[Callable[[], Awaitable[Result]]], Awaitable[Result]],
) -> Step[Given, Result]:
    @wraps(work)
    async def step(*given: Given.args, **named: Given.kwargs) -> Result:
        if in_prefect():
            ended: Result = await as_task(*given, **named)
            return ended
        return await by_itself(lambda: work(*given, **named))

    return step


async def _once(work: Callable[[], Awaitable[Result]]) -> Result:
    return await work()


async def _several_times(work: Callable[[], Awaitable[Result]]) -> Result:
    for seconds in RETRY_SECONDS:
        try:
            return await work()
        except TransientError as error:
            wait = seconds * uniform(1, 1 + _JITTER)  # noqa: S311 - not a secret
            logger.warning("tried again in %.0f s: %s", wait, error)
            await asyncio.sleep(wait)
    return await work()


def _may_pass(_task: Task[..., object], _task_run: TaskRun, state: State) -> bool:
    """Whether a chunk that failed is worth another try: only when the system could not answer."""
    # In a running event loop `state.result()` is a coroutine; a failure that is not persisted is `data` itself.
    return isinstance(state.data, TransientError)

"""Steps of a flow: task runs of Prefect within one of its flow runs, and functions by themselves everywhere else.

Where no Prefect is at hand, none is started, nor imported: a server of its own costs a run more than most files take.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import cache, wraps
from random import uniform
from typing import Any, ParamSpec, TypeVar

from schemas.errors import PasserelleError, TransientError
from schemas.where import located_logger, where_raised
from tasks.report.in_prefect import in_prefect
from tasks.run.state import State, failed

Given = ParamSpec("Given")
Result = TypeVar("Result")
Step = Callable[Given, Awaitable[Result]]

logger = located_logger(__name__)
RETRY_SECONDS: tuple[float, ...] = (2.0, 4.0, 8.0)
"""How long each further try of a chunk is waited for, and up to half as long again."""
RETRIES = len(RETRY_SECONDS)
_JITTER = 0.5


async def final_state(part: Any, shop: str, **asked: Any) -> State:
    """The state in which a part of a chain ends: a flow run of Prefect within one, the flow's function elsewhere."""
    if not in_prefect():
        return await by_itself(part, shop, **asked)
    ended = await through_prefect(part, shop, **asked)
    error = ended.data
    return _unforeseen(error) if isinstance(error, Exception) and not isinstance(error, PasserelleError) else ended


async def through_prefect(flow: Any, shop: str, **asked: Any) -> State:
    """The state in which a flow run of Prefect ends."""
    from tasks.run.prefect_flow import state_of  # noqa: PLC0415 - imports Prefect, which is wanted here

    return state_of(await flow(shop, return_state=True, **asked))


async def by_itself(flow: Any, shop: str, **asked: Any) -> State:
    """The state in which the flow's own function ends; what nobody foresaw is logged with its traceback."""
    try:
        ended: State = await flow.work(shop, **asked)
    except Exception as error:
        logger.exception("%s ended by an error that nobody foresaw", flow.name)
        return _unforeseen(error)
    return ended


def _unforeseen(error: Exception) -> State:
    """Its kind and where it was raised, which the ledger keeps; what it says may be a value of somebody's row."""
    return failed("Failed", " ".join([type(error).__name__, where_raised(error)]).strip())


def step_task(name: str) -> Callable[[Step[Given, Result]], Step[Given, Result]]:
    """Makes a function the task `name` of a flow."""

    def decorated(work: Step[Given, Result]) -> Step[Given, Result]:
        def as_task() -> Callable[..., Any]:
            from tasks.run.prefect_task import prefect_step  # noqa: PLC0415 - imports Prefect, which is there by then

            return prefect_step(name, work)

        return _either(work, as_task, _once)

    return decorated


def chunk_task(name: str) -> Callable[[Step[Given, Result]], Step[Given, Result]]:
    """Makes a function the task of one chunk, tried again while the system cannot answer."""

    def decorated(work: Step[Given, Result]) -> Step[Given, Result]:
        def as_task() -> Callable[..., Any]:
            from tasks.run.prefect_task import prefect_chunk  # noqa: PLC0415 - imports Prefect, which is there by then

            return prefect_chunk(name, work, RETRY_SECONDS, _JITTER)

        return _either(work, as_task, _several_times)

    return decorated


def _either(
    work: Step[Given, Result],
    as_task: Callable[[], Callable[..., Any]],
    by_itself: Callable[[Callable[[], Awaitable[Result]]], Awaitable[Result]],
) -> Step[Given, Result]:
    as_task = cache(as_task)

    @wraps(work)
    async def step(*given: Given.args, **named: Given.kwargs) -> Result:
        if in_prefect():
            ended: Result = await as_task()(*given, **named)
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

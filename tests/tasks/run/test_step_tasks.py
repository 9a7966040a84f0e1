"""Steps of a flow outside of Prefect: functions, of which chunks are tried again."""

from __future__ import annotations

import pytest
from prefect import flow
from prefect.context import TaskRunContext

from schemas.errors import RefusedError, TransientError
from tasks.run import step_tasks
from tasks.run.prefect_flow import PlainFlow
from tasks.run.state import State, completed
from tasks.run.step_tasks import RETRIES, chunk_task, final_state, step_task


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(step_tasks, "RETRY_SECONDS", (0.0,) * RETRIES)


def away() -> TransientError:
    return TransientError("it does not answer", system="PrestaShop", action="write")


async def tried(failures: list[Exception]) -> int:
    """How often a chunk is tried that fails as listed, and then no more."""
    tries = 0

    @chunk_task("write")
    async def write() -> int:
        nonlocal tries
        tries += 1
        if failures:
            raise failures.pop(0)
        return tries

    return await write()


async def test_a_chunk_is_tried_again_while_the_system_cannot_answer() -> None:
    assert await tried([away()] * RETRIES) == RETRIES + 1


async def test_one_that_goes_on_failing_or_fails_otherwise_is_not() -> None:
    with pytest.raises(TransientError):
        await tried([away()] * (RETRIES + 1))
    refusals: list[Exception] = [RefusedError("no", system="PrestaShop", action="write")] * 2
    with pytest.raises(RefusedError):
        await tried(refusals)
    assert len(refusals) == 1


@pytest.mark.lasting
async def test_a_step_is_a_task_run_within_a_flow_run_of_prefect_and_a_function_elsewhere(prefect_api: str) -> None:
    seen: list[str] = []

    @step_task("plan")
    async def plan() -> None:
        context = TaskRunContext.get()
        seen.append(context.task_run.name if context else prefect_api[:0])

    @flow(persist_result=False)
    async def of_prefect() -> None:
        await plan()

    await plan()
    await of_prefect()
    assert seen[0] == ""
    assert seen[1].startswith("plan")


@pytest.mark.lasting
async def test_a_part_of_a_chain_that_ends_as_nobody_foresaw_is_a_state_in_and_out_of_prefect(prefect_api: str) -> None:
    async def fails(shop: str) -> State:
        raise KeyError(shop)

    part = PlainFlow(fails, name="part")

    async def waits(shop: str) -> State:
        ended = await final_state(part, shop)
        return completed("Completed", f"{ended.name} {ended.message}")

    chain = PlainFlow(waits, name="chain")
    ended = await final_state(part, "zoe@lab.example")
    assert (ended.name, ended.message) == ("Failed", "KeyError")
    assert (await chain("zoe@lab.example", return_state=True)).message == "Failed KeyError", prefect_api

from __future__ import annotations

import asyncio
import logging
import traceback
from contextvars import copy_context
from threading import Thread

import pytest

from schemas.errors import TransientError
from schemas.where import located_logger, some_of, where_at_work, where_raised, working_on


def _fail() -> None:
    raise TransientError("no answer", system="PrestaShop", action="write")


def test_an_error_carries_flow_step_and_key_once_however_many_blocks_it_leaves() -> None:
    steps = (working_on(flow="import_stock"), working_on(step="write stock"), working_on(key="SAC-01"))
    with pytest.raises(TransientError) as caught, steps[0], steps[1], steps[2]:
        _fail()
    assert where_raised(caught.value) == "flow import_stock, step write stock, key SAC-01"
    assert len(caught.value.__notes__) == 1
    assert "key SAC-01" in "".join(traceback.format_exception(caught.value))
    assert where_at_work() == ""


def test_tasks_and_threads_know_what_is_at_work() -> None:
    seen: list[str] = []

    async def work() -> None:
        seen.append(where_at_work())

    with working_on(flow="export_orders", key="12"):
        asyncio.run(work())
        thread = Thread(target=copy_context().run, args=(lambda: seen.append(where_at_work()),))
        thread.start()
        thread.join()
    assert seen == ["flow export_orders, key 12"] * 2


def test_a_line_that_is_logged_ends_with_what_is_at_work(caplog: pytest.LogCaptureFixture) -> None:
    logger = located_logger("anything")
    with caplog.at_level(logging.INFO):
        logger.info("%s: %d %%", "read", 7)
        with working_on(step="plan 100 %"):
            logger.info("%s: %d", "read", 7)
    assert [record.getMessage() for record in caplog.records] == ["read: 7 %", "read: 7 [step plan 100 %]"]


def test_many_keys_are_the_first_and_how_many_more() -> None:
    assert [some_of([]), some_of(["A"]), some_of(["A", "B", "C"])] == ["", "A", "A and 2 more"]


def test_what_takes_a_while_to_say_is_asked_for_when_it_is_said() -> None:
    asked: list[str] = []

    def say() -> str:
        asked.append("key")
        return "SAC-01"

    with working_on(step="write", key=say):
        pass
    assert asked == []
    with working_on(step="write", key=say):
        assert where_at_work() == "step write, key SAC-01"

"""What of Prefect's log reaches the terminal."""

from __future__ import annotations

import logging

import httpx
import pytest

from deployments.prefect_api import _is_news
from schemas.errors import DeniedError


def record(message: str, error: Exception | None = None) -> logging.LogRecord:
    told = None if error is None else (type(error), error, None)
    return logging.LogRecord("prefect.task_runs", logging.ERROR, __file__, 1, message, None, told)


def test_an_error_of_ours_is_shown_once_by_the_command_and_not_by_prefect() -> None:
    assert not _is_news(record("Task run failed", DeniedError("no", system="PrestaShop", action="GET products")))
    assert not _is_news(record("Finished in state Failed('no')"))


def test_a_defect_keeps_its_traceback() -> None:
    kept = record("Task run failed", ValueError("defect"))
    assert _is_news(kept)
    assert kept.exc_info


@pytest.mark.parametrize("error", [httpx.ConnectError("away"), httpx.ReadTimeout("away")])
def test_a_server_that_went_away_is_one_line(error: Exception) -> None:
    kept = record("Crash detected", error)
    assert _is_news(kept)
    assert kept.exc_info is None

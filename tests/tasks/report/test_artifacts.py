"""What Prefect shows of a run: figures only, and never at the cost of the run."""

from __future__ import annotations

import logging
import re
import socket
from pathlib import Path

import pytest
from prefect.context import FlowRunContext
from prefect.settings import PREFECT_API_URL, PREFECT_CLIENT_MAX_RETRIES, temporary_settings

from schemas.run_report import FileReport, GuardCheck, PlannedChange, RejectReport, RunReport, StepReport
from tasks.report.artifacts import markdown_summary, plan_rows, publish, table_rows


def a_report() -> RunReport:
    return RunReport(
        run_id="0a1b2c3d",
        flow="import_stock",
        shop="Maison Lenoir",
        language="en",
        started_at="2026-11-21T06:30:02+00:00",
        ended_at="2026-11-21T06:30:12+00:00",
        state="CompletedWithRejects",
        counts={"rows_read": 4, "updated": 3, "rejected": 1},
        files=[FileReport("stock_|_1.csv", "done", 4)],
        faults_by_column=[("quantity", "“…” is not a whole number", 1)],
        rejects=[RejectReport("stock.csv", 2, "SECRET-KEY", "quantity", "SECRET-VALUE", "reason", "remedy")],
        guard=[GuardCheck("zeroed", 1, 4, 0.25, 0.3, tripped=False)],
        steps=[StepReport("write stock", 1.5)],
        requests={"writes": 2},
    )


def test_the_summary_tells_the_figures_and_names_no_row() -> None:
    summary = markdown_summary(a_report())
    assert "# Completed with rejects" in summary
    assert "| Rows read | 4 |" in summary
    assert "| Set to zero | 25.0% | 30.0% | passed |" in summary
    assert "| quantity | 1 |" in summary
    assert "SECRET" not in summary


def test_a_cell_cannot_break_the_table() -> None:
    assert r"| stock\_\|\_1.csv | done | 4 |" in markdown_summary(a_report())


def test_the_table_holds_every_outcome_and_the_rows_read() -> None:
    rows = table_rows(a_report())
    assert len(rows) == 9
    assert rows[1] == {"What": "Updated", "Rows": 3, "Share": "75.0%"}
    assert rows[-1]["Rows"] == 4


def test_a_plan_is_one_row_per_field() -> None:
    report = a_report()
    report.plan = [
        PlannedChange("R1", "stock", "update", (("quantity", "3", "5"),)),
        PlannedChange("R2", "stock", "delete"),
    ]
    rows = plan_rows(report)
    assert rows[0] == {"Key": "R1", "What": "stock", "Change": "change", "Field": "quantity", "Now": "3", "Wanted": "5"}
    assert rows[1]["Key"] == "R2"


@pytest.mark.lasting
async def test_an_unreachable_prefect_costs_the_artifacts_and_a_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    nowhere = {PREFECT_API_URL: f"http://127.0.0.1:{port}/api", PREFECT_CLIENT_MAX_RETRIES: 0}
    of_a_run = FlowRunContext.model_construct()
    with temporary_settings(nowhere), of_a_run, caplog.at_level(logging.WARNING, "tasks.report.artifacts"):
        assert not await publish(a_report(), tmp_path / "report.html")
    assert re.search(r"did not take the artifacts .*report\.html", caplog.text)


async def test_outside_a_run_of_prefect_nobody_is_asked_to_take_artifacts(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with temporary_settings({PREFECT_API_URL: "http://127.0.0.1:1/api"}), caplog.at_level(logging.WARNING):
        assert not await publish(a_report(), tmp_path / "report.html")
    assert caplog.text == ""

"""The runs of a shop in the terminal: the parts of a chain stand behind it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from deployments.commands.runs import with_parts

NOW = datetime(2026, 11, 30, 6, tzinfo=UTC)


def a_run(flow: str, begun: int, ended: int | None) -> dict[str, Any]:
    at = None if ended is None else NOW + timedelta(seconds=ended)
    return {"run_id": f"{flow} {begun}", "flow": flow, "started_at": NOW + timedelta(seconds=begun), "ended_at": at}


def test_the_parts_of_a_chain_stand_behind_it_in_their_order_and_nothing_else_does() -> None:
    runs = [
        a_run("import_stock", 30, 31),
        a_run("import_stock", 5, 8),
        a_run("export_orders", 4, 6),
        a_run("import_products", 2, 5),
        a_run("import_files", 0, 9),
        a_run("import_stock", -5, -4),
    ]
    assert [(run["run_id"], is_part) for run, is_part in with_parts(runs)] == [
        ("import_stock 30", False),
        ("export_orders 4", False),
        ("import_files 0", False),
        ("import_products 2", True),
        ("import_stock 5", True),
        ("import_stock -5", False),
    ]


def test_the_parts_of_a_chain_at_work_stand_behind_it_too() -> None:
    runs = [a_run("import_stock", 5, None), a_run("import_files", 0, None)]
    assert [is_part for _, is_part in with_parts(runs)] == [False, True]

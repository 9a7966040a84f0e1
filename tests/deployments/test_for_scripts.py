"""What `plan` and `why` print for scripts: one line a row, as JSON or with tabs between columns, and nothing else."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from deployments.commands.why import why
from deployments.exits import Exit
from deployments.shown_plan import Form, show_plan_rows
from schemas.run_report import PlannedChange, RunReport
from tasks.report.page import write_report
from tasks.report.plan_file import HEADER, describe_plan
from tests.flows.world import World

ROWS = {"_file": [0], "_line": [2], "_key": ["SAC1"], "outcome": ["updated"], "code": [""], "detail": [""]}


def lines(page: Path, form: Form, told: pytest.CaptureFixture[str]) -> list[str]:
    show_plan_rows([page], form)
    return told.readouterr().out.splitlines()


def test_a_plan_is_a_line_a_field_whatever_is_in_its_values(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = RunReport("1", "import_products", "boutique", "en", "2026-11-30T06:00:00")
    change = PlannedChange("SAC1", "product", "update", (("price", "10", "12"), ("name", "", "two\nlines\tand a tab")))
    describe_plan(report, tmp_path, [change], ["a.csv"], pl.DataFrame(ROWS))
    page = write_report(report, tmp_path)
    head, price, name = lines(page, "tsv", capsys)
    assert head == "\t".join(HEADER)
    assert price.split("\t") == ["a.csv", "2", "SAC1", "updated", "product", "update", "price", "10", "12", ""]
    assert name.split("\t")[8] == "two lines and a tab"
    told = [json.loads(line) for line in lines(page, "json", capsys)]
    assert [(row["field"], row["new"]) for row in told] == [("price", "12"), ("name", "two\nlines\tand a tab")]


async def test_why_says_each_sentence_with_its_code(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with World.at(tmp_path / "boutique") as world:
        assert await why("SAC1", shop=world.folder, as_json=True) is Exit.COMPLETED
        rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {"meant_as", "code", "text"} == set(rows[0])
    assert ("bad", "never_came") in [(row["meant_as"], row["code"]) for row in rows]


async def test_an_article_whose_only_row_was_rejected_is_told_so_whether_it_is_its_key_or_its_parent(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with World.at(tmp_path / "boutique") as world:
        world.drop_products({"reference": "ROBE-S", "reference_parent": "ROBE"})
        await world.products()
        capsys.readouterr()
        told = {}
        for reference in ("ROBE-S", "ROBE"):
            await why(reference, shop=world.folder, as_json=True)
            told[reference] = [json.loads(line)["code"] for line in capsys.readouterr().out.splitlines()]
    assert "is_rejected" in told["ROBE-S"]
    assert "is_rejected" in told["ROBE"]

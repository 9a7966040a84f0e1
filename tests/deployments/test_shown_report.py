"""What a person sees in the terminal of a plan and of a run: changes, faults with a remedy, incidents."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import pytest
from rich.text import Text

from deployments.shown_report import report_lines
from schemas.run_report import (
    ExampleReport,
    FileReport,
    FindingReport,
    IncidentReport,
    PlannedChange,
    RejectReport,
    RunReport,
)


def lines(**told: Any) -> list[str]:
    report = RunReport("id", "import_products", "boutique", told.pop("language", "en"), "2026-11-30T06:00:00", **told)
    return [Text.from_markup(line).plain for line in report_lines(asdict(report))]


def test_a_plan_is_shown_as_what_is_new_changed_and_closed() -> None:
    plan = [
        PlannedChange("SAC1", "product", "create", (("name", "", "Sac"),)),
        PlannedChange("SAC2", "product", "update", (("price", "10.00", "12.00"), ("ean13", "", "1"))),
        PlannedChange("[red]SAC3", "combination", "deactivate"),
    ]
    assert lines(plan=plan, plan_total=3) == [
        "+ SAC1 product",
        "    name: Sac",
        "~ SAC2 product",
        "    price: 10.00 → 12.00",
        "    ean13: ∅ → 1",
        "- [red]SAC3 combination",
    ]


@pytest.mark.parametrize(("language", "said"), [("en", "1,980 more"), ("fr", "1\u202f980 de plus")])
def test_a_long_plan_says_where_the_rest_is(language: str, said: str) -> None:
    plan = [PlannedChange(f"SAC{at}", "product", "create") for at in range(30)]
    shown = lines(plan=plan, plan_total=2000, plan_file="reports/x.plan.csv", language=language)
    assert len(shown) == 21
    assert said in shown[-1]
    assert "reports/x.plan.csv" in shown[-1]


def test_a_fault_is_shown_with_an_example_its_remedy_and_the_file_to_correct() -> None:
    reject = RejectReport("product.csv", 8, "ERR1", "price", "sur devis", "not a number", "Write digits.")
    files = [FileReport("product.csv", "done", rejects_file="rejects/product.rejects.csv")]
    assert lines(faults_by_column=[("price", "not a number", 4)], rejects=[reject], files=files) == [
        "! 4 price: not a number",
        "    product.csv:8 ERR1  sur devis",
        "    → Write digits.",
        "    Rejected lines: rejects/product.rejects.csv",
    ]


def test_what_waits_for_a_person_is_shown_and_what_is_only_good_to_know_is_not() -> None:
    incidents = [IncidentReport("error", "17", "No code for IT.", "Add it."), IncidentReport("info", "", "x", "y")]
    assert lines(incidents=incidents) == ["! 17: No code for IT.", "    → Add it."]


def test_a_limit_is_told_with_the_fault_and_of_several_values_none() -> None:
    faults = [("quantity", "“…” is too large: the maximum is …", 2), ("price", "“…” is not a number.", 1)]
    rejects = [
        RejectReport(
            "stock.csv", line, f"K{line}", "quantity", value, f"“{value}” is too large: the maximum is 9.", "R"
        )
        for line, value in ((2, "10"), (3, "11"))
    ]
    rejects.append(RejectReport("stock.csv", 4, "K4", "price", "x", "“x” is not a number.", "R"))
    shown = [line for line in lines(faults_by_column=faults, rejects=rejects) if line.startswith("!")]
    assert shown == ["! 2 quantity: “…” is too large: the maximum is 9.", "! 1 price: “x” is not a number."]
    assert lines(faults_by_column=faults)[0] == "! 2 quantity: “…” is too large: the maximum is …"


def test_of_many_kinds_of_faults_it_is_said_how_many_more_there_are() -> None:
    faults = [(f"column_{at}", "is empty", 9 - at) for at in range(7)]
    files = [FileReport("a.csv", "done", rejects_file="rejects/a.rejects.csv")]
    shown = lines(faults_by_column=faults, files=files)
    assert shown[4:] == ["! 5 column_4: is empty", "… and 2 more", "    Rejected lines: rejects/a.rejects.csv"]
    assert not any("more" in line for line in lines(faults_by_column=faults[:5]))


def test_a_fault_of_the_shop_says_how_often_it_is_there_and_reads_as_a_sentence() -> None:
    examples = [ExampleReport("product", "A #1"), ExampleReport("product", "B #2", "7")]
    found = FindingReport("picture_missing", "info", 1200, "Des produits sans image.", "Ajoutez-en.", examples)
    assert lines(findings=[found], looked_at={"products": 1300}, language="fr") == [
        "! 1\u202f200 \u00d7 Des produits sans image.",
        "    A #1; B #2 7 …",
        "    → Ajoutez-en.",
    ]

"""The one report of a chain: what those of its parts say."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from schemas.run_report import IncidentReport, RunReport
from tasks.run.chain_report import add_parts
from tasks.run.state import completed


def test_of_more_incidents_than_are_shown_those_for_a_person_stay(tmp_path: Path) -> None:
    runs = []
    for flow, level, count in (("import_products", "info", 200), ("import_stock", "error", 1)):
        report = RunReport("r", flow, "boutique", "en", "")
        report.incidents = [IncidentReport(level, str(number), "reason", "remedy") for number in range(count)]
        (tmp_path / f"{flow}.json").write_text(json.dumps(asdict(report)), encoding="utf-8")
        runs.append({"flow": flow, "counts": "{}", "report_path": str(tmp_path / f"{flow}.html")})
    whole = RunReport("r", "import_files", "boutique", "en", "")
    add_parts(whole, dict.fromkeys(("product", "stock"), completed("Completed")), runs)
    assert len(whole.incidents) == 200
    assert whole.incidents[0].level == "error"

"""What was found goes into the report: each fault with examples, what to do, and the command that mends it."""

from __future__ import annotations

import shlex

from schemas.messages import message
from schemas.run_report import ExampleReport, FindingReport
from tasks.audit.labels import labels_of, page_of
from tasks.audit.plan.fixes import FIXES
from tasks.audit.plan.found import GRAVE, Faulty, Found
from tasks.run.admin_pages import address_of
from tasks.run.run import Run


async def report_found(run: Run, found: Found, looked_at: dict[str, int]) -> None:
    """Fills `findings` and `looked_at` of the run's report."""
    run.report.looked_at = looked_at
    run.report.findings = [await _finding(run, *one) for one in found]


async def _finding(run: Run, code: str, count: int, examples: list[Faulty]) -> FindingReport:
    text = message(f"audit_{code}", run.report.language)
    labels = await labels_of(run, examples)
    shown = [ExampleReport(one.kind, labels[one], one.detail, _address(run, one)) for one in examples]
    fix = f"passerelle audit {shlex.quote(run.asked.shop)} --fix {code}" if code in FIXES else ""
    return FindingReport(code, "error" if GRAVE[code] else "info", count, text.reason, text.remedy, shown, fix)


def _address(run: Run, one: Faulty) -> str:
    page, number = page_of(one)
    return address_of(run.folder, page, number) if number else ""

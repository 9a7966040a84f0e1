"""What Prefect shows of a run: the report's figures as artifacts, without a value or a key of any row."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

from schemas.shown_state import shown_state
from tasks.report.page import headline_of, rows_and_outcomes
from tasks.report.texts import Texts, texts

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from schemas.run_report import RunReport

from schemas.where import located_logger
from tasks.report.in_prefect import in_prefect

logger = located_logger(__name__)
PATIENCE_SECONDS = 20.0
_PLAN_SHOWN = 200


async def publish(report: RunReport, path: Path) -> bool:
    """Whether Prefect took the artifacts: figures (markdown, table), the page's place (link), the plan of a dry run.

    A Prefect API that cannot be reached costs the artifacts and a warning, never the run. Outside a run of Prefect
    there is nothing that they would be shown with.
    """
    if not in_prefect():
        return False
    from prefect.artifacts import (  # noqa: PLC0415 - imports Prefect, which is there now
        acreate_link_artifact,
        acreate_markdown_artifact,
        acreate_table_artifact,
    )

    words = texts(report.language, report.flow)
    title = words.page("title", flow=words.word("flow", report.flow), shop=report.shop)
    creations = [
        acreate_markdown_artifact(markdown_summary(report), key=_key(report, "report"), description=title),
        acreate_table_artifact(table_rows(report), key=_key(report, "rows"), description=words.page("chart_outcomes")),
        acreate_link_artifact(_address(report, path), path.name, key=_key(report, "page"), description=title),
    ]
    if report.plan:
        planned = acreate_table_artifact(plan_rows(report), key=_key(report, "plan"), description=words.page("plan"))
        creations.append(planned)
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            created = await asyncio.gather(*creations, return_exceptions=True)
    except TimeoutError:
        logger.warning("Prefect did not take the artifacts in %.0f s; the report is %s", PATIENCE_SECONDS, path)
        return False
    failures = [kind for kind in created if isinstance(kind, BaseException)]
    if failures:
        logger.warning("Prefect did not take the artifacts (%s); the report is %s", type(failures[0]).__name__, path)
    return not failures


def table_rows(report: RunReport) -> list[dict[str, str | int]]:
    """One row per outcome: its name, its rows, its share of the rows read."""
    words = texts(report.language, report.flow)
    rows_read, outcomes = rows_and_outcomes(report)
    named = [(words.word("outcome", name), count) for name, count in outcomes.items()]
    return [
        {
            words.page("what"): name,
            words.page("rows"): count,
            words.page("share"): words.share(count / rows_read) if rows_read else "",
        }
        for name, count in [*named, (words.page("rows_read"), rows_read)]
    ]


def plan_rows(report: RunReport) -> list[dict[str, str]]:
    """The first changes of a plan, one row per field. Only for flows whose plan names nobody."""
    words = texts(report.language, report.flow)
    changes = [(change, fields) for change in report.plan for fields in change.changes or (("", "", ""),)]
    return [
        {
            words.page("key"): change.key,
            words.page("what"): words.word("kind", change.kind),
            words.page("change"): words.word("action", change.action),
            words.page("field"): field,
            words.page("old"): old,
            words.page("new"): new,
        }
        for change, (field, old, new) in changes[:_PLAN_SHOWN]
    ]


def markdown_summary(report: RunReport) -> str:
    """The report's figures on one screen, as markdown."""
    words = texts(report.language, report.flow)
    parts = [
        f"# {words.word('state', shown_state(report.state, report.to_resolve))}",
        words.word("headline_export" if report.flow.startswith("export_") else "headline", headline_of(report)),
        _counts(report, words),
        _guards(report, words),
        _files(report, words),
        _faults(report, words),
        _effort(report, words),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _counts(report: RunReport, words: Texts) -> str:
    rows_read, outcomes = rows_and_outcomes(report)
    ended = [(words.word("outcome", name), words.number(count)) for name, count in outcomes.items() if count]
    total = [(words.page("rows_read"), words.number(rows_read))]
    return _table((words.page("what"), words.page("rows")), total + ended)


def _guards(report: RunReport, words: Texts) -> str:
    header = (words.page("guard"), words.page("share"), words.page("limit"), words.page("verdict"))
    return _section(
        words.page("guards"),
        header,
        [
            (
                words.word("guard", check.name),
                words.share(check.share),
                words.share(check.limit),
                words.page("tripped" if check.tripped else "passed"),
            )
            for check in report.guard
        ],
    )


def _files(report: RunReport, words: Texts) -> str:
    header = (words.page("file"), words.page("status"), words.page("rows"))
    rows = [(file.name, words.word("file_status", file.status), words.number(file.rows)) for file in report.files]
    return _section(words.page("came_in"), header, rows)


def _faults(report: RunReport, words: Texts) -> str:
    counted: dict[str, int] = {}
    for column, _, count in report.faults_by_column:
        name = column or words.page("whole_row")
        counted[name] = counted.get(name, 0) + count
    rows = [(name, words.number(count)) for name, count in sorted(counted.items(), key=lambda pair: -pair[1])]
    return _section(words.page("faults"), (words.page("column"), words.page("how_many")), rows)


def _effort(report: RunReport, words: Texts) -> str:
    steps = [(words.word("step", step.name), words.duration(step.seconds)) for step in report.steps]
    sent = [(words.request_name(name, count), words.number(count)) for name, count in report.requests.items()]
    return _section(words.page("steps"), (words.page("what"), words.page("how_many")), steps + sent)


def _section(title: str, header: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    return f"## {title}\n\n{_table(header, rows)}" if rows else ""


def _table(header: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [header, tuple("---" for _ in header), *rows]
    return "\n".join("| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines)


def _cell(text: str) -> str:
    return re.sub(r"([\\`*_<>\[\]|])", r"\\\1", text.replace("\n", " "))


def _address(report: RunReport, page: Path) -> str:
    """Where a browser opens the page: a link to a file of the worker's machine opens nowhere else."""
    return f"{report.reports_url.rstrip('/')}/{page.name}" if report.reports_url else page.absolute().as_uri()


def _key(report: RunReport, part: str) -> str:
    # Prefect takes keys of lower-case letters, digits and dashes.
    return "-".join(re.findall(r"[a-z0-9]+", f"{report.flow} {report.shop} {part}".lower()))

"""The run's report: an HTML page that opens offline, the same figures as JSON, and what Prefect shows of them."""

from __future__ import annotations

import json
import os
import re
import shlex
import sys
from base64 import b64encode
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemBytecodeCache, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from schemas.outcomes import Outcome
from schemas.shown_state import WITH_INCIDENTS, shown_state
from tasks.report.charts import Bar, side_by_side, stacked, waterfall
from tasks.report.progress import report_written
from tasks.report.same import Same, same_faults, same_incidents
from tasks.report.texts import TEMPLATES, texts

if TYPE_CHECKING:
    from jinja2.bccache import Bucket

    from schemas.run_report import FindingReport, IncidentReport, RunReport

REJECTS_SHOWN = 500
_FINDS_FROM = 8
"""Rows of a table from which on there is a field to search in it."""
_CLIPPED_AT = 300
_SENTENCES_CLIPPED_AT = 1_500
"""What is said is read whole: only a value of a file within it may be longer than any of our own texts."""
_BREAKS_BADLY = re.compile(r" (?=[:;!?»])|(?<=«) ")
_ALWAYS_TOLD = ("reads", "writes")
_LEVELS = ("error", "retry", "info")


def write_report(report: RunReport, shop: Path) -> Path:
    """The path of the HTML page, written in `reports` of the shop's folder with the JSON of the same name beside it.

    Each of the two appears whole or not at all. The name is the run's start, flow and id.
    """
    folder = shop / "reports"
    folder.mkdir(parents=True, exist_ok=True)
    name = _name(report)
    write_whole(folder / f"{name}.json", json.dumps(asdict(report), ensure_ascii=False, indent=2) + "\n")
    page = folder / f"{name}.html"
    write_whole(page, html(report, json_name=f"{name}.json"))
    report_written(page)
    return page


def html(report: RunReport, json_name: str = "") -> str:
    """The page as text, in the report's language; `json_name` is the file it links to, if any."""
    return environment().get_template("report.html.j2").render(_view(report) | {"json_name": json_name})


def _name(report: RunReport) -> str:
    started = datetime.fromisoformat(report.started_at)
    return _slug(f"{started:%Y%m%d-%H%M%S}-{report.flow}-{report.run_id[:8]}")


def write_whole(path: Path, text: str) -> None:
    """The file holds `text` or what it held before, never half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    with part.open("w", encoding="utf-8", newline="\n") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


@cache
def environment() -> Environment:
    """The templates, compiled once on a machine."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        optimized=False,  # for a page made once, it takes longer than it saves
        bytecode_cache=CompiledTemplates(str(TEMPLATES / "__pycache__")),
    )
    environment.filters["clipped"] = _clipped
    environment.filters["told"] = _told
    return environment


class CompiledTemplates(FileSystemBytecodeCache):
    """Compiled templates beside the templates, as Python keeps modules; where it writes none, each process compiles.

    Compiling them takes a tenth of a run that has nothing to do.
    """

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keeps it where that is allowed and possible."""
        if sys.dont_write_bytecode:
            return
        with suppress(OSError):
            Path(self.directory).mkdir(exist_ok=True)
            super().dump_bytecode(bucket)


_WITHOUT_FILES = frozenset({"undo", "publish_lowest_prices", "check_stock"})
"""Flows into the shop that no file tells what to do."""


def _clipped(text: str, at: int = _CLIPPED_AT) -> str:
    return text if len(text) <= at else text[:at] + "…"


def _told(text: str) -> Markup:
    """A sentence of ours: what is to be typed stands out; no line begins with a colon or ends with an opened quote."""
    said, *more = _clipped(text, _SENTENCES_CLIPPED_AT).split("`")
    shown = escape(_kept_together(said))
    for typed, after in zip(more[::2], [*more[1::2], ""], strict=False):
        shown += Markup("<code>{}</code>{}").format(typed, _kept_together(after))
    return shown


def _kept_together(text: str) -> str:
    return _BREAKS_BADLY.sub("\u00a0", text)


def _view(report: RunReport) -> dict[str, Any]:
    rows_read, outcomes = rows_and_outcomes(report)
    rejects = report.rejects[:REJECTS_SHOWN]
    words = texts(report.language, report.flow)
    export = report.flow.startswith("export_")
    reads_files = not export and "erp" not in report.parameters and not report.looked_at and report.flow != "audit"
    outcome_words = "planned" if report.state == "Planned" else "outcome"
    hints = (
        "stopped" if report.state == "StoppedByGuard" and report.parameters.get("dry_run") != "true" else outcome_words
    )
    return {
        "r": report,
        "t": words,
        "css": Markup((TEMPLATES / "report.css").read_text("utf-8")),  # noqa: S704 - our own file, no outside text
        "finds": max(len(rejects), len(report.incidents), len(report.plan)) >= _FINDS_FROM,
        "script": Markup(_script()),  # noqa: S704 - our own file, no outside text
        "script_hash": b64encode(sha256(_script().encode()).digest()).decode(),
        "headline": headline_of(report),
        "state": shown_state(report.state, report.to_resolve),
        "headlines": "headline_export" if export else "headline" if reads_files else "headline_erp",
        "export": export,
        "reads_files": reads_files and report.flow not in _WITHOUT_FILES,
        "outcome_words": outcome_words,
        "outcome_hints": f"{hints}_hint" + ("_export" if export else ""),
        "requests": {name: count for name, count in report.requests.items() if count or name in _ALWAYS_TOLD},
        "pressing": any(incident.level == _LEVELS[0] for incident in report.incidents),
        "tripped": any(check.tripped for check in report.guard),
        "flow": words.word("flow", report.flow),
        "lasted": _lasted(report),
        "rows_read": rows_read,
        "outcomes": outcomes,
        "counted": sum(outcomes.values()),
        "missing": rows_read - sum(outcomes.values()),
        "outcome_bars": stacked(outcomes),
        "fault_bars": _fault_bars(report),
        "step_bars": waterfall([(step.name, step.seconds) for step in report.steps]),
        "rejects": rejects,
        "reject_groups": same_faults(rejects, report.faults_by_column),
        "reject_columns": list(dict.fromkeys(reject.column for reject in rejects if reject.column)),
        "several_files": len({reject.file for reject in rejects}) > 1,
        "rejects_files": [file.rejects_file for file in report.files if file.rejects_file],
        "any_written_as": any(file.encoding for file in report.files),
        "any_archived": any(file.archived_as for file in report.files),
        "any_rejects_file": any(file.rejects_file for file in report.files),
        "any_note": any(file.note for file in report.files),
        "incidents": _by_level(report.incidents),
        "findings_by_level": {level: found for level in _LEVELS if (found := _found(report, level))},
        "looked_at": ", ".join(words.counted("looked_at", name, count) for name, count in report.looked_at.items()),
        "accept_command": _accept_command(report),
    }


def headline_of(report: RunReport) -> str:
    """The key of the sentence that says how the run ended."""
    if shown_state(report.state, report.to_resolve) == WITH_INCIDENTS and not report.findings:
        return WITH_INCIDENTS
    if report.state == "Completed" and not report.counts.get("rows_read", 0):
        return "Found" if report.findings else "Nothing"
    if report.state == "Failed" and report.files and all(file.status == "refused" for file in report.files):
        return "FilesRefused"
    return report.state


def rows_and_outcomes(report: RunReport) -> tuple[int, dict[str, int]]:
    """Rows read, and the eight outcomes in their fixed order, zeros included."""
    return report.counts.get("rows_read", 0), {o.value: report.counts.get(o.value, 0) for o in Outcome}


def _lasted(report: RunReport) -> float | None:
    if not report.ended_at:
        return None
    return (datetime.fromisoformat(report.ended_at) - datetime.fromisoformat(report.started_at)).total_seconds()


def _fault_bars(report: RunReport) -> list[tuple[str, str, Bar]]:
    faults = sorted(report.faults_by_column, key=lambda fault: -fault[2])
    bars = side_by_side((column, count) for column, _, count in faults)
    return [(column, reason, bar) for (column, reason, _), bar in zip(faults, bars, strict=True)]


@cache
def _script() -> str:
    """What searches and filters in the page; the page allows this script by its hash, and no other."""
    return (TEMPLATES / "report.js").read_text("utf-8")


def _by_level(incidents: list[IncidentReport]) -> dict[str, list[Same]]:
    levels = sorted({i.level for i in incidents}, key=lambda level: (*_LEVELS, level).index(level))
    return {level: same_incidents([i for i in incidents if i.level == level]) for level in levels}


def _found(report: RunReport, level: str) -> list[FindingReport]:
    return [finding for finding in report.findings if finding.level == level]


def _accept_command(report: RunReport) -> str:
    shop = report.parameters.get("shop")
    where = f" --shop {shlex.quote(shop)}" if shop else ""
    if fix := report.parameters.get("fix"):
        return f"passerelle audit {shlex.quote(shop or '.')} --fix {fix} --accept-guard"
    return f"passerelle run {report.flow}{where} --accept-guard"

"""The sentence that Prefect, the command line and the ledger show of a run that has ended, in the shop's language."""

from __future__ import annotations

from collections.abc import Iterable

from schemas.erps import NAMES as ERP_NAMES
from schemas.error_texts import error_text
from schemas.errors import PasserelleError, StoppedByGuardError
from schemas.file_refused import FileRefusedError
from schemas.messages import message
from schemas.outcomes import Counts
from schemas.run_report import GuardCheck, RunReport
from tasks.report.texts import Texts, texts

_IN_ERP = ("items_closed", "categories_closed")
"""What a run closed in the ERP because the shop no longer has it, which is no row of the shop."""


def final_message(
    report: RunReport,
    counts: Counts,
    error: PasserelleError | StoppedByGuardError | None,
    refused: Iterable[FileRefusedError],
) -> str:
    """The counts, which access to the ERP was used, then what stopped the run or which files were refused.

    A system's own words stay as they are.
    """
    words = texts(report.language)
    counted = _counted(counts, words, "planned" if report.parameters.get("dry_run") == "true" else "outcome")
    said = [_found(report, words) if report.looked_at else counted]
    if gone := sum(count for name, count in report.beyond_rows.items() if name.endswith("_gone")):
        planned = "_planned" if report.state == "Planned" else ""
        said.append(words.filled("end", f"gone{planned}", count=gone))
    said += [words.filled("end", name, count=count) for name in _IN_ERP if (count := report.beyond_rows.get(name))]
    if erp := report.parameters.get("erp"):
        kind, _, access = erp.partition(" ")
        said.append(words.filled("end", f"erp_{access}", erp=ERP_NAMES.get(kind, kind)))
    if "unarmed" in report.parameters:
        said.append(words.word("end", "unarmed"))
    if counts.missing:
        said.append(words.filled("end", "missing", count=counts.missing))
    elif isinstance(error, StoppedByGuardError) or report.state == "StoppedByGuard":
        figures = ", ".join(_figures(check, words) for check in report.guard if check.tripped)
        said.append(words.filled("end", "guard", figures=figures))
    elif error is not None:
        said.append(error_text(error, report.language))
    else:
        said += [_refused(file, words) for file in refused]
    return " ".join(said)


def _found(report: RunReport, words: Texts) -> str:
    """What an audit has found."""
    return words.filled(
        "end",
        "found",
        rows=words.number(sum(report.looked_at.values())),
        kinds=len(report.findings),
        grave=sum(finding.level == "error" for finding in report.findings),
    )


def _counted(counts: Counts, words: Texts, section: str) -> str:
    ended = words.outcomes(counts.by_outcome, section) or words.word("end", "nothing")
    return words.filled("end", "counts", rows=counts.rows_read, ended=ended)


def _figures(check: GuardCheck, words: Texts) -> str:
    return words.filled(
        "end",
        "guard_figures",
        guard=words.word("guard", check.name),
        affected=check.affected,
        known=check.known,
        share=words.share(check.share),
        limit=words.share(check.limit),
    )


def _refused(file: FileRefusedError, words: Texts) -> str:
    told = message(file.code, words.code, **file.params)
    return words.filled("end", "file_refused", file=file.key, reason=told.reason, remedy=told.remedy)

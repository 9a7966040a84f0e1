"""What the module's page in the back office shows of a shop, in both languages, from rows of the ledger. Pure."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from schemas.messages import LANGUAGES, catalogue, message
from schemas.outcomes import Outcome
from tasks.report.board import DOCUMENT_STREAMS, LEVELS
from tasks.report.texts import texts

Row: TypeAlias = Mapping[str, Any]
RUNS_SHOWN = 20
_KEYS_SHOWN = 8
_GROUPS_SHOWN = 40
_GOOD = ("Completed", "Planned")
_ENDED = (*_GOOD, "CompletedWithRejects")
_CHANGED = (Outcome.CREATED, Outcome.UPDATED, Outcome.DEACTIVATED)
_LEFT_BEHIND = (Outcome.REJECTED, Outcome.REFUSED)
_NEWS_BY_ITSELF = ("written_at", "since_at")
"""What differs at every look although nothing has happened."""
_STREAM = re.compile(r"[A-Za-z]*")
"""What the name of a file begins with."""


def in_both_languages(section: str, key: str, flow: str = "") -> dict[str, str]:
    """Our word for `key` in both languages."""
    return {language: texts(language, flow).word(section, key) for language in LANGUAGES}


def digest_of(page: Mapping[str, Any]) -> str:
    """Equal for pages that tell the same; a further file of as many rejected lines of a stream tells nothing new."""
    rejects = {(_STREAM.match(file["name"])[0], file["lines"]) for file in page.get("rejects", ())}  # type: ignore[index]
    text = json.dumps(_without_dates({**page, "rejects": sorted(rejects)}), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _without_dates(part: Any) -> Any:
    if isinstance(part, Mapping):
        return {name: _without_dates(value) for name, value in part.items() if name not in _NEWS_BY_ITSELF}
    return [_without_dates(each) for each in part] if isinstance(part, list) else part


def news_runs(runs: Iterable[Row]) -> list[Row]:
    """The runs that had something to tell, newest first; `runs` are the ledger's, newest first.

    Left out are plans, and runs that changed nothing and ended as the one before: what they left behind, if anything,
    it had left behind as well. A quiet run after one that failed is shown: all is well again.
    """
    shown: list[Row] = []
    last: dict[str, tuple[str, list[int], str]] = {}
    for run in reversed(list(runs)):
        if run["ended_at"] is None or json.loads(run["parameters"]).get("dry_run") == "true":
            continue
        counts = json.loads(run["counts"])
        left_behind = [counts.get(name, 0) for name in _LEFT_BEHIND]
        # The message of a run that came to its end says how many rows were unchanged, which is no news.
        same = (run["state"], left_behind, "" if run["state"] in _ENDED else run["message"])
        before = last.get(run["flow"], ("Completed", [0, 0], ""))
        # What was fetched is told by the run that imports it.
        changed = run["flow"] != "collect_files" and any(counts.get(name) for name in _CHANGED)
        is_quiet = run["state"] in _GOOD and not changed and not any(left_behind)
        last[run["flow"]] = same
        if changed or (before[0] not in _GOOD if is_quiet else same != before):
            shown.append(run)
    return shown[::-1][:RUNS_SHOWN]


def run_lines(runs: Sequence[Row], reports_url: str, reasons: Mapping[str, list[str]]) -> list[dict[str, Any]]:
    """The runs as the page shows them; a link where there is an address for it. `reasons` are by the run's id."""
    lines = []
    for run in runs:
        counts = json.loads(run["counts"])
        page = (run["report_path"] or "").replace("\\", "/").rpartition("/")[2]
        lines.append(
            {
                "label": in_both_languages("flow", run["flow"]),
                "state": run["state"],
                "state_label": in_both_languages("state", run["state"]),
                "started_at": _utc(run["started_at"]),
                "counts": [
                    {"count": counts[name], "label": _lower(in_both_languages("outcome", name, run["flow"]))}
                    for name in Outcome
                    if counts.get(name)
                ],
                "reasons": reasons.get(run["run_id"], []),
                "message": "" if run["state"] == "Completed" else run["message"],
                "url": f"{reports_url.rstrip('/')}/{page}" if reports_url and page else "",
            }
        )
    return lines


def incident_lines(incidents: Iterable[Row], newest_runs: Iterable[str]) -> list[dict[str, Any]]:
    """What is open, the gravest first, equal texts together.

    Of files, only what the newest run of a flow said and somebody may do something about: the rest is no news.
    """
    current = set(newest_runs)
    groups: dict[tuple[str, ...], dict[str, Any]] = {}
    for row in incidents:
        of_a_file = row["stream"] not in DOCUMENT_STREAMS
        if row["code"] not in catalogue("en") or (
            of_a_file and (row["run_id"] not in current or row["level"] == "info")
        ):
            continue
        params = {"key": row["key"]} | {name: str(value) for name, value in json.loads(row["params"]).items()}
        both = {language: message(row["code"], language, **params) for language in LANGUAGES}
        group = groups.setdefault(
            (row["level"], row["stream"], row["code"], both["en"].remedy),
            {
                "level": row["level"],
                "level_label": in_both_languages("level", row["level"]),
                "where": in_both_languages("board_stream", row["stream"]),
                "reason": {language: text.reason for language, text in both.items()},
                "remedy": {language: text.remedy for language, text in both.items()},
                "keys": [],
                "count": 0,
            },
        )
        group["count"] += 1
        group["since_at"] = _utc(row["recorded_at"])
        if row["key"] and len(group["keys"]) < _KEYS_SHOWN and row["key"] not in group["keys"]:
            group["keys"].append(row["key"])
    ranked = sorted(groups.values(), key=lambda group: (*LEVELS, group["level"]).index(group["level"]))
    return [group | {"has_more": group["count"] > len(group["keys"])} for group in ranked[:_GROUPS_SHOWN]]


def verdict_of(runs: Iterable[Row], incidents: Iterable[Mapping[str, Any]]) -> str:
    """How the shop stands by the newest run of each flow and what is open, as a state of a run."""
    newest: dict[str, str] = {}
    for run in runs:
        if run["ended_at"] is not None and json.loads(run["parameters"]).get("dry_run") != "true":
            newest.setdefault(run["flow"], run["state"])
    states = set(newest.values())
    if states & {"Failed", "Crashed"}:
        return "Failed"
    if "StoppedByGuard" in states:
        return "StoppedByGuard"
    waits = "CompletedWithRejects" in states or any(each["level"] == "error" for each in incidents)
    return "CompletedWithRejects" if waits else "Completed"


def order_line(row: Row) -> dict[str, Any]:
    """How far one order is: its number in the ERP, and why it is held or waits."""
    code = row["last_code"] or ""
    why = {}
    if code in catalogue("en"):
        why = {
            language: message(code, language, key=row["key"], value="…", detail="…").reason for language in LANGUAGES
        }
    return {
        "id": int(row["key"]),
        "state": row["state"],
        "erp_number": row["erp_number"] or "",
        "why": why,
        "changed_at": _utc(row["changed_at"]),
    }


def _utc(instant: Any) -> str:
    return f"{instant:%Y-%m-%dT%H:%M:%SZ}"


def _lower(both: Mapping[str, str]) -> dict[str, str]:
    return {language: text.lower() for language, text in both.items()}

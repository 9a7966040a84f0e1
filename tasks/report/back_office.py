"""What the module's page in the back office shows of a shop, in both languages, from rows of the ledger. Pure."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from schemas.messages import LANGUAGES, catalogue, message
from schemas.outcomes import Outcome
from schemas.run_parts import chain_of
from schemas.shown_state import shown_state_of
from tasks.report.open_incidents import DOCUMENT_STREAMS, SameIncidents
from tasks.report.texts import texts

Row: TypeAlias = Mapping[str, Any]
RUNS_SHOWN = 20
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


def news_runs(runs: Sequence[Row], of_each_flow: int) -> list[Row]:
    """The runs that had something to tell, newest first; `runs` are the last `of_each_flow`, newest first.

    Left out are plans, and runs that changed nothing and ended as the one before: what they left behind, if anything,
    it had left behind as well. A quiet run after one that failed is shown: all is well again. The first of a flow
    with more runs than were read is compared with nobody, or it would be news at every look. A run that is part of a
    chain is shown by the run of the chain, which has news when one of its parts has, and once it has ended.
    """
    with_news: set[str] = set()
    chains = {chain_of(run) for run in runs}
    last: dict[str, tuple[str, list[int], str]] = {}
    counted = Counter(run["flow"] for run in runs)
    cut = {flow for flow, count in counted.items() if count >= of_each_flow}
    for run in reversed(runs):
        if run["ended_at"] is None or json.loads(run["parameters"]).get("dry_run") == "true":
            continue
        counts = json.loads(run["counts"])
        left_behind = [counts.get(name, 0) for name in _LEFT_BEHIND]
        # The message of a run that came to its end says how many rows were unchanged, which is no news.
        same = (run["state"], left_behind, "" if run["state"] in _ENDED else run["message"])
        before = last.get(run["flow"], same if run["flow"] in cut else ("Completed", [0, 0], ""))
        # What was fetched is told by the run that imports it.
        is_told_by_others = run["flow"] == "collect_files" or run["run_id"] in chains
        changed = not is_told_by_others and any(counts.get(name) for name in _CHANGED)
        is_quiet = run["state"] in _GOOD and not changed and not any(left_behind)
        last[run["flow"]] = same
        if changed or (before[0] not in _GOOD if is_quiet else same != before):
            with_news |= {run["run_id"], chain_of(run)}
    shown = [run for run in runs if not chain_of(run) and run["ended_at"] and run["run_id"] in with_news]
    return shown[:RUNS_SHOWN]


def run_lines(runs: Sequence[Row], reports_url: str, reasons: Mapping[str, list[str]]) -> list[dict[str, Any]]:
    """The runs as the page shows them; a link where there is an address for it. `reasons` are by the run's id."""
    lines = []
    for run in runs:
        counts = json.loads(run["counts"])
        page = (run["report_path"] or "").replace("\\", "/").rpartition("/")[2]
        lines.append(
            {
                "label": in_both_languages("flow", run["flow"]),
                "state": shown_state_of(run),
                "state_label": in_both_languages("state", shown_state_of(run)),
                "started_at": _utc(run["started_at"]),
                "counts": [
                    {"count": counts[name], "label": _lower(in_both_languages("outcome", name, run["flow"]))}
                    for name in Outcome
                    if counts.get(name)
                ],
                "reasons": reasons.get(run["run_id"], []),
                "message": "" if run["state"] == "Completed" and run["flow"] != "import_files" else run["message"],
                "url": f"{reports_url.rstrip('/')}/{page}" if reports_url and page else "",
            }
        )
    return lines


def incident_lines(incidents: Iterable[SameIncidents]) -> list[dict[str, Any]]:
    """What is open; of files, what somebody may do something about: the rest is no news."""
    shown = [each for each in incidents if each.stream in DOCUMENT_STREAMS or each.level != "info"]
    return [
        {
            "level": each.level,
            "level_label": in_both_languages("level", each.level),
            "where": in_both_languages("board_stream", each.stream),
            "reason": {language: text.reason for language, text in each.texts.items()},
            "remedy": {language: text.remedy for language, text in each.texts.items()},
            "keys": each.keys,
            "count": each.count,
            "since_at": _utc(each.since),
            "has_more": each.count > len(each.keys),
        }
        for each in shown[:_GROUPS_SHOWN]
    ]


def newest_states(runs: Iterable[Row]) -> list[str]:
    """How the newest run of each flow ended, plans left out; `runs` are the ledger's, newest first."""
    newest: dict[str, str] = {}
    for run in runs:
        if run["ended_at"] is not None and json.loads(run["parameters"]).get("dry_run") != "true":
            newest.setdefault(run["flow"], shown_state_of(run))
    return [*newest.values()]


def order_line(row: Row, reference: str) -> dict[str, Any]:
    """How far the order of this reference is: its number in the ERP, and why it is held or waits."""
    code = row["last_code"] or ""
    why = {}
    if code in catalogue("en"):
        why = {
            language: message(code, language, key=row["key"], value="…", detail="…").reason for language in LANGUAGES
        }
    return {
        "id": int(row["key"]),
        "reference": reference,
        # A module older than 1.1.2 knows no other word for what is not sent again, and passes over the next member.
        "state": "delivered" if row["state"] == "sent" else row["state"],
        "is_named": row["state"] != "sent",
        "erp_number": row["erp_number"] or "",
        "why": why,
        "changed_at": _utc(row["changed_at"]),
    }


def _utc(instant: Any) -> str:
    return f"{instant:%Y-%m-%dT%H:%M:%SZ}"


def _lower(both: Mapping[str, str]) -> dict[str, str]:
    return {language: text.lower() for language, text in both.items()}

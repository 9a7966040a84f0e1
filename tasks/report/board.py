"""The board of a shop: its runs, what waits for a person, rejected lines, files that came and are expected. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import Any

from markupsafe import Markup

from schemas.outcomes import Outcome
from schemas.shown_state import shown_state_of
from tasks.report.open_incidents import LEVELS, SameIncidents, verdict_of
from tasks.report.page import environment
from tasks.report.texts import TEMPLATES, Texts, texts

TREND_RUNS = 14
_WRITTEN = (Outcome.CREATED, Outcome.UPDATED, Outcome.DEACTIVATED)
_LATE_FACTOR = 2
_ENOUGH_FILES = 3


@dataclass(frozen=True, slots=True)
class RunBar:
    """One run in the trend of a flow: how high its bar is, in percent, its state, what a pointer shows."""

    height: float
    state: str
    title: str


@dataclass(frozen=True, slots=True)
class FlowLine:
    """One flow: its last run, and a small trend of those before."""

    flow: str
    state: str
    started_at: str
    counts: Mapping[str, int]
    page: str
    last_success: str
    trend: Sequence[RunBar]


@dataclass(slots=True)
class OpenGroup:
    """Open incidents that say the same of several keys."""

    level: str
    where: str
    reason: str
    remedy: str
    since: str
    keys: list[str] = field(default_factory=list)
    count: int = 0


@dataclass(frozen=True, slots=True)
class RejectsFile:
    """A file of rejected lines that waits for its correction."""

    name: str
    lines: int
    written_at: str


@dataclass(frozen=True, slots=True)
class StreamLine:
    """One stream: when its last file was imported, and when the next is expected."""

    stream: str
    last_at: str
    expected_at: str = ""
    is_late: bool = False


@dataclass(frozen=True, slots=True)
class Board:
    """Everything that the page shows; times are ISO 8601, UTC."""

    shop: str
    language: str
    time_zone: str
    written_at: str
    flows: Sequence[FlowLine] = ()
    open: Sequence[OpenGroup] = ()
    rejects: Sequence[RejectsFile] = ()
    streams: Sequence[StreamLine] = ()
    unclaimed: Sequence[str] = ()
    """Files in the drop folder that no stream takes."""

    @property
    def verdict(self) -> str:
        """How the shop stands, as a state of a run: the gravest that a person should look at."""
        waits = any(group.level == "error" for group in self.open) or self.rejects or self.unclaimed or self.is_late
        return verdict_of({line.state for line in self.flows}, waits=bool(waits))

    @property
    def is_late(self) -> bool:
        """Whether a file that was expected has not come."""
        return any(line.is_late for line in self.streams)


def flow_lines(
    runs: Iterable[Mapping[str, Any]], successes: Mapping[str, datetime], words: Texts, time_zone: str
) -> list[FlowLine]:
    """One line per flow, the newest run first; `runs` are the ledger's, newest first, plans left out.

    `successes`: when each flow last came to its end, however long ago.
    """
    by_flow: dict[str, list[Mapping[str, Any]]] = {}
    for run in runs:
        if run["state"] != "Planned" and json.loads(run["parameters"]).get("dry_run") != "true":
            by_flow.setdefault(run["flow"], []).append(run)
    return [_flow_line(flow, found, successes.get(flow), words, time_zone) for flow, found in by_flow.items()]


def _flow_line(
    flow: str, runs: Sequence[Mapping[str, Any]], success: datetime | None, words: Texts, time_zone: str
) -> FlowLine:
    newest = runs[0]
    counts = json.loads(newest["counts"])
    shown = [run for run in runs[:TREND_RUNS] if run["ended_at"] is not None]
    written = [_written(run) for run in shown]
    most = max(written, default=0) or 1
    bars = [
        RunBar(max(8.0, 100 * count / most), shown_state_of(run), _bar_title(run, count, words, time_zone))
        for run, count in zip(shown, written, strict=True)
    ]
    return FlowLine(
        flow,
        shown_state_of(newest),
        newest["started_at"].isoformat(),
        {name: counts[name] for name in ("rows_read", *Outcome) if counts.get(name)},
        (newest["report_path"] or "").replace("\\", "/").rpartition("/")[2],
        success.isoformat() if success else "",
        bars[::-1],
    )


def _bar_title(run: Mapping[str, Any], written: int, words: Texts, time_zone: str) -> str:
    begun, state = words.date(run["started_at"].isoformat(), time_zone), words.word("state", shown_state_of(run))
    return f"{begun}, {state}, {written}"


def _written(run: Mapping[str, Any]) -> int:
    counts = json.loads(run["counts"])
    return sum(counts.get(outcome, 0) for outcome in _WRITTEN)


def open_groups(incidents: Iterable[SameIncidents], language: str) -> list[OpenGroup]:
    """What is open, in one language."""
    return [
        OpenGroup(
            each.level,
            each.stream,
            each.texts[language].reason,
            each.texts[language].remedy,
            each.since.isoformat(),
            each.keys,
            each.count,
        )
        for each in incidents
    ]


def stream_line(stream: str, done_at: Sequence[datetime], now: datetime) -> StreamLine:
    """When the next file of a stream is expected, by the usual time between the last ones; late after twice that."""
    if not done_at:
        return StreamLine(stream, "")
    last = done_at[-1]
    gaps = [(after - before).total_seconds() for before, after in pairwise(done_at)]
    if len(gaps) < _ENOUGH_FILES:
        return StreamLine(stream, last.isoformat())
    usual = timedelta(seconds=max(median(gaps), 1))
    is_late = now - last > max(usual * _LATE_FACTOR, timedelta(hours=1))
    return StreamLine(stream, last.isoformat(), (last + usual).isoformat(), is_late)


def board_html(board: Board) -> str:
    """The page as text, in the shop's language."""
    words = texts(board.language)
    rows = {
        "b": board,
        "t": words,
        "css": Markup((TEMPLATES / "report.css").read_text("utf-8")),  # noqa: S704 - our own file, no outside text
        "levels": {level: [group for group in board.open if group.level == level] for level in LEVELS},
        "flow_name": lambda flow: texts(board.language, flow).word("flow", flow),
    }
    return environment().get_template("board.html.j2").render(rows)

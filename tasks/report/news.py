"""What of a run that has ended, or of a week, is worth a message, and its words: nothing personal. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b

from schemas.incidents import Incident, Level
from schemas.messages import message
from schemas.notify_settings import WEEK_DAYS, Notify, Occasion
from schemas.run_report import RunReport
from tasks.report.texts import Texts, texts

AGAIN_AFTER = timedelta(hours=24)
"""The same is told again after so long."""
_LINES = 5
_BAD = ("failure", "guard", "silence")
_TYPES: Mapping[Occasion, str] = {"failure": "failure", "guard": "warning", "rejects": "warning", "incident": "warning"}


@dataclass(frozen=True, slots=True)
class News:
    """One message: its occasion, a mark that is equal when the same is said again, title and text."""

    occasion: Occasion
    mark: str
    title: str
    body: str

    @property
    def type(self) -> str:
        """How it is shown, in apprise's words."""
        if self.occasion == "silence":
            return "warning"
        return _TYPES.get(self.occasion, "success" if self.occasion == "recovered" else "info")


@dataclass(frozen=True, slots=True)
class LastNews:
    """What was told last about a flow or stream."""

    occasion: str
    mark: str
    at: datetime


def is_news(news: News, last: LastNews | None, now: datetime) -> bool:
    """Whether it is not what was told last, or that was a day ago."""
    if last is None or (last.occasion, last.mark) != (news.occasion, news.mark):
        return True
    return news.occasion != "recovered" and now - last.at >= AGAIN_AFTER


def news_of_run(report: RunReport, incidents: Iterable[Incident], last: LastNews | None) -> News | None:
    """What a run that has ended says to people: None for one that went well after one that did, and for a plan."""
    if report.parameters.get("dry_run") == "true":
        return None
    words = texts(report.language, report.flow)
    errors = [incident for incident in incidents if incident.level is Level.ERROR]
    occasion = _occasion(report, errors, last)
    if occasion is None:
        return None
    title = words.filled(
        "notify", "title", shop=report.shop, flow=words.word("flow", report.flow), what=words.word("notify", occasion)
    )
    lines = [report.message, *_fault_lines(report, words), *_incident_lines(errors, report.language, words)]
    return News(occasion, _mark(report, errors), title, "\n".join(line for line in lines if line))


def _occasion(report: RunReport, errors: Sequence[Incident], last: LastNews | None) -> Occasion | None:
    if report.state == "Failed":
        return "failure"
    if report.state == "StoppedByGuard":
        return "guard"
    if report.state == "CompletedWithRejects":
        return "rejects"
    if errors:
        return "incident"
    return "recovered" if last is not None and last.occasion in _BAD else None


def _mark(report: RunReport, errors: Iterable[Incident]) -> str:
    """Equal for the same state with the same figures and incidents, whatever the day."""
    figures = [report.state, *(f"{name}={report.counts.get(name, 0)}" for name in ("rejected", "refused"))]
    figures += sorted(f"{one.code} {one.key}" for one in errors)
    return blake2b("\n".join(figures).encode(), digest_size=8).hexdigest()


def _fault_lines(report: RunReport, words: Texts) -> list[str]:
    """The most frequent faults by column; their reasons hold no value of a row."""
    faults = sorted(report.faults_by_column, key=lambda fault: -fault[2])[:_LINES]
    return [
        f"- {words.number(count)} " + (f"{column}{words.catalogue['colon']} " if column else "") + reason
        for column, reason, count in faults
    ]


def _incident_lines(errors: Sequence[Incident], language: str, words: Texts) -> list[str]:
    """The first incidents of level error by key, with what to do; what they say of the row is left out."""
    lines = []
    for one in errors[:_LINES]:
        text = message(one.code, language, **{"key": one.key} | dict.fromkeys(one.params, "…"))
        lines.append(f"- {one.key}{words.catalogue['colon']} {text.reason} {text.remedy}".replace("- : ", "- "))
    if len(errors) > _LINES:
        lines.append(words.filled("notify", "more", count=len(errors) - _LINES))
    return lines


def news_of_silence(shop: str, language: str, stream: str, last_at: datetime, hours: int, shown_at: str) -> News:
    """A stream has received no file for longer than it should."""
    words = texts(language)
    named = words.word("board_stream", stream)
    title = words.filled("notify", "title", shop=shop, flow=named, what=words.word("notify", "silence"))
    body = words.filled("notify", "silence_body", stream=named, hours=hours, at=shown_at)
    return News("silence", last_at.isoformat(), title, body)


@dataclass(frozen=True, slots=True)
class FlowWeek:
    """What one flow did in a week."""

    flow: str
    runs: int
    failed: int
    rows: int
    written: int
    behind: int


def news_of_week(
    shop: str, language: str, weeks: Sequence[FlowWeek], open_incidents: Mapping[str, int], mark: str
) -> News:
    """The weekly summary."""
    words = texts(language)
    title = words.filled("notify", "summary_title", shop=shop)
    lines = [
        words.filled(
            "notify",
            "summary_flow",
            flow=words.word("flow", week.flow),
            runs=words.number(week.runs),
            failed=words.number(week.failed),
            rows=words.number(week.rows),
            written=words.number(week.written),
            behind=words.number(week.behind),
        )
        for week in weeks
    ] or [words.word("notify", "summary_nothing")]
    if open_incidents:
        counted = ", ".join(f"{words.word('level', level).lower()} {count}" for level, count in open_incidents.items())
        lines.append(words.filled("notify", "summary_open", counted=counted))
    return News("summary", mark, title, "\n".join(lines))


def summary_is_due(settings: Notify, now: datetime, last: LastNews | None) -> str | None:
    """The mark of this week's summary if it is due; `now` in the shop's zone, from seven in the morning of the day."""
    if not settings.summary_on or "summary" not in settings.on:
        return None
    day = WEEK_DAYS.index(settings.summary_on)
    start = (now - timedelta(days=(now.weekday() - day) % 7)).date()
    if now.date() == start and now.hour < 7:  # noqa: PLR2004 - before people are at work
        return None
    return None if last is not None and last.mark == start.isoformat() else start.isoformat()

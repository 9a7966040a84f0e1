"""People are told what a run met, that files stay away, and how the week was; a message never stops a run."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl

from connectors.ledger import Ledger
from connectors.ledger.discretion import without_contacts
from connectors.notify import ping, send
from schemas.column_spec import WEB_SERVICE
from schemas.errors import PasserelleError
from schemas.incidents import Incident
from schemas.outcomes import Outcome
from schemas.run_report import RunReport
from tasks.report.news import (
    FlowWeek,
    LastNews,
    News,
    is_news,
    news_of_run,
    news_of_silence,
    news_of_week,
    summary_is_due,
)
from tasks.report.texts import texts
from tasks.run.secrets import resolve
from tasks.run.shop_folder import ShopFolder, open_shop_folder
from tasks.run.time_zone import local, time_zone_of, zone_named

logger = logging.getLogger(__name__)
_RUNS_READ = 2_000
_WEEK = timedelta(days=7)
_ALIVE = frozenset({"Completed", "CompletedWithRejects"})
_FILES_OF_A_HABIT = 3
"""What came once or twice, such as the stores, is not missed."""
_WRITTEN = (Outcome.CREATED, Outcome.UPDATED, Outcome.DEACTIVATED)
_BEHIND = (Outcome.REJECTED, Outcome.REFUSED)


async def notify_run(
    folder: ShopFolder, ledger: Ledger, report: RunReport, page: Path | None, incidents: Iterable[Incident] = ()
) -> None:
    """Tells people of a run that has ended, if it is news; what does not reach them costs a line in the log."""
    if not folder.settings.notify.to or report.parameters.get("dry_run") == "true":
        return
    with suppress(PasserelleError, OSError):
        last_news = _LastNews(folder)
        news = news_of_run(report, incidents, last_news.last(report.flow))
        if news is not None and is_news(news, last_news.last(report.flow), datetime.now(UTC)):
            await _deliver(folder, news, page)
            last_news.note(report.flow, news)
        elif news is None:
            last_news.forget(report.flow)
        await notify_what_is_due(folder, ledger)


async def ping_watch(shop: str, state: str | None) -> None:
    """Asks for `ping` of the shop's settings after a run that came to its end: the watch is rung where that ceases."""
    if state not in _ALIVE:
        return
    with suppress(PasserelleError, OSError):
        address = open_shop_folder(shop).settings.notify.ping
        if address is not None and (why := await ping(resolve(address))):
            logger.warning("The watch at %s was not reached: %s", address, why)


async def notify_what_is_due(folder: ShopFolder, ledger: Ledger) -> list[News]:
    """Tells of streams that stay silent, and how the week was when its day has come; the answer is what was told."""
    last_news, now = _LastNews(folder), datetime.now(UTC)
    sent = []
    for stream, news in [*_silence(folder, ledger, now), *_summary(folder, ledger, now, last_news)]:
        if is_news(news, last_news.last(stream), now):
            await _deliver(folder, news, None)
            last_news.note(stream, news)
            sent.append(news)
    return sent


async def send_test(folder: ShopFolder) -> list[str]:
    """Sends a message for trial; the answer is the names of the secrets whose addresses did not take it."""
    words = texts(folder.settings.shop.language)
    title = words.filled("notify", "test_title", shop=folder.name)
    return await _send(folder, News("summary", "", title, words.word("notify", "test_body")), None)


def _silence(folder: ShopFolder, ledger: Ledger, now: datetime) -> Iterable[tuple[str, News]]:
    hours = folder.settings.notify.silent_hours
    if not hours:
        return
    zone, language = time_zone_of(folder), folder.settings.shop.language
    for name, stream in folder.imports.streams.items():
        if not stream.enabled or stream.type == WEB_SERVICE:
            continue
        past = ledger.archived_since(folder.name, name, now - _WEEK * 8)
        if len(past) >= _FILES_OF_A_HABIT and now - past[-1][1] > timedelta(hours=hours):
            last = past[-1][1]
            yield f"stream {name}", news_of_silence(folder.name, language, name, last, hours, local(last, zone))


def _summary(folder: ShopFolder, ledger: Ledger, now: datetime, last_news: _LastNews) -> Iterable[tuple[str, News]]:
    zone = zone_named(time_zone_of(folder))
    mark = summary_is_due(folder.settings.notify, now.astimezone(zone), last_news.last("summary"))
    if mark is None:
        return
    runs = ledger.runs(folder.name, limit=_RUNS_READ).filter(pl.col("started_at") >= now - _WEEK)
    weeks = [_week(flow, runs.filter(pl.col("flow") == flow)) for flow in sorted(set(runs["flow"]))]
    levels = ledger.incidents(shop=folder.name, open_only=True)["level"].to_list()
    counted = {level: levels.count(level) for level in ("error", "retry") if level in levels}
    yield "summary", news_of_week(folder.name, folder.settings.shop.language, weeks, counted, mark)


def _week(flow: str, runs: pl.DataFrame) -> FlowWeek:
    counts: list[dict[str, int]] = [json.loads(text) for text in runs["counts"]]
    return FlowWeek(
        flow,
        runs.height,
        runs.filter(pl.col("state").is_in(["Failed", "Crashed"])).height,
        sum(one.get("rows_read", 0) for one in counts),
        sum(one.get(outcome, 0) for one in counts for outcome in _WRITTEN),
        sum(one.get(outcome, 0) for one in counts for outcome in _BEHIND),
    )


async def _deliver(folder: ShopFolder, news: News, page: Path | None) -> None:
    if news.occasion not in folder.settings.notify.on:
        return
    for name in await _send(folder, news, page):
        logger.warning("The message %r did not reach %s", news.title, name)


async def _send(folder: ShopFolder, news: News, page: Path | None) -> list[str]:
    settings = folder.settings.notify
    names = [str(name) for name in settings.to]
    addresses = [resolve(name) for name in names]
    attach = page if settings.attach_report else None
    body = "\n".join(map(without_contacts, news.body.splitlines())) + _where(folder, page)
    failed = await send(addresses, title=news.title, body=body, kind=news.type, attach=attach)
    return [names[position] for position in failed]


def _where(folder: ShopFolder, page: Path | None) -> str:
    if page is None:
        return ""
    url = folder.settings.reports.url.rstrip("/")
    return f"\n{url}/{page.name}" if url else f"\n{page}"


class _LastNews:
    """What was told last, by flow or stream, in a file beside the snapshots."""

    def __init__(self, folder: ShopFolder) -> None:
        self._path = folder.snapshots / "notified.json"
        self._known: dict[str, Any] = {}
        with suppress(OSError, ValueError):
            self._known = json.loads(self._path.read_text(encoding="utf-8"))

    def last(self, about: str) -> LastNews | None:
        known = self._known.get(about)
        try:
            return LastNews(known["occasion"], known["mark"], datetime.fromisoformat(known["at"])) if known else None
        except (KeyError, TypeError, ValueError):
            return None

    def note(self, about: str, news: News) -> None:
        now = datetime.now(UTC).isoformat()
        self._known[about] = {"occasion": news.occasion, "mark": news.mark, "at": now}
        self._write()

    def forget(self, about: str) -> None:
        if self._known.pop(about, None) is not None:
            self._write()

    def _write(self) -> None:
        with suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._path.write_text(json.dumps(self._known), encoding="utf-8")

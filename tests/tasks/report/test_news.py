"""What is worth a message, once, in words that name nobody."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from schemas.incidents import Incident, Level
from schemas.notify_settings import Notify
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

NOW = datetime(2026, 11, 30, 6, 0, tzinfo=UTC)
HELD = Incident(Level.ERROR, "order_country_not_associated", "order", "17", params={"value": "Quatrebarbes"})


def a_report(**told: Any) -> RunReport:
    given = {"state": "Completed", "message": "3 rows read.", "counts": {"rows_read": 3, "rejected": 0}} | told
    return RunReport("id", "import_products", "Maison Lenoir", given.pop("language", "en"), NOW.isoformat(), **given)


def occasion_of(report: RunReport, last: LastNews | None = None, incidents: tuple[Incident, ...] = ()) -> str | None:
    news = news_of_run(report, incidents, last)
    return None if news is None else news.occasion


@pytest.mark.parametrize(
    ("state", "occasion"),
    [("Failed", "failure"), ("StoppedByGuard", "guard"), ("CompletedWithRejects", "rejects"), ("Completed", None)],
)
def test_each_state_has_its_occasion(state: str, occasion: str | None) -> None:
    assert occasion_of(a_report(state=state)) == occasion


def test_a_plan_is_no_news() -> None:
    assert occasion_of(a_report(state="StoppedByGuard", parameters={"dry_run": "true"})) is None


def test_what_waits_for_a_person_is_news_although_all_rows_are_done() -> None:
    assert occasion_of(a_report(), incidents=(HELD,)) == "incident"


def test_after_a_failure_the_first_good_run_says_so_and_the_second_says_nothing() -> None:
    assert occasion_of(a_report(), LastNews("failure", "m", NOW)) == "recovered"
    assert occasion_of(a_report(), LastNews("recovered", "m", NOW)) is None


def test_the_same_is_told_again_only_after_a_day() -> None:
    news = News("failure", "m", "t", "b")
    assert is_news(news, None, NOW)
    assert not is_news(news, LastNews("failure", "m", NOW - timedelta(hours=1)), NOW)
    assert is_news(news, LastNews("failure", "m", NOW - timedelta(hours=25)), NOW)
    assert is_news(news, LastNews("failure", "other", NOW), NOW)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_text_names_faults_and_remedies_and_no_value_of_a_row(language: str) -> None:
    faults = [("price", "not a number", 12)]
    report = a_report(state="CompletedWithRejects", language=language, faults_by_column=faults)
    news = news_of_run(report, [HELD], None)
    assert news is not None
    assert "Maison Lenoir" in news.title
    assert "12 price" in news.body
    assert "17" in news.body
    assert "Quatrebarbes" not in news.body


def test_equal_figures_have_an_equal_mark_and_others_another() -> None:
    marks = [
        news.mark
        for count in (1, 1, 2)
        if (news := news_of_run(a_report(state="CompletedWithRejects", counts={"rejected": count}), [], None))
    ]
    assert marks[0] == marks[1] != marks[2]


@pytest.mark.parametrize("language", ["en", "fr"])
def test_silence_and_the_week_have_their_words(language: str) -> None:
    silence = news_of_silence("boutique", language, "stock", NOW, 26, "2026-11-29 07:00")
    assert "26" in silence.body
    week = news_of_week("boutique", language, [FlowWeek("import_stock", 7, 1, 700, 50, 3)], {"error": 2}, "m")
    assert "700" in week.body
    assert "{" not in silence.title + silence.body + week.title + week.body


@pytest.mark.parametrize(
    ("now", "last", "mark"),
    [
        (datetime(2026, 11, 30, 6, 59, tzinfo=UTC), None, None),
        (datetime(2026, 11, 30, 7, 0, tzinfo=UTC), None, "2026-11-30"),
        (datetime(2026, 12, 3, 1, 0, tzinfo=UTC), None, "2026-11-30"),
        (datetime(2026, 12, 3, 1, 0, tzinfo=UTC), LastNews("summary", "2026-11-30", NOW), None),
    ],
)
def test_the_summary_comes_once_a_week_from_seven_on(now: datetime, last: LastNews | None, mark: str | None) -> None:
    assert summary_is_due(Notify(), now, last) == mark
    assert summary_is_due(Notify(summary_on=""), now, last) is None

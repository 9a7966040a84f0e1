"""The report: what came in and where it ended, readable offline, in both languages, and safe to open."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from schemas.outcomes import Outcome
from schemas.run_report import (
    FileReport,
    GuardCheck,
    IncidentReport,
    PlannedChange,
    StepReport,
)
from tasks.report.charts import side_by_side, stacked, waterfall
from tasks.report.page import REJECTS_SHOWN, CompiledTemplates, environment, headline_of, html, write_report
from tasks.report.progress import watched_by
from tasks.report.texts import LANGUAGES, TEMPLATES, texts
from tests.tasks.report.pages import COUNTS, Page, a_reject, a_report, seen


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("state", ["Completed", "CompletedWithRejects", "StoppedByGuard", "Failed", "Planned", ""])
def test_every_state_has_its_words_in_both_languages(language: str, state: str) -> None:
    page = seen(a_report(language=language, state=state))
    words = texts(language)
    assert words.word("state", state) in page
    assert words.word("headline", state) in page


def test_the_page_asks_for_nothing_outside_itself() -> None:
    page = html(a_report(rejects=[a_reject(1)], steps=[StepReport("plan stock", 1.5)]), json_name="figures.json")
    addresses = [given[name] for _, given in Page(page).tags for name in ("src", "href", "action") if name in given]
    assert sorted(str(address) for address in addresses) == ["#figures", "figures.json", "index.html"]
    assert "url(" not in page
    assert "@import" not in page
    assert "<script" not in page


def test_what_a_file_holds_is_shown_and_never_executed() -> None:
    evil = "</td><script>alert(1)</script>"
    report = a_report(
        shop=evil,
        rejects=[a_reject(1, value=evil, key=evil, reason=evil, remedy=evil, column=evil)],
        files=[FileReport(evil, "done", note=evil)],
        incidents=[IncidentReport("error", evil, evil, evil)],
        plan=[PlannedChange(evil, evil, "update", ((evil, evil, evil),))],
        faults_by_column=[(evil, evil, 1)],
        ignored_by_reason={evil: 1},
        beyond_rows={evil: 1},
        parameters={evil: evil},
        steps=[StepReport(evil, 1)],
        message=evil,
    )
    tags = [tag for tag, _ in Page(html(report)).tags]
    assert "script" not in tags
    assert seen(report).count(evil) >= 14


def test_every_tag_is_closed_and_every_chart_is_named_or_hidden() -> None:
    page = Page(html(a_report(guard=[GuardCheck("zeroed", 1, 10, 0.1, 0.3, tripped=False)], rejects=[a_reject(1)])))
    assert page.open == []
    for tag, given in page.tags:
        if tag == "svg":
            assert given.get("aria-hidden") == "true" or given.get("role") == "img"
        if tag == "th":
            assert given.get("scope") in {"col", "row"}


def test_the_first_rejects_are_shown_with_how_many_more_and_where() -> None:
    rejects = [a_reject(number) for number in range(REJECTS_SHOWN + 40)]
    files = [FileReport("product.csv", "done", rejects_file="rejects/product.csv")]
    page = seen(a_report(rejects=rejects, rejects_total=1280, files=files))
    assert f"The first {REJECTS_SHOWN} of 1,280 faults. All the rejected lines are in rejects/product.csv." in page
    assert f"REF{REJECTS_SHOWN - 1} " in page
    assert f"REF{REJECTS_SHOWN} " not in page


def test_all_rejects_shown_says_nothing_of_more() -> None:
    assert "of 1 faults" not in seen(a_report(rejects=[a_reject(1)], rejects_total=1))


def test_figures_are_written_as_the_language_writes_them() -> None:
    counts = COUNTS | {"rows_read": 12034, "unchanged": 11994}
    assert "12,034 rows read, 12,034 accounted for." in seen(a_report(counts=counts))
    french = seen(a_report(language="fr", counts=counts))
    assert "12\u202f034 lignes lues" in french
    assert "21 novembre 2026, 06:30 UTC" in french
    assert "21 novembre 2026, 07:30" in seen(a_report(language="fr", time_zone="Europe/Paris"))


def test_rows_that_ended_nowhere_are_said_aloud() -> None:
    page = seen(a_report(state="Completed", counts=COUNTS | {"rows_read": 123}))
    assert "3 are not accounted for" in page


def test_a_failed_run_says_that_the_next_one_takes_up_the_rest() -> None:
    page = seen(a_report(state="Failed", message="the shop is closed", counts={"rows_read": 5}))
    assert "the shop is closed" in page
    assert "The next run takes them up again" in page
    assert "fault of Passerelle" not in page


def test_a_stopped_guard_shows_its_figures_and_how_to_accept_them() -> None:
    guard = [
        GuardCheck("deactivated", 4100, 11800, 0.347, 0.1, tripped=True),
        GuardCheck("zeroed", 120, 11800, 0.0102, 0.3, tripped=False),
    ]
    report = a_report(state="StoppedByGuard", guard=guard, parameters={"shop": "/srv/my shops/lenoir"})
    page = seen(report)
    assert "4,100 11,800 34.7% 10.0%" in page
    assert "passerelle run import_products --shop '/srv/my shops/lenoir' --accept-guard" in page
    assert page.index("Guards") < page.index("What came in")


def test_a_dry_run_shows_every_field_from_old_to_new() -> None:
    plan = [
        PlannedChange("REF1", "product", "update", (("price", "41.66", "49.17"), ("weight", "0.2", ""))),
        PlannedChange("REF2", "combination", "create", (("ean13", "", "3760000000017"),)),
    ]
    page = seen(a_report(state="Planned", plan=plan, plan_total=2))
    assert "price 41.66 → 49.17" in page
    assert "weight 0.2 → empty" in page
    assert "ean13 3760000000017" in page
    assert "To create" in page


def test_a_run_without_files_says_so() -> None:
    page = seen(a_report(state="Completed", counts={"rows_read": 0}))
    assert "No file was waiting." in page
    assert "there was nothing to do" in page


def test_incidents_come_with_the_most_pressing_first() -> None:
    incidents = [IncidentReport(level, f"K-{level}", "reason", "remedy") for level in ("info", "retry", "error")]
    page = seen(a_report(incidents=incidents, incidents_total=3))
    assert page.index("K-error") < page.index("K-retry") < page.index("K-info")


def test_a_huge_value_does_not_make_a_huge_page() -> None:
    assert len(html(a_report(rejects=[a_reject(1, value="x" * 1_000_000)]))) < 60_000


def test_the_page_and_its_figures_lie_side_by_side(tmp_path: Path) -> None:
    report = a_report(rejects=[a_reject(1)])
    page = write_report(report, tmp_path)
    assert page.name == "20261121-063002-import-products-0a1b2c3d.html"
    figures = json.loads(page.with_suffix(".json").read_text("utf-8"))
    assert figures["counts"] == COUNTS
    assert figures["rejects"][0]["value"] == "12,3,4"
    assert f'href="{page.with_suffix(".json").name}"' in page.read_text("utf-8")
    assert sorted(path.suffix for path in page.parent.iterdir()) == [".html", ".json"]


def test_no_code_is_read_from_the_shop_s_folder(tmp_path: Path) -> None:
    """Whatever lies where compiled templates once did: a pickle there would run as whoever runs Passerelle."""
    environment.cache_clear()
    first = write_report(a_report(), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["reports"]
    kept = environment().bytecode_cache
    assert isinstance(kept, CompiledTemplates)
    assert Path(kept.directory).parent == TEMPLATES
    assert first.exists()


def test_whoever_watches_is_told_where_the_report_lies(tmp_path: Path) -> None:
    class Watcher:
        pages: list[Path] = []  # noqa: RUF012 - one watcher, one list

        def advanced(self, step: str, done: int, total: int | None) -> None: ...

        def reported(self, page: Path) -> None:
            self.pages.append(page)

    with watched_by(Watcher()):
        page = write_report(a_report(), tmp_path)
    assert Watcher.pages == [page]


def test_every_outcome_has_its_colour_and_its_words() -> None:
    css = (TEMPLATES / "report.css").read_text("utf-8")
    for outcome in Outcome:
        assert f".fill-{outcome} " in css
        for language in LANGUAGES:
            for section in ("outcome", "outcome_hint", "planned", "planned_hint"):
                assert outcome.value in texts(language).catalogue[section]


def test_a_part_of_a_bar_is_always_wide_enough_to_be_seen() -> None:
    bars = stacked({"unchanged": 1_000_000, "rejected": 1, "created": 0})
    assert [bar.label for bar in bars] == ["unchanged", "rejected"]
    assert bars[1].width > 0.5
    assert bars[1].start + bars[1].width == pytest.approx(100)


def test_steps_follow_one_another() -> None:
    bars = waterfall([("read", 1.0), ("plan", 3.0)])
    assert [(bar.start, bar.width) for bar in bars] == [(0, 25), (25, 75)]


def test_charts_of_nothing_are_empty() -> None:
    assert stacked({}) == []
    assert side_by_side([]) == []
    assert [bar.width for bar in waterfall([("read", 0.0)])] == [0]


@pytest.mark.parametrize(
    ("share", "said"), [(0, "0%"), (1, "100%"), (0.5, "50.0%"), (0.0001, "< 0.1%"), (0.99999, "> 99.9%")]
)
def test_a_share_is_never_rounded_to_all_or_nothing(share: float, said: str) -> None:
    assert texts("en").share(share) == said


@pytest.mark.parametrize(
    ("seconds", "said"), [(0, "0.00 s"), (0.004, "< 0.01 s"), (0.42, "0.42 s"), (12.34, "12.3 s"), (245, "4 min 05 s")]
)
def test_durations_are_written_for_people(seconds: float, said: str) -> None:
    assert texts("en").duration(seconds) == said


def test_an_unknown_language_is_english() -> None:
    assert texts("de").code == "en"


def test_an_export_speaks_of_the_erp_and_of_no_files() -> None:
    page = seen(a_report(flow="export_orders", state="Completed"))
    assert "Orders export" in page
    assert "Everything that was due is in the ERP." in page
    assert "new in the ERP" in page
    assert "What came in" not in page


def test_a_flow_that_asks_the_erp_speaks_of_no_files_and_an_export_of_no_shop_that_is_as_wanted() -> None:
    asked = {"dry_run": "true", "erp": "cegid production"}
    page = seen(a_report(flow="import_order_statuses", state="Completed", parameters=asked))
    assert "Everything that the ERP says is on the shop." in page
    assert "What came in" not in page
    planned = seen(a_report(flow="export_orders", state="Planned", parameters=asked))
    assert "Nothing to hand over: the ERP has all that may go." in planned
    assert "the shop is already as wanted" not in planned


@pytest.mark.parametrize(("statuses", "headline"), [(["refused"], "FilesRefused"), (["refused", "done"], "Failed")])
def test_a_run_whose_every_file_was_refused_does_not_ask_to_be_started_again(
    statuses: list[str], headline: str
) -> None:
    files = [FileReport(name=f"{number}.csv", status=status) for number, status in enumerate(statuses)]
    assert headline_of(a_report(state="Failed", files=files)) == headline


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_run_that_is_done_and_waits_for_a_person_says_so(language: str) -> None:
    incidents = [IncidentReport("error", "17", "changed", "look")]
    page = seen(a_report(language=language, state="Completed", incidents=incidents))
    assert texts(language).word("state", "CompletedWithIncidents") in page
    assert texts(language).word("headline", "CompletedWithIncidents") in page


def test_what_came_in_and_what_was_left_behind_can_be_taken_from_the_page() -> None:
    file = FileReport("a.csv", "done", 3, archived_as="archives/2026-11-29/a b.csv", rejects_file="rejects/a.csv")
    page = html(a_report(files=[file], plan=[PlannedChange("k", "product", "create")], plan_file="reports/p.plan.csv"))
    links = {given["href"] for tag, given in Page(page).tags if tag == "a"}
    assert {"../archives/2026-11-29/a%20b.csv", "../rejects/a.csv", "../reports/p.plan.csv"} <= links

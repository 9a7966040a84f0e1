"""The board: how the shop stands, what waits, how runs went, which file is late; the same in both languages."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tasks.report.board import Board, OpenGroup, RejectsFile, board_html, flow_lines, open_groups, stream_line
from tasks.report.open_incidents import same_incidents
from tasks.report.texts import texts
from tasks.run.write_board import rejects_lines
from tests.tasks.report.pages import Page

NOW = datetime(2026, 11, 30, 6, 0, tzinfo=UTC)
WORDS = texts("en")
LONG_AGO = [NOW - timedelta(days=days) for days in (9, 8, 7, 6)]


def test_a_place_that_has_a_part_of_its_own_is_said_by_its_word_and_the_part() -> None:
    assert texts("fr").word("board_stream", "reconcile/2026-11") == "Rapprochement 2026-11"
    assert texts("en").word("board_stream", "product") == "Products"
    assert texts("en").word("board_stream", "some/thing_else") == "some/thing else"


def a_run(**told: Any) -> dict[str, Any]:
    given = {
        "run_id": "1",
        "flow": "import_stock",
        "state": "Completed",
        "started_at": NOW,
        "ended_at": NOW + timedelta(seconds=9),
        "parameters": "{}",
        "counts": json.dumps({"rows_read": 9, "updated": 3, "created": 0}),
        "report_path": "/srv/boutique/reports/page.html",
    }
    return given | told


def an_incident(**told: Any) -> dict[str, Any]:
    given = {
        "run_id": "1",
        "level": "error",
        "code": "order_country_not_associated",
        "stream": "order",
        "key": "17",
        "params": '{"value": "IT"}',
        "recorded_at": NOW,
    }
    return given | told


def a_board(**told: Any) -> Board:
    return Board(
        **({"shop": "Maison Lenoir", "language": "en", "time_zone": "Europe/Paris"} | told), written_at=NOW.isoformat()
    )


def test_a_flow_shows_its_newest_run_and_the_trend_with_the_newest_on_the_right() -> None:
    failed = a_run(state="Failed", counts="{}", started_at=NOW - timedelta(hours=1))
    [line] = flow_lines([a_run(), failed], {"import_stock": NOW - timedelta(days=90)}, WORDS, "UTC")
    assert line.last_success == (NOW - timedelta(days=90)).isoformat()
    assert (line.state, line.page) == ("Completed", "page.html")
    assert line.counts == {"rows_read": 9, "updated": 3}
    assert [bar.state for bar in line.trend] == ["Failed", "Completed"]
    assert line.trend[1].height == 100.0


def test_a_run_that_waits_for_a_person_is_called_so_and_the_shop_is_not_said_to_be_well() -> None:
    asks = a_run(counts=json.dumps({"rows_read": 9, "to_resolve": 2}))
    [line] = flow_lines([asks], {}, WORDS, "UTC")
    assert line.state == line.trend[0].state == "CompletedWithIncidents"
    assert "Completed, something to settle" in line.trend[0].title
    assert "to_resolve" not in line.counts
    assert a_board(flows=[line]).verdict == "CompletedWithRejects"
    assert Page(board_html(a_board(flows=[line]))).text.count("Completed, something to settle") == 1


def test_a_plan_is_no_run_of_the_board() -> None:
    assert flow_lines([a_run(state="Planned"), a_run(parameters='{"dry_run": "true"}')], {}, WORDS, "UTC") == []


def test_what_is_open_is_grouped_by_what_it_says_and_the_gravest_comes_first() -> None:
    rows = [an_incident(level="info", code="waiting"), an_incident(key="18"), an_incident()]
    groups = open_groups(same_incidents(rows, {"1"}), "en")
    assert [(group.level, group.count, group.keys) for group in groups] == [
        ("error", 2, ["18", "17"]),
        ("info", 1, ["17"]),
    ]


def test_what_an_earlier_run_said_of_a_file_is_past_and_of_an_order_is_not() -> None:
    rows = [an_incident(run_id="0", stream="product"), an_incident(run_id="0")]
    assert [group.where for group in open_groups(same_incidents(rows, {"1"}), "en")] == ["order"]


def test_a_file_is_late_after_twice_its_usual_time() -> None:
    daily = [NOW - timedelta(days=days) for days in (6, 5, 4, 3)]
    line = stream_line("stock", daily, NOW)
    assert (line.is_late, line.expected_at) == (True, (NOW - timedelta(days=2)).isoformat())
    assert not stream_line("stock", daily, NOW - timedelta(days=2)).is_late
    assert stream_line("stock", daily[:2], NOW).expected_at == ""
    assert stream_line("stock", [], NOW).last_at == ""


@pytest.mark.parametrize(
    ("told", "verdict"),
    [
        ({}, "Completed"),
        ({"flows": flow_lines([a_run(state="Failed")], {}, WORDS, "UTC")}, "Failed"),
        ({"flows": flow_lines([a_run(state="StoppedByGuard")], {}, WORDS, "UTC")}, "StoppedByGuard"),
        ({"rejects": [RejectsFile("product.rejects.csv", 3, NOW.isoformat())]}, "CompletedWithRejects"),
        ({"open": [OpenGroup("error", "order", "r", "m", NOW.isoformat())]}, "CompletedWithRejects"),
        ({"open": [OpenGroup("retry", "order", "r", "m", NOW.isoformat())]}, "Completed"),
        ({"unclaimed": ["articles.csv belongs to no stream."]}, "CompletedWithRejects"),
        (
            {"streams": [stream_line("stock", [NOW - timedelta(days=d) for d in (9, 8, 7, 6)], NOW)]},
            "CompletedWithRejects",
        ),
    ],
)
def test_the_shop_stands_as_its_gravest_part(told: dict[str, Any], verdict: str) -> None:
    assert a_board(**told).verdict == verdict


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_page_shows_it_all_in_the_shops_language_and_time_and_asks_for_nothing_outside(language: str) -> None:
    evil = "</td><script>alert(1)</script>"
    page = board_html(
        a_board(
            language=language,
            shop=evil,
            flows=flow_lines(
                [a_run(flow=flow) for flow in ("import_stock", "import_files")], {}, texts(language), "UTC"
            ),
            open=[OpenGroup(level, "order", evil, evil, NOW.isoformat(), [evil], 9) for level in ("error", "info")],
            rejects=[RejectsFile("product.rejects.csv", 3, NOW.isoformat())],
            streams=[stream_line("stock", [NOW], NOW)],
            unclaimed=[evil],
        )
    )
    seen = Page(page)
    assert "script" not in {tag for tag, _ in seen.tags}
    assert texts(language).word("board_verdict", "CompletedWithRejects") in seen.text
    assert "07:00" in seen.text
    assert {given["href"] for tag, given in seen.tags if tag == "a"} == {
        "#runs",
        "../rejects/product.rejects.csv",
        "page.html",
    }


def test_what_is_wrong_with_a_whole_file_names_the_file() -> None:
    told = {"code": "file_without_rows", "stream": "product", "key": "", "params": "{}"}
    rows = [an_incident(**told, file="product_2.csv"), an_incident(**told, file="product_1.csv")]
    [group] = open_groups(same_incidents(rows, {"1"}), "fr")
    assert (group.keys, group.count) == (["product_2.csv", "product_1.csv"], 2)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-32"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_the_lines_of_a_rejects_file_are_counted_whatever_its_encoding(tmp_path: Path, encoding: str, end: str) -> None:
    rejects = tmp_path / "rejects"
    rejects.mkdir()
    lines = ["reference;motif;remède", "A;vide;remplir", "B;vide;remplir"]
    for name, text in (("closed", end.join([*lines, ""])), ("open", end.join(lines))):
        (rejects / f"{name}.rejects.csv").write_bytes(text.encode(encoding))
        assert rejects_lines(rejects / f"{name}.rejects.csv") == 2

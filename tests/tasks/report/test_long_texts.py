"""What the report says in sentences is read whole."""

from __future__ import annotations

import pytest
from markupsafe import escape

from schemas.messages import LANGUAGES, message
from schemas.run_report import IncidentReport
from tasks.report.page import html
from tests.tasks.report.pages import a_report


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_an_undo_leaves_undone_is_read_whole_and_a_value_without_end_is_cut(language: str) -> None:
    limits = message("undo_limits_product", language)
    endless = message("undo_changed_since", language, value="A", detail="x" * 20_000)
    told = [IncidentReport("info", "", limits.reason, limits.remedy)]
    told.append(IncidentReport("error", "A", endless.reason, endless.remedy))
    page = html(a_report(language=language, incidents=told, incidents_total=2))
    assert escape(limits.reason) in page.replace("\u00a0", " ")
    assert "x" * 1_000 in page
    assert "x" * 2_000 not in page

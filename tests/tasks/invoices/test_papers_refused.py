"""When a PDF that the ERP did not give is asked for again."""

from __future__ import annotations

from datetime import timedelta

from tasks.invoices.papers_refused import delay_after


def test_thedelay_after_doubles_until_it_is_some_four_weeks() -> None:
    delays = [delay_after(tries) for tries in range(1, 9)]
    assert delays[:3] == [timedelta(hours=20), timedelta(hours=40), timedelta(hours=80)]
    assert delays[-3:] == [timedelta(hours=640)] * 3

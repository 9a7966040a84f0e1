"""Which incidents of a run its report shows, where there are more of them than it has room for."""

from __future__ import annotations

from schemas.incidents import Incident, Level
from tasks.run.conclude import INCIDENTS_SHOWN, shown_of


def test_what_a_person_must_settle_is_never_among_the_incidents_left_out() -> None:
    many = [Incident(Level.INFO, "waiting", "order", str(number)) for number in range(INCIDENTS_SHOWN)]
    last = Incident(Level.ERROR, "order_country_not_associated", "order", "17")
    shown = shown_of([*many, last])
    assert shown == [last, *many[: INCIDENTS_SHOWN - 1]]

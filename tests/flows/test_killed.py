"""Killed, and answers lost: one file, so that what each act comes to undisturbed is found out once.

Two acts are played by `make test`, the others by `make slow`; `make chaos` kills every act a hundred times.
"""

from __future__ import annotations

import pytest

from tests.campaigns.document_acts import FILE_ACTS, RETURN_STATUSES, SALES
from tests.campaigns.erp_file_acts import DOCUMENTS, INVOICES
from tests.campaigns.faults import lost_writes
from tests.campaigns.flat_acts import CUSTOMERS, LANE, PRICE_LANE, PRICES, PRODUCT_LANE, STORES
from tests.campaigns.kills import Moment, killed_and_run_again
from tests.campaigns.stage import FIRST_DAY, SECOND_DAY, STOCK, Act, Stage

pytestmark = [pytest.mark.slow, pytest.mark.prefect]
HALF_A_REPORT = Moment("touch", -9)
BEFORE_THE_FILE_MOVES = Moment("touch", -5)
AFTER_THE_FILE_MOVED = Moment("touch", -4)


@pytest.mark.parametrize(
    ("act", "moments"),
    [
        pytest.param(FIRST_DAY, (Moment("write", 3), Moment("during", 9)), marks=pytest.mark.always),
        pytest.param(STOCK, (Moment("during", 1), Moment("write", 2)), marks=pytest.mark.always),
        (SECOND_DAY, (Moment("during", 4),)),
        (LANE, (Moment("write", 3),)),
        (PRODUCT_LANE, (Moment("during", 7), Moment("write", 2))),
        (STORES, (Moment("write", 2),)),
        (CUSTOMERS, (Moment("during", 1),)),
        (PRICES, (Moment("during", 2),)),
        (PRICE_LANE, (Moment("during", 1), Moment("write", 2))),
        (SALES, (Moment("during", 1),)),
        (RETURN_STATUSES, (Moment("write", 1),)),
        (INVOICES, (Moment("during", 1),)),
        (DOCUMENTS, (Moment("write", 1), Moment("during", 2))),
    ],
    ids=lambda given: given.name if isinstance(given, Act) else "",
)
def test_killed_while_it_writes_and_run_again_it_ends_as_if_undisturbed(
    stage: Stage, act: Act, moments: tuple[Moment, ...]
) -> None:
    killed = killed_and_run_again(stage, act, moments)
    assert killed.kills == len(moments)
    assert killed.broken == []


@pytest.mark.parametrize("moment", [HALF_A_REPORT, BEFORE_THE_FILE_MOVES, AFTER_THE_FILE_MOVED], ids=str)
def test_killed_while_it_concludes_and_run_again_every_file_is_archived_and_told_once(
    stage: Stage, moment: Moment
) -> None:
    killed = killed_and_run_again(stage, SECOND_DAY, (moment,))
    assert killed.kills == 1
    assert killed.broken == []


@pytest.mark.parametrize("act", FILE_ACTS, ids=lambda act: act.name)
def test_a_lost_answer_of_every_kind_of_write_of_another_stream_makes_nothing_twice(stage: Stage, act: Act) -> None:
    lost = lost_writes(stage, act, "reset-after")
    assert lost.struck > 0
    assert lost.broken == []

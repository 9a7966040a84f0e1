from __future__ import annotations

import pytest

from tests.campaigns import order_faults, order_totals
from tests.campaigns.generated_orders import made
from tests.campaigns.kills import Moment
from tests.campaigns.order_kills import killed_and_run_again
from tests.campaigns.order_stage import ACTS, ORDERS, RETURNS, OrderAct, OrderStage

pytestmark = pytest.mark.prefect

SEED = 1


@pytest.fixture(scope="module")
def order_stage(prefect_api: str, tmp_path_factory: pytest.TempPathFactory) -> OrderStage:
    return OrderStage(tmp_path_factory.mktemp("order-stage"), prefect_api)


@pytest.mark.slow
@pytest.mark.always
@pytest.mark.parametrize(
    ("act", "moments"),
    [(ORDERS, (Moment("during", 9), Moment("after", 12))), (RETURNS, (Moment("during", 6),))],
    ids=lambda given: given.name if isinstance(given, OrderAct) else "",
)
def test_killed_on_the_way_to_the_erp_and_run_again_everything_is_there_once(
    order_stage: OrderStage, act: OrderAct, moments: tuple[Moment, ...]
) -> None:
    killed = killed_and_run_again(order_stage, act, moments)
    assert killed.kills == len(moments)
    assert killed.broken == []


@pytest.mark.slow
@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.name)
def test_faults_of_shop_and_erp_change_nothing_of_how_it_ends(order_stage: OrderStage, act: OrderAct) -> None:
    assert order_faults.by_chance(order_stage, act, SEED, runs=1).broken == []


@pytest.mark.slow
def test_generated_orders_are_in_the_erp_to_the_cent(order_stage: OrderStage) -> None:
    long = next(number for number in range(400) if len(made(SEED, number).lines) > 150)
    numbers = [long, *range(1000, 1030)]
    assert order_totals.campaign(order_stage.place / "totals", order_stage.api_url, SEED, numbers) == []

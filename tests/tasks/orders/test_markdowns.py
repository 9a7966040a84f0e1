from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from schemas.documents import Order, OrderLine
from tasks.orders.translate.markdowns import SpecificPrice, price_of
from tests.connectors.cegid.shop_orders import PLACED_AT, line, order

DAY = timedelta(days=1)
SOLD = line(
    1,
    "A",
    2,
    "19.20",
    gross_unit_price_tax_incl=Decimal("12.00"),
    gross_unit_price_tax_excl=Decimal("10.00"),
)
AS_IT_WAS = replace(SOLD, gross_unit_price_tax_incl=None, gross_unit_price_tax_excl=None)


def price(id_: int = 7, **more: Any) -> SpecificPrice:
    given: dict[str, Any] = {
        "id_product": 1,
        "id_combination": 0,
        "id_customer": 0,
        "id_group": 0,
        "currency": "",
        "country": "",
        "from_quantity": 1,
        "starts_at": None,
        "ends_at": None,
        "price_tax_excl": None,
        "percent": Decimal(20),
        "amount": Decimal(0),
        "amount_with_tax": True,
    }
    return SpecificPrice(id_, **given | more)


def found(*prices: SpecificPrice, of: OrderLine = SOLD, placed: Order | None = None) -> int | None:
    price = price_of(placed or order(of), of, prices)
    return None if price is None else price.id


def test_the_price_that_gives_the_reduction_of_the_line_is_the_one() -> None:
    assert found(price(1, percent=Decimal(30)), price(2), price(3, percent=Decimal(0), amount=Decimal(5))) == 2


@pytest.mark.parametrize(
    "other",
    [
        {"id_product": 2},
        {"id_combination": 4},
        {"id_customer": 99},
        {"id_group": 4},
        {"currency": "GBP"},
        {"country": "BE"},
        {"from_quantity": 3},
        {"starts_at": PLACED_AT + DAY},
        {"ends_at": PLACED_AT - DAY},
    ],
)
def test_a_price_of_another_case_is_none(other: dict[str, Any]) -> None:
    assert found(price(**other)) is None


def test_a_price_that_has_ended_since_still_explains_an_order_of_its_days() -> None:
    assert found(price(starts_at=PLACED_AT - DAY, ends_at=PLACED_AT + DAY)) == 7


def test_of_several_the_one_for_the_fewest_cases_applied() -> None:
    narrow = price(1, id_customer=1563)
    assert found(price(2), narrow, price(3)) == 1


@pytest.mark.parametrize(("amount", "with_tax"), [("2.40", True), ("2.00", False)])
def test_a_reduction_in_money_counts_with_or_without_tax(amount: str, with_tax: bool) -> None:
    one = price(percent=Decimal(0), amount=Decimal(amount), amount_with_tax=with_tax)
    assert found(one) == 7
    assert found(replace(one, amount_with_tax=not with_tax)) is None


def test_a_new_price_is_recognised_by_what_was_paid() -> None:
    assert found(price(price_tax_excl=Decimal("8.00"), percent=Decimal(0)), of=AS_IT_WAS) == 7
    assert found(price(price_tax_excl=Decimal("7.00"), percent=Decimal(0)), of=AS_IT_WAS) is None


def test_a_new_price_of_a_whole_product_goes_to_its_combinations_with_what_they_cost_more() -> None:
    dearer = replace(AS_IT_WAS, id_combination=4)
    assert found(price(price_tax_excl=Decimal("7.00"), percent=Decimal(0)), of=dearer) == 7


def test_a_line_without_reduction_owes_nothing_to_a_reduction() -> None:
    assert found(price(), of=AS_IT_WAS) is None

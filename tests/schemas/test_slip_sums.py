from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from schemas.documents import Slip
from schemas.erp_settings import Erp
from schemas.slip_obstacles import common_slip_obstacles
from schemas.slip_sums import agrees, line_totals, net_line_totals, total_of
from tests.connectors.dolibarr.shop_orders import line, order
from tests.slips import slip

ORDER = order(line(1, "MUG", 3, "29.99"), line(2, "BOOK", 1, "10.00", "5.5"), line(3, "", 1, "1.00"))
SETTINGS = Erp.model_validate({"kind": "dolibarr"})


def codes(of_slip: Slip, **settings: object) -> list[str]:
    return [each.code for each in common_slip_obstacles(of_slip, Erp.model_validate({"kind": "files"} | settings))]


def test_a_slip_gives_back_its_lines_and_shipping() -> None:
    given = slip(ORDER, (1, 2, "19.99"), (2, 1, "4.00"), shipping="2.00")
    assert agrees(given)
    assert line_totals(given) == [Decimal("19.99"), Decimal("4.00")]
    assert net_line_totals(given) == [Decimal("16.66"), Decimal("3.79")]
    assert total_of(given) == Decimal("25.99")


def test_a_cent_that_rounding_has_left_over_is_given_to_a_line() -> None:
    given = slip(ORDER, (1, 2, "19.99"), (2, 1, "4.00"), amount=Decimal("23.98"))
    short = replace(given, total_products_tax_incl=Decimal("23.98"))
    assert agrees(short)
    assert line_totals(short) == [Decimal("19.98"), Decimal("4.00")]


def test_a_slip_of_a_customer_who_sees_prices_without_tax_has_the_net_sum_as_its_amount() -> None:
    given = slip(ORDER, (1, 2, "19.99"))
    assert agrees(replace(given, amount=given.total_products_tax_excl))


@pytest.mark.parametrize(
    "other",
    [
        {"amount": Decimal("7.00")},
        {"total_products_tax_excl": Decimal("11.66")},
        {"total_products_tax_incl": Decimal("14.99"), "amount": Decimal("14.99")},
    ],
    ids=["chosen", "a voucher kept back without tax", "a voucher kept back with tax"],
)
def test_an_amount_that_is_not_that_of_the_lines_holds_the_slip(other: dict[str, Any]) -> None:
    given = replace(slip(ORDER, (1, 2, "19.99")), **other)
    assert not agrees(given)
    assert codes(given) == ["slip_amounts_differ"]


def test_every_obstacle_is_named_at_once() -> None:
    gone = replace(slip(ORDER, (1, 1, "5.00")).lines[0], sold=None)
    given = slip(ORDER, (3, 1, "1.00"), shipping="2.00")
    held = replace(given, lines=(*given.lines, replace(gone, total_tax_incl=Decimal(0), total_tax_excl=Decimal(0))))
    assert codes(held) == ["slip_shipping_item_missing", "slip_line_without_reference", "slip_line_missing"]
    assert common_slip_obstacles(given, SETTINGS) == ()
    assert codes(replace(given, order=None)) == ["slip_order_gone"]
    assert codes(slip(ORDER)) == ["slip_empty"]


def test_an_item_that_the_erp_does_not_have_holds_the_slip_where_orders_are_held_for_it() -> None:
    unknown = order(line(1, "MUG", 1, "10.00", in_erp=False))
    assert codes(slip(unknown, (1, 1, "10.00")), unknown_items="hold") == ["slip_item_unknown"]
    assert codes(slip(unknown, (1, 1, "10.00")), unknown_items="send") == []

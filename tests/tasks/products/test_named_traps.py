"""Known traps of PrestaShop that our words step around, each by its number."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from tests.connectors.cegid.test_order_obstacles import GOOD, codes_of
from tests.tasks.flat.test_translate_specific_prices import wanted


def test_a_specific_price_is_for_one_shop_and_never_for_a_group_of_shops_d16() -> None:
    first = wanted(reduction=Decimal(20)).first
    assert {name: first[name] for name in ("id_shop", "id_shop_group")} == {"id_shop": 1, "id_shop_group": 0}


def test_an_order_with_fewer_lines_than_its_cart_does_not_go_to_the_erp_d38() -> None:
    assert codes_of(replace(GOOD, cart_lines=len(GOOD.lines) + 1)) == ["order_lines_missing"]
    assert codes_of(replace(GOOD, cart_lines=len(GOOD.lines))) == []

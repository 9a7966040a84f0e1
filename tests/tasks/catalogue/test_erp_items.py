from __future__ import annotations

from decimal import Decimal

import pytest

from schemas.catalogue import ErpItem
from tasks.catalogue.translate.erp_items import FIELD_OF, cells, field_of

LAMP = ErpItem(Decimal("7.125"), Decimal("8.55"), "Lamp", vat_rate=Decimal("5.500"), categories=("Home", "Lamps"))


def filled(
    item: ErpItem, *targets: str, with_tax: bool = False, unit: str = "kg", mark: str | None = None
) -> list[str]:
    told = cells(item, targets, with_tax=with_tax, weight_unit=unit, decimal_mark=mark)
    return [told[target] for target in targets]


def test_a_number_has_six_decimals_which_nobody_reads_as_thousands() -> None:
    assert filled(LAMP, "price") == ["7.125000"]
    assert filled(LAMP, "price", with_tax=True, mark=",") == ["8,550000"]


@pytest.mark.parametrize(("unit", "weight"), [("kg", "0.350000"), ("g", "350.000000"), ("lb", "0.771618")])
def test_a_weight_is_in_the_unit_of_the_shop(unit: str, weight: str) -> None:
    assert filled(ErpItem(weight_kg=Decimal("0.35")), "weight", unit=unit) == [weight]


def test_what_the_erp_does_not_say_is_empty() -> None:
    every = [*FIELD_OF, "category:0"]
    assert filled(ErpItem(), *every) == ["1" if target == "active" else "" for target in every]


def test_a_path_of_categories_is_as_deep_as_the_columns() -> None:
    assert filled(LAMP, "category:0", "category:1", "category:2", "tax_code") == ["Home", "Lamps", "", "5.5"]


def test_a_column_of_which_no_erp_is_asked_has_no_field() -> None:
    assert [field_of(each) for each in ("category:1", "price", "stocks", "name@en")] == ["categories", "price", "", ""]

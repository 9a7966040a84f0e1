"""What a discount of the ERP is as a specific price."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from schemas.import_json import default_import_spec
from schemas.settings import SpecificPrices
from tasks.flat.plan.entities import WantedEntity, written
from tasks.flat.translate.rows import flat_rows
from tasks.flat.translate.specific_prices import AMOUNT, PERCENT, Item, Market, wanted_prices
from tasks.run.outcomes import Stop
from tasks.run.row_ref import RowRef

SHIPPED = default_import_spec().streams["specificprice"]
STREAM = replace(
    SHIPPED, columns=(*SHIPPED.columns, replace(SHIPPED.columns[-1], key="group", target="group", index=99))
)
EMPTY: dict[str, Any] = dict.fromkeys(column.key for column in STREAM.columns)


ITEMS = {"A": Item(7, 3, Decimal(100), 4), "B": Item(9, 0, Decimal(200), 4)}


def wanted(settings: SpecificPrices | None = None, rate: Decimal | None = Decimal(20), **cells: Any) -> WantedEntity:
    [one] = wanted_of([{"reference": "A"} | cells], settings, rate)
    return one


def wanted_of(
    rows: Sequence[dict[str, Any]], settings: SpecificPrices | None = None, rate: Decimal | None = Decimal(20)
) -> list[WantedEntity]:
    rates = {} if rate is None else {0: {4: rate}, 8: {4: Decimal(25)}}
    market = Market(
        ITEMS,
        {"FR": 8},
        {"EUR": 1, "CHF": 2},
        {"a@b.c": 5},
        {"REV": 4},
        1,
        settings or SpecificPrices(),
        1,
        rates,
    )
    told = [EMPTY | {"erp_code": "S", "type": "%", "reduction_tax": True} | row for row in rows]
    keys = [row["reference"] for row in rows]
    refs = [RowRef(0, number, key) for number, key in enumerate(keys, 2)]
    return wanted_prices(flat_rows(told, STREAM), refs, keys, market)


def moment(text: str) -> datetime:
    """As a file says it, without zone."""
    return datetime.fromisoformat(text)


@pytest.mark.parametrize("word", sorted(PERCENT | {"Percent", "POURCENTAGE"}))
def test_every_spelling_of_a_percentage_makes_a_fraction(word: str) -> None:
    owned = wanted(type=word, reduction=Decimal("12.5")).owned
    assert (owned["reduction"], owned["reduction_type"], owned["price"]) == (Decimal("0.125"), "percentage", -1)


@pytest.mark.parametrize("word", sorted(AMOUNT | {"Montant"}))
def test_every_spelling_of_an_amount_keeps_its_tax(word: str) -> None:
    for tax in (True, False):
        owned = wanted(type=word, reduction=Decimal("12.5"), reduction_tax=tax).owned
        assert (owned["reduction"], owned["reduction_type"], owned["reduction_tax"]) == (Decimal("12.5"), "amount", tax)


def test_an_empty_case_is_everybodys() -> None:
    owned = wanted(reduction=Decimal(5)).owned
    assert [owned[name] for name in ("id_country", "id_currency", "id_customer", "from_quantity")] == [0, 0, 0, 1]
    assert {owned["from"], owned["to"]} == {"0000-00-00 00:00:00"}


def test_a_case_is_told_by_ids_whatever_the_letters_case() -> None:
    owned = wanted(reduction=Decimal(5), iso_code="fr", currency="eur", email="A@B.c", from_quantity=3).owned
    assert [owned[name] for name in ("id_country", "id_currency", "id_customer", "from_quantity")] == [8, 1, 5, 3]


def test_a_group_is_told_by_the_code_that_the_erp_has_for_it() -> None:
    assert wanted(reduction=Decimal(5), group="REV").owned["id_group"] == 4
    assert wanted(reduction=Decimal(5)).owned["id_group"] == 0


def test_the_last_day_counts_unless_said_otherwise() -> None:
    dates: dict[str, Any] = {"reduction": Decimal(5), "from": moment("2026-01-01"), "to": moment("2026-01-01")}
    assert wanted(**dates).owned["to"] == "2026-01-01 23:59:59"
    stop = wanted(SpecificPrices(last_day_included=False), **dates).stop
    assert stop is not None
    assert stop.code == "ends_before_it_begins"


def test_an_end_with_a_time_is_kept() -> None:
    assert wanted(reduction=Decimal(5), to=moment("2026-01-01T08:30")).owned["to"] == "2026-01-01 08:30:00"


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({"type": "pour mille", "reduction": Decimal(5)}, "reduction_type_unknown"),
        ({"reduction": Decimal(101)}, "reduction_above_hundred"),
        ({"reduction": Decimal("0.2")}, "reduction_below_one"),
        ({}, "price_says_nothing"),
        ({"reduction": Decimal(0)}, "price_says_nothing"),
        ({"reduction": Decimal(5), "iso_code": "ZZ"}, "country_not_on_shop"),
        ({"reduction": Decimal(5), "currency": "USD"}, "currency_not_on_shop"),
        ({"reduction": Decimal(5), "email": "x@y.z"}, "customer_not_on_shop"),
        ({"reduction": Decimal(5), "group": "GROS"}, "group_not_associated"),
    ],
)
def test_what_cannot_be_a_price_says_why(cells: dict[str, Any], code: str) -> None:
    stop = wanted(**cells).stop
    assert isinstance(stop, Stop)
    assert stop.code == code
    assert "x@y.z" not in stop.detail


def test_a_new_price_becomes_a_percentage_only_on_demand_and_only_downwards() -> None:
    recompute = SpecificPrices(recompute_percentage=True)
    assert wanted(price=Decimal(80)).owned["price"] == 80
    assert wanted(recompute, price=Decimal(80)).owned["reduction"] == Decimal("0.2")
    assert wanted(recompute, price=Decimal(120)).owned["price"] == 120


def test_a_price_with_tax_is_kept_without_and_refused_without_a_rate() -> None:
    with_tax = SpecificPrices(prices="tax_incl")
    assert wanted(with_tax, price=Decimal(96)).owned["price"] == 80
    stop = wanted(with_tax, None, price=Decimal(96)).stop
    assert stop is not None
    assert stop.code == "tax_rate_unknown"


@pytest.mark.parametrize(("currency", "price", "reduction"), [("", -1, "0.2"), ("eur", -1, "0.2"), ("CHF", 80, "0")])
def test_a_price_in_another_currency_than_the_items_own_is_no_percentage_of_it(
    currency: str, price: int, reduction: str
) -> None:
    owned = wanted(SpecificPrices(recompute_percentage=True), price=Decimal(80), currency=currency).owned
    assert (owned["price"], owned["reduction"]) == (price, Decimal(reduction))


@pytest.mark.parametrize(("country", "price"), [("", 80), ("fr", Decimal("76.8"))])
def test_a_price_with_tax_holds_the_tax_of_the_country_it_is_for(country: str, price: Decimal) -> None:
    owned = wanted(SpecificPrices(prices="tax_incl"), price=Decimal(96), iso_code=country).owned
    assert owned["price"] == price


def test_rows_that_say_the_same_are_each_for_their_own_item() -> None:
    said = {"reduction": Decimal(5), "iso_code": "FR"}
    rows = [{"reference": key} | said for key in ("A", "B")] + [{"reference": "A"} | said | {"reduction": Decimal(6)}]
    owned = [one.owned for one in wanted_of(rows)]
    assert [(one["id_product"], one["id_product_attribute"]) for one in owned] == [(7, 3), (9, 0), (7, 3)]
    assert [one["reduction"] for one in owned] == [Decimal("0.05"), Decimal("0.05"), Decimal("0.06")]
    assert owned[0] | {"id_product": 9, "id_product_attribute": 0} == owned[1]


def test_equal_prices_are_compared_each_with_its_own_items() -> None:
    rows = [{"reference": key, "price": Decimal(80)} for key in ("A", "B")]
    owned = [one.owned for one in wanted_of(rows, SpecificPrices(recompute_percentage=True))]
    assert [one["reduction"] for one in owned] == [Decimal("0.2"), Decimal("0.6")]


def test_what_stops_a_row_stops_those_that_say_the_same_and_no_others() -> None:
    rows = [{"reference": "A", "reduction": Decimal(5), "iso_code": code} for code in ("ZZ", "ZZ", "FR")]
    assert [one.stop.code if one.stop else "" for one in wanted_of(rows)] == ["country_not_on_shop"] * 2 + [""]


@pytest.mark.parametrize(
    "cells", [{"reduction": Decimal(5)}, {"price": Decimal(80)}, {"reduction": Decimal("1.5"), "type": "amount"}]
)
def test_what_is_sent_is_worked_out_with_what_is_wanted(cells: dict[str, Any]) -> None:
    for one in wanted_of([{"reference": "A"} | cells] * 2):
        assert one.sent == written(one.first | one.owned)
        assert list(one.sent) == list(one.first | one.owned)

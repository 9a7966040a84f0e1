"""The proof as a page: in the words of the shop's language, without columns that say nothing."""

from __future__ import annotations

import re
from datetime import datetime

import pytest

from tasks.omnibus.proof import LINES, SHOWN, Proof
from tasks.omnibus.proof_page import as_page, readable, with_currency

RUN = "3e3e2710-c7f9-4ccc-bf11-6093ab4cf969"


def row(columns: tuple[str, ...], **cells: str) -> dict[str, str]:
    return dict.fromkeys(columns, "") | {"reference": "BELT"} | {name.rstrip("_"): cell for name, cell in cells.items()}


def page(language: str = "fr", *, still_reduced: bool = True) -> str:
    price = {"price_tax_incl": "63.48", "price_tax_excl": "52.900000", "tax_rate": "20", "currency": "EUR"}
    price["announced_as_reduced"] = "0"
    reduced = {"price_tax_incl": "50.78", "announced_as_reduced": "1", "lowest_before": "56.28", "days_known": "whole"}
    when = {"reduction_began": "2026-11-30 17:45:10", "lowest_shown_from": "2026-11-09 17:45:10"}
    ends = "" if still_reduced else "2026-12-01 00:00:00"
    shown = [
        row(SHOWN, from_="2026-11-19 17:45:10", to="2026-11-30 17:45:10", source=f"#2 a<b.csv:3 import {RUN}", **price),
        row(SHOWN, from_="2026-11-30 17:45:10", to=ends, **price | reduced | when),
    ]
    lines = [
        row(LINES, number="2", state="in_force", from_="2026-11-30 17:45:06", price="52.9", origin="import", run=RUN),
        row(LINES, number="25", case="FR||4|1||", state="void", reduction_kind="percentage", origin="correction"),
    ]
    return as_page(Proof("BELT", shown, lines), language, datetime(2026, 11, 30, 18, 0), "Europe/Paris")  # noqa: DTZ001


def cells(text: str) -> list[str]:
    return re.findall(r"<td[^>]*>(.*?)</td>", re.sub(r"</?span[^>]*>", "", text))


def test_what_the_ledger_says_in_its_own_words_is_said_in_the_shop_s_language() -> None:
    said = cells(page())
    for french in ("63,48", "52,90", "oui", "non", "les 30", "en vigueur", "annulé", "pourcentage", "correction"):
        assert french in said
    assert not {"in_force", "void", "percentage", "whole", "52.900000", "0", "1"} & set(said)
    assert {"yes", "no", "all 30", "in force", "63.48"} <= set(cells(page("en")))


def test_a_discount_says_for_whom_it_is_and_a_run_is_named_as_in_the_list_of_runs() -> None:
    said = cells(page())
    assert {"prix", "réduction FR 4"} <= set(said)
    assert {"3e3e2710", "#2 a&lt;b.csv:3 import 3e3e2710"} <= set(said)
    assert RUN not in page()


def test_columns_that_say_nothing_are_left_out_and_every_cell_bears_its_title_for_a_phone() -> None:
    text = page()
    heads = re.findall(r"<th [^>]*>(.*?)</th>", text)
    assert "pour" not in heads
    assert "référence" not in heads
    assert "corrige" not in heads
    titled = re.findall(r'data-label="(.*?)"', text)
    assert set(titled) == set(heads)
    assert 'name="viewport"' in text


def test_what_stands_beside_the_price_of_now_is_said_first_while_it_is_reduced() -> None:
    beside = "50,78\u00a0EUR. À côté, le plus bas des 30 jours d"
    assert beside in page()
    assert beside not in page(still_reduced=False)


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("price_tax_excl", "42.320000", "42.32"),
        ("price_tax_excl", "42.325000", "42.325"),
        ("price", "100", "100.00"),
        ("lowest_before", "1056.28", "1,056.28"),
        ("lowest_before", "", ""),
        ("source", "in_force", "in_force"),
    ],
)
def test_money_has_two_digits_and_more_only_where_they_say_something(column: str, value: str, said: str) -> None:
    assert readable(column, value, "en") == said


def test_amounts_are_told_with_their_currency() -> None:
    text = page()
    assert "50,78\u00a0EUR" in text
    assert "56,28\u00a0EUR" in text
    assert "devise" in re.findall(r"<th [^>]*>(.*?)</th>", text)
    price = row(SHOWN, price_tax_incl="1234.5", currency="CHF", to="2026-12-01 00:00:00")
    assert with_currency("price_tax_incl", price, "en") == "1,234.50\u00a0CHF"
    assert with_currency("lowest_before", price, "en") == ""
    assert with_currency("to", price, "en") == "2026-12-01 00:00:00"

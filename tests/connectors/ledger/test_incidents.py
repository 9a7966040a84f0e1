from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from connectors.ledger.discretion import discreet, without_contacts
from schemas.incidents import Incident, Level

if TYPE_CHECKING:
    from connectors.ledger import Ledger


def test_an_incident_is_kept_with_all_it_says(ledger: Ledger) -> None:
    run_id = ledger.start_run("shop", "import_stock", {})
    said = Incident(Level.ERROR, "bad-quantity", "stock", "R-1", "stock.csv", 12, {"value": "dix", "detail": "été"})
    ledger.record_incidents(run_id, [said])
    (kept,) = ledger.incidents(run_id).rows(named=True)
    assert json.loads(kept.pop("params")) == {"value": "dix", "detail": "été"}
    assert kept.pop("recorded_at").tzinfo is not None
    assert kept == {
        "id": 1,
        "run_id": run_id,
        "shop": "shop",
        "level": "error",
        "code": "bad-quantity",
        "stream": "stock",
        "key": "R-1",
        "file": "stock.csv",
        "line": 12,
        "closed_at": None,
    }


def test_incidents_are_found_by_run_and_by_shop_and_until_they_are_closed(ledger: Ledger) -> None:
    runs = {shop: ledger.start_run(shop, "export_orders", {}) for shop in ("paris", "lyon")}
    for run_id in runs.values():
        ledger.record_incidents(run_id, [Incident(Level.RETRY, "c", "order", key) for key in ("1", "2", "3")])
    assert ledger.incidents(shop="paris")["key"].to_list() == ["3", "2", "1"]
    assert ledger.incidents(runs["lyon"])["shop"].unique().to_list() == ["lyon"]
    assert ledger.close_incidents("paris", "order", keys=["2"]) == 1
    assert ledger.close_incidents("paris", "stock") == 0
    assert ledger.incidents(shop="paris", open_only=True)["key"].to_list() == ["3", "1"]
    assert ledger.incidents(shop="paris").height == 3
    assert ledger.incidents(limit=4).height == 4
    assert ledger.close_incidents("paris", "order") == 2


def test_no_incidents_of_a_run_nobody_started(ledger: Ledger) -> None:
    with pytest.raises(ValueError, match="no run"):
        ledger.record_incidents("unknown", [Incident(Level.INFO, "c", "stock")])


def test_nothing_personal_slips_into_an_incident(ledger: Ledger) -> None:
    run_id = ledger.start_run("shop", "export_orders", {})
    params = {"value": "Dupont", "said": "Jane.Doe+shop@mail.example.co.uk exists, +33 6 12 34 56 78", "order": "41"}
    ledger.record_incidents(run_id, [Incident(Level.ERROR, "c", "order", "41", params=params)])
    (kept,) = ledger.incidents(run_id)["params"]
    assert json.loads(kept) == {"value": "***", "said": "*** exists, ***", "order": "41"}


@pytest.mark.parametrize("text", ["jane@example.com", "<a.b-c_d@x.y>", "mailto:jo'hn@ex.fr", "user@localhost"])
def test_an_e_mail_address_never_passes(text: str) -> None:
    assert "@" not in without_contacts(f"said {text}, twice {text}")


@pytest.mark.parametrize(
    "text", ["0612345678", "06 12 34 56 78", "+33 6.12.34.56.78", "(0)6-12-34-56-78", "0033612345678"]
)
def test_a_telephone_number_never_passes_where_people_are_meant(text: str) -> None:
    assert not any(digit in discreet("customer", {"said": f"call {text} now"})["said"] for digit in "345678")


@pytest.mark.parametrize("value", ["12", "-3,50", "2026-11-21", "2026-11-21T10:00:00Z", "21/11/2026", "FR", "EUR"])
def test_numbers_dates_and_codes_are_nobodys_name(value: str) -> None:
    assert discreet("customer", {"value": value}) == {"value": value}


def test_a_products_values_are_told_as_they_are() -> None:
    params = {"value": "Chemise 0612345678 à col", "detail": "3"}
    assert discreet("product", params) == params


def test_a_long_text_is_cut() -> None:
    assert len(without_contacts("x" * 100_000)) == 500

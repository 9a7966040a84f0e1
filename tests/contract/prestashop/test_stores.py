"""The merchant's own stores."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.contract.prestashop.webservice import refused

if TYPE_CHECKING:
    from tests.contract.prestashop.bench import Bench
    from tests.contract.prestashop.setting import Setting
    from tests.contract.prestashop.webservice import Webservice

WEEK = json.dumps([["09:00 - 19:00"]] * 6 + [[""]])


def store_row(setting: Setting, bench: Bench, **fields: Any) -> dict[str, Any]:
    return {
        "id_country": setting.country,
        "name": setting.both(bench.name("store")),
        "address1": setting.both("1 rue X"),
        "city": "Paris",
        "postcode": "75001",
        "latitude": "48.85000000",
        "longitude": "2.35000000",
        "active": 1,
        "hours": setting.both(WEEK),
    } | fields


def test_a_store_is_read_as_it_was_sent(shop: Webservice, setting: Setting, bench: Bench) -> None:
    sent = {"phone": "0102030405", "email": "store@contract.test", "city": "Lyon", "active": "0"}
    (made,) = bench.make("stores", store_row(setting, bench, **sent, note=setting.both("by the river")))
    store = shop.read("stores", made.id)
    assert {name: store[name] for name in sent} == sent
    assert store.texts("note") == setting.both("by the river")


def test_coordinates_have_eight_decimals(shop: Webservice, setting: Setting, bench: Bench) -> None:
    (made,) = bench.make("stores", store_row(setting, bench, latitude="48.85", longitude="-2.35"))
    store = shop.read("stores", made.id)
    assert (store["latitude"], store["longitude"]) == ("48.85000000", "-2.35000000")


def test_hours_are_a_week_in_json_per_language(shop: Webservice, setting: Setting, bench: Bench) -> None:
    (made,) = bench.make("stores", store_row(setting, bench))
    hours = shop.read("stores", made.id).texts("hours")
    assert {language: json.loads(text) for language, text in hours.items()} == {
        setting.en: json.loads(WEEK),
        setting.fr: json.loads(WEEK),
    }


@pytest.mark.parametrize("name", ["id_country", "city", "active"])
def test_a_required_field_left_out_is_refused(shop: Webservice, setting: Setting, bench: Bench, name: str) -> None:
    row = store_row(setting, bench)
    del row[name]
    assert refused(shop.post("stores", row), 41, 400)


def test_a_store_is_found_by_name_and_closed_by_one_field(shop: Webservice, setting: Setting, bench: Bench) -> None:
    (made,) = bench.make("stores", store_row(setting, bench))
    name = made.texts("name")[setting.fr]
    assert [row.id for row in shop.find("stores", "[id]", name=name)] == [made.id]
    shop.patched("stores", {"id": made.id, "active": 0})
    store = shop.read("stores", made.id)
    assert (store["active"], store["city"]) == ("0", "Paris")
    assert store.texts("name") == made.texts("name")

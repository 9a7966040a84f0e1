"""Specific prices: what they need, what makes one unique, and what they cost the customer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.contract.prestashop.webservice import refused

if TYPE_CHECKING:
    from tests.contract.prestashop.bench import Bench
    from tests.contract.prestashop.setting import Setting
    from tests.contract.prestashop.webservice import Webservice


def price_with_tax(shop: Webservice, product: int) -> str:
    return shop.send("GET", f"products/{product}", {"price[gross][use_tax]": 1}).entities[0]["gross"]


def test_what_was_sent_is_what_is_read(shop: Webservice, setting: Setting, bench: Bench) -> None:
    sent = {
        "id_country": str(setting.country), "id_currency": str(setting.currency), "price": "40.500000",
        "id_group": str(setting.customer_group), "from_quantity": "3", "reduction": "5.000000", "reduction_tax": "0",
        "reduction_type": "amount", "from": "2026-01-01 00:00:00", "to": "2030-12-31 23:59:59",
    }  # fmt: skip
    (made,) = bench.make("specific_prices", bench.specific_price_row(bench.product().id, **sent))
    shown = shop.read("specific_prices", made.id)
    assert {name: shown[name] for name in sent} == sent


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"reduction": "0.1"}, "10.800000"),
        ({"reduction": "3", "reduction_type": "amount", "reduction_tax": 1}, "9.000000"),
        ({"reduction": "3", "reduction_type": "amount", "reduction_tax": 0}, "8.400000"),
        ({"price": "5.000000", "reduction": "0", "reduction_type": "amount"}, "6.000000"),
    ],
)
def test_ten_euros_without_tax_become(shop: Webservice, bench: Bench, fields: dict[str, Any], expected: str) -> None:
    product = bench.product(price="10")
    bench.make("specific_prices", bench.specific_price_row(product.id, **fields))
    assert price_with_tax(shop, product.id) == expected


def test_a_percentage_is_a_fraction_and_more_than_one_is_accepted(shop: Webservice, bench: Bench) -> None:
    (made,) = bench.make("specific_prices", bench.specific_price_row(bench.product().id, reduction="10"))
    assert shop.read("specific_prices", made.id)["reduction"] == "10.000000"


def test_the_same_price_twice_is_not_saved(shop: Webservice, setting: Setting, bench: Bench) -> None:
    product = bench.product()
    bench.make("specific_prices", bench.specific_price_row(product.id))
    assert setting.not_saved(shop.post("specific_prices", bench.specific_price_row(product.id, reduction="0.2")))
    assert len(shop.find("specific_prices", "[id]", id_product=product.id)) == 1


def test_a_duplicate_in_a_document_stops_it(shop: Webservice, setting: Setting, bench: Bench) -> None:
    product = bench.product()
    rows = [bench.specific_price_row(product.id, from_quantity=n) for n in (1, 1, 2)]
    assert setting.not_saved(shop.post("specific_prices", *rows))
    assert len(shop.find("specific_prices", "[id]", id_product=product.id)) == 1


@pytest.mark.parametrize(
    "other",
    [
        {"from_quantity": 2},
        {"from": "2030-01-01 00:00:00"},
        {"to": "2030-01-01 00:00:00"},
        {"id_product_attribute": 987654},
        {"id_customer": 987654},
        {"id_group": 987654},
        {"id_shop": 0},
    ],
)
def test_each_of_these_makes_it_another_price(shop: Webservice, bench: Bench, other: dict[str, Any]) -> None:
    product = bench.product()
    bench.make("specific_prices", bench.specific_price_row(product.id), bench.specific_price_row(product.id, **other))
    assert len(shop.find("specific_prices", "[id]", id_product=product.id)) == 2


def test_an_empty_date_is_refused_and_a_day_alone_accepted(shop: Webservice, bench: Bench) -> None:
    product = bench.product()
    reply = shop.post("specific_prices", bench.specific_price_row(product.id, **{"from": "", "to": ""}))
    assert refused(reply, 85, 400)
    row = bench.specific_price_row(product.id, **{"from": "2026-02-01", "to": "2026-03-01"})
    (made,) = bench.make("specific_prices", row)
    assert shop.read("specific_prices", made.id)["from"] == "2026-02-01 00:00:00"


def test_a_price_that_ends_before_it_begins_is_accepted(bench: Bench) -> None:
    row = bench.specific_price_row(bench.product().id, **{"from": "2026-04-01", "to": "2026-03-01"})
    assert len(bench.make("specific_prices", row)) == 1


@pytest.mark.parametrize(
    "name",
    ["id_shop", "id_cart", "id_product", "id_currency", "id_country", "id_group", "id_customer", "price",
     "from_quantity", "reduction", "reduction_tax", "reduction_type", "from", "to"],
)  # fmt: skip
def test_nearly_every_field_is_required(shop: Webservice, bench: Bench, name: str) -> None:
    row = bench.specific_price_row(bench.product().id)
    del row[name]
    reply = shop.post("specific_prices", row)
    assert refused(reply, 41, 400)
    assert f'"{name}"' in reply.message


def test_a_reduction_of_another_type_is_refused(shop: Webservice, bench: Bench) -> None:
    reply = shop.post("specific_prices", bench.specific_price_row(bench.product().id, reduction_type="percent"))
    assert refused(reply, 85, 400)


def test_prices_are_found_by_product_and_patched_by_id(shop: Webservice, bench: Bench) -> None:
    product = bench.product()
    bench.make("specific_prices", bench.specific_price_row(product.id))
    (found,) = shop.find("specific_prices", id_product=product.id)
    shop.patched("specific_prices", {"id": found.id, "reduction": "0.25"})
    after = shop.read("specific_prices", found.id)
    assert (after["reduction"], after["from"], after["price"]) == ("0.250000", found["from"], found["price"])


COMPARED = {
    "id_cart": "1", "id_currency": "1", "id_country": "8", "id_group": "3", "id_customer": "987654",
    "id_product_attribute": "987654", "price": "12.340000", "from_quantity": "3",
    "reduction": "0.150000", "reduction_tax": "0", "reduction_type": "amount",
    "from": "2026-02-01 00:00:00", "to": "2026-03-01 00:00:00",
}  # fmt: skip
"""Other values than those of a price of the bench."""


@pytest.mark.parametrize("name", COMPARED)
def test_a_list_of_bare_ids_names_the_prices_that_hold_a_value(shop: Webservice, bench: Bench, name: str) -> None:
    product = bench.product()
    one = bench.specific_price_row(product.id)
    two = bench.specific_price_row(product.id, **{"from_quantity": 2, name: COMPARED[name]})
    first, second = bench.make("specific_prices", one, two)
    ids = f"[{first.id}|{second.id}]"
    assert shop.bare_ids("specific_prices", id=ids, **{name: COMPARED[name]}) == {second.id}
    assert shop.bare_ids("specific_prices", id=ids, **{name: shop.read("specific_prices", first.id)[name]}) == {
        first.id
    }


def test_the_answer_to_new_prices_names_the_product_of_each_id(shop: Webservice, bench: Bench) -> None:
    products = [bench.product() for _ in range(3)]
    made = bench.make("specific_prices", *(bench.specific_price_row(product.id) for product in products))
    told = [(price["id_product"], price["id_product_attribute"]) for price in made]
    assert told == [(str(product.id), "0") for product in products]
    assert [shop.read("specific_prices", price.id)["id_product"] for price in made] == [own for own, _ in told]


def test_a_deleted_price_gives_the_full_price_back(shop: Webservice, bench: Bench) -> None:
    product = bench.product(price="10")
    (made,) = bench.make("specific_prices", bench.specific_price_row(product.id))
    assert price_with_tax(shop, product.id) == "10.800000"
    assert shop.delete("specific_prices", made.id).status == 200
    assert price_with_tax(shop, product.id) == "12.000000"

"""How an entity is found again."""

from __future__ import annotations

from decimal import Decimal

from connectors.prestashop import Identity, folded


def test_an_exact_identity_tells_case_and_accents_apart() -> None:
    by_reference = Identity("reference", ("reference",))
    assert by_reference.key({"reference": "Démo"}, 1) != by_reference.key({"reference": "demo"}, 1)


def test_a_folded_identity_compares_as_people_do() -> None:
    by_name = Identity("name", ("name",), folded=True)
    ours = by_name.key({"name": {1: "  BLEU  Été", 2: "Blue"}}, 1)
    assert ours == by_name.key({"name": {1: "bleu ete", 2: "other"}}, 1)


def test_texts_are_compared_in_the_default_language() -> None:
    by_name = Identity("name", ("name",))
    assert by_name.key({"name": {1: "Shirt", 2: "Chemise"}}, 2) == ("Chemise",)


def test_what_we_write_and_what_the_shop_tells_have_one_key() -> None:
    identity = Identity("id_product", ("id_product", "price", "default_on"))
    told = {"id_product": "5", "price": "1.500000", "default_on": "1"}
    assert identity.key({"id_product": 5, "price": Decimal("1.5"), "default_on": True}, 1) == identity.key(told, 1)


def test_characters_that_xml_cannot_carry_do_not_part_them() -> None:
    by_reference = Identity("reference", ("reference",))
    assert by_reference.key({"reference": "a\x01b"}, 1) == by_reference.key({"reference": "ab"}, 1)


def test_a_combination_can_be_named_by_its_option_values_in_any_order() -> None:
    identity = Identity("id_product", ("id_product", "product_option_values"))
    ours = {"id_product": 5, "associations": {"product_option_values": [{"id": 8}, {"id": 11}]}}
    told = {"id_product": "5", "associations": {"product_option_values": [{"id": "11"}, {"id": "8"}]}}
    assert identity.key(ours, 1) == identity.key(told, 1)
    assert identity.lookup_text(ours, 1) == "5"


def test_folding_takes_case_accents_and_outer_spaces() -> None:
    assert folded(" ÉTÉ\u00a0 Œuvre ") == folded("ete œuvre")

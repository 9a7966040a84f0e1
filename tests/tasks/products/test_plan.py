from __future__ import annotations

import random
from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from schemas.outcomes import Outcome
from tasks.products.plan.product import plan_product
from tasks.products.plan.shapes import CurrentProduct, ProductPlan
from tasks.run.outcomes import Stop
from tests.tasks.products.worlds import combination, product, row, rules, wanted


def test_a_new_simple_product_is_created_with_everything_the_shop_needs_to_sell_it() -> None:
    plan = plan_product(wanted(row("P", price=Decimal("19.90"), tax_code="NOR")), None, rules())
    assert plan.product is not None
    assert plan.product.action == "create"
    assert plan.product.fields["state"] is True  # D7
    assert plan.product.fields["id_tax_rules_group"] == 1
    assert plan.product.fields["price"] == Decimal("19.90")
    assert plan.product.texts["name"] == {1: "Chemise", 2: "Chemise"}
    assert [r.outcome for r in plan.rows] == [Outcome.CREATED]


def test_a_product_that_the_shop_has_as_wanted_is_left_alone() -> None:
    plan = plan_product(wanted(row("P")), product(), rules())
    assert plan.operations == []
    assert [r.outcome for r in plan.rows] == [Outcome.UNCHANGED]


def test_only_what_differs_is_sent() -> None:
    plan = plan_product(wanted(row("P", price=Decimal(12), weight=Decimal(0))), product(), rules())
    assert plan.product is not None
    assert plan.product.fields == {"price": Decimal(12)}
    assert plan.product.changes == [("price", "10.000000", "12.000000")]
    assert plan.rows[0].price_changed


def test_d2_a_changed_text_is_sent_in_every_language_and_loses_none() -> None:
    plan = plan_product(wanted(row("P", name="Chemisier")), product(), rules())
    assert plan.product is not None
    assert plan.product.texts == {"name": {1: "Shirt", 2: "Chemisier"}}


def test_a_language_column_writes_its_own_language_only() -> None:
    plan = plan_product(wanted(row("P", nameEN="Blouse")), product(), rules())
    assert plan.product is not None
    assert plan.product.texts == {"name": {1: "Blouse", 2: "Chemise"}}


def test_a_column_of_the_default_language_says_more_than_the_plain_one() -> None:
    plan = plan_product(wanted(row("P", name="Robe", nameEN="Dress")), None, rules(default_language=1))
    assert plan.product is not None
    assert plan.product.texts["name"] == {1: "Dress", 2: "Dress"}
    current = product(name={1: "Dress", 2: "Robe"})
    plan = plan_product(wanted(row("P", name="Robe", nameEN="Dress")), current, rules(default_language=1))
    assert plan.operations == []


def test_an_empty_cell_says_nothing_of_a_product_that_exists() -> None:
    plan = plan_product(wanted(row("P", description=None)), product(description={1: "x", 2: "y"}), rules())
    assert plan.operations == []


def test_a_closed_product_that_the_shop_does_not_have_is_ignored() -> None:
    plan = plan_product(wanted(row("P", active=False)), None, rules())
    assert [(r.outcome, r.code) for r in plan.rows] == [(Outcome.IGNORED, "closed_and_unknown")]
    assert plan.operations == []


def test_a_closed_product_that_the_shop_has_is_deactivated() -> None:
    plan = plan_product(wanted(row("P", active=False)), product(), rules())
    assert plan.product is not None
    assert plan.product.action == "deactivate"
    assert plan.product.fields == {"active": False}
    assert [r.outcome for r in plan.rows] == [Outcome.DEACTIVATED]


def test_the_base_price_is_the_most_frequent_and_the_rest_are_impacts() -> None:
    rows = [
        row("P-1", "P", couleur="Rouge", price=Decimal(12)),
        row("P-2", "P", couleur="Bleu", price=Decimal(10)),
        row("P-3", "P", couleur="Vert", price=Decimal(12)),
    ]
    plan = plan_product(wanted(*rows), None, rules())
    assert plan.product is not None
    assert plan.product.fields["price"] == Decimal(12)
    assert plan.product.fields["product_type"] == "combinations"
    impacts = {o.key: o.fields["price"] for o in plan.combinations}
    assert impacts == {"P-1": 0, "P-2": -2, "P-3": 0}


def test_on_a_tie_the_lowest_price_is_the_base() -> None:
    rows = [row("P-1", "P", couleur="Rouge", price=Decimal(12)), row("P-2", "P", couleur="Bleu", price=Decimal(10))]
    plan = plan_product(wanted(*rows), None, rules())
    assert plan.product is not None
    assert plan.product.fields["price"] == Decimal(10)


@given(st.permutations(range(6)), st.lists(st.sampled_from(["9", "10", "11.5"]), min_size=6, max_size=6))
def test_the_order_of_the_rows_does_not_change_the_plan(order: list[int], prices: list[str]) -> None:
    rows = [row(f"P-{i}", "P", couleur=f"C{i}", price=Decimal(prices[i]), name=f"N{prices[i]}") for i in range(6)]
    straight = plan_product(wanted(*rows), None, rules())
    shuffled = plan_product(wanted(*(rows[i] for i in order)), None, rules())
    assert straight.product is not None
    assert shuffled.product is not None
    assert straight.product.fields == shuffled.product.fields
    assert straight.product.texts == shuffled.product.texts
    assert {o.key: o.fields for o in straight.combinations} == {o.key: o.fields for o in shuffled.combinations}


def test_a_partial_file_keeps_what_customers_pay_for_the_combinations_it_does_not_name() -> None:
    current = product()
    current.combinations = [
        combination(1, "P-1", "0.000000", default_on="1"),
        combination(2, "P-2", "0.000000", 12),
        combination(3, "P-3", "5.000000", 13),
    ]
    plan = plan_product(wanted(row("P-3", "P", couleur="Vert", price=Decimal(20))), current, rules())
    paid = _paid(current, plan)
    assert paid == {1: Decimal(10), 2: Decimal(10), 3: Decimal(20)}


def test_what_no_row_tells_of_combinations_stays_as_it_is() -> None:
    heavy = [combination(i, f"P-{i}", value=10 + i, weight="1.500000", default_on=str(2 - i)) for i in (1, 2)]
    current = product()
    current.combinations = heavy
    rows = [row(f"P-{i}", "P", couleur="#", price=Decimal(12)) for i in (1, 2)]
    plan = plan_product(wanted(*(each | {"couleur": None} for each in rows)), current, rules())
    assert [operation.fields for operation in plan.operations] == [{"price": Decimal(12)}]


def test_a_combination_that_the_shop_does_not_have_is_not_made_of_nothing() -> None:
    current = product()
    current.combinations = [combination(1, "P-1", default_on="1")]
    plan = plan_product(wanted(row("P-1", "P"), row("P-2", "P")), current, rules())
    outcomes = [(each.ref.key, each.outcome, each.code) for each in plan.rows]
    assert ("P-2", Outcome.REJECTED, "combination_without_attribute") in outcomes
    assert plan.combinations == []


@given(st.integers(0, 2**31), st.integers(2, 7))
def test_whatever_the_file_names_the_others_cost_the_same_afterwards(seed: int, size: int) -> None:
    chance = random.Random(seed)
    current = product(price=f"{chance.randint(5, 9)}.000000")
    current.combinations = [
        combination(i, f"P-{i}", f"{chance.randint(-3, 3)}.000000", 10 + i, default_on="1" if i == 0 else "")
        for i in range(size)
    ]
    before = {int(c["id"]): Decimal(current.entity["price"]) + Decimal(c["price"]) for c in current.combinations}
    named = chance.sample(range(size), chance.randint(1, size))
    prices = {i: Decimal(chance.randint(4, 12)) for i in named}
    rows = [row(f"P-{i}", "P", couleur=f"#{i}", price=price) for i, price in prices.items()]
    plan = plan_product(wanted(*rows), current, rules())
    assert _paid(current, plan) == before | prices


def _paid(current: CurrentProduct, plan: ProductPlan) -> dict[int, Decimal]:
    """What a customer pays for each combination once the plan is applied, by id."""
    base = Decimal(current.entity["price"])
    if plan.product is not None:
        base = Decimal(str(plan.product.fields.get("price", base)))
    impacts = {int(c["id"]): Decimal(c["price"]) for c in current.combinations}
    impacts |= {o.id: Decimal(str(o.fields["price"])) for o in plan.combinations if "price" in o.fields}
    return {i: base + impact for i, impact in impacts.items()}


def test_a_closed_combination_is_deactivated_and_its_product_stays_open_for_the_others() -> None:
    current = product()
    current.combinations = [combination(1, "P-1", default_on="1"), combination(2, "P-2", value=12)]
    rows = [row("P-1", "P", couleur="Rouge"), row("P-2", "P", couleur="Bleu", active=False)]
    plan = plan_product(wanted(*rows), current, rules())
    assert plan.operations == []
    assert {r.ref.key: r.outcome for r in plan.rows} == {"P-1": Outcome.UNCHANGED, "P-2": Outcome.DEACTIVATED}


def test_a_product_all_of_whose_combinations_are_closed_is_deactivated() -> None:
    current = product()
    current.combinations = [combination(1, "P-1", default_on="1")]
    plan = plan_product(wanted(row("P-1", "P", couleur="Rouge", active=False)), current, rules())
    assert plan.product is not None
    assert plan.product.fields == {"active": False}


def test_closing_deletes_the_combination_by_setting() -> None:
    current = product()
    current.combinations = [combination(1, "P-1", default_on="1"), combination(2, "P-2", value=12)]
    plan = plan_product(
        wanted(row("P-1", "P", couleur="Rouge", active=False)), current, rules(delete_closed_combinations=True)
    )
    assert [(o.action, o.id) for o in plan.combinations] == [("delete", 1)]


def test_d9_only_one_combination_becomes_the_default() -> None:
    rows = [row(f"P-{i}", "P", couleur=f"C{i}") for i in range(4)]
    plan = plan_product(wanted(*rows), None, rules())
    assert [o.fields.get("default_on") for o in plan.combinations].count(True) == 1
    current = product()
    current.combinations = [combination(1, "P-0", default_on="1")]
    plan = plan_product(wanted(*rows), current, rules())
    assert not any("default_on" in o.fields for o in plan.combinations)


def test_a_combination_without_reference_is_adopted_by_its_values() -> None:
    current = product()
    current.combinations = [combination(1, "", default_on="1", value=11)]
    plan = plan_product(wanted(row("P-1", "P", couleur="ROUGE")), current, rules())
    assert [(o.action, o.id, o.fields) for o in plan.combinations] == [("update", 1, {"reference": "P-1"})]


def test_an_unknown_tax_code_rejects_a_new_product_and_no_other() -> None:
    unknown = row("P", tax_code="XXX")
    assert plan_product(wanted(unknown), None, rules()).rows[0].outcome is Outcome.REJECTED
    assert plan_product(wanted(unknown), product(), rules()).rows[0].outcome is Outcome.UNCHANGED


def test_the_tax_rule_of_an_existing_product_is_never_changed() -> None:
    plan = plan_product(wanted(row("P", tax_code="NOR")), product(id_tax_rules_group="3"), rules())
    assert plan.operations == []


def test_a_tax_included_price_is_shown_to_the_cent() -> None:
    plan = plan_product(wanted(row("P", price=Decimal("19.90"))), None, rules(prices_tax_incl=True))
    assert plan.product is not None
    assert plan.product.fields["price"] == Decimal("16.583333")
    assert plan.notes == []


def test_a_price_with_parts_of_a_cent_is_told() -> None:
    plan = plan_product(wanted(row("P", price=Decimal("19.905"))), None, rules(prices_tax_incl=True))
    assert [code for code, _, _ in plan.notes] == ["price_not_displayable"]


def test_a_category_path_is_joined_with_what_the_merchant_added() -> None:
    current = product(
        id_category_default="99",
        associations={"categories": [{"id": "99"}, {"id": "50"}], "product_features": []},
    )
    plan = plan_product(wanted(row("P", cat1="Femme", cat2="Robes")), current, rules())
    assert plan.product is not None
    assert plan.product.category_path == ("Femme", "Robes")
    assert set(plan.product.keep_categories) >= {50}


def test_d8_categories_are_sent_only_when_they_change() -> None:
    plan = plan_product(wanted(row("P", cat1="femme", cat2="ROBES")), product(), rules())
    assert plan.operations == []


def test_d44_features_of_the_merchant_survive_a_change_of_ours() -> None:
    current = product(
        associations={
            "categories": [{"id": "31"}, {"id": "32"}],
            "product_features": [{"id": "7", "id_feature_value": "70"}],
        }
    )
    plan = plan_product(wanted(row("P", matiere="Coton")), current, rules())
    assert plan.product is not None
    assert plan.product.features == {"Matière": "Coton"}
    assert plan.product.keep_features == ((7, 70),)


def test_a_generic_item_is_ignored() -> None:
    both = wanted(row("P"), row("P-1", "P", couleur="Rouge"))
    plan = plan_product(both, None, rules())
    assert {r.ref.key: r.outcome for r in plan.rows} == {"P": Outcome.IGNORED, "P-1": Outcome.CREATED}
    current = product()
    current.combinations = [combination(1, "P-1", default_on="1")]
    assert plan_product(wanted(row("P")), current, rules()).rows[0].code == "generic_item"


def test_a_product_that_cannot_be_matched_is_refused_with_its_reason() -> None:
    plan = plan_product(wanted(row("P")), Stop(Outcome.REFUSED, "reference_twice", "5, 6"), rules())
    assert [(r.outcome, r.code, r.detail) for r in plan.rows] == [(Outcome.REFUSED, "reference_twice", "5, 6")]


def test_a_tax_code_that_stands_for_another_rule_is_noted_and_the_shops_rule_kept() -> None:
    at = rules()
    at = replace(at, associations=at.associations.model_copy(update={"taxes": {"NOR": 1, "RED": 2}}))
    plan = plan_product(wanted(row("P", tax_code="RED")), product(), at)
    assert [code for code, _, _ in plan.notes] == ["tax_rule_kept"]
    assert plan.operations == []
    assert plan_product(wanted(row("P", tax_code="NOR")), product(), at).notes == []

from __future__ import annotations

from connectors.dolibarr.texts import stored_reference
from schemas.catalogue import Item
from tasks.catalogue.plan.references import NoReference, named


def items(*references: str) -> list[Item]:
    return [Item(number, 0, reference, "x") for number, reference in enumerate(references, 1)]


def given(
    *references: str, known: dict[str, str] | None = None, numbers: bool = True, template: str = "{ref}"
) -> list[str]:
    found = named(items(*references), template, stored_reference, known or {}, numbers=numbers)
    in_order = (found[str(number)] for number in range(1, len(references) + 1))
    return [each.code if isinstance(each, NoReference) else each for each in in_order]


def test_items_of_one_reference_are_numbered_and_a_number_that_another_bears_is_left_out() -> None:
    assert given("MUG", "mug", "MUG_2", "MUG") == ["MUG", "mug_3", "MUG_2", "MUG_4"]
    assert given("MUG", "MUG", numbers=False) == ["MUG", "item_reference_twice"]


def test_a_reference_that_an_item_had_already_stays_whoever_comes_before_it() -> None:
    assert given("MUG", "MUG", "MUG", known={"2": "MUG", "3": "MUG_2"}) == ["MUG_3", "MUG", "MUG_2"]
    assert given("VASE", known={"1": "MUG_2"}) == ["VASE"]


def test_a_number_stays_while_the_reference_itself_is_anothers_and_no_longer() -> None:
    assert given("MUG", known={"1": "MUG_2"}) == ["MUG"]
    assert given("MUG", known={"1": "MUG_2", "9": "MUG"}) == ["MUG_2"]
    assert given("MUG", "MUG_2", known={"1": "MUG_2"}) == ["MUG", "MUG_2"]
    assert given("MUG", "MUG", known={"1": "MUG", "9": "MUG_2"}) == ["MUG", "MUG_3"]


def test_references_that_become_one_are_never_numbered() -> None:
    assert given("A B", "A/B", "A B") == ["A_B", "item_reference_collapses", "A_B_2"]


def test_a_template_makes_a_reference_of_ids_and_nothing_is_none() -> None:
    assert given("", '""', template="{ref}") == ["item_reference_empty"] * 2
    assert given("", "X", template="WEB-{id}-{combination}") == ["WEB-1-0", "WEB-2-0"]

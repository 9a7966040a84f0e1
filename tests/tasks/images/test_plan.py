"""Whose picture is it, and what is to be sent of it?"""

from __future__ import annotations

from pathlib import Path

import pytest

from tasks.images.plan.names import Catalogue, Owner
from tasks.images.plan.pictures import Held, Wanted, plan_product

CATALOGUE = Catalogue(
    products={"ROBE": 1, "SAC_2": 2, "SAC": 3, "ROBE-BLEU": 4},
    combinations={"ROBE-S": (1, 11), "ROBE-M": (1, 12)},
    references={1: "ROBE", 2: "SAC_2", 3: "SAC", 4: "ROBE-BLEU"},
    values={1: {"rouge": frozenset({11, 12}), "bleu-nuit": frozenset({12})}},
)


@pytest.mark.parametrize(
    ("stem", "owner"),
    [
        ("ROBE", Owner(1, "ROBE")),
        ("ROBE_2", Owner(1, "ROBE", position=2)),
        ("ROBE-S", Owner(1, "ROBE", frozenset({11}))),
        ("ROBE-M_3", Owner(1, "ROBE", frozenset({12}), 3)),
        ("ROBE-ROUGE_1", Owner(1, "ROBE", frozenset({11, 12}))),
        ("ROBE-Bleu nuit", Owner(1, "ROBE", frozenset({12}))),
        ("ROBE-BLEU_2", Owner(4, "ROBE-BLEU", position=2)),
        ("SAC_2", Owner(2, "SAC_2")),
        ("SAC_3", Owner(3, "SAC", position=3)),
        ("SAC_2_3", Owner(2, "SAC_2", position=3)),
        ("ROBE-VERT", None),
        ("CEINTURE", None),
        ("robe", None),
    ],
)
def test_a_file_belongs_to_what_its_name_says(stem: str, owner: Owner | None) -> None:
    assert CATALOGUE.owner(stem) == owner


def wanted(key: str, content: str, position: int = 1, combinations: frozenset[int] = frozenset()) -> Wanted:
    return Wanted(1, key, Path(key), "png", content, "", Owner(1, "ROBE", combinations, position))


def held(*pictures: tuple[str, int, str]) -> dict[str, Held]:
    return {key: Held(key, image, mark) for key, image, mark in pictures}


def sent(pictures: list[Wanted], known: dict[str, Held], *, removes: bool = False) -> tuple[list[str], dict[str, int]]:
    plan = plan_product(pictures, known, removes=removes)
    return [one.key for one in plan.send], plan.replaced


def test_what_was_sent_is_not_sent_again() -> None:
    pictures = [wanted("A_2", "two", 2), wanted("A", "one")]
    assert plan_product(pictures, held(("A", 5, "one"), ("A_2", 6, "two")), removes=True).is_empty


def test_a_new_picture_at_the_end_is_sent_alone() -> None:
    pictures = [wanted("A", "one"), wanted("A_2", "two", 2)]
    assert sent(pictures, held(("A", 5, "one"))) == (["A_2"], {})


def test_what_lies_behind_a_changed_picture_is_sent_again_so_that_the_order_stays() -> None:
    pictures = [wanted("A", "new"), wanted("A_2", "two", 2)]
    assert sent(pictures, held(("A", 5, "one"), ("A_2", 6, "two"))) == (["A", "A_2"], {"A": 5, "A_2": 6})


def test_pictures_that_stand_in_another_order_are_sent_again() -> None:
    pictures = [wanted("A", "one"), wanted("A_2", "two", 2), wanted("A_3", "three", 3)]
    known = held(("A", 5, "one"), ("A_2", 9, "two"), ("A_3", 7, "three"))
    assert sent(pictures, known) == (["A_3"], {"A_3": 7})


def test_other_combinations_are_told_without_sending_anything() -> None:
    pictures = [wanted("A-S", "one", combinations=frozenset({11, 12}))]
    plan = plan_product(pictures, held(("A-S", 5, "one 11")), removes=False)
    assert ([one.key for one in plan.reshow], plan.send) == (["A-S"], [])


def test_a_file_that_is_gone_takes_its_picture_with_it_only_where_that_is_wanted() -> None:
    known = held(("A", 5, "one"), ("A_2", 6, "two"))
    assert plan_product([wanted("A", "one")], known, removes=False).is_empty
    assert [one.id_image for one in plan_product([wanted("A", "one")], known, removes=True).removed] == [6]

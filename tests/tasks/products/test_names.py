from __future__ import annotations

import pytest

from schemas.folded import fold


@pytest.mark.parametrize(
    ("one", "other"),
    [("36,5", "36.5"), ("36\u201138", "36-38"), ("S\u2013M", "S-M"), ("1,5 L", "1.5 l"), (" Été  Doux", "ete doux")],
)
def test_two_spellings_of_one_value_are_one_name(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(("one", "other"), [("Rouge, bleu", "Rouge. bleu"), ("36,5", "365"), ("1,5 et 2", "1.5 et 2")])
def test_a_comma_between_words_stays(one: str, other: str) -> None:
    assert fold(one) != fold(other)

"""What a person may answer about a document depends on the question, never on the words in which it is asked."""

from __future__ import annotations

import re

import pytest

from connectors.ledger import ANOTHER, SAME, Delivery, DeliveryState
from schemas.messages import LANGUAGES, catalogue
from tasks.handover.questions import ANSWERS
from tasks.handover.send_again import may_be_answered

_TYPED = re.compile(r"orders (another|same) ")
BOTH = (ANOTHER, SAME)


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_question_tells_a_person_to_type_what_answers_it_and_nothing_else_is_asked(language: str) -> None:
    typed = {code: frozenset(_TYPED.findall(text["remedy"])) for code, text in catalogue(language).items()}
    assert {code: answers for code, answers in typed.items() if answers} == ANSWERS


@pytest.mark.parametrize("code", sorted(ANSWERS))
def test_a_remedy_in_other_words_changes_no_answer(code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    held = Delivery(DeliveryState.HELD, last_code=code)
    before = [may_be_answered(held, answer) for answer in BOTH]
    assert before == [answer in ANSWERS[code] for answer in BOTH]
    for language in LANGUAGES:
        texts = catalogue(language)
        reworded = dict(texts[code]) | {"remedy": "Ask your accountant."}
        monkeypatch.setitem(texts._read, code, reworded)
    assert catalogue("en")[code]["remedy"] == "Ask your accountant."
    assert [may_be_answered(held, answer) for answer in BOTH] == before


@pytest.mark.parametrize("code", [None, "", "order_country_not_associated", "a_code_of_a_later_version"])
def test_what_is_no_question_is_answered_by_nobody(code: str | None) -> None:
    held = Delivery(DeliveryState.HELD, last_code=code)
    assert not any(may_be_answered(held, answer) for answer in BOTH)
    assert not any(may_be_answered(None, answer) for answer in BOTH)

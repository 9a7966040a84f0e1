"""From what is known of an article or order to why it is not there, and what to do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from schemas.terminal_texts import LANGUAGES, terminal_text
from tasks.why.plan import article_answer, order_answer
from tasks.why.shapes import Article, FileRow, InShop, Line, LinkFact, Note, Order, OrderInShop

NIGHT = datetime(2026, 11, 29, 2, 0, tzinfo=UTC)
MORNING = NIGHT + timedelta(hours=6)
ROW = FileRow("product", "import_products", "product_1.csv", 12, NIGHT)
LINK = LinkFact("product", 7, 0, "active", NIGHT)
THERE = InShop(7, 0, is_active=True, price="19.9", quantity=3)


def an_article(**known: Any) -> Article:
    return Article(**({"reference": "SAC1", "newest_files": {"product": "product_1.csv"}} | known))


def an_order(**known: Any) -> Order:
    in_shop = OrderInShop("ABCDEFGHI", 2, NIGHT, NIGHT)
    given: dict[str, Any] = {"key": "17", "in_shop": in_shop, "exported_states": (2,), "waiting_states": (1,)}
    return Order(**(given | known))


def verdict(lines: list[Line]) -> list[str]:
    """The codes after the last heading."""
    last = max(at for at, line in enumerate(lines) if line.tone == "head")
    return [line.code for line in lines[last + 1 :]]


def test_what_is_there_as_the_files_say_is_said_so() -> None:
    of = an_article(rows=[ROW], links=[LINK], in_shop=[THERE])
    assert verdict(article_answer(of)) == ["is_there", "do_resync_if_wrong"]


def test_a_rejected_row_is_answered_with_its_own_reason_and_remedy() -> None:
    reject = Note(NIGHT, "import_products", "reject", "not a number", "Write digits.", "product_1.csv", 12)
    lines = article_answer(an_article(rows=[ROW], notes=[reject]))
    assert verdict(lines) == ["is_rejected", "do_as_said"]
    assert lines[-1].params == {"remedy": "Write digits."}


def test_a_reject_that_a_later_file_has_put_right_is_no_reason_any_more() -> None:
    reject = Note(NIGHT, "import_products", "reject", "not a number", "Write digits.", "product_0.csv", 12)
    later = FileRow("product", "import_products", "product_1.csv", 12, MORNING)
    assert verdict(article_answer(an_article(rows=[later], notes=[reject], links=[LINK], in_shop=[THERE])))[0] == (
        "is_there"
    )


def test_a_file_that_waits_comes_first() -> None:
    waiting = FileRow("product", "import_products", "product_2.csv", 3, None)
    assert verdict(article_answer(an_article(rows=[waiting]))) == ["is_waiting", "do_run"]


def test_what_the_shop_refused_is_said_in_its_words() -> None:
    lines = article_answer(an_article(rows=[ROW], refused=("Too long.", "Shorten it.")))
    assert verdict(lines) == ["is_refused", "do_as_said"]


def test_what_somebody_deleted_in_the_shop_can_be_looked_at_again() -> None:
    assert verdict(article_answer(an_article(rows=[ROW], links=[LINK]))) == ["is_deleted", "do_resync"]


def test_what_was_closed_before_the_shop_ever_had_it_was_never_made() -> None:
    closed = LinkFact("product", 0, 0, "absent", NIGHT)
    assert verdict(article_answer(an_article(rows=[ROW], links=[closed]))) == ["was_never_made", "do_activate"]


def test_what_no_file_names_may_be_spelt_otherwise() -> None:
    assert verdict(article_answer(an_article())) == ["never_came", "do_ask_erp"]
    assert verdict(article_answer(an_article(alike=["SAC-1"]))) == ["never_came", "do_look_alike"]


@pytest.mark.parametrize(
    ("state", "codes"),
    [("closed", ["is_closed", "do_open_in_erp"]), ("active", ["is_off_in_shop", "do_switch_on"])],
)
def test_what_is_switched_off_says_by_whom(state: str, codes: list[str]) -> None:
    link, off = LinkFact("product", 7, 0, state, NIGHT), InShop(7, 0, is_active=False, quantity=3)
    assert verdict(article_answer(an_article(rows=[ROW], links=[link], in_shop=[off]))) == codes


def test_what_is_out_of_stock_may_be_hidden() -> None:
    empty = InShop(7, 0, is_active=True, quantity=0)
    assert verdict(article_answer(an_article(rows=[ROW], links=[LINK], in_shop=[empty])))[0] == "is_out_of_stock"


def test_a_shop_that_does_not_answer_leaves_the_question_open() -> None:
    lines = article_answer(an_article(rows=[ROW], links=[LINK], shop_error="it does not answer"))
    assert verdict(lines) == ["shop_unknown"]


def test_an_order_in_the_erp_is_answered_with_its_document() -> None:
    delivery = {"state": "delivered", "erp_number": "ECO/1", "changed_at": NIGHT, "attempts": 1}
    lines = order_answer(an_order(delivery=delivery))
    assert verdict(lines) == ["order_is_delivered"]
    assert lines[-1].params == {"number": "ECO/1"}


def test_a_held_order_is_answered_with_what_holds_it_and_how_it_goes_on() -> None:
    delivery = {"state": "held", "erp_number": None, "changed_at": NIGHT, "attempts": 0}
    lines = order_answer(an_order(delivery=delivery, why=("No code for IT.", "Add it.")))
    assert verdict(lines) == ["order_is_held", "do_as_said", "do_resync_order"]


@pytest.mark.parametrize(
    ("known", "code"),
    [
        ({"in_shop": None}, "order_not_in_shop"),
        ({"in_shop": None, "shop_error": "away"}, "shop_unknown"),
        ({"is_too_early": True}, "order_too_early"),
        ({"in_shop": OrderInShop("A", 1, NIGHT, NIGHT)}, "order_not_paid"),
        ({"in_shop": OrderInShop("A", 6, NIGHT, NIGHT)}, "order_state_does_not_go"),
        ({}, "order_not_looked_at"),
    ],
)
def test_an_order_that_was_not_sent_says_why(known: dict[str, Any], code: str) -> None:
    assert verdict(order_answer(an_order(**known)))[0] == code


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_has_its_text_in_both_languages(language: str) -> None:
    typed = {"program": "passerelle", "shop": " --shop boutique"}
    states = ("delivered", "held", "waiting", "intent")
    orders = [
        an_order(delivery={"state": state, "erp_number": None, "changed_at": NIGHT, "attempts": 0}, why=("a", "b"))
        for state in states
    ]
    articles = [
        an_article(rows=[ROW], links=[LINK], in_shop=[THERE]),
        an_article(links=[LinkFact("stock", 9, 0, "active", NIGHT, in_doubt=True)]),
        an_article(links=[LinkFact("product", 7, 8, "active", NIGHT)], in_shop=[InShop(7, 8, is_active=None)]),
        an_article(newest_files={}),
    ]
    answers = [*map(order_answer, orders), *map(article_answer, articles)]
    for line in (line for answer in answers for line in answer):
        assert terminal_text("why", line.code, language, **dict(line.params) | typed)

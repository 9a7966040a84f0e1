from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connectors.ledger import ANOTHER, ASKED, SAME, DeliveryState, Ledger

if TYPE_CHECKING:
    from tests.connectors.ledger.places import Place


def _one(ledger: Ledger, key: str = "41") -> dict[str, Any]:
    (delivery,) = ledger.deliveries("shop", "order", keys=[key]).rows(named=True)
    return delivery


def test_the_intent_is_there_before_the_call(ledger: Ledger) -> None:
    assert ledger.intend("shop", "order", "41", run_id="r1")
    delivery = _one(ledger)
    assert (delivery["state"], delivery["attempts"], delivery["run_id"]) == ("intent", 1, "r1")
    assert delivery["intent_at"] is not None
    assert delivery["delivered_at"] is None


def test_an_intent_without_an_answer_is_intended_again_and_counted(ledger: Ledger) -> None:
    assert ledger.intend("shop", "order", "41", run_id="r1")
    assert ledger.intend("shop", "order", "41", run_id="r2")
    assert (_one(ledger)["attempts"], _one(ledger)["run_id"]) == (2, "r2")


def test_what_was_delivered_is_never_sent_held_or_waiting_again(ledger: Ledger) -> None:
    ledger.intend("shop", "order", "41", run_id="r1")
    ledger.delivered("shop", "order", "41", erp_number="CC-7", erp_code="WEB0000000041", run_id="r1")
    delivered = _one(ledger)
    assert (delivered["state"], delivered["erp_number"], delivered["erp_code"]) == (
        "delivered",
        "CC-7",
        "WEB0000000041",
    )
    assert not ledger.intend("shop", "order", "41", run_id="r2")
    assert not ledger.hold("shop", "order", "41", code="no-carrier", run_id="r2")
    assert not ledger.wait("shop", "order", "41", code="unpaid", run_id="r2")
    assert _one(ledger) == delivered


def test_an_order_found_in_the_erp_is_adopted_without_an_intent(ledger: Ledger) -> None:
    ledger.delivered("shop", "order", "41", erp_number="CC-7", erp_code=None, run_id="r1")
    assert (_one(ledger)["state"], _one(ledger)["attempts"]) == ("delivered", 0)


def test_a_held_or_waiting_order_says_why_and_is_sent_later(ledger: Ledger) -> None:
    assert ledger.wait("shop", "order", "41", code="unpaid", run_id="r1")
    assert (_one(ledger)["state"], _one(ledger)["last_code"]) == ("waiting", "unpaid")
    assert ledger.hold("shop", "order", "41", code="no-carrier", run_id="r2")
    assert (_one(ledger)["state"], _one(ledger)["last_code"], _one(ledger)["attempts"]) == ("held", "no-carrier", 0)
    assert ledger.intend("shop", "order", "41", run_id="r3")
    ledger.delivered("shop", "order", "41", erp_number="CC-7", erp_code=None, run_id="r3")
    assert (_one(ledger)["last_code"], _one(ledger)["attempts"]) == (None, 1)


def test_what_is_held_again_for_the_same_reason_has_not_changed(ledger: Ledger) -> None:
    ledger.hold("shop", "order", "41", code="no-carrier", run_id="r1")
    first = _one(ledger)["changed_at"]
    ledger.hold("shop", "order", "41", code="no-carrier", run_id="r2")
    assert (_one(ledger)["changed_at"], _one(ledger)["run_id"]) == (first, "r2")
    ledger.hold("shop", "order", "41", code="no-country", run_id="r3")
    assert _one(ledger)["changed_at"] > first


def test_a_cleared_delivery_is_looked_at_as_if_for_the_first_time(ledger: Ledger) -> None:
    for key in ("41", "42"):
        ledger.delivered("shop", "order", key, erp_number=key, erp_code=None, run_id="r1")
    assert ledger.clear("shop", "order", ["41", "unknown"]) == 1
    assert ledger.deliveries("shop", "order")["key"].to_list() == ["42"]
    assert ledger.intend("shop", "order", "41", run_id="r2")


def test_deliveries_are_found_by_kind_state_and_key_latest_first(ledger: Ledger) -> None:
    for key in ("1", "2", "3"):
        ledger.intend("shop", "order", key, run_id="r1")
    ledger.intend("shop", "return", "1", run_id="r1")
    ledger.intend("lyon", "order", "9", run_id="r1")
    ledger.hold("shop", "order", "1", code="c", run_id="r1")
    assert ledger.deliveries("shop").height == 4
    assert ledger.deliveries("shop", "order")["key"].to_list() == ["1", "3", "2"]
    assert ledger.deliveries("shop", states=[DeliveryState.HELD])["key"].to_list() == ["1"]
    assert ledger.deliveries("shop", "order", keys=["2", "9"])["key"].to_list() == ["2"]
    assert ledger.deliveries("shop", "order", limit=1)["key"].to_list() == ["1"]
    assert ledger.deliveries("shop", "customer").is_empty()


def test_the_time_of_the_first_look_is_not_that_of_the_delivery(ledger: Ledger, place: Place) -> None:
    ledger.wait("shop", "order", "41", code="unpaid", run_id="r1")
    assert place.ask("select intent_at, delivered_at from deliveries") == [(None, None)]


def test_what_is_in_doubt_keeps_what_was_sent_first_and_since_when(ledger: Ledger) -> None:
    assert ledger.intend("shop", "order", "41", run_id="r1", identity="a", intended="first")
    since = _one(ledger)["doubt_at"]
    assert ledger.intend("shop", "order", "41", run_id="r2", identity="a", intended="second")
    assert (_one(ledger)["intended"], _one(ledger)["doubt_at"]) == ("first", since)
    assert not ledger.intend("shop", "order", "41", run_id="r3", identity="b", intended="third")
    assert ledger.hold("shop", "order", "41", code="refused", run_id="r3", answered=True)
    assert (_one(ledger)["intended"], _one(ledger)["doubt_at"]) == (None, None)
    assert ledger.intend("shop", "order", "41", run_id="r4", identity="a", intended="fourth")
    assert _one(ledger)["intended"] == "fourth"


def test_what_is_in_doubt_is_forgotten_by_a_person_only(ledger: Ledger) -> None:
    ledger.intend("shop", "order", "41", run_id="r1")
    assert ledger.clear("shop", "order", ["41"]) == 0
    assert ledger.clear("shop", "order", ["41"], doubts=True) == 1
    assert ledger.delivery("shop", "order", "41") is None


def test_a_key_that_belongs_to_another_one_now_keeps_what_was_delivered_under_it(ledger: Ledger) -> None:
    for number in ("1", "2"):
        ledger.delivered("shop", "order", "41", erp_number=number, erp_code="C", run_id="r", identity=f"of {number}")
        ledger.displace("shop", "order", "41", identity="new", code="reused", run_id="r")
    held = ledger.delivery("shop", "order", "41")
    assert held is not None
    assert (held.state, held.identity, held.answer) == (DeliveryState.HELD, "new", ASKED)
    former = ledger.former("shop", "order", "41")
    assert former is not None
    assert (former.erp_number, former.identity) == ("2", "of 2")
    assert ledger.knows_document("shop", "order", "1")
    assert ledger.known_documents("shop", "order") == {"1", "2"}
    assert ledger.former("shop", "order", "4") is None


def test_an_answer_says_another_one_or_brings_back_the_former(ledger: Ledger) -> None:
    ledger.delivered("shop", "order", "41", erp_number="1", erp_code="C", run_id="r", identity="old")
    assert not ledger.answer("shop", "order", "41", ANOTHER, code="answered")
    ledger.displace("shop", "order", "41", identity="new", code="reused", run_id="r")
    assert ledger.answer("shop", "order", "41", ANOTHER, code="answered")
    assert (_one(ledger)["state"], _one(ledger)["answer"]) == ("waiting", ANOTHER)
    assert ledger.answer("shop", "order", "41", SAME, code="answered")
    assert (_one(ledger)["state"], _one(ledger)["erp_number"], _one(ledger)["identity"]) == ("delivered", "1", "new")
    assert ledger.former("shop", "order", "41") is None


def test_a_delivery_is_given_its_identity_once(ledger: Ledger) -> None:
    ledger.delivered("shop", "order", "41", erp_number="1", erp_code="C", run_id="r")
    ledger.identify("shop", "order", {"41": "a", "42": "b"})
    ledger.identify("shop", "order", {"41": "c"})
    assert _one(ledger)["identity"] == "a"


def test_what_was_sent_is_delivered_once_the_erp_has_named_it_and_is_not_sent_again(ledger: Ledger) -> None:
    for key in ("41", "42"):
        ledger.delivered("shop", "order", key, erp_number=key, erp_code=None, run_id="r1", state=DeliveryState.SENT)
    assert not ledger.intend("shop", "order", "41", run_id="r2")
    assert not ledger.wait("shop", "order", "41", code="order_unpaid", run_id="r2")
    assert ledger.named_by_erp("shop", "order", ["41", "43"], run_id="r3") == 1
    assert ledger.named_by_erp("shop", "order", ["41"], run_id="r4") == 0
    states = ledger.deliveries("shop", "order").sort("key").select("key", "state", "run_id").rows()
    assert states == [("41", "delivered", "r3"), ("42", "sent", "r1")]

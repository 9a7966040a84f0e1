from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connectors.ledger import DeliveryState, Ledger

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

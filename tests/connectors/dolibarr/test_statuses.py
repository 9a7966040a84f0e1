"""What the people of Dolibarr do with an order is read in few requests."""

from __future__ import annotations

from datetime import date

from deployments.sandbox.dolibarr import SandboxDolibarr
from schemas.erp import Asked, Cancellation, DocumentStatus, Erp, ErpNumber
from tests.connectors.dolibarr.shop_orders import line, order
from tests.connectors.dolibarr.test_exactly_once import send

DAY = date(2026, 11, 20)
MUGS = line(1, "MUG", 2, "24.00")


def statuses(erp: Erp, *numbers: ErpNumber) -> dict[ErpNumber, DocumentStatus]:
    assert erp.statuses is not None
    return dict(erp.statuses.statuses([Asked(number, DAY) for number in numbers]))


def test_a_new_order_is_validated_and_not_shipped(erp: Erp) -> None:
    number = send(erp, order(MUGS))
    status = statuses(erp, number)[number]
    assert status.values == {"status": "validated", "billed": "yes", "shipment": "none"}
    assert (status.shown_as, status.internal_reference) == ("CO2611-0001", "WEB12")


def test_a_shipment_is_told_with_its_tracking_number(box: SandboxDolibarr, erp: Erp) -> None:
    number = send(erp, order(MUGS))
    box.ship(1, "TR-1", method=5)
    status = statuses(erp, number)[number]
    assert status.values == {"status": "shipping", "billed": "yes", "shipment": "validated"}
    assert (status.tracking, status.carrier_code) == ("TR-1", "UPS")


def test_what_has_arrived_is_delivered(box: SandboxDolibarr, erp: Erp) -> None:
    number = send(erp, order(MUGS))
    box.ship(1, "TR-1", arrived=True)
    assert statuses(erp, number)[number].values["status"] == "delivered"


def test_an_order_that_is_gone_or_anothers_is_left_out(box: SandboxDolibarr, erp: Erp) -> None:
    number = send(erp, order(MUGS))
    assert statuses(erp, ErpNumber("CO2611-0009/99")) == {}
    assert statuses(erp, ErpNumber("CO2511-0001/1")) == {}
    assert list(statuses(erp, number)) == [number]


def test_many_orders_cost_few_requests(box: SandboxDolibarr, erp: Erp) -> None:
    send(erp, order(MUGS))
    before = sum(box.requests.values())
    statuses(erp, *(ErpNumber(f"CO2611-{number:04}/{number}") for number in range(1, 151)))
    assert sum(box.requests.values()) - before <= 3


def test_an_order_of_which_nothing_was_made_is_cancelled_once(box: SandboxDolibarr, erp: Erp) -> None:
    assert erp.cancels is not None
    id_ = box.insert_order(box.insert_third_party("X"), "HAND", [], "2026-11-20")
    number = ErpNumber(f"CO2611-0001/{id_}")
    assert erp.cancels.cancel(number) is Cancellation.CANCELLED
    assert erp.cancels.cancel(number) is Cancellation.CANCELLED
    assert box.requests["PUT orders"] == 1
    assert erp.cancels.cancel(ErpNumber("CO2611-0002/9")) is Cancellation.MISSING


def test_an_order_that_is_invoiced_is_a_persons_to_cancel(erp: Erp) -> None:
    assert erp.cancels is not None
    assert erp.cancels.cancel(send(erp, order(MUGS))) is Cancellation.UNDER_WAY

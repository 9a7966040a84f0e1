"""An order, its invoice and its payments are in Dolibarr once, whatever stops the way there."""

from __future__ import annotations

import threading
from dataclasses import replace
from decimal import Decimal

import pytest

from deployments.sandbox.dolibarr import SandboxDolibarr
from deployments.sandbox.dolibarr.faults import Kind
from schemas.associations import Associations
from schemas.associations import Payment as Mode
from schemas.documents import Order
from schemas.erp import Erp, ErpNumber
from schemas.erp_settings import ServiceItems
from schemas.errors import AlreadyThereError, DeniedError, PasserelleError, RefusedError, TransientError
from tests.connectors.dolibarr.opening import open_erp
from tests.connectors.dolibarr.shop_orders import ELSEWHERE, ZOE, line, order

pytestmark = pytest.mark.lasting

ORDER = order(
    line(1, "MUG", 3, "29.99"),
    line(2, "B & K", 1, "10.00", "5.5"),
    total_shipping_tax_incl="7.00",
    total_shipping_tax_excl="5.83",
    total_discounts_tax_incl="5.00",
    total_discounts_tax_excl="4.31",
    delivery=ELSEWHERE,
)


def send(erp: Erp, wanted: Order = ORDER) -> ErpNumber:
    """As a run does: the customer first, then the order."""
    assert erp.customers is not None
    assert erp.orders is not None
    code = next(erp.customers.codes(ZOE.id_customer))
    if erp.customers.get(code) is None:
        try:
            erp.customers.create(code, ZOE)
        except RefusedError:
            assert erp.customers.get(code) is not None
    outgoing = erp.orders.translated(wanted, code)
    found = erp.orders.find(outgoing.type, outgoing.reference, outgoing.external_reference, code)
    if found.ours is not None:
        return found.ours.status.number
    return erp.orders.create(outgoing)


def check_one_of_each(box: SandboxDolibarr) -> None:
    (made,), (invoice,), (payment,) = box.orders(), box.invoices(), box.payments()
    assert (made["status"], made["billed"], made["ref_client"]) == ("1", "1", "XKBKNABJK")
    assert Decimal(made["total_ttc"]) == Decimal(invoice["total_ttc"]) == Decimal("41.99")
    assert (invoice["status"], invoice["remaintopay"]) == ("2", "0")
    assert invoice["ref"].startswith("FA")
    assert invoice["linkedObjectsIds"] == {"commande": {str(made["id"]): str(made["id"])}}
    assert Decimal(payment["amount"]) == Decimal("41.99")
    assert len(box.third_parties()) == 1
    assert len(box.contacts()) == 1
    assert box.state.orders.rows[int(made["id"])]["contacts"] == [(1, "SHIPPING")]


def test_an_order_becomes_order_invoice_and_payment_in_the_shops_amounts(box: SandboxDolibarr, erp: Erp) -> None:
    number = send(erp)
    assert number == "CO2611-0001/1"
    check_one_of_each(box)
    lines = [(line["product_ref"], line["qty"], Decimal(line["total_ttc"])) for line in box.orders()[0]["lines"]]
    assert lines == [
        ("MUG", "3", Decimal("29.99")),
        (None, "1", Decimal("10.00")),
        ("PS-SHIPPING", "1", Decimal("7.00")),
        ("PS-DISCOUNT", "1", Decimal("-1.25")),
        ("PS-DISCOUNT", "1", Decimal("-3.75")),
    ]


def test_an_order_that_dolibarr_marks_as_invoiced_by_itself_is_not_marked_by_us(box: SandboxDolibarr, erp: Erp) -> None:
    box.state.constants["WORKFLOW_INVOICE_AMOUNT_CLASSIFY_BILLED_ORDER"] = "1"
    send(erp)
    check_one_of_each(box)
    assert box.requests["POST orders/setinvoiced"] == 0
    del box.state.constants["WORKFLOW_INVOICE_AMOUNT_CLASSIFY_BILLED_ORDER"]
    send(erp, replace(ORDER, id_order=13, reference="OTHER"))
    assert (box.requests["POST orders/setinvoiced"], [each["billed"] for each in box.orders()]) == (1, ["1", "1"])


def test_a_cheque_is_booked_as_written_by_the_customer(box: SandboxDolibarr) -> None:
    modes = Associations(payments=[Mode(module="ps_card", erp="CHQ/WEB")])
    with open_erp(box, associations=modes) as erp:
        send(erp)
    (payment,) = box.payments()
    assert payment["type"] == "CHQ"


def test_the_same_order_again_writes_nothing(box: SandboxDolibarr, erp: Erp) -> None:
    first = send(erp)
    before = box.requests.copy()
    with open_erp(box) as later:
        assert send(later) == first
    written = {name: box.requests[name] - before[name] for name in box.requests if not name.startswith("GET")}
    assert not any(written.values())
    check_one_of_each(box)


@pytest.mark.parametrize("kind", ["500-after", "reset-before"])
def test_a_lost_answer_anywhere_leaves_one_of_each(kind: Kind) -> None:
    """Every request of the way is lost in turn; the next run ends what was begun."""
    with SandboxDolibarr() as box:
        box.insert_product("MUG", "Mug")
        assert lose_each_answer(box, kind) > 12


def lose_each_answer(box: SandboxDolibarr, kind: Kind) -> int:
    """How many requests an order takes, each of which was lost once."""
    for at in range(40):
        prefix, reference = f"w{at}x", f"LOST{at}"
        own = {"order_prefix": prefix, "items": ServiceItems(shipping=f"SHIP{at}", discount=f"OFF{at}")}
        wanted, struck = replace(ORDER, reference=reference), box.faults.struck
        with open_erp(box, **own) as erp:
            box.faults.add(kind, after=at)
            is_sent = _is_sent(erp, wanted)
            box.faults.clear()
        with open_erp(box, **own) as erp:
            assert is_sent or _is_sent(erp, wanted)
        made = [each for each in box.orders() if each["ref_client"] == reference]
        invoices = [each for each in box.invoices() if each["ref_client"] == reference]
        assert [(each["status"], each["billed"]) for each in made] == [("1", "1")]
        assert [(each["status"], each["totalpaid"]) for each in invoices] == [("2", 41.99)]
        if box.faults.struck == struck:
            return at
    return 0


def _is_sent(erp: Erp, wanted: Order) -> bool:
    try:
        send(erp, wanted)
    except TransientError:
        return False
    return True


def test_four_senders_at_once_make_one_order(box: SandboxDolibarr) -> None:
    with open_erp(box) as erp:
        send(erp, order(line(1, "MUG", 1, "1.20"), id_order=11, reference="ANOTHER"))
        refusals: list[PasserelleError] = []

        def one() -> None:
            try:
                send(erp)
            except PasserelleError as error:
                refusals.append(error)

        threads = [threading.Thread(target=one) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len([each for each in box.orders() if each["ref_client"] == "XKBKNABJK"]) == 1
    assert len([each for each in box.payments() if Decimal(each["amount"]) == Decimal("41.99")]) == 1


def test_a_deadlock_is_sent_again(box: SandboxDolibarr, erp: Erp) -> None:
    box.faults.add("deadlock", "POST orders", times=3)
    box.faults.add("collision", "POST orders/validate", times=2)
    send(erp)
    check_one_of_each(box)


def test_warnings_of_php_before_the_answer_are_read_over(box: SandboxDolibarr, erp: Erp) -> None:
    box.faults.add("warning", "POST invoices")
    send(erp)
    check_one_of_each(box)


def test_a_draft_that_is_no_longer_the_order_is_not_completed(box: SandboxDolibarr, erp: Erp) -> None:
    box.faults.add("500-after", "POST orders")
    with pytest.raises(TransientError):
        send(erp)
    box.faults.clear()
    other = order(line(1, "MUG", 2, "19.99"))
    with open_erp(box) as later, pytest.raises(RefusedError, match=r"of a document of 19\.99"):
        send(later, other)
    assert [each["status"] for each in box.orders()] == ["0"]


def test_dolibarr_that_rounds_otherwise_keeps_the_draft(box: SandboxDolibarr, erp: Erp) -> None:
    box.state.constants["MAIN_MAX_DECIMALS_UNIT"] = "2"
    with pytest.raises(RefusedError, match="Dolibarr makes"):
        send(erp, order(line(1, "MUG", 12, "119.99")))
    assert box.invoices() == []


def test_a_completed_order_is_there_already(box: SandboxDolibarr, erp: Erp) -> None:
    send(erp)
    assert erp.orders is not None
    with pytest.raises(AlreadyThereError):
        erp.orders.create(erp.orders.translated(ORDER, "WEB0000001563"))


def test_a_right_that_is_missing_is_named(box: SandboxDolibarr, erp: Erp) -> None:
    box.denied.add("POST invoices")
    with pytest.raises(DeniedError) as refused:
        send(erp)
    assert refused.value.text == "dolibarr_no_right"
    assert refused.value.params["value"] == "create an invoice"


def test_a_free_order_has_an_invoice_that_counts_as_paid(box: SandboxDolibarr, erp: Erp) -> None:
    gift = line(1, "MUG", 1, "10.00")
    send(erp, order(gift, total_discounts_tax_incl="10.00", total_discounts_tax_excl="8.33"))
    assert [(each["status"], Decimal(each["total_ttc"])) for each in box.invoices()] == [("2", Decimal(0))]
    assert box.payments() == []


def test_without_invoices_only_the_order_goes(box: SandboxDolibarr) -> None:
    with open_erp(box, with_invoices=False) as erp:
        first = send(erp)
        assert send(erp) == first
    assert [each["status"] for each in box.orders()] == ["1"]
    assert box.invoices() == []


def test_what_is_found_is_compared_by_the_shops_own_references(erp: Erp) -> None:
    number = send(erp)
    assert erp.orders is not None
    found = erp.orders.get(number, "XKBKNABJK")
    assert found is not None
    assert found.has_external_reference
    assert (found.day, found.status.customer_code, found.status.currency) == ("2026-11-21", "WEB0000001563", "EUR")
    named = {line.references[0] for line in found.lines}
    assert (
        named
        == set(erp.orders.translated(ORDER, "WEB0000001563").compared.lines)
        == {
            "MUG",
            "B & K",
            "PS-SHIPPING",
            "PS-DISCOUNT",
        }
    )

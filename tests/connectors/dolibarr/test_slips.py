"""A credit slip is one credit note on the invoice of its order, whatever stops the way there."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.dolibarr.order_obstacles import order_obstacles
from connectors.dolibarr.slip_draft import slip_draft, slip_obstacles
from connectors.dolibarr.vat import as_dolibarr
from deployments.sandbox.dolibarr import SandboxDolibarr
from deployments.sandbox.dolibarr.faults import Kind
from schemas.documents import Order, Slip
from schemas.erp import Erp, ErpNumber
from schemas.errors import AlreadyThereError, RefusedError, TransientError
from schemas.order_sums import line_totals
from tests.connectors.dolibarr.opening import open_erp
from tests.connectors.dolibarr.shop_orders import CODES, line, order, orders
from tests.connectors.dolibarr.test_exactly_once import send
from tests.examples import examples
from tests.slips import slip

pytestmark = pytest.mark.lasting

ORDER = order(
    line(1, "MUG", 3, "29.99"),
    line(2, "B & K", 1, "10.00", "5.5"),
    total_shipping_tax_incl="7.00",
    total_shipping_tax_excl="5.83",
)


def give_back(erp: Erp, of_slip: Slip) -> ErpNumber:
    """As a run does, the look-up before the creation."""
    assert erp.slips is not None
    assert of_slip.order is not None
    outgoing = erp.slips.translated(of_slip, "WEB0000001563")
    found = erp.slips.find(outgoing.type, outgoing.reference, of_slip.order.reference, "")
    return found.ours.status.number if found.ours is not None else erp.slips.create(outgoing)


def of(erp: Erp, *lines: tuple[int, int, str], shipping: str = "0") -> Slip:
    return replace(slip(ORDER, *lines, shipping=shipping), order_number=send(erp, ORDER))


def notes(box: SandboxDolibarr) -> list[tuple[str, str, Decimal]]:
    found = (each for each in box.invoices() if each["type"] == "2")
    return [(each["ref"], each["status"], Decimal(each["total_ttc"])) for each in found]


@settings(max_examples=examples(40))
@given(orders(most_lines=4), st.data())
def test_what_an_order_was_charged_can_be_given_back_to_the_cent(bought: Order, data: st.DataObject) -> None:
    if order_obstacles(bought, CODES):
        return
    totals = line_totals(bought)
    parts = [
        (at, sold.quantity, str(data.draw(st.integers(1, int(total * 100))) / Decimal(100)))
        for at, (sold, total) in enumerate(zip(bought.lines, totals, strict=True), start=1)
        if total
    ]
    given_back = slip(bought, *parts, shipping=str(bought.total_shipping_tax_incl))
    if list(slip_obstacles(given_back, CODES)):
        return
    draft = slip_draft(given_back, CODES, "WEB.S7")
    asked = sum((Decimal(amount) for *_, amount in parts), Decimal(0)) + bought.total_shipping_tax_incl
    made = [as_dolibarr(each.unit_tax_excl, each.quantity, each.rate) for each in draft.lines]
    assert sum(made, Decimal(0)) == draft.total == -asked


def test_a_credit_note_has_the_rate_of_each_line_and_of_shipping(box: SandboxDolibarr, erp: Erp) -> None:
    number = give_back(erp, of(erp, (1, 2, "19.99"), (2, 1, "4.00"), shipping="2.00"))
    [(reference, status, total)] = notes(box)
    assert (number.partition("/")[0], status, total) == (reference, "1", Decimal("-25.99"))
    (note,) = (each for each in box.invoices() if each["type"] == "2")
    lines = [(each["qty"], Decimal(each["tva_tx"]), Decimal(each["total_ttc"])) for each in note["lines"]]
    assert lines == [
        ("2", Decimal(20), Decimal("-19.99")),
        ("1", Decimal("5.5"), Decimal("-4.00")),
        ("1", Decimal(20), Decimal("-2.00")),
    ]
    assert give_back(erp, of(erp, (1, 2, "19.99"), (2, 1, "4.00"), shipping="2.00")) == number
    assert len(notes(box)) == 1


@pytest.mark.parametrize("kind", ["500-after", pytest.param("reset-before", marks=pytest.mark.slow)])
def test_a_lost_answer_anywhere_leaves_one_credit_note(kind: Kind) -> None:
    """Every request of the way is lost in turn; the next run ends what was begun."""
    with SandboxDolibarr() as box:
        box.insert_product("MUG", "Mug")
        assert lose_each_answer(box, kind) > 5


def lose_each_answer(box: SandboxDolibarr, kind: Kind) -> int:
    """How many requests a slip takes, each of which was lost once."""
    with open_erp(box) as erp:
        number = send(erp, ORDER)
    for at in range(20):
        wanted = replace(slip(ORDER, (1, 1, "0.50")), id_order_slip=at, order_number=number)
        struck = box.faults.struck
        with open_erp(box) as erp:
            box.faults.add(kind, after=at)
            with suppress(TransientError):
                give_back(erp, wanted)
            box.faults.clear()
        with open_erp(box) as erp:
            give_back(erp, wanted)
        assert [each[1:] for each in notes(box)] == [("1", Decimal("-0.50"))] * (at + 1)
        if box.faults.struck == struck:
            return at
    return 0


def test_a_draft_that_is_not_this_slip_is_not_completed(box: SandboxDolibarr, erp: Erp) -> None:
    wanted = of(erp, (1, 1, "5.00"))
    box.faults.add("500-after", "POST invoices")
    with pytest.raises(TransientError):
        give_back(erp, wanted)
    with pytest.raises(RefusedError, match="of a document of -6"):
        give_back(erp, replace(slip(ORDER, (1, 1, "6.00")), order_number=wanted.order_number))
    assert [each[1] for each in notes(box)] == ["0"]


def test_one_that_is_there_already_says_so(erp: Erp) -> None:
    assert erp.slips is not None
    wanted = of(erp, (1, 1, "5.00"))
    give_back(erp, wanted)
    with pytest.raises(AlreadyThereError):
        erp.slips.create(erp.slips.translated(wanted, "WEB0000001563"))


def test_what_is_left_of_the_invoice_holds_a_slip_and_refuses_it(box: SandboxDolibarr, erp: Erp) -> None:
    assert erp.slips is not None
    give_back(erp, of(erp, (1, 3, "29.99"), shipping="7.00"))
    more = replace(of(erp, (2, 1, "10.00"), shipping="0.01"), id_order_slip=8)
    [obstacle] = erp.slips.obstacles(more)
    assert (obstacle.code, obstacle.params["left"]) == ("slip_more_than_left", "10.00")
    with pytest.raises(RefusedError, match=r"more than the 10\.00"):
        give_back(erp, more)
    assert erp.slips.obstacles(of(erp, (1, 3, "29.99"), shipping="7.00")) == ()
    assert len(notes(box)) == 1


def test_an_order_that_is_not_invoiced_holds_its_slip(box: SandboxDolibarr) -> None:
    with open_erp(box, with_invoices=False) as erp:
        assert erp.slips is not None
        [obstacle] = erp.slips.obstacles(of(erp, (1, 1, "5.00")))
    assert obstacle.code == "slip_order_not_invoiced"


def test_a_rate_that_dolibarr_does_not_have_holds_the_slip() -> None:
    strange = order(line(1, "MUG", 1, "11.90", "19"))
    assert [each.code for each in slip_obstacles(slip(strange, (1, 1, "1.00")), CODES)] == ["slip_vat_rate_unknown"]

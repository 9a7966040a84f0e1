"""What every ERP promises, held against a small world of each; one that lacks an ability is skipped with its name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from connectors.ledger import Ledger
from schemas.documents import Order
from schemas.erp import Erp, need, orders_of
from schemas.erp_settings import Erp as ErpSettings
from schemas.erps import ABILITIES
from schemas.errors import ConfigurationError, RefusedError, TransientError
from schemas.flows import FLOWS
from schemas.identities import identity_of_order
from tasks.handover.customers import OTHER_NAME, SEVERAL, CustomerSync
from tasks.handover.sender import Delivered, DocumentSender, Handover, ToDeliver
from tests.connectors.cegid.shop_orders import line, order
from tests.erps.worlds import WORLDS, ErpWorld

SHOP = "shop"
ORDER = replace(order(line(1, "ROBE-S", 2, "59.80")), placed_text="2026-11-21 00:30:00")
CODE = "WEB0000001563"


@pytest.fixture(params=sorted(WORLDS))
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ErpWorld]:
    with WORLDS[request.param](tmp_path / "erp") as one:
        for ability in ("orders", "customers"):
            if getattr(one.erp, ability) is None:
                pytest.skip(f"{request.param} does not take {ability}")
        yield one


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger.open(f"sqlite:///{tmp_path / 'ledger.db'}") as opened:
        yield opened


def settings(**more: str) -> ErpSettings:
    return ErpSettings.model_validate({"kind": "cegid"} | more)


def sent(world: ErpWorld, ledger: Ledger, of_order: Order = ORDER, **more: str) -> Delivered:
    """The order handed over by a run of its own."""
    erp = world.erp
    customers = CustomerSync(ledger, erp, settings(**more), SHOP, "run", {})
    sender = DocumentSender(ledger, orders_of(erp), SHOP, "run", erp.ledger_kind("order"), "order")
    customers.recall([of_order.customer])
    return sender.send(
        ToDeliver(
            document=of_order,
            key=str(of_order.id_order),
            identity=identity_of_order(of_order, ledger.secret()),
            account=str(of_order.customer.id_customer),
            external_reference=of_order.reference,
            customer_code=lambda: customers.sync(of_order.customer),
            is_customer=lambda code: customers.is_of(code, of_order.customer),
        )
    )


@pytest.mark.parametrize("kind", sorted(ABILITIES.keys() & WORLDS.keys()))
def test_what_an_erp_can_is_what_its_flows_are_deployed_for(kind: str, tmp_path: Path) -> None:
    with WORLDS[kind](tmp_path / "erp") as one:
        asked = {flow.asks for flow in FLOWS.values() if flow.asks}
        able = {name for name in asked if getattr(one.erp, name) is not None}
        assert able <= ABILITIES[one.erp.kind]
        assert ABILITIES[one.erp.kind] - able <= {"returns", "slips"}, "the world of an ERP by file writes orders only"


def test_an_order_becomes_one_document_whose_total_and_person_are_its_own(world: ErpWorld, ledger: Ledger) -> None:
    assert sent(world, ledger).handover is Handover.CREATED
    assert world.documents() == [("WEB12", ORDER.reference, CODE, Decimal("59.80"))]
    assert world.customers() == {CODE}


def test_a_second_run_creates_nothing(world: ErpWorld, ledger: Ledger) -> None:
    sent(world, ledger)
    assert sent(world, ledger).handover is Handover.ALREADY
    assert len(world.documents()) == 1


def test_a_lost_answer_makes_no_second_document(world: ErpWorld, ledger: Ledger) -> None:
    world.lose_answer("WEB12")
    with pytest.raises(TransientError):
        sent(world, ledger)
    assert sent(world, ledger).handover is Handover.ADOPTED
    assert len(world.documents()) == 1


def test_a_lost_ledger_makes_no_second_document(world: ErpWorld, ledger: Ledger, tmp_path: Path) -> None:
    sent(world, ledger)
    with Ledger.open(f"sqlite:///{tmp_path / 'another.db'}") as new:
        assert sent(world, new).handover is Handover.ADOPTED
    assert len(world.documents()) == 1
    assert world.customers() == {CODE}


def test_a_refusal_stops_one_order_only_and_it_goes_once_it_may(world: ErpWorld, ledger: Ledger) -> None:
    world.refuse("WEB12")
    with pytest.raises(RefusedError):
        sent(world, ledger)
    other = replace(ORDER, id_order=13, reference="OTHER")
    assert sent(world, ledger, other).handover is Handover.CREATED
    world.allow()
    assert sent(world, ledger).handover is Handover.CREATED
    assert sorted(each[0] for each in world.documents()) == ["WEB12", "WEB13"]


def test_an_id_that_is_another_orders_now_is_held(world: ErpWorld, ledger: Ledger) -> None:
    sent(world, ledger)
    another = replace(ORDER, reference="ANOTHER", placed_text="2026-11-22 00:00:00")
    held = sent(world, ledger, another)
    assert held.question is not None
    assert held.question.code == "order_id_reused"
    assert len(world.documents()) == 1


def test_a_document_under_our_reference_with_other_lines_is_not_taken_for_ours(
    world: ErpWorld, ledger: Ledger, tmp_path: Path
) -> None:
    sent(world, ledger)
    changed = replace(order(line(1, "JUPE", 2, "59.80")), placed_text=ORDER.placed_text)
    with Ledger.open(f"sqlite:///{tmp_path / 'another.db'}") as new:
        held = sent(world, new, changed)
    assert held.question is not None
    assert held.question.code == "order_document_differs"
    assert "lines" in held.question.params["differing"]


def test_a_cancelled_document_is_not_taken_for_ours(world: ErpWorld, ledger: Ledger, tmp_path: Path) -> None:
    sent(world, ledger)
    world.cancel()
    with Ledger.open(f"sqlite:///{tmp_path / 'another.db'}") as new:
        held = sent(world, new)
    assert held.question is not None
    assert "cancelled" in held.question.params["differing"]


def test_a_customer_of_the_same_email_and_name_is_used(world: ErpWorld, ledger: Ledger) -> None:
    world.insert_customer("C7", "ZOE@example.com", "Élan")
    sent(world, ledger)
    assert [each[2] for each in world.documents()] == ["C7"]
    assert world.customers() == {"C7"}


def test_a_customer_of_another_name_holds_the_order_where_the_settings_say_so(world: ErpWorld, ledger: Ledger) -> None:
    world.insert_customer("C7", "zoe@example.com", "Dupont")
    with pytest.raises(RefusedError) as refused:
        sent(world, ledger, other_names="hold")
    assert refused.value.code == OTHER_NAME
    assert world.documents() == []


def test_an_email_of_several_customers_is_nobodys(world: ErpWorld, ledger: Ledger) -> None:
    for code in ("C7", "C8"):
        world.insert_customer(code, "zoe@example.com", "Élan")
    with pytest.raises(RefusedError) as refused:
        sent(world, ledger)
    assert refused.value.code == SEVERAL
    assert "C7, C8" in refused.value.reason


def test_a_code_that_somebody_else_has_is_not_ours(world: ErpWorld, ledger: Ledger) -> None:
    world.insert_customer(CODE, "stranger@example.com", "Dupont")
    sent(world, ledger)
    assert [each[2] for each in world.documents()] == [f"{CODE}A"]


def test_a_plan_shows_what_would_be_created_and_names_nobody(world: ErpWorld) -> None:
    documents = orders_of(world.erp)
    fields = documents.preview(documents.translated(ORDER, CODE), "en")
    shown = " ".join(text for field in fields for text in field)
    assert "WEB12" in shown
    assert "Zoé" not in shown
    assert world.documents() == []


def test_a_plan_of_a_document_is_in_the_language_of_the_shop(world: ErpWorld) -> None:
    documents = orders_of(world.erp)
    fields = documents.preview(documents.translated(ORDER, CODE), "fr")
    english = re.compile(r"\b(?:line|payment|carrier|order|credit|note|at|instead|VAT)\b")
    assert [text for field in fields for text in field if english.search(text)] == []


def test_an_ability_that_an_erp_lacks_is_a_clear_message() -> None:
    bare = Erp("shoebox", "production", connections=1, sent=dict)
    with pytest.raises(ConfigurationError, match="export_orders is not possible with an ERP of kind shoebox"):
        orders_of(bare)
    assert need("something", "shoebox", "flow") == "something"

"""Documents of the ERP are kept by order, compared before they are written, and given back as they were sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.contract.prestashop.module.pages import LINE, body, delivery, order
from tests.contract.prestashop.module.sales import Sales
from tests.contract.prestashop.setting import NO_SUCH_ID
from tests.contract.prestashop.webservice import Webservice, refused

if TYPE_CHECKING:
    from lxml import etree

    from tests.contract.prestashop.documents import Entity


@pytest.fixture
def placed(sales: Sales) -> Entity:
    return sales.created(sales.sale())


def put(shop: Webservice, *orders: dict[str, Any]) -> list[tuple[str, str]]:
    """Status and message of each order."""
    reply = shop.send("PUT", "erp_documents", body=body(*orders))
    assert reply.status == 200, reply.body
    return [(line["status"], line["message"]) for line in reply.rows]


def kept(shop: Webservice, id_order: int) -> etree._Element:
    reply = shop.get("erp_documents", id_order=id_order)
    assert reply.status == 200, reply.body
    return reply.root[0][0]


def of(placed: Entity, *documents: dict[str, Any], **fields: str) -> dict[str, Any]:
    return order(placed.id, placed["reference"], *documents, **fields)


def test_what_was_sent_is_given_back_and_sent_again_it_is_not_written(shop: Webservice, placed: Entity) -> None:
    strange = {**LINE, "reference": "A&B<C>'\"\\é", "quantity": "1.500000", "parcel": ""}
    sent = of(placed, delivery("BL<1>&é", LINE, strange), delivery_date="2026-12-04")
    assert put(shop, sent) == [("written", "")]
    assert put(shop, sent) == [("unchanged", "")]
    told = kept(shop, placed.id)
    assert (told.findtext("status"), told.findtext("delivery_date")) == ("known", "2026-12-04")
    (document,) = told.iter("document")
    assert [document.findtext(name) for name in ("type", "number", "date")] == ["delivery", "BL<1>&é", "2026-11-30"]
    lines = [{str(cell.tag): cell.text or "" for cell in line} for line in document.iter("line")]
    assert lines == [{**LINE, "quantity": "2"}, {**strange, "quantity": "1.5"}]


def test_the_day_of_delivery_is_on_the_order_and_its_date_of_change_stays(shop: Webservice, placed: Entity) -> None:
    put(shop, of(placed, delivery_date="2026-12-04"))
    after = shop.read("orders", placed.id)
    assert (after["delivery_date"], after["date_upd"]) == ("2026-12-04 00:00:00", placed["date_upd"])


def test_documents_that_are_not_named_stay_and_lines_are_replaced(shop: Webservice, placed: Entity) -> None:
    put(shop, of(placed, delivery("BL1"), delivery_date="2026-12-04"))
    assert put(shop, of(placed, delivery("BL2"))) == [("written", "")]
    assert put(shop, of(placed, delivery("BL1", {**LINE, "parcel": "6A999"}))) == [("written", "")]
    told = kept(shop, placed.id)
    assert told.findtext("delivery_date") == "2026-12-04"
    shown = [(one.findtext("number"), one.findtext("*/line/parcel")) for one in told.iter("document")]
    assert shown == [("BL1", "6A999"), ("BL2", "6A123")]


def test_an_order_that_is_refused_stops_no_other(shop: Webservice, placed: Entity) -> None:
    strangers = "no order of this shop has this id and this reference"
    wrong = [order(placed.id, "ANOTHER"), order(NO_SUCH_ID, placed["reference"]), of(placed, delivery("BL1"))]
    assert put(shop, *wrong) == [("error", strangers), ("error", strangers), ("written", "")]


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (delivery("BL1", type="facture"), "type: order, preparation, delivery, invoice, credit, cancelled"),
        (delivery(""), 'parameter "number" required'),
        (delivery("B" * 65), "number: 64 characters at most"),
        (delivery("BL1", date="1753-01-01"), "date: YYYY-MM-DD"),
        (delivery("BL1", date="30/11/2026"), "date: YYYY-MM-DD"),
        (delivery("BL1", {**LINE, "quantity": "2,5"}), "quantity: a number with at most six decimals"),
        (delivery("BL1", {**LINE, "parcel": "6" * 65}), "parcel: 64 characters at most"),
    ],
)
def test_a_wrong_document_is_refused_with_its_reason(
    shop: Webservice, placed: Entity, document: dict[str, Any], message: str
) -> None:
    assert put(shop, of(placed, document)) == [("error", message)]
    assert list(kept(shop, placed.id).iter("document")) == []


def test_orders_are_asked_for_by_id_and_each_is_answered(shop: Webservice, placed: Entity) -> None:
    reply = shop.get("erp_documents", id_order=f"{placed.id}|{NO_SUCH_ID}")
    assert [(row["id_order"], row["status"], row["reference"]) for row in reply.rows] == [
        (str(placed.id), "known", placed["reference"]),
        (str(NO_SUCH_ID), "unknown", ""),
    ]
    assert refused(shop.get("erp_documents"), 85, 400)
    assert refused(shop.send("PUT", "erp_documents", body=b"<prestashop/>"), 85, 400)
    assert refused(shop.send("PUT", "erp_documents", body=b"none"), 127, 400)

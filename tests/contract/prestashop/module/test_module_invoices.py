"""Invoices of the ERP are kept with their PDF, compared before they are written, and shown as they lie there."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import pytest

from tests.contract.prestashop.module.pages import PDF, invoice, invoices_body
from tests.contract.prestashop.setting import NO_SUCH_ID
from tests.contract.prestashop.webservice import Webservice, refused

if TYPE_CHECKING:
    from tests.contract.prestashop.documents import Entity
    from tests.contract.prestashop.module.sales import Sales


@pytest.fixture
def placed(sales: Sales) -> Entity:
    return sales.created(sales.sale())


def put(shop: Webservice, *invoices: dict[str, Any]) -> list[tuple[str, str]]:
    """Status and message of each invoice."""
    reply = shop.send("PUT", "erp_invoices", body=invoices_body(*invoices))
    assert reply.status == 200, reply.body
    assert [line["key"] for line in reply.rows] == [one["key"] for one in invoices]
    return [(line["status"], line["message"]) for line in reply.rows]


def kept(shop: Webservice, id_order: int) -> list[dict[str, str]]:
    reply = shop.get("erp_invoices", id_order=id_order)
    assert reply.status == 200, reply.body
    return [{str(cell.tag): cell.text or "" for cell in one} for one in reply.root[0].iter("invoice")]


def test_an_invoice_is_kept_with_its_pdf_and_sent_again_it_is_not_written(shop: Webservice, placed: Entity) -> None:
    sent = invoice(placed, "FA1"), invoice(placed, "AV1", kind="credit", total_tax_incl="-12.00")
    assert put(shop, *sent) == [("written", "")] * 2
    assert put(shop, *sent) == [("unchanged", "")] * 2
    first, second = kept(shop, placed.id)
    assert first == {
        "kind": "invoice",
        "number": "FA1",
        "date": "2026-12-01",
        "total_tax_excl": "56.83",
        "total_tax_incl": "68.2",
        "sha256": hashlib.sha256(PDF).hexdigest(),
    }
    assert (second["kind"], second["total_tax_incl"]) == ("credit", "-12")


def test_another_pdf_takes_its_place_and_none_leaves_the_one_that_is_there(shop: Webservice, placed: Entity) -> None:
    put(shop, invoice(placed, "FA1"))
    other = PDF.replace(b"200", b"300")
    assert put(shop, invoice(placed, "FA1", pdf=other)) == [("written", "")]
    assert put(shop, invoice(placed, "FA1", pdf=b"", date="2026-12-02")) == [("written", "")]
    [one] = kept(shop, placed.id)
    assert (one["date"], one["sha256"]) == ("2026-12-02", hashlib.sha256(other).hexdigest())


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"kind": "facture"}, "kind: invoice, credit"),
        ({"number": ""}, 'parameter "number" required'),
        ({"date": "1753-01-01"}, "date: YYYY-MM-DD"),
        ({"total_tax_incl": "12,00"}, "total_tax_incl: a number with at most six decimals"),
        ({"pdf": b"GIF89a%PDF-%%EOF"}, "pdf: not a whole PDF"),
        ({"pdf": PDF[:-10]}, "pdf: not a whole PDF"),
        ({"pdf": "###"}, "pdf: base64"),
    ],
)
def test_what_is_no_invoice_or_no_pdf_is_refused_with_its_reason(
    shop: Webservice, placed: Entity, wrong: dict[str, Any], message: str
) -> None:
    assert put(shop, invoice(placed, "FA1", **wrong), invoice(placed, "FA2")) == [("error", message), ("written", "")]
    assert [one["number"] for one in kept(shop, placed.id)] == ["FA2"]


def test_an_order_that_is_not_the_one_named_gets_none(shop: Webservice, placed: Entity) -> None:
    strangers = "no order of this shop has this id and this reference"
    sent = invoice(placed, "FA1", reference="ANOTHER"), invoice(placed, "FA2", id_order=NO_SUCH_ID)
    assert put(shop, *sent) == [("error", strangers)] * 2
    assert kept(shop, placed.id) == []
    assert refused(shop.get("erp_invoices"), 85, 400)
    assert refused(shop.send("PUT", "erp_invoices", body=b"<prestashop/>"), 85, 400)

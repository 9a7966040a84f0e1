"""What we believe of Dolibarr's invoices as a shop shows them (docs/facts/dolibarr.md, I4 to I6)."""

from __future__ import annotations

import base64
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.contract.dolibarr.rest import UID, Rest
from tests.contract.dolibarr.test_writing import invoice_of, validated

HEAD = "id,ref,type,status,date,total_ht,total_ttc,fk_facture_source,last_main_doc,array_options"
VALIDATE = {"force_number": "", "idwarehouse": 0, "notrigger": 0}


@pytest.fixture
def invoice(erp: Rest, draft: dict[str, Any]) -> dict[str, Any]:
    """A validated invoice of an order, as a whole."""
    order = int(erp("POST", "/orders", draft).value)
    validated(erp, order)
    made = invoice_of(erp, draft, order)
    assert erp("POST", f"/invoices/{made}/validate", VALIDATE).status == 200
    found: dict[str, Any] = erp("GET", f"/invoices/{made}", contact_list=-1).value
    return found


def listed(erp: Rest, asked: str, **query: Any) -> list[dict[str, Any]]:
    return erp.found("/invoices", asked, properties=HEAD, **query)


def path_of(invoice: dict[str, Any]) -> str:
    return f"{invoice['ref']}/{invoice['ref']}.pdf"


def test_invoices_are_listed_by_the_beginning_of_their_guard_after_an_id(erp: Rest, invoice: dict[str, Any]) -> None:
    uid = invoice["array_options"][f"options_{UID}"]
    page: dict[str, Any] = {"sortfield": "t.rowid", "limit": 1000}
    (row,) = listed(erp, f"(ef.{UID}:like:'{uid}%') and (t.rowid:>:{int(invoice['id']) - 1})", **page)
    assert (row["id"], row["ref"], str(row["type"]), str(row["status"])) == (invoice["id"], invoice["ref"], "0", "1")
    assert Decimal(row["total_ttc"]) == Decimal(invoice["total_ttc"])
    assert int(row["date"]) == int(invoice["date"])
    assert listed(erp, f"(ef.{UID}:like:'{uid}%') and (t.rowid:>:{invoice['id']})", **page) == []
    (order,) = erp.found("/orders", f"(ef.{UID}:in:'{uid}','nobody')", limit=0, properties="id,ref,array_options")
    assert order["array_options"][f"options_{UID}"] == uid


def test_a_credit_note_names_the_invoice_that_it_corrects(erp: Rest, third_party: int, invoice: dict[str, Any]) -> None:
    line = {"qty": 1, "subprice": "-10", "tva_tx": "20", "product_type": 0, "desc": "back", "remise_percent": 0}
    body = {"socid": third_party, "type": 2, "fk_facture_source": invoice["id"], "date": "2026-11-30", "lines": [line]}
    made = int(erp("POST", "/invoices", body | erp.guarded(erp.uid())).value)
    erp("POST", f"/invoices/{made}/validate", VALIDATE)
    rows = listed(erp, f"(t.type:=:2) and (t.rowid:>:{made - 1})", sortfield="t.rowid", limit=1000)
    (credit,) = [row for row in rows if int(row["id"]) == made]
    assert (credit["fk_facture_source"], Decimal(credit["total_ttc"])) == (invoice["id"], Decimal(-12))
    (source,) = listed(erp, f"(t.rowid:in:{invoice['id']})", limit=0)
    assert source["ref"] == invoice["ref"]


def test_the_pdf_of_an_invoice_is_made_when_it_is_asked_for(erp: Rest, invoice: dict[str, Any]) -> None:
    asked = {"modulepart": "facture", "original_file": path_of(invoice)}
    assert erp("GET", "/documents/download", **asked).status == 404
    body = {"modulepart": "invoice", "original_file": path_of(invoice), "doctemplate": "", "langcode": ""}
    made = erp("PUT", "/documents/builddoc", body)
    assert made.status == 200, made.said
    there = erp("GET", "/documents/download", **asked).value
    for answer in (made.value, there):
        content = base64.b64decode(answer["content"])
        assert (content[:5], len(content)) == (b"%PDF-", answer["filesize"])
        assert (answer["content-type"], answer["encoding"]) == ("application/pdf", "base64")
    (row,) = listed(erp, f"(t.rowid:in:{invoice['id']})", limit=0)
    assert row["last_main_doc"] == f"facture/{path_of(invoice)}"


def test_invoices_are_listed_with_their_lines_by_guard_reference_and_day(erp: Rest, invoice: dict[str, Any]) -> None:
    uid, reference = invoice["array_options"][f"options_{UID}"], invoice["ref_client"]
    (row,) = erp.found("/invoices", f"(ef.{UID}:in:'{uid}','nobody')", limit=0, properties=f"{HEAD},lines")
    amounts = [(Decimal(line["total_ht"]), Decimal(line["total_ttc"])) for line in row["lines"]]
    assert sum(net for net, _ in amounts) == Decimal(invoice["total_ht"])
    assert sum(gross for _, gross in amounts) == Decimal(invoice["total_ttc"])
    assert {Decimal(line["tva_tx"]) for line in row["lines"]} <= {Decimal(each) for each in ("5.5", "10", "20")}
    assert all(line["product_type"] in {"0", "1"} and "fk_product_type" in line for line in row["lines"])
    named = erp.found("/invoices", f"(t.ref_client:in:'{reference}','nobody')", limit=0, properties=HEAD)
    assert invoice["ref"] in {each["ref"] for each in named}
    day = f"{datetime.fromtimestamp(int(invoice['date']), ZoneInfo('Europe/Paris')):%Y-%m-%d}"
    for asked, there in (
        (f"(t.datef:>=:'{day}') and (t.datef:<=:'{day}')", True),
        ("(t.datef:>=:'2099-01-01')", False),
    ):
        rows = listed(erp, f"(ef.{UID}:like:'{uid}%') and {asked}", sortfield="t.rowid", limit=1000)
        assert bool(rows) is there

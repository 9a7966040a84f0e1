"""What we believe of a Dolibarr's credit notes (docs/facts/dolibarr.md, N1 to N4)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tests.contract.dolibarr.rest import UID, Rest
from tests.contract.dolibarr.test_writing import VALIDATE, invoice_of, validated

HEAD = "id,ref,ref_client,socid,type,status,date,total_ttc,fk_facture_source,multicurrency_code,array_options"


def invoiced(erp: Rest, draft: dict[str, Any]) -> int:
    """A numbered invoice of an order of 39.99."""
    order_id = erp.made("/orders", draft)
    validated(erp, order_id)
    invoice_id = invoice_of(erp, draft, order_id)
    assert erp("POST", f"/invoices/{invoice_id}/validate", {"force_number": "", **VALIDATE}).status == 200
    linked = erp("GET", f"/orders/{order_id}").value["linkedObjectsIds"]
    assert [str(id_) for id_ in linked["facture"].values()] == [str(invoice_id)]
    return invoice_id


def credit(draft: dict[str, Any], invoice_id: int, uid: str, subprice: str) -> dict[str, Any]:
    """Of three pieces of the first line."""
    body = {name: draft[name] for name in ("socid", "ref_client", "ref_ext")} | {"ref_customer": draft["ref_client"]}
    body |= {"date": "2026-11-21", "type": 2, "fk_facture_source": invoice_id}
    line = draft["lines"][0] | {"subprice": subprice}
    return body | {"lines": [line], "array_options": {f"options_{UID}": uid}}


def test_a_credit_note_of_an_invoice_is_below_zero_and_found_by_it(erp: Rest, draft: dict[str, Any]) -> None:
    invoice_id, uid = invoiced(erp, draft), f"{erp.uid()}.S1"
    note_id = erp.made("/invoices", credit(draft, invoice_id, uid, "-2.77777778"))
    note = erp("GET", f"/invoices/{note_id}", contact_list=-1).value
    assert (note["type"], note["status"], note["ref"]) == ("2", "0", f"(PROV{note_id})")
    assert (str(note["fk_facture_source"]), note["ref_client"]) == (str(invoice_id), draft["ref_client"])
    [line] = note["lines"]
    assert (line["qty"], Decimal(line["subprice"])) == ("3", Decimal("-2.77778"))
    assert Decimal(line["total_ttc"]) == Decimal(note["total_ttc"]) == Decimal("-10.00")
    numbered = erp("POST", f"/invoices/{note_id}/validate", {"force_number": "", **VALIDATE})
    assert (numbered.status, numbered.value["ref"][:7], numbered.value["status"]) == (200, "AV2611-", "1")
    assert erp("POST", f"/invoices/{note_id}/validate", {"force_number": "", **VALIDATE}).status == 304
    (by_source,) = erp.found("/invoices", f"(t.fk_facture_source:in:{invoice_id},999999999)", properties=HEAD)
    assert by_source.keys() == set(HEAD.split(","))
    assert (by_source["id"], by_source["array_options"][f"options_{UID}"]) == (str(note_id), uid)
    both = erp.found("/invoices", f"(ef.{UID}:=:'{uid}') or (t.ref_client:=:'{draft['ref_client']}')", properties=HEAD)
    assert [(each["id"], each["type"]) for each in both] == [(str(invoice_id), "0"), (str(note_id), "2")]
    (by_id,) = erp.found("/invoices", f"(t.rowid:in:{note_id},999999999)", properties=HEAD)
    assert by_id == by_source


def test_a_credit_note_is_made_once_under_its_guard(erp: Rest, draft: dict[str, Any]) -> None:
    invoice_id, uid = invoiced(erp, draft), f"{erp.uid()}.S1"
    erp.made("/invoices", credit(draft, invoice_id, uid, "-1"))
    again = erp("POST", "/invoices", credit(draft, invoice_id, uid, "-1"))
    assert (again.status, "Duplicate entry" in again.said) == (500, True)


def test_a_price_above_zero_ends_below_it(erp: Rest, draft: dict[str, Any]) -> None:
    note_id = erp.made("/invoices", credit(draft, invoiced(erp, draft), f"{erp.uid()}.S1", "2.50"))
    assert Decimal(erp("GET", f"/invoices/{note_id}").value["total_ttc"]) == Decimal("-9.00")


def test_nothing_keeps_credit_notes_from_giving_back_more_than_was_invoiced(erp: Rest, draft: dict[str, Any]) -> None:
    note_id = erp.made("/invoices", credit(draft, invoiced(erp, draft), f"{erp.uid()}.S1", "-100"))
    assert erp("POST", f"/invoices/{note_id}/validate", {"force_number": "", **VALIDATE}).status == 200
    assert Decimal(erp("GET", f"/invoices/{note_id}").value["total_ttc"]) == Decimal("-360.00")

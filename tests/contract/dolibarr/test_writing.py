"""What we believe of a Dolibarr and can see only by writing to it (docs/facts/dolibarr.md)."""

from __future__ import annotations

import threading
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.contract.dolibarr.rest import UID, Reply, Rest

VALIDATE = {"idwarehouse": 0, "notrigger": 0}


def validated(erp: Rest, order_id: int) -> dict[str, Any]:
    reply = erp("POST", f"/orders/{order_id}/validate", VALIDATE)
    assert reply.status == 200, reply.said
    order: dict[str, Any] = reply.value
    return order


def invoice_of(erp: Rest, draft: dict[str, Any], order_id: int) -> int:
    own = {"type": 0, "ref_customer": draft["ref_client"], "linked_objects": {"commande": order_id}}
    reply = erp("POST", "/invoices", draft | own)
    assert reply.status == 200, reply.said
    return int(reply.text[reply.text.rindex(">") + 1 :] if reply.text.startswith("<") else reply.value)


def paid(erp: Rest, invoice_id: int, account: int, amount: str, ref_ext: str) -> Reply:
    amounts = {str(invoice_id): {"amount": amount, "multicurrency_amount": ""}}
    body = {"arrayofamounts": amounts, "datepaye": "2026-11-20", "paymentid": 6, "closepaidinvoices": "yes"}
    body |= {"accountid": account, "num_payment": "T-1", "comment": "", "ref_ext": ref_ext}
    return erp("POST", "/invoices/paymentsdistributed", body)


def test_a_third_party_is_found_by_guard_and_by_email_whatever_the_case(erp: Rest, third_party: int) -> None:
    record = erp("GET", f"/thirdparties/{third_party}").value
    uid = record["array_options"][f"options_{UID}"]
    (by_uid,) = erp.found("/thirdparties", f"(ef.{UID}:=:'{uid}')", limit=1)
    (by_email,) = erp.found("/thirdparties", f"(t.email:=:'{record['email'].upper()}')", limit=20)
    assert by_uid["id"] == by_email["id"] == record["id"]
    assert (record["typent_id"], record["typent_code"], record["status"]) == ("8", "TE_PRIVATE", "1")
    assert (record["country_id"], record["country_code"]) == ("1", "FR")
    assert record["address"].splitlines() == ["1 rue A", "Bât. B"]
    assert (record["phone"], record["client"]) == ("010203", "1")
    assert record["code_client"]


def test_a_name_loses_quotation_marks_and_tags(erp: Rest) -> None:
    body = {"name": 'Tom & Jé "x" <b>y</b>', "client": 1, "code_client": "-1", **erp.guarded(erp.uid())}
    id_ = erp.made("/thirdparties", body)
    assert erp("GET", f"/thirdparties/{id_}").value["name"] == "Tom & Jé x y"


def test_a_third_party_takes_what_is_put_and_keeps_the_rest(erp: Rest, third_party: int) -> None:
    new = {
        "town": "Lyon",
        "zip": "69001",
        "address": "2 rue B",
        "country_id": 1,
        "phone": "03 04",
        "email": "a@b.example",
    }
    assert erp("PUT", f"/thirdparties/{third_party}", new | {"phone_mobile": "06 07", "typent_id": 8}).status == 200
    record = erp("GET", f"/thirdparties/{third_party}").value
    assert (record["town"], record["zip"], record["name"]) == ("Lyon", "69001", "Dupont Marie")
    assert (record["phone"], record["phone_mobile"], record["email"]) == ("0304", "0607", "a@b.example")
    company = {"name": "Dupont SARL", "idprof1": "732829320", "idprof2": "73282932000074", "tva_intra": "FR40303265045"}
    assert erp("PUT", f"/thirdparties/{third_party}", company).status == 200
    record = erp("GET", f"/thirdparties/{third_party}").value
    assert {name: record[name] for name in company} == company
    assert record["array_options"][f"options_{UID}"]


def test_a_new_company_keeps_its_numbers(erp: Rest) -> None:
    numbers = {"idprof1": "732829320", "idprof2": "73282932000074", "tva_intra": "FR40303265045"}
    body = {
        "name": "Dupont SARL",
        "client": 1,
        "code_client": "-1",
        "country_id": 1,
        **numbers,
        **erp.guarded(erp.uid()),
    }
    record = erp("GET", f"/thirdparties/{erp.made('/thirdparties', body)}").value
    assert {name: record[name] for name in numbers} == numbers


@pytest.mark.parametrize(
    ("path", "body", "key"),
    [
        ("/thirdparties", {"name": "Twice", "client": 1, "code_client": "-1"}, "societe"),
        ("/contacts", {"lastname": "Twice"}, "socpeople"),
        ("/orders", {"date": "2026-11-20"}, "commande"),
        ("/invoices", {"date": "2026-11-20", "type": 0}, "facture"),
    ],
)
def test_a_guard_keeps_a_second_one_from_being_made(
    erp: Rest, third_party: int, path: str, body: dict[str, Any], key: str
) -> None:
    uid = erp.uid()
    whole = body | erp.guarded(uid) | ({} if path == "/thirdparties" else {"socid": third_party})
    erp.made(path, whole)
    again = erp("POST", path, whole | erp.guarded(uid.upper()))
    assert again.status == 500
    assert "Duplicate entry" in again.said
    assert f"uk_{key}_extrafields_{UID}" in again.said
    alias = "te" if path == "/contacts" else "ef"
    assert len(erp.found(path, f"({alias}.{UID}:=:'{uid}')")) == 1


def test_of_four_creations_at_once_one_remains(erp: Rest, draft: dict[str, Any]) -> None:
    replies: list[Reply] = []
    threads = [threading.Thread(target=lambda: replies.append(erp("POST", "/orders", draft))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert min(reply.status for reply in replies) == 200
    uid = draft["array_options"][f"options_{UID}"]
    assert len(erp.found("/orders", f"(ef.{UID}:=:'{uid}')", properties="id")) == 1
    assert all("Duplicate" in each.said or "Deadlock" in each.said for each in replies if each.status != 200)


def test_an_order_comes_to_the_cent_and_keeps_what_it_was_given(
    erp: Rest, draft: dict[str, Any], product: int, version: int
) -> None:
    id_ = erp.made("/orders", draft)
    order = erp("GET", f"/orders/{id_}", contact_list=-1).value
    assert Decimal(order["total_ttc"]) == Decimal("39.99")
    mug, book = order["lines"]
    assert (mug["product_ref"], mug["qty"], Decimal(mug["total_ttc"])) == (f"{erp.mark}-MUG", "3", Decimal("29.99"))
    assert (mug["fk_product"], mug["ref_ext"], Decimal(mug["tva_tx"])) == (str(product), "9", Decimal(20))
    assert (book["product_ref"], book["ref_ext"]) == (None, "10")
    assert book["desc"].splitlines() == (
        ["BOOK", 'A &amp; "book"'] if version >= 23 else ["BOOK<br>", 'A &amp; "book"']
    )
    assert Decimal(book["total_ttc"]) == Decimal("10.00")
    assert (order["status"], order["billed"], order["ref"]) == ("0", "0", f"(PROV{id_})")
    assert (order["ref_client"], order["multicurrency_code"]) == (draft["ref_client"], "EUR")


def test_a_list_of_orders_is_asked_by_guard_or_reference_and_cut(erp: Rest, draft: dict[str, Any]) -> None:
    id_ = erp.made("/orders", draft)
    uid = draft["array_options"][f"options_{UID}"]
    filters = f"(ef.{UID}:=:'{uid}') or (t.ref_client:=:'{draft['ref_client']}')"
    properties = "id,ref,ref_client,socid,status,billed,date,total_ttc,multicurrency_code,array_options"
    (head,) = erp.found("/orders", filters, properties=properties)
    assert head.keys() == set(properties.split(","))
    assert head["id"] == str(id_)
    (by_id,) = erp.found("/orders", f"(t.rowid:in:{id_},999999999)", properties=properties)
    assert by_id == head


def test_a_validated_order_has_a_number_and_is_not_validated_again(erp: Rest, draft: dict[str, Any]) -> None:
    id_ = erp.made("/orders", draft)
    order = validated(erp, id_)
    assert order["ref"].startswith("CO2611-")
    assert (order["status"], Decimal(order["total_ttc"])) == ("1", Decimal("39.99"))
    assert erp("POST", f"/orders/{id_}/validate", VALIDATE).status == 304


def test_the_day_of_an_order_begins_where_dolibarr_is(erp: Rest, draft: dict[str, Any]) -> None:
    zone = ZoneInfo(erp("GET", "/status").value["success"]["timestamp_php_tz"])
    moment = erp("GET", f"/orders/{erp.made('/orders', draft)}").value["date"]
    assert datetime.fromtimestamp(int(moment), zone).isoformat()[:19] == "2026-11-20T00:00:00"


def test_a_contact_is_named_on_an_order_once(erp: Rest, draft: dict[str, Any], third_party: int, version: int) -> None:
    body = {"socid": third_party, "lastname": "Petit", "firstname": "Jean", "address": "2 rue", "zip": "69001"}
    body |= {"town": "Lyon", "country_id": 1, "statut": 1, "phone_pro": "01 02", "phone_mobile": "06 07"}
    contact = erp.made("/contacts", body | erp.guarded(erp.uid()))
    of_order = f"/orders/{erp.made('/orders', draft)}/contact/{contact}"
    path = f"{of_order}/SHIPPING"
    assert erp("POST", path).status == 200
    assert erp("POST", f"{of_order}/BILLING").status == 200
    assert erp("POST", path).status == (400 if version >= 23 else 304)


def test_an_order_is_cancelled_by_its_status(erp: Rest, draft: dict[str, Any]) -> None:
    id_ = erp.made("/orders", draft)
    validated(erp, id_)
    assert erp("PUT", f"/orders/{id_}", {"status": -1, "statut": -1}).status == 200
    assert erp("GET", f"/orders/{id_}").value["status"] == "-1"


def test_an_order_is_invoiced_and_paid_in_parts(erp: Rest, draft: dict[str, Any], account: int) -> None:
    order_id = erp.made("/orders", draft)
    validated(erp, order_id)
    invoice_id = invoice_of(erp, draft, order_id)
    reply = erp("POST", f"/invoices/{invoice_id}/validate", {"force_number": "", **VALIDATE})
    assert reply.status == 200, reply.said
    invoice = reply.value
    assert (invoice["ref"][:7], invoice["status"], Decimal(invoice["total_ttc"])) == ("FA2611-", "1", Decimal("39.99"))
    assert invoice["ref_client"] == draft["ref_client"]
    assert paid(erp, invoice_id, account, "10.00", "p1").status == 200
    assert paid(erp, invoice_id, account, "29.99", "p2").status == 200
    too_much = paid(erp, invoice_id, account, "1.00", "p3")
    assert too_much.status == 400
    payments = erp("GET", f"/invoices/{invoice_id}/payments").value
    assert [(each["ref_ext"], Decimal(each["amount"])) for each in payments] == [
        ("p1", Decimal("10.00")),
        ("p2", Decimal("29.99")),
    ]
    after = erp("GET", f"/invoices/{invoice_id}", contact_list=-1).value
    assert (after["status"], after["paye"], str(after["remaintopay"])) == ("2", "1", "0")
    billed = erp("POST", f"/orders/{order_id}/setinvoiced")
    assert (billed.status, erp("GET", f"/orders/{order_id}").value["billed"]) == (200, "1")
    linked = erp("GET", f"/orders/{order_id}").value["linkedObjectsIds"]
    assert list(linked["facture"].values()) == [str(invoice_id)]


def test_an_invoice_is_found_by_its_guard_with_status_and_total(erp: Rest, draft: dict[str, Any]) -> None:
    order_id = erp.made("/orders", draft)
    invoice_id = invoice_of(erp, draft, order_id)
    uid = draft["array_options"][f"options_{UID}"]
    (found,) = erp.found("/invoices", f"(ef.{UID}:=:'{uid}')", limit=1)
    assert (found["id"], found["status"], Decimal(found["total_ttc"])) == (str(invoice_id), "0", Decimal("39.99"))


def test_an_invoice_of_nothing_is_closed(erp: Rest, draft: dict[str, Any]) -> None:
    free = draft | {"lines": [draft["lines"][0] | {"subprice": "0"}]}
    order_id = erp.made("/orders", free)
    invoice_id = invoice_of(erp, free, order_id)
    assert erp("POST", f"/invoices/{invoice_id}/validate", {"force_number": "", **VALIDATE}).status == 200
    assert erp("POST", f"/invoices/{invoice_id}/settopaid", {"close_code": "", "close_note": ""}).status == 200
    assert erp("GET", f"/invoices/{invoice_id}").value["status"] == "2"


def test_a_cheque_is_booked_only_with_who_has_written_it(erp: Rest, draft: dict[str, Any], account: int) -> None:
    invoice_id = invoice_of(erp, draft, erp.made("/orders", draft))
    assert erp("POST", f"/invoices/{invoice_id}/validate", {"force_number": "", **VALIDATE}).status == 200
    amounts = {str(invoice_id): {"amount": "39.99", "multicurrency_amount": ""}}
    body = {"arrayofamounts": amounts, "datepaye": "2026-11-20", "paymentid": 7, "closepaidinvoices": "yes"}
    body |= {"accountid": account, "num_payment": "", "comment": "", "ref_ext": "p"}
    reply = erp("POST", "/invoices/paymentsdistributed", body)
    assert (reply.status, "Emetteur is mandatory" in reply.said) == (400, True)
    assert erp("GET", f"/invoices/{invoice_id}/payments").value == []
    assert erp("POST", "/invoices/paymentsdistributed", body | {"chqemetteur": "Élan Zoé"}).status == 200
    (booked,) = erp("GET", f"/invoices/{invoice_id}/payments").value
    assert (booked["type"], Decimal(booked["amount"])) == ("CHQ", Decimal("39.99"))


def test_an_unknown_account_or_payment_type_books_nothing(erp: Rest, draft: dict[str, Any]) -> None:
    order_id = erp.made("/orders", draft)
    invoice_id = invoice_of(erp, draft, order_id)
    assert paid(erp, invoice_id, 999999, "1.00", "p").status == 400
    assert erp("GET", f"/invoices/{invoice_id}/payments").value == []


def test_a_reference_that_is_there_makes_no_second_product(erp: Rest, product: int) -> None:
    again = erp("POST", "/products", {"ref": f"{erp.mark}-MUG", "label": "Again"})
    assert again.status == 500
    assert "ErrorProductAlreadyExists" in again.said
    filters = f"(t.ref:=:'{erp.mark}-MUG') or (t.ref:=:'nothing')"
    (found,) = erp.found("/products", filters, properties="id,ref")
    assert found == {"id": str(product), "ref": f"{erp.mark}-MUG"}


def test_a_service_is_made_without_a_price(erp: Rest) -> None:
    ref = f"{erp.mark}-SHIPPING"
    body = {"ref": ref, "label": ref, "type": 1, "status": 1, "price_base_type": "HT", "price": "0"}
    service = erp.made("/products", body)
    record = erp("GET", f"/products/{service}").value
    assert (record["ref"], record["type"], record["status"]) == (ref, "1", "1")


def test_a_shipment_moves_its_order_and_says_where_it_is(erp: Rest, draft: dict[str, Any], product: int) -> None:
    warehouse = erp("POST", "/warehouses", {"label": f"{erp.mark}-{erp.uid()}", "statut": 1})
    if warehouse.status != 200:
        pytest.skip("the key may not make a warehouse")
    house = int(warehouse.value)
    move = {"product_id": product, "warehouse_id": house, "qty": 5, "type": 3, "movementcode": erp.uid(), "label": "in"}
    movement = int(erp("POST", "/stockmovements", move).value)
    properties = "id,product_id,warehouse_id,qty"
    feed = {"properties": properties, "sortfield": "t.rowid", "limit": 1000}
    (moved,) = erp.found("/stockmovements", f"(t.rowid:>:{movement - 1})", **feed)
    assert (str(moved["product_id"]), Decimal(moved["qty"])) == (str(product), Decimal(5))
    stock = erp("GET", f"/products/{product}/stock").value["stock_warehouses"]
    assert Decimal(stock[str(house)]["real"]) == 5
    order_id = erp.made("/orders", draft)
    order = validated(erp, order_id)
    sent = {
        "fk_elementdet": order["lines"][0]["id"] if order.get("lines") else None,
        "origin_line_id": order["lines"][0]["id"] if order.get("lines") else None,
        "element_type": "commande",
        "origin_type": "commande",
        "origin_id": order_id,
        "qty": 3,
        "entrepot_id": house,
        "rang": 1,
        "array_options": None,
        "detail_batch": None,
    }
    body = {"socid": draft["socid"], "origin": "commande", "origin_id": order_id, "origin_type": "commande"}
    reply = erp("POST", "/shipments", body | {"tracking_number": "TR-1", "shipping_method_id": 2, "lines": [sent]})
    assert reply.status == 200, reply.said
    shipment_id = int(reply.value)
    assert erp("POST", f"/shipments/{shipment_id}/validate", {"notrigger": 0}).status == 200
    assert erp("GET", f"/orders/{order_id}").value["status"] == "2"
    properties = "id,ref,origin_id,status,tracking_number,shipping_method_id"
    found = erp.found("/shipments", f"(t.fk_soc:in:{draft['socid']})", properties=properties)
    (mine,) = (each for each in found if str(each["id"]) == str(shipment_id))
    assert (str(mine["origin_id"]), mine["status"], mine["tracking_number"]) == (str(order_id), "1", "TR-1")
    assert erp("POST", f"/shipments/{shipment_id}/close", {"notrigger": 0}).status == 200
    assert erp("GET", f"/orders/{order_id}").value["status"] in {"2", "3"}

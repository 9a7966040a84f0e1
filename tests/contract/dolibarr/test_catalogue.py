"""What we believe of Dolibarr's products, categories and first stock (docs/facts/dolibarr.md, C1 to C8)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.contract.dolibarr.rest import UID, Rest

PRODUCT = (
    "id,ref,label,status,price,price_base_type,tva_tx,description,note_public,barcode,weight,weight_units,array_options"
)
HTML = (
    '<p class="x" style="color:red" onclick="a()">D&eacute;j&agrave; &amp; "vu" <b>gras</b><br />L\'eau&nbsp;&lt;3</p>'
)
KEPT = '<p style="color:red">Déjà &amp; "vu" <b>gras</b><br>L\'eau\u00a0&lt;3</p>'


def product_body(erp: Rest, ref: str, uid: str, **more: Any) -> dict[str, Any]:
    body = {
        "ref": ref,
        "label": 'Mug 15" <b>x</b>',
        "type": 0,
        "status": 1,
        "status_buy": 1,
        "price": "9.91667",
        "price_base_type": "HT",
        "tva_tx": "20",
        "description": HTML,
        "note_public": HTML,
        "weight": "0.35",
        "weight_units": 0,
        "barcode": "",
    }
    return body | more | erp.guarded(uid)


def listed(erp: Rest, asked: str) -> list[dict[str, Any]]:
    return erp.found("/products", asked, properties=PRODUCT, sortfield="t.rowid", limit=0)


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("A B", "A_B"),
        ("A/B\\C", "A_B_C"),
        ("É-1", "E-1"),
        ("A'B,C=D", "A_B_C_D"),
        ("A--B", "A_B"),
        ("A..B", "AB"),
        ('A"B', "AB"),
        ("A+B&C@D%E", "A+B&C@D%E"),
        ("_A_", "_A_"),
        ("A[1]", "A_1_"),
    ],
)
def test_a_reference_is_rewritten(erp: Rest, sent: str, kept: str) -> None:
    uid = erp.uid()
    id_ = erp.made("/products", product_body(erp, f"{uid}{sent}z", uid))
    assert erp("GET", f"/products/{id_}").value["ref"] == f"{uid}{kept}z"


def test_a_product_keeps_html_and_loses_what_is_active_and_its_price_is_rounded_once(erp: Rest) -> None:
    uid = erp.uid()
    id_ = erp.made("/products", product_body(erp, f"{uid}-MUG", uid, barcode=f"2{erp.mark}"[:12], barcode_type=2))
    (made,) = listed(erp, f"(ef.{UID}:in:'{uid}','nobody')")
    assert (made["id"], made["label"], made["description"], made["note_public"]) == (str(id_), "Mug 15 x", KEPT, KEPT)
    assert (made["status"], Decimal(made["weight"]), made["weight_units"]) == ("1", Decimal("0.35"), "0")
    assert (Decimal(made["price"]), made["price_base_type"], Decimal(made["tva_tx"])) == (
        Decimal("9.92"),
        "HT",
        Decimal(20),
    )
    reply = erp("PUT", f"/products/{id_}", {"price": "9.91667", "price_base_type": "HT"})
    assert (reply.status, Decimal(reply.value["price"])) == (200, Decimal("9.91667"))
    new = {"ref": f"{uid}-NEW", "label": "New", "tva_tx": "5.5", "weight": "0.2", "weight_units": 0, "status": 0}
    texts = {"description": "x", "note_public": "", "barcode": f"3{erp.mark}"[:12], "barcode_type": 2}
    changed = erp("PUT", f"/products/{id_}", new | texts).value
    assert (changed["ref"], changed["label"], changed["status"]) == (f"{uid}-NEW", "New", "0")
    assert (Decimal(changed["price"]), Decimal(changed["tva_tx"])) == (Decimal("9.91667"), Decimal("5.5"))
    assert changed["note_public"] == ""


def test_a_product_is_found_by_the_beginning_of_its_guard_page_by_page(erp: Rest) -> None:
    first, second = erp.uid(), erp.uid()
    ids = [str(erp.made("/products", product_body(erp, f"{uid}-P", uid))) for uid in (first, second)]
    query = {"properties": PRODUCT, "sortfield": "t.rowid", "limit": 1}
    asked = f"(ef.{UID}:like:'{first[:-1]}%')"
    (one,) = erp.found("/products", f"{asked} and (t.rowid:>:{int(ids[0]) - 1})", **query)
    (other,) = erp.found("/products", f"{asked} and (t.rowid:>:{one['id']})", **query)
    assert [one["id"], other["id"]] == ids
    assert set(ids) <= {each["id"] for each in listed(erp, asked)}


def test_a_guard_is_given_by_a_change_and_emptied_by_one(erp: Rest) -> None:
    uid, other = erp.uid(), erp.uid()
    id_ = erp.made("/products", product_body(erp, f"{uid}-P", uid))
    assert erp("PUT", f"/products/{id_}", erp.guarded(other)).status == 200
    assert [each["id"] for each in listed(erp, f"(ef.{UID}:=:'{other}')")] == [str(id_)]
    erp("PUT", f"/products/{id_}", erp.guarded(""))
    assert listed(erp, f"(ef.{UID}:=:'{other}')") == []


def test_a_second_product_of_a_reference_or_guard_is_refused_the_reference_first(erp: Rest) -> None:
    uid = erp.uid()
    erp.made("/products", product_body(erp, f"{uid}-P", uid))
    both = erp("POST", "/products", product_body(erp, f"{uid}-P", uid))
    guard = erp("POST", "/products", product_body(erp, f"{uid}-Q", uid))
    assert (both.status, guard.status) == (500, 500)
    assert "ErrorProductAlreadyExists" in both.said
    assert "uk_product_extrafields" in guard.said
    assert erp("DELETE", f"/products/{999999999}").status == 404


def test_a_category_stands_below_its_parent_and_has_no_twin_there(erp: Rest) -> None:
    uid, below, twin = erp.uid(), erp.uid(), erp.uid()
    body = {"label": f'{uid} "Robes"', "type": "product", "fk_parent": 0}
    top = erp.made("/categories", body | {"description": HTML} | erp.guarded(uid))
    child = erp.made("/categories", {"label": "Soldes", "type": "product", "fk_parent": top} | erp.guarded(below))
    refused = erp("POST", "/categories", body | erp.guarded(twin))
    # The reason is in the language of the server.
    assert refused.status == 500
    changed = erp("PUT", f"/categories/{child}", {"label": f"{uid} Fins", "fk_parent": 0} | erp.guarded(below)).value
    assert (changed["label"], int(changed["fk_parent"])) == (f"{uid} Fins", 0)
    assert erp("PUT", f"/categories/{child}", {"description": HTML}).value["description"] == KEPT
    names = "id,label,fk_parent,description,array_options"
    found = erp.found("/categories", "(t.rowid:>:0)", type="product", limit=0, properties=names)
    mine = {each["array_options"].get(f"options_{UID}"): each for each in found if each["array_options"]}
    top_one = mine[uid]
    assert (top_one["label"], top_one["fk_parent"], top_one["description"]) == (f"{uid} Robes", 0, KEPT)
    assert erp.found("/categories", f"(ef.{UID}:=:'nobody')", limit=1) == []


def test_a_product_is_put_into_categories_and_taken_out_however_often(erp: Rest) -> None:
    uid = erp.uid()
    product = erp.made("/products", product_body(erp, f"{uid}-P", uid))
    category = erp.made(
        "/categories", {"label": f"{uid} C", "type": "product", "fk_parent": 0} | erp.guarded(erp.uid())
    )
    link = f"/categories/{category}/objects/product/{product}"
    inside = {"category": category, "properties": "id", "limit": 1}
    assert (
        erp("GET", f"/products/{product}/categories").value == erp.found("/products", "(t.rowid:>:0)", **inside) == []
    )
    assert [erp("POST", link).status for _ in range(2)] == [200, 200]
    assert [each["id"] for each in erp("GET", f"/products/{product}/categories").value] == [str(category)]
    assert [each["id"] for each in erp.found("/products", "(t.rowid:>:0)", **inside)] == [str(product)]
    assert [erp("DELETE", link).status for _ in range(2)] == [200, 200]
    assert erp("GET", f"/products/{product}/categories").value == []


def test_whether_a_product_has_ever_moved_is_asked_of_its_movements(erp: Rest) -> None:
    uid = erp.uid()
    product = erp.made("/products", product_body(erp, f"{uid}-P", uid))
    house = erp.made("/warehouses", {"ref": f"{uid}-H", "label": f"{uid}-H", "statut": 1})
    asked = {"properties": "id", "limit": 1}
    assert erp.found("/stockmovements", f"(t.fk_product:=:{product})", **asked) == []
    moved = {"product_id": product, "warehouse_id": house, "qty": "3", "type": 3}
    erp("POST", "/stockmovements", moved | {"movementcode": f"{uid}-first", "label": "PrestaShop"})
    assert len(erp.found("/stockmovements", f"(t.fk_product:=:{product})", **asked)) == 1
    houses = erp.found("/warehouses", "(t.rowid:>:0)", limit=0, properties="id,ref")
    assert {each["ref"]: each["id"] for each in houses}[f"{uid}-H"] == str(house)


def test_stock_by_warehouse_comes_with_the_list_where_it_is_asked_for(erp: Rest) -> None:
    uid = erp.uid()
    product = erp.made("/products", product_body(erp, f"{uid}-P", uid))
    house = erp.made("/warehouses", {"ref": f"{uid}-H", "label": f"{uid}-H", "statut": 1})
    moved = {"product_id": product, "warehouse_id": house, "qty": "3", "type": 3, "movementcode": uid, "label": "x"}
    first = int(erp("POST", "/stockmovements", moved).value)
    query = {"includestockdata": 1, "properties": "id,ref,stock_reel,stock_warehouse,array_options"}
    (row,) = erp.found("/products", f"(t.rowid:in:{product})", limit=0, **query)
    assert Decimal(str(row["stock_reel"])) == Decimal(row["stock_warehouse"][str(house)]["real"]) == Decimal(3)
    assert row["array_options"][f"options_{UID}"] == uid
    asked = f"(t.fk_product_type:=:0) and (t.rowid:>:{product - 1})"
    goods = erp.found("/products", asked, limit=5, sortfield="t.rowid", **query)
    assert goods[0]["id"] == str(product)
    assert all({"ref", "stock_warehouse"} <= each.keys() for each in goods)
    newest = {"properties": "id", "sortfield": "t.rowid", "sortorder": "DESC", "limit": 1}
    assert int(erp.found("/stockmovements", "(t.rowid:>:0)", **newest)[0]["id"]) >= first
    after = {"properties": "id,product_id,warehouse_id,qty", "sortfield": "t.rowid", "limit": 1000}
    told = erp.found("/stockmovements", f"(t.rowid:>:{first - 1})", **after)
    assert (told[0]["id"], told[0]["product_id"]) == (str(first), str(product))


def test_what_a_shop_takes_of_a_product_comes_with_the_list(erp: Rest) -> None:
    uid = erp.uid()
    barcode = f"4{erp.mark}"[:12]
    body = product_body(erp, f"{uid}-P", uid, tva_tx="5.5", barcode=barcode, barcode_type=2, weight_units=-3)
    product = erp.made("/products", body)
    service = erp.made("/products", product_body(erp, f"{uid}-S", erp.uid(), type=1))
    members = "label,description,note_public,tva_tx,weight,weight_units,barcode,barcode_type,status"
    query = {"properties": f"id,ref,price,price_ttc,array_options,{members}", "sortfield": "t.rowid", "limit": 1}
    (row,) = erp.found("/products", f"(t.rowid:>:0) and (t.rowid:>:{product - 1})", **query)
    assert (row["id"], row["barcode"], row["barcode_type"], row["status"]) == (str(product), barcode, "2", "1")
    assert (Decimal(row["tva_tx"]), Decimal(row["weight"]), int(row["weight_units"])) == (
        Decimal("5.5"),
        Decimal("0.35"),
        -3,
    )
    single = {"variant_filter": 1, "properties": "id", "sortfield": "t.rowid", "limit": 2}
    goods = erp.found("/products", f"(t.fk_product_type:=:0) and (t.rowid:>:{product - 1})", **single)
    ids = [each["id"] for each in goods]
    assert (ids[0], str(service) in ids) == (str(product), False)


def test_the_products_of_a_category_are_a_list(erp: Rest) -> None:
    uid = erp.uid()
    ids = [str(erp.made("/products", product_body(erp, f"{uid}-{each}", erp.uid()))) for each in "AB"]
    body = {"label": f"{uid} C", "type": "product", "fk_parent": 0}
    category = erp.made("/categories", body | erp.guarded(erp.uid()))
    query = {"category": category, "properties": "id", "sortfield": "t.rowid", "limit": 1000}
    assert erp.found("/products", "(t.rowid:>:0) and (t.rowid:>:0)", **query) == []
    for product in ids:
        erp("POST", f"/categories/{category}/objects/product/{product}")
    rows = erp.found("/products", "(t.rowid:>:0) and (t.rowid:>:0)", **query)
    assert [each["id"] for each in rows] == ids


def test_prices_come_with_the_list_with_and_without_tax(erp: Rest) -> None:
    uid = erp.uid()
    product = erp.made("/products", product_body(erp, f"{uid}-P", uid, price="10", tva_tx="20"))
    query = {"properties": "id,ref,price,price_ttc,array_options", "sortfield": "t.rowid", "limit": 1}
    (row,) = erp.found("/products", f"(t.rowid:>:0) and (t.rowid:>:{product - 1})", **query)
    assert (row["ref"], row["array_options"][f"options_{UID}"]) == (f"{uid}-P", uid)
    assert (Decimal(row["price"]), Decimal(row["price_ttc"])) == (Decimal(10), Decimal(12))


def test_a_category_is_deleted_with_what_stands_in_it_left_or_not_at_all(erp: Rest, version: int) -> None:
    uid, below = erp.uid(), erp.uid()
    top = erp.made("/categories", {"label": f"{uid} T", "type": "product", "fk_parent": 0} | erp.guarded(uid))
    child = erp.made("/categories", {"label": "B", "type": "product", "fk_parent": top} | erp.guarded(below))
    reply = erp("DELETE", f"/categories/{top}")
    assert reply.status == (200 if version == 22 else 500)
    if version == 22:
        assert int(erp("GET", f"/categories/{child}").value["fk_parent"]) == 0
    else:
        assert "Error when delete category" in reply.said

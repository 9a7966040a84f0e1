"""The resource ``store_orders``: sales of the stores become orders, with one answer per document line."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING, Any

from lxml import etree

from deployments.sandbox.shop import shops
from deployments.sandbox.shop.behaviours import stock
from deployments.sandbox.shop.errors import ServiceError
from deployments.sandbox.shop.module import store_sale
from deployments.sandbox.shop.module.store_sale import Sale, SaleRefusedError, SaleRow

if TYPE_CHECKING:
    from deployments.sandbox.shop.exchange import Request
    from deployments.sandbox.shop.module.answers import Node
    from deployments.sandbox.shop.pace import Charge
    from deployments.sandbox.shop.store import Store

MODULE = "passerelle"
STATE = "PASSERELLE_STORE_ORDER_STATE"
_NEVER = "0000-00-00 00:00:00"


def install_state(store: Store) -> None:
    """The state of store orders, once: no mail, no invoice, no delivery number, counted as valid."""
    if store.configuration(STATE):
        return
    iso_codes = {number: store["languages"].rows[number]["iso_code"] for number in store.languages}
    names = {one: "Commande magasin" if iso == "fr" else "In-store purchase" for one, iso in iso_codes.items()}
    flags = dict.fromkeys(("unremovable", "shipped", "paid", "logable"), 1)
    state = store.add("order_states", {"name": names, "module_name": MODULE, "color": "#34209E", **flags})
    store.add("configurations", {"name": STATE, "value": state, "id_shop": None, "id_shop_group": None})


def answer(store: Store, request: Request, charge: Charge) -> Node:
    """One line per sale; a refused one does not stop the others."""
    body = request.body.removeprefix(b"xml=")
    try:
        root = etree.fromstring(body, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError as fault:
        raise ServiceError(400, 127, "XML error") from fault
    nodes = root.findall("store_order")
    if not nodes:
        raise ServiceError(400, 85, "no store_order in the document")
    return {"store_order": [_answer_to(store, node, charge) for node in nodes]}


def _answer_to(store: Store, node: etree._Element, charge: Charge) -> Node:
    reference = (node.findtext("internal_reference") or "").strip()
    try:
        reference = store_sale.reference_of(node)
        store_sale.external_reference_of(node)
        known = _known(store, reference)
        if known:
            return _line(reference, "exists", known)
        sale = store_sale.read(store, node)
        charge("store_orders", "POST", 1)
        return _line(reference, "created", _create(store, sale))
    except SaleRefusedError as refusal:
        return _line(reference, "error", 0, str(refusal))


def _line(reference: str, status: str, order: int, message: str = "") -> Node:
    return {
        "internal_reference": reference,
        "status": status,
        "id": str(order) if order else "",
        "message": message,
    }


def shop_reference(internal: str) -> str:
    """The nine characters of an order's own reference: M and 40 bits of a hash in base 32."""
    return "M" + base64.b32encode(hashlib.sha256(internal.encode()).digest()[:5]).decode()


def _known(store: Store, internal: str) -> int:
    """The order of this reference of the ERP, by its payment or its note, whatever it is called in the shop."""
    payments = store["order_payments"].where("transaction_id", internal)
    paid = {row["order_reference"] for row in payments if row["transaction_id"] == internal}
    orders = [row for name in paid for row in store["orders"].where("reference", name)]
    orders += [row for row in store["orders"].where("note", internal) if row["note"] == internal]
    return min((int(row["id"]) for row in orders if row["module"] == MODULE), default=0)


def _free_reference(store: Store, sale: Sale) -> str:
    """The name asked for, or the module's own when another order has it."""
    own = shop_reference(sale.reference)
    if sale.external_reference and store["orders"].first("reference", sale.external_reference) is None:
        return sale.external_reference
    taken = store["orders"].first("reference", own)
    if taken is not None:
        raise SaleRefusedError(f"the order reference {own} is already that of order {taken['id']}")
    return own


def _create(store: Store, sale: Sale) -> int:
    reference = _free_reference(store, sale)
    delivery = _address(store, sale, _place(store, sale), ("alias", "address1", "id_country"), hidden_only=True)
    invoice = _invoiced(store, sale) or delivery
    shared = _shared(store, sale, delivery, invoice)
    order = _insert_order(store, sale, shared, reference)
    for row in sale.rows:
        _insert_row(store, order, row)
    _insert_rest(store, sale, order, reference)
    if sale.takes_stock and store.configuration("PS_STOCK_MANAGEMENT") != "0":
        _take_stock(store, sale)
    return order


def _take_stock(store: Store, sale: Sale) -> None:
    """What was sold is taken off the quantities; a product's own row follows those of its combinations."""
    for row in sale.rows:
        for combination in {row.combination, 0} if row.product else set():
            for one in store["stock_availables"].where("id_product", row.product):
                if one["id_product_attribute"] == str(combination) and stock.on_this_shop(store, one):
                    left = int(one["quantity"]) - row.quantity
                    store["stock_availables"].update(int(one["id"]), {"quantity": str(left)})


def _invoiced(store: Store, sale: Sale) -> int:
    """The address that the sale says, or the customer's first one; 0 for none."""
    if sale.invoice is not None:
        return _address(store, sale, sale.invoice, ("address1", "postcode", "city", "id_country"), hidden_only=False)
    mine = (row for row in store["addresses"].where("id_customer", sale.customer["id"]) if row["deleted"] == "0")
    return next((int(row["id"]) for row in mine), 0)


def _address(store: Store, sale: Sale, place: dict[str, Any], alike: tuple[str, ...], *, hidden_only: bool) -> int:
    """The customer's address of this place, or a hidden copy."""
    mine = store["addresses"].where("id_customer", sale.customer["id"])
    for row in sorted(mine, key=lambda row: (row["deleted"], int(row["id"]))):
        if (row["deleted"] == "1" or not hidden_only) and all(row[name] == str(place[name]) for name in alike):
            return int(row["id"])
    who = {"id_customer": sale.customer["id"], "deleted": 1}
    names = {name: sale.customer[name] for name in ("firstname", "lastname")}
    return store.add("addresses", {**place, **who, **names})


def _place(store: Store, sale: Sale) -> dict[str, Any]:
    if not sale.store:
        name = store.configuration("PS_SHOP_NAME")[:32]
        address, city = store.configuration("PS_SHOP_ADDR1") or "-", store.configuration("PS_SHOP_CITY") or "-"
        country = store.configuration("PS_SHOP_COUNTRY_ID") or store.configuration("PS_COUNTRY_DEFAULT")
        return {"alias": name, "company": name, "address1": address, "city": city, "id_country": country}
    row = store["stores"].rows.get(sale.store)
    if row is None:
        raise SaleRefusedError("unknown store")
    name, address = (next(iter(row[field].values()), "") for field in ("name", "address1"))
    copied = {field: row[field] for field in ("postcode", "city", "phone", "id_country", "id_state")}
    return {"alias": name[:32], "company": name, "address1": address or "-", **copied}


def _shared(store: Store, sale: Sale, delivery: int, invoice: int) -> dict[str, Any]:
    return {
        **shops.owner(store),
        "id_lang": sale.customer["id_lang"] or "1",
        "id_currency": store.configuration("PS_CURRENCY_DEFAULT"),
        "id_customer": sale.customer["id"],
        "secure_key": sale.customer["secure_key"],
        "id_address_delivery": delivery,
        "id_address_invoice": invoice,
        "id_carrier": sale.carrier,
        "date_add": sale.date_add,
    }


def _insert_order(store: Store, sale: Sale, shared: dict[str, Any], reference: str) -> int:
    cart = store.add("carts", {**shared, "date_upd": sale.date_add})
    quantities: dict[tuple[int, int], int] = {}
    for row in sale.rows:
        if row.product:
            owner = (row.product, row.combination)
            quantities[owner] = quantities.get(owner, 0) + row.quantity
    delivery = str(shared["id_address_delivery"])
    rows = [(str(one), str(two), delivery, "0", str(number)) for (one, two), number in quantities.items()]
    store["carts"].update(cart, {"cart_rows": rows})
    return store.add(
        "orders",
        {
            **shared,
            "id_cart": cart,
            "reference": reference,
            "module": MODULE,
            "payment": sale.payment,
            "current_state": store.configuration(STATE),
            "valid": 1,
            "conversion_rate": 1,
            "carrier_tax_rate": 0,
            "round_mode": store.configuration("PS_PRICE_ROUND_MODE"),
            "round_type": store.configuration("PS_ROUND_TYPE"),
            "note": sale.reference,
            "invoice_date": sale.date_add if sale.in_statistics else _NEVER,
            "delivery_date": sale.date_add,
            **_totals(sale),
        },
    )


def _totals(sale: Sale) -> dict[str, Any]:
    return {
        "total_discounts": sale.discount_tax_incl,
        "total_discounts_tax_incl": sale.discount_tax_incl,
        "total_discounts_tax_excl": sale.discount_tax_excl,
        "total_paid": sale.paid_tax_incl,
        "total_paid_tax_incl": sale.paid_tax_incl,
        "total_paid_tax_excl": max(sale.products_tax_excl - sale.discount_tax_excl, 0),
        "total_paid_real": sale.paid_tax_incl,
        "total_products": sale.products_tax_excl,
        "total_products_wt": sale.products_tax_incl,
    }


def _insert_row(store: Store, order: int, row: SaleRow) -> None:
    product = shops.found(store, "products", row.product)
    combination = store["combinations"].rows.get(row.combination)
    own_name = next(iter(product["name"].values()), "") if product else row.reference or "-"
    codes = combination or product or {}
    store.add(
        "order_details",
        {
            "id_order": order,
            "id_shop": shops.of(store).shop,
            "product_id": row.product,
            "product_attribute_id": row.combination,
            "product_name": row.name or own_name,
            "product_reference": row.reference,
            "product_ean13": codes.get("ean13") or "",
            "product_quantity": row.quantity,
            "product_quantity_in_stock": row.quantity,
            "product_price": row.unit_tax_excl,
            "unit_price_tax_excl": row.unit_tax_excl,
            "unit_price_tax_incl": row.unit_tax_incl,
            "total_price_tax_excl": row.total_tax_excl,
            "total_price_tax_incl": row.total_tax_incl,
            "original_product_price": product["price"] if product else row.unit_tax_excl,
            "id_tax_rules_group": product["id_tax_rules_group"] if product else 0,
        },
    )


def _insert_rest(store: Store, sale: Sale, order: int, reference: str) -> None:
    state = store.configuration(STATE)
    if sale.discount_tax_incl:
        value = {"value": sale.discount_tax_incl, "value_tax_excl": sale.discount_tax_excl}
        store.add("order_cart_rules", {"id_order": order, "id_cart_rule": 0, "name": "In-store discount", **value})
    store.add("order_carriers", {"id_order": order, "id_carrier": sale.carrier, "date_add": sale.date_add})
    store.add(
        "order_payments",
        {
            "order_reference": reference,
            "id_currency": store.configuration("PS_CURRENCY_DEFAULT"),
            "amount": sale.paid_tax_incl,
            "payment_method": sale.payment,
            "conversion_rate": 1,
            "transaction_id": sale.reference,
            "date_add": sale.date_add,
        },
    )
    store.add(
        "order_histories",
        {"id_order": order, "id_order_state": state, "id_employee": 0, "date_add": sale.date_add},
    )

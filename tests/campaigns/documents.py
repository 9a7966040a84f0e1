"""What a shop holds that is no catalogue: sales as orders, returns, and the mails that were sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from deployments.sandbox.shop import SandboxShop

Row = Mapping[str, Any]

_ORDER = (
    "reference",
    "module",
    "payment",
    "date_add",
    "total_products",
    "total_products_wt",
    "total_discounts_tax_incl",
    "total_discounts_tax_excl",
    "total_paid_tax_incl",
    "total_paid_tax_excl",
    "total_paid_real",
)
_LINE = ("product_reference", "product_name", "product_quantity", "unit_price_tax_excl", "unit_price_tax_incl")
_PAYMENT = ("order_reference", "transaction_id", "amount", "payment_method")


def documents(shop: SandboxShop) -> dict[str, list[dict[str, Any]]]:
    """Rows without ids by kind; `sale` is the ERP's reference of an order, `return` the id that its file names."""
    emails = {str(row["id"]): row["email"] for row in shop.rows("customers")}
    lines: dict[str, list[list[str]]] = {}
    for row in shop.rows("order_details"):
        lines.setdefault(str(row["id_order"]), []).append([str(row[name]) for name in _LINE])
    places = {str(row["id"]): [str(row["alias"]), str(row["address1"])] for row in shop.rows("addresses")}
    return {
        "orders": [
            _only(row, _ORDER)
            | {
                "sale": row["note"],
                "customer": emails.get(str(row["id_customer"]), ""),
                "places": [places.get(str(row[f"id_address_{one}"]), []) for one in ("delivery", "invoice")],
                "lines": sorted(lines.get(str(row["id"]), [])),
            }
            for row in shop.rows("orders")
        ],
        "order_payments": [_only(row, _PAYMENT) for row in shop.rows("order_payments")],
        "order_returns": [
            {"return": str(row["id"]), "state": str(row["state"])} for row in _rows(shop, "order_returns")
        ],
        "order_states": [
            {"sale": row["note"], "state": str(row["current_state"])} for row in shop.rows("orders") if row["note"]
        ],
        "tracking": [
            {"order": str(row["id_order"]), "tracking": row["tracking_number"]} for row in shop.rows("order_carriers")
        ],
        "order_histories": [
            {"order": str(row["id_order"]), "state": str(row["id_order_state"])} for row in shop.rows("order_histories")
        ],
        "erp_invoices": [
            {"invoice": f"{row['id_order']} {row['kind']} {row['number']}", "pdf": row["pdf"]}
            for row in _rows(shop, "erp_invoices")
        ],
        "mails": [{"mail": template, "order": order} for template, order in shop.mails],
    }


def _rows(shop: SandboxShop, resource: str) -> list[dict[str, Any]]:
    """Without the module a shop does not tell its returns, and has no invoices of an ERP."""
    try:
        return shop.rows(resource)
    except KeyError:
        return []


def _only(row: Row, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: row[name] for name in names}

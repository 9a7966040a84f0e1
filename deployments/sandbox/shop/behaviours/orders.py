"""Orders and what hangs on them: states, tracking, lines, credit slips."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from deployments.sandbox.shop.entity import Behaviour, Draft, Entries
from deployments.sandbox.shop.errors import NOT_SAVED, ServiceError
from deployments.sandbox.shop.order_states import enter_state, mail_state
from deployments.sandbox.shop.ordering import place

if TYPE_CHECKING:
    from deployments.sandbox.shop.store import Row, Store

_SLIP_LINE = ("id_order_detail", "product_quantity", "amount_tax_excl", "amount_tax_incl")
_ROW_FIELDS = (
    "product_name",
    "product_reference",
    "product_ean13",
    "product_isbn",
    "product_upc",
    "product_price",
    "id_customization",
    "unit_price_tax_incl",
    "unit_price_tax_excl",
)


def _set_state(draft: Draft, value: str) -> None:
    """A new state counts like a history row; the state the order is in already does nothing."""
    if draft.before is None or draft.before["current_state"] == value or not value:
        draft.values["current_state"] = None if draft.before is None else value
        return
    enter_state(draft.store, draft.identifier, int(value))
    draft.before = dict(draft.store["orders"].rows[draft.identifier])
    untouched = {name: text for name, text in draft.before.items() if name not in draft.touched}
    draft.values.update(untouched)


def _set_shipping_number(draft: Draft, value: str) -> None:
    for one in list(draft.store["order_carriers"].where("id_order", draft.values.get("id", 0))):
        draft.store["order_carriers"].update(one["id"], {"tracking_number": value})


def _shipping_number(store: Store, row: Row) -> str:
    carrier = store["order_carriers"].first("id_order", row["id"]) if row.get("id") else None
    return (carrier["tracking_number"] or "") if carrier and row.get("date_add") else ""


def _order_rows(store: Store, row: Row) -> Entries:
    return [
        {
            "id": str(one["id"]),
            "product_id": one["product_id"],
            "product_attribute_id": one["product_attribute_id"],
            "product_quantity": one["product_quantity"],
            **{
                name: one.get(name) or "0" if name == "id_customization" else one.get(name) or ""
                for name in _ROW_FIELDS
            },
        }
        for one in store["order_details"].where("id_order", row["id"])
    ]


def _add_history(draft: Draft) -> None:
    order, state = draft.whole("id_order"), draft.whole("id_order_state")
    draft.values["id"] = enter_state(draft.store, order, state)
    if draft.query.text("sendemail") not in {"", "0"} and not mail_state(draft.store, order, state):
        raise ServiceError(500, 46, NOT_SAVED)


def _after_carrier(draft: Draft) -> None:
    carrier = draft.store["carriers"].rows.get(draft.whole("id_carrier"))
    asked = draft.query.text("sendemail") not in {"", "0"}
    if asked and carrier and carrier["url"] and draft.text("tracking_number"):
        draft.store.mails.append(("in_transit", draft.whole("id_order")))


def _set_slip_lines(draft: Draft, entries: Entries) -> None:
    lines = [tuple(one.get(name) or "0" for name in _SLIP_LINE) for one in entries]
    draft.store["order_slip"].update(draft.identifier, {"order_slip_details": lines})


def _slip_lines(store: Store, row: Row) -> Entries:
    kept = store["order_slip"].rows[row["id"]].get("order_slip_details", [])
    return [
        {
            "id": str(row["id"]),
            "id_order_detail": str(detail),
            "product_quantity": str(quantity),
            "amount_tax_excl": f"{Decimal(tax_excl):.6f}",
            "amount_tax_incl": f"{Decimal(tax_incl):.6f}",
        }
        for detail, quantity, tax_excl, tax_incl in kept
    ]


def _taxes(store: Store, row: Row) -> Entries:
    country = store.configuration("PS_COUNTRY_DEFAULT")
    rules = store["tax_rules"].where("id_tax_rules_group", row["id_tax_rules_group"] or "0")
    return [{"id": one["id_tax"]} for one in rules if one["id_country"] == country]


def _texts(store: Store, row: Row) -> Entries:
    kept = store["customizations"].rows[row["id"]].get("customized_data_text_fields", [])
    return [{"id_customization_field": str(field), "value": text} for field, text in kept]


BEHAVIOURS = {
    "orders": Behaviour(
        setters={"current_state": _set_state, "shipping_number": _set_shipping_number},
        create_instead=place,
        getters={"shipping_number": _shipping_number},
        lists={"order_rows": _order_rows},
    ),
    "order_histories": Behaviour(create_instead=_add_history),
    "order_carriers": Behaviour(after_save=_after_carrier),
    "order_slip": Behaviour(
        associations={"order_slip_details": _set_slip_lines},
        lists={"order_slip_details": _slip_lines},
    ),
    "order_details": Behaviour(lists={"taxes": _taxes}),
    "customizations": Behaviour(lists={"customized_data_text_fields": _texts}),
}

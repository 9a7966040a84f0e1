"""Customers: hashed passwords, one e-mail each, groups; carts and their rows."""

from __future__ import annotations

import hashlib
import re
import secrets
from typing import TYPE_CHECKING

from deployments.sandbox.shop import shops
from deployments.sandbox.shop.entity import Behaviour, Draft, Entries
from deployments.sandbox.shop.errors import NOT_SAVED, CrashError, ServiceError
from deployments.sandbox.shop.store import now

if TYPE_CHECKING:
    from deployments.sandbox.shop.store import Row, Store

_HASH = re.compile(r"\$2y\$10\$.{53}")
_NEVER = "0000-00-00 00:00:00"
_CART_ROW = ("id_product", "id_product_attribute", "id_address_delivery", "id_customization", "quantity")


def _set_password(draft: Draft, value: str) -> None:
    """A hash that was read is kept, anything else is hashed, however short."""
    if _HASH.fullmatch(value) and draft.before and draft.before["passwd"] == value:
        return
    digest = hashlib.sha256(f"{secrets.token_hex(8)}{value}".encode()).hexdigest()
    draft.put("passwd", f"$2y$10${digest[:53]}")


def _before_save(draft: Draft) -> None:
    if draft.is_new:
        draft.put("secure_key", secrets.token_hex(16))
        draft.put("last_passwd_gen", now())
        _belong(draft)
        customers = draft.store.configuration("PS_CUSTOMER_GROUP")
        if draft.text("is_guest") == "1" and draft.text("id_default_group") == customers:
            draft.put("id_default_group", draft.store.configuration("PS_GUEST_GROUP"))
    if draft.text("is_guest") != "1":
        _refuse_used_email(draft)
    if draft.text("newsletter") == "1" and draft.text("newsletter_date_add") in {"", _NEVER}:
        draft.put("newsletter_date_add", now())


def _belong(draft: Draft) -> None:
    """The shop that is asked, unless the document names one."""
    shop = shops.of(draft.store).shop
    if not draft.store.several or draft.text("id_shop") in {"", "0"}:
        draft.put("id_shop", str(shop))
        draft.put("id_shop_group", str(shops.group_of(draft.store, shop)["id"]))


def _refuse_used_email(draft: Draft) -> None:
    owners = {str(one) for one in shops.owners_seen(draft.store, "customers")}
    for other in draft.store["customers"].where("email", draft.text("email")):
        if draft.store.several and other["id_shop"] not in owners:
            continue
        if other["id"] != draft.values.get("id") and other["is_guest"] != "1" and other["deleted"] != "1":
            raise ServiceError(
                500,
                140 if draft.is_new else 141,
                "The email is already used, please choose another one.",
            ).then(500, 46, NOT_SAVED)


def _after_save(draft: Draft) -> None:
    if draft.is_new:
        draft.store["customers"].update(draft.identifier, {"groups": [draft.whole("id_default_group")]})
    elif draft.store["customers"].rows[draft.identifier]["last_passwd_gen"] in {"", _NEVER}:
        # A PUT leaves it out, the answer shows it empty, and the column fills itself with the time of the save.
        draft.store["customers"].update(draft.identifier, {"last_passwd_gen": now()})


def _set_groups(draft: Draft, entries: Entries) -> None:
    ids = list(dict.fromkeys(int(one.get("id") or 0) for one in entries))
    draft.store["customers"].update(draft.identifier, {"groups": ids})


def _groups(store: Store, row: Row) -> Entries:
    """Those that exist: the group 0 of an account that was posted without one is in no list."""
    kept = store["customers"].rows[row["id"]].get("groups", [])
    return [{"id": str(one)} for one in kept if one in store["groups"].rows]


def _save_cart(draft: Draft) -> None:
    if draft.is_new and draft.store.several:
        _belong(draft)
    if draft.is_new and draft.whole("id_customer") and not draft.text("secure_key"):
        customer = draft.store["customers"].rows.get(draft.whole("id_customer"))
        draft.put("secure_key", customer["secure_key"] if customer else "")


def _set_cart_rows(draft: Draft, entries: Entries) -> None:
    rows = [tuple(one.get(name) or "0" for name in _CART_ROW) for one in entries]
    draft.store["carts"].update(draft.identifier, {"cart_rows": rows})
    if not rows and not draft.store.rules.silent:
        raise CrashError("an INSERT without values; the cart stays, without rows")


def cart_rows(store: Store, cart: int) -> Entries:
    """The lines of a cart."""
    kept = store["carts"].rows[cart].get("cart_rows", [])
    return [dict(zip(_CART_ROW, one, strict=True)) for one in kept]


def _remove_customer(store: Store, row: Row) -> None:
    for address in list(store["addresses"].where("id_customer", row["id"])):
        store["addresses"].update(address["id"], {"deleted": "1"})


BEHAVIOURS = {
    "customers": Behaviour(
        setters={"passwd": _set_password},
        before_save=_before_save,
        after_save=_after_save,
        associations={"groups": _set_groups},
        lists={"groups": _groups},
        after_remove=_remove_customer,
    ),
    "carts": Behaviour(
        before_save=_save_cart,
        associations={"cart_rows": _set_cart_rows},
        lists={"cart_rows": lambda store, row: cart_rows(store, row["id"])},
    ),
}

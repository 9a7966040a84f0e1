"""A Dolibarr as the rest of the house sees it: small methods, our words, our errors. Safe in threads."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from functools import cached_property
from types import TracebackType
from typing import Any, Self

from connectors.dolibarr import filters, guard
from connectors.dolibarr.access import SYSTEM, DolibarrAccess, Limits
from connectors.dolibarr.asking import Record
from connectors.dolibarr.goods import Goods
from connectors.dolibarr.papers import Papers
from connectors.dolibarr.replies import Hello, id_of, read_hello
from connectors.dolibarr.transport import DolibarrTransport
from schemas.errors import DeniedError, PasserelleError, RefusedError, UnexpectedReplyError

_MOST_AT_ONCE = 100
_ORDER_HEAD = "id,ref,ref_client,socid,status,billed,date,total_ttc,multicurrency_code,array_options"
_INVOICE_HEAD = "id,ref,ref_client,socid,type,status,date,total_ttc,fk_facture_source,multicurrency_code,array_options"
_READ = {
    "societe": "/thirdparties",
    "societe/contact": "/contacts",
    "produit": "/products",
    "commande": "/orders",
    "facture": "/invoices",
    "expedition": "/shipments",
    "banque": "/bankaccounts",
}


class Dolibarr(Goods, Papers):
    """A connection to one Dolibarr, to be used as a context manager.

    Entering reads the version; a guard that is missing is made before the first thing that it guards. Every method
    raises `TransientError`, `DeniedError`, `RefusedError` (with a code of `faults`) or `UnexpectedReplyError`. After a
    `TransientError` of a write its outcome is unknown: look it up.
    """

    def __init__(
        self,
        access: DolibarrAccess,
        *,
        limits: Limits | None = None,
        before_write: Callable[[], None] | None = None,
    ) -> None:
        self.access = access
        super().__init__(DolibarrTransport(access, limits or Limits(), before_write))
        self._looking = threading.RLock()
        self._products: dict[str, int] = {}
        self._without_product: set[str] = set()

    def __enter__(self) -> Self:
        try:
            self.hello.check()
        except PasserelleError:
            self._transport.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._transport.close()

    @property
    def sent(self) -> dict[str, int]:
        """Requests sent so far, by what they did."""
        return dict(self._transport.sent)

    # What Dolibarr is

    @cached_property
    def hello(self) -> Hello:
        """Version and time zone."""
        return read_hello(self._transport.get("/status", "read the status"))

    def guards_that_are_not_unique(self, elements: Iterable[str] = guard.ELEMENTS) -> tuple[str, ...] | None:
        """The kinds of objects whose guard guards nothing; None where the key may not see it."""
        try:
            found = self._transport.get("/setup/extrafields", "read the extra fields")
        except DeniedError:
            return None
        fields = {element: (found.get(element) or {}).get(guard.NAME) or {} for element in elements}
        return tuple(element for element, field in fields.items() if str(field.get("unique")) != "1")

    @cached_property
    def countries(self) -> Mapping[str, int]:
        """The ids of the countries that are active, by ISO code."""
        found = self._transport.get("/setup/dictionary/countries", "read the countries", limit=0)
        active = (each for each in found if each.get("code") and str(each.get("active")) == "1")
        return {str(each["code"]): int(each["id"]) for each in active}

    def vat_rates(self, country: str) -> frozenset[Decimal]:
        """The rates of a country in Dolibarr's dictionary; none where this version does not give it (before 23)."""
        query = {"fk_country": self.countries.get(country, 0), "limit": 0}
        found = self._get_or_none("/setup/dictionary/vat", "read the VAT rates", country, **query)
        return frozenset(Decimal(str(each["taux"])) for each in found or () if str(each.get("active")) == "1")

    @cached_property
    def payment_types(self) -> Mapping[str, int]:
        """The ids of the payment types that are active, by code."""
        found = self._transport.get("/setup/dictionary/payment_types", "read the payment types", limit=0)
        return {str(each["code"]): int(each["id"]) for each in found}

    @cached_property
    def bank_accounts(self) -> Mapping[str, int]:
        """The ids of the bank accounts that are open, by reference."""
        found = self._transport.get("/bankaccounts", "read the bank accounts", limit=0, properties="id,ref,status")
        return {str(each["ref"]): int(each["id"]) for each in found if str(each.get("status")) != "1"}

    @cached_property
    def shipping_methods(self) -> Mapping[str, int]:
        """The ids of the shipping methods that are active, by code."""
        found = self._transport.get("/setup/dictionary/shipping_methods", "read the shipping methods", limit=0)
        return {str(each["code"]): int(each["id"]) for each in found}

    @cached_property
    def type_of_consumers(self) -> int | None:
        """The id of the type of third party that a consumer is; None where this version does not give it."""
        found = self._get_or_none("/setup/dictionary/thirdparty_types", "read the types of third parties", "", limit=0)
        return next((int(each["id"]) for each in found or () if each.get("code") == "TE_PRIVATE"), None)

    def constant(self, name: str) -> str | None:
        """A constant of the set-up, empty when it is not set; None where the key may not read them."""
        try:
            found = self._transport.get(f"/setup/conf/{name}", "read a constant", name)
        except DeniedError:
            return None
        except RefusedError:
            return ""
        return str(found)

    def unreadable(self) -> tuple[str, ...]:
        """What the key may not read, by Dolibarr's names of the modules."""
        lacking = []
        for module, path in _READ.items():
            try:
                self._get_or_none(path, "look at the rights", module, limit=1)
            except DeniedError as error:
                if error.text != "dolibarr_no_right":
                    raise
                lacking.append(module)
        return tuple(lacking)

    # Third parties and contacts

    def third_party(self, id_: int) -> Record | None:
        """One third party; None when there is none."""
        return self._one(f"/thirdparties/{id_}", "read a third party", str(id_))

    def third_party_of(self, uid: str) -> Record | None:
        """The third party of this guard."""
        return self._guarded_one("societe", "look up a third party", uid)

    def third_parties_by_email(self, email: str) -> list[Record]:
        """The third parties with this e-mail, whatever the case, open and closed ones."""
        return self._list("/thirdparties", "look up an e-mail", filters.equal("t.email", email), limit=20)

    def create_third_party(self, uid: str, values: Mapping[str, Any]) -> int:
        """A new third party under this guard; its id."""
        return self._created("/thirdparties", "create a third party", uid, values)

    def update_third_party(self, id_: int, values: Mapping[str, Any]) -> None:
        """Gives a third party these values, all others staying as they are."""
        self._write_text("PUT", f"/thirdparties/{id_}", "update a third party", str(id_), dict(values))

    def contact_of(self, uid: str) -> Record | None:
        """The contact of this guard."""
        return self._guarded_one("socpeople", "look up a contact", uid)

    def create_contact(self, uid: str, values: Mapping[str, Any]) -> int:
        """A new contact under this guard; its id."""
        return self._created("/contacts", "create a contact", uid, values)

    # Products

    def products(self, references: Iterable[str], *, anew: bool = False) -> dict[str, int]:
        """The ids of the products and services with these references, asked for once unless `anew`."""
        wanted = {each for each in references if each and filters.is_askable(each)}
        with self._looking:
            self._without_product -= wanted if anew else set()
            missing = sorted(wanted - self._products.keys() - self._without_product)
            for start in range(0, len(missing), _MOST_AT_ONCE):
                terms = [filters.equal("t.ref", each) for each in missing[start : start + _MOST_AT_ONCE]]
                found = self._list("/products", "look up products", filters.any_of(terms), properties="id,ref")
                by_name = {str(each["ref"]).casefold(): int(each["id"]) for each in found}
                self._products |= {each: by_name[each.casefold()] for each in missing if each.casefold() in by_name}
            self._without_product |= wanted - self._products.keys()
            return {each: self._products[each] for each in wanted if each in self._products}

    def create_service(self, reference: str, label: str) -> int:
        """A new service, on sale, without a price of its own; its id."""
        body = {"ref": reference, "label": label, "type": 1, "status": 1, "price_base_type": "HT", "price": "0"}
        id_ = id_of(self._transport.write("POST", "/products", "create a service", reference, body))
        with self._looking:
            self._products[reference] = id_
            self._without_product.discard(reference)
        return id_

    # Orders

    def order(self, id_: int) -> Record | None:
        """One whole order with its lines; None when there is none."""
        return self._one(f"/orders/{id_}", "read an order", str(id_), contact_list=-1)

    def orders_of(self, uid: str, ref_client: str) -> list[Record]:
        """The heads of the orders of this guard or this customer's reference; either may be empty."""
        terms = [filters.equal(f"ef.{guard.NAME}", uid)] if uid and "commande" in self.guards else []
        terms += [filters.equal("t.ref_client", ref_client)] if ref_client else []
        return self._list("/orders", "look up an order", filters.any_of(terms), properties=_ORDER_HEAD) if terms else []

    def orders_by_ids(self, order_ids: Iterable[int]) -> list[Record]:
        """The heads of these orders, without those that are gone."""
        wanted, found = sorted(set(order_ids)), []
        for start in range(0, len(wanted), _MOST_AT_ONCE):
            some = filters.ids("t.rowid", wanted[start : start + _MOST_AT_ONCE])
            found += self._list("/orders", "read statuses", some, properties=_ORDER_HEAD)
        return found

    def latest_orders(self, page: int, limit: int) -> list[Record]:
        """The heads of the newest orders, so many a page."""
        return self._list(
            "/orders",
            "read the newest orders",
            "(t.rowid:>:0)",
            sortfield="t.rowid",
            sortorder="DESC",
            limit=limit,
            page=page,
            properties=_ORDER_HEAD,
        )

    def create_order(self, uid: str, values: Mapping[str, Any]) -> int:
        """A new draft order under this guard; its id. `RefusedError` of code DUPLICATE when it is there already."""
        return self._created("/orders", "create an order", uid, values)

    def validate_order(self, id_: int, *, warehouse: int = 0) -> Record:
        """A draft gets its number; one that has it already stays as it is. Gives the order."""
        body = {"idwarehouse": warehouse, "notrigger": 0}
        answer = self._act(f"/orders/{id_}/validate", "validate an order", id_, body)
        record = answer.value if isinstance(answer.value, dict) else self.order(id_)
        if record is None or str(record.get("status")) == "0" or str(record.get("ref", "")).startswith("(PROV"):
            raise UnexpectedReplyError(
                "the order has no number after it was validated", system=SYSTEM, action="validate", key=str(id_)
            ).worded("dolibarr_not_understood")
        return dict(record)

    def link_contact(self, order_id: int, contact_id: int, kind: str) -> None:
        """Names a contact on an order, as BILLING or SHIPPING; one that is named already stays."""
        path = f"/orders/{order_id}/contact/{contact_id}/{kind}"
        try:
            self._act(path, "name a contact", order_id)
        except RefusedError as error:
            if "lready" not in error.reason:
                raise

    def is_billed(self, order_id: int) -> bool:
        """Whether an order is marked as invoiced."""
        return any(str(each.get("billed")) == "1" for each in self.orders_by_ids([order_id]))

    def set_billed(self, order_id: int) -> None:
        """Marks an order as invoiced."""
        self._act(f"/orders/{order_id}/setinvoiced", "mark as invoiced", order_id)

    def cancel_order(self, order_id: int) -> None:
        """Cancels an order; there is no other way than to write the status, and no other status may be written."""
        self._transport.write(
            "PUT", f"/orders/{order_id}", "cancel an order", str(order_id), {"status": -1, "statut": -1}
        )

    # Invoices and payments

    def invoice(self, id_: int) -> Record | None:
        """One whole invoice; None when there is none."""
        return self._one(f"/invoices/{id_}", "read an invoice", str(id_), contact_list=-1)

    def invoice_of(self, uid: str) -> Record | None:
        """The invoice of this guard."""
        return self._guarded_one("facture", "look up an invoice", uid)

    def invoice_heads(self, uid: str, ref_client: str) -> list[Record]:
        """The heads of the invoices and credit notes of this guard or customer's reference; either may be empty."""
        terms = [filters.equal(f"ef.{guard.NAME}", uid)] if uid and "facture" in self.guards else []
        terms += [filters.equal("t.ref_client", ref_client)] if ref_client else []
        asked = filters.any_of(terms)
        return self._list("/invoices", "look up invoices", asked, properties=_INVOICE_HEAD) if terms else []

    def invoices_to_credit(self, invoice_ids: Iterable[int]) -> list[Record]:
        """The heads of these invoices, without those that are gone."""
        return self._invoices_in("t.rowid", invoice_ids)

    def credit_notes_of(self, invoice_ids: Iterable[int]) -> list[Record]:
        """The heads of what was made to give these invoices back, or a part of them."""
        return self._invoices_in("t.fk_facture_source", invoice_ids)

    def _invoices_in(self, field: str, values: Iterable[int]) -> list[Record]:
        wanted, found = sorted(set(values)), []
        for start in range(0, len(wanted), _MOST_AT_ONCE):
            some = filters.ids(field, wanted[start : start + _MOST_AT_ONCE])
            found += self._list("/invoices", "look up invoices", some, properties=_INVOICE_HEAD)
        return found

    def create_invoice(self, uid: str, values: Mapping[str, Any]) -> int:
        """A new draft invoice under this guard; its id."""
        return self._created("/invoices", "create an invoice", uid, values)

    def validate_invoice(self, id_: int, *, warehouse: int = 0) -> Record:
        """The invoice; a draft gets its number. `UnexpectedReplyError` when it has none then: it is not to be paid."""
        body = {"force_number": "", "idwarehouse": warehouse, "notrigger": 0}
        answer = self._act(f"/invoices/{id_}/validate", "validate an invoice", id_, body)
        record = answer.value if isinstance(answer.value, dict) else self.invoice(id_)
        if record is None or str(record.get("ref", "")).startswith("(PROV") or str(record.get("status")) == "0":
            # A draft that was paid answers 304 for ever and never gets a number (docs/facts/dolibarr.md, I2).
            raise UnexpectedReplyError(
                "the invoice has no number after it was validated", system=SYSTEM, action="validate", key=str(id_)
            ).worded("dolibarr_not_understood")
        return dict(record)

    def payments(self, invoice_id: int) -> list[Record]:
        """The payments of an invoice."""
        found = self._transport.get(f"/invoices/{invoice_id}/payments", "read the payments", str(invoice_id))
        return list(found or ())

    def close_free(self, invoice_id: int) -> None:
        """A validated invoice of nothing counts as paid."""
        body = {"close_code": "", "close_note": ""}
        self._act(f"/invoices/{invoice_id}/settopaid", "close an invoice", invoice_id, body)

    def pay(self, invoice_id: int, amount: Decimal, values: Mapping[str, Any]) -> None:
        """One payment of a validated invoice. Nothing guards it: look at `payments` first when it may be there."""
        amounts = {str(invoice_id): {"amount": f"{amount:.2f}", "multicurrency_amount": ""}}
        body = {"arrayofamounts": amounts, "closepaidinvoices": "yes", "comment": "", **values}
        self._transport.write("POST", "/invoices/paymentsdistributed", "pay an invoice", str(invoice_id), body)

    # Shipments and stock

    def shipments_of(self, third_parties: Iterable[int]) -> list[Record]:
        """The shipments to these third parties, with the order that each is of."""
        wanted, found = sorted(set(third_parties)), []
        for start in range(0, len(wanted), _MOST_AT_ONCE):
            some = filters.ids("t.fk_soc", wanted[start : start + _MOST_AT_ONCE])
            properties = "id,ref,origin_id,status,tracking_number,shipping_method_id"
            found += self._list("/shipments", "read shipments", some, properties=properties)
        return found

    def movements_after(self, row_id: int, limit: int = 1000) -> list[Record]:
        """The stock movements after this one, oldest first: an exact feed that needs no clock."""
        asked = f"(t.rowid:>:{row_id})"
        properties = "id,product_id,warehouse_id,qty"
        return self._list(
            "/stockmovements", "read stock movements", asked, properties=properties, sortfield="t.rowid", limit=limit
        )

    def stock_of(self, product_id: int) -> dict[int, Decimal]:
        """The stock of a product by warehouse."""
        found = self._transport.get(f"/products/{product_id}/stock", "read a stock", str(product_id))
        warehouses = found.get("stock_warehouses") if isinstance(found, dict) else None
        pairs = warehouses.items() if isinstance(warehouses, dict) else ()
        return {int(id_): Decimal(str(each.get("real") or 0)) for id_, each in pairs}

    def move_stock(self, product_id: int, warehouse_id: int, quantity: Decimal, code: str, label: str) -> int:
        """One movement, in or out by its sign; its id. Nothing guards it: look for its code first."""
        body = {
            "product_id": product_id,
            "warehouse_id": warehouse_id,
            "qty": f"{quantity:f}",
            "type": 3 if quantity >= 0 else 2,
            "movementcode": code,
            "label": label,
        }
        return id_of(self._transport.write("POST", "/stockmovements", "move stock", str(product_id), body))

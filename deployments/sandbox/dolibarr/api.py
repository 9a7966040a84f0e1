"""The routes of the API: a verb and a path lead to what carries it out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from deployments.sandbox.dolibarr import filters
from deployments.sandbox.dolibarr.categories import Categories
from deployments.sandbox.dolibarr.errors import ApiError
from deployments.sandbox.dolibarr.files import Files
from deployments.sandbox.dolibarr.invoices import Invoices
from deployments.sandbox.dolibarr.orders import Orders, Shipments
from deployments.sandbox.dolibarr.papers import Papers
from deployments.sandbox.dolibarr.people import People
from deployments.sandbox.dolibarr.products import Products
from deployments.sandbox.dolibarr.setup import Setup
from deployments.sandbox.dolibarr.state import State, one
from deployments.sandbox.dolibarr.store import Row, Table

_ADMIN = "API open to admin users only or to the users with logins defined into constant"


@dataclass(frozen=True, slots=True)
class Call:
    """One request."""

    verb: str
    path: str
    query: Mapping[str, str]
    body: Any = None
    is_admin: bool = False


@dataclass(frozen=True, slots=True)
class Route:
    """Where a path leads; its placeholders are the arguments."""

    verb: str
    template: str
    act: Callable[..., Any]
    takes_body: bool = False
    takes_query: bool = False
    for_admin: bool = False
    pattern: re.Pattern[str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "pattern", re.compile(re.sub(r"\{\w+\}", "([^/]+)", self.template)))


class Api:
    """Everything that can be asked."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.people = People(state)
        self.products = Products(state)
        self.categories = Categories(state)
        self.files = Files(state)
        self.orders = Orders(state)
        self.shipments = Shipments(state, self.orders)
        self.invoices = Invoices(state)
        self.setup = Setup(state)
        self._routes = tuple(self._all())

    def template_of(self, verb: str, path: str) -> str:
        """The route of a path, as `orders/{id}/validate`; `unknown` when there is none."""
        route = self._route(verb, path)
        return route.template if route else "unknown"

    def answer(self, call: Call) -> Any:
        """What a call gives, as JSON; `ApiError` and its kin where it is refused."""
        route = self._route(call.verb, call.path)
        if route is None:
            known = any(call.path.split("/")[0] == each.template.split("/")[0] for each in self._routes)
            raise ApiError(404 if known else 501, "" if known else "API not found (failed to include API file)")
        if route.for_admin and not call.is_admin:
            raise ApiError(403, f"Error {_ADMIN} API_LOGINS_ALLOWED")
        matched = route.pattern.fullmatch(call.path)
        arguments = list(matched.groups()) if matched else []
        if route.template.startswith("setup/dictionary"):
            return self.setup.dictionary(arguments[0], dict(call.query))
        if route.takes_body:
            arguments.insert(0, call.body if call.body is not None else {})
        if route.takes_query:
            arguments.insert(0, call.query)
        found = route.act(*arguments)
        return self._listed(found, call.query) if isinstance(found, Listing) else found

    def _route(self, verb: str, path: str) -> Route | None:
        return next((each for each in self._routes if each.verb == verb and each.pattern.fullmatch(path)), None)

    def _listed(self, listing: Listing, query: Mapping[str, str]) -> Any:
        rows = list(listing.table)
        if category := query.get("category"):
            rows = [row for row in rows if (int(category), row["id"]) in self.state.sorted_in]
        if asked := query.get("sqlfilters"):
            is_asked = filters.predicate(asked, listing.table.column, listing.table.has_column, listing.what)
            rows = [row for row in rows if is_asked(row)]
        if category := query.get("category"):
            inside = {product for each, product in self.state.sorted_in if str(each) == category}
            rows = [row for row in rows if row["id"] in inside]
        if query.get("sortorder", "").upper() == "DESC":
            rows.reverse()
        limit = int(query.get("limit", "100"))
        start = int(query.get("page", "0")) * limit
        rows = rows[start : start + limit] if limit else rows
        if not rows and listing.empty:
            raise ApiError(404, listing.empty)
        shown = [listing.shown(row) for row in rows]
        if names := query.get("properties"):
            wanted = names.split(",")
            shown = [{name: value for name, value in row.items() if name in wanted} for row in shown]
        return shown

    def _all(self) -> Iterator[Route]:
        state = self.state
        yield Route("GET", "status", self.setup.status)
        yield Route("GET", "setup/dictionary/{name}", self.setup.dictionary)
        yield Route("GET", "setup/conf/{name}", self.setup.constant, for_admin=True)
        yield Route("GET", "setup/extrafields", self.setup.extra_fields, for_admin=True)
        make = self.setup.make_extra_field
        yield Route("POST", "setup/extrafields/{element}/{name}", make, takes_body=True, for_admin=True)
        remove = self.setup.remove_extra_field
        yield Route("DELETE", "setup/extrafields/{element}/{name}", remove, for_admin=True)
        yield from self._people()
        yield from self._goods()
        yield from self._sales()
        accounts = Listing(state.accounts, lambda row: {"module": None, **row, "id": str(row["id"])}, "bankaccounts")
        yield Route("GET", "bankaccounts", lambda: accounts)
        yield Route("POST", "bankaccounts", self._create_account, takes_body=True, for_admin=True)

    def _people(self) -> Iterator[Route]:
        state, people = self.state, self.people
        empty = "No third parties found"
        parties = Listing(state.third_parties, people.shown_third_party, "thirdparties", empty)
        yield Route("GET", "thirdparties", lambda: parties)
        yield Route("POST", "thirdparties", people.create_third_party, takes_body=True)
        yield Route("GET", "thirdparties/{id}", people.third_party)
        yield Route("PUT", "thirdparties/{id}", people.update_third_party, takes_body=True)
        yield _deleting("thirdparties", state.third_parties)
        contacts = Listing(state.contacts, people.shown_contact, "contacts")
        yield Route("GET", "contacts", lambda: contacts)
        yield Route("POST", "contacts", people.create_contact, takes_body=True)
        yield _deleting("contacts", state.contacts)

    def _goods(self) -> Iterator[Route]:
        state, products = self.state, self.products
        listing = Listing(state.products, products.shown, "product list")
        yield Route("GET", "products", lambda: listing)
        yield Route("POST", "products", products.create, takes_body=True)
        yield Route("GET", "products/{id}", products.product)
        yield Route("PUT", "products/{id}", products.update, takes_body=True)
        yield Route("DELETE", "products/{id}", products.delete, for_admin=True)
        yield Route("GET", "documents", self.files.of_product, takes_query=True)
        yield Route("POST", "documents/upload", self.files.upload, takes_body=True)
        yield Route("DELETE", "documents", self.files.delete, takes_query=True)
        yield Route("GET", "products/{id}/stock", products.stock)
        yield Route("GET", "products/{id}/categories", self.categories.of_product)
        yield Route("GET", "categories", lambda: Listing(state.categories, self.categories.shown, "category list"))
        yield Route("POST", "categories", self.categories.create, takes_body=True)
        yield Route("GET", "categories/{id}", lambda id_: self.categories.shown(one(state.categories, id_, "category")))
        yield Route("PUT", "categories/{id}", self.categories.update, takes_body=True)
        yield Route("POST", "categories/{id}/objects/product/{product}", self.categories.link)
        yield Route("DELETE", "categories/{id}/objects/product/{product}", self.categories.unlink)
        yield Route("DELETE", "categories/{id}", self.categories.delete, for_admin=True)
        houses = Listing(state.warehouses, lambda row: {**row, "id": str(row["id"])}, "warehouse list")
        yield Route("GET", "warehouses", lambda: houses)
        yield Route("POST", "warehouses", products.create_warehouse, takes_body=True)
        movements = Listing(state.movements, lambda row: {**row, "id": str(row["id"])}, "stock movement")
        yield Route("GET", "stockmovements", lambda: movements)
        yield Route("POST", "stockmovements", products.move, takes_body=True)

    def _sales(self) -> Iterator[Route]:
        state, orders, invoices, shipments = self.state, self.orders, self.invoices, self.shipments
        yield Route("GET", "orders", lambda: Listing(state.orders, orders.shown, "commande list"))
        yield Route("POST", "orders", orders.create, takes_body=True)
        yield Route("GET", "orders/{id}", orders.order)
        yield Route("PUT", "orders/{id}", orders.update, takes_body=True)
        yield Route("DELETE", "orders/{id}", orders.delete, for_admin=True)
        yield Route("POST", "orders/{id}/validate", orders.validate)
        yield Route("POST", "orders/{id}/close", orders.close)
        yield Route("POST", "orders/{id}/setinvoiced", orders.set_billed)
        yield Route("POST", "orders/{id}/contact/{contact}/{kind}", orders.name_contact)
        yield Route("GET", "invoices", lambda: Listing(state.invoices, invoices.shown, "invoice list"))
        yield Route("POST", "invoices", invoices.create, takes_body=True)
        yield Route("POST", "invoices/paymentsdistributed", invoices.pay, takes_body=True)
        yield Route("GET", "invoices/{id}", invoices.invoice)
        yield Route("POST", "invoices/{id}/validate", invoices.validate)
        yield Route("POST", "invoices/{id}/settopaid", invoices.settle)
        yield Route("GET", "invoices/{id}/payments", invoices.payments)
        papers = Papers(state)
        yield Route("GET", "documents/download", papers.download, takes_query=True)
        yield Route("PUT", "documents/builddoc", papers.build, takes_body=True)
        yield Route("GET", "shipments", lambda: Listing(state.shipments, shipments.shown, "shipment list"))
        yield Route("POST", "shipments", shipments.create, takes_body=True)
        yield Route("GET", "shipments/{id}", shipments.shipment)
        yield Route("PUT", "shipments/{id}", shipments.update, takes_body=True)
        yield Route("POST", "shipments/{id}/validate", shipments.validate)
        yield Route("POST", "shipments/{id}/close", shipments.close)

    def _create_account(self, body: dict[str, Any]) -> int:
        ref = str(body.get("ref") or "")
        if not ref or any(each["ref"] == ref for each in self.state.accounts):
            raise ApiError(500, "Error creating bank account")
        row = {"ref": ref, "label": body.get("label"), "status": "0", "currency_code": body.get("currency_code")}
        return int(self.state.accounts.insert(row, None)["id"])


@dataclass(frozen=True, slots=True)
class Listing:
    """A list that is still to be filtered, cut and shown."""

    table: Table
    shown: Callable[[Row], Row]
    what: str
    """As a failure of it calls it."""
    empty: str = ""
    """What it says, with 404, where it has no row."""


def _deleting(name: str, table: Table) -> Route:
    def delete(id_: str) -> Row:
        if table.rows.pop(int(id_), None) is None:
            raise ApiError(404, "Object not found")
        return {"success": {"code": 200, "message": "Object deleted"}}

    return Route("DELETE", f"{name}/{{id}}", delete, for_admin=True)

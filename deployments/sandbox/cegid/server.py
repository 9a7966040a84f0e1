"""The ERP as a program: start it, look at what it holds, play the warehouse, make it fail."""

from __future__ import annotations

import copy
import threading
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

from deployments.sandbox.cegid.contract import service
from deployments.sandbox.cegid.customers import Customers
from deployments.sandbox.cegid.documents import Documents, total
from deployments.sandbox.cegid.faults import Faults
from deployments.sandbox.cegid.inventory import Inventory
from deployments.sandbox.cegid.refusals import Refusal
from deployments.sandbox.cegid.web import Server

SERVICES = ("CustomerWcfService", "SaleDocumentService", "ItemInventoryWcfService")
_STATUS_MEMBERS = {
    "follow_up": "FollowUpStatus",
    "shipping": "ShippingStatus",
    "cancel": "CancelStatus",
    "return_": "ReturnStatus",
    "payment": "PaymentStatus",
    "billing": "BillingStatus",
    "tracking": "Tracking",
    "transporter": "Transporter",
}


class SandboxCegid:
    """A Cegid Retail on loopback, to be used as a context manager.

    `strict` refuses an element out of its place; otherwise it is dropped without a word, as the real server does.
    `not_found` says what looking for the unknown gives: a fault or nothing. `latency` is in seconds per operation.
    `known_items` limits the item references that exist; None: any. `absent_resets`: what UpdateCustomer does to
    members that are not sent. `single_wsdl`: whether it knows `?singleWsdl`. `newer` and `lacks` name members, as
    `Type.Member`, that its version has or does not have. `certificate`: a PEM file with its key, to speak TLS.
    `compression`: gzip with the length of the body, gzip in chunks, or none, for a client that offers gzip.
    """

    def __init__(
        self,
        *,
        user: str = "123456_001_TEST\\WEBSHOP",
        password: str = "sandbox",  # noqa: S107 - a sandbox on loopback
        database: str = "123456_001_TEST",
        language: Literal["en", "fr"] = "en",
        strict: bool = True,
        latency: float = 0.0,
        not_found: Literal["fault", "empty"] = "fault",
        absent_resets: bool = True,
        known_items: frozenset[str] | None = None,
        single_wsdl: bool = True,
        newer: tuple[str, ...] = (),
        lacks: tuple[str, ...] = (),
        certificate: Path | None = None,
        compression: Literal["none", "length", "chunked"] = "none",
        port: int = 0,
    ) -> None:
        self.user = user
        self.password = password
        self.database = database
        self.language = language
        self.strict = strict
        self.latency = latency
        self.single_wsdl = single_wsdl
        self.compression = compression
        self.faults = Faults()
        self.requests: Counter[str] = Counter()
        self.lock = threading.RLock()
        self.late: list[Callable[[], object]] = []
        """Calls whose connection was dropped before they were carried out."""
        self._customers = Customers(absent_resets=absent_resets, not_found=not_found)
        self._documents = Documents(self._customers, not_found=not_found, known_items=known_items)
        self._inventory = Inventory()
        self.services = {name: service(name, newer, lacks) for name in SERVICES}
        self._scheme = "https" if certificate else "http"
        self._server = Server(self, port, certificate)

    @property
    def url(self) -> str:
        """The root address of the services."""
        return f"{self._scheme}://127.0.0.1:{self._server.server_port}/Y2"

    def __enter__(self) -> Self:
        self._server.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.stop()

    def documents(self, type_: str = "") -> list[dict[str, Any]]:
        """The documents it holds now, oldest first; dicts in the words of Create_Request with their `Key`."""
        with self.lock:
            found = [copy.deepcopy(each) for each in self._documents.by_key.values()]
        return [each for each in found if not type_ or each["Key"]["Type"] == type_]

    def total(self, document: dict[str, Any]) -> Decimal:
        """What the lines of one of `documents()` amount to, in the prices it was given."""
        return total(document)

    def customers(self) -> dict[str, dict[str, Any]]:
        """The customers it holds now, by code; dicts in the words of CustomerQueryData."""
        with self.lock:
            return copy.deepcopy(self._customers.by_code)

    def insert_customer(self, code: str = "", *, email: str = "", **members: Any) -> str:
        """A customer that the shops of the brand know already; gives its code."""
        with self.lock:
            email_data = {"EmailData": {"Email": email}} if email else {}
            return self._customers.insert(code, **{"LastName": "KNOWN", **email_data, **members})

    def set_stock(self, reference: str, quantity: Decimal, *, store: str, warehouse: str = "") -> None:
        """The quantity of an item in a store's warehouse."""
        with self.lock:
            self._inventory.quantities[reference, store, warehouse or store] = quantity

    def set_status(self, document: dict[str, Any] | tuple[str, str, int], **statuses: str | None) -> None:
        """Move a document as a warehouse would.

        `document` is one of `documents()` or a key; `follow_up`, `shipping`, `cancel`, `return_`, `payment`, `billing`,
        `tracking`, `transporter` are in the words of the contract, None empties.
        """
        key = document if isinstance(document, tuple) else tuple(document["Key"].values())
        with self.lock:
            header = self._documents.by_key[key]["Header"]
            block = header.setdefault("OmniChannel", {})
            for name, value in statuses.items():
                block[_STATUS_MEMBERS[name]] = value

    def cancel(self, document: dict[str, Any]) -> None:
        """Cancel one of `documents()` for good, as a person does at the till."""
        with self.lock:
            self._documents.Cancel({"Identifier": {"Key": document["Key"]}})

    def insert_document(self, header: dict[str, Any], *lines: tuple[str, int, str]) -> dict[str, Any]:
        """A document that somebody types in: lines are reference, quantity, unit price with tax; gives its key."""
        rows = [
            {"ItemIdentifier": {"Reference": item}, "Quantity": Decimal(quantity), "NetUnitPrice": Decimal(price)}
            for item, quantity, price in lines
        ]
        usual = {"Type": "CustomerOrder", "StoreId": "WEB", "CurrencyId": "EUR"}
        with self.lock:
            made = self._documents.Create({"Header": usual | header, "Lines": rows})
        key: dict[str, Any] = made["Key"]
        return key

    def carry_out_late(self) -> int:
        """Carry out now the calls that the fault `late` has struck; how many there were."""
        late, self.late = self.late, []
        for call in late:
            call()
        return len(late)

    def call(self, service_name: str, operation: str, parameters: dict[str, Any]) -> Any:
        """Carry out one operation on the state; a business refusal is raised."""
        context = parameters.pop("clientContext", {})
        if operation == "HelloWorld":
            return self._hello(parameters.get("text", ""), context.get("DatabaseId", ""))
        if context.get("DatabaseId") != self.database:
            raise Refusal("unknown-database", database=context.get("DatabaseId", ""))
        state = {SERVICES[0]: self._customers, SERVICES[1]: self._documents, SERVICES[2]: self._inventory}[service_name]
        with self.lock:
            return getattr(state, operation)(**parameters)

    def _hello(self, text: str, database: str) -> str:
        culture = {"en": "en-US", "fr": "fr-FR"}[self.language]
        return "\n".join(
            [
                "Now: (21/11/2026 10:00:00)",
                "ApplicationBase: (C:\\CBR\\Y2)",
                f"InputText: ({text})",
                f"DataBaseId: ({database})",
                f"ErpIdentity: (WEB) (WEBSHOP) ({database})",
                f"Current Identity: ({self.user}) (Basic)",
                f"CurrentCulture: ({culture})",
                f"CurrentUICulture: ({culture})",
                "CBR Version: (23.0.0.1200)",
            ]
        )

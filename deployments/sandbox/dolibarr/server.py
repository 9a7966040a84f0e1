"""Dolibarr as a program: start it, look at what it holds, play the people who work in it, make it fail."""

from __future__ import annotations

import copy
import threading
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from types import TracebackType
from typing import Any, Self

from deployments.sandbox.dolibarr.api import Api
from deployments.sandbox.dolibarr.faults import Faults
from deployments.sandbox.dolibarr.state import State
from deployments.sandbox.dolibarr.store import Row
from deployments.sandbox.dolibarr.versions import Profile, Version
from deployments.sandbox.dolibarr.web import Server

GUARDED = ("societe", "socpeople", "commande", "facture")


class SandboxDolibarr:
    """A Dolibarr on loopback, to be used as a context manager.

    `guarded`: whether the extra field `ps_uid` is there already, and unique; otherwise the admin's key may make it.
    `denied` are operations that the key may not do, as `GET bankaccounts`. `latency` is in seconds per request.
    """

    def __init__(
        self,
        *,
        version: Version = "23.0.1",
        key: str = "sandbox-key",
        admin_key: str = "sandbox-admin",
        guarded: bool = True,
        accounts: tuple[str, ...] = ("WEB",),
        latency: float = 0.0,
        port: int = 0,
    ) -> None:
        self.key = key
        self.admin_key = admin_key
        self.latency = latency
        self.faults = Faults()
        self.requests: Counter[str] = Counter()
        self.lock = threading.RLock()
        self.late: list[Callable[[], object]] = []
        """Calls whose connection was dropped before they were carried out."""
        self.denied: set[str] = set()
        self.state = State(Profile.of(version))
        self.api = Api(self.state)
        for table in self.state.tables() if guarded else ():
            table.fields["ps_uid"] = True
        for ref in accounts:
            row = {"ref": ref, "label": ref, "status": "0", "currency_code": "EUR"}
            self.state.accounts.insert(row, None)
        self._server = Server(self, port)

    @property
    def url(self) -> str:
        """The root address of this Dolibarr."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._server.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.stop()

    def orders(self) -> list[Row]:
        """The orders it holds now, oldest first, as it would answer them."""
        with self.lock:
            return [copy.deepcopy(self.api.orders.shown(row)) for row in self.state.orders]

    def invoices(self) -> list[Row]:
        """The invoices it holds now, with what was paid of them."""
        with self.lock:
            return [copy.deepcopy(self.api.invoices.invoice(str(row["id"]))) for row in self.state.invoices]

    def payments(self) -> list[Row]:
        """The payments it holds now."""
        with self.lock:
            return copy.deepcopy(list(self.state.payments))

    def third_parties(self) -> list[Row]:
        """The third parties it holds now."""
        with self.lock:
            return [copy.deepcopy(self.api.people.shown_third_party(row)) for row in self.state.third_parties]

    def contacts(self) -> list[Row]:
        """The contacts it holds now."""
        with self.lock:
            return copy.deepcopy(list(self.state.contacts))

    def insert_third_party(self, name: str, **values: Any) -> int:
        """A third party that the company knows already."""
        with self.lock:
            return self.api.people.create_third_party({"name": name, "client": 1, "code_client": "-1", **values})

    def insert_product(self, reference: str, label: str = "", *, stock: int = 0) -> int:
        """A product that the company has already, with stock in a warehouse."""
        with self.lock:
            id_ = self.api.products.create({"ref": reference, "label": label or reference, "status": 1})
            if stock:
                if not self.state.warehouses.rows:
                    self.api.products.create_warehouse({"label": "W"})
                self.state.stock[id_, 1] = Decimal(stock)
            return id_

    def insert_order(self, third_party: int, reference: str, lines: list[dict[str, Any]], day: str) -> int:
        """An order that somebody types in."""
        with self.lock:
            id_ = self.api.orders.create({"socid": third_party, "date": day, "ref_client": reference, "lines": lines})
            self.api.orders.validate(str(id_))
            return id_

    def ship(self, order_id: int, tracking: str = "", *, method: int = 2, arrived: bool = False) -> int:
        """All of an order is sent, as the warehouse does it; `arrived`: and was received."""
        with self.lock:
            lines = [
                {"origin_line_id": line["id"], "qty": line["qty"]}
                for line in self.state.orders.rows[order_id]["lines"]
                if line["product_type"] == "0"
            ]
            id_ = self.api.shipments.create(
                {"origin_id": order_id, "tracking_number": tracking, "shipping_method_id": method, "lines": lines}
            )
            self.api.shipments.validate(str(id_))
            if arrived:
                self.api.shipments.close(str(id_))
            return id_

    def set_order_status(self, order_id: int, status: int) -> None:
        """A person sets the status of an order: -1 cancelled, 1 validated, 3 delivered."""
        with self.lock:
            self.state.orders.rows[order_id]["status"] = str(status)

    def carry_out_late(self) -> int:
        """Carry out now the calls that the fault `late` has struck; how many there were."""
        late, self.late = self.late, []
        for call in late:
            call()
        return len(late)

"""The demo's Dolibarr: it is given the shop's catalogue and its orders, and its warehouse ships them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any
from urllib.request import Request, urlopen

from deployments.demo.laws import PREFIX
from deployments.demo.narration import narrated
from deployments.sandbox.dolibarr import SandboxDolibarr

_GUARD = "ps_uid"
_PATIENCE_SECONDS = 30.0


class Company:
    """What happens to what the sandbox Dolibarr holds."""

    def __init__(self, erp: SandboxDolibarr) -> None:
        self.erp = erp

    def writes(self) -> int:
        """How many requests that write have arrived since the start."""
        return sum(count for operation, count in self.erp.requests.items() if not operation.startswith("GET "))

    def totals(self) -> dict[str, list[Decimal]]:
        """What each order amounts to, by our reference; more than one amount is an order held twice."""
        found: dict[str, list[Decimal]] = {}
        for order in self.erp.orders():
            uid = order["array_options"][f"options_{_GUARD}"].upper()
            found.setdefault(uid, []).append(Decimal(order["total_ttc"]).quantize(Decimal("0.01")))
        return found

    def products(self) -> list[str]:
        """The references of the shop's products that it has, services of Passerelle's own apart."""
        return [row["ref"] for row in self.erp.state.products if row["array_options"].get(f"options_{_GUARD}")]

    def unpaid(self) -> list[str]:
        """The invoices that are not paid."""
        return [invoice["ref"] for invoice in self.erp.invoices() if invoice["status"] != "2"]

    def invoiced(self) -> dict[str, Decimal]:
        """What the numbered invoices of each order come to, by our reference."""
        found: dict[str, Decimal] = {}
        for invoice in self.erp.invoices():
            if invoice["status"] != "0":
                reference = invoice["ref_client"]
                found[reference] = found.get(reference, Decimal(0)) + Decimal(invoice["total_ttc"])
        return {reference: amount.quantize(Decimal("0.01")) for reference, amount in found.items()}

    def invoice_by_hand(self, reference: str, price_tax_excl: Decimal) -> None:
        """Somebody makes one more invoice of an order, and it gets its number."""
        order = next(each for each in self.erp.orders() if each["ref_client"] == reference)
        line = {"qty": 1, "subprice": str(price_tax_excl), "tva_tx": "20", "product_type": 0, "desc": "by hand"}
        made = self._post(
            "invoices",
            socid=order["socid"],
            type=0,
            date=order["date"],
            ref_client=reference,
            ref_customer=reference,
            linked_objects={"commande": int(order["id"])},
            lines=[line | {"remise_percent": 0}],
        )
        self._post(f"invoices/{made}/validate", idwarehouse=0)

    def _post(self, path: str, **body: Any) -> Any:
        asked = Request(  # noqa: S310 - our own ERP on loopback
            f"{self.erp.url}/api/index.php/{path}",
            data=json.dumps(body).encode(),
            headers={"DOLAPIKEY": self.erp.admin_key, "Content-Type": "application/json"},
        )
        with urlopen(asked, timeout=_PATIENCE_SECONDS) as answer:  # noqa: S310 - likewise
            return json.load(answer)

    def parcels(self) -> dict[int, str]:
        """The number of each order's parcel, by id_order."""
        uids = {int(order["id"]): order["array_options"][f"options_{_GUARD}"].upper() for order in self.erp.orders()}
        return {
            int(uids[int(row["origin_id"])].removeprefix(PREFIX)): row["tracking_number"]
            for row in self.erp.state.shipments
        }

    def ship(self, language: str = "en") -> str:
        """Every order leaves with a number; the first has arrived already."""
        orders = self.erp.orders()
        for number, order in enumerate(orders):
            self.erp.ship(int(order["id"]), f"6A{int(order['id']):09d}", arrived=number == 0)
        return narrated("ships", language, count=len(orders))


@contextmanager
def open_company() -> Iterator[Company]:
    """A Dolibarr on a free port."""
    with SandboxDolibarr() as erp:
        yield Company(erp)

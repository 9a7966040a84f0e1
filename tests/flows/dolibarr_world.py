"""A world with two sides: a sandbox shop that takes orders, and a Dolibarr, sandbox or real, that they travel to."""

from __future__ import annotations

import os
import uuid
from decimal import Decimal
from pathlib import Path
from typing import Any, Self

import httpx
import pytest

from deployments.sandbox.dolibarr import SandboxDolibarr
from deployments.sandbox.shop import SandboxShop
from tests.flows.order_world import OrderWorld
from tests.flows.world import World

KEY_VARIABLE = "PASSERELLE_TEST_DOLIBARR_KEY"
ASSOCIATIONS = """
[[payments]]
module = "ps_wirepayment"
erp = "VIR"
[carriers]
2 = "TRANS"
"""
_OURS = "(ef.ps_uid:like:'{prefix}%')"


class DolibarrWorld(OrderWorld):
    """`OrderWorld` whose ERP is a Dolibarr, looked into by REST; `sandbox_erp` is None when it is a real one."""

    def __init__(self, folder: Path, sandbox: SandboxShop) -> None:
        World.__init__(self, folder, sandbox)
        self.customers = self.placed = 0
        self.prefix = f"t{uuid.uuid4().hex[:4]}x"
        self.sandbox_erp: SandboxDolibarr | None = SandboxDolibarr()
        self.url, self.key, self.admin_key = "", "", ""

    @classmethod
    def of_session(cls, folder: Path, config: pytest.Config, **options: Any) -> Self:
        """One on the sandbox, or on the real Dolibarr that the session's options name."""
        made, url = cls.at(folder, **options), config.getoption("--erp-url")
        return made.real(url, config.getoption("--erp-key")) if url else made

    def real(self, url: str, key: str) -> Self:
        """The same with a real Dolibarr, of which the key may do everything."""
        self.sandbox_erp = None
        self.url, self.key, self.admin_key = url.rstrip("/"), key, key
        return self

    def __enter__(self) -> Self:
        if self.sandbox_erp is not None:
            self.sandbox_erp.__enter__()
            self.url, self.key = self.sandbox_erp.url, self.sandbox_erp.key
            self.admin_key = self.sandbox_erp.admin_key
        os.environ[KEY_VARIABLE] = self.key
        self.rest = httpx.Client(
            base_url=f"{self.url}/api/index.php", headers={"DOLAPIKEY": self.admin_key}, trust_env=False, timeout=60
        )
        World.__enter__(self)
        (self.folder / "associations.toml").write_text(ASSOCIATIONS, encoding="utf-8")
        self.enable_statuses()
        return self

    def __exit__(self, *failure: object) -> None:
        World.__exit__(self, *failure)
        self.rest.close()
        if self.sandbox_erp is not None:
            self.sandbox_erp.__exit__(None, None, None)

    def write_settings(self, **tables: Any) -> None:
        access = {"url": self.url, "key": f"env:{KEY_VARIABLE}"}
        prefixes = {"order_prefix": self.prefix, "customer_prefix": self.prefix}
        given = {
            "erp": {"kind": "dolibarr", "access": "production"} | prefixes,
            "erp__dolibarr": {"bank_account": "WEB"},
            "erp__dolibarr__production": access,
        }
        World.write_settings(
            self, **{name: given.get(name, {}) | dict(tables.get(name, {})) for name in given | tables}
        )

    def customer(self, email: str = "", **more: Any) -> int:
        """Nobody whom a real Dolibarr knows from another session."""
        return super().customer(email or f"zephyrine{self.customers}.{self.prefix}@quatrebarbes.example", **more)

    def place(self, *lines: tuple[str, int, str], **more: Any) -> int:
        """As ever, under a reference that no other session has used."""
        self.placed += 1
        return super().place(*lines, **{"reference": f"{self.prefix}{self.placed}".upper()} | more)

    def ours(self, path: str) -> list[dict[str, Any]]:
        """What Dolibarr has under our prefix, oldest first."""
        asked = {"sqlfilters": _OURS.format(prefix=self.prefix), "sortfield": "t.rowid", "limit": "0"}
        answer = self.rest.get(path, params=asked)
        found: list[dict[str, Any]] = [] if answer.status_code == 404 else answer.raise_for_status().json()
        return found

    def orders_there(self) -> list[dict[str, Any]]:
        return self.ours("/orders")

    def invoices_there(self) -> list[tuple[str, Decimal, list[Decimal]]]:
        """Status, total and payments of each invoice."""
        found = []
        for each in self.ours("/invoices"):
            payments = self.rest.get(f"/invoices/{each['id']}/payments").raise_for_status().json()
            amounts = [Decimal(payment["amount"]).quantize(Decimal("0.01")) for payment in payments]
            found.append((str(each["status"]), Decimal(each["total_ttc"]).quantize(Decimal("0.01")), amounts))
        return found

    def credit_notes_there(self) -> list[dict[str, Any]]:
        """Whole, with their lines."""
        notes = [each for each in self.ours("/invoices") if str(each["type"]) == "2"]
        return [self.rest.get(f"/invoices/{each['id']}").raise_for_status().json() for each in notes]

    def make(self, path: str, **body: Any) -> int:
        return int(self.rest.post(path, json=body).raise_for_status().json())

    def product_there(self, reference: str, stock: int) -> int:
        """A product of Dolibarr with stock in a warehouse of its own."""
        product = self.make("/products", ref=reference, label=reference, type=0, status=1)
        house = self.make("/warehouses", label=f"{self.prefix}-{reference}", statut=1)
        moved = {"product_id": product, "warehouse_id": house, "qty": stock, "type": 3, "movementcode": self.prefix}
        self.make("/stockmovements", **moved, label="in")
        return house

    def ship_there(self, order: dict[str, Any], house: int, tracking: str) -> int:
        """The warehouse sends the first line of an order."""
        [line] = order["lines"][:1]
        sent = {
            "fk_elementdet": line["id"],
            "origin_line_id": line["id"],
            "element_type": "commande",
            "origin_type": "commande",
            "origin_id": order["id"],
            "qty": line["qty"],
            "entrepot_id": house,
            "rang": 1,
            "array_options": None,
            "detail_batch": None,
        }
        head = {"socid": order["socid"], "origin": "commande", "origin_id": order["id"], "origin_type": "commande"}
        shipment = self.make("/shipments", **head, tracking_number=tracking, lines=[sent])
        self.rest.post(f"/shipments/{shipment}/validate", json={"notrigger": 0}).raise_for_status()
        return shipment

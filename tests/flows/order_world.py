"""A world with two sides: a sandbox shop that takes orders, and a sandbox ERP that they travel to."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any, Self
from zoneinfo import ZoneInfo

import httpx
import polars as pl

from connectors.ledger import Ledger
from deployments.sandbox.cegid import SandboxCegid
from deployments.sandbox.shop import SandboxShop
from flows.export_credit_slips import export_credit_slips
from flows.export_customers import export_customers
from flows.export_orders import export_orders
from flows.export_returns import export_returns
from flows.import_order_statuses import import_order_statuses
from flows.import_return_statuses import import_return_statuses
from tasks.run.state import State
from tests.flows.running import final_state
from tests.flows.world import World

PASSWORD_VARIABLE = "PASSERELLE_TEST_ERP_PASSWORD"
CENT = Decimal("0.01")
ORDER, ORDERS, RETURN = (f"cegid/production/{what}" for what in ("order", "orders", "return"))
"""What the ledger calls them."""
PERSON = {
    "firstname": "Zéphyrine",
    "lastname": "Quatrebarbes",
    "address1": "17 impasse des Mirabelles",
    "postcode": "57990",
    "city": "Hundling",
    "phone": "0387000017",
    "phone_mobile": "0687000018",
}
ASSOCIATIONS = """
[titles]
"M" = 1
"MME" = 2
[countries]
FR = "FRA"
BE = "BEL"
[carriers]
2 = "COLISSIMO"
[[payments]]
module = "ps_wirepayment"
erp = "VIR"
[[payments]]
module = "market"
label = "Amazon"
erp = "AMZ"
"""


class OrderWorld(World):
    """`World`, with `erp`: the sandbox ERP, in use as production."""

    erp_class = SandboxCegid

    def __init__(self, folder: Path, sandbox: SandboxShop) -> None:
        super().__init__(folder, sandbox)
        self.erp = self.erp_class()
        self.customers = 0

    def __enter__(self) -> Self:
        self.erp.__enter__()
        os.environ[PASSWORD_VARIABLE] = self.erp.password
        super().__enter__()
        (self.folder / "associations.toml").write_text(ASSOCIATIONS, encoding="utf-8")
        self.enable_statuses()
        return self

    def enable_statuses(self) -> None:
        """The flows that bring statuses are switched on."""
        imports = json.loads((self.folder / "import.json").read_text(encoding="utf-8"))
        imports |= {"orderstatus": {"class": "\\OrderHistory", "enabled": True, "type": "webservice"}}
        imports |= {"orderReturnStatus": {"class": "\\OrderReturn", "enabled": True, "type": "webservice"}}
        (self.folder / "import.json").write_text(json.dumps(imports), encoding="utf-8")

    def __exit__(self, *failure: object) -> None:
        super().__exit__(*failure)
        self.erp.__exit__(None, None, None)

    def write_settings(self, **tables: Any) -> None:
        access = {
            "url": self.erp.url,
            "user": self.erp.user,
            "password": f"env:{PASSWORD_VARIABLE}",
            "database": self.erp.database,
        }
        given = {
            "erp": {"kind": "cegid", "access": "production"},
            "erp__items": {"misc": "DIVERS", "shipping": "PORT", "wrapping": "CADEAU", "discount": "REMISE"},
            "erp__cegid": {"store": "WEB", "warehouse": "CENTRAL", "default_markdown": "WEBREM"},
            "erp__cegid__production": access,
            "erp__cegid__test": access,
        }
        super().write_settings(**{name: given.get(name, {}) | dict(tables.get(name, {})) for name in given | tables})

    def customer(self, email: str = "", **more: Any) -> int:
        """A customer of the shop, of the name that no file of ours may hold."""
        self.customers += 1
        given = {
            "firstname": PERSON["firstname"],
            "lastname": PERSON["lastname"],
            "email": email or f"zephyrine{self.customers}@quatrebarbes.example",
            "passwd": "x" * 60,
            "id_gender": 2,
            "birthday": "1984-02-29",
            "newsletter": 1,
        }
        return self.shop.insert("customers", given | more)

    def address(self, customer: int, **more: Any) -> int:
        given = PERSON | {"id_customer": customer, "id_country": 8, "alias": "Maison"}
        return self.shop.insert("addresses", given | more)

    def place(
        self,
        *lines: tuple[str, int, str],
        state: int = 2,
        customer: int | None = None,
        shipping: str = "0",
        wrapping: str = "0",
        discounts: str = "0",
        reductions: dict[int, dict[str, Any]] | None = None,
        cart_lines: int | None = None,
        payments: list[dict[str, Any]] | None = None,
        address: dict[str, Any] | None = None,
        **more: Any,
    ) -> int:
        """An order of lines (reference, quantity, unit price with tax); its id. Its totals agree unless `more` says."""
        customer = customer or self.customer()
        place = self.address(customer, **(address or {}))
        lines = lines or (("ROBE-S", 2, "29.90"),)
        products = sum((Decimal(price) * quantity for _, quantity, price in lines), Decimal(0))
        total = products + Decimal(shipping) + Decimal(wrapping) - Decimal(discounts)
        rows = [(number, 0, place, 0, quantity) for number, (_, quantity, _) in enumerate(lines, start=1)]
        rows += [(number, 0, place, 0, 1) for number in range(len(rows) + 1, (cart_lines or 0) + 1)]
        cart = self.shop.insert(
            "carts",
            {"id_customer": customer, "id_currency": 1, "id_lang": 1, "cart_rows": rows[:cart_lines]},
        )
        given = {
            "id_address_delivery": place,
            "id_address_invoice": place,
            "id_cart": cart,
            "id_currency": 1,
            "id_lang": 1,
            "id_customer": customer,
            "id_carrier": 2,
            "current_state": state,
            "module": "ps_wirepayment",
            "payment": "Virement",
            "total_products": _excl(products),
            "total_products_wt": products,
            "total_shipping_tax_incl": shipping,
            "total_shipping_tax_excl": _excl(Decimal(shipping)),
            "total_wrapping_tax_incl": wrapping,
            "total_discounts_tax_incl": discounts,
            "total_paid": total,
            "total_paid_tax_incl": total,
            "total_paid_tax_excl": _excl(total),
            "total_paid_real": total,
            "conversion_rate": 1,
            "reference": f"REF{cart:06}",
        }
        order = self.shop.insert("orders", given | more)
        for number, (reference, quantity, price) in enumerate(lines, start=1):
            self._insert_line(order, number, reference, quantity, Decimal(price), (reductions or {}).get(number, {}))
        self.shop.insert("order_carriers", {"id_order": order, "id_carrier": 2})
        paid = [{"amount": total, "payment_method": "Virement"}] if payments is None and total else payments or []
        for payment in paid if state != 10 else []:
            self.shop.insert(
                "order_payments", {"order_reference": (given | more)["reference"], "id_currency": 1} | payment
            )
        return order

    def _insert_line(
        self, order: int, number: int, reference: str, quantity: int, price: Decimal, reduction: dict[str, Any]
    ) -> None:
        self.shop.insert(
            "order_details",
            {
                "id_order": order,
                "id_shop": 1,
                "product_id": number,
                "product_name": f"Article {number}",
                "product_reference": reference,
                "product_quantity": quantity,
                "unit_price_tax_incl": price,
                "unit_price_tax_excl": _excl(price),
                "total_price_tax_incl": price * quantity,
                "total_price_tax_excl": _excl(price * quantity),
            }
            | reduction,
        )

    def move(self, order: int, state: int) -> None:
        """The merchant gives an order another state."""
        self.shop.change("orders", order, {"current_state": state})

    @contextmanager
    def hidden(self, resource: str, identifier: int) -> Iterator[None]:
        """The shop lists a row not, as if it had none of this id."""
        table = self.shop._store[resource]
        row = dict(table.rows[identifier])
        table.remove(identifier)
        yield
        table.insert(row, identifier)

    def delete(self, resource: str, identifier: int) -> None:
        """The merchant deletes something of the shop for good."""
        httpx.delete(f"{self.shop.url}/api/{resource}/{identifier}", auth=(self.shop.key, "")).raise_for_status()

    async def orders(self, **asked: Any) -> State:
        """Runs export_orders; the final state."""
        return await final_state(export_orders, str(self.folder), **asked)

    async def prospects(self, **asked: Any) -> State:
        """Runs export_customers; the final state."""
        return await final_state(export_customers, str(self.folder), **asked)

    async def returns(self, **asked: Any) -> State:
        """Runs export_returns; the final state."""
        return await final_state(export_returns, str(self.folder), **asked)

    async def return_statuses(self, **asked: Any) -> State:
        """Runs import_return_statuses; the final state."""
        return await final_state(import_return_statuses, str(self.folder), **asked)

    def ask_return(self, order: int, *quantities: int, state: int = 1, **more: Any) -> int:
        """The customer asks to send back so many of each line of an order; the return's id."""
        details = [int(row["id"]) for row in self.shop.rows("order_details") if int(row["id_order"]) == order]
        given = {
            "id_order": order,
            "id_customer": self.shop.row("orders", order)["id_customer"],
            "state": state,
            "question": f"Trop petit pour {PERSON['firstname']}",
            "order_return_details": [
                (detail, 0, quantity) for detail, quantity in zip(details, quantities, strict=False) if quantity
            ],
        }
        return self.shop.insert("order_returns", given | more)

    async def slips(self, **asked: Any) -> State:
        """Runs export_credit_slips; the final state."""
        return await final_state(export_credit_slips, str(self.folder), **asked)

    def give_back(self, order: int, *lines: tuple[int, int, str], shipping: str = "0", **more: Any) -> int:
        """A credit slip of the back office, of lines (which of the order's, pieces, what all give back); its id."""
        details = [int(row["id"]) for row in self.shop.rows("order_details") if int(row["id_order"]) == order]
        products, net = sum((Decimal(each) for *_, each in lines), Decimal(0)), Decimal(0)
        rows = []
        for number, quantity, amount in lines:
            net += _excl(Decimal(amount))
            rows.append((str(details[number - 1]), str(quantity), str(_excl(Decimal(amount))), amount))
        given = {
            "id_order": order,
            "id_customer": self.shop.row("orders", order)["id_customer"],
            "conversion_rate": 1,
            "total_products_tax_excl": net,
            "total_products_tax_incl": products,
            "total_shipping_tax_excl": _excl(Decimal(shipping)),
            "total_shipping_tax_incl": shipping,
            "shipping_cost_amount": shipping,
            "shipping_cost": int(shipping != "0"),
            "amount": products,
            "order_slip_type": 2 if shipping != "0" else 0,
            "order_slip_details": rows,
        }
        return self.shop.insert("order_slip", given | more)

    async def statuses(self, **asked: Any) -> State:
        """Runs import_order_statuses; the final state."""
        return await final_state(import_order_statuses, str(self.folder), **asked)

    def state(self, order: int) -> int:
        """The state of an order of the shop."""
        return int(self.shop.row("orders", order)["current_state"])

    def history(self, order: int) -> list[int]:
        """The states that an order was given, one after the other."""
        rows = self.shop.rows("order_histories")
        return [int(row["id_order_state"]) for row in rows if int(row["id_order"]) == order]

    def ship(self, order: int, **statuses: str | None) -> None:
        """The warehouse moves an order in the ERP."""
        self.erp.set_status(self.document(order), **statuses)

    def documents(self) -> list[dict[str, Any]]:
        """What the ERP holds."""
        return self.erp.documents()

    def document(self, order: int) -> dict[str, Any]:
        """The one document of an order."""
        [found] = [each for each in self.documents() if each["Header"]["InternalReference"] == f"WEB{order}"]
        return found

    def deliveries(self) -> dict[str, str]:
        """The ledger's state of each order, by id."""
        with self.ledger() as ledger:
            found: pl.DataFrame = ledger.deliveries(self.folder.name, ORDER)
        return dict(zip(found["key"], found["state"], strict=True))

    def ledger(self) -> Ledger:
        return Ledger.open(f"sqlite:///{self.folder / 'ledger.db'}", snapshots=None)

    def incidents(self) -> list[dict[str, Any]]:
        """Those of the newest report."""
        found: list[dict[str, Any]] = self.report()["incidents"]
        return found


def shop_time(**later: float) -> str:
    """The shop's time now, or so much later, as it writes it."""
    return f"{datetime.now(ZoneInfo('Europe/Paris')) + timedelta(**later):%Y-%m-%d %H:%M:%S}"


def _excl(amount: Decimal) -> Decimal:
    return (amount / Decimal("1.2")).quantize(Decimal("0.000001"), ROUND_HALF_UP)

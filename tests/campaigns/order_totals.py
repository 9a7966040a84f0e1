"""Generated orders are exported, and what the ERP then holds of each is compared with the order, to the cent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from deployments.sandbox.cegid.documents import total
from deployments.sandbox.shop import SandboxShop
from tests.campaigns import order_laws
from tests.campaigns.generated_orders import CENT, CURRENCIES, MICRO, Line, Made, cents, made
from tests.campaigns.order_stage import ENDED_WELL, ORDERS, OrderTrial, WatchedWorld
from tests.campaigns.stage import FOLDER
from tests.flows.order_world import ASSOCIATIONS

AT_ONCE = 250
"""Orders of one run."""
_OTHER_MARKETS = """
[[payments]]
module = "market"
erp = "MKT"
"""


def campaign(place: Path, api_url: str, seed: int, numbers: Sequence[int]) -> list[str]:
    """What is wrong with the orders of these numbers once they were exported, some hundreds a run."""
    place.mkdir(parents=True)
    with WatchedWorld(place / FOLDER, SandboxShop(module=True)) as world:
        till, trial = Till(world, seed), OrderTrial(ORDERS, world, api_url, {})
        broken: list[str] = []
        for start in range(0, len(numbers), AT_ONCE):
            till.place(numbers[start : start + AT_ONCE])
            ended = trial.run()
            broken += [] if ended.name in ENDED_WELL else [f"the run ended {ended.name}: {ended.message}"]
        return (
            broken + till.faults() + order_laws.twice(world.erp) + order_laws.ledger_differs(world, ORDERS, till.ends)
        )


class Till:
    """Puts generated orders into a shop, and says what is wrong with what the ERP then holds of them."""

    def __init__(self, world: WatchedWorld, seed: int) -> None:
        self.world = world
        self.seed = seed
        self.placed: dict[int, Made] = {}
        self._last: tuple[int, str, Made] | None = None
        self._currencies = {"EUR": 1} | {
            iso: world.shop.insert("currencies", {"iso_code": iso, "name": iso, "conversion_rate": rate, "active": 1})
            for iso, rate in CURRENCIES.items()
        }
        (world.folder / "associations.toml").write_text(ASSOCIATIONS + _OTHER_MARKETS, encoding="utf-8")

    def place(self, numbers: Sequence[int]) -> None:
        """The orders of these numbers, paid."""
        for number in numbers:
            customer, reference, order = self._shared(number)
            self._last = (customer, reference, order)
            self.placed[self._insert(order, customer, reference)] = order

    def _shared(self, number: int) -> tuple[int, str, Made]:
        """Customer, reference and order; an order split off another has that one's, and is paid as that one is.

        Its payment hangs on the common reference, as PrestaShop notes those of a split cart.
        """
        order = made(self.seed, number)
        if not order.split or self._last is None:
            email = f"c{number // 3}@quatrebarbes.example"
            return self.world.customer(email, is_guest=1), f"N{number:08}", order
        customer, reference, last = self._last
        paid = {name: getattr(last, name) for name in ("currency", "module", "label", "method")}
        amount = order.total + _wrong(order)
        return customer, reference, replace(order, **paid, payments=(amount,) if amount and last.payments else ())

    def _insert(self, order: Made, customer: int, reference: str) -> int:
        currency = self._currencies[order.currency]
        paid = {"payment_method": order.label, "id_currency": currency}
        return self.world.place(
            *((line.reference, line.quantity, str(line.unit)) for line in order.lines),
            customer=customer,
            shipping=str(order.shipping),
            wrapping=str(order.wrapping),
            discounts=str(order.discounts),
            reductions={at: _stored(line) for at, line in enumerate(order.lines, start=1)},
            payments=[paid | {"amount": str(amount)} for amount in order.payments],
            address=dict(order.texts),
            total_products_wt=order.products,
            total_paid=order.total,
            total_paid_tax_incl=order.total + _wrong(order),
            id_currency=currency,
            conversion_rate=CURRENCIES.get(order.currency, 1),
            reference=reference,
            module=order.module,
            payment=order.label,
            gift=int(order.wrapping > 0),
            gift_message=order.texts["other"].replace("\a", ""),
        )

    def faults(self) -> list[str]:
        """Every order that is lost, twice, or not to the cent what it must be."""
        documents: dict[str, list[dict[str, Any]]] = {}
        for each in self.world.documents():
            documents.setdefault(each["Header"]["InternalReference"], []).append(each)
        customers = self.world.erp.customers()
        found: list[str] = []
        for id_order, order in self.placed.items():
            there = documents.pop(f"WEB{id_order}", [])
            if len(there) != int(not order.held):
                found.append(f"order {id_order}: {len(there)} documents")
            found += [f"order {id_order}: {fault}" for each in there for fault in _differences(order, each)]
            found += [
                f"order {id_order}: another customer's"
                for each in there
                if customers[each["Header"]["CustomerId"]]["EmailData"]["Email"] != self._email(id_order)
            ]
        return found + [f"{reference}: of no order" for reference in documents]

    @property
    def ends(self) -> Mapping[str, str]:
        """Where the ledger must say that each order is."""
        return {str(id_order): "held" if order.held else "delivered" for id_order, order in self.placed.items()}

    def _email(self, id_order: int) -> str:
        customer = int(self.world.shop.row("orders", id_order)["id_customer"])
        return str(self.world.shop.row("customers", customer)["email"])


def _wrong(order: Made) -> Decimal:
    """What an order that is to be held says too much: more than rounding leaves open, half a cent a line."""
    return CENT * (len(order.lines) // 2 + 1) if order.held else Decimal(0)


def _stored(line: Line) -> dict[str, Any]:
    """What the shop keeps of a line beside its unit price and its quantity."""
    excl = line.unit / (1 + line.rate)
    return {
        "product_name": f"P{line.name}",
        "unit_price_tax_excl": excl.quantize(MICRO),
        "total_price_tax_incl": line.total,
        "total_price_tax_excl": (excl * line.quantity).quantize(MICRO),
        "reduction_percent": line.percent,
    }


def _differences(order: Made, document: dict[str, Any]) -> Iterator[str]:
    """What a document says otherwise than the order; the sum of its lines is the ERP's own."""
    of_item: dict[str, Decimal] = {}
    for line in document["Lines"]:
        item = line["ItemIdentifier"]["Reference"]
        service = item if item in {"PORT", "CADEAU", "REMISE"} else "products"
        amount = cents(line["NetUnitPrice"]) * line["Quantity"]
        of_item[service] = of_item.get(service, Decimal(0)) + amount
        if line["UnitPrice"] < line["NetUnitPrice"]:
            yield f"{item} is dearer than before its reduction"
    wanted = {"products": order.products, "PORT": order.shipping, "CADEAU": order.wrapping, "REMISE": -order.discounts}
    for service, amount in (wanted | {"total": order.total}).items():
        said = total(document) if service == "total" else of_item.get(service, Decimal(0))
        if said != amount:
            yield f"{service}: {said}, not {amount}"
    payments = document["Payments"] or []
    if sum((each["Amount"] for each in payments), Decimal(0)) != order.total:
        yield f"paid {[each['Amount'] for each in payments]}, not {order.total}"
    if {each["MethodId"] for each in payments} - {order.method}:
        yield f"paid by {payments}, not {order.method}"
    said_currencies = {document["Header"]["CurrencyId"], *(each["CurrencyId"] for each in payments)}
    if said_currencies != {order.currency}:
        yield f"in {said_currencies}, not {order.currency}"

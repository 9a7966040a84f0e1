"""What a trial's shops have sold, as their databases say: every paid order there ever was, in every form it had.

Nothing of the product is read here: it is the other side of the account.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from deployments.sandbox.shop import SandboxShop
from tests.campaigns.identity_people import whose
from tests.campaigns.identity_world import CANCELLED, PAID, REFUNDED, Installation

Lines = Mapping[str, tuple[Decimal, Decimal]]
"""Quantity and amount by item."""
_SERVICES = {"PORT": "total_shipping_tax_incl", "CADEAU": "total_wrapping_tax_incl"}
SOLD = frozenset({PAID, CANCELLED, REFUNDED})


@dataclass(frozen=True, slots=True)
class Form:
    """An order as the shop had it at one time."""

    reference: str
    day: str
    total: Decimal
    lines: tuple[tuple[str, Decimal, Decimal], ...]
    email: str
    people: frozenset[int]
    """Whose names, streets and numbers its customer and addresses hold."""


@dataclass(slots=True)
class Sold:
    """One order. An id is not an identity: it is known by its installation, its id and its reference."""

    installation: int
    id_order: int
    forms: list[Form] = field(default_factory=list)
    state: int = 0
    is_there: bool = False
    was_paid: bool = False
    was_due: bool = False
    """A run that ended well could see it paid."""
    was_told: bool = False
    """Somebody was told what to do about it while the shop still had it."""
    causes: set[str] = field(default_factory=set)
    """What happened to it that a person may have to decide on."""

    @property
    def key(self) -> str:
        """Its id, as the ledger has it."""
        return str(self.id_order)

    @property
    def now(self) -> Form:
        """How the shop has it, or had it last."""
        return self.forms[-1]

    def __str__(self) -> str:
        return f"order {self.id_order} of installation {self.installation} ({self.now.reference})"


@dataclass(slots=True)
class Asked:
    """One return of goods."""

    installation: int
    id_return: int
    id_order: int
    order_reference: str
    lines: Mapping[str, Decimal]
    causes: set[str] = field(default_factory=set)

    @property
    def key(self) -> str:
        return str(self.id_return)

    def __str__(self) -> str:
        return f"return {self.id_return} of order {self.id_order} ({self.order_reference})"


class Book:
    """Every order and return that a trial's shops have had."""

    def __init__(self) -> None:
        self.sold: dict[tuple[int, int, str], Sold] = {}
        self.asked: dict[tuple[int, int, str], Asked] = {}

    def look(self, number: int, world: Installation) -> None:
        """Takes down what a shop holds now."""
        for each in self.sold.values():
            each.is_there = each.is_there and each.installation != number
        shop = world.shop
        customers = {int(row["id"]): row for row in shop.rows("customers")}
        addresses = {int(row["id"]): row for row in shop.rows("addresses")}
        details = shop.rows("order_details")
        for row in world.order_rows():
            self._note(number, row, _form(row, details, customers, addresses))
        for row in shop.rows("order_returns"):
            self._note_return(number, row, shop, details)

    def _note(self, number: int, row: Mapping[str, Any], form: Form) -> None:
        sold = self.sold.setdefault((number, int(row["id"]), form.reference), Sold(number, int(row["id"])))
        sold.state, sold.is_there = int(row["current_state"]), True
        sold.was_paid = sold.was_paid or sold.state == PAID
        if not sold.forms or sold.forms[-1] != form:
            sold.forms.append(form)

    def _note_return(
        self, number: int, row: Mapping[str, Any], shop: SandboxShop, details: list[dict[str, Any]]
    ) -> None:
        of_order = {int(each["id"]): each for each in details}
        orders = {int(each["id"]): each["reference"] for each in shop.rows("orders")}
        reference = orders.get(int(row["id_order"]))
        if reference is None:
            return
        lines = {
            str(of_order[int(detail)]["product_reference"]): Decimal(quantity)
            for detail, _, quantity in row["order_return_details"]
            if int(detail) in of_order
        }
        key = (number, int(row["id"]), str(row["question"]))
        self.asked.setdefault(key, Asked(number, int(row["id"]), int(row["id_order"]), reference, lines))

    def of(self, number: int) -> list[Sold]:
        """The orders that the shop of an installation has now, by id."""
        return sorted(
            (each for each in self.sold.values() if each.is_there and each.installation == number),
            key=lambda each: each.id_order,
        )

    def referring(self, reference: str) -> Iterator[Sold]:
        """The orders of a reference: a cart that was split made several."""
        return (each for each in self.sold.values() if each.now.reference == reference)


def _form(
    row: Mapping[str, Any],
    details: list[dict[str, Any]],
    customers: Mapping[int, Mapping[str, Any]],
    addresses: Mapping[int, Mapping[str, Any]],
) -> Form:
    customer = customers.get(int(row["id_customer"]), {})
    places = [addresses.get(int(row[name]), {}) for name in ("id_address_delivery", "id_address_invoice")]
    people = {whose(str(text)) for one in (customer, *places) for text in one.values()}
    own = [each for each in details if int(each["id_order"]) == int(row["id"])]
    return Form(
        reference=str(row["reference"]),
        day=str(row["date_add"])[:10],
        total=Decimal(row["total_paid_tax_incl"]),
        lines=tuple(sorted((name, *figures) for name, figures in _lines(row, own).items())),
        email=str(customer.get("email", "")).casefold(),
        people=frozenset(people - {None}),  # type: ignore[arg-type]
    )


def _lines(row: Mapping[str, Any], details: list[dict[str, Any]]) -> Lines:
    lines: dict[str, tuple[Decimal, Decimal]] = {}
    for each in details:
        name, quantity = str(each["product_reference"]), Decimal(each["product_quantity"])
        before = lines.get(name, (Decimal(0), Decimal(0)))
        lines[name] = (before[0] + quantity, before[1] + Decimal(each["total_price_tax_incl"]))
    for name, column in _SERVICES.items():
        if amount := Decimal(row[column]):
            lines[name] = (Decimal(1), amount)
    return {name: (quantity.normalize() + 0, amount.normalize() + 0) for name, (quantity, amount) in lines.items()}


def lines_of(document: Mapping[str, Any]) -> tuple[tuple[str, Decimal, Decimal], ...]:
    """The lines of a document of the ERP in the same form: a till may have split or put together some."""
    lines: dict[str, tuple[Decimal, Decimal]] = {}
    for each in document["Lines"] or []:
        name, quantity = str(each["ItemIdentifier"]["Reference"]), Decimal(each["Quantity"])
        before = lines.get(name, (Decimal(0), Decimal(0)))
        lines[name] = (before[0] + quantity, before[1] + quantity * Decimal(each["NetUnitPrice"]))
    return tuple(
        sorted((name, quantity.normalize() + 0, amount.normalize() + 0) for name, (quantity, amount) in lines.items())
    )

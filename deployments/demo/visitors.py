"""What visitors do in the demo's shop: they order, paid or not, and one of them sends a piece back."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from random import Random
from typing import TYPE_CHECKING, Any

from deployments.demo.catalogue import Article
from deployments.demo.flat_rows import MARKDOWNS
from deployments.demo.narration import narrated
from deployments.demo.people import PEOPLE, Person

if TYPE_CHECKING:
    from deployments.demo.shop import DemoShop

ORDERS = 24
SHIPPING = Decimal("5.90")
PAID, UNPAID = 2, 1
_TAX = Decimal("1.2")
_CENT = Decimal("0.01")
_MICRO = Decimal("0.000001")
_GIFT, _VOUCHER, _BY_CHEQUE = 5, 9, 13
"""Which of the orders is wrapped as a gift, has a voucher, waits for a cheque."""


@dataclass(frozen=True, slots=True)
class Placed:
    """An order as it was placed."""

    id_order: int
    total: Decimal
    goes: bool
    """Whether it is to be in the ERP: paid, and to a country that has its code there."""
    details: tuple[int, ...]
    reference: str = ""
    """The shop's own."""


class Visitors:
    """People who come to the shop. The same seed orders the same.

    `held_back` are the countries to which no order goes on to the ERP.
    """

    def __init__(
        self,
        shop: DemoShop,
        articles: Sequence[Article],
        on_sale: Mapping[str, str],
        chance: Random,
        held_back: Collection[str],
    ) -> None:
        self._held_back = held_back
        self._shop = shop
        self._chance = chance
        self._on_sale = on_sale
        self._articles = articles
        self.placed: list[Placed] = []

    def order(self, language: str = "en") -> str:
        """Everybody orders; a sentence that says what came in."""
        countries = {row["iso_code"]: int(row["id"]) for row in self._shop.rows("countries")}
        accounts = {row["email"]: int(row["id"]) for row in self._shop.rows("customers")}
        places = self._shop.places()
        # A line of the ERP's file that is broken may have taken its neighbour with it.
        sold = [article for article in self._articles if article.quantity and article.reference in places]
        for number in range(ORDERS):
            person = PEOPLE[number % len(PEOPLE)]
            customer = accounts.get(person.email) or self._account(person)
            accounts[person.email] = customer
            self._place(number, person, customer, countries[person.country], self._basket(sold), places)
        total = sum((order.total for order in self.placed), Decimal(0))
        return narrated("orders", language, count=ORDERS, total=total)

    def buy(self, number: int, basket: Sequence[tuple[Article, int]], **invoice: str) -> Placed:
        """The order of this number, paid, as it was placed; `invoice`: what else stands in its address.

        What was bought leaves the shop's stock, as it does where an order is placed in the shop itself.
        """
        countries = {row["iso_code"]: int(row["id"]) for row in self._shop.rows("countries")}
        accounts = {row["email"]: int(row["id"]) for row in self._shop.rows("customers")}
        person, places = PEOPLE[number % len(PEOPLE)], self._shop.places()
        customer = accounts.get(person.email) or self._account(person)
        self._place(number, person, customer, countries[person.country], basket, places, **invoice)
        left = {
            (int(row["id_product"]), int(row["id_product_attribute"])): row
            for row in self._shop.rows("stock_availables")
        }
        for article, pieces in basket:
            row = left[places[article.reference]]
            self._shop.change("stock_availables", row["id"], {"quantity": int(row["quantity"]) - pieces})
        return self.placed[-1]

    def send_back(self, language: str = "en") -> str:
        """The first customer wants to send back one piece."""
        order = self.placed[0]
        customer = next(row for row in self._shop.rows("orders") if int(row["id"]) == order.id_order)["id_customer"]
        asked = {
            "id_order": order.id_order,
            "id_customer": customer,
            "state": 1,
            "question": f"Trop petit. {PEOPLE[0].firstname}",
            "order_return_details": [[order.details[0], 0, 1]],
        }
        self._shop.insert("order_returns", asked)
        return narrated("return", language, order=order.id_order)

    def _basket(self, sold: Sequence[Article]) -> list[tuple[Article, int]]:
        """One to four pieces, one of them on sale."""
        reduced = [article for article in sold if article.reference in self._on_sale]
        pieces = [self._chance.choice(reduced), *self._chance.sample(sold, k=self._chance.randint(0, 3))]
        chosen = {article.reference: article for article in pieces}
        return [(article, self._chance.choice((1, 1, 1, 2))) for article in chosen.values()]

    def _account(self, person: Person) -> int:
        return self._shop.insert(
            "customers",
            {
                "firstname": person.firstname,
                "lastname": person.lastname,
                "email": person.email,
                "passwd": "x" * 60,
                "id_gender": 2 - person.number % 2,
                "newsletter": int(person.number % 3 == 0),
            },
        )

    def _place(
        self,
        number: int,
        person: Person,
        customer: int,
        country: int,
        basket: Sequence[tuple[Article, int]],
        places: Mapping[str, tuple[int, int]],
        **invoice: str,
    ) -> None:
        whose = {"id_customer": customer, "id_country": country}
        address = self._shop.insert("addresses", _address(person) | whose | invoice)
        rows = [[*places[article.reference], address, 0, quantity] for article, quantity in basket]
        cart = self._shop.insert("carts", {"id_customer": customer, "id_currency": 1, "id_lang": 2, "cart_rows": rows})
        lines = [self._line(article, quantity, places[article.reference]) for article, quantity in basket]
        amounts = _amounts(number, sum((line["total_price_tax_incl"] for line in lines), Decimal(0)))
        order = self._shop.insert(
            "orders",
            amounts
            | _payment(number)
            | {
                "id_address_delivery": address,
                "id_address_invoice": address,
                "id_cart": cart,
                "id_currency": 1,
                "id_lang": 2,
                "id_customer": customer,
                "id_carrier": 2,
                "conversion_rate": 1,
                "reference": f"DEMO{number:05d}",
                "gift": int(number == _GIFT),
                "gift_message": f"Pour {person.firstname}" if number == _GIFT else "",
            },
        )
        details = [self._shop.insert("order_details", line | {"id_order": order, "id_shop": 1}) for line in lines]
        self._shop.insert("order_carriers", {"id_order": order, "id_carrier": 2})
        total, paid = amounts["total_paid_tax_incl"], number != _BY_CHEQUE
        if paid:
            payment = {"order_reference": f"DEMO{number:05d}", "id_currency": 1, "amount": total}
            self._shop.insert("order_payments", payment | {"payment_method": "Carte bancaire"})
        goes = paid and person.country not in self._held_back
        self.placed.append(Placed(order, total, goes, tuple(details), f"DEMO{number:05d}"))

    def _line(self, article: Article, quantity: int, place: tuple[int, int]) -> dict[str, Any]:
        percent = MARKDOWNS.get(self._on_sale.get(article.reference, ""), 0)
        unit = _cents(article.price * _TAX * (100 - percent) / 100)
        return {
            "product_id": place[0],
            "product_attribute_id": place[1],
            "product_name": article.name,
            "product_reference": article.reference,
            "product_quantity": quantity,
            "reduction_percent": percent,
            "unit_price_tax_incl": unit,
            "unit_price_tax_excl": _excl(unit),
            "total_price_tax_incl": unit * quantity,
            "total_price_tax_excl": _excl(unit * quantity),
        }


def _address(person: Person) -> dict[str, Any]:
    return {
        "firstname": person.firstname,
        "lastname": person.lastname,
        "address1": person.address1,
        "postcode": person.postcode,
        "city": person.city,
        "phone": person.phone,
        "alias": "Maison",
    }


def _payment(number: int) -> dict[str, Any]:
    if number == _BY_CHEQUE:
        return {"current_state": UNPAID, "module": "ps_checkpayment", "payment": "Chèque"}
    return {"current_state": PAID, "module": "ps_checkout", "payment": "Carte bancaire"}


def _amounts(number: int, products: Decimal) -> dict[str, Decimal]:
    wrapping = Decimal("3.00") if number == _GIFT else Decimal(0)
    voucher = Decimal("10.00") if number == _VOUCHER else Decimal(0)
    total = products + SHIPPING + wrapping - voucher
    return {
        "total_products_wt": products,
        "total_products": _excl(products),
        "total_shipping_tax_incl": SHIPPING,
        "total_shipping_tax_excl": _excl(SHIPPING),
        "total_wrapping_tax_incl": wrapping,
        "total_wrapping_tax_excl": _excl(wrapping),
        "total_discounts_tax_incl": voucher,
        "total_discounts_tax_excl": _excl(voucher),
        "total_paid": total,
        "total_paid_real": total,
        "total_paid_tax_incl": total,
        "total_paid_tax_excl": _excl(total),
    }


def _excl(amount: Decimal) -> Decimal:
    return (amount / _TAX).quantize(_MICRO, ROUND_HALF_UP)


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(_CENT, ROUND_HALF_UP)

"""Orders as shops have them, from a seed: sizes, texts, taxes, roundings, currencies and payments of every kind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from random import Random

CENT, MICRO = Decimal("0.01"), Decimal("0.000001")
RATES = tuple(Decimal(rate) for rate in ("0.20", "0.20", "0.10", "0.055", "0.021", "0"))
"""Of VAT; a line has one of them."""
CURRENCIES: Mapping[str, Decimal] = {"GBP": Decimal("0.86"), "USD": Decimal("1.08"), "CHF": Decimal("0.94")}
"""Beside the shop's own, with their rates."""
_ODD = " -_/|,.;:<>&]]>'\"%#\\~éœßÅΩЖ中ロ👗\t\n\u0085\u00a0\u200b\u200f\u2028\u0301\u0007"
_REFERENCES = ("ROBE-S", "Écharpe 42", "R&D <1>", "ロ-7", "00701", "a" * 64, "")
_MODULES = (("ps_wirepayment", "Virement", "VIR"), ("market", "Amazon", "AMZ"), ("market", "Autre", "MKT"))


@dataclass(frozen=True, slots=True)
class Line:
    """One line, its amounts with tax; `unit` and `total` as the shop stored them."""

    reference: str
    name: str
    quantity: int
    rate: Decimal
    unit: Decimal
    total: Decimal
    percent: int


@dataclass(frozen=True, slots=True)
class Made:
    """One order, its amounts with tax; an order that is `held` has a total that is not that of its parts."""

    lines: tuple[Line, ...]
    products: Decimal
    shipping: Decimal
    wrapping: Decimal
    discounts: Decimal
    currency: str
    payments: tuple[Decimal, ...]
    module: str
    label: str
    method: str
    texts: Mapping[str, str]
    held: bool
    split: bool
    """It shares its reference with the order before it."""

    @property
    def total(self) -> Decimal:
        """What the customer pays."""
        return self.products + self.shipping + self.wrapping - self.discounts


def made(seed: int, number: int) -> Made:
    """The order of this number; the same seed gives the same order."""
    chance = Random(f"{seed}/{number}")
    rounding = chance.choice(("item", "line", "total"))
    lines = tuple(_line(chance, rounding) for _ in range(_how_many(chance)))
    products = cents(sum((line.total for line in lines), Decimal(0)))
    shipping = chance.choice((Decimal(0), Decimal("4.90"), _amount(chance, 30)))
    wrapping = chance.choice((Decimal(0), Decimal(0), _amount(chance, 9)))
    whole = products + shipping + wrapping
    discounts = cents(whole * chance.choice((0, 0, 0, 0, Decimal("0.1"), Decimal("0.333"), 1)))
    module, label, method = chance.choice(_MODULES)
    held, split = chance.random() < 0.02, chance.random() < 0.08
    paid = whole - discounts
    return Made(
        lines,
        products,
        shipping,
        wrapping,
        discounts,
        chance.choice(("EUR", "EUR", "EUR", *CURRENCIES)),
        tuple(_parts(chance, paid)) if paid and not split and not held else (),
        module,
        label,
        method,
        _texts(chance),
        held,
        split,
    )


def _how_many(chance: Random) -> int:
    return chance.choice(
        (chance.randint(1, 3), chance.randint(1, 5), chance.randint(1, 5), chance.randint(1, 12))
        if chance.random() < 0.97
        else (chance.randint(13, 60), chance.randint(60, 199), 200)
    )


def _line(chance: Random, rounding: str) -> Line:
    rate, quantity = chance.choice(RATES), chance.choice((1, 1, 1, 2, 3, 7, 12, 144))
    excl = chance.choice((Decimal(0), _amount(chance, 90), Decimal(chance.randint(0, 300_000_000)).scaleb(-6)))
    unit = (excl * (1 + rate)).quantize(CENT if rounding == "item" else MICRO, ROUND_HALF_UP)
    total = (unit * quantity).quantize(MICRO if rounding == "total" else CENT, ROUND_HALF_UP)
    percent = chance.choice((0, 0, 0, 20, 33))
    return Line(chance.choice(_REFERENCES), _text(chance, 40), quantity, rate, unit, total, percent)


def _parts(chance: Random, total: Decimal) -> Iterator[Decimal]:
    """The total in one to four payments of at least a cent."""
    for _ in range(chance.choice((0, 0, 0, 1, 3))):
        part = cents(total * Decimal(chance.randint(10, 60)) / 100)
        if CENT <= part < total:
            yield part
            total -= part
    yield total


def _texts(chance: Random) -> Mapping[str, str]:
    """Names and addresses: in any script, or empty where a shop allows it."""
    optional = ("company", "address2", "other", "postcode", "phone", "phone_mobile", "vat_number")
    return {name: chance.choice(("", _text(chance, 30))) for name in optional} | {
        name: f"A{_text(chance, 28)}" for name in ("firstname", "lastname", "address1", "city")
    }


def _text(chance: Random, most: int) -> str:
    letters = "abcdefgh MNOPQ" if chance.random() < 0.6 else _ODD
    return "".join(chance.choice(letters) for _ in range(chance.randint(0, most)))


def _amount(chance: Random, most: int) -> Decimal:
    return Decimal(chance.randint(0, most * 100)) / 100


def cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)

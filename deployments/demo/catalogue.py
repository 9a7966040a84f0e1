"""A made-up fashion catalogue, the same for the same seed: items, their combinations, and what a night changes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from random import Random

from deployments.demo.words import ACCESSORIES, COLOURS, KINDS, MAKERS, NAMES, SEASONS, Kind

SIMPLE_SHARE = 0.08
_PARENT_NUMBER = 10_000


@dataclass(frozen=True, slots=True)
class Article:
    """One row of the ERP: a simple item, or one combination of the item `parent`."""

    reference: str
    parent: str
    ean13: str
    name: str
    name_en: str
    active: bool
    wholesale_price: Decimal
    price: Decimal
    tax_code: str
    weight: Decimal
    description: str
    maker: str
    colour: str
    size: str
    material: str
    season: str
    path: tuple[str, str, str]
    quantity: int

    @property
    def item(self) -> str:
        """The item this row belongs to."""
        return self.parent or self.reference


def ean13(number: int) -> str:
    """The EAN-13 of a French maker's `number`, check digit included."""
    digits = f"376{number:09d}"
    weighted = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits))
    return digits + str(-weighted % 10)


def first_day(items: int, chance: Random) -> list[Article]:
    """The catalogue of the first day: `items` items, about five combinations each, some without."""
    articles: list[Article] = []
    for number in range(items):
        articles += _item(_PARENT_NUMBER + number, len(articles), chance)
    return articles


def next_day(articles: list[Article], chance: Random) -> list[Article]:
    """The catalogue a night later: about 1 % changed, a few prices, some items new, some closed."""
    items = sorted({article.item for article in articles})
    chosen = chance.sample(items, k=max(4, len(items) // 100))
    quarter = len(chosen) // 4
    dearer, closed = set(chosen[:quarter]), set(chosen[quarter : quarter + max(1, quarter // 2)])
    reworded = set(chosen[quarter + max(1, quarter // 2) :])
    tomorrow = [_a_night_later(article, dearer, closed, reworded) for article in articles]
    tomorrow = [_sold_or_received(article, chance) for article in tomorrow]
    for number in range(max(2, len(items) // 200)):
        tomorrow += _item(_PARENT_NUMBER + len(items) + number, len(tomorrow), chance)
    return tomorrow


def in_another_order(articles: list[Article], chance: Random) -> list[Article]:
    """The same articles, the items in another order: what an ERP does when nothing has changed."""
    items = sorted({article.item for article in articles})
    place = {item: chance.random() for item in items}
    return sorted(articles, key=lambda article: place[article.item])


def _item(number: int, ean_from: int, chance: Random) -> list[Article]:
    simple = chance.random() < SIMPLE_SHARE
    kind = chance.choice(ACCESSORIES if simple else KINDS)
    whole = _sheet(kind, f"{_letters(kind)}{number}", chance)
    if simple:
        return [replace(whole, ean13=ean13(ean_from), colour="", quantity=_quantity(chance))]
    # Dearer in the large sizes, as happens: the combination then has a price impact.
    surcharge = Decimal(5) if chance.random() < 0.1 else Decimal(0)  # noqa: PLR2004 - one item in ten
    pairs = [(colour, size) for colour in _colours(chance) for size in _sizes(kind, chance)]
    return [
        replace(
            whole,
            reference=f"{whole.reference}-{place:02d}",
            parent=whole.reference,
            ean13=ean13(ean_from + place),
            price=whole.price + (surcharge if size == kind.sizes[-1] else 0),
            colour=colour,
            size=size,
            quantity=_quantity(chance),
        )
        for place, (colour, size) in enumerate(pairs)
    ]


def _sheet(kind: Kind, reference: str, chance: Random) -> Article:
    name, material = chance.choice(NAMES), chance.choice(kind.materials)
    maker, price = chance.choice(MAKERS), Decimal(chance.randint(*kind.prices)) - Decimal("0.10")
    return Article(
        reference=reference,
        parent="",
        ean13="",
        name=f"{kind.fr} {name}",
        name_en=f"{kind.en} {name}",
        active=True,
        wholesale_price=(price * Decimal("0.45")).quantize(Decimal("0.01")),
        price=price,
        tax_code="N",
        weight=Decimal(str(kind.weight)),
        description=f"<p>{kind.fr} {name} en {material.lower()}, par {maker.replace('&', '&amp;')}.</p>",
        maker=maker,
        colour=chance.choice(COLOURS),
        size="",
        material=material,
        season=chance.choice(SEASONS),
        path=kind.path,
        quantity=0,
    )


def _letters(kind: Kind) -> str:
    return kind.en[:3].upper().replace("-", "")


def _colours(chance: Random) -> list[str]:
    return chance.sample(COLOURS, k=chance.choice((1, 1, 1, 2, 2)))


def _sizes(kind: Kind, chance: Random) -> tuple[str, ...]:
    count = chance.randint(3, 5)
    start = chance.randint(0, len(kind.sizes) - count)
    return kind.sizes[start : start + count]


def _quantity(chance: Random) -> int:
    return max(0, round(chance.gauss(12, 9)))


def _a_night_later(article: Article, dearer: set[str], closed: set[str], reworded: set[str]) -> Article:
    if article.item in dearer:
        return replace(article, price=article.price + 3)
    if article.item in closed:
        return replace(article, active=False)
    if article.item in reworded:
        return replace(article, description=article.description.replace(".</p>", ". Nouvelle coupe.</p>"))
    return article


def _sold_or_received(article: Article, chance: Random) -> Article:
    if chance.random() >= 0.01:  # noqa: PLR2004 - one reference in a hundred moves in a night
        return article
    return replace(article, quantity=_quantity(chance))

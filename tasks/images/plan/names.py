"""Pure: whose picture is it, by the name of its file?"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from tasks.products.translate.names import slug

_NUMBERED = re.compile(r"(.+)_(\d{1,3})$")
FIRST = 1


@dataclass(frozen=True, slots=True)
class Owner:
    """A product of the shop, and the combinations that a picture shows; none for a picture of the product itself."""

    id_product: int
    reference: str
    combinations: frozenset[int] = frozenset()
    position: int = FIRST


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What the shop has, by the names that files may have."""

    products: Mapping[str, int]
    """id_product by reference, of simple products and of those with combinations."""
    combinations: Mapping[str, tuple[int, int]]
    """(id_product, id_product_attribute) by reference."""
    references: Mapping[int, str] = field(default_factory=dict)
    """The reference of each product by its id."""
    values: Mapping[int, Mapping[str, frozenset[int]]] = field(default_factory=dict)
    """The combinations of each product that have a value (`rouge`, as in an address), by its id."""

    def owner(self, stem: str) -> Owner | None:
        """Whose picture the file `stem` is: `REF`, `REF_2`, `REF-COLOUR_1`; None: nobody's."""
        for text, position in _readings(stem):
            if (found := self._named(text, position)) is not None:
                return found
        return None

    def _named(self, text: str, position: int) -> Owner | None:
        if (product := self.products.get(text)) is not None:
            return Owner(product, text, position=position)
        if (place := self.combinations.get(text)) is not None:
            return Owner(place[0], self.references.get(place[0], text), frozenset({place[1]}), position)
        for reference, value in splits(text):
            product = self.products.get(reference)
            ids = self.values.get(product, {}).get(slug(value, value)) if product is not None else None
            if product is not None and ids:
                return Owner(product, reference, ids, position)
        return None


def _readings(stem: str) -> Iterator[tuple[str, int]]:
    """The name as a whole first: a reference may end with a number of its own."""
    yield stem, FIRST
    if found := _NUMBERED.fullmatch(stem):
        yield found[1], int(found[2])


def splits(text: str) -> Iterator[tuple[str, str]]:
    """The ways to read a name as reference and colour, the longest reference first."""
    for at in range(len(text) - 2, 0, -1):
        if text[at] == "-":
            yield text[:at], text[at + 1 :]


def names_asked(stem: str) -> set[str]:
    """The references that a file's name may hold."""
    asked = set()
    for text, _ in _readings(stem):
        asked |= {text, *(reference for reference, _ in splits(text))}
    return asked

"""Values that must be one thing's alone: references and bar codes, addresses of pages, e-mails of accounts."""

from __future__ import annotations

import unicodedata
from array import array
from collections.abc import Iterator, Sequence
from hashlib import blake2b

import polars as pl

from tasks.audit.plan.found import Faulty, Found
from tasks.audit.plan.known import Catalogue, Row

_BYTES = 8
_SHOWN = 5


class Duplicates:
    """Keeps a hash of each value and the id of whose it is: twelve bytes a value, and no text."""

    def __init__(self) -> None:
        self._hashes = array("Q")
        self._owners = array("I")

    def note(self, value: str, owner: int) -> None:
        """The value is that of `owner`; an empty one is nobody's."""
        if value := folded(value):
            digest = blake2b(value.encode("utf-8", "surrogatepass"), digest_size=_BYTES).digest()
            self._hashes.append(int.from_bytes(digest, "little"))
            self._owners.append(owner)

    def __len__(self) -> int:
        return len(self._hashes)

    def groups(self) -> Iterator[list[int]]:
        """The positions at which the same value stands, for each value that stands at several."""
        frame = pl.DataFrame({"hash": pl.Series(self._hashes, dtype=pl.UInt64)}).with_row_index("position")
        same = frame.filter(pl.col("hash").is_duplicated()).group_by("hash", maintain_order=True).agg("position")
        yield from same["position"].to_list()

    def owner(self, position: int) -> int:
        """Whose value stands there."""
        return self._owners[position]


class References:
    """References and bar codes of products and combinations."""

    def __init__(self) -> None:
        self._values = {"reference": Duplicates(), "ean13": Duplicates()}
        self._of_products: dict[str, int] = {}

    def product(self, row: Row) -> None:
        """Notes what a product is called."""
        for name, values in self._values.items():
            values.note(row.get(name) or "", row["id"])
            self._of_products[name] = len(values)

    def combination(self, row: Row) -> None:
        """Notes what a combination is called; all products have come before."""
        for name, values in self._values.items():
            values.note(row.get(name) or "", row["id"])

    def finish(self, catalogue: Catalogue, found: Found) -> None:
        """One fault for each value that several products have, or several things of one product."""
        for name, values in self._values.items():
            for group in values.groups():
                owners = [self._named(name, position, catalogue) for position in group]
                first, several = owners[0], len({one.id_product for one in owners}) > 1
                if several or name == "reference":
                    code = f"duplicate_{name}" if several else "reference_within_product"
                    found.add(code, Faulty(first.kind, first.id, first.id_product, _others(owners)))

    def _named(self, name: str, position: int, catalogue: Catalogue) -> Faulty:
        identifier = self._values[name].owner(position)
        if position < self._of_products.get(name, 0):
            return Faulty("product", identifier, identifier)
        return Faulty("combination", identifier, catalogue.product_of[catalogue.combinations.index(identifier)])


def _others(owners: Sequence[Faulty]) -> str:
    """`7, 9-12`: products, and combinations behind their product, those beside the first."""
    names = [str(one.id) if one.kind == "product" else f"{one.id_product}-{one.id}" for one in owners[1:]]
    return ", ".join(names[:_SHOWN]) + (" …" if len(names) > _SHOWN else "")


def folded(text: str) -> str:
    """As the shop's database compares: without case, accents and blanks at the end."""
    if text.isascii():
        return text.lower().rstrip()
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in plain if not unicodedata.combining(letter)).rstrip()

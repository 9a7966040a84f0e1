"""Rows whose product the shop does not list: of none, or of one that is not in this shop."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from tasks.audit.plan.found import Faulty, Found


class Orphans:
    """Keeps them by product until it is known what has become of it."""

    def __init__(self) -> None:
        self._rows: dict[int, list[tuple[str, Faulty]]] = {}

    def note(self, code: str, id_product: int, faulty: Faulty) -> None:
        """A row that is at fault if there is no such product."""
        self._rows.setdefault(id_product, []).append((code, faulty))

    @property
    def products(self) -> list[int]:
        """The products that rows name and the shop does not list."""
        return sorted(self._rows)

    def finish(self, outside: Collection[int], elsewhere: Collection[int], found: Found) -> None:
        """`outside` are products that are in no shop, `elsewhere` those of other shops, whose rows are no fault."""
        for id_product, rows in self._rows.items():
            if id_product in outside:
                found.product("product_outside_shop", id_product)
            elif id_product not in elsewhere:
                _add_all(rows, found)


def _add_all(rows: Iterable[tuple[str, Faulty]], found: Found) -> None:
    for code, faulty in rows:
        found.add(code, faulty)

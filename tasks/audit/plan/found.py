"""What an audit has found: how often each fault, the first ones by id, and all of those that are to be mended."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Literal, TypeAlias

    Kind: TypeAlias = Literal["product", "combination", "category", "customer", "stock", "specific_price"]

EXAMPLES = 20
"""How many of each fault are shown."""
GRAVE: Mapping[str, bool] = MappingProxyType(
    {
        "product_outside_shop": True,
        "product_hidden_in_back_office": True,
        "product_without_category": True,
        "product_default_category_missing": True,
        "product_default_category_not_own": True,
        "product_unreachable": True,
        "category_parent_missing": True,
        "category_in_circle": True,
        "category_depth_wrong": True,
        "category_below_closed_one": False,
        "combination_default_missing": True,
        "combination_default_double": True,
        "combination_without_values": True,
        "combination_same_values": True,
        "combination_of_no_product": False,
        "product_type_wrong": False,
        "stock_row_missing": True,
        "stock_row_double": True,
        "stock_sum_wrong": True,
        "stock_row_beside_shop": True,
        "stock_kept_by_warehouses": False,
        "stock_row_orphan": False,
        "price_not_as_shown": True,
        "price_zero": True,
        "tax_group_missing": True,
        "reduction_unexplained": True,
        "reduction_not_shown": True,
        "specific_price_dates_impossible": True,
        "specific_price_above_price": True,
        "specific_price_of_nothing": False,
        "specific_price_over": False,
        "specific_price_without_effect": False,
        "specific_price_of_group": False,
        "duplicate_reference": True,
        "duplicate_ean13": True,
        "reference_within_product": False,
        "cover_missing": True,
        "picture_missing": False,
        "slug_empty": True,
        "slug_refused": True,
        "slug_double": True,
        "redirect_to_nothing": True,
        "customer_without_group": True,
        "customer_default_group_not_own": True,
        "customer_same_email": False,
    }
)
"""Every fault in the order of the report; whether visitors, orders or imports meet it."""


@dataclass(frozen=True, slots=True)
class Faulty:
    """One thing with a fault; `detail` is what is wrong with it, nothing personal."""

    kind: Kind
    id: int
    id_product: int = 0
    """Whose it is; of a product its own id, 0 of what belongs to none."""
    detail: str = ""


class Found:
    """Counts faults; keeps the first of each, and all of `wanted`."""

    def __init__(self, wanted: str = "") -> None:
        self._wanted = wanted
        self.counts: dict[str, int] = {}
        self.examples: dict[str, list[Faulty]] = {}
        self.wanted: list[Faulty] = []
        """Those to be mended."""

    def add(self, code: str, faulty: Faulty) -> None:
        """One more of a fault that `GRAVE` lists."""
        self.counts[code] = self.counts.get(code, 0) + 1
        if code == self._wanted:
            self.wanted.append(faulty)
        examples = self.examples.setdefault(code, [])
        if len(examples) < EXAMPLES:
            examples.append(faulty)

    def product(self, code: str, identifier: int, detail: str = "") -> None:
        """A product with this fault."""
        self.add(code, Faulty("product", identifier, identifier, detail))

    def __iter__(self) -> Iterator[tuple[str, int, list[Faulty]]]:
        """Fault, how often, the first ones; in the order of the report."""
        return ((code, self.counts[code], self.examples[code]) for code in GRAVE if code in self.counts)

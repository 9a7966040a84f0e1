"""Combinations: one default for each product, values that tell them apart, a product that is there."""

from __future__ import annotations

from typing import Any

from tasks.audit.plan.duplicates import Duplicates
from tasks.audit.plan.found import Faulty, Found
from tasks.audit.plan.known import OF_COMBINATIONS, OF_NONE, Catalogue, Row, amount, micro, whole
from tasks.audit.plan.orphans import Orphans

COMBINATION_FIELDS = ("id", "id_product", "reference", "ean13", "price", "default_on", "product_option_values[id]")


class Combinations:
    """Looks at each combination as it comes; all products have come before."""

    def __init__(self, catalogue: Catalogue, orphans: Orphans, found: Found) -> None:
        self._catalogue = catalogue
        self._orphans = orphans
        self._found = found
        self._values = Duplicates()

    def look(self, row: Row) -> None:
        """One combination."""
        catalogue, identifier, id_product = self._catalogue, row["id"], whole(row, "id_product")
        catalogue.add_combination(identifier, id_product)
        faulty = Faulty("combination", identifier, id_product)
        product = catalogue.products.index(id_product)
        if product < 0:
            self._orphans.note("combination_of_no_product", id_product, faulty)
            return
        catalogue.combinations_of[product] += 1
        if str(row.get("default_on")) == "1":
            catalogue.defaults_of[product] += 1
            catalogue.impact[product] = micro(amount(row, "price"))
        members: list[dict[str, Any]] = row["associations"]["product_option_values"]
        if not members:
            self._found.add("combination_without_values", faulty)
        else:
            values = ",".join(sorted(member["id"] for member in members))
            self._values.note(f"{id_product} {values}", identifier)

    def finish(self) -> None:
        """Defaults, types, and combinations of one product that a visitor cannot tell apart."""
        catalogue = self._catalogue
        for index, count in enumerate(catalogue.combinations_of):
            defaults = catalogue.defaults_of[index]
            if count and defaults != 1:
                code = "combination_default_double" if defaults else "combination_default_missing"
                self._found.product(code, catalogue.products[index], str(count))
            if catalogue.flags[index] & (OF_NONE if count else OF_COMBINATIONS):
                self._found.product("product_type_wrong", catalogue.products[index], str(count))
        for group in self._values.groups():
            owners = [self._values.owner(position) for position in group]
            id_product = catalogue.product_of[catalogue.combinations.index(owners[0])]
            detail = ", ".join(map(str, owners[1:]))
            self._found.add("combination_same_values", Faulty("combination", owners[0], id_product, detail))

"""Stock rows: of nothing, of no shop, twice, missing, or a product's row that is not the sum of its combinations'."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from tasks.audit.plan.found import Faulty, Found
from tasks.audit.plan.known import STOCKED, Catalogue, Row, whole
from tasks.audit.plan.orphans import Orphans

STOCK_FIELDS = ("id", "id_product", "id_product_attribute", "id_shop", "id_shop_group", "quantity", "depends_on_stock")


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose quantities the shop reads."""

    shop: int
    group: int
    of_group: Collection[int]
    """The shops of its group."""
    shares_stock: bool | None
    """None where the key may not see the groups: then nothing is said of rows beside the shop's."""

    def reads(self, row: Row) -> bool:
        """Whether the shop sells from this row."""
        shop, group = whole(row, "id_shop"), whole(row, "id_shop_group")
        if self.shares_stock is None:
            return shop == self.shop or not shop
        return (not shop and group == self.group) if self.shares_stock else shop == self.shop

    def nobody_reads(self, row: Row) -> bool:
        """Whether it is a row of this shop's group that none of its shops sells from."""
        if self.shares_stock is None:
            return False
        shop, group = whole(row, "id_shop"), whole(row, "id_shop_group")
        return shop in self.of_group if self.shares_stock else not shop and group in {0, self.group}


class Stock:
    """Looks at each row as it comes; all products and combinations have come before."""

    def __init__(self, catalogue: Catalogue, owner: Owner, orphans: Orphans, found: Found) -> None:
        self._catalogue = catalogue
        self._owner = owner
        self._orphans = orphans
        self._found = found

    def look(self, row: Row) -> None:
        """One stock row of any shop."""
        id_product, id_combination = whole(row, "id_product"), whole(row, "id_product_attribute")
        faulty = Faulty("stock", row["id"], id_product, f"{id_product}-{id_combination}")
        if not self._owner.reads(row):
            if self._owner.nobody_reads(row):
                self._found.add("stock_row_beside_shop", faulty)
            return
        if str(row.get("depends_on_stock")) == "1":
            self._found.add("stock_kept_by_warehouses", faulty)
        product = self._catalogue.products.index(id_product)
        if product < 0:
            self._orphans.note("stock_row_orphan", id_product, faulty)
        elif id_combination:
            self._of_combination(row, product, id_combination, faulty)
        else:
            self._of_product(row, product, faulty)

    def _of_product(self, row: Row, product: int, faulty: Faulty) -> None:
        if self._catalogue.flags[product] & STOCKED:
            self._found.add("stock_row_double", faulty)
            return
        self._catalogue.flags[product] |= STOCKED
        self._catalogue.quantity[product] = whole(row, "quantity")

    def _of_combination(self, row: Row, product: int, id_combination: int, faulty: Faulty) -> None:
        catalogue = self._catalogue
        combination = catalogue.combinations.index(id_combination)
        if combination < 0 or catalogue.product_of[combination] != catalogue.products[product]:
            self._found.add("stock_row_orphan", faulty)
            return
        catalogue.sum[product] += whole(row, "quantity")
        if catalogue.stock_rows[combination]:
            self._found.add("stock_row_double", faulty)
        else:
            catalogue.stock_rows[combination] = 1

    def finish(self) -> list[int]:
        """What has no row; the products whose row is not the sum of their combinations', to be looked at again."""
        catalogue, suspects = self._catalogue, list[int]()
        for index, flags in enumerate(catalogue.flags):
            identifier = catalogue.products[index]
            if not flags & STOCKED:
                self._found.product("stock_row_missing", identifier)
            elif catalogue.combinations_of[index] and catalogue.quantity[index] != catalogue.sum[index]:
                suspects.append(identifier)
        for index, rows in enumerate(catalogue.stock_rows):
            id_product = catalogue.product_of[index]
            if not rows and id_product in catalogue.products:
                self._found.add("stock_row_missing", Faulty("combination", catalogue.combinations[index], id_product))
        return suspects

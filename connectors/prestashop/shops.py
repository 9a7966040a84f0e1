"""The shops of one PrestaShop: which of them is ours, what its group shares, and whom a look-up asks.

An installation may hold several shops in groups. A product, its prices and its texts belong to single shops; stock and
customers belong to a shop, or to its group where that shares them (docs/facts/prestashop.md, M1 to M9).
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from connectors.prestashop.entities import Entity
    from connectors.prestashop.reading import Reader

Within: TypeAlias = Literal["own", "all"]
"""Whose entities a look-up finds: this shop's, or those of all shops of the installation."""

_GROUP = ("id", "name", "share_stock", "share_customer", "deleted")
_SHOP = ("id", "name", "id_shop_group", "id_category", "active", "deleted")


@dataclass(frozen=True, slots=True)
class Shops:
    """The shops of one installation, seen from one of them."""

    ids: tuple[int, ...]
    """The shops that are in use; empty when the key may not see them."""
    own: int
    """`id_shop` of the shop that is written to."""
    named: bool
    """Whether the settings name it."""
    group: int = 0
    """`id_shop_group` of its group; 0 when the key may not see the shops."""
    name: str = ""
    group_name: str = ""
    home_category: int = 0
    """The category that is this shop's root, where the installation has several shops; else 0."""
    shares_stock: bool | None = None
    """Whether its group shares the quantities; None when the key may not see the groups."""
    shares_customers: bool | None = None
    """Whether its group shares the customers; None when the key may not see the groups."""
    of_group: tuple[int, ...] = ()
    """The shops of its group, itself among them."""

    @classmethod
    def of(cls, shops: Sequence[Entity], groups: Sequence[Entity], named: int, default: int) -> Shops:
        """What the rows of `shops` and `shop_groups` say of the shop named, else of the only one or the default."""
        used = [row for row in shops if row["active"] == "1" and row["deleted"] != "1"]
        ids = tuple(sorted(int(row["id"]) for row in used))
        own = named or (ids[0] if len(ids) == 1 else default)
        shop: Entity = next((row for row in shops if int(row["id"]) == own), {})
        group_id = int(shop.get("id_shop_group") or 0)
        group: Entity = next((row for row in groups if int(row["id"]) == group_id), {})
        return cls(
            ids=ids,
            own=own,
            named=named > 0,
            group=group_id,
            name=str(shop.get("name", "")),
            group_name=str(group.get("name", "")),
            home_category=int(shop.get("id_category") or 0) if len(ids) > 1 else 0,
            shares_stock=_shares(group, "share_stock"),
            shares_customers=_shares(group, "share_customer"),
            of_group=tuple(int(row["id"]) for row in used if int(row["id_shop_group"] or 0) == group_id),
        )

    @property
    def several(self) -> bool:
        """Whether the installation has several shops in use, as far as the key may see them."""
        return len(self.ids) > 1

    @property
    def others(self) -> tuple[int, ...]:
        """The other shops of the installation."""
        return tuple(known for known in self.ids if known != self.own)

    @property
    def own_rows(self) -> Mapping[str, str]:
        """The filter of customers and orders of this shop alone: its group may share them, and each lists them all."""
        return {"id_shop": str(self.own)} if self.several else {}

    @property
    def sharing_customers(self) -> tuple[int, ...]:
        """The other shops of its group, where that shares the customers."""
        return tuple(known for known in self.of_group if known != self.own) if self.shares_customers else ()

    @property
    def sharing_stock(self) -> tuple[int, ...]:
        """The other shops of its group, where that shares the quantities: what they sell is taken off them too."""
        return tuple(known for known in self.of_group if known != self.own) if self.shares_stock else ()

    def stock_rows(self, rows: Iterable[Entity]) -> list[Entity]:
        """Of stock rows of any shop, those that hold this shop's quantities: its own, or its group's.

        The shop lists rows of every shop, whatever it is asked (docs/facts/prestashop.md, M2). Where the key may not
        see the shops, a row of a group is taken for this shop's when there is no other one to choose.
        """
        rows = list(rows)
        mine = [row for row in rows if int(row.get("id_shop") or 0) == self.own]
        shared = [row for row in rows if not int(row.get("id_shop") or 0) and int(row.get("id_shop_group") or 0)]
        if self.group:
            shared = [row for row in shared if int(row["id_shop_group"]) == self.group]
        elif len({row["id_shop_group"] for row in shared}) > 1:
            shared = []
        if self.shares_stock is None:
            return mine or shared
        return shared if self.shares_stock else mine


def _shares(group: Entity, name: str) -> bool | None:
    return group[name] == "1" if group else None


async def read_shops(reader: Reader, rights: Mapping[str, frozenset[str]]) -> tuple[list[Entity], list[Entity]]:
    """The rows of `shops` and of `shop_groups`, none of what the key may not see."""

    async def listed(resource: str, display: Sequence[str]) -> list[Entity]:
        if "GET" not in rights.get(resource, frozenset()):
            return []
        return await reader.read(resource, filters={}, display=display)

    shops, groups = await asyncio.gather(listed("shops", _SHOP), listed("shop_groups", _GROUP))
    return shops, groups

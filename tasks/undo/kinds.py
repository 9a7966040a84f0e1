"""What an undo has to know of each kind of link: how it is read, and what becomes of what the run made new."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from connectors.prestashop import Identity
from tasks.flat.customers import Customers
from tasks.flat.product_suppliers import ProductSuppliers
from tasks.flat.specific_prices import SpecificPriceStream
from tasks.flat.stores import Stores
from tasks.flat.stream import FlatStream
from tasks.flat.suppliers import Suppliers
from tasks.products.look_up import COMBINATION_FIELDS, PRODUCT_FIELDS

PRODUCT, STOCK, ITEM = "product", "stock", "stock_item"
_STREAMS: tuple[type[FlatStream], ...] = (Customers, Stores, Suppliers, ProductSuppliers, SpecificPriceStream)


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of link."""

    name: str
    shown: Mapping[str, Sequence[str]]
    """What is read of each resource to compare: fields, and associations with their members (`categories[id]`)."""
    deletes: bool = False
    """Whether what was made new is deleted, not closed."""
    is_private: bool = False
    identity: Identity | None = None
    """How what was deleted is found where it was made again meanwhile."""
    notes_intent: bool = False
    """Whether the ledger notes what is about to be made: what it did not note may be a person's."""

    def display(self, resource: str, fields: Iterable[str]) -> list[str]:
        """What is read where these fields are compared: what every import reads, and they beside it."""
        shown = self.shown.get(resource, ())
        known = {name.partition("[")[0] for name in shown}
        return sorted({"id", *shown, *(name for name in fields if name not in known)})

    def compares(self, resource: str, name: str) -> bool:
        """Whether a field that was written is compared; those that an import never reads again are not."""
        return self.identity is None or any(one.partition("[")[0] == name for one in self.shown[resource])


def _of(stream: type[FlatStream]) -> Kind:
    shown = {stream.resource: stream.compared}
    deletes = stream.closing == "delete"
    return Kind(stream.kind, shown, deletes, stream.is_private, stream.identity, stream.notes_intent)


_SHOWN = {"products": PRODUCT_FIELDS, "combinations": COMBINATION_FIELDS}
_ITEMS = (Kind(PRODUCT, _SHOWN), Kind(STOCK, {}), Kind(ITEM, _SHOWN))
KINDS: Mapping[str, Kind] = MappingProxyType({kind.name: kind for kind in (*_ITEMS, *map(_of, _STREAMS))})

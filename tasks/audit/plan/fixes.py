"""What would be written to mend a fault of one thing, from what the shop has of it now."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from tasks.audit.plan.known import Row, amount, whole

if TYPE_CHECKING:
    from typing import TypeAlias

NEVER = "0000-00-00 00:00:00"


@dataclass(frozen=True, slots=True)
class Shown:
    """What a fix must know of the shop beside the thing itself."""

    groups: Collection[int] = ()
    """The groups of customers."""
    customer_group: int = 0
    guest_group: int = 0
    now: str = ""
    """As the shop writes it."""


@dataclass(frozen=True, slots=True)
class Mending:
    """One write, what it changes, and what the shop must show afterwards."""

    id: int
    fields: Mapping[str, Any]
    """Of the entity; none where it is deleted."""
    changes: tuple[tuple[str, str, str], ...]
    """(field, old value, new value)"""
    wanted: Mapping[str, str]
    """What is read back, by field; ids of an association together."""

    @property
    def deletes(self) -> bool:
        """Whether the thing goes."""
        return not self.fields


Mend: TypeAlias = "Callable[[Sequence[Row], Shown], Mending | None]"


@dataclass(frozen=True, slots=True)
class Fix:
    """How one fault is mended: where it is written, what is read for it, and how."""

    resource: str
    by: str
    """The field by which the rows of one thing are found: its own id, or that of its product."""
    fields: tuple[str, ...]
    mend: Mend
    """From the rows of one thing; None where it is no longer at fault, or only a person can decide."""


def is_as_wanted(fix: Fix, mending: Mending, rows: Sequence[Row], shown: Shown) -> bool:
    """Whether what was read back is what was written, and nothing is left to mend."""
    if mending.deletes or not rows:
        return mending.deletes and not rows
    written = next((row for row in rows if row["id"] == mending.id), None)
    if written is None or fix.mend(rows, shown) is not None:
        return False
    return all(_text(written, name) == value for name, value in mending.wanted.items())


def _text(row: Row, name: str) -> str:
    """A field as text, the ids of an association together."""
    return _listed(ids_of(row, name)) if name in row.get("associations", {}) else str(row[name] or "0")


def ids_of(row: Row, association: str) -> list[str]:
    """The ids of its members, in their order."""
    return [str(member["id"]) for member in row["associations"][association]]


def _customer(rows: Sequence[Row], shown: Shown) -> Mending | None:
    """The default group becomes one of its own; without any, the group of customers or of guests."""
    [row] = rows
    default, own = whole(row, "id_default_group"), ids_of(row, "groups")
    usual = shown.guest_group if str(row.get("is_guest")) == "1" else shown.customer_group
    wanted = default if default in shown.groups else usual
    if wanted not in shown.groups or (wanted == default and str(default) in own):
        return None
    groups = own if str(wanted) in own else [*own, str(wanted)]
    fields: dict[str, Any] = {"associations": {"groups": [{"id": int(one)} for one in groups]}}
    changes = [] if groups == own else [("groups", _listed(own), _listed(groups))]
    if wanted != default:
        fields["id_default_group"] = wanted
        changes.insert(0, ("id_default_group", str(default), str(wanted)))
    return Mending(row["id"], fields, tuple(changes), {"id_default_group": str(wanted), "groups": _listed(groups)})


def _default_combination(rows: Sequence[Row], _shown: Shown) -> Mending | None:
    """The cheapest becomes the default, the first of several, as an import would choose."""
    if not rows or any(str(row.get("default_on")) == "1" for row in rows):
        return None
    chosen = min(rows, key=lambda row: (amount(row, "price"), row["id"]))
    return Mending(chosen["id"], {"default_on": True}, (("default_on", "0", "1"),), {"default_on": "1"})


def _cover(rows: Sequence[Row], _shown: Shown) -> Mending | None:
    """The first picture becomes the cover."""
    [row] = rows
    images, cover = ids_of(row, "images"), str(row.get("id_default_image") or "")
    if not images or cover in images:
        return None
    change = ("id_default_image", cover, images[0])
    return Mending(row["id"], {"id_default_image": int(images[0])}, (change,), {"id_default_image": images[0]})


def _redirect(rows: Sequence[Row], _shown: Shown) -> Mending | None:
    """A page that leads nowhere says that it is not found, while the product is closed."""
    [row] = rows
    if not str(row["redirect_type"]).startswith(("301", "302")):
        return None
    wanted = {"redirect_type": "404", "id_type_redirected": "0"}
    changes = tuple((name, str(row[name]), value) for name, value in wanted.items() if str(row[name]) != value)
    return Mending(row["id"], {"redirect_type": "404", "id_type_redirected": 0}, changes, wanted)


def _default_category(rows: Sequence[Row], _shown: Shown) -> Mending | None:
    """The default category is among its own; those that it has stay."""
    [row] = rows
    own, default = ids_of(row, "categories"), str(row["id_category_default"] or "0")
    if default == "0" or default in own:
        return None
    wanted = [*own, default]
    fields = {"associations": {"categories": [{"id": int(one)} for one in wanted]}}
    return Mending(row["id"], fields, (("categories", _listed(own), _listed(wanted)),), {"categories": _listed(wanted)})


def _specific_price(rows: Sequence[Row], shown: Shown) -> Mending | None:
    """One that is over goes."""
    [row] = rows
    ends = str(row["to"])
    if ends == NEVER or ends >= shown.now:
        return None
    return Mending(row["id"], {}, (("to", ends, ""),), {})


def _stock_sum(rows: Sequence[Row], _shown: Shown) -> Mending | None:
    """One row of its combinations is saved as it is, whereupon the shop adds them up."""
    own = next((row for row in rows if not whole(row, "id_product_attribute")), None)
    of_combinations = [row for row in rows if whole(row, "id_product_attribute")]
    total = sum(whole(row, "quantity") for row in of_combinations)
    if own is None or not of_combinations or whole(own, "quantity") == total:
        return None
    saved = of_combinations[0]
    fields = {"out_of_stock": whole(saved, "out_of_stock")}
    return Mending(saved["id"], fields, (("quantity", str(own["quantity"]), str(total)),), {})


def _listed(ids: Collection[str]) -> str:
    return ", ".join(sorted(ids, key=int))


_STOCK = ("id", "id_product", "id_product_attribute", "id_shop", "id_shop_group", "quantity", "out_of_stock")
_GROUPS = Fix("customers", "id", ("id", "id_default_group", "is_guest", "groups[id]"), _customer)
FIXES: Mapping[str, Fix] = MappingProxyType(
    {
        "product_default_category_not_own": Fix(
            "products", "id", ("id", "id_category_default", "categories[id]"), _default_category
        ),
        "combination_default_missing": Fix(
            "combinations", "id_product", ("id", "id_product", "default_on", "price"), _default_combination
        ),
        "stock_sum_wrong": Fix("stock_availables", "id_product", _STOCK, _stock_sum),
        "specific_price_over": Fix("specific_prices", "id", ("id", "to"), _specific_price),
        "cover_missing": Fix("products", "id", ("id", "id_default_image", "images[id]"), _cover),
        "redirect_to_nothing": Fix("products", "id", ("id", "redirect_type", "id_type_redirected"), _redirect),
        "customer_without_group": _GROUPS,
        "customer_default_group_not_own": _GROUPS,
    }
)
"""By fault."""

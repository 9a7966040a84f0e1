"""Several shops in one installation: whom a request is for, what is each shop's own, and how one shop sees a row.

Of the rows of `ASSOCIATED` resources each shop has or lacks its own; `_shops` of a row holds, by shop, the fields that
differ from shop to shop, and `_texts` its texts. What stands in the row itself is what was written last.
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from deployments.sandbox.shop.errors import PlainReplyError, ServiceError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from deployments.sandbox.shop.query import Query
    from deployments.sandbox.shop.store import Row, Store

DEFAULT = 1
_PRODUCT = """
id_category_default id_tax_rules_group on_sale online_only ecotax minimal_quantity low_stock_threshold low_stock_alert
price wholesale_price unity unit_price unit_price_ratio additional_shipping_cost customizable uploadable_files
text_fields active redirect_type id_type_redirected available_for_order available_date show_condition condition
show_price indexed visibility cache_default_attribute advanced_stock_management date_add date_upd pack_stock_type
"""
_COMBINATION = """
id_product wholesale_price price ecotax weight unit_price_impact default_on minimal_quantity low_stock_threshold
low_stock_alert available_date
"""
ASSOCIATED: Mapping[str, frozenset[str]] = {
    "products": frozenset(_PRODUCT.split()),
    "combinations": frozenset(_COMBINATION.split()),
    "categories": frozenset({"position"}),
    **dict.fromkeys(
        ("manufacturers", "suppliers", "product_options", "product_option_values", "product_features", "stores"),
        frozenset[str](),
    ),
    "groups": frozenset(),
}
"""The fields that each shop has for itself, by resource."""
EVERYWHERE = frozenset({"categories"})
"""Made for every shop, whichever is asked."""
OWN_TEXTS = frozenset({"products", "categories"})
"""Their texts are each shop's."""
SHARED_BY: Mapping[str, str] = {"customers": "share_customer", "orders": "share_order"}
"""Rows of one shop, which its group may share."""


@dataclass(frozen=True, slots=True)
class ShopGroup:
    """A group of shops that a sandbox starts with."""

    shops: int = 1
    share_stock: bool = False
    share_customer: bool = False
    share_order: bool = False


def groups_of(text: str) -> tuple[ShopGroup, ...]:
    """Groups as they are asked for on the command line: `2:stock+customer,1`."""
    groups = []
    for part in text.split(","):
        count, _, shared = part.partition(":")
        flags = {f"share_{name}": True for name in shared.split("+") if name}
        groups.append(ShopGroup(int(count), **flags))
    return tuple(groups)


@dataclass(frozen=True, slots=True)
class Scope:
    """Whom a request is for."""

    shop: int = DEFAULT
    """Whose values are read; of all shops or of a group it is the default shop."""
    shops: tuple[int, ...] = (DEFAULT,)
    """Those that are written to."""
    owners: frozenset[int] | None = None
    """Whose customers and orders are seen where several shops are asked; None: those that the one shop sees."""

    @property
    def one(self) -> bool:
        """Whether a single shop is asked."""
        return self.owners is None


_SCOPE: ContextVar[Scope | None] = ContextVar("shops of the request", default=None)


def enter(scope: Scope | None) -> None:
    """The requests of this thread are for these shops from now on; None: for every shop, as a merchant's own work."""
    _SCOPE.set(scope)


@contextmanager
def within(shop: int | None) -> Iterator[None]:
    """What a merchant does in the context of one shop; None: of all."""
    _SCOPE.set(None if shop is None else Scope(shop, (shop,)))
    try:
        yield
    finally:
        _SCOPE.set(None)


def of(store: Store) -> Scope:
    """Whom the request under way is for."""
    found = _SCOPE.get()
    if found is not None:
        return found
    return Scope(DEFAULT, tuple(store["shops"].rows) or (DEFAULT,)) if store.several else Scope()


def asked(store: Store, query: Query) -> Scope:
    """Whom a request is for; an unknown shop is redirected to the default one, and shop 0 has no key."""
    every = tuple(sorted(store["shops"].rows))
    group = query.text("id_group_shop") or query.text("id_shop_group")
    if group:
        members = [one for one in every if store["shops"].rows[one]["id_shop_group"] == group]
        if not members:
            raise ServiceError(500, 999, "This shop group doesn't have shops")
        return Scope(DEFAULT, tuple(members), frozenset(members))
    if not query.has("id_shop"):
        return Scope()
    wanted = query.text("id_shop")
    if wanted == "all" and store.rules.takes_all_shops:
        return Scope(DEFAULT, every, frozenset(every))
    if store.several and wanted == "0":
        raise ServiceError(403, 132, "No permission for this key on this shop")
    if not wanted.isdigit() or int(wanted) not in every:
        raise PlainReplyError(302)
    return Scope(int(wanted), (int(wanted),))


def install(store: Store, groups: Sequence[ShopGroup]) -> None:
    """Makes the groups and their shops, and gives each of them everything that the installation has."""
    _at_start(store)
    for number, group in enumerate(groups, 1):
        flags = {name: getattr(group, name) for name in ("share_stock", "share_customer", "share_order")}
        if number == DEFAULT:
            store["shop_groups"].update(number, store.stored_values("shop_groups", flags))
        else:
            store.add("shop_groups", {"name": f"Group {number}", "active": 1, **flags})
        for _ in range(group.shops - (number == DEFAULT)):
            shop = {"id_shop_group": number, "id_category": 2, "active": 1, "theme_name": "classic"}
            store.add("shops", {**shop, "name": f"Shop {len(store['shops'].rows) + 1}"})
    found = store["configurations"].first("name", "PS_MULTISHOP_FEATURE_ACTIVE")
    if found is None:
        store.add("configurations", {"name": "PS_MULTISHOP_FEATURE_ACTIVE", "value": 1})
    else:
        store["configurations"].update(found["id"], {"value": "1"})
    for resource in ASSOCIATED:
        for row in store[resource].rows.values():
            _join(store, resource, row, tuple(store["shops"].rows))


def _at_start(store: Store) -> None:
    store.several = True
    for name in ASSOCIATED:
        store[name].follow_shops(store)


def again(store: Store) -> None:
    """After the shop came back from a file."""
    if len(store["shops"].rows) > 1:
        _at_start(store)


def group_of(store: Store, shop: int) -> Row:
    """The row of the group of a shop."""
    return store["shop_groups"].rows[int(store["shops"].rows[shop]["id_shop_group"])]


def owner(store: Store) -> dict[str, int]:
    """What a new row of the shop asked says of whose it is."""
    shop = of(store).shop
    return {"id_shop": shop, "id_shop_group": int(group_of(store, shop)["id"])}


def sharing(store: Store, shop: int, flag: str) -> frozenset[int]:
    """The shops that share something with this one, itself among them."""
    group = group_of(store, shop)
    if group[flag] != "1":
        return frozenset({shop})
    return frozenset(one for one, row in store["shops"].rows.items() if row["id_shop_group"] == str(group["id"]))


def owners_seen(store: Store, resource: str) -> frozenset[int]:
    """The shops whose customers or orders the request sees."""
    scope = of(store)
    return sharing(store, scope.shop, SHARED_BY[resource]) if scope.owners is None else scope.owners


def listed(store: Store, resource: str) -> set[int] | None:
    """The ids that a list may hold; None: all."""
    if not store.several:
        lost = store.without_shop.get(resource)
        return set(store[resource].rows) - lost if lost else None
    table = store[resource]
    if resource in ASSOCIATED:
        shop = of(store).shop
        return {one for one, row in table.rows.items() if shop in row.get("_shops", ())}
    if resource in SHARED_BY:
        owners = {str(one) for one in owners_seen(store, resource)}
        return {one for one, row in table.rows.items() if row["id_shop"] in owners}
    return None


def returns_of(store: Store) -> set[int] | None:
    """The ids of the merchandise returns that the module lists: those of orders of the shops asked."""
    if not store.several:
        return None
    owners = {str(one) for one in of(store).shops}
    orders = store["orders"].rows
    return {
        one
        for one, row in store["order_returns"].rows.items()
        if orders.get(int(row["id_order"]), {}).get("id_shop") in owners
    }


def lacks(store: Store, resource: str, row: Row) -> bool:
    """Whether the one shop asked has no row of its own for this entity."""
    if not store.several:
        return row["id"] in store.without_shop.get(resource, ())
    return resource in ASSOCIATED and of(store).shop not in row.get("_shops", ())


def seen(store: Store, resource: str, row: Row) -> Row:
    """The row as the shop asked has it; what it lacks is as it was written last."""
    if not store.several or resource not in ASSOCIATED:
        return row
    shop = of(store).shop
    return {**row, **row.get("_shops", {}).get(shop, {}), **row.get("_texts", {}).get(shop, {})}


def found(store: Store, resource: str, identifier: int) -> Row | None:
    """The row of this id as the shop asked has it; None where it has it not."""
    row = store[resource].rows.get(identifier)
    return None if row is None or lacks(store, resource, row) else seen(store, resource, row)


def blank(store: Store, resource: str) -> tuple[Row, Row]:
    """What a write finds of a shop's own fields in a shop that lacks the entity: as read, and as stored."""
    fields = [one for one in store.resources[resource].fields if one.name in ASSOCIATED[resource]]
    stored = {one.name: None if one.nullable else one.column.stored("") for one in fields}
    return dict.fromkeys(stored, ""), stored


def keep(store: Store, resource: str, row: Row, *, new: bool = False) -> None:
    """Writes the row's own fields and texts to the shops asked, before the row is stored."""
    if not store.several and not new:
        store.without_shop.get(resource, set()).discard(row["id"])
    if not store.several or resource not in ASSOCIATED:
        return
    every = tuple(store["shops"].rows)
    for name in ("_shops", "_texts"):
        row[name] = {shop: dict(own) for shop, own in row.get(name, {}).items()}
    _join(store, resource, row, every if new and resource in EVERYWHERE else of(store).shops, every if new else ())


def _join(store: Store, resource: str, row: Row, shops: tuple[int, ...], speaking: tuple[int, ...] = ()) -> None:
    own = {name: row.get(name) for name in ASSOCIATED[resource] if name in row}
    for shop in shops:
        row.setdefault("_shops", {})[shop] = dict(own)
    if resource in OWN_TEXTS:
        spoken = {one.name for one in store.resources[resource].fields if one.i18n}
        for shop in speaking or shops:
            row.setdefault("_texts", {})[shop] = {name: dict(row[name]) for name in spoken if row.get(name)}


def spread(store: Store, resource: str, row: Row, name: str, value: Any) -> None:
    """A field that the shop itself sets: in the shops asked that have the entity."""
    for shop in of(store).shops:
        if name in ASSOCIATED[resource] and shop in row.get("_shops", ()):
            row["_shops"][shop][name] = value
        if resource in OWN_TEXTS and isinstance(value, dict) and name in row.get("_texts", {}).get(shop, ()):
            row["_texts"][shop][name] = dict(value)


def texts(row: Row, name: str) -> Iterable[dict[int, str]]:
    """A field's texts: the row's, and those of each shop."""
    value = row.get(name)
    if isinstance(value, dict):
        yield value
        for own in row.get("_texts", {}).values():
            if name in own:
                yield own[name]


def leave(store: Store, resource: str, row: Row) -> bool:
    """Takes the entity out of the shops asked; whether no shop has it any more."""
    if not store.several or resource not in ASSOCIATED:
        return True
    for shop in of(store).shops:
        row["_shops"].pop(shop, None)
        if resource == "products":
            row["_texts"].pop(shop, None)
    return not row["_shops"]


def in_shop(store: Store, resource: str, rows: Iterable[Row]) -> list[Row]:
    """Those of the rows that the shop asked has."""
    return [row for row in rows if not lacks(store, resource, row)]

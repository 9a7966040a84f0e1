"""What a proof of a write begins with: entities of its own, made or about to be made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from tests.contract.prestashop.census.world import OwnBench, store_row

if TYPE_CHECKING:
    from tests.contract.prestashop.census.world import World
    from tests.contract.prestashop.documents import Entity

Maker: TypeAlias = Callable[["World", OwnBench], dict[str, Any]]
"""A complete row of a resource, with whatever it refers to already made."""


def _product(world: World, bench: OwnBench) -> dict[str, Any]:
    both = world.setting.both
    feature, values = bench.feature("Wool")
    return bench.product_row(
        id_manufacturer=bench.manufacturer().id,
        id_supplier=0,
        product_type="standard",
        product_features=[{"id": feature, "id_feature_value": values[0]}],
        accessories=[{"id": world.rows["products"][0].id}],
        description=both("<p>long</p>", "<p>longue</p>"),
    )


def _combination(world: World, bench: OwnBench) -> dict[str, Any]:
    product = bench.product(product_type="combinations")
    return bench.combination_row(product.id, *bench.option("Small"), default_on=1)


def _option(world: World, bench: OwnBench) -> dict[str, Any]:
    name = world.setting.both(bench.name("option"))
    return {"group_type": "select", "is_color_group": 0, "name": name, "public_name": name}


def _option_value(world: World, bench: OwnBench) -> dict[str, Any]:
    group = bench.make("product_options", _option(world, bench))[0]
    return {"id_attribute_group": group.id, "color": "#112233", "name": world.setting.both(bench.name("value"))}


def _feature(world: World, bench: OwnBench) -> dict[str, Any]:
    return {"name": world.setting.both(bench.name("feature"))}


def _feature_value(world: World, bench: OwnBench) -> dict[str, Any]:
    feature = bench.make("product_features", _feature(world, bench))[0]
    return {"id_feature": feature.id, "custom": 0, "value": world.setting.both(bench.name("value"))}


def _category(world: World, bench: OwnBench) -> dict[str, Any]:
    text = world.setting.both
    return bench.category_row(description=text("<p>long</p>", "<p>longue</p>"), meta_title=text("title", "titre"))


def _manufacturer(world: World, bench: OwnBench) -> dict[str, Any]:
    return {"name": bench.name("brand"), "active": 1}


def _supplier(world: World, bench: OwnBench) -> dict[str, Any]:
    description = world.setting.both("<p>long</p>", "<p>longue</p>")
    return {"name": bench.name("supplier"), "active": 1, "description": description}


def _product_supplier(_world: World, bench: OwnBench) -> dict[str, Any]:
    return bench.product_supplier_row(bench.product().id, bench.supplier().id)


def _specific_price(world: World, bench: OwnBench) -> dict[str, Any]:
    return bench.specific_price_row(bench.product().id, id_customer=world.rows["customers"][0].id)


def _customer(world: World, bench: OwnBench) -> dict[str, Any]:
    return bench.customer_row(id_gender=1, is_guest=0, newsletter=0)


def _address(world: World, bench: OwnBench) -> dict[str, Any]:
    return bench.address_row(bench.customer().id, id_state=0)


def _store(_world: World, bench: OwnBench) -> dict[str, Any]:
    return store_row(bench) | {"id_state": 0, "fax": "", "note": bench.setting.both("A note", "Une note")}


def _history(world: World, _bench: OwnBench) -> dict[str, Any]:
    return {"id_order": world.buyer.order().id, "id_order_state": world.buyer.states["preparation"], "id_employee": 0}


def _stock(_world: World, bench: OwnBench, _position: int) -> Entity:
    return bench.stock_row(bench.product().id)


def _carrier(world: World, _bench: OwnBench, _position: int) -> Entity:
    return world.buyer.order().carrier()


ROWS: Mapping[str, Maker] = {
    "products": _product,
    "combinations": _combination,
    "product_options": _option,
    "product_option_values": _option_value,
    "product_features": _feature,
    "product_feature_values": _feature_value,
    "categories": _category,
    "manufacturers": _manufacturer,
    "suppliers": _supplier,
    "product_suppliers": _product_supplier,
    "specific_prices": _specific_price,
    "customers": _customer,
    "addresses": _address,
    "stores": _store,
    "order_histories": _history,
}


def _return(world: World, _bench: OwnBench, position: int) -> Entity:
    return world.shop.read(world.path("order_returns"), world.rows["order_returns"][position].id)


FOUND: Mapping[str, Callable[[World, OwnBench, int], Entity]] = {
    "stock_availables": _stock,
    "order_carriers": _carrier,
    "order_returns": _return,
}
"""Those that come with another entity and are never posted."""

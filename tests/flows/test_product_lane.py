"""New products and combinations through the module: the same ends as by the webservice, in fewer requests."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from deployments.sandbox.shop import Fault, ShopGroup
from deployments.sandbox.shop.module import product_lines
from deployments.sandbox.shop.schema import resources_of
from schemas.messages import message
from tests.flows.world import KEY_VARIABLE, World

LINES = "/api/product_lines"
_OF_ITS_OWN = frozenset({"id", "date_add", "date_upd", "positions", "combinations"})


@pytest.fixture
async def world(make_world: Callable[..., World]) -> World:
    """A shop with the module, in the lane with hooks."""
    made = make_world(module=True)
    made.write_settings(shop={"lane": "module"}, shop__limits={"settle_seconds": 0.0})
    return made


def _rows(world: World) -> list[dict[str, Any]]:
    dresses = world.dress(10)
    for row in dresses:
        row |= {"matiere": "Coton", "manufacturer": "Petit Bateau", "category1": "Femme", "category2": "Robes"}
    return [
        *dresses,
        {"reference": "CEINTURE", "ean13": "2000000000015", "description": "<p>En cuir</p>", "stocks": "3"},
    ]


def _shown(world: World, resource: str) -> list[dict[str, Any]]:
    """All of the shop's rows of a resource, ids of products and combinations as references, without times and order."""
    products = {str(row["id"]): row["reference"] for row in world.shop.rows("products")}
    combinations = {str(row["id"]): row["reference"] for row in world.shop.rows("combinations")}
    shown = []
    for row in world.shop.rows(resource):
        kept = {name: value for name, value in row.items() if name not in _OF_ITS_OWN}
        if "id_product" in row:
            kept["id_product"] = products[str(row["id_product"])]
        for name in {"id_product_attribute", "cache_default_attribute"} & row.keys():
            kept[name] = combinations.get(str(row[name]), "")
        kept["in_categories"] = sorted(row.get("positions", {}))
        shown.append(kept)
    return sorted(shown, key=repr)


def _told(world: World, code: str, **params: str) -> list[dict[str, Any]]:
    remedy = message(code, "en", value="module", detail="product_lines").remedy
    return [incident for incident in world.report()["incidents"] if incident["remedy"] == remedy]


async def test_new_products_and_combinations_go_by_the_module(world: World) -> None:
    world.drop_products(*_rows(world))
    state = await world.products()
    assert state.name == "Completed", state.message
    assert world.counts() == {"rows_read": 31, "created": 31}
    assert world.shop.count("POST", "/api/products") == world.shop.count("POST", "/api/combinations") == 0
    assert world.shop.count("PUT", LINES) > 0
    assert world.quantity("CEINTURE") == 3
    assert world.report()["incidents"] == []


async def test_they_are_what_the_webservice_would_have_made(world: World, make_world: Callable[..., World]) -> None:
    by_webservice = make_world(module=True)
    by_webservice.drop_products(*_rows(by_webservice))
    await by_webservice.products()
    world.drop_products(*_rows(world))
    await world.products()
    for resource in ("products", "combinations", "stock_availables"):
        assert _shown(world, resource) == _shown(by_webservice, resource)


async def test_a_second_run_writes_nothing(world: World) -> None:
    world.drop_products(*_rows(world))
    await world.products()
    world.shop.reset_counts()
    world.drop_products(*_rows(world))
    await world.products()
    assert world.counts() == {"rows_read": 31, "unchanged": 31}
    assert world.shop.writes == 0


async def test_changes_go_by_the_webservice(world: World) -> None:
    world.drop_products(*_rows(world))
    await world.products()
    world.shop.reset_counts()
    world.drop_products(*({**row, "name": f"{row.get('name', 'Ceinture')} neuve"} for row in _rows(world)))
    await world.products()
    assert world.counts() == {"rows_read": 31, "updated": 31}
    assert world.shop.count("PUT", LINES) == 0


@pytest.mark.parametrize("kind", ["500-after", "reset-after", "php-warnings-500"])
async def test_a_lost_answer_makes_nothing_twice(world: World, kind: Any) -> None:
    world.shop.faults.add(Fault(kind=kind, method="PUT", path=LINES, times=2))
    world.drop_products(*_rows(world))
    state = await world.products()
    assert state.name == "Completed", state.message
    assert world.counts() == {"rows_read": 31, "created": 31}
    assert len(world.shop.rows("combinations")) == 30
    assert len(world.shop.rows("products")) == 11


async def test_what_the_module_breaks_on_for_good_goes_by_the_webservice(world: World) -> None:
    world.shop.faults.add(Fault(kind="500-before", method="PUT", path=LINES, times=None))
    world.drop_products(*world.dress(1), {"reference": "CEINTURE"})
    assert (await world.products()).name == "Completed"
    assert world.counts() == {"rows_read": 4, "created": 4}
    assert {row["reference"] for row in world.shop.rows("combinations")} == {"ROBE0000-S", "ROBE0000-M", "ROBE0000-L"}


async def test_what_the_shop_refuses_is_refused_in_the_shops_words(
    world: World, make_world: Callable[..., World]
) -> None:
    by_webservice = make_world(module=True)
    for one in (by_webservice, world):
        one.drop_products({"reference": "SAC", "name": "Sac = {mal}"}, {"reference": "CEINTURE"})
        await one.products()
        assert one.product("CEINTURE")
    assert world.counts() == by_webservice.counts()
    assert world.report()["rejects"] == by_webservice.report()["rejects"]


async def test_a_product_that_the_shop_has_under_that_reference_is_completed(world: World) -> None:
    """Somebody has made it since the plan was made: the module says that it exists."""
    world.shop.faults.add(Fault(kind="reset-after", method="PUT", path=LINES, times=1))
    world.drop_products({"reference": "CEINTURE", "price": "10.00"})
    await world.products()
    assert world.counts() == {"rows_read": 1, "created": 1}
    assert [row["reference"] for row in world.shop.rows("products")] == ["CEINTURE"]


async def test_without_hooks_the_report_warns_once(world: World) -> None:
    world.write_settings(shop={"lane": "module-plain"})
    world.drop_products(*_rows(world))
    assert (await world.products()).name == "Completed"
    assert world.quantity("CEINTURE") == 3
    [incident] = _told(world, "lane_without_hooks")
    assert "module-plain" in incident["reason"]


async def test_a_shop_without_the_module_falls_back_to_the_webservice(make_world: Callable[..., World]) -> None:
    world = make_world()
    world.write_settings(shop={"lane": "module"})
    world.drop_products({"reference": "CEINTURE"})
    assert (await world.products()).name == "Completed"
    assert world.product("CEINTURE")
    [incident] = _told(world, "lane_not_offered")
    assert incident["level"] == "info"


async def test_a_key_without_the_right_falls_back_to_the_webservice(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = "LANE2LANE2LANE2LANE2LANE2LANE2LA"
    others = set(resources_of("8.2", module=True)) - {"product_lines"}
    world.shop.add_key(key, dict.fromkeys(others, ("GET", "POST", "PUT", "PATCH", "DELETE")))
    monkeypatch.setenv(KEY_VARIABLE, key)
    world.drop_products({"reference": "CEINTURE"})
    assert (await world.products()).name == "Completed"
    assert world.product("CEINTURE")
    assert world.shop.count("PUT", LINES) == 0
    assert _told(world, "lane_not_offered")


async def test_of_several_shops_only_the_one_that_is_named_gets_them(make_world: Callable[..., World]) -> None:
    world = make_world(module=True, groups=(ShopGroup(2),))
    world.write_settings(shop={"lane": "module", "id_shop": 2})
    world.drop_products(*world.dress(1), {"reference": "CEINTURE"})
    state = await world.products()
    assert state.name == "Completed", state.message
    assert world.counts() == {"rows_read": 4, "created": 4}
    assert world.shop.count("PUT", LINES) > 0
    for resource, count in (("products", 2), ("combinations", 3)):
        assert len(world.shop.rows(resource, id_shop=2)) == count
        assert {frozenset(row["_shops"]) for row in world.shop.rows(resource)} == {frozenset({2})}


async def test_what_the_module_reads_again_is_not_read_through_the_webservice(world: World) -> None:
    world.drop_products(*_rows(world))
    world.shop.reset_counts()
    await world.products()
    by_id = [path for method, path, _ in world.shop.requests if method == "GET" and "filter[id]" in path]
    assert [path for path in by_id if "/api/products" in path or "/api/combinations" in path] == []
    assert world.counts() == {"rows_read": 31, "created": 31}


@pytest.mark.parametrize("told", ["", "{", "[1]", "null", "17", '{"reference": "A"}', '{"associations": {}}'])
async def test_a_module_that_does_not_say_what_it_holds_is_read_back_as_ever(
    world: World, monkeypatch: pytest.MonkeyPatch, told: str
) -> None:
    monkeypatch.setattr(product_lines, "_held", lambda *_: told)
    world.drop_products(*_rows(world))
    world.shop.reset_counts()
    await world.products()
    assert world.counts() == {"rows_read": 31, "created": 31}
    assert world.shop.count("GET", r"/api/combinations\?filter\[id\]") > 0


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        ("combination", lambda held: held | {"weight": "9.000000"}),
        ("combination", lambda held: held | {"associations": {"product_option_values": []}}),
        ("product", lambda held: held | {"name": dict.fromkeys(held["name"], "Other")}),
        ("product", lambda held: held | {"associations": held["associations"] | {"categories": []}}),
    ],
)
async def test_what_does_not_hold_what_was_sent_is_refused(
    world: World, monkeypatch: pytest.MonkeyPatch, kind: str, change: Callable[[dict[str, Any]], dict[str, Any]]
) -> None:
    held, first = product_lines._held, set[int]()

    def changed(store: Any, line: Any) -> str:
        told = held(store, line)
        if line.kind == kind and (not first or line.id in first):
            first.add(line.id)
            return json.dumps(change(json.loads(told)))
        return told

    monkeypatch.setattr(product_lines, "_held", changed)
    world.drop_products(*_rows(world))
    await world.products()
    refused = 1 if kind == "combination" else 3
    assert world.counts() == {"rows_read": 31, "created": 31 - refused, "refused": refused}

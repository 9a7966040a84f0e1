"""What a shop has is read in bulk, and found by natural key."""

from __future__ import annotations

import asyncio
import random
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest

from connectors.prestashop import IDS_ONLY, Shop, ShopLimits
from connectors.prestashop.filters import after, between
from connectors.prestashop.resources import resource_of
from connectors.prestashop.xml import entities_in
from deployments.sandbox.shop import Fault, SandboxShop
from schemas.errors import DeniedError, TransientError, UnexpectedReplyError
from tests.connectors.prestashop.catalogue import BY_REFERENCE, product, products
from tests.connectors.prestashop.conftest import QUICK

if TYPE_CHECKING:
    from connectors.prestashop import Entity


async def test_a_whole_product_is_told_with_every_field_also_the_empty_ones(shop: Shop) -> None:
    await shop.create("products", [product("P", active=False)], BY_REFERENCE)
    (entity,) = await shop.read("products", display="full")
    assert entity["active"] == "0"
    assert entity["ean13"] == ""
    assert entity["name"] == {1: "Shirt P", 2: "Chemise P"}
    assert entity["associations"]["categories"] == [{"id": "2"}]
    assert entity["associations"]["combinations"] == []
    assert all(isinstance(value, str | dict) for field, value in entity.items() if field != "id")


async def test_json_and_xml_tell_the_same(shop: Shop, sandbox: SandboxShop) -> None:
    await shop.create("products", products(3), BY_REFERENCE)
    for resource in ("products", "categories", "languages", "stock_availables", "configurations"):
        by_json = await shop.read(resource, display="full", limit=3)
        reply = await shop._reader.get(resource, "display=full&sort=[id_ASC]&limit=3")
        by_xml = entities_in(reply.body, resource_of(resource))
        for told, plain in zip(by_json, by_xml, strict=True):
            told["id"] = str(told["id"])
            assert told | {"associations": 0} == plain | {"associations": 0}
    assert sandbox.writes == 1


async def test_a_list_longer_than_a_page_comes_whole_and_sorted(shop: Shop, sandbox: SandboxShop) -> None:
    for number in range(430):
        sandbox.insert("manufacturers", {"name": f"M{number:03}", "active": 1})
    rows = await shop.read("manufacturers", display=["id", "name"])
    assert [row["name"] for row in rows] == [f"M{number:03}" for number in range(430)]
    backwards = await shop.read("manufacturers", display=["name"], sort="name_DESC")
    assert [row["name"] for row in backwards] == [f"M{number:03}" for number in reversed(range(430))]


async def test_what_an_address_has_no_room_for_goes_with_the_next_values(sandbox: SandboxShop) -> None:
    references = [f"P{number:03}" for number in range(900)]
    for reference in references:
        sandbox.insert("products", {"reference": reference, "active": 1})
    limits = replace(QUICK, max_connections=1, max_url_bytes=1000)
    async with Shop(sandbox.url, sandbox.key, limits=limits) as shop:
        sandbox.reset_counts()
        found = await shop.find("products", "reference", references, display=["reference"])
    assert sorted(str(row["reference"]) for row in found) == references
    asked = [path.count("|") + 1 for _, path, _ in sandbox.requests if "filter[reference]" in path]
    assert sum(asked) == len(references)
    assert min(asked[1:-1]) > 100


def _asked_for(sandbox: SandboxShop, field: str) -> list[str]:
    """What look-ups by this field have asked for."""
    paths = [unquote(path) for _, path, _ in sandbox.requests if f"filter[{field}]" in path]
    return [path.split(f"filter[{field}]=")[1].split("&")[0] for path in paths]


@pytest.mark.parametrize("field", ["id", "id_product"])
async def test_ids_that_are_neighbours_are_asked_for_as_a_range_and_nobody_else_is_given(
    shop: Shop, sandbox: SandboxShop, field: str
) -> None:
    products = [sandbox.insert("products", {"reference": f"P{number:03}", "active": 1}) for number in range(100)]
    wanted = [*products[:50], *products[53:]]
    rows = sandbox.rows("stock_availables")
    numbers = wanted if field == "id_product" else [row["id"] for row in rows if int(row["id_product"]) in wanted]
    sandbox.reset_counts()
    found = await shop.find("stock_availables", field, map(str, reversed(numbers)), display=["id_product", "quantity"])
    assert sorted(int(row["id_product"]) for row in found) == wanted
    assert _asked_for(sandbox, field) == [f"[{numbers[0]},{numbers[-1]}]"]


async def test_a_range_holds_much_else_only_where_another_filter_keeps_it_out(shop: Shop, sandbox: SandboxShop) -> None:
    products = [sandbox.insert("products", {"reference": f"P{number:03}", "active": 1}) for number in range(400)]
    sandbox.reset_counts()
    assert len(await shop.find("products", "id", map(str, products[::5]), display=IDS_ONLY)) == 80
    assert [asked.count("|") for asked in _asked_for(sandbox, "id")] == [79]
    apart = [int(row["id"]) for row in sandbox.rows("stock_availables")][::5]
    for each in apart:
        sandbox.change("stock_availables", each, {"quantity": 7})
    sandbox.reset_counts()
    also = {"quantity": "7"}
    found = await shop._reader.find("stock_availables", "id", map(str, apart), display=IDS_ONLY, also=also)
    assert sorted(int(row["id"]) for row in found) == apart
    assert _asked_for(sandbox, "id") == [f"[{apart[0]},{apart[-1]}]"]


@pytest.mark.parametrize("seed", range(4))
async def test_whatever_is_asked_for_what_is_there_is_found_and_nothing_else(sandbox: SandboxShop, seed: int) -> None:
    chance = random.Random(seed)
    products = [sandbox.insert("products", {"reference": f"P{number}", "active": 1}) for number in range(400)]
    there = set(products).difference(chance.sample(products, chance.choice((4, 40, 130))))
    for gone in set(products) - there:
        sandbox.remove("products", gone)
    owners = {int(row["id"]): int(row["id_product"]) for row in sandbox.rows("stock_availables")}
    async with Shop(sandbox.url, sandbox.key, limits=replace(QUICK, max_url_bytes=1000)) as shop:
        for spread in (60, 150, 500):
            wanted = {chance.randint(1, spread) for _ in range(spread)}
            for display in (IDS_ONLY, ("id", "reference")):
                found = await shop.find("products", "id", map(str, wanted), display=display)
                assert sorted(int(row["id"]) for row in found) == sorted(wanted & there)
            found = await shop.find("stock_availables", "id_product", map(str, wanted), display=["id_product"])
            assert sorted(int(row["id"]) for row in found) == sorted(row for row in owners if owners[row] in wanted)


@pytest.mark.parametrize(("field", "most"), [("id", 400), ("id_product", 190)])
async def test_a_list_is_never_so_long_that_the_database_compares_all_of_a_table(
    sandbox: SandboxShop, field: str, most: int
) -> None:
    """Fact L5; one more value stands for what is known to exist."""
    numbers = range(1, 10_000, 7)
    async with Shop(sandbox.url, sandbox.key, limits=replace(QUICK, max_connections=1, max_url_bytes=8000)) as shop:
        await shop.find("stock_availables", field, map(str, numbers), display=["id_product"])
    lists = [asked.count("|") + 1 for asked in _asked_for(sandbox, field)]
    assert max(lists) in {most, most + 1}
    assert sum(lists) >= len(numbers)


async def test_a_range_that_is_too_much_for_one_answer_is_asked_for_in_lists(sandbox: SandboxShop) -> None:
    ids = [sandbox.insert("products", {"reference": "R" * 60, "active": 1}) for _ in range(100)]
    limits = replace(QUICK, max_connections=1, max_answer_bytes=6_000)
    async with Shop(sandbox.url, sandbox.key, limits=limits) as shop:
        found = await shop.find("products", "id", map(str, ids), display=["reference"])
    assert sorted(int(row["id"]) for row in found) == ids
    asked = _asked_for(sandbox, "id")
    assert asked[0] == f"[{ids[0]},{ids[-1]}]"
    assert "|" in asked[-1]


async def test_filters_are_exact_texts_lists_or_expressions_d32(shop: Shop, sandbox: SandboxShop) -> None:
    ids = [sandbox.insert("manufacturers", {"name": name, "active": 1}) for name in ("A", "B", "C", "10,20")]

    async def names(**filters: object) -> list[str]:
        return [row["name"] for row in await shop.read("manufacturers", filters=filters, display=["name"])]  # type: ignore[arg-type]

    assert await names(name="A") == ["A"]
    assert await names(name=["A", "C"]) == ["A", "C"]
    assert await names(name="10,20") == ["10,20"]
    assert await names(id=after(str(ids[1]))) == ["C", "10,20"]
    assert await names(id=between(str(ids[0]), str(ids[2]))) == ["A", "B", "C"]
    assert await names(date_upd=after("2000-01-01")) == ["A", "B", "C", "10,20"]
    assert await names(date_upd=after("2100-01-01")) == []


async def test_a_look_up_gives_what_the_collation_matches(shop: Shop) -> None:
    await shop.create("products", [product("demo_1"), product("other")], BY_REFERENCE)
    for asked in ("DEMO_1", "démo_1", "demo_1 "):
        found = await shop.find("products", "reference", [asked, "nope"], display=["reference"])
        assert [row["reference"] for row in found] == ["demo_1"]


async def test_a_look_up_by_name_finds_each_entity_once_in_any_language(shop: Shop, sandbox: SandboxShop) -> None:
    sandbox.insert("product_features", {"name": {1: "Size", 2: "Size"}})
    sandbox.insert("product_features", {"name": {1: "Colour", 2: "Couleur"}})
    found = await shop.find("product_features", "name", ["Size", "Couleur"], display=["name"])
    assert sorted(row["name"][1] for row in found) == ["Colour", "Size"]


async def test_thousands_of_values_take_few_short_requests(shop: Shop, sandbox: SandboxShop) -> None:
    await shop.create("products", products(40), BY_REFERENCE)
    sandbox.reset_counts()
    wanted = [f"REF-{number:04}" for number in range(3000)]
    found = await shop.find("products", "reference", wanted, display=["id", "reference"])
    assert len(found) == 40
    assert sandbox.count("GET") <= 35
    assert max(len(path) for _, path, _ in sandbox.requests) <= QUICK.max_url_bytes


async def test_nothing_asked_is_nothing_sent(shop: Shop, sandbox: SandboxShop) -> None:
    before = len(sandbox.requests)
    assert await shop.find("products", "reference", ["", ""], display=["id"]) == []
    assert await shop.read("products", display=["id"], limit=0) == []
    assert await shop.update("products", []) == []
    assert await shop.create("products", [], BY_REFERENCE) == []
    assert await shop.delete("products", []) == []
    assert len(sandbox.requests) == before


@pytest.mark.parametrize(
    "kind",
    ["500-before", "reset-before", "503", "429", "maintenance", "php-warnings", "php-warnings-500", "waf-403",
     "redirect", "disabled"],
)  # fmt: skip
async def test_reading_survives_every_passing_fault(kind: str, shop: Shop, sandbox: SandboxShop) -> None:
    sandbox.insert("manufacturers", {"name": "M", "active": 1})
    sandbox.faults.add(Fault(kind=kind, method="GET"))  # type: ignore[arg-type]
    assert [row["name"] for row in await shop.read("manufacturers", display=["name"])] == ["M"]
    assert sandbox.faults.struck == 1


async def test_warnings_of_php_that_stay_are_told_in_the_end(shop: Shop, sandbox: SandboxShop) -> None:
    sandbox.faults.add(Fault(kind="php-warnings-500", method="GET", times=None))
    with pytest.raises(UnexpectedReplyError, match="PHP Warning"):
        await shop.read("manufacturers", display=["name"])
    assert 1 < sandbox.faults.struck < 6


async def test_the_shop_s_own_delay_is_kept_and_counted(shop: Shop, sandbox: SandboxShop) -> None:
    sandbox.faults.add(Fault(kind="503", method="GET", retry_after=1))
    await shop.read("manufacturers", display=["name"])
    assert shop.traffic.seconds_waited >= 1
    assert shop.traffic.retries == 1


async def test_a_shop_in_maintenance_for_ever_is_left_after_our_patience(sandbox: SandboxShop) -> None:
    async with Shop(sandbox.url, sandbox.key, limits=ShopLimits(patience_seconds=0.8)) as shop:
        sandbox.faults.add(Fault(kind="maintenance", times=None))
        with pytest.raises(TransientError):
            await shop.read("products", display=["id"])


async def test_a_field_that_does_not_exist_is_our_own_mistake(shop: Shop) -> None:
    with pytest.raises(UnexpectedReplyError, match="35"):
        await shop.read("products", display=["id", "colour"])
    with pytest.raises(UnexpectedReplyError, match="32"):
        await shop.read("products", filters={"colour": "red"}, display=["id"])


async def test_a_resource_the_shop_does_not_have_is_denied_with_a_remedy_d25(shop: Shop) -> None:
    with pytest.raises(DeniedError) as caught:
        await shop.read("order_returns", display=["id"])
    assert "install the module" in caught.value.remedy


async def test_the_facts_are_asked_once_also_when_many_ask(sandbox: SandboxShop) -> None:
    async with Shop(sandbox.url, sandbox.key, limits=QUICK) as shop:
        facts = await asyncio.gather(*(shop.describe() for _ in range(5)))
    assert all(told is facts[0] for told in facts)
    assert sandbox.count("GET", "/api/languages") == 1


async def test_the_facts_say_what_the_shop_is(shop: Shop) -> None:
    facts = await shop.describe()
    assert (facts.version, facts.version_numbers) == ("8.2.0", (8, 2, 0))
    assert facts.languages == {"en": 1, "fr": 2}
    assert (facts.default_language, facts.home_category) == (1, 2)
    assert facts.can_patch
    assert facts.rights["products"] >= {"GET", "POST", "PATCH", "PUT", "DELETE"}
    assert abs(facts.clock_offset_seconds) < 30
    assert facts.shops.ids == (1,)
    assert facts.shops.shares_stock is False
    assert not facts.shops.several


async def test_a_group_that_shares_its_stock_is_recognised_d13(sandbox: SandboxShop) -> None:
    sandbox.change("shop_groups", sandbox.rows("shop_groups")[0]["id"], {"share_stock": 1})
    async with Shop(sandbox.url, sandbox.key, limits=QUICK) as shop:
        assert (await shop.describe()).shops.shares_stock is True


async def test_an_old_shop_cannot_patch_d3(old_shop: Shop) -> None:
    facts = await old_shop.describe()
    assert facts.version_numbers < (8, 0, 3)
    assert not facts.can_patch
    assert facts.update_method("products") == "PUT"


async def test_languages_switched_off_are_known_and_not_offered(sandbox: SandboxShop) -> None:
    sandbox.change("languages", 2, {"active": 0})
    async with Shop(sandbox.url, sandbox.key, limits=QUICK) as shop:
        facts = await shop.describe()
    assert facts.languages == {"en": 1}
    assert facts.language_ids == (1, 2)


async def test_a_key_that_may_not_read_the_settings_is_told_which_boxes_to_tick(sandbox: SandboxShop) -> None:
    key = "PRODUCTS0PRODUCTS0PRODUCTS0PRODU"
    sandbox.add_key(key, {"products": ("GET",)})
    async with Shop(sandbox.url, key, limits=QUICK) as shop:
        with pytest.raises(DeniedError) as caught:
            await shop.describe()
    assert "configurations, languages" in caught.value.remedy


async def test_an_unknown_key_is_denied_and_not_told(sandbox: SandboxShop) -> None:
    key = "WRONG000WRONG000WRONG000WRONG000"
    async with Shop(sandbox.url, key, limits=QUICK) as shop:
        with pytest.raises(DeniedError) as caught:
            await shop.describe()
    assert key not in str(caught.value)
    assert len(sandbox.requests) == 1


async def test_a_shop_with_one_language_is_read_like_any_other() -> None:
    with SandboxShop(languages=("fr",)) as sandbox:
        async with Shop(sandbox.url, sandbox.key, limits=QUICK) as shop:
            await shop.create("products", [product("P", name={1: "Chemise"})], BY_REFERENCE)
            rows: list[Entity] = await shop.read("products", display=["name"])
            assert rows[0]["name"] == {1: "Chemise"}


async def test_an_unknown_shop_of_a_multishop_is_a_wrong_address(sandbox: SandboxShop) -> None:
    async with Shop(sandbox.url, sandbox.key, limits=QUICK, id_shop=9) as shop:
        with pytest.raises(DeniedError) as caught:
            await shop.describe()
    assert "id_shop" in caught.value.remedy

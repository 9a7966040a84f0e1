"""An empty answer is believed once it is proved: a silent database layer answers a failed SELECT as an empty list."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from connectors.prestashop import IDS_ONLY, Shop
from deployments.sandbox.shop import Fault, SandboxShop
from schemas.errors import TransientError
from tests.connectors.prestashop.catalogue import BY_REFERENCE, product
from tests.connectors.prestashop.conftest import QUICK

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator


@pytest.fixture
def silent() -> Iterator[SandboxShop]:
    """A PrestaShop 8.2 under PHP 7: a query that fails is an empty list."""
    with SandboxShop(profile="8.2", php=7) as sandbox:
        yield sandbox


@pytest.fixture
async def client(silent: SandboxShop) -> AsyncIterator[Shop]:
    """A client of it, with three products there."""
    async with Shop(silent.url, silent.key, limits=QUICK) as shop:
        await shop.create("products", [product(name) for name in ("A", "B", "C")], BY_REFERENCE)
        yield shop


async def test_a_product_is_found_although_the_first_query_failed_in_silence(client: Shop, silent: SandboxShop) -> None:
    silent.faults.add(Fault("sql-failure", method="GET", path="/api/products"))
    found = await client.find("products", "reference", ["A", "NEW"], display=["reference"])
    assert [row["reference"] for row in found] == ["A"]
    silent.faults.add(Fault("sql-failure", method="GET", path="/api/products", times=2))
    found = await client.find("products", "reference", ["B"], display=["reference"])
    assert [row["reference"] for row in found] == ["B"]


async def test_what_is_not_there_is_told_by_an_answer_with_a_sentinel_in_it(client: Shop, silent: SandboxShop) -> None:
    silent.reset_counts()
    assert await client.find("products", "reference", ["NEW"], display=["reference"]) == []
    assert silent.count(path="NEW.C|C.NEW") == 1
    assert await client.find("products", "reference", ["OTHER"], display=["reference"]) == []
    assert silent.count(path="OTHER") == 1


async def test_a_product_is_not_created_twice_where_the_look_up_fails_in_silence(
    client: Shop, silent: SandboxShop
) -> None:
    silent.faults.add(Fault("sql-failure", method="GET", path="/api/products"))
    [receipt] = await client.create("products", [product("A")], BY_REFERENCE, look_first=True)
    assert receipt.outcome == "adopted"
    assert len(silent.rows("products")) == 3


async def test_an_id_is_missing_only_when_the_shop_can_list_another(client: Shop, silent: SandboxShop) -> None:
    ids = [str(row["id"]) for row in silent.rows("products")]
    silent.faults.add(Fault("sql-failure", method="GET", path="/api/products"))
    assert {str(row["id"]) for row in await client.find("products", "id", ids, display=IDS_ONLY)} == set(ids)
    assert await client.find("products", "id", ["9999"], display=IDS_ONLY) == []


async def test_a_range_in_which_nothing_is_listed_proves_nothing_where_a_query_may_fail_in_silence(
    client: Shop, silent: SandboxShop
) -> None:
    ids = [int(row["id"]) for row in silent.rows("products")]
    neighbours = [str(number) for number in range(ids[0], ids[0] + 60)]
    silent.faults.add(Fault("sql-failure", method="GET", path="/api/products", times=2))
    found = await client.find("products", "id", neighbours, display=IDS_ONLY)
    assert sorted(int(row["id"]) for row in found) == ids
    silent.faults.add(Fault("sql-failure", method="GET", path="filter.id", times=None))
    with pytest.raises(TransientError, match="although it has some"):
        await client.find("products", "id", neighbours, display=IDS_ONLY)


async def test_a_range_in_which_nothing_is_listed_is_empty_where_a_query_fails_aloud(
    shop: Shop, sandbox: SandboxShop
) -> None:
    sandbox.insert("products", {"reference": "A", "active": 1})
    neighbours = list(map(str, range(5000, 6000)))
    sandbox.reset_counts()
    assert await shop.find("products", "id", neighbours, display=IDS_ONLY) == []
    assert sandbox.count(path="/api/categories") == 1
    sandbox.faults.add(Fault("sql-failure", method="GET", path="/api/products", times=None))
    with pytest.raises(TransientError):
        await shop.find("products", "id", neighbours, display=IDS_ONLY)


async def test_a_shop_that_goes_on_failing_in_silence_is_never_believed(client: Shop, silent: SandboxShop) -> None:
    silent.faults.add(Fault("sql-failure", method="GET", path="filter.reference", times=None))
    with pytest.raises(TransientError, match="although it has some"):
        await client.find("products", "reference", ["A"], display=["reference"])


async def test_what_the_shop_has_listed_before_is_never_believed_to_be_nothing(
    client: Shop, silent: SandboxShop
) -> None:
    ids = [str(row["id"]) for row in silent.rows("products")]
    assert len(await client.find("products", "id", ids, display=["reference"])) == 3
    silent.faults.add(Fault("sql-failure", method="GET", path="/api/products", times=None))
    for field, values in (("reference", ["A"]), ("id", ids)):
        with pytest.raises(TransientError, match="lists nothing of products, although it has some"):
            await client.find("products", field, values, display=["reference"])


async def test_what_was_deleted_may_have_been_the_last(client: Shop, silent: SandboxShop) -> None:
    ids = [int(row["id"]) for row in silent.rows("products")]
    assert len(await client.read("products", display=["reference"])) == 3
    await client.delete("products", ids)
    assert await client.read("products", display=["reference"]) == []
    [receipt] = await client.create("products", [product("D")], BY_REFERENCE)
    assert receipt.outcome == "created"
    assert len(await client.read("products", display=["reference"])) == 1
    silent.faults.add(Fault("sql-failure", method="GET", path="/api/products", times=None))
    with pytest.raises(TransientError, match="although it has some"):
        await client.find("products", "reference", ["D"], display=["reference"])


async def test_a_list_is_empty_when_the_shop_lists_something_before_it_and_after_it(
    client: Shop, silent: SandboxShop
) -> None:
    silent.insert("products", {"reference": "A|B", "active": 1})
    silent.faults.add(Fault("sql-failure", method="GET", path="/api/products.filter.reference", times=2))
    silent.faults.add(Fault("sql-failure", method="GET", path="/api/products.*id_DESC", skip=1))
    found = await client.find("products", "reference", ["A|B"], display=["reference"])
    assert [row["reference"] for row in found] == ["A|B"]
    assert silent.faults.struck == 3


async def test_a_list_that_fails_in_silence_is_read_again(client: Shop, silent: SandboxShop) -> None:
    silent.faults.add(Fault("sql-failure", method="GET", path="/api/products"))
    assert [row["reference"] for row in await client.read("products", display=["reference"])] == ["A", "B", "C"]
    silent.faults.add(Fault("sql-failure", method="GET", path="/api/products", times=2))
    assert len(await client.read("products", display=["reference"])) == 3


async def test_a_page_after_the_first_that_fails_in_silence_is_read_again(client: Shop, silent: SandboxShop) -> None:
    for number in range(100):
        silent.insert("manufacturers", {"name": f"M{number:03}", "active": 1})
    for number in range(100, 150):
        silent.insert("manufacturers", {"name": f"M{number:03}", "active": 1})
    silent.faults.add(Fault("sql-failure", method="GET", path="manufacturers", skip=1))
    assert len(await client.read("manufacturers", display=["name"])) == 150


async def test_a_resource_with_nothing_in_it_is_empty(client: Shop) -> None:
    assert await client.read("specific_prices", display=["id"]) == []
    assert await client.find("specific_prices", "id_product", ["1", "2"], display=["id"]) == []


async def test_the_silence_is_seen(client: Shop) -> None:
    assert await client.fails_silently() is True
    with SandboxShop(profile="8.2") as loud:
        async with Shop(loud.url, loud.key, limits=QUICK) as shop:
            assert await shop.fails_silently() is False


async def test_members_and_texts_that_are_blank_all_at_once_are_read_again(client: Shop, silent: SandboxShop) -> None:
    ids = [str(row["id"]) for row in silent.rows("products")]
    display = ["name", "reference", "categories[id]", "product_features[id,id_feature_value]"]
    right = await client.find("products", "id", ids, display=display)
    assert all(row["associations"]["categories"] and all(row["name"].values()) for row in right)
    silent.faults.add(Fault("sql-failure-inside", method="GET", times=2))
    assert await client.find("products", "id", ids, display=display) == right
    silent.faults.add(Fault("sql-failure-inside", method="GET", times=2))
    assert await client.read("products", display=display) == sorted(right, key=lambda row: row["id"])
    assert silent.faults.struck == 4


async def test_members_that_stay_blank_after_they_were_seen_are_never_believed(
    client: Shop, silent: SandboxShop
) -> None:
    await client.read("products", display=["categories[id]"])
    silent.faults.add(Fault("sql-failure-inside", method="GET", times=None))
    with pytest.raises(TransientError, match="no categories of products"):
        await client.read("products", display=["categories[id]"])


async def test_an_association_that_no_entity_has_is_empty(client: Shop) -> None:
    rows = await client.read("products", display=["product_features[id,id_feature_value]"])
    assert [row["associations"]["product_features"] for row in rows] == [[], [], []]


async def test_an_entity_is_gone_when_it_is_a_404_beside_one_that_is_there(client: Shop, silent: SandboxShop) -> None:
    assert not await client.is_gone("products", 1)
    await client.delete("products", [1])
    assert await client.is_gone("products", 1)


async def test_many_are_asked_for_side_by_side_between_two_that_are_there(client: Shop, silent: SandboxShop) -> None:
    before = silent.count("GET")
    assert await client.gone("products", range(1, 45)) == frozenset(range(4, 45))
    assert silent.count("GET") - before <= 50


async def test_a_404_of_a_database_that_fails_in_silence_proves_nothing(client: Shop, silent: SandboxShop) -> None:
    silent.faults.add(Fault("sql-failure", method="GET", path="/api/products/", times=None))
    assert not await client.is_gone("products", 1)
    assert silent.faults.struck


async def test_the_newest_of_all_is_gone_when_the_shop_lists_an_older_one(client: Shop) -> None:
    assert not await client.is_gone("products", 3)
    await client.delete("products", [3])
    assert await client.is_gone("products", 3)


async def test_an_entity_of_an_empty_resource_is_gone(client: Shop) -> None:
    await client.delete("products", [1, 2, 3])
    assert await client.is_gone("products", 1)


async def test_what_some_of_an_answer_lack_is_read_again(client: Shop, silent: SandboxShop) -> None:
    ids = [str(row["id"]) for row in silent.rows("products")]
    display = ["name", "reference", "categories[id]"]
    right = await client.find("products", "id", ids, display=display)
    for asked in (client.find("products", "id", ids, display=display), client.read("products", display=display)):
        silent.faults.add(Fault("sql-failure-midway", method="GET", path="/api/products"))
        assert sorted(await asked, key=lambda row: int(row["id"])) == sorted(right, key=lambda row: int(row["id"]))
    assert silent.faults.struck == 2


async def test_what_an_entity_lacks_in_two_answers_is_believed_from_then_on(client: Shop, silent: SandboxShop) -> None:
    silent.insert("products", {"reference": "D", "active": 1, "categories": []})
    display = ["name", "reference", "categories[id]"]
    rows = {row["reference"]: row for row in await client.read("products", display=display)}
    assert not any(rows["D"]["name"].values())
    assert all(rows["A"]["name"].values())
    silent.reset_counts()
    assert len(await client.read("products", display=display)) == 4
    assert silent.count() == 1


@pytest.fixture(params=[("9.1", 8), ("1.7.8", 7)], ids=["9.1", "1.7.8"])
def cutting(request: pytest.FixtureRequest) -> Iterator[SandboxShop]:
    """A shop that leaves out of a list what it could not load."""
    profile, php = request.param
    with SandboxShop(profile=profile, php=php) as sandbox:
        for name in ("A", "B", "C"):
            sandbox.insert("products", {"reference": name, "active": 1})
        yield sandbox


@pytest.mark.parametrize("display", [["reference"], ["reference", "name"], "full"])
async def test_a_list_that_is_cut_short_is_read_again(cutting: SandboxShop, display: list[str] | str) -> None:
    async with Shop(cutting.url, cutting.key, limits=QUICK) as shop:
        assert await shop.find("products", "reference", ["NEW"], display=["reference"]) == []
        cutting.faults.add(Fault("sql-failure-cut", method="GET", path="/api/products"))
        found = await shop.find("products", "reference", ["A", "B", "C"], display=display)
        assert sorted(str(row["reference"]) for row in found) == ["A", "B", "C"]
        cutting.faults.add(Fault("sql-failure-cut", method="GET", path="/api/products"))
        assert [row["reference"] for row in await shop.read("products", display=display)] == ["A", "B", "C"]
    assert cutting.faults.struck == 2


async def test_what_a_cut_list_lacks_is_not_made_twice(cutting: SandboxShop) -> None:
    async with Shop(cutting.url, cutting.key, limits=QUICK) as shop:
        assert await shop.find("products", "reference", ["NEW"], display=["reference"]) == []
        cutting.faults.add(Fault("sql-failure-cut", method="GET", path="/api/products"))
        wanted = [product(name) for name in ("A", "B", "C")]
        receipts = await shop.create("products", wanted, BY_REFERENCE, look_first=True)
    assert [receipt.outcome for receipt in receipts] == ["adopted"] * 3
    assert len(cutting.rows("products")) == 3

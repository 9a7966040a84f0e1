"""Orders, returns and prospects of several shops of one PrestaShop: each folder hands over those of its own shop.

On the sandbox, with and without orders and customers that the group shares, and on a real installation as
`test_multishop` does; nothing but a visitor makes a return there.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.contract.prestashop.bench import Bench
from tests.contract.prestashop.buyer import Buyer, Order
from tests.contract.prestashop.setting import look_up
from tests.contract.prestashop.webservice import Webservice
from tests.flows.order_world import ASSOCIATIONS, OrderWorld
from tests.flows.several_shops import Folders, Installation, installations

pytestmark = pytest.mark.slow

EVERY = (1, 2, 3)


@pytest.fixture(params=["sandbox", "sharing", "real"])
def installation(request: pytest.FixtureRequest) -> Iterator[Installation]:
    yield from installations(request.param)


@pytest.fixture
def folders(installation: Installation, prefect_api: str, tmp_path: Path) -> Iterator[Folders]:
    made = Folders(installation, tmp_path)
    yield made
    made.close()


@pytest.fixture
def sold(installation: Installation) -> Iterator[Callable[[int], Order]]:
    """A paid order of one shop, by a customer of that shop."""
    every = Webservice(installation.url, installation.key, id_shop="all")
    benches: list[Bench] = []

    def order(id_shop: int) -> Order:
        client = Webservice(installation.url, installation.key, id_shop=id_shop)
        bench = Bench(client, look_up(client))
        benches.append(bench)
        buyer = Buyer(bench)
        made = buyer.order()
        made.move(buyer.states["paid"])
        return made

    yield order
    for bench in benches:
        bench.shop = every
        bench.remove_all()


def world_of(folders: Folders, id_shop: int) -> OrderWorld:
    world = folders.of(id_shop, OrderWorld)
    every_carrier = "".join(f'{number} = "COLISSIMO"\n' for number in range(1, 9))
    text = ASSOCIATIONS.replace('2 = "COLISSIMO"\n', every_carrier)
    (world.folder / "associations.toml").write_text(text, encoding="utf-8")
    return world


def documents(world: OrderWorld, kind: str = "") -> set[str]:
    found = world.erp.documents(kind) if kind else world.documents()
    return {str(each["Header"]["InternalReference"]) for each in found}


async def test_each_folder_hands_over_the_orders_of_its_own_shop(
    folders: Folders, sold: Callable[[int], Order]
) -> None:
    orders = {one: sold(one).id for one in EVERY}
    for one in EVERY:
        world = world_of(folders, one)
        for asked in ({}, {"sweep": True}):
            await world.orders(**asked)
            theirs = {f"WEB{orders[other]}" for other in EVERY if other != one}
            assert f"WEB{orders[one]}" in documents(world), world.incidents()
            assert not documents(world) & theirs


async def test_an_order_that_changes_is_seen_by_its_own_folder_only(
    folders: Folders, sold: Callable[[int], Order]
) -> None:
    first = {one: sold(one) for one in (1, 2)}
    for one in (1, 2):
        await world_of(folders, one).orders()
    later = sold(2)
    for one in (1, 2):
        world = world_of(folders, one)
        await world.orders()
        assert (f"WEB{later.id}" in documents(world)) == (one == 2)
    assert {one: f"WEB{first[one].id}" in documents(world_of(folders, one)) for one in (1, 2)} == {1: True, 2: True}


async def test_each_folder_hands_over_the_returns_of_its_own_orders(
    installation: Installation, folders: Folders, sold: Callable[[int], Order]
) -> None:
    if installation.sandbox is None:
        pytest.skip("a visitor makes returns, no request does")
    orders = {one: sold(one).id for one in EVERY}
    asked: dict[int, int] = {}
    for one, order in orders.items():
        details = [row["id"] for row in installation.sandbox.rows("order_details") if row["id_order"] == str(order)]
        customer = installation.sandbox.row("orders", order)["id_customer"]
        rows = {"order_return_details": [(details[0], 0, 1)]}
        given = {"id_order": order, "id_customer": customer, "state": 1, "question": "Trop petit"}
        asked[one] = installation.sandbox.insert("order_returns", given | rows)
    for one in EVERY:
        listed = installation.listed("order_returns", one, "id")
        assert [int(row["id"]) for row in listed] == [asked[one]]
        world = world_of(folders, one)
        await world.orders()
        await world.returns()
        assert documents(world, "ReturnNotice") == {f"WEBR{asked[one]}"}, world.incidents()


async def test_each_folder_hands_over_the_prospects_of_its_own_shop(
    installation: Installation, folders: Folders
) -> None:
    benches: dict[int, Bench] = {}
    made: dict[int, int] = {}
    for one in EVERY:
        client = Webservice(installation.url, installation.key, id_shop=one)
        benches[one] = Bench(client, look_up(client))
        made[one] = benches[one].customer().id
    for one in EVERY:
        world = world_of(folders, one)
        switched_on = {"order": {"enabled": True}, "customer": {"enabled": True}}
        (world.folder / "export.json").write_text(json.dumps(switched_on), encoding="utf-8")
        await world.prospects()
        codes = {customer["CustomerId"] for customer in world.erp.customers().values()}
        assert {other for other in EVERY if f"WEB{made[other]:010}" in codes} == {one}, world.incidents()
    for bench in benches.values():
        bench.remove_all()

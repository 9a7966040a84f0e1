"""An undo is killed at any commit of its ledger and begun again; so is the run that is undone: SIGKILL."""

from __future__ import annotations

import re
import shutil
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from connectors.ledger import Ledger
from flows.import_products import import_products
from flows.import_specific_prices import import_specific_prices
from flows.import_stock import import_stock
from tests.campaigns.run_flow import Ended, FlowProcess, Order
from tests.flows.discounts import discount
from tests.flows.flat_world import FlatWorld
from tests.flows.test_undo import BELT, last_run, rows_of, undone
from tests.flows.world import KEY_VARIABLE, sandbox_shop

FOLDER, STATE = "boutique", "shop.json"
DISCOUNTS = (discount("CEINTURE", reduction="50"), discount("ROBE0000-M"))


@dataclass
class Killing:
    """Copies of two days of a shop, of which the second is undone."""

    place: Path
    api_url: str
    trials: int = 0
    kept: dict[str, Any] = field(default_factory=dict)

    @contextmanager
    def copy(self, name: str) -> Iterator[FlatWorld]:
        """A copy of what was kept under this name."""
        self.trials += 1
        place = self.place / f"trial{self.trials}"
        shutil.copytree(self.place / name, place)
        with sandbox_shop(state_file=place / STATE) as shop:
            world = FlatWorld(place / FOLDER, shop)
            settings = world.folder / "settings.toml"
            settings.write_text(re.sub(r"(?m)^url = .*", f'url = "{shop.url}"', settings.read_text("utf-8")), "utf-8")
            yield world
        shutil.rmtree(place)

    def keep(self, name: str, world: FlatWorld) -> None:
        """What this world is now, under a name."""
        world.shop._store.save(self.place / "state")
        place = self.place / name
        shutil.copytree(world.folder, place / FOLDER)
        shutil.move(self.place / "state", place / STATE)

    def commits(self, name: str, stream: str) -> int:
        """How often the second day of a stream commits to the ledger."""
        with self.copy(name) as world:
            second_day(world, stream)
            return self.run(world, FLOWS[stream].name).commits

    def run(self, world: FlatWorld, flow: str, *, dies_at_commit: int = 0, **asked: Any) -> Ended:
        """The flow in a process of its own."""
        order = Order(
            flow,
            world.folder,
            {KEY_VARIABLE: world.shop.key},
            self.api_url,
            {"accept_guard": True} | asked,
            dies_at_commit=dies_at_commit,
        )
        return FlowProcess(order).ended()


def second_day(world: FlatWorld, stream: str) -> None:
    """Articles get other prices and names, are closed and made; quantities and discounts are others."""
    if stream == "product":
        dearer = [row | {"price": "99.90", "name": "Other", "stocks": ""} for row in world.dress(2)]
        world.drop_products(*dearer, BELT | {"price": "80", "active": "0"}, {"reference": "GANT", "price": "15"})
    elif stream == "stock":
        world.drop_stock({"CEINTURE": 0, "ROBE0001-M": 90})
    else:
        world.specify(specificprice={"absentRows": "deactivate"})
        world.drop("specificprice", *DISCOUNTS)


FLOWS: Mapping[str, Any] = {
    "product": import_products,
    "stock": import_stock,
    "specificprice": import_specific_prices,
}


@pytest.fixture(scope="module")
def killing(prefect_api: str, tmp_path_factory: pytest.TempPathFactory) -> Killing:
    """Where the trials lie."""
    return Killing(tmp_path_factory.mktemp("killed"), prefect_api)


async def _first(killing: Killing) -> str:
    """A shop after its first day, kept under this name; made once."""
    if (killing.place / "first").exists():
        return "first"
    with FlatWorld.at(killing.place / "making" / FOLDER) as world:
        world.write_settings(omnibus={"keep_prices": True})
        world.drop_products(*world.dress(2), BELT)
        assert (await world.run(import_products)).name == "Completed"
        world.drop_stock({"CEINTURE": 5, "ROBE0001-M": 4})
        assert (await world.run(import_stock)).name == "Completed"
        world.drop("specificprice", discount("CEINTURE"), discount("ROBE0001-M"))
        assert (await world.run(import_specific_prices)).name == "Completed"
        killing.keep("first", world)
    return "first"


def now(world: FlatWorld) -> dict[str, Any]:
    """What shop and ledger have, but for when, and for the ids of what was made again."""
    rows = rows_of(world)
    rows["specific_prices"] = sorted(
        ({name: row[name] for name in row if name != "id"} for row in rows["specific_prices"]), key=str
    )
    with Ledger.open(f"sqlite:///{world.folder / 'ledger.db'}") as ledger:
        shop = world.folder.name
        links = {
            kind: sorted(
                ledger.links(shop, kind).select("erp_key", "state", "in_doubt", "confirmed_value").iter_rows(), key=str
            )
            for kind in ("product", "stock", "specific_price")
        }
        holds = {kind: ledger.held_wants(shop, kind) for kind in links}
        every = ledger.prices_of(shop, ["CEINTURE", "ROBE0000-M", "ROBE0001-M", "GANT"])
        prices = {(key, one.case): (one.state, one.price, one.reduction) for key in sorted(every) for one in every[key]}
        incidents = sorted(map(str, ledger.incidents(shop, open_only=True).select("code", "key").iter_rows()))
    return {"rows": rows, "links": links, "holds": holds, "prices": prices, "incidents": incidents}


def differing(found: Mapping[str, Any], wanted: Mapping[str, Any]) -> dict[str, Any]:
    return {name: (found[name], wanted[name]) for name in wanted if found[name] != wanted[name]}


async def _second(killing: Killing, stream: str) -> str:
    """The second day of a stream, and what its undo comes to undisturbed; made once."""
    name = f"second {stream}"
    if name not in killing.kept:
        with killing.copy(await _first(killing)) as world:
            second_day(world, stream)
            assert (await world.run(FLOWS[stream], accept_guard=True)).name == "Completed"
            run = last_run(world)
            killing.keep(name, world)
        with killing.copy(name) as world:
            ended = killing.run(world, "undo", run=run)
            assert ended.name == "Completed"
            killing.kept[name] = (run, ended.commits, now(world))
    return name


@pytest.mark.slow
@pytest.mark.parametrize(
    ("stream", "share"),
    [("product", 0.5), ("stock", 0.5), pytest.param("specificprice", 0.4, marks=pytest.mark.always)],
)
async def test_an_undo_killed_before_or_after_a_commit_is_finished_by_the_next(
    killing: Killing, stream: str, share: float
) -> None:
    name = await _second(killing, stream)
    commits = killing.kept[name][1]
    number = round(commits * share)
    for at in (number, -number):
        assert await broken_by(killing, stream, at) == {}


async def broken_by(killing: Killing, stream: str, at: int) -> dict[str, Any]:
    """What is otherwise than undisturbed after an undo that died at a commit, and another one."""
    name = await _second(killing, stream)
    run, _, wanted = killing.kept[name]
    with killing.copy(name) as world:
        if killing.run(world, "undo", run=run, dies_at_commit=at).name != "":
            return {"killed": "no"}
        state = await undone(world, run, accept_guard=True)
        if state.name != "Completed" or (wrong := differing(now(world), wanted)):
            return {"state": state.message} | wrong
        world.shop.reset_counts()
        second_day(world, stream)
        await world.run(FLOWS[stream], accept_guard=True)
        counts = world.counts()
        return {} if not world.shop.writes and counts.keys() == {"rows_read", "ignored"} else {"again": counts}


@pytest.mark.slow
@pytest.mark.parametrize(("stream", "share"), [("stock", 0.5), ("specificprice", 0.5), ("product", 0.3)])
async def test_what_a_run_wrote_that_was_killed_is_put_back(killing: Killing, stream: str, share: float) -> None:
    number = round(killing.commits(await _first(killing), stream) * share)
    for at in (number, -number):
        assert await left_by(killing, stream, at) == {}


@pytest.mark.slow
async def test_a_discount_that_a_person_makes_after_the_run_died_before_it_sent_it_is_the_persons(
    killing: Killing,
) -> None:
    with killing.copy(await _second(killing, "specificprice")) as world:
        [wanted] = [row for row in world.shop.rows("specific_prices") if _of_combination(world, row, "ROBE0000-M")]
    for at in range(1, killing.commits(await _first(killing), "specificprice")):
        with killing.copy(await _first(killing)) as world:
            before, former = now(world)["rows"]["specific_prices"], last_run(world)
            second_day(world, "specificprice")
            killing.run(world, import_specific_prices.name, dies_at_commit=at)
            if last_run(world) == former or not _is_kept(world):
                continue
            made = world.shop.insert("specific_prices", {name: wanted[name] for name in wanted if name != "id"})
            state = await undone(world, last_run(world), accept_guard=True)
            assert state.name == "Completed", state.message
            assert world.shop.row("specific_prices", made)["reduction"] == wanted["reduction"]
            world.shop.remove("specific_prices", made)
            assert now(world)["rows"]["specific_prices"] == before
            return
    raise AssertionError("no commit at which the discount was kept and not sent")


def _of_combination(world: FlatWorld, row: Mapping[str, Any], reference: str) -> bool:
    return int(row["id_product_attribute"]) == int(world.combination(reference)["id"])


def _is_kept(world: FlatWorld) -> bool:
    with Ledger.open(f"sqlite:///{world.folder / 'ledger.db'}") as ledger:
        return last_run(world) in ledger.replaced_counts(world.folder.name)


async def left_by(killing: Killing, stream: str, at: int) -> dict[str, Any]:
    """What the shop has otherwise than on its first day, after a run that died at a commit was undone."""
    with killing.copy(await _first(killing)) as world:
        before = now(world)["rows"]
        second_day(world, stream)
        if killing.run(world, FLOWS[stream].name, dies_at_commit=at).name != "":
            return {"killed": "no"}
        wrote = now(world)["rows"] != before
        state = await undone(world, last_run(world), accept_guard=True)
        if state.name != "Completed" and wrote:
            return {"state": state.message}
        after = now(world)["rows"]
        made = {str(row["id"]) for row in after["products"] if row["reference"] == "GANT"}
        if any(str(row["active"]) != "0" for row in after["products"] if str(row["id"]) in made):
            return {"made": "still on sale"}
        return differing({kind: [row for row in rows if not _is_of(row, made)] for kind, rows in after.items()}, before)


def _is_of(row: Mapping[str, Any], products: Collection[str]) -> bool:
    return str(row.get("id_product", row.get("id"))) in products and ("id_product" in row or "reference" in row)

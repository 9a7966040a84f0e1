"""Specific prices through the module: the same ends as by the webservice, in fewer requests."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from connectors.ledger import Ledger
from deployments.sandbox.shop import Fault, FaultKind, ShopGroup
from deployments.sandbox.shop.module import specific_price_lines
from deployments.sandbox.shop.schema import resources_of
from flows.import_specific_prices import import_specific_prices
from flows.undo import undo
from schemas.messages import message
from tests.flows.beginnings import Beginnings
from tests.flows.discounts import by_hand, discount, of_belt, prices, sell
from tests.flows.flat_world import FlatWorld
from tests.flows.world import KEY_VARIABLE

LINES = "/api/specific_price_lines"
PRICES = "/api/specific_prices"
ROWS = (
    discount("ROBE0001-M"),
    discount("CEINTURE", type="montant", reduction="5,50", reduction_tax="0", iso_code="fr", currency="eur"),
    discount("CEINTURE", reduction="30", from_quantity="3", from_="2026-01-01", to="2026-01-31"),
    discount("ROBE0000", reduction="10", email="anna@lab.test"),
    discount("CEINTURE", reduction="", price="80", type="percent", from_quantity="10"),
    discount("INCONNU"),
)


async def _sell(world: FlatWorld) -> None:
    await sell(world)


@pytest.fixture
async def world(beginnings: Beginnings, tmp_path: Path) -> AsyncIterator[FlatWorld]:
    """A shop with the module that sells six combinations and a belt, in the lane with hooks."""
    async with beginnings.copy(FlatWorld, _sell, tmp_path, module=True) as world:
        _settle(world)
        yield world


def _settle(world: FlatWorld, lane: str = "module", **tables: Any) -> None:
    world.write_settings(shop={"lane": lane}, shop__limits={"settle_seconds": 0.0}, **tables)


async def _run(world: FlatWorld, *rows: dict[str, Any], **asked: Any) -> dict[str, int]:
    """The counts of a run over a file of these rows."""
    world.drop("specificprice", *rows)
    state = await world.run(import_specific_prices, **asked)
    assert state.name in {"Completed", "CompletedWithRejects"}, state.message
    return world.counts()


def _shown(world: FlatWorld) -> list[dict[str, Any]]:
    return sorted(({k: v for k, v in row.items() if k != "id"} for row in prices(world)), key=repr)


def _by_webservice(world: FlatWorld) -> int:
    """How many requests have written prices by the webservice."""
    return sum(world.shop.count(method, PRICES) for method in ("POST", "PUT", "PATCH", "DELETE"))


def _told(world: FlatWorld, code: str) -> list[dict[str, Any]]:
    remedy = message(code, "en", value="module", detail="specific_price_lines").remedy
    return [incident for incident in world.report()["incidents"] if incident["remedy"] == remedy]


async def test_prices_are_what_the_webservice_would_have_made_and_changed(
    world: FlatWorld, beginnings: Beginnings, tmp_path: Path
) -> None:
    async with beginnings.copy(FlatWorld, _sell, tmp_path / "other", module=True) as other:
        _settle(other, "webservice")
        for reduction in ("30", "35"):
            rows = [row | {"reduction": reduction} if row["reduction"] == "30" else row for row in ROWS]
            for one in (other, world):
                await _run(one, *rows)
            assert world.counts() == other.counts()
            assert _shown(world) == _shown(other)
            remembered = [one.links("specific_price").select("erp_key", "erp_code", "state") for one in (world, other)]
            assert remembered[0].sort("erp_key").equals(remembered[1].sort("erp_key"))
    assert world.shop.count("PUT", LINES) > 0
    assert _by_webservice(world) == 0


async def test_what_the_module_reads_again_is_not_read_through_the_webservice(world: FlatWorld) -> None:
    world.shop.reset_counts()
    assert await _run(world, discount("CEINTURE"), discount("ROBE0001-M")) == {"rows_read": 2, "created": 2}
    read = [path for method, path, _ in world.shop.requests if method == "GET" and PRICES in path]
    assert [path for path in read if "filter[id]" in path] == []


async def test_a_second_run_writes_nothing(world: FlatWorld) -> None:
    await _run(world, *ROWS)
    world.shop.reset_counts()
    assert await _run(world, *reversed(ROWS)) == {"rows_read": 6, "unchanged": 5, "ignored": 1}
    assert (world.shop.count("PUT", LINES), _by_webservice(world)) == (0, 0)


async def test_a_changed_price_is_changed_in_place(world: FlatWorld) -> None:
    await _run(world, discount("CEINTURE"))
    known = of_belt(world)["id"]
    assert await _run(world, discount("CEINTURE", reduction="25", to="2026-12-31")) == {"rows_read": 1, "updated": 1}
    assert (of_belt(world)["id"], of_belt(world)["reduction"]) == (known, "0.250000")
    assert of_belt(world)["to"] == "2026-12-31 23:59:59"
    assert _by_webservice(world) == 0


async def test_what_the_shop_has_of_a_changed_price_of_all_shops_stays(world: FlatWorld) -> None:
    known = by_hand(world, id_shop=0)
    _settle(world, specific_prices={"overwrite": True})
    assert await _run(world, discount("CEINTURE")) == {"rows_read": 1, "updated": 1}
    assert (of_belt(world)["id"], str(of_belt(world)["id_shop"]), of_belt(world)["reduction"]) == (
        known,
        "0",
        "0.200000",
    )


async def test_prices_leave_by_the_webservice(world: FlatWorld) -> None:
    world.specify(specificprice={"absentRows": "deactivate"})
    await _run(world, discount("CEINTURE"), discount("ROBE0001-M"))
    assert await _run(world, discount("ROBE0001-M", reduction="25")) == {"rows_read": 1, "updated": 1}
    assert world.shop.count("DELETE", PRICES) == 1
    assert [row["reduction"] for row in prices(world)] == ["0.250000"]


@pytest.mark.parametrize("kind", ["500-after", "reset-after", "500-before", "reset-before", "php-warnings-500"])
async def test_a_lost_answer_makes_no_second_price(world: FlatWorld, kind: FaultKind) -> None:
    world.shop.faults.add(Fault(kind, "PUT", LINES, times=2))
    rows = [discount(row["reference"]) for row in world.dress(2)]
    assert await _run(world, *rows) == {"rows_read": 6, "created": 6}
    assert len(prices(world)) == 6


async def test_what_the_module_breaks_on_for_good_goes_by_the_webservice(world: FlatWorld) -> None:
    await _run(world, discount("CEINTURE"))
    world.shop.faults.add(Fault("500-before", "PUT", LINES, times=None))
    rows = (discount("CEINTURE", reduction="25"), discount("ROBE0001-M"))
    assert await _run(world, *rows) == {"rows_read": 2, "created": 1, "updated": 1}
    assert sorted(row["reduction"] for row in prices(world)) == ["0.200000", "0.250000"]


async def test_the_same_price_made_by_hand_just_before_ours_is_taken(world: FlatWorld) -> None:
    world.shop.faults.meanwhile(lambda: by_hand(world, reduction="0.200000"), method="PUT", path=LINES)
    assert await _run(world, discount("CEINTURE"), discount("ROBE0001-M")) == {"rows_read": 2, "created": 2}
    assert len(prices(world)) == 2


@pytest.mark.parametrize(("overwrite", "left"), [(False, "0.500000"), (True, "0.200000")])
async def test_a_price_made_by_hand_just_before_ours_is_treated_as_one_that_was_there(
    world: FlatWorld, overwrite: bool, left: str
) -> None:
    _settle(world, specific_prices={"overwrite": overwrite})
    world.shop.faults.meanwhile(lambda: by_hand(world, reduction="0.500000"), method="PUT", path=LINES)
    ends = {"rows_read": 2, "created": 2} if overwrite else {"rows_read": 2, "created": 1, "ignored": 1}
    assert await _run(world, discount("CEINTURE"), discount("ROBE0001-M")) == ends
    assert of_belt(world)["reduction"] == left
    world.shop.reset_counts()
    await _run(world, discount("CEINTURE"), discount("ROBE0001-M"))
    assert (world.shop.count("PUT", LINES), _by_webservice(world)) == (0, 0)
    assert of_belt(world)["reduction"] == left


async def test_a_price_that_is_deleted_just_before_it_is_changed_is_made_anew_by_the_next_run(world: FlatWorld) -> None:
    await _run(world, discount("CEINTURE"), discount("ROBE0001-M"))
    known = int(of_belt(world)["id"])
    world.shop.faults.meanwhile(lambda: world.shop.remove("specific_prices", known), method="PUT", path=LINES)
    rows = (discount("CEINTURE", reduction="25"), discount("ROBE0001-M", reduction="25"))
    assert await _run(world, *rows) == {"rows_read": 2, "updated": 1, "refused": 1}
    [refused] = world.report()["rejects"]
    assert f"(id {known})" in refused["reason"]
    assert await _run(world, *rows) == {"rows_read": 2, "created": 1, "unchanged": 1}
    assert of_belt(world)["reduction"] == "0.250000"


async def test_an_id_that_is_another_price_now_is_not_changed(world: FlatWorld) -> None:
    await _run(world, discount("CEINTURE"))
    known, robe = int(of_belt(world)["id"]), str(world.combination("ROBE0001-M")["id_product"])
    world.shop.faults.meanwhile(
        lambda: world.shop.change("specific_prices", known, {"id_product": robe}), method="PUT", path=LINES
    )
    assert await _run(world, discount("CEINTURE", reduction="25")) == {"rows_read": 1, "refused": 1}
    assert [row["reduction"] for row in prices(world)] == ["0.200000"]


async def test_a_price_whose_item_is_deleted_just_before_is_refused(world: FlatWorld) -> None:
    belt = int(world.product("CEINTURE")["id"])
    world.shop.faults.meanwhile(lambda: world.shop.remove("products", belt), method="PUT", path=LINES)
    rows = (discount("CEINTURE"), discount("ROBE0001-M"))
    assert await _run(world, *rows) == {"rows_read": 2, "created": 1, "refused": 1}
    [refused] = world.report()["rejects"]
    assert "The item of CEINTURE" in refused["reason"]
    assert await _run(world, *rows) == {"rows_read": 2, "ignored": 1, "unchanged": 1}


async def test_a_price_that_does_not_hold_what_was_sent_is_written_once_more_and_read(
    world: FlatWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A module of the shop puts its own reduction in."""
    held = specific_price_lines._held

    def meddled(store: Any, status: str, identifier: int) -> str:
        if status == "c":
            store["specific_prices"].update(identifier, {"reduction": "0.900000"})
        return held(store, status, identifier)

    monkeypatch.setattr(specific_price_lines, "_held", meddled)
    assert await _run(world, discount("CEINTURE")) == {"rows_read": 1, "created": 1}
    assert of_belt(world)["reduction"] == "0.200000"


async def test_a_change_that_is_not_held_is_refused(world: FlatWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    await _run(world, discount("CEINTURE"))
    held = specific_price_lines._held
    monkeypatch.setattr(specific_price_lines, "_held", lambda *given: held(*given).replace(";0.250000;", ";0.900000;"))
    assert await _run(world, discount("CEINTURE", reduction="25")) == {"rows_read": 1, "refused": 1}
    [refused] = world.report()["rejects"]
    assert "0.900000" in refused["reason"]


async def test_an_undo_puts_back_what_was_changed_and_deletes_what_was_made(world: FlatWorld) -> None:
    await _run(world, discount("CEINTURE"))
    before = _shown(world)
    await _run(world, discount("CEINTURE", reduction="50"), discount("ROBE0001-M"))
    with Ledger.open(f"sqlite:///{world.folder / 'ledger.db'}") as ledger:
        last = str(ledger.runs(world.folder.name, limit=1)["run_id"][0])
    state = await world.run(undo, run=last, accept_guard=True)
    assert state.name == "Completed", state.message
    assert world.counts() == {"rows_read": 2, "updated": 1, "deactivated": 1}
    assert _shown(world) == before


async def test_the_price_ledger_knows_what_was_made_and_changed(world: FlatWorld) -> None:
    _settle(world, omnibus={"keep_prices": True})
    for reduction in ("20", "25"):
        await _run(world, discount("CEINTURE", reduction=reduction))
    with Ledger.open(f"sqlite:///{world.folder / 'ledger.db'}", snapshots=None) as ledger:
        told = ledger.prices_of(world.folder.name, ["CEINTURE"])["CEINTURE"]
    assert [str(one.reduction) for one in told if one.case] == ["20", "25"]


async def test_without_hooks_the_report_warns_once(world: FlatWorld) -> None:
    _settle(world, "module-plain")
    assert await _run(world, discount("CEINTURE")) == {"rows_read": 1, "created": 1}
    assert world.shop.count("PUT", f"{LINES}.*mode=plain") > 0
    assert len(_told(world, "lane_without_hooks")) == 1


async def test_a_key_without_the_right_falls_back_to_the_webservice(
    world: FlatWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = "LANE3LANE3LANE3LANE3LANE3LANE3LA"
    others = set(resources_of("8.2", module=True)) - {"specific_price_lines"}
    world.shop.add_key(key, dict.fromkeys(others, ("GET", "POST", "PUT", "PATCH", "DELETE")))
    monkeypatch.setenv(KEY_VARIABLE, key)
    assert await _run(world, discount("CEINTURE")) == {"rows_read": 1, "created": 1}
    assert world.shop.count("PUT", LINES) == 0
    assert _told(world, "lane_not_offered")


async def test_of_several_shops_only_the_one_that_is_named_gets_them(tmp_path: Path) -> None:
    with FlatWorld.at(tmp_path / "boutique", module=True, groups=(ShopGroup(2),)) as world:
        world.write_settings(shop={"lane": "module", "id_shop": 2})
        await sell(world)
        for reduction in ("20", "25"):
            counts = await _run(world, discount("CEINTURE", reduction=reduction), discount("ROBE0001-M"))
        assert counts == {"rows_read": 2, "updated": 1, "unchanged": 1}
        assert sorted((str(row["id_shop"]), row["reduction"]) for row in prices(world)) == [
            ("2", "0.200000"),
            ("2", "0.250000"),
        ]
        assert _by_webservice(world) == 0


async def test_in_the_lane_of_the_webservice_nothing_goes_by_the_module(world: FlatWorld) -> None:
    _settle(world, "webservice")
    assert await _run(world, discount("CEINTURE")) == {"rows_read": 1, "created": 1}
    assert world.shop.count("PUT", LINES) == 0
    assert world.shop.count("POST", PRICES) == 1

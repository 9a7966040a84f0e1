"""A shop that is not armed is read-only in both directions, and every report says so."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from deployments.cli import answer
from flows.import_stores import import_stores
from schemas.settings import parse_settings
from tests.flows.flat_world import FlatWorld
from tests.flows.order_world import OrderWorld
from tests.flows.world import KEY_VARIABLE, World


async def test_nothing_is_written_to_a_shop_that_is_not_armed(world: World) -> None:
    world.write_settings(shop={"armed_for": ""})
    dropped = world.drop_products({"reference": "A-1"})
    state = await world.products()
    assert (state.name, world.shop.writes, dropped.exists()) == ("Planned", 0, True)
    assert "not armed" in str(state.message)
    assert world.report()["incidents"][0]["reason"].startswith("The shop is not armed")
    world.write_settings(shop={"armed_for": world.shop.url})
    state = await world.products()
    assert state.name == "Completed", state.message
    assert world.counts() == {"rows_read": 1, "created": 1}
    assert "armed" not in str(state.message)


async def test_a_copied_folder_is_armed_for_the_other_shop(flat_world: FlatWorld) -> None:
    flat_world.write_settings(shop={"armed_for": "https://other.example", "language": "fr"})
    state = await flat_world.run(import_stores)
    assert (state.name, flat_world.shop.writes) == ("Planned", 0)
    [told] = flat_world.report()["incidents"]
    assert "https://other.example" in told["reason"]
    assert "passerelle arm boutique" in told["remedy"]


async def test_nothing_is_sent_to_the_erp_of_a_shop_that_is_not_armed(order_world: OrderWorld) -> None:
    order_world.write_settings(shop={"armed_for": ""})
    order_world.place(("SAC1", 1, "10.00"))
    state = await order_world.orders()
    assert (state.name, order_world.erp.documents("CustomerOrder")) == ("Planned", [])
    assert "not armed" in str(state.message)


def test_a_shop_is_armed_after_a_check_and_disarmed_at_once(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    world.write_settings(shop={"armed_for": ""})
    path = world.folder / "settings.toml"
    before = path.read_text("utf-8")
    assert answer(["arm", str(world.folder)]) == 0
    assert path.read_text("utf-8") == before.replace('armed_for = ""', f'armed_for = "{world.shop.url}"')
    assert "Armed: from now on" in capsys.readouterr().out
    assert answer(["disarm", str(world.folder)]) == 0
    assert path.read_text("utf-8") == before


def test_a_shop_that_does_not_check_is_not_armed(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    world.write_settings(shop={"armed_for": ""}, products={"default_category": 999})
    assert answer(["arm", str(world.folder)]) == 2
    assert "Nothing was armed." in capsys.readouterr().out
    assert armed_for(world.folder) == ""


def test_a_folder_from_before_is_armed_as_it_was_until_somebody_says_otherwise(world: World) -> None:
    assert armed_for(world.folder) is None
    assert answer(["disarm", str(world.folder)]) == 0
    assert armed_for(world.folder) == ""


def armed_for(folder: Path) -> str | None:
    return parse_settings((folder / "settings.toml").read_text("utf-8"), source="settings.toml").shop.armed_for


def test_the_boxes_of_the_key_are_a_table(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    assert answer(["check", str(world.folder), "--rights"]) == 0
    rows = {line.split()[0]: line for line in capsys.readouterr().out.splitlines() if line.strip()}
    assert rows["products"].split() == ["products", "ticked", "ticked", "ticked", "not", "needed"]
    assert "to tick" not in "".join(rows.values())
    world.shop.add_key("K" * 32, {"configurations": ("GET",), "languages": ("GET",), "products": ("GET",)})
    world.shop.key = "K" * 32
    os.environ[KEY_VARIABLE] = world.shop.key
    assert answer(["check", str(world.folder), "--rights"]) == 2
    rows = {line.split()[0]: line for line in capsys.readouterr().out.splitlines() if line.strip()}
    assert rows["products"].split() == ["products", "ticked", "to", "tick", "to", "tick"]

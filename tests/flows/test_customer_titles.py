"""Titles of people: by association, and by their own name where the module tells the shop's titles."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.import_customers import import_customers
from tests.flows.flat_world import FlatWorld
from tests.flows.test_customers import customer


@pytest.fixture
def with_module(prefect_api: str, tmp_path: Path) -> Iterator[FlatWorld]:
    """A shop with the module, whose titles are 1 (Mr., M.) and 2 (Mrs., Mme)."""
    with FlatWorld.at(tmp_path / "boutique", module=True) as world:
        yield world


def _titles(world: FlatWorld) -> dict[str, str]:
    return {row["email"].partition("@")[0]: str(row["id_gender"]) for row in world.shop.rows("customers")}


def _associate(world: FlatWorld, line: str) -> None:
    (world.folder / "associations.toml").write_text(f"[titles]\n{line}\n", encoding="utf-8")


async def test_a_code_that_is_the_name_of_a_title_needs_no_association(with_module: FlatWorld) -> None:
    _associate(with_module, '"1" = 2')
    codes = {"C1": "MME", "C2": "m", "C3": "mrs", "C4": "1", "C5": ""}
    rows = [customer(key, title_id=code, default_group="") for key, code in codes.items()]
    with_module.drop("customer", *rows)
    state = await with_module.run(import_customers)
    assert state.name == "Completed", with_module.report()["rejects"]
    assert _titles(with_module) == {"c1": "2", "c2": "1", "c3": "2", "c4": "2", "c5": "0"}
    with_module.shop.reset_counts()
    with_module.drop("customer", *reversed(rows))
    await with_module.run(import_customers)
    assert with_module.counts() == {"rows_read": 5, "unchanged": 5}
    assert with_module.shop.writes == 0


async def test_an_association_counts_before_a_name(with_module: FlatWorld) -> None:
    _associate(with_module, "MME = 1")
    with_module.drop("customer", customer("C1", default_group=""))
    await with_module.run(import_customers)
    assert _titles(with_module) == {"c1": "1"}


async def test_a_title_that_two_share_is_no_name(with_module: FlatWorld) -> None:
    with_module.shop.insert("genders", {"type": 2, "name": {1: "Mx", 2: "Mme"}})
    _associate(with_module, "")
    with_module.drop("customer", customer("C1", default_group=""), customer("C2", title_id="Mx", default_group=""))
    await with_module.run(import_customers)
    assert with_module.counts() == {"rows_read": 2, "created": 1, "rejected": 1}
    assert _titles(with_module) == {"c2": "3"}


async def test_an_id_that_is_no_title_of_the_shop_stops_the_row(with_module: FlatWorld) -> None:
    _associate(with_module, "MME = 7")
    with_module.drop("customer", customer("C1", default_group=""))
    assert (await with_module.run(import_customers)).name == "CompletedWithRejects"
    [reject] = with_module.report()["rejects"]
    assert (reject["column"], reject["value"]) == ("title_id", "MME")
    assert "Titles" in reject["remedy"]


async def test_without_the_module_ids_are_believed_and_names_are_not_known(flat_world: FlatWorld) -> None:
    _associate(flat_world, "MME = 7")
    flat_world.drop("customer", customer("C1", default_group=""), customer("C2", title_id="Mr", default_group=""))
    await flat_world.run(import_customers)
    assert flat_world.counts() == {"rows_read": 2, "created": 1, "rejected": 1}
    assert _titles(flat_world) == {"c1": "7"}

"""The shop's categories, products and combinations are in Dolibarr, once, and follow the shop.

With --erp-url and --erp-key on a real Dolibarr; otherwise on the sandbox.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from deployments.sandbox.shop import Fault
from tasks.check.shop import check_shop
from tests.flows.catalogue_world import CatalogueWorld

DESCRIPTION = '<p class="lead" style="color:red">D&eacute;j&agrave; "vu" &amp; <b>revu</b><br />L\'eau&nbsp;<3</p>'


@pytest.fixture
def world(prefect_api: str, tmp_path: Path, pytestconfig: pytest.Config) -> Iterator[CatalogueWorld]:
    with CatalogueWorld.of_session(tmp_path / "boutique", pytestconfig) as opened:
        yield opened


async def test_products_combinations_and_categories_are_there_as_in_the_shop(world: CatalogueWorld) -> None:
    women = world.category(f"Femme {world.prefix}")
    dresses = world.category("Robes", women)
    world.sell("MUG", 'Mug 15" <b>x</b>', ean13="", weight="0.35", description_short={1: DESCRIPTION}, isbn="")
    dress = world.sell("ROBE", "Robe", "20", categories=[2, women, dresses], id_category_default=dresses)
    world.sizes(dress, ("S", "ROBE-S", "0"), ("M", "ROBE-M", "1.5"))
    state = await world.catalogue()
    assert state.name == "Completed", state.message
    assert world.counts() == {"rows_read": 5, "created": 5}
    there = world.products_there()
    assert set(there) == {"MUG", "ROBE-S", "ROBE-M"}
    mug, medium = there["MUG"], there["ROBE-M"]
    assert (mug["label"], Decimal(mug["price"]), Decimal(mug["tva_tx"])) == (
        "Mug 15 x",
        Decimal("9.91667"),
        Decimal(20),
    )
    assert (mug["status"], Decimal(mug["weight"])) == ("1", Decimal("0.35"))
    assert '"vu"' in mug["description"]
    assert (medium["label"], Decimal(medium["price"])) == ("Robe", Decimal("21.5"))
    assert medium["description"].splitlines()[0].startswith("Size: M")
    inside = world.rest.get(f"/products/{medium['id']}/categories").json()
    assert {each["label"] for each in inside} == {f"Femme {world.prefix}", "Robes"}
    (top,) = (each for each in inside if each["label"] != "Robes")
    assert [each["fk_parent"] for each in inside if each["label"] == "Robes"] == [int(top["id"])]


async def test_a_second_run_writes_nothing_not_even_without_its_ledger(world: CatalogueWorld) -> None:
    robes = world.category(f"Robes {world.prefix}")
    world.sell("MUG", 'Mug "x"', description_short={1: DESCRIPTION}, description={1: DESCRIPTION}, weight="0.2")
    world.sizes(world.sell("ROBE", categories=[2, robes]), ("S", "ROBE-S", "0"), ("M", "", "0"), ("L", "", "0"))
    await world.catalogue()
    there = world.products_there()
    assert set(there) == {"MUG", "ROBE-S", "ROBE", "ROBE_2"}
    state = await world.catalogue(sweep=True)
    assert state.name == "Completed", state.message
    assert world.counts() == {"rows_read": 5, "unchanged": 5}
    assert (world.written(), world.products_there()) == ([], there)
    for path in world.folder.glob("ledger.db*"):
        path.unlink()
    state = await world.catalogue()
    assert state.name == "Completed", state.message
    assert world.counts() == {"rows_read": 5, "unchanged": 5}
    assert (world.written(), world.products_there()) == ([], there)


async def test_what_changes_in_the_shop_changes_there_and_what_the_erp_owns_does_not(world: CatalogueWorld) -> None:
    robes, soldes = world.category(f"Robes {world.prefix}"), world.category(f"Soldes {world.prefix}")
    mug = world.sell("MUG", "Mug", "10", categories=[2, robes], weight="0.2")
    gone = world.sell("VASE", "Vase")
    await world.catalogue()
    world.shop.change("products", mug, {"name": {1: "Big mug"}, "price": "12.345", "categories": [2, soldes]})
    world.shop.change("products", mug, {"active": 0})
    world.shop.remove("products", gone)
    state = await world.catalogue()
    assert state.name == "Completed", state.message
    assert world.counts() == {"rows_read": 3, "updated": 1, "unchanged": 2}
    there = world.products_there()
    assert (there["MUG"]["label"], Decimal(there["MUG"]["price"])) == ("Big mug", Decimal("12.345"))
    assert (there["MUG"]["status"], there["VASE"]["status"]) == ("0", "0")
    inside = world.rest.get(f"/products/{there['MUG']['id']}/categories").json()
    assert [each["label"] for each in inside] == [f"Soldes {world.prefix}"]
    world.write_settings(catalogue={"erp_owns": ["price", "categories"]})
    world.rest.put(f"/products/{there['MUG']['id']}", json={"price": "99", "label": "Theirs"}).raise_for_status()
    world.shop.change("products", mug, {"price": "1", "categories": [2]})
    await world.catalogue(sweep=True)
    there = world.products_there()
    assert (there["MUG"]["label"], Decimal(there["MUG"]["price"])) == ("Big mug", Decimal(99))
    await world.catalogue(sweep=True)
    assert (world.counts(), world.written()) == ({"rows_read": 3, "unchanged": 3}, [])


async def test_features_and_descriptions_of_categories_are_there_and_follow_the_shop(world: CatalogueWorld) -> None:
    robes = world.category(f"Robes {world.prefix}", description={1: DESCRIPTION, 2: DESCRIPTION})
    weight, colour = (world.shop.insert("product_features", {"name": {1: name}}) for name in ("Weave", "Colour & tone"))
    values = [
        world.shop.insert("product_feature_values", {"id_feature": feature, "value": {1: value}, "custom": 0})
        for feature, value in ((weight, "Twill"), (colour, "<Blue>"), (colour, "Red"))
    ]
    mug = world.sell("MUG", description={1: DESCRIPTION}, categories=[2, robes], product_features=[(colour, values[1])])
    world.sell("VASE", product_features=[(weight, values[0]), (colour, values[2])])
    state = await world.catalogue()
    assert state.name == "Completed", state.message
    there = world.products_there()
    assert there["MUG"]["note_public"].endswith("\n<ul><li>Colour &amp; tone: &lt;Blue&gt;</li></ul>")
    assert there["VASE"]["note_public"] == "<ul><li>Weave: Twill</li><li>Colour &amp; tone: Red</li></ul>"
    (category,) = world.ours("/categories")
    assert 'Déjà "vu" &amp; <b>revu</b><br>' in category["description"]
    world.shop.change("products", mug, {"product_features": []})
    world.shop.change("categories", robes, {"description": {1: "<p>Plain</p>", 2: "<p>Plain</p>"}})
    await world.catalogue()
    assert (world.products_there()["MUG"]["note_public"], world.counts()["updated"]) == (
        there["MUG"]["note_public"].partition("\n<ul>")[0],
        2,
    )
    assert [each["description"] for each in world.ours("/categories")] == ["<p>Plain</p>"]
    await world.catalogue(sweep=True)
    assert (world.counts(), world.written()) == ({"rows_read": 3, "unchanged": 3}, [])


async def test_a_product_that_is_there_already_is_compared_before_it_is_ours(world: CatalogueWorld) -> None:
    mug, vase = (world.called(each) for each in ("MUG", "VASE"))
    for reference, label in ((mug, "Mug"), (vase, "Something else")):
        world.make("/products", ref=reference, label=label, type=0, status=1, price="3", price_base_type="HT")
    world.sell("MUG", "mug", "10")
    other = world.sell("VASE", "Vase")
    world.write_settings(catalogue={"first_stock": ""})
    state = await world.catalogue()
    assert state.name == "CompletedWithRejects", state.message
    assert world.left_behind() == {str(other): "item_name_taken"}
    there = world.products_there()
    assert [Decimal(each["price"]) for each in there.values()] == [10]
    world.write_settings(catalogue={"known_items": "adopt"})
    await world.catalogue()
    assert world.counts() == {"rows_read": 2, "unchanged": 1, "updated": 1}
    assert {each["label"] for each in world.products_there().values()} == {"mug", "Vase"}


async def test_an_id_that_is_another_products_now_is_held_until_a_person_has_parted_them(world: CatalogueWorld) -> None:
    id_ = world.sell("MUG", "Mug", date_add="2026-01-02 03:04:05")
    await world.catalogue()
    world.shop.remove("products", id_)
    again = world.sell("VASE", "Vase", id=id_, date_add="2026-03-04 05:06:07")
    assert again == id_
    state = await world.catalogue()
    assert state.name == "CompletedWithRejects", state.message
    assert world.left_behind() == {str(id_): "item_id_reused"}
    assert {each["label"] for each in world.products_there().values()} == {"Mug"}
    (mug,) = world.products_there().values()
    world.rest.put(f"/products/{mug['id']}", json={"array_options": {"options_ps_uid": ""}}).raise_for_status()
    await world.catalogue()
    assert world.counts() == {"rows_read": 1, "created": 1}
    assert {each["label"] for each in world.products_there().values()} == {"Vase"}


async def test_what_bears_a_reference_that_is_not_ours_any_more_is_held_by_the_first_run_under_another_prefix(
    world: CatalogueWorld,
) -> None:
    robes = world.category(f"Robes {world.prefix}")
    mug = world.sell("MUG", categories=[2, robes])
    await world.catalogue()
    there = world.products_there()
    world.write_settings(erp={"order_prefix": "SECOND"})
    for _ in range(2):
        state = await world.catalogue()
        assert state.name == "CompletedWithRejects", state.message
        assert world.left_behind() == {str(mug): "item_name_taken", f"c{robes}": "category_name_taken"}
    assert (world.written(), world.products_there()) == ([], there)
    world.write_settings()
    state = await world.catalogue()
    assert state.name == "Completed", state.message
    assert (world.counts(), world.left_behind()) == ({"rows_read": 2, "unchanged": 2}, {})


async def test_what_cannot_go_is_held_whole_with_what_to_do_and_the_others_go(world: CatalogueWorld) -> None:
    strange = world.shop.insert("taxes", {"rate": "19.6", "active": 1, "name": {1: "19.6"}})
    group = world.shop.insert("tax_rule_groups", {"name": "19.6", "active": 1})
    world.shop.insert("tax_rules", {"id_tax_rules_group": group, "id_country": 8, "id_state": 0, "id_tax": strange})
    held = {
        world.sell("RATE", id_tax_rules_group=group): "item_vat_rate_unknown",
        world.sell("NAME", "<b></b>"): "item_name_empty",
        world.sell(""): "item_reference_empty",
    }
    world.sell("A B")
    held[world.sell("A/B")] = "item_reference_collapses"
    state = await world.catalogue()
    assert state.name == "CompletedWithRejects", state.message
    assert world.counts() == {"rows_read": 5, "created": 1, "rejected": 4}
    assert world.left_behind() == {str(key): code for key, code in held.items()}
    assert set(world.products_there()) == {"A_B"}


async def test_a_new_items_quantity_is_booked_once_and_is_the_erps_from_then_on(world: CatalogueWorld) -> None:
    house = f"{world.prefix}-house"
    world.make("/warehouses", label=house, ref=house, statut=1)
    world.write_settings(catalogue={"first_stock": house})
    world.sell("MUG", quantity=7)
    world.sizes(world.sell("ROBE"), ("S", "ROBE-S", "0"))
    state = await world.catalogue()
    assert state.name == "Completed", state.message
    stock = {name: int(Decimal(each["stock_reel"])) for name, each in world.products_there().items()}
    assert stock == {"MUG": 7, "ROBE-S": 4}
    for path in world.folder.glob("ledger.db*"):
        path.unlink()
    await world.catalogue()
    assert {name: int(Decimal(each["stock_reel"])) for name, each in world.products_there().items()} == stock
    world.write_settings(catalogue={"first_stock": "NOWHERE"})
    state = await world.catalogue()
    assert "first_stock" in (state.message or "")
    [found] = [each for each in await check_shop(world.folder) if each.subject == "warehouse"]
    assert (found.verdict, "NOWHERE" in found.reason, bool(found.remedy)) == ("error", True, True)
    world.write_settings(catalogue={"first_stock": house})
    assert [each for each in await check_shop(world.folder) if each.subject == "warehouse"] == []


async def test_a_plan_writes_nothing_and_a_guard_stops_what_would_close_too_much(world: CatalogueWorld) -> None:
    ids = [world.sell(f"MUG{number}") for number in range(4)]
    world.category(f"Robes {world.prefix}")
    state = await world.catalogue(dry_run=True)
    assert state.is_completed(), state.message
    assert (world.ours("/products"), world.written()) == ([], [])
    await world.catalogue()
    world.write_settings(guards={"min_affected": 1})
    for id_ in ids[:3]:
        world.shop.remove("products", id_)
    state = await world.catalogue()
    assert state.name == "StoppedByGuard", state.message
    assert {each["status"] for each in world.products_there().values()} == {"1"}
    await world.catalogue(accept_guard=True)
    statuses = {reference: each["status"] for reference, each in world.products_there().items()}
    assert statuses == {"MUG0": "0", "MUG1": "0", "MUG2": "0", "MUG3": "1"}


async def test_a_bar_code_that_another_product_has_is_refused_and_not_sent_by_every_run(world: CatalogueWorld) -> None:
    ean = "4006381333931" if world.sandbox_erp else f"2{abs(hash(world.prefix)) % 10**12:012}"
    for name in ("Mug", "Vase"):
        world.sell(name.upper(), name, ean13=ean)
    state = await world.catalogue()
    assert state.name == "CompletedWithRejects", state.message
    refused = world.left_behind()
    assert list(refused.values()) == ["item_erp_refused"]
    await world.catalogue()
    assert (world.left_behind(), world.written()) == (refused, [])


async def test_what_one_reading_lacks_stays_on_sale_until_the_shop_denies_it_by_its_id(
    prefect_api: str, tmp_path: Path
) -> None:
    with CatalogueWorld.at(tmp_path / "silent", php=7) as world:
        mug, vase = world.sell("MUG"), world.sell("VASE")
        sizes = world.sizes(world.sell("ROBE"), ("S", "ROBE-S", "0"), ("M", "ROBE-M", "0"))
        await world.catalogue()
        world.write_settings(guards={"min_affected": 9}, catalogue={"deleted": "delete"})
        world.shop.faults.add(Fault("sql-failure", method="GET", path="/api/products.*price", times=None))
        await world.catalogue()
        unlisted = dict.fromkeys([str(mug), str(vase), *(f"3-{each}" for each in sizes)], "item_not_listed")
        assert (world.left_behind(level="retry"), world.written()) == (unlisted, [])
        world.shop.faults.clear()
        world.shop.change("products", vase, {"state": 0})
        world.shop.remove("combinations", sizes[1])
        await world.catalogue()
        assert world.left_behind(level="retry") == {}
        on_sale = {name: each["status"] for name, each in world.products_there().items()}
        assert on_sale == {"MUG": "1", "VASE": "1", "ROBE-S": "1", "ROBE-M": "0"}


async def test_only_what_bears_our_reference_is_closed_and_what_may_not_be_deleted_goes_off_sale(
    world: CatalogueWorld,
) -> None:
    parted, kept, last = world.sell("MUG", "Mug"), world.sell("VASE", "Vase"), world.sell("POT", "Pot")
    await world.catalogue()
    mug = world.products_there()["MUG"]["id"]
    theirs = {"label": "Another article", "array_options": {"options_ps_uid": ""}}
    world.rest.put(f"/products/{mug}", json=theirs).raise_for_status()
    world.write_settings(guards={"min_affected": 9}, catalogue={"deleted": "delete"})
    for id_ in (parted, kept):
        world.shop.remove("products", id_)
    state = await world.catalogue()
    assert state.name == "Completed", state.message
    assert world.report()["beyond_rows"] == {"items_closed": 1}
    assert world.rest.get(f"/products/{mug}").json()["status"] == "1"
    # The key of the sandbox may not delete, that of a real one may.
    left = {name: each["status"] for name, each in world.products_there().items()}
    assert left == ({"VASE": "0", "POT": "1"} if world.sandbox_erp else {"POT": "1"})
    world.write_settings(guards={"min_affected": 0, "max_deactivated_share": 0.1}, catalogue={"deleted": "leave"})
    world.shop.remove("products", last)
    state = await world.catalogue()
    assert state.name == "Completed", state.message
    assert (world.written(), world.products_there()["POT"]["status"]) == ([], "1")


async def test_references_that_came_to_be_one_are_numbered_once_and_stay_so(world: CatalogueWorld) -> None:
    ids = [world.sell(reference, name) for reference, name in (("ROBE", "One"), ("A", "Two"), ("MUG_2", "Three"))]
    await world.catalogue()
    world.shop.change("products", ids[2], {"reference": world.called("ROBE")})
    await world.catalogue()
    world.shop.change("products", ids[1], {"reference": world.called("ROBE")})
    await world.catalogue()
    called = {name: each["label"] for name, each in world.products_there().items()}
    assert called == {"ROBE": "One", "ROBE_2": "Three", "ROBE_3": "Two"}
    for _ in range(2):
        state = await world.catalogue(sweep=True)
        assert (state.name, world.counts(), world.written()) == ("Completed", {"rows_read": 3, "unchanged": 3}, [])


async def test_a_product_that_was_deleted_and_made_again_is_the_one_that_is_there(world: CatalogueWorld) -> None:
    first = world.sell("MUG", "Mug", date_add="2026-01-02 03:04:05")
    await world.catalogue()
    there = world.products_there()["MUG"]["id"]
    world.shop.remove("products", first)
    again = world.sell("MUG", "Mug", date_add="2026-03-04 05:06:07")
    await world.catalogue()
    assert world.left_behind() == {str(again): "item_name_taken"}
    state = await world.catalogue()
    assert (state.name, world.counts()) == ("Completed", {"rows_read": 1, "updated": 1})
    mug = world.products_there()["MUG"]
    assert (mug["id"], mug["status"]) == (there, "1")


async def test_only_what_a_run_has_made_gets_a_first_quantity_also_after_it_was_cut_off(world: CatalogueWorld) -> None:
    house = f"{world.prefix}-house"
    world.make("/warehouses", label=house, ref=house, statut=1)
    world.make("/products", ref=world.called("MUG"), label="Mug", type=0, status=1, price="3", price_base_type="HT")
    world.write_settings(catalogue={"first_stock": house})
    world.sell("MUG", "Mug", quantity=7)
    await world.catalogue()
    for path in world.folder.glob("ledger.db*"):
        path.unlink()
    world.sell("VASE", "Vase", quantity=5)
    if world.sandbox_erp is not None:
        world.sandbox_erp.faults.add("403", "POST stockmovements")
        assert (await world.catalogue()).name == "Failed"
    await world.catalogue()
    stock = {name: int(Decimal(each["stock_reel"] or 0)) for name, each in world.products_there().items()}
    assert stock == {"MUG": 0, "VASE": 5}


async def test_a_sweep_puts_right_what_was_changed_or_deleted_there_and_says_how_many(world: CatalogueWorld) -> None:
    robes = world.category(f"Robes {world.prefix}")
    sacs = world.category(f"Sacs {world.prefix}")
    world.sell("MUG", "Mug", categories=[2, robes, sacs])
    world.sell("VASE", "Vase")
    await world.catalogue()
    there = {each["label"].partition(" ")[0]: each["id"] for each in world.ours("/categories")}
    world.rest.put(f"/categories/{there['Robes']}", json={"label": f"Theirs {world.prefix}"}).raise_for_status()
    if world.sandbox_erp is not None:
        del world.sandbox_erp.state.categories.rows[int(there["Sacs"])]
    vase = world.products_there()["VASE"]["id"]
    world.rest.put(f"/products/{vase}", json={"label": "Theirs"}).raise_for_status()
    state = await world.catalogue()
    assert (state.name, world.written()) == ("Completed", [])
    state = await world.catalogue(sweep=True)
    assert state.name == "Completed", state.message
    assert world.report()["beyond_rows"] == {"catalogues_by_sweep": 3 if world.sandbox_erp else 2}
    assert world.inside("MUG") == [f"Robes {world.prefix}", f"Sacs {world.prefix}"]
    assert {each["label"] for each in world.products_there().values()} == {"Mug", "Vase"}
    await world.catalogue(sweep=True)
    assert (world.written(), world.report()["beyond_rows"]) == ([], {"catalogues_by_sweep": 0})


async def test_what_has_not_changed_costs_no_request_for_each_of_it(world: CatalogueWorld) -> None:
    robes = world.category(f"Robes {world.prefix}")
    for number in range(3):
        world.picture(world.sell(f"MUG{number}", categories=[2, robes]), number)
    await world.catalogue()
    await world.catalogue()
    assert (world.written(), world.reads() <= 10) == ([], True)
    few = world.reads()
    for number in range(3, 9):
        world.picture(world.sell(f"MUG{number}", categories=[2, robes]), number)
    await world.catalogue()
    await world.catalogue()
    assert (world.written(), world.reads(), world.counts()) == ([], few, {"rows_read": 10, "unchanged": 10})
    world.shop.change("products", 1, {"price": "12.345678"})
    await world.catalogue()
    requests = world.report()["requests"]
    assert (requests["dolibarr update a product"], "dolibarr read a product's categories" in requests) == (1, False)


@pytest.mark.slow
async def test_lost_answers_make_nothing_twice(world: CatalogueWorld) -> None:
    if world.sandbox_erp is None:
        pytest.skip("a real one loses no answer on demand")
    robes = world.category(f"Robes {world.prefix}")
    for number in range(3):
        world.sell(f"MUG{number}", categories=[2, robes])
    for operation in ("POST products", "PUT products", "POST categories", "POST categories/objects/product"):
        world.sandbox_erp.faults.add("reset-after", operation)
    state = await world.catalogue()
    assert state.name == "Completed", state.message
    assert sorted(world.products_there()) == ["MUG0", "MUG1", "MUG2"]
    await world.catalogue()
    assert (world.counts(), world.written()) == ({"rows_read": 4, "unchanged": 4}, [])

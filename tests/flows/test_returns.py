from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from deployments.commands.orders import another, same
from deployments.exits import Exit
from tests.flows.lost import one_of
from tests.flows.order_world import PERSON, RETURN, OrderWorld

CALLS = ("GetByExternalReference", "GetByReference", "Create")
WAITING, EXPECTED, DENIED, COMPLETED = 1, 2, 4, 5


@pytest.fixture
async def world(prefect_api: None, tmp_path: Path) -> AsyncIterator[OrderWorld]:
    """A shop with the module, and two orders of two lines that the ERP has: 1 and 2."""
    with OrderWorld.at(tmp_path / "boutique", module=True) as world:
        for _ in range(2):
            world.place(("ROBE-S", 2, "29.90"), ("CEINTURE", 1, "12.50"))
        state = await world.orders()
        assert state.name == "Completed", state.message
        yield world


def notices(world: OrderWorld) -> list[dict[str, object]]:
    return world.erp.documents("ReturnNotice")


@pytest.mark.prefect
async def test_a_return_is_announced_and_tied_to_the_order(world: OrderWorld) -> None:
    asked = world.ask_return(1, 1, 0)
    state = await world.returns()
    assert state.name == "Completed", state.message
    assert world.counts() == {"rows_read": 1, "created": 1}
    [notice] = world.erp.documents("ReturnNotice")
    header = notice["Header"]
    order = world.document(1)
    assert (header["InternalReference"], header["StoreId"], header["WarehouseId"]) == (f"WEBR{asked}", "WEB", "CENTRAL")
    assert header["CustomerId"] == order["Header"]["CustomerId"]
    assert header["OmniChannel"]["OriginalDocument"]["Key"] == order["Key"]
    [line] = notice["Lines"]
    assert (line["ItemIdentifier"]["Reference"], line["Quantity"]) == ("ROBE-S", 1)
    assert world.erp.total(notice) == Decimal("29.90")


async def test_what_the_customer_wrote_arrives_as_it_was_written(world: OrderWorld) -> None:
    # PrestaShop keeps it as HTML: `&`, `<` and `>` are stored as entities.
    world.ask_return(1, 1, question="Trop petit &amp; &lt;abîmé&gt;, l'été")
    await world.returns()
    [notice] = world.erp.documents("ReturnNotice")
    assert notice["Header"]["Comment"] == "Trop petit & <abîmé>, l'été"


@pytest.mark.prefect
async def test_a_second_run_sends_nothing(world: OrderWorld) -> None:
    world.ask_return(1, 1)
    await world.returns()
    world.erp.requests.clear()
    await world.returns()
    assert world.counts() == {"rows_read": 1, "unchanged": 1}
    assert {name for name in world.erp.requests if name != "wsdl"} == set()


async def test_only_returns_that_wait_for_confirmation_go(world: OrderWorld) -> None:
    world.ask_return(1, 1, state=EXPECTED)
    await world.returns()
    assert world.counts() == {"rows_read": 0} or world.counts() == {}
    assert notices(world) == []


async def test_a_return_of_an_order_that_the_erp_was_not_given_is_held_and_goes_later(world: OrderWorld) -> None:
    order = world.place(state=10)
    asked = world.ask_return(order, 1)
    world.ask_return(1, 1)
    state = await world.returns()
    assert state.name == "CompletedWithRejects", state.message
    assert world.counts() == {"rows_read": 2, "created": 1, "rejected": 1}
    assert world.incidents()[0]["key"] == str(asked)
    world.move(order, 2)
    await world.orders()
    await world.returns()
    assert world.counts() == {"rows_read": 2, "created": 1, "unchanged": 1}


@pytest.mark.parametrize("kind", one_of("reset-after", "reset-before", "500-after"))
async def test_a_lost_answer_at_any_step_announces_nothing_twice(world: OrderWorld, kind: str) -> None:
    for order in (1, 2):
        for _ in range(2):
            world.ask_return(order, 1)
    for call in CALLS:
        world.erp.faults.add(kind, call)  # type: ignore[arg-type]
    state = await world.returns()
    assert state.name == "Completed", state.message
    assert world.counts() == {"rows_read": 4, "created": 4}
    assert len(notices(world)) == 4


async def test_what_the_erp_refuses_is_told_without_the_customers_words(world: OrderWorld) -> None:
    world.ask_return(1, 1)
    said = f"Trop petit pour {PERSON['firstname']}"
    world.erp.faults.add("fault-fr", "Create", reason=f"Commentaire refusé : {said}", code="CBR00042")
    state = await world.returns()
    assert state.name == "CompletedWithRejects", state.message
    assert PERSON["firstname"] not in world.incidents()[0]["reason"]
    held = b"".join(path.read_bytes() for path in world.folder.rglob("*") if path.is_file())
    assert PERSON["firstname"].encode() not in held


@pytest.mark.prefect
async def test_a_dry_run_shows_the_notice_and_sends_nothing(world: OrderWorld) -> None:
    world.ask_return(1, 2)
    world.write_settings(shop={"admin_url": "https://shop.example/adm"})
    state = await world.returns(dry_run=True)
    assert state.name == "Planned", state.message
    assert all("&id_order=" in page for page in world.report()["pages"].values())
    assert world.report()["pages"].keys() == {world.report()["plan"][0]["key"]}
    assert notices(world) == []
    assert ["line 1", "", "ROBE-S x 2 at 29.90"] in world.report()["plan"][0]["changes"]


async def test_a_shop_without_the_module_is_told_how_to_get_it(order_world: OrderWorld) -> None:
    state = await order_world.returns()
    assert state.is_failed()
    assert "module" in (state.message or "")


async def test_what_the_erp_decides_shows_in_the_shop(world: OrderWorld) -> None:
    asked = [world.ask_return(order, 1) for order in (1, 2, 1, 2)]
    await world.returns()
    decided = ("ReturnValidated", "ReturnRefused", "Returned", "ReturnPlanned")
    by_reference = {each["Header"]["InternalReference"]: each for each in world.erp.documents("ReturnNotice")}
    for id_, status in zip(asked, decided, strict=True):
        world.erp.set_status(by_reference[f"WEBR{id_}"], return_=status)
    state = await world.return_statuses()
    assert state.name == "Completed", state.message
    assert world.counts() == {"rows_read": 4, "updated": 3, "unchanged": 1}
    states = [int(world.shop.row("order_returns", id_)["state"]) for id_ in asked]
    assert states == [EXPECTED, DENIED, COMPLETED, WAITING]
    world.shop.reset_counts()
    await world.return_statuses()
    assert world.counts() == {"rows_read": 2, "unchanged": 2}
    assert world.shop.writes == 0


async def test_a_return_only_moves_forward(world: OrderWorld) -> None:
    asked = world.ask_return(1, 1)
    await world.returns()
    world.shop.change("order_returns", asked, {"state": str(COMPLETED)})
    [notice] = world.erp.documents("ReturnNotice")
    world.erp.set_status(notice, return_="ReturnValidated")
    await world.return_statuses()
    assert world.counts() == {"rows_read": 1, "ignored": 1}
    assert int(world.shop.row("order_returns", asked)["state"]) == COMPLETED


async def test_the_customer_is_told_where_a_rule_says_so(world: OrderWorld) -> None:
    settings = world.folder / "settings.toml"
    rule = '\n[[returns.status_rules]]\nmember = "ReturnStatus"\nvalues = ["ReturnValidated"]\nstate = 2\nmail = true\n'
    settings.write_text(settings.read_text() + rule)
    world.ask_return(1, 1)
    await world.returns()
    world.erp.set_status(world.erp.documents("ReturnNotice")[0], return_="ReturnValidated")
    await world.return_statuses()
    assert world.shop.mails == [("order_return_state", 1)]


def at_another_time(world: OrderWorld, asked: int, order: int = 2) -> None:
    """The shop was restored: the id belongs to a new return."""
    later = f"{datetime.now(UTC) + timedelta(hours=30):%Y-%m-%d %H:%M:%S}"
    world.shop.change("order_returns", asked, {"id_order": order, "date_add": later, "state": 1})


async def test_a_return_under_a_used_id_is_held_with_a_question_and_sent_once_it_is_another(world: OrderWorld) -> None:
    asked = world.ask_return(1, 1)
    await world.returns()
    at_another_time(world, asked)
    state = await world.returns()
    assert state.name == "CompletedWithRejects", state.message
    assert "another one" in world.incidents()[0]["reason"]
    await world.returns()
    assert len(notices(world)) == 1
    assert another(asked, returns=True, shop=world.folder) is Exit.COMPLETED
    state = await world.returns()
    assert state.name == "Completed", state.message
    references = [each["Header"]["InternalReference"] for each in world.erp.documents("ReturnNotice")]
    assert references[0] == f"WEBR{asked}"
    assert references[1].startswith(f"WEBR{asked}.20")


async def test_the_status_of_a_former_return_does_not_go_to_the_one_that_has_its_id_now(world: OrderWorld) -> None:
    asked = world.ask_return(1, 1)
    await world.returns()
    at_another_time(world, asked)
    world.erp.set_status(world.erp.documents("ReturnNotice")[0], return_="ReturnRefused")
    await world.return_statuses()
    assert int(world.shop.row("order_returns", asked)["state"]) == WAITING


async def test_a_return_is_not_tied_to_the_document_of_an_order_that_had_the_id_before(world: OrderWorld) -> None:
    later = f"{datetime.now(UTC) + timedelta(hours=30):%Y-%m-%d %H:%M:%S}"
    world.shop.change("orders", 1, {"reference": "ANOTHER01", "date_add": later})
    world.ask_return(1, 1)
    state = await world.returns()
    assert state.name == "CompletedWithRejects", state.message
    assert notices(world) == []


async def test_a_notice_under_our_reference_that_differs_is_not_taken_for_ours(world: OrderWorld) -> None:
    asked = world.ask_return(1, 1)
    await world.returns()
    with world.ledger() as ledger:
        ledger.clear(world.folder.name, RETURN, [str(asked)])
    kept = world.erp._documents.by_key[tuple(world.erp.documents("ReturnNotice")[0]["Key"].values())]
    kept["Lines"][0]["Quantity"] = 2
    state = await world.returns()
    assert state.name == "CompletedWithRejects", state.message
    assert "total 59.80, 29.90" in world.incidents()[0]["reason"]
    assert len(notices(world)) == 1
    assert same(asked, returns=True, shop=world.folder) is Exit.COMPLETED
    await world.returns()
    assert world.counts() == {"rows_read": 1, "unchanged": 1}


async def test_a_return_denied_after_a_lost_answer_stays_in_doubt_until_the_erp_shows_it(world: OrderWorld) -> None:
    asked = world.ask_return(1, 1)
    world.erp.faults.add("late", "Create")
    world.erp.faults.add("reset-before", "Create", times=100)
    assert (await world.returns()).is_failed()
    world.erp.faults.clear()
    world.erp.late = world.erp.late[:1]
    world.shop.change("order_returns", asked, {"state": DENIED})
    await world.returns()
    assert world.counts() == {"rows_read": 1, "waiting": 1}
    world.erp.carry_out_late()
    await world.returns()
    assert world.counts() == {"rows_read": 1, "unchanged": 1}
    assert len(notices(world)) == 1


async def test_a_return_of_a_line_that_was_deleted_is_held_and_not_sent_without_a_price(world: OrderWorld) -> None:
    world.ask_return(1, 1, 0)
    world.delete("order_details", 1)
    state = await world.returns()
    assert state.name == "CompletedWithRejects", state.message
    assert notices(world) == []
    [incident] = world.incidents()
    assert "no longer in the shop" in incident["reason"]

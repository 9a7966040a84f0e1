"""The module's page in the back office: it says what happened, and what is asked there is done once."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from connectors.ledger import Ledger
from connectors.prestashop.board import BoardRequest, BoardState
from deployments.sandbox.shop import SandboxShop
from deployments.sandbox.shop.faults import Fault
from flows.answer_requests import ASKED_FOR, answer_requests
from flows.import_files import import_files
from flows.import_stock import import_stock
from schemas.flows import FLOWS
from tasks.back_office.answers import done, once
from tasks.run.push_board import push_board
from tasks.run.shop_folder import open_shop_folder
from tasks.run.state import State
from tests.flows.order_world import ORDER, OrderWorld
from tests.flows.running import final_state
from tests.flows.world import World

BOARD = "passerelle_board"


def page(shop: SandboxShop) -> dict[str, Any]:
    """What the page of the back office shows."""
    texts = {row["name"]: row["content"] for row in shop.rows(BOARD) if row["part"] == "text"}
    shown: dict[str, Any] = json.loads(texts["page"])
    return shown


def ask(shop: SandboxShop, kind: str, subject: str = "", *changes: tuple[str, str, str]) -> str:
    """An employee's request; its token."""
    token = uuid.uuid4().hex
    content = [dict(zip(("key", "seen", "value"), change, strict=True)) for change in changes]
    shop.insert(
        BOARD,
        {
            "part": "request",
            "token": token,
            "kind": kind,
            "subject": subject,
            "content": json.dumps(content),
            "asked_at": "2026-11-30T02:00:00Z",
            "state": "asked",
            "answer": {},
        },
    )
    return token


def answer(shop: SandboxShop, token: str) -> tuple[str, str]:
    """What became of a request, in English."""
    row = next(row for row in shop.rows(BOARD) if row.get("token") == token)
    return row["state"], row["answer"].get("en", "")


async def answered(world: World, **asked: Any) -> State:
    return await final_state(answer_requests, str(world.folder), **asked)


@pytest.fixture
def world(make_world: Callable[..., World]) -> World:
    """A shop with the module, an article that sells, and a stock file for it."""
    world = make_world(module=True)
    world.shop.insert("products", {"reference": "MUG", "name": "Mug", "price": 10, "quantity": 1})
    return world


@pytest.fixture
def selling(prefect_api: str, tmp_path: Path) -> Iterator[OrderWorld]:
    """A shop with the module whose orders go to an ERP."""
    with OrderWorld.at(tmp_path / "boutique", module=True) as world:
        yield world


async def test_a_run_with_news_shows_on_the_page_and_one_without_writes_nothing(world: World) -> None:
    world.drop_stock({"MUG": 7, "CUP": "many"})
    await world.stock()
    shown = page(world.shop)
    (run,) = shown["runs"]
    assert run["state"] == "CompletedWithRejects"
    assert run["label"] == {"en": "Stock import", "fr": "Import du stock"}
    assert {one["label"]["fr"]: one["count"] for one in run["counts"]} == {"mises à jour": 1, "rejetées": 1}
    world.drop_stock({"MUG": 7})
    await world.stock()
    assert [run["state"] for run in page(world.shop)["runs"]] == ["Completed", "CompletedWithRejects"]
    world.shop.reset_counts()
    world.drop_stock({"MUG": 7})
    await world.stock()
    assert world.shop.writes == 0
    assert world.shop.count("GET", BOARD) == 1


async def test_a_chain_is_one_row_of_the_page_and_one_without_news_writes_nothing(world: World) -> None:
    world.drop_stock({"MUG": 7})
    await final_state(import_files, str(world.folder))
    (run,) = page(world.shop)["runs"]
    assert run["label"]["en"] == "Import of files"
    assert [(one["label"]["en"], one["count"]) for one in run["counts"]] == [("updated", 1)]
    assert "stock: Completed" in run["message"]
    world.shop.reset_counts()
    world.drop_stock({"MUG": 7})
    await final_state(import_files, str(world.folder))
    assert world.shop.writes == 0


async def test_the_page_tells_that_rejected_lines_wait_and_a_file_of_them_that_is_gone_stops_nothing(
    world: World,
) -> None:
    world.drop_stock({"MUG": 7, "CUP": "many"})
    await world.stock()
    world.drop_stock({"MUG": 8}, name="stock_2.csv")
    await world.stock()
    shown = page(world.shop)
    assert (shown["verdict"], shown["runs"][0]["state"]) == ("CompletedWithRejects", "Completed")
    (file,) = (world.folder / "rejects").glob("*.rejects.csv")
    file.unlink()
    # A name whose file is gone, as when it is taken away between two looks.
    file.symlink_to(world.folder / "gone.csv")
    world.drop_stock({"MUG": 9}, name="stock_3.csv")
    assert (await world.stock()).name == "Completed"
    assert (world.folder / "reports" / "index.html").exists()
    token = ask(world.shop, "run", "import_stock")
    assert "1 request done" in ((await answered(world)).message or "")
    assert world.quantity("MUG") == 9
    file.unlink()
    await answered(world)
    assert answer(world.shop, token)[0] == "done"


async def test_page_and_board_show_every_rejects_file_of_the_newest_run_and_none_of_one_before(world: World) -> None:
    world.drop_stock({"MUG": "none"}, name="stock_1.csv")
    await world.stock()
    world.drop_stock({"MUG": 7, "CUP": "many"}, name="stock_2.csv")
    world.drop_stock({"POT": "few", "PAN": "some"}, name="stock_3.csv")
    await world.stock()
    shown = {file["name"].partition(".")[0]: file["lines"] for file in page(world.shop)["rejects"]}
    assert shown == {"stock_2": 1, "stock_3": 2}
    board = (world.folder / "reports" / "index.html").read_text(encoding="utf-8")
    assert [f"../rejects/stock_{number}." in board for number in (1, 2, 3)] == [False, True, True]


async def test_nothing_stops_where_the_key_may_not_write_the_page(world: World) -> None:
    world.shop.faults.add(Fault(kind="503", method="GET", path=f"/api/{BOARD}.*", times=99))
    world.write_settings(shop__limits={"patience_seconds": 0.2})
    world.drop_stock({"MUG": 7})
    assert (await world.stock()).name == "Completed"
    assert world.quantity("MUG") == 7


async def test_a_plan_does_not_write_the_page(world: World) -> None:
    world.drop_stock({"MUG": 7})
    await world.stock(dry_run=True)
    assert world.shop.rows(BOARD) == []


async def test_a_run_that_is_asked_for_is_made_once(world: World) -> None:
    world.drop_stock({"MUG": 7})
    token = ask(world.shop, "run", "import_stock")
    assert "1 request done" in ((await answered(world)).message or "")
    assert world.quantity("MUG") == 7
    assert answer(world.shop, token) == ("done", "Completed")
    world.shop.reset_counts()
    await answered(world)
    assert world.shop.writes == 0
    with Ledger.open(f"sqlite:///{world.folder / 'ledger.db'}") as ledger:
        assert ledger.runs().filter(flow="import_stock").height == 1


async def test_a_request_of_which_the_shop_was_not_told_is_not_done_again(world: World) -> None:
    """The shop was restored from a backup in which it is still open."""
    kept = world.shop.backup()
    world.drop_stock({"MUG": 7})
    world.shop.restore(kept)
    token = ask(world.shop, "run", "import_stock")
    before = world.shop.backup()
    await answered(world)
    world.shop.restore(before)
    await answered(world)
    assert answer(world.shop, token) == ("done", "Completed")
    with Ledger.open(f"sqlite:///{world.folder / 'ledger.db'}") as ledger:
        assert ledger.runs().filter(flow="import_stock").height == 1


async def test_a_flow_that_the_shop_has_not_is_refused(world: World) -> None:
    token = ask(world.shop, "run", "export_orders")
    await answered(world)
    state, text = answer(world.shop, token)
    assert state == "refused"
    assert "export_orders cannot be run in this shop" in text


async def test_a_plan_of_the_answers_counts_and_does_nothing(world: World) -> None:
    token = ask(world.shop, "run", "import_stock")
    ended = await answered(world, dry_run=True)
    assert (ended.name, ended.message) == ("Planned", "1 request waits in the back office.")
    assert answer(world.shop, token) == ("asked", "")
    assert world.shop.writes == 0


async def test_a_shop_that_is_not_armed_waits_with_what_is_asked(world: World) -> None:
    world.write_settings(shop={"armed_for": ""})
    token = ask(world.shop, "run", "import_stock")
    assert (await answered(world)).name == "Planned"
    assert answer(world.shop, token) == ("asked", "")


async def test_a_shop_without_the_module_has_nothing_to_answer(make_world: Callable[..., World]) -> None:
    ended = await answered(make_world())
    assert (ended.name, (ended.message or "")[:23]) == ("Completed", "The shop has no page of")


async def test_a_setting_that_is_changed_on_the_page_is_in_the_file(world: World) -> None:
    await answered(world)
    fields = {field["key"]: field for table in page(world.shop)["settings"] for field in table["fields"]}
    assert fields["guards.max_zeroed_share"]["value"] == "0.3"
    token = ask(
        world.shop, "settings", "", ("guards.max_zeroed_share", "0.3", "0,5"), ("stock.repair", "false", "true")
    )
    await answered(world)
    assert answer(world.shop, token) == ("done", "settings.toml says it now.")
    text = (world.folder / "settings.toml").read_text(encoding="utf-8")
    assert "max_zeroed_share = 0.5\n" in text
    assert "[stock]\nrepair = true\n" in text
    fields = {field["key"]: field for table in page(world.shop)["settings"] for field in table["fields"]}
    assert fields["stock.repair"]["value"] == "true"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("guards.max_zeroed_share", "0.3", "3"), "less than or equal to 1"),
        (("guards.max_zeroed_share", "0.3", "much"), "Write a number"),
        (("guards.max_zeroed_share", "0.3", ".4"), "Write a number"),
        (("guards.min_affected", "20", "05"), "Write a whole number"),
        (("guards.max_zeroed_share", "0.3", "5,"), "Write a number"),
        (("products.prices", "tax_excl", "both"), "'tax_excl' or 'tax_incl'"),
        (("guards.max_zeroed_share", "0.4", "0.5"), "the file was changed meanwhile: it says `0.3` there"),
        (("shop.url", "", "http://evil.example"), "this is not changed from the back office"),
    ],
)
async def test_a_setting_is_refused_with_the_faults_of_the_file(
    world: World, change: tuple[str, str, str], said: str
) -> None:
    before = (world.folder / "settings.toml").read_text(encoding="utf-8")
    token = ask(world.shop, "settings", "", ("stock.repair", "false", "true"), change)
    await answered(world)
    state, text = answer(world.shop, token)
    assert (state, said in text) == ("refused", True), text
    assert (world.folder / "settings.toml").read_text(encoding="utf-8") == before


async def test_associations_are_added_changed_and_removed(world: World) -> None:
    changes = [("taxes.NOR", "1", "2"), ("taxes.RED", "2", ""), ("groups.VIP", "", "3"), ("countries.FR", "", "FRA")]
    token = ask(world.shop, "associations", "", *changes)
    await answered(world)
    assert answer(world.shop, token)[0] == "done"
    text = (world.folder / "associations.toml").read_text(encoding="utf-8")
    assert text == '[taxes]\nNOR = 2\n\n[groups]\nVIP = 3\n\n[countries]\nFR = "FRA"\n'
    rows = {each["section"]: each["rows"] for each in page(world.shop)["associations"]}
    assert rows["groups"] == [{"code": "VIP", "value": "3"}]


async def test_the_page_shows_no_secret_and_nobody(selling: OrderWorld) -> None:
    selling.place(("MUG", 1, "12.00"))
    await selling.orders()
    text = json.dumps(selling.shop.rows(BOARD), ensure_ascii=False)
    assert "delivered" in text
    for secret in (selling.erp.password, selling.shop.key, selling.erp.user, "Quatrebarbes", "quatrebarbes"):
        assert secret not in text


async def test_an_order_is_shown_as_synchronised_and_sent_again_without_a_second_document(
    selling: OrderWorld,
) -> None:
    order = selling.place(("MUG", 1, "12.00"))
    await selling.orders()
    (row,) = [row for row in selling.shop.rows(BOARD) if row["part"] == "order"]
    assert (row["id_order"], row["state"], bool(row["erp_number"])) == (order, "delivered", True)
    selling.shop.reset_counts()
    await selling.orders()
    assert selling.shop.writes == 0
    documents = len(selling.documents())
    token = ask(selling.shop, "resend_order", str(order))
    await answered(selling)
    assert answer(selling.shop, token)[0] == "done"
    assert len(selling.documents()) == documents
    with Ledger.open(f"sqlite:///{selling.folder / 'ledger.db'}") as ledger:
        delivery = ledger.delivery("boutique", ORDER, str(order))
    assert delivery is not None
    assert delivery.state == "delivered"


def told_orders(world: OrderWorld) -> dict[int, str]:
    """How far each order is, as the page says it."""
    return {row["id_order"]: row["state"] for row in world.shop.rows(BOARD) if row["part"] == "order"}


async def test_a_restored_shop_is_told_again_and_an_id_of_another_order_is_not_told_of(selling: OrderWorld) -> None:
    first, second = (selling.place(("MUG", 1, "12.00")) for _ in range(2))
    kept = selling.shop.backup()
    await selling.orders()
    assert told_orders(selling) == {first: "delivered", second: "delivered"}
    selling.shop.restore(kept)
    selling.shop.change(
        "orders", second, {"reference": "ANOTHER", "date_add": "2026-11-29 10:00:00", "current_state": 1}
    )
    await selling.orders()
    assert told_orders(selling) == {first: "delivered"}
    selling.shop.reset_counts()
    await selling.orders()
    assert selling.shop.writes == 0


async def test_orders_that_went_to_the_test_of_the_erp_are_not_shown_as_delivered(selling: OrderWorld) -> None:
    order = selling.place(("MUG", 1, "12.00"))
    await selling.orders()
    board = await page_told(selling)
    assert (board.orders_of, bool(board.orders_until)) == (ORDER, True)
    with selling.ledger() as ledger:
        # As after the other access was in use.
        ledger.clear("boutique", ORDER, [str(order)])
        ledger.wait("boutique", "cegid/test/order", str(order), code="order_resent", run_id=None)
    selling.write_settings(erp={"access": "test"})
    folder = open_shop_folder(str(selling.folder))
    with selling.ledger() as ledger:
        async with folder.open_shop() as shop:
            await push_board(folder, ledger, shop, "export_orders")
    assert told_orders(selling) == {order: "waiting"}


async def page_told(world: OrderWorld) -> BoardState:
    async with open_shop_folder(str(world.folder)).open_shop() as shop:
        return await shop.board.read()


async def test_an_id_that_is_another_orders_now_is_not_sent_again(selling: OrderWorld) -> None:
    order = selling.place(("MUG", 1, "12.00"))
    await selling.orders()
    selling.shop.change("orders", order, {"reference": "ANOTHER", "date_add": "2026-11-29 10:00:00"})
    token = ask(selling.shop, "resend_order", str(order))
    await answered(selling)
    state, text = answer(selling.shop, token)
    assert state == "refused"
    assert f"The shop has given the id {order} to a new order" in text
    with selling.ledger() as ledger:
        former = ledger.former("boutique", ORDER, str(order))
    assert former is not None
    assert former.state == "delivered"


async def test_a_request_whose_process_dies_is_begun_again_and_given_up_after_three_times(world: World) -> None:
    request = BoardRequest("a" * 32, "run", "import_stock", ())

    async def die(_: object) -> None:
        raise KeyboardInterrupt

    async def act(_: object) -> Any:
        return done(request, "resent")

    with Ledger.open(f"sqlite:///{world.folder / 'ledger.db'}") as ledger:
        for _ in range(3):
            with pytest.raises(KeyboardInterrupt):
                await once(ledger, "boutique", request, die)
        given_up = await once(ledger, "boutique", request, act)
        assert given_up is not None
        assert given_up.state == "refused"
        other = BoardRequest("b" * 32, "run", "import_stock", ())
        with pytest.raises(KeyboardInterrupt):
            await once(ledger, "boutique", other, die)
        first = await once(ledger, "boutique", other, act)
        assert first is not None
        assert first.state == "done"
        assert await once(ledger, "boutique", other, die) == first


async def test_a_run_that_is_at_work_leaves_the_request_for_the_next_time(world: World) -> None:
    token = ask(world.shop, "run", "import_stock")
    with (
        Ledger.open(f"sqlite:///{world.folder / 'ledger.db'}") as ledger,
        ledger.lease(world.folder.name, "import_stock"),
    ):
        ended = await answered(world)
    assert "1 left for the next time" in (ended.message or "")
    assert answer(world.shop, token) == ("asked", "")
    assert import_stock.name == "import_stock"


def test_every_flow_can_be_asked_for() -> None:
    assert {*ASKED_FOR} == {*FLOWS} - {"answer_requests"}

from __future__ import annotations

import pytest

from deployments.sandbox.shop import Fault
from deployments.sandbox.shop.faults import FaultKind
from tasks.orders.absent import RUNS
from tests.flows.lost import one_of
from tests.flows.order_world import OrderWorld

PAID, PREPARED, SHIPPED, DELIVERED, CANCELLED = 2, 3, 4, 5, 6


@pytest.fixture
async def world(order_world: OrderWorld) -> OrderWorld:
    """Three orders that the ERP has: 1, 2 and 3."""
    for _ in range(3):
        order_world.place()
    state = await order_world.orders()
    assert state.name == "Completed", state.message
    order_world.shop.reset_counts()
    return order_world


@pytest.mark.prefect
async def test_what_the_warehouse_does_shows_in_the_shop_with_the_number_of_the_parcel(world: OrderWorld) -> None:
    world.ship(1, follow_up="Validated")
    world.ship(2, shipping="Totally", tracking="6A123")
    state = await world.statuses()
    assert state.name == "Completed", state.message
    assert world.counts() == {"rows_read": 3, "updated": 2, "unchanged": 1}
    assert [world.state(order) for order in (1, 2, 3)] == [PREPARED, SHIPPED, PAID]
    [carrier] = [row for row in world.shop.rows("order_carriers") if int(row["id_order"]) == 2]
    assert carrier["tracking_number"] == "6A123"
    assert world.shop.mails == []


@pytest.mark.prefect
async def test_a_second_run_writes_nothing(world: OrderWorld) -> None:
    world.ship(1, shipping="Totally", tracking="6A123")
    await world.statuses()
    world.shop.reset_counts()
    await world.statuses()
    assert world.counts() == {"rows_read": 3, "unchanged": 3}
    assert world.shop.writes == 0
    assert world.history(1) == [SHIPPED]


async def test_the_first_rule_that_fits_counts(world: OrderWorld) -> None:
    world.ship(1, follow_up="RecievedByCustomer", shipping="Totally", cancel="Canceled")
    world.ship(2, follow_up="RecievedByCustomer", shipping="Totally")
    world.ship(3, follow_up="Validated", cancel="Locked")
    await world.statuses()
    assert [world.state(order) for order in (1, 2, 3)] == [CANCELLED, DELIVERED, PREPARED]


async def test_a_settled_order_is_not_followed_any_further(world: OrderWorld) -> None:
    world.ship(1, follow_up="RecievedByCustomer")
    await world.statuses()
    await world.statuses()
    assert world.counts()["rows_read"] == 2


async def test_an_order_only_moves_forward(world: OrderWorld) -> None:
    world.ship(1, shipping="Totally")
    await world.statuses()
    world.ship(1, shipping="Pending", follow_up="Validated")
    await world.statuses()
    assert world.state(1) == SHIPPED
    assert world.counts() == {"rows_read": 3, "ignored": 1, "unchanged": 2}
    assert [incident["level"] for incident in world.incidents()] == ["info"]


async def test_a_state_chosen_by_hand_wins(world: OrderWorld) -> None:
    world.move(1, 7)
    world.move(2, DELIVERED)
    for order in (1, 2):
        world.ship(order, shipping="Totally")
    await world.statuses()
    assert [world.state(order) for order in (1, 2)] == [7, DELIVERED]
    assert world.shop.writes == 0


async def test_a_state_that_was_taken_back_by_hand_is_not_given_again(world: OrderWorld) -> None:
    world.ship(1, shipping="Totally")
    await world.statuses()
    world.move(1, PAID)
    await world.statuses()
    assert world.state(1) == PAID
    assert world.history(1) == [SHIPPED]


async def test_nor_is_one_that_a_killed_run_gave(world: OrderWorld) -> None:
    world.move(1, SHIPPED)
    world.ship(1, shipping="Totally")
    await world.statuses()
    world.move(1, PAID)
    await world.statuses()
    assert world.state(1) == PAID
    assert world.shop.writes == 0


async def test_any_status_may_be_any_state_and_the_customer_is_told_where_a_rule_says_so(world: OrderWorld) -> None:
    settings = world.folder / "settings.toml"
    rule = '\n[[orders.status_rules]]\nmember = "FollowUpStatus"\nvalues = ["InPreparation"]\nstate = 3\nmail = true\n'
    settings.write_text(settings.read_text() + rule)
    world.ship(1, follow_up="InPreparation")
    world.ship(2, shipping="Totally")
    await world.statuses()
    assert [world.state(order) for order in (1, 2)] == [PREPARED, PAID]
    assert world.shop.mails == [("preparation", 1)]


@pytest.mark.parametrize("kind", one_of("reset-after", "500-before", "500-after", "reset-before"))
async def test_a_lost_answer_gives_no_state_twice(world: OrderWorld, kind: FaultKind) -> None:
    world.shop.faults.add(Fault(kind=kind, method="POST", path=r"order_histories", times=1))
    for order in (1, 2, 3):
        world.ship(order, shipping="Totally")
    state = await world.statuses()
    assert state.name == "Completed", state.message
    assert [world.history(order) for order in (1, 2, 3)] == [[SHIPPED]] * 3


@pytest.mark.prefect
async def test_a_dry_run_and_the_test_access_write_nothing(world: OrderWorld) -> None:
    world.ship(1, shipping="Totally", tracking="6A123")
    state = await world.statuses(dry_run=True)
    assert state.name == "Planned", state.message
    [planned] = world.report()["plan"]
    assert planned["changes"] == [["tracking_number", "", "6A123"], ["current_state", "2", "4"]]
    world.write_settings(erp={"access": "test"})
    await world.orders()
    state = await world.statuses()
    assert state.name == "Planned", state.message
    assert world.shop.writes == 0


async def test_many_open_orders_are_read_by_page(world: OrderWorld) -> None:
    for _ in range(12):
        world.place()
    await world.orders()
    world.erp.requests.clear()
    await world.statuses()
    assert world.counts() == {"rows_read": 15, "unchanged": 15}
    assert world.erp.requests["GetHeaderList"] == 1
    assert world.erp.requests["GetByKey"] == 0


async def test_a_document_that_the_erp_lost_is_told_with_its_remedy(world: OrderWorld) -> None:
    world.erp._documents.by_key.pop(tuple(world.document(2)["Key"].values()))
    state = await world.statuses()
    assert state.name == "CompletedWithRejects", state.message
    assert world.counts() == {"rows_read": 3, "refused": 1, "unchanged": 2}
    assert "resend 2" in world.incidents()[0]["remedy"]


async def test_a_parcel_that_goes_by_another_carrier_shows_it(world: OrderWorld) -> None:
    express = world.shop.insert("carriers", {"id_reference": 9, "name": "Express", "active": 1, "deleted": 0})
    associations = world.folder / "associations.toml"
    both = associations.read_text("utf-8").replace("[carriers]", '[carriers]\n9 = "EXPRESS"')
    associations.write_text(both, "utf-8")
    world.ship(1, transporter="EXPRESS", tracking="X1")
    world.ship(2, transporter="EXPRESS")
    world.ship(3, transporter="COLISSIMO")
    await world.statuses()
    assert world.counts() == {"rows_read": 3, "updated": 2, "unchanged": 1}
    parcels = {int(row["id_order"]): row for row in world.shop.rows("order_carriers")}
    assert [int(parcels[order]["id_carrier"]) for order in (1, 2, 3)] == [express, express, 2]
    assert parcels[1]["tracking_number"] == "X1"
    world.shop.reset_counts()
    await world.statuses()
    assert world.shop.writes == 0


async def test_a_carrier_that_the_shop_does_not_have_is_told_and_changes_nothing(world: OrderWorld) -> None:
    world.ship(1, transporter="PIGEON")
    await world.statuses()
    assert world.counts() == {"rows_read": 3, "unchanged": 3}
    [told] = world.incidents()
    assert (told["level"], told["key"]) == ("info", "1")
    assert "PIGEON" in told["reason"]


async def test_the_mail_that_the_shop_could_not_send_is_told_by_order_and_no_state_is_given_twice(
    world: OrderWorld,
) -> None:
    with_mail(world)
    mailer(world, up=False)
    for order in (1, 2, 3):
        world.ship(order, follow_up="InPreparation")
    state = await world.statuses()
    assert state.name == "Completed", state.message
    assert world.counts() == {"rows_read": 3, "updated": 3}
    assert [world.history(order) for order in (1, 2, 3)] == [[PREPARED]] * 3
    told = [(each["level"], each["key"]) for each in world.incidents()]
    assert sorted(told) == [("error", "1"), ("error", "2"), ("error", "3")]
    assert "Resend e-mail" in world.incidents()[0]["remedy"]
    world.shop.reset_counts()
    mailer(world, up=True)
    await world.statuses()
    assert world.shop.writes == 0
    assert world.shop.mails == []


async def test_the_mail_of_an_order_that_was_in_the_state_before_is_told_too(world: OrderWorld) -> None:
    with_mail(world)
    for order in (1, 3):
        world.shop.insert("order_histories", {"id_order": order, "id_order_state": PREPARED, "id_employee": 1})
    mailer(world, up=False)
    for order in (1, 2, 3):
        world.ship(order, follow_up="InPreparation")
    await world.statuses()
    assert [world.state(order) for order in (1, 2, 3)] == [PREPARED] * 3
    assert [world.history(order).count(PREPARED) for order in (1, 2, 3)] == [2, 1, 2]
    assert sorted(each["key"] for each in world.incidents()) == ["1", "2", "3"]


def with_mail(world: OrderWorld) -> None:
    """A rule whose state is mailed."""
    settings = world.folder / "settings.toml"
    rule = '\n[[orders.status_rules]]\nmember = "FollowUpStatus"\nvalues = ["InPreparation"]\nstate = 3\nmail = true\n'
    settings.write_text(settings.read_text() + rule)


def mailer(world: OrderWorld, *, up: bool) -> None:
    """The shop's mailer is up, or an SMTP server that is not there."""
    values = {"PS_MAIL_METHOD": "3" if up else "2", "PS_MAIL_SERVER": "127.0.0.1", "PS_MAIL_SMTP_PORT": "9"}
    for row in world.shop.rows("configurations"):
        if row["name"] in values:
            world.shop.change("configurations", row["id"], {"value": values[row["name"]]})


async def test_numbers_of_several_parcels_are_written_as_the_shop_takes_them(world: OrderWorld) -> None:
    world.ship(1, shipping="Totally", tracking="TRK4a;TRK4b")
    state = await world.statuses()
    assert state.name == "Completed", state.message
    [carrier] = [row for row in world.shop.rows("order_carriers") if int(row["id_order"]) == 1]
    assert carrier["tracking_number"] == "TRK4a,TRK4b"
    world.shop.reset_counts()
    await world.statuses()
    assert world.shop.writes == 0


@pytest.mark.parametrize(("number", "said"), [("6A<1>é", "< > é"), ("X" * 65, "64 characters")])
async def test_a_number_that_the_shop_refuses_is_told_once_and_never_sent(
    world: OrderWorld, number: str, said: str
) -> None:
    world.ship(1, shipping="Totally", tracking=number)
    state = await world.statuses()
    assert state.name == "Completed", state.message
    assert world.state(1) == SHIPPED
    [incident] = world.incidents()
    assert (incident["level"], incident["key"]) == ("error", "1")
    assert said in incident["reason"]
    assert world.shop.count(path="order_carriers.*", method="PATCH") == 0
    world.shop.reset_counts()
    await world.statuses()
    assert (world.incidents(), world.shop.writes) == ([], 0)
    assert open_incidents(world) == ["1"]
    world.ship(1, tracking="6A1")
    await world.statuses()
    assert open_incidents(world) == []


def open_incidents(world: OrderWorld) -> list[str]:
    with world.ledger() as ledger:
        return list(ledger.incidents(shop=world.folder.name, open_only=True)["key"])


async def test_a_state_that_the_shop_does_not_have_is_told_and_not_sent(world: OrderWorld) -> None:
    settings = world.folder / "settings.toml"
    rule = '\n[[orders.status_rules]]\nmember = "ShippingStatus"\nvalues = ["Totally"]\nstate = 77\n'
    settings.write_text(settings.read_text() + rule)
    world.ship(1, shipping="Totally", tracking="6A1")
    state = await world.statuses()
    assert state.name == "CompletedWithRejects", state.message
    [incident] = world.incidents()
    assert "no state 77" in incident["reason"]
    assert "status_rules" in incident["remedy"]
    assert world.shop.count(path="order_histories", method="POST") == 0


async def test_an_order_that_was_deleted_in_the_shop_is_told_once_with_its_document(world: OrderWorld) -> None:
    number = str(world.document(2)["Key"]["Number"])
    world.delete("orders", 2)
    for _ in range(RUNS):
        await world.statuses()
    assert world.counts() == {"rows_read": 2, "unchanged": 2}
    [incident] = world.incidents()
    assert (incident["level"], incident["key"]) == ("error", "2")
    assert number in incident["reason"]
    await world.statuses()
    assert world.incidents() == []


def numbered_in_shop(world: OrderWorld, order: int, number: str) -> None:
    [carrier] = [row for row in world.shop.rows("order_carriers") if int(row["id_order"]) == order]
    world.shop.change("order_carriers", int(carrier["id"]), {"tracking_number": number})


async def test_the_number_of_a_parcel_goes_into_the_erp_where_its_field_is_empty(world: OrderWorld) -> None:
    world.write_settings(orders={"tracking_to_erp": True})
    world.ship(2, tracking="ERP-2")
    before = world.document(1)
    for order in (1, 2):
        numbered_in_shop(world, order, f"SHOP-{order}")
    await world.statuses(dry_run=True)
    assert world.erp.requests["UpdateHeader"] == 0
    assert (await world.statuses()).name == "Completed"
    after = world.document(1)
    assert after["Header"]["OmniChannel"].pop("Tracking") == "SHOP-1"
    before["Header"]["OmniChannel"].pop("Tracking", None)
    assert after == before, "nothing else of the document has changed"
    assert world.document(2)["Header"]["OmniChannel"]["Tracking"] == "ERP-2"
    [carrier] = [row for row in world.shop.rows("order_carriers") if int(row["id_order"]) == 2]
    assert carrier["tracking_number"] == "ERP-2"
    await world.statuses()
    assert world.erp.requests["UpdateHeader"] == 1


async def test_no_number_goes_into_the_erp_unless_it_is_asked_for(world: OrderWorld) -> None:
    numbered_in_shop(world, 1, "SHOP-1")
    await world.statuses()
    assert world.erp.requests["UpdateHeader"] == 0


@pytest.mark.parametrize("kind", one_of("503", "fault-fr", "401", "entities"))
async def test_a_number_that_the_erp_does_not_take_stops_nothing_and_goes_with_the_next_run(
    world: OrderWorld, kind: str
) -> None:
    world.write_settings(orders={"tracking_to_erp": True})
    numbered_in_shop(world, 1, "SHOP-1")
    world.ship(2, shipping="Totally")
    world.erp.faults.add(kind, "UpdateHeader", times=99)  # type: ignore[arg-type]
    await world.statuses()
    assert world.state(2) == SHIPPED
    [told] = world.incidents()
    assert "SHOP-1" in told["reason"]
    world.erp.faults.clear()
    await world.statuses()
    assert world.document(1)["Header"]["OmniChannel"]["Tracking"] == "SHOP-1"
    assert world.incidents() == []

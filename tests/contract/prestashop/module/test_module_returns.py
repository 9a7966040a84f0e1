"""Merchandise returns: read with their rows, and only their state is written."""

from __future__ import annotations

import pytest

from deployments.sandbox.shop import SandboxShop
from tests.contract.prestashop.bench import wait_for_another_second
from tests.contract.prestashop.module.returns import change, change_state, returns_of
from tests.contract.prestashop.webservice import PATCH_SINCE, Webservice, refused

FIELDS = ["id", "id_customer", "id_order", "question", "date_add", "date_upd", "state"]
ROW = {"id", "id_order_detail", "id_customization", "product_quantity"}


def test_a_return_is_shown_with_its_rows(shop: Webservice, order_return: int) -> None:
    shown = shop.read(returns_of(shop), order_return)
    assert shown.names == FIELDS
    rows = shown.members("order_return_details")
    assert rows
    assert all(set(row) == ROW for row in rows)
    assert all(row["id"] == row["id_order_detail"] for row in rows)


def test_rows_are_shown_with_the_fields_asked_for(shop: Webservice, order_return: int) -> None:
    display = "[id,order_return_details[id_order_detail,product_quantity]]"
    (shown,) = shop.find(returns_of(shop), display, id=f"[{order_return}]")
    assert all(set(row) == {"id_order_detail", "product_quantity"} for row in shown.members("order_return_details"))


def test_returns_are_found_by_state(shop: Webservice, order_return: int) -> None:
    assert order_return in [row.id for row in shop.find(returns_of(shop), "[id,state]", state="[1|3]")]
    assert order_return not in [row.id for row in shop.find(returns_of(shop), "[id,state]", state="[2]")]


def test_returns_are_found_by_date_of_change(shop: Webservice, order_return: int) -> None:
    params: dict[str, object] = {"display": "[id]", "date": "1", "filter[date_upd]": ">[2000-01-01 00:00:00]"}
    assert order_return in [row.id for row in shop.send("GET", returns_of(shop), params).rows]
    params["filter[date_upd]"] = ">[2999-01-01 00:00:00]"
    assert shop.send("GET", returns_of(shop), params).rows == []


@pytest.mark.parametrize("method", ["PATCH", "PUT"])
def test_the_state_changes_and_nothing_else(shop: Webservice, order_return: int, method: str) -> None:
    if method == "PATCH" and shop.version < PATCH_SINCE:
        pytest.skip("this version has no PATCH")
    before = shop.read(returns_of(shop), order_return)
    wait_for_another_second()
    (answered,) = change_state(shop, order_return, 2, method).entities
    after = shop.read(returns_of(shop), order_return)
    assert answered.fields() == after.fields()
    changed = {name for name in FIELDS if before[name] != after[name]}
    assert (changed, after["state"]) == ({"state", "date_upd"}, "2")
    assert after.members("order_return_details") == before.members("order_return_details")


def test_the_state_it_is_in_changes_nothing(shop: Webservice, order_return: int) -> None:
    before = shop.read(returns_of(shop), order_return)
    wait_for_another_second()
    assert change_state(shop, order_return, 1).status == 200
    assert shop.read(returns_of(shop), order_return).fields() == before.fields()


def test_an_unknown_state_is_refused(shop: Webservice, order_return: int) -> None:
    reply = change_state(shop, order_return, 99_999)
    assert refused(reply, 85, 400)
    assert reply.message == "Unknown order return state"
    assert shop.read(returns_of(shop), order_return)["state"] == "1"


@pytest.mark.parametrize("field", ["question", "date_upd", "id_order", "id_customer"])
def test_any_other_field_is_refused(shop: Webservice, order_return: int, field: str) -> None:
    assert refused(change(shop, f"<id>{order_return}</id><state>2</state><{field}>1</{field}>"), 93, 400)
    assert shop.read(returns_of(shop), order_return)["state"] == "1"


def test_rows_sent_along_are_ignored(shop: Webservice, order_return: int) -> None:
    before = shop.read(returns_of(shop), order_return).members("order_return_details")
    row = "<order_return_detail><product_quantity>9</product_quantity></order_return_detail>"
    rows = f"<order_return_details>{row}</order_return_details>"
    fields = f"<id>{order_return}</id><state>4</state><associations>{rows}</associations>"
    assert change(shop, fields).status == 200
    assert shop.read(returns_of(shop), order_return).members("order_return_details") == before


def test_the_customer_is_mailed_once_and_only_when_asked(
    sandbox: SandboxShop | None, shop: Webservice, order_return: int
) -> None:
    if sandbox is None:
        pytest.skip("the mails of a real shop are not seen from here")
    before = len(sandbox.mails)
    change_state(shop, order_return, 2)
    assert len(sandbox.mails) == before
    change_state(shop, order_return, 3, sendemail=1)
    change_state(shop, order_return, 3, sendemail=1)
    assert sandbox.mails[before:] == [("order_return_state", 1)]


def test_a_shop_without_patch_takes_a_put(sandbox: SandboxShop | None) -> None:
    if sandbox is None:
        pytest.skip("concerns PrestaShop 1.7, the shop given is another")
    with SandboxShop(profile="1.7.8", module=True) as old, Webservice(old.url, old.key) as client:
        made = old.insert("order_returns", {"id_order": 1, "id_customer": 1, "state": 1, "question": "Too big"})
        assert change_state(client, made, 2, "PATCH").status == 405
        assert change_state(client, made, 2, "PUT").status == 200
        row = old.row("order_returns", made)
    assert (row["state"], row["question"]) == ("2", "Too big")

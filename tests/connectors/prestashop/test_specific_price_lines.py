"""Specific prices through the module, each once, whatever happens to the answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.prestashop import Shop, ShopLimits
from connectors.prestashop.pending_writes import Desk, PendingWrite
from connectors.prestashop.specific_price_lines import FIELDS, LEFT, SPECIFIC_PRICE_LINES, settle
from deployments.sandbox.shop import Fault, FaultKind, SandboxShop
from schemas.errors import DeniedError
from tests.connectors.prestashop.catalogue import outcomes

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from connectors.prestashop import Receipt

PATH = "/api/specific_price_lines"
LIMITS = ShopLimits(pace="full", settle_seconds=0.0, timeout_seconds=5, patience_seconds=5)
ENDS_THE_RUN = {"redirect", "401", "disabled"}
SURVIVED = [kind for kind in get_args(FaultKind) if kind not in ENDS_THE_RUN]
PRODUCTS = 3


@pytest.fixture
def sandbox() -> Iterator[SandboxShop]:
    """A PrestaShop 8.2 with the module, three products and a combination of the second."""
    with SandboxShop(module=True) as sandbox:
        for number in range(PRODUCTS):
            sandbox.insert("products", {"reference": f"BAG{number}", "name": {1: "Bag", 2: "Sac"}, "price": "5"})
        sandbox.insert("combinations", {"id_product": 2, "reference": "BAG1-S"})
        yield sandbox


@pytest.fixture
async def shop(sandbox: SandboxShop) -> AsyncIterator[Shop]:
    async with Shop(sandbox.url, sandbox.key, limits=LIMITS) as shop:
        await shop.describe()
        yield shop


def price(id_product: int, **values: Any) -> dict[str, Any]:
    """20 % off a product, in `values` otherwise."""
    case = dict.fromkeys(FIELDS, "0") | {"id_product": str(id_product), "id_shop": "1", "from_quantity": "1"}
    dates = dict.fromkeys(("from", "to"), "0000-00-00 00:00:00")
    cut = {"price": "-1.000000", "reduction": "0.200000", "reduction_type": "percentage", "reduction_tax": "1"}
    return case | dates | cut | values


async def put(shop: Shop, *prices: dict[str, Any], keeps_found: bool = True) -> list[Receipt]:
    return await shop.specific_price_lines.put(prices, mode="hooks", keeps_found=keeps_found)


def reductions(sandbox: SandboxShop) -> dict[int, str]:
    return {int(row["id"]): row["reduction"] for row in sandbox.rows("specific_prices")}


async def test_prices_are_made_changed_and_said_to_be_as_they_are(sandbox: SandboxShop, shop: Shop) -> None:
    made = await put(shop, price(1), price(2, id_product_attribute="1"), price(1, from_quantity="3"))
    assert outcomes(made) == ["created"] * 3
    assert [one.entity for one in made] == [
        price(1),
        price(2, id_product_attribute="1"),
        price(1, from_quantity="3"),
    ]
    changed = price(1, id=made[0].id, reduction="0.3")
    same = price(2, id=made[1].id, id_product_attribute="1")
    again = await put(shop, changed, same, price(1, from_quantity="3"))
    assert outcomes(again) == ["updated", "updated", "adopted"]
    assert [one.id for one in again] == [one.id for one in made]
    assert [row["reduction"] for row in sandbox.rows("specific_prices")] == ["0.300000", "0.200000", "0.200000"]


async def test_a_price_in_the_same_case_stays_where_it_differs_or_is_made_equal(
    sandbox: SandboxShop, shop: Shop
) -> None:
    by_hand = sandbox.insert("specific_prices", price(1, reduction="0.5", id_cart=0, id_specific_price_rule=0))
    [left] = await put(shop, price(1))
    assert (left.outcome, left.error and left.error.code) == ("refused", "exists")
    assert reductions(sandbox) == {by_hand: "0.500000"}
    [taken] = await put(shop, price(1), keeps_found=False)
    assert (taken.outcome, taken.id) == ("adopted", by_hand)
    assert reductions(sandbox) == {by_hand: "0.200000"}


async def test_each_line_that_is_left_has_its_reason(sandbox: SandboxShop, shop: Shop) -> None:
    one, two = [receipt.id for receipt in await put(shop, price(1), price(2))]
    cart = sandbox.insert("specific_prices", price(1, id_cart=7, id_specific_price_rule=0, from_quantity="8"))
    wanted = {
        "invalid": price(1, reduction_type="mille"),
        "unknown_product": price(99),
        "unknown_combination": price(1, id_product_attribute="1"),
        "exists": price(1, id=one, from_quantity="9"),
    }
    await put(shop, price(1, from_quantity="9"))
    receipts = await put(shop, *wanted.values(), price(3), price(3))
    assert [receipt.error and receipt.error.code for receipt in receipts] == [*wanted, None, "twice"]
    assert [receipt.is_of_no_item for receipt in receipts] == [False, True, True, False, False, False]
    meant = [price(1, id=404), price(1, id=cart, from_quantity="8"), price(1, id=two)]
    assert outcomes(await put(shop, *meant)) == ["missing"] * 3
    assert {str(row["id_product"]) for row in sandbox.rows("specific_prices") if row["id"] == two} == {"2"}


@pytest.mark.parametrize("kind", SURVIVED)
@pytest.mark.parametrize("skip", [0, 1])
async def test_whatever_happens_once_no_price_is_made_twice(
    sandbox: SandboxShop, shop: Shop, kind: FaultKind, skip: int
) -> None:
    sandbox.faults.add(Fault(kind, "PUT", PATH, times=1, skip=skip))
    wanted = [price(1 + number % PRODUCTS, from_quantity=str(number)) for number in range(1, 301)]
    receipts = await put(shop, *wanted)
    assert set(outcomes(receipts)) <= {"created", "adopted"}
    rows = {str(row["from_quantity"]): int(row["id"]) for row in sandbox.rows("specific_prices")}
    assert [receipt.id for receipt in receipts] == [rows[one["from_quantity"]] for one in wanted]
    assert len(rows) == len(sandbox.rows("specific_prices")) == len(wanted)


async def test_what_the_module_breaks_on_for_good_is_refused(sandbox: SandboxShop, shop: Shop) -> None:
    sandbox.faults.add(Fault("500-before", "PUT", PATH, times=None))
    assert outcomes(await put(shop, price(1), price(2))) == ["refused"] * 2
    assert sandbox.rows("specific_prices") == []


async def test_without_the_module_nothing_is_sent() -> None:
    with SandboxShop() as sandbox:
        async with Shop(sandbox.url, sandbox.key, limits=LIMITS) as shop:
            with pytest.raises(DeniedError, match=SPECIFIC_PRICE_LINES):
                await put(shop, price(1))
        assert sandbox.writes == 0


HELD = "1;0;1;0;0;0;0;0;1;-1.000000;percentage;0.200000;1;0000-00-00 00:00:00;0000-00-00 00:00:00"


def _told(**changed: str) -> tuple[bool, list[str]]:
    """Whether an answer about a new price, a changed one and one that is left is believed, and the outcomes."""
    said = {
        "lines": "3", "created": "1", "found": "0", "updated": "1", "unchanged": "0",
        "left": "2:gone", "held": f"c,11;{HELD}|u,5;{HELD}|",
    }  # fmt: skip
    inside = "".join(f"<{name}><![CDATA[{value}]]></{name}>" for name, value in (said | changed).items())
    body = f"<?xml version='1.0'?><prestashop><specific_price_lines>{inside}</specific_price_lines></prestashop>"
    desk = Desk(SPECIFIC_PRICE_LINES, "PUT", 3)
    entities = price(1), price(1, id=5), price(1, id=6)
    writes = [PendingWrite([place], one, (HELD,)) for place, one in enumerate(entities)]
    return settle(desk, writes, body.encode()), [receipt.outcome for receipt in desk.all()]


def test_an_answer_that_accounts_for_every_line_is_believed() -> None:
    assert _told() == (True, ["created", "updated", "missing"])


@pytest.mark.parametrize(
    "changed",
    [
        {"lines": "2"},
        {"lines": ""},
        {"created": "2"},
        {"unchanged": "1"},
        {"left": ""},
        {"left": "2:moody"},
        {"left": "2:gone;1:gone"},
        {"left": "1:gone"},
        {"held": ""},
        {"held": f"c,11;{HELD}|u,5;{HELD}"},
        {"held": f"c,11;{HELD}|u,6;{HELD}|"},
        {"held": f"c,11;{HELD}|u,5;{HELD};0|"},
        {"held": f"c,11;{HELD}|x,5;{HELD}|"},
        {"held": f"c,;{HELD}|u,5;{HELD}|"},
    ],
)
def test_an_answer_that_does_not_account_for_every_line_is_not(changed: dict[str, str]) -> None:
    assert _told(**changed) == (False, [])


def test_something_else_than_an_answer_is_not_believed() -> None:
    desk = Desk(SPECIFIC_PRICE_LINES, "PUT", 1)
    for body in (b"", b"<?xml version='1.0'?><prestashop/>", b"<html/>"):
        assert not settle(desk, [PendingWrite([0], price(1), (HELD,))], body)
    assert desk.all() == []


_CASES = st.fixed_dictionaries(
    {
        "id_product": st.sampled_from(["1", "2", "99"]),
        "from_quantity": st.sampled_from(["1", "2"]),
        "id_group": st.sampled_from(["0", "3"]),
        "reduction": st.sampled_from(["0.1", "0.2", "0.25"]),
        "which": st.sampled_from([0, 0, 1, 2, 404]),
    }
)


def _of(known: list[int], which: int, **values: Any) -> dict[str, Any]:
    """A new price, or the change of one that is known, or of none."""
    if not which:
        return price(**values)
    return price(**values, id=known[which - 1] if which <= len(known) else 404)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(requests=st.lists(st.lists(_CASES, min_size=1, max_size=6), min_size=1, max_size=3), keeps_found=st.booleans())
async def test_whatever_is_sent_every_line_ends_and_what_is_said_to_be_held_is_there(
    sandbox: SandboxShop, shop: Shop, requests: list[list[dict[str, Any]]], keeps_found: bool
) -> None:
    for row in sandbox.rows("specific_prices"):
        sandbox.remove("specific_prices", int(row["id"]))
    for wanted in requests:
        known = sorted(int(row["id"]) for row in sandbox.rows("specific_prices"))
        prices = [_of(known, **one) for one in wanted]
        receipts = await put(shop, *prices, keeps_found=keeps_found)
        rows = {int(row["id"]): row for row in sandbox.rows("specific_prices")}
        cases = [tuple(str(row[name]) for name in ("id_product", "from_quantity", "id_group")) for row in rows.values()]
        assert len(set(cases)) == len(cases)
        for receipt in receipts:
            if receipt.outcome in {"created", "adopted", "updated"}:
                assert receipt.entity is not None
                held = {name: value for name, value in receipt.entity.items() if name in FIELDS}
                assert held | {"reduction": f"{float(held['reduction']):.6f}"} == {
                    name: str(rows[receipt.id or 0][name]) for name in FIELDS
                }
            else:
                assert receipt.outcome == "missing" or (receipt.error and receipt.error.code in LEFT)

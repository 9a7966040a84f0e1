"""Lines by reference, against a shop with the module."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from connectors.prestashop import Shop, ShopLimits
from connectors.prestashop.entities import Held
from connectors.prestashop.lines import LEFT, fits_in_a_line, held_lines, left_lines
from connectors.prestashop.pace import Learnt
from deployments.sandbox.shop import Fault, SandboxShop
from schemas.errors import DeniedError, TransientError

LIMITS = ShopLimits(
    pace="full", settle_seconds=0.0, timeout_seconds=5, patience_seconds=5, max_batch_by_resource={"stock_lines": 500}
)
MANY = [(f"BAG{number:03}", "7") for number in range(40)]


@pytest.fixture
def sandbox() -> Iterator[SandboxShop]:
    """A PrestaShop 8.2 with the module and forty bags."""
    with SandboxShop(module=True) as sandbox:
        for reference, _ in MANY:
            sandbox.insert("products", {"reference": reference, "name": {1: "Bag", 2: "Sac"}, "price": "5"})
        yield sandbox


@pytest.fixture
async def shop(sandbox: SandboxShop) -> AsyncIterator[Shop]:
    async with Shop(sandbox.url, sandbox.key, limits=LIMITS) as shop:
        await shop.describe()
        yield shop


def _quantities(sandbox: SandboxShop) -> set[int]:
    return {int(row["quantity"]) for row in sandbox.rows("stock_availables")}


async def test_each_line_gets_its_receipt(sandbox: SandboxShop, shop: Shop) -> None:
    receipts = await shop.put_lines("stock_lines", [*MANY, ("NOBODY", "3"), ("BAG001", "1.5")], mode="hooks")
    by_place = {receipt.position: receipt for receipt in receipts}
    assert len(receipts) == 42
    assert {by_place[place].outcome for place in range(40) if place != 1} == {"updated"}
    errors = [by_place[place].error for place in (1, 40, 41)]
    assert [error.code for error in errors if error] == ["invalid", "unknown", "invalid"]
    assert sorted(_quantities(sandbox)) == [0, 7]


async def test_a_reference_given_twice_gets_its_last_value(sandbox: SandboxShop, shop: Shop) -> None:
    receipts = await shop.put_lines("stock_lines", [("BAG000", "3"), ("BAG000", "4")], mode="plain")
    assert [receipt.outcome for receipt in receipts] == ["updated", "updated"]
    assert sorted(_quantities(sandbox)) == [0, 4]


async def test_a_request_never_holds_more_lines_than_the_limit(sandbox: SandboxShop, shop: Shop) -> None:
    shop.pace.start_from(Learnt({"stock_lines": 5_000}))
    sandbox.reset_counts()
    await shop.put_lines("stock_lines", [(f"NOBODY{number}", "1") for number in range(1_200)], mode="plain")
    assert sandbox.writes >= 3


@pytest.mark.parametrize(
    "kind",
    ["500-before", "500-after", "reset-before", "reset-after", "429", "503", "waf-403", "waf-406", "php-warnings",
     "php-warnings-500", "disabled", "maintenance", "redirect"],
)  # fmt: skip
@pytest.mark.parametrize("skip", [0, 1])
async def test_a_disturbed_request_is_sent_again(sandbox: SandboxShop, shop: Shop, kind: Any, skip: int) -> None:
    sandbox.faults.add(Fault(kind=kind, method="PUT", skip=skip))
    if skip:
        await shop.put_lines("stock_lines", [("BAG000", "1")], mode="hooks")
    receipts = await shop.put_lines("stock_lines", MANY, mode="hooks")
    refused = [receipt for receipt in receipts if receipt.outcome != "updated"]
    assert refused == []
    assert _quantities(sandbox) == {7}


@pytest.mark.parametrize("kind", ["500-before", "php-warnings-500"])
async def test_what_the_module_breaks_on_is_refused_and_not_tried_for_ever(
    sandbox: SandboxShop, shop: Shop, kind: Any
) -> None:
    sandbox.faults.add(Fault(kind=kind, method="PUT", times=None))
    sandbox.reset_counts()
    receipts = await shop.put_lines("stock_lines", MANY[:5], mode="hooks")
    assert {receipt.outcome for receipt in receipts} == {"refused"}
    assert sandbox.writes == 2


async def test_a_shop_that_stays_away_is_told(sandbox: SandboxShop) -> None:
    sandbox.faults.add(Fault(kind="503", method="PUT", times=None))
    limits = ShopLimits(pace="full", patience_seconds=0.2)
    async with Shop(sandbox.url, sandbox.key, limits=limits) as shop:
        with pytest.raises(TransientError):
            await shop.put_lines("stock_lines", MANY, mode="hooks")


async def test_a_shop_without_the_module_is_told_before_anything_is_sent() -> None:
    with SandboxShop() as sandbox:
        async with Shop(sandbox.url, sandbox.key, limits=LIMITS) as shop:
            with pytest.raises(DeniedError, match="stock_lines"):
                await shop.put_lines("stock_lines", MANY, mode="hooks")
        assert sandbox.writes == 0


@pytest.mark.parametrize("reference", ["", "A;B", "A\nB", " A", "A "])
async def test_a_reference_that_fits_in_no_line_is_an_error_of_ours(shop: Shop, reference: str) -> None:
    assert not fits_in_a_line(reference)
    with pytest.raises(ValueError, match="does not fit"):
        await shop.put_lines("stock_lines", [(reference, "1")], mode="hooks")


def _answer(**told: str) -> bytes:
    whole = {"lines": "2", "written": "1", "unchanged": "0"} | dict.fromkeys(LEFT, "") | {"unknown": "B"} | told
    inside = "".join(f"<{name}>{text}</{name}>" for name, text in whole.items())
    return f"<?xml version='1.0'?><prestashop><stock_lines>{inside}</stock_lines></prestashop>".encode()


def test_an_answer_accounts_for_every_line() -> None:
    assert left_lines(_answer(), "stock_lines", ["A", "B"]) == {"B": "unknown"}


@pytest.mark.parametrize(
    "body",
    [_answer(lines="3"), _answer(written="2"), _answer(unknown=""), _answer(unknown="C"), _answer(written=""),
     b"", b"<html>", b"<?xml version='1.0'?><prestashop/>"],
)  # fmt: skip
def test_an_answer_that_does_not_is_none(body: bytes) -> None:
    assert left_lines(body, "stock_lines", ["A", "B"]) is None


@pytest.mark.parametrize(
    ("told", "held"),
    [
        ("7:3;8:-2", {"A": Held(7, "3"), "B": Held(8, "-2")}),
        ("7:3;", {"A": Held(7, "3")}),
        (";8:0", {"B": Held(8, "0")}),
        ("7:3;8:2.5", {"A": Held(7, "3")}),
        ("7:3", {}),
        ("7:3;8:1;9:1", {}),
        ("", {}),
    ],
)
def test_what_the_module_has_read_again_is_taken_line_by_line(told: str, held: dict[str, Held]) -> None:
    body = f"<prestashop><stock_lines><held>{told}</held></stock_lines></prestashop>".encode()
    assert held_lines(body, "stock_lines", ["A", "B"]) == held

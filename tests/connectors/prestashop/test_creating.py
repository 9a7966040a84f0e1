"""Entities are created, each exactly once, whatever happens to the answers."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from connectors.prestashop import Identity, Shop, ShopLimits
from connectors.prestashop.pending_writes import Part
from connectors.prestashop.replies import Reply, Verdict
from connectors.prestashop.transport import Transport
from deployments.sandbox.shop import Fault, SandboxShop
from schemas.errors import DeniedError, RefusedError, TransientError
from tests.connectors.prestashop.catalogue import BY_REFERENCE, outcomes, product, products, references
from tests.connectors.prestashop.conftest import QUICK

if TYPE_CHECKING:
    from connectors.prestashop import Receipt
    from deployments.sandbox.shop.faults import FaultKind

pytestmark = pytest.mark.lasting


async def test_many_products_need_few_documents_and_come_back_in_order(shop: Shop, sandbox: SandboxShop) -> None:
    receipts = await shop.create("products", products(120), BY_REFERENCE)
    by_id = {row["id"]: row["reference"] for row in sandbox.rows("products")}
    assert outcomes(receipts) == ["created"] * 120
    assert [by_id[receipt.id] for receipt in receipts] == [f"REF-{number:04}" for number in range(120)]
    assert sandbox.count("POST") < 12
    assert shop.traffic.entities_written == 120


async def test_what_was_sent_is_what_the_shop_has(shop: Shop, sandbox: SandboxShop) -> None:
    sent = product("R ]]&é", name={1: " A & B ", 2: "Été 😀"}, weight="0.3")
    (receipt,) = await shop.create("products", [sent], BY_REFERENCE)
    (row,) = sandbox.rows("products")
    assert row["id"] == receipt.id
    assert row["reference"] == "R ]]&é"
    assert row["name"] == {1: " A & B ", 2: "Été 😀"}
    assert str(row["price"]) == "59.166667"


@pytest.mark.parametrize(
    "kind", ["500-after", "500-before", "reset-after", "reset-before", "503", "429", "maintenance", "php-warnings"]
)
async def test_a_failed_document_creates_nothing_twice_and_leaves_nothing_out_d37(
    kind: str, shop: Shop, sandbox: SandboxShop
) -> None:
    sandbox.faults.add(Fault(kind=kind, method="POST", path="/api/products"))  # type: ignore[arg-type]
    receipts = await shop.create("products", products(25), BY_REFERENCE)
    assert outcomes(receipts) == ["created"] * 25
    assert sorted(references(sandbox)) == [f"REF-{number:04}" for number in range(25)]


@pytest.mark.parametrize("kind", ["waf-403", "waf-406", "redirect", "disabled", "php-warnings-500"])
async def test_what_passes_by_itself_is_asked_again(kind: str, shop: Shop, sandbox: SandboxShop) -> None:
    await shop.create("products", [product("FIRST")], BY_REFERENCE)
    sandbox.faults.add(Fault(kind=kind, method="POST", path="/api/products"))  # type: ignore[arg-type]
    receipts = await shop.create("products", products(5), BY_REFERENCE)
    assert outcomes(receipts) == ["created"] * 5
    assert sorted(references(sandbox)) == ["FIRST", *(f"REF-{number:04}" for number in range(5))]


async def test_a_lost_answer_after_a_successful_post_makes_no_duplicate_d35(shop: Shop, sandbox: SandboxShop) -> None:
    sandbox.faults.add(Fault(kind="reset-after", method="POST", path="/api/products"))
    (receipt,) = await shop.create("products", [product("ONCE")], BY_REFERENCE)
    assert references(sandbox) == ["ONCE"]
    assert (receipt.outcome, receipt.id) == ("created", sandbox.rows("products")[0]["id"])
    assert sandbox.count("POST", "/api/products") == 1


async def test_a_shop_that_writes_on_after_our_timeout_gets_nothing_twice() -> None:
    limits = ShopLimits(pace="full", timeout_seconds=0.4, settle_seconds=0.5, patience_seconds=30, max_batch=40)
    with SandboxShop(speed=1.0) as sandbox:
        async with Shop(sandbox.url, sandbox.key, limits=limits) as shop:
            await shop.describe()
            sandbox.faults.add(Fault(kind="latency", method="POST", path="/api/products", seconds=0.6))
            receipts = await shop.create("products", products(30), BY_REFERENCE)
        await asyncio.sleep(1.0)
        assert outcomes(receipts) == ["created"] * 30
        assert sorted(references(sandbox)) == [f"REF-{number:04}" for number in range(30)]


async def test_one_bad_product_is_named_with_the_shop_s_own_words_and_the_others_are_created(
    shop: Shop, sandbox: SandboxShop
) -> None:
    wanted = products(10)
    wanted[4] = product("BAD", price="abc")
    wanted[7] = product("LONG" * 20)
    receipts = await shop.create("products", wanted, BY_REFERENCE)
    assert outcomes(receipts) == ["created"] * 4 + ["refused"] + ["created"] * 2 + ["refused"] + ["created"] * 2
    first, second = receipts[4].error, receipts[7].error
    assert isinstance(first, RefusedError)
    assert (first.code, first.key) == ("85", "BAD")
    assert "price" in first.reason
    assert isinstance(second, RefusedError)
    assert "reference" in second.reason
    assert len(references(sandbox)) == 8


async def test_a_document_of_nothing_but_bad_products_ends(shop: Shop, sandbox: SandboxShop) -> None:
    receipts = await shop.create("products", [product(f"B{n}", price="abc") for n in range(6)], BY_REFERENCE)
    assert outcomes(receipts) == ["refused"] * 6
    assert references(sandbox) == []


async def test_a_product_saved_without_its_association_is_refused_with_its_id(shop: Shop, sandbox: SandboxShop) -> None:
    wanted = products(5)
    wanted[2] = product("HALF", associations={"foo": [{"id": 1}], "categories": [{"id": 2}]})
    receipts = await shop.create("products", wanted, BY_REFERENCE)
    assert outcomes(receipts) == ["created", "created", "refused", "created", "created"]
    by_reference = {row["reference"]: row["id"] for row in sandbox.rows("products")}
    assert receipts[2].id == by_reference["HALF"]
    assert receipts[2].error is not None
    assert receipts[2].error.code == "86"
    assert len(by_reference) == 5


async def test_an_exception_in_the_middle_of_a_document_names_its_entity(shop: Shop, sandbox: SandboxShop) -> None:
    twice = [{"id": 1, "id_feature_value": 1}] * 2
    wanted = products(6)
    wanted[3] = product("EXC", associations={"product_features": twice})
    receipts = await shop.create("products", wanted, BY_REFERENCE)
    assert outcomes(receipts) == ["created"] * 3 + ["refused"] + ["created"] * 2
    assert receipts[3].error is not None
    assert receipts[3].error.code == "500"
    assert receipts[3].id is not None
    assert len(references(sandbox)) == 6


async def test_a_second_default_combination_is_refused_and_the_others_are_made_d9(
    shop: Shop, sandbox: SandboxShop
) -> None:
    (made,) = await shop.create("products", [product("P")], BY_REFERENCE)
    identity = Identity("id_product", ("id_product", "reference"))
    combinations = [
        {"id_product": made.id, "reference": f"C{n}", "minimal_quantity": 1, "price": 0, "default_on": default}
        for n, default in enumerate((1, None, 1, None))
    ]
    receipts = await shop.create("combinations", combinations, identity)
    assert outcomes(receipts) == ["created", "created", "refused", "created"]
    assert [row["reference"] for row in sandbox.rows("combinations")] == ["C0", "C1", "C3"]


async def test_the_same_specific_price_twice_is_refused_by_the_shop_d15(shop: Shop, sandbox: SandboxShop) -> None:
    (made,) = await shop.create("products", [product("P")], BY_REFERENCE)
    zeros = dict.fromkeys(("id_shop", "id_cart", "id_currency", "id_country", "id_group", "id_customer"), 0)
    price = {
        "id_product": made.id,
        **zeros,
        "price": -1,
        "from_quantity": 1,
        "reduction": "0.1",
        "reduction_tax": 1,
        "reduction_type": "percentage",
        "from": "0000-00-00 00:00:00",
        "to": "0000-00-00 00:00:00",
    }
    identity = Identity("id_product", ("id_product", "from_quantity", "id_group"))
    await shop.create("specific_prices", [price], identity)
    receipts = await shop.create("specific_prices", [price], identity, look_first=True)
    assert outcomes(receipts) == ["adopted"]
    assert len(sandbox.rows("specific_prices")) == 1


async def test_ids_that_stand_beside_another_product_are_not_believed(
    shop: Shop, sandbox: SandboxShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A price is ours by its product: where the answer tells them in another order, they are looked up."""
    made = await shop.create("products", [product(f"P{number}") for number in range(3)], BY_REFERENCE)
    zeros = dict.fromkeys(("id_shop", "id_cart", "id_currency", "id_country", "id_group", "id_customer"), 0)
    dates = dict.fromkeys(("from", "to"), "0000-00-00 00:00:00")
    values = {"price": -1, "from_quantity": 1, "reduction": "0.1", "reduction_tax": 1, "reduction_type": "percentage"}
    prices = [{"id_product": each.id, **zeros, **values, **dates} for each in made]
    send = Transport.send

    async def with_ids_turned_round(transport: Transport, method: str, resource: str, **sent: Any) -> Reply:
        reply = await send(transport, method, resource, **sent)
        if method != "POST":
            return reply
        ids = iter(sorted(re.findall(rb"<id><!\[CDATA\[\d+\]\]></id>", reply.body), reverse=True))
        return replace(reply, body=re.sub(rb"<id><!\[CDATA\[\d+\]\]></id>", lambda _: next(ids), reply.body))

    monkeypatch.setattr(Transport, "send", with_ids_turned_round)
    receipts = await shop.create("specific_prices", prices, Identity("id_product", ("id_product", "from_quantity")))
    products = {int(row["id"]): int(row["id_product"]) for row in sandbox.rows("specific_prices")}
    assert [products[receipt.id or 0] for receipt in receipts] == [each.id for each in made]
    assert len(products) == len(made)


async def test_what_the_shop_has_is_adopted_when_asked_to_look_first(shop: Shop, sandbox: SandboxShop) -> None:
    before = await shop.create("products", products(3), BY_REFERENCE)
    receipts = await shop.create("products", products(5), BY_REFERENCE, look_first=True)
    assert outcomes(receipts) == ["adopted"] * 3 + ["created"] * 2
    assert [receipt.id for receipt in receipts[:3]] == [receipt.id for receipt in before]
    assert len(references(sandbox)) == 5


async def test_a_reference_that_differs_in_case_is_another_product(shop: Shop, sandbox: SandboxShop) -> None:
    await shop.create("products", [product("abc")], BY_REFERENCE)
    receipts = await shop.create("products", [product("ABC"), product("abc")], BY_REFERENCE, look_first=True)
    assert outcomes(receipts) == ["created", "adopted"]
    assert references(sandbox) == ["abc", "ABC"]


async def test_one_identity_asked_for_twice_is_created_once(shop: Shop, sandbox: SandboxShop) -> None:
    names = ["Été", "ETE", "Hiver"]
    wanted = [{"name": name, "active": True} for name in names]
    receipts = await shop.create("manufacturers", wanted, Identity("name", ("name",), folded=True))
    assert outcomes(receipts) == ["created", "adopted", "created"]
    assert receipts[0].id == receipts[1].id
    assert len(sandbox.rows("manufacturers")) == 2


async def test_references_that_the_list_filter_cannot_say_are_found_again(shop: Shop, sandbox: SandboxShop) -> None:
    odd = ["A[1]", "A|B", "10,20", "100%", "a_b", "it's", 'q"q', "[x]", "é+&/"]
    wanted = [{"name": name, "active": True} for name in odd]
    sandbox.faults.add(Fault(kind="reset-after", method="POST", path="/api/manufacturers", times=2))
    receipts = await shop.create("manufacturers", wanted, Identity("name", ("name",)))
    by_id = {row["id"]: row["name"] for row in sandbox.rows("manufacturers")}
    assert [by_id[receipt.id] for receipt in receipts] == odd
    assert len(by_id) == len(odd)


async def test_names_with_languages_are_found_again_in_the_default_one(shop: Shop, sandbox: SandboxShop) -> None:
    wanted = [{"name": {1: name, 2: f"{name} fr"}} for name in ("Colour", "Size")]
    sandbox.faults.add(Fault(kind="500-after", method="POST", path="/api/product_features"))
    receipts = await shop.create("product_features", wanted, Identity("name", ("name",), folded=True))
    assert outcomes(receipts) == ["created", "created"]
    assert len(sandbox.rows("product_features")) == 2


async def test_categories_are_created_in_order_by_one_connection_d40(shop: Shop, sandbox: SandboxShop) -> None:
    wanted = [
        {"id_parent": 2, "active": True, "name": {1: f"C{n}", 2: f"C{n}"}, "link_rewrite": {1: f"c{n}", 2: f"c{n}"}}
        for n in range(30)
    ]
    await shop.create("categories", wanted, Identity("id_parent", ("id_parent", "name")))
    made = sorted((row for row in sandbox.rows("categories") if row["id"] > 2), key=lambda row: int(row["position"]))
    assert [row["name"][1] for row in made] == [f"C{n}" for n in range(30)]


async def test_receipts_are_given_document_by_document_also_when_the_call_fails(
    shop: Shop, sandbox: SandboxShop
) -> None:
    told: list[Receipt] = []
    sandbox.faults.add(Fault(kind="401", method="POST", path="/api/products", skip=1, times=None))
    with pytest.raises(DeniedError, match="32 characters"):
        await shop.create("products", products(40), BY_REFERENCE, on_receipts=told.extend)
    assert [receipt.outcome for receipt in told] == ["created"] * len(references(sandbox))
    assert told


async def test_a_shop_that_stays_away_is_left_after_our_patience(sandbox: SandboxShop) -> None:
    limits = ShopLimits(pace="full", patience_seconds=1.0)
    async with Shop(sandbox.url, sandbox.key, limits=limits) as shop:
        await shop.describe()
        sandbox.faults.add(Fault(kind="503", method="POST", times=None))
        with pytest.raises(TransientError):
            await shop.create("products", products(3), BY_REFERENCE)
        assert 0 < shop.traffic.seconds_waited <= 1.0
    assert references(sandbox) == []


async def test_a_right_that_is_missing_stops_the_call_before_anything_is_sent(sandbox: SandboxShop) -> None:
    key = "READONLY0READONLY0READONLY0READO"
    sandbox.add_key(key, dict.fromkeys(("languages", "configurations", "products"), ("GET",)))
    async with Shop(sandbox.url, key, limits=QUICK) as shop:
        with pytest.raises(DeniedError) as caught:
            await shop.create("products", products(1), BY_REFERENCE)
    assert "tick 'Add (POST)' on the line 'products'" in caught.value.remedy
    assert sandbox.writes == 0


async def test_a_firewall_that_stops_everything_is_denied_with_a_remedy_d24(shop: Shop, sandbox: SandboxShop) -> None:
    sandbox.faults.add(Fault(kind="waf-403", method="POST", times=None))
    with pytest.raises(DeniedError) as caught:
        await shop.create("products", products(2), BY_REFERENCE)
    assert "firewall" in caught.value.remedy
    assert references(sandbox) == []


async def test_one_entity_that_met_one_failure_after_another_is_not_at_fault(shop: Shop, sandbox: SandboxShop) -> None:
    await shop.create("products", [product("FIRST")], BY_REFERENCE)
    kinds: list[FaultKind] = ["redirect", "500-before", "redirect", "waf-403", "php-warnings-500", "500-before"]
    for kind in kinds:
        sandbox.faults.add(Fault(kind=kind, method="POST"))
    receipts = await shop.create("products", [product("LAST")], BY_REFERENCE)
    assert outcomes(receipts) == ["created"]
    assert references(sandbox) == ["FIRST", "LAST"]


def test_a_shop_that_takes_what_others_send_has_not_shut_us_out() -> None:
    part = Part([])
    redirected = Reply(Verdict.BLOCKED, 302, final=DeniedError("elsewhere", system="PrestaShop", action="POST"))
    assert [part.in_vain(redirected, written) for written in (0, 0, 40, 80, 80, 80)] == [1, 2, 1, 1, 2, 3]
    assert [part.in_vain(Reply(Verdict.BROKEN, 500), written) for written in (80, 120, 160)] == [1, 2, 3]


async def test_seeded_faults_of_every_kind_leave_the_same_products(sandbox: SandboxShop) -> None:
    limits = ShopLimits(pace="full", settle_seconds=0.02, timeout_seconds=5, patience_seconds=60, max_batch=20)
    async with Shop(sandbox.url, sandbox.key, limits=limits) as shop:
        await shop.describe()
        sandbox.faults.chance(seed=7, rate=0.2)
        receipts = await shop.create("products", products(300), BY_REFERENCE)
    assert outcomes(receipts) == ["created"] * 300
    assert sorted(references(sandbox)) == [f"REF-{number:04}" for number in range(300)]
    assert sandbox.faults.struck > 5


async def test_an_entity_that_could_not_be_found_again_is_not_sent(shop: Shop, sandbox: SandboxShop) -> None:
    with pytest.raises(ValueError, match="cannot be found again"):
        await shop.create("products", [product("")], BY_REFERENCE)
    assert sandbox.writes == 0

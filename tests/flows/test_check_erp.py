from __future__ import annotations

import json
import os
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tasks.check.erp import RIGHTS
from tasks.check.finding import Finding
from tasks.check.shop import check_shop, needed_rights
from tasks.run.shop_folder import open_shop_folder
from tests.flows.order_world import OrderWorld
from tests.flows.world import KEY_VARIABLE

PATHS = ("drop folder", "archives")
"""What these say is the path itself."""


def errors(findings: list[Finding]) -> list[str]:
    return [f"{each.reason}\n{each.remedy}" for each in findings if each.verdict == "error"]


async def findings_of(world: OrderWorld) -> list[Finding]:
    ours = {
        "customer members",
        "cegid",
        "service items",
        "order rights",
        "order states",
        "associations",
        "currencies",
        "module",
    }
    return [each for each in await check_shop(world.folder) if each.subject in ours]


@pytest.fixture
def complete(order_world: OrderWorld) -> OrderWorld:
    """Every active country and carrier of the sandbox has its code."""
    isos = sorted({row["iso_code"] for row in order_world.shop.rows("countries") if row["active"] == "1"})
    path = order_world.folder / "associations.toml"
    text = path.read_text(encoding="utf-8").replace('FR = "FRA"\nBE = "BEL"\n', "")
    lines = "".join(f'{iso} = "{iso}X"\n' for iso in isos)
    text = text.replace("[countries]\n", f"[countries]\n{lines}").replace("[carriers]\n", '[carriers]\n1 = "CLICK"\n')
    path.write_text(text, encoding="utf-8")
    return order_world


async def test_a_shop_that_only_sends_to_its_erp_needs_no_stream_of_files(order_world: OrderWorld) -> None:
    path = order_world.folder / "import.json"
    imports = json.loads(path.read_text(encoding="utf-8"))
    off = {name: stream | {"enabled": False} for name, stream in imports.items()}
    path.write_text(json.dumps(off), encoding="utf-8")
    [found] = [each for each in await check_shop(order_world.folder) if each.subject == "configuration"]
    assert (found.verdict, "order" in found.reason) == ("ok", True)
    order_world.write_settings(erp={"kind": "none"})
    [found] = [each for each in await check_shop(order_world.folder) if each.subject == "configuration"]
    assert found.verdict == "error"


@pytest.mark.parametrize(("language", "told"), [("en", "is not known"), ("fr", "inconnu")])
async def test_a_misspelt_name_that_changes_nothing_is_told_with_what_to_do(
    complete: OrderWorld, language: str, told: str
) -> None:
    exports = {"order": {"enabled": True, "enabld": False}, "ordre": {"enabled": True}}
    (complete.folder / "export.json").write_text(json.dumps(exports), encoding="utf-8")
    complete.write_settings(shop={"language": language}, shop__limits={"max_batch_by_resource": {"product": 5}})
    path = complete.folder / "associations.toml"
    text = path.read_text(encoding="utf-8").replace("[carriers]\n", '[carriers]\n99 = "CLICK"\n')
    path.write_text(text, encoding="utf-8")
    findings = await check_shop(complete.folder)
    warnings = [each for each in findings if each.verdict == "warning" and each.subject == "configuration"]
    named = [each.reason for each in warnings]
    assert all(each.remedy for each in warnings)
    assert any(each.remedy.startswith(("Known streams: catalogue", "Flux connus : catalogue")) for each in warnings)
    for one in ("ordre", "order.enabld"):
        assert any(reason.startswith("export.json:1") and one in reason and told in reason for reason in named)
    assert any("`product`" in reason for reason in named)
    [carrier] = [each for each in findings if each.subject == "associations"]
    assert (carrier.verdict, "99" in carrier.reason, bool(carrier.remedy)) == ("warning", True, True)


async def test_a_shop_with_everything_in_place_is_ready(complete: OrderWorld) -> None:
    complete.place()
    findings = await findings_of(complete)
    assert errors(findings) == []
    [cegid] = [each for each in findings if each.subject == "cegid"]
    assert "production access" in cegid.reason
    assert "23.0.0.1200" in cegid.reason
    assert any(each.subject == "currencies" and "EUR" in each.reason for each in findings)
    assert any(each.subject == "module" and each.verdict == "warning" for each in findings)


async def test_a_markdown_reason_that_is_not_set_is_a_warning(complete: OrderWorld) -> None:
    def warned(findings: list[Finding]) -> list[str]:
        return [each.reason for each in findings if each.subject == "service items" and each.verdict == "warning"]

    assert warned(await findings_of(complete)) == []
    complete.write_settings(erp__cegid={"default_markdown": ""})
    findings = await findings_of(complete)
    assert errors(findings) == []
    assert "default_markdown" in warned(findings)[0]


async def test_missing_codes_come_as_lines_to_paste(order_world: OrderWorld) -> None:
    order_world.shop.change("countries", 1, {"active": "1"})
    order_world.place(module="ps_checkpayment")
    said = "\n".join(errors(await findings_of(order_world)))
    assert '[carriers]\n1 = "..."  # Click and collect' in said
    assert 'DE = "..."' in said
    assert '[[payments]]\nmodule = "ps_checkpayment"\ncurrency = "EUR"\nerp = "..."' in said


async def test_a_free_order_and_a_sale_of_a_store_need_no_payment_code(complete: OrderWorld) -> None:
    complete.place(module="free_order")
    complete.place(module="passerelle")
    assert errors(await findings_of(complete)) == []


async def test_an_access_that_does_not_open_is_told_with_its_remedy(complete: OrderWorld) -> None:
    complete.write_settings(erp__cegid__production={"database": "ANOTHER"})
    complete.erp.faults.add("401", "*", times=100)
    [said] = errors(await findings_of(complete))
    assert "DOMAIN" in said


async def test_service_items_and_states_that_are_missing_are_named(complete: OrderWorld) -> None:
    complete.write_settings(erp__items={"wrapping": ""}, orders={"states": [2, 99]})
    said = "\n".join(errors(await findings_of(complete)))
    assert "wrapping" in said
    assert "99" in said


async def test_currencies_are_compared_with_those_of_the_erps_documents(complete: OrderWorld) -> None:
    def said(findings: list[Finding]) -> list[tuple[str, bool]]:
        return [(each.verdict, "EUR" in each.reason) for each in findings if each.subject == "currencies"]

    assert said(await findings_of(complete)) == [("warning", True)]
    complete.place()
    await complete.orders()
    assert said(await findings_of(complete)) == [("ok", True)]
    complete.document(1)
    complete.shop.insert("currencies", {"iso_code": "CHF", "name": "Franc", "active": 1, "deleted": 0})
    told = [
        (each.verdict, "CHF" in each.reason) for each in await findings_of(complete) if each.subject == "currencies"
    ]
    assert told == [("ok", False), ("warning", True)]
    euros = next(row["id"] for row in complete.shop.rows("currencies") if row["iso_code"] == "EUR")
    complete.shop.change("currencies", euros, {"iso_code": "XEU"})
    told = [
        (each.verdict, "EUR" in each.reason) for each in await findings_of(complete) if each.subject == "currencies"
    ]
    assert told == [("error", True), ("warning", False)]


async def test_the_countries_of_a_free_carrier_are_checked_too(complete: OrderWorld) -> None:
    complete.shop.change("countries", 1, {"active": "1", "id_zone": "7"})
    assert 'DE = "..."' in "\n".join(errors(await findings_of(complete)))


async def test_with_the_module_the_carriers_name_their_countries(tmp_path: Path) -> None:
    with OrderWorld.at(tmp_path / "boutique", module=True) as world:
        world.shop.change("countries", 1, {"active": "1"})
        assert 'DE = "..."' in "\n".join(errors(await findings_of(world)))
        assert world.shop.count(path="/api/passerelle_info") == 1
        assert world.shop.count(path="/api/deliveries") == 0


async def test_the_member_that_takes_the_groups_code_is_named(complete: OrderWorld) -> None:
    path = complete.folder / "associations.toml"
    path.write_text(path.read_text("utf-8") + '[groups]\n"VIP" = 3\n', "utf-8")

    async def told() -> list[tuple[str, str]]:
        found = [each for each in await findings_of(complete) if each.subject == "customer members"]
        return [(each.verdict, each.remedy) for each in found]

    [(verdict, remedy)] = await told()
    assert verdict == "warning"
    assert "PriceListCode" in remedy
    complete.write_settings(erp__cegid={"group_member": "PriceList"})
    [(verdict, remedy)] = await told()
    assert verdict == "error"
    assert "PriceListCode" in remedy
    complete.write_settings(erp__cegid={"group_member": "PriceListCode"})
    assert await told() == []


async def test_without_an_erp_nothing_is_asked_of_it(order_world: OrderWorld) -> None:
    order_world.write_settings(erp={"kind": "none"})
    assert await findings_of(order_world) == []


async def test_a_french_shop_is_checked_in_french(complete: OrderWorld) -> None:
    settings = complete.folder / "settings.toml"
    written = settings.read_text(encoding="utf-8")
    assert 'language = "en"' in written
    settings.write_text(written.replace('language = "en"', 'language = "fr"'), encoding="utf-8")
    findings = await check_shop(complete.folder)
    assert any(each.reason.startswith("accès") and "base" in each.reason for each in findings)
    assert "dossier de dépôt" in {each.title("fr") for each in findings}
    english = re.compile(r"\b(the|which|and|this|of|is|may|no)\b")
    assert [
        text
        for each in findings
        if each.subject not in PATHS
        for text in (each.reason, each.remedy)
        if english.search(text)
    ] == []


async def test_documents_and_customers_under_our_prefixes_that_are_not_ours_are_named(complete: OrderWorld) -> None:
    complete.place()
    await complete.orders()
    [before] = await prefixes(complete)
    assert before.verdict == "ok"
    code = complete.erp.insert_customer("WEB0000000002", email="stranger@example.com")
    today = f"{datetime.now(UTC):%Y-%m-%dT00:00:00}"
    header = {"CustomerId": code, "InternalReference": "WEB77", "ExternalReference": "OTHER", "Date": today}
    complete.erp.insert_document(header, ("SAC", 1, "10.00"))
    documents, customers = await prefixes(complete)
    assert (documents.verdict, customers.verdict) == ("warning", "warning")
    assert "WEB77" in documents.reason
    assert "WEB0000000002" in customers.reason


async def prefixes(world: OrderWorld) -> list[Finding]:
    return [each for each in await check_shop(world.folder) if each.subject == "prefixes"]


async def test_orders_and_their_statuses_go_with_the_rights_that_check_asks_for_and_no_other(
    complete: OrderWorld,
) -> None:
    order = complete.place()
    of_imports = {name: tuple(methods) for name, methods in needed_rights(open_shop_folder(complete.folder)).items()}
    rights = {name: _patched((*of_imports.get(name, ()), *RIGHTS.get(name, ()))) for name in {*of_imports, *RIGHTS}}
    complete.shop.add_key("K" * 32, rights)
    complete.shop.key = "K" * 32
    os.environ[KEY_VARIABLE] = complete.shop.key
    assert errors(await findings_of(complete)) == []
    state = await complete.orders()
    assert state.name == "Completed", state.message
    complete.ship(order, shipping="Totally", tracking="6A123")
    state = await complete.statuses()
    assert state.name == "Completed", state.message
    assert complete.state(order) == 4
    for resource in RIGHTS.keys() - of_imports.keys():
        complete.shop.add_key("L" * 32, {name: methods for name, methods in rights.items() if name != resource})
        os.environ[KEY_VARIABLE] = "L" * 32
        assert any(resource in each for each in errors(await findings_of(complete))), resource


def _patched(methods: tuple[str, ...]) -> tuple[str, ...]:
    """PATCH is ticked with PUT."""
    return (*methods, "PATCH") if "PUT" in methods else methods

from __future__ import annotations

import pytest

from tasks.check import check_shop
from tasks.finding import Finding
from tests.flows.order_world import OrderWorld


def errors(findings: list[Finding]) -> list[str]:
    return [f"{each.said}\n{each.remedy}" for each in findings if each.verdict == "error"]


async def findings_of(world: OrderWorld) -> list[Finding]:
    ours = {"cegid", "service items", "order rights", "order states", "associations", "currencies", "module"}
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


async def test_a_shop_with_everything_in_place_is_ready(complete: OrderWorld) -> None:
    complete.place()
    findings = await findings_of(complete)
    assert errors(findings) == []
    [cegid] = [each for each in findings if each.subject == "cegid"]
    assert "production access" in cegid.said
    assert "23.0.0.1200" in cegid.said
    assert any(each.subject == "currencies" and "EUR" in each.said for each in findings)
    assert any(each.subject == "module" and each.verdict == "warning" for each in findings)


async def test_a_markdown_reason_that_is_not_set_is_a_warning(complete: OrderWorld) -> None:
    def warned(findings: list[Finding]) -> list[str]:
        return [each.said for each in findings if each.subject == "service items" and each.verdict == "warning"]

    assert warned(await findings_of(complete)) == []
    complete.write_settings(cegid={"default_markdown": ""})
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


async def test_an_access_that_does_not_open_is_told_with_its_remedy(complete: OrderWorld) -> None:
    complete.write_settings(cegid__production={"database": "ANOTHER"})
    complete.erp.faults.add("401", "*", times=100)
    [said] = errors(await findings_of(complete))
    assert "DOMAIN" in said


async def test_service_items_and_states_that_are_missing_are_named(complete: OrderWorld) -> None:
    complete.write_settings(cegid__items={"wrapping": ""}, orders={"states": [2, 99]})
    said = "\n".join(errors(await findings_of(complete)))
    assert "wrapping" in said
    assert "99" in said


async def test_without_an_erp_nothing_is_asked_of_it(order_world: OrderWorld) -> None:
    order_world.write_settings(cegid={"use": "none"})
    assert await findings_of(order_world) == []

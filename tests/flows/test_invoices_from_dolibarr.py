"""Invoices and credit notes of Dolibarr are on the pages of their orders, with their PDFs.

With --erp-url and --erp-key on a real Dolibarr; otherwise on the sandbox.
"""

from __future__ import annotations

import base64
import os
import signal
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from deployments.sandbox.dolibarr import web
from deployments.sandbox.shop import Fault
from flows.import_invoices import import_invoices
from tasks.run.state import State
from tests.flows import flow_process
from tests.flows.catalogue_world import CatalogueWorld
from tests.flows.dolibarr_world import KEY_VARIABLE
from tests.flows.running import final_state
from tests.flows.test_catalogue_killed import Deadly
from tests.flows.world import KEY_VARIABLE as SHOP_KEY

DATA: dict[str, Any] = {
    "order_reference": {"index": 0, "object_key": True},
    "invoice_number": {"index": 1},
    "invoice_date": {"index": 2},
    "kind": {"index": 3},
    "total_tax_excl": {"index": 4},
    "total_tax_incl": {"index": 5},
    "pdf_file": {"index": 6},
}


@pytest.fixture
def world(prefect_api: str, tmp_path: Path, pytestconfig: pytest.Config) -> Iterator[CatalogueWorld]:
    with CatalogueWorld.of_session(tmp_path / "boutique", pytestconfig, module=True) as opened:
        opened.ask_for("invoiceDocument", "", DATA)
        (opened.folder / "export.json").write_text('{"order": {"enabled": true}}', encoding="utf-8")
        yield opened


async def brought(world: CatalogueWorld, **asked: Any) -> State:
    return await final_state(import_invoices, str(world.folder), **asked)


def credited(world: CatalogueWorld, invoice: dict[str, Any]) -> str:
    """A person gives 12.00 back in Dolibarr; the number of the credit note."""
    line = {"qty": 1, "subprice": "-10", "tva_tx": "20", "product_type": 0, "desc": "back", "remise_percent": 0}
    head = {"socid": invoice["socid"], "type": 2, "fk_facture_source": invoice["id"], "date": "2026-11-30"}
    id_ = world.make("/invoices", **head, lines=[line])
    body = {"force_number": "", "idwarehouse": 0, "notrigger": 0}
    world.rest.post(f"/invoices/{id_}/validate", json=body).raise_for_status()
    return str(world.rest.get(f"/invoices/{id_}").json()["ref"])


def shown(world: CatalogueWorld, order: int) -> dict[str, tuple[str, Decimal, bytes]]:
    """Kind, total and PDF of what the order's page shows, by number."""
    rows = [row for row in world.shop.rows("erp_invoices") if row["id_order"] == order]
    return {
        row["number"]: (row["kind"], Decimal(row["total_tax_incl"]), base64.b64decode(row["pdf"])[:5]) for row in rows
    }


async def test_an_invoice_and_its_credit_note_are_on_the_page_of_the_order_once(world: CatalogueWorld) -> None:
    order, other = world.place(), world.place()
    await world.orders()
    there = {each["array_options"]["options_ps_uid"]: each for each in world.ours("/invoices")}
    first, second = (there[f"{world.prefix}{each}"] for each in (order, other))
    state = await brought(world, dry_run=True)
    planned = {str(each["key"]) for each in world.report()["plan"]}
    assert (state.name, world.shop.rows("erp_invoices"), planned) == ("Planned", [], {str(order), str(other)})
    state = await brought(world)
    assert state.name == "Completed", state.message
    total = Decimal(first["total_ttc"]).quantize(Decimal("0.01"))
    assert shown(world, order) == {first["ref"]: ("invoice", total, b"%PDF-")}
    assert list(shown(world, other)) == [second["ref"]]
    assert world.counts() == {"rows_read": 2, "created": 2}
    writes = world.shop.writes
    await brought(world)
    left = [path.name for path in (world.folder / "streams").rglob("*") if path.is_file()]
    assert (world.shop.writes, left) == (writes, [])
    number = credited(world, first)
    await brought(world)
    assert shown(world, order)[number] == ("credit", Decimal(-12), b"%PDF-")
    assert len(shown(world, order)) == 2
    assert world.counts() == {"rows_read": 1, "created": 1}
    writes = world.shop.writes
    await brought(world)
    assert world.shop.writes == writes


async def test_a_page_that_is_not_written_now_is_written_by_the_next_run_with_what_lies_there(
    world: CatalogueWorld,
) -> None:
    order = world.place()
    await world.orders()
    world.shop.faults.add(Fault("401", "PUT", "erp_invoices", times=None))
    state = await brought(world)
    assert (state.is_completed(), shown(world, order)) == (False, {})
    world.shop.faults.clear()
    state = await brought(world)
    assert (state.name, len(shown(world, order)), world.counts()) == ("Completed", 1, {"rows_read": 1, "created": 1})


async def test_a_pdf_that_is_not_taken_is_asked_for_again_the_next_day_or_with_since(world: CatalogueWorld) -> None:
    order = world.place()
    await world.orders()
    world.write_settings(invoices={"max_pdf_bytes": 10})
    for _ in range(2):
        await brought(world)
        [(_, _, paper)] = shown(world, order).values()
        assert paper == b""
    assert list(world.left_behind().values()) == ["erp_invoice_without_pdf"]
    world.write_settings()
    credited(world, world.ours("/invoices")[0])
    await brought(world)
    assert sorted(paper for _, _, paper in shown(world, order).values()) == [b"", b"%PDF-"]
    await brought(world, since="2026-01-01")
    assert [paper for _, _, paper in shown(world, order).values()] == [b"%PDF-", b"%PDF-"]


@pytest.mark.slow
@pytest.mark.prefect
@pytest.mark.parametrize("after", [False, True])
async def test_killed_while_a_pdf_is_made_nothing_is_lost_and_nothing_there_twice(
    world: CatalogueWorld, monkeypatch: pytest.MonkeyPatch, after: bool
) -> None:
    if world.sandbox_erp is None:
        pytest.skip("a real Dolibarr kills nobody")
    order = world.place()
    await world.orders()
    number = credited(world, world.ours("/invoices")[0])
    world.sandbox_erp.faults = deadly = Deadly()
    monkeypatch.setattr(web, "WATCHERS", [*web.WATCHERS, deadly.watch])
    process = flow_process.start(
        "import_invoices", world.folder, {name: os.environ[name] for name in (SHOP_KEY, KEY_VARIABLE)}
    )
    deadly.kill_at(process, 1, after=after)
    process.join(60)
    assert (process.exitcode, shown(world, order)) == (-signal.SIGKILL, {})
    state = await brought(world)
    assert (state.name, len(shown(world, order)), shown(world, order)[number][0]) == ("Completed", 2, "credit")


async def test_with_the_test_access_no_page_is_written(world: CatalogueWorld) -> None:
    order = world.place()
    await world.orders()
    access = {"url": world.url, "key": f"env:{KEY_VARIABLE}"}
    world.write_settings(erp={"access": "test"}, erp__dolibarr__test=access)
    await brought(world)
    assert shown(world, order) == {}

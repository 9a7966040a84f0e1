from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from connectors.prestashop.pages import OrderPages
from deployments.sandbox.shop import Fault
from flows.import_invoices import import_invoices
from tasks.run.state import State
from tasks.run.step_tasks import through_prefect
from tests.flows.files_world import FilesWorld

COLUMNS = (
    "order_reference",
    "invoice_number",
    "invoice_date",
    "kind",
    "total_tax_excl",
    "total_tax_incl",
    "pdf_file",
    "status",
)
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
OTHER = PDF.replace(b"1.4", b"1.7")


class InvoiceWorld(FilesWorld):
    """`FilesWorld`, whose ERP also writes invoices and their PDFs."""

    def prepare(self) -> None:
        imports = json.loads((self.folder / "import.json").read_text(encoding="utf-8"))
        columns: dict[str, dict[str, Any]] = {name: {"index": at} for at, name in enumerate(COLUMNS)}
        columns["order_reference"]["object_key"] = True
        imports["invoiceDocument"] = {"enabled": True, "type": "local", "data": columns}
        (self.folder / "import.json").write_text(json.dumps(imports), encoding="utf-8")

    @property
    def beside(self) -> Path:
        return self.folder / "streams" / "invoiceDocument"

    def drop_invoices(self, *rows: Mapping[str, Any], **pdfs: bytes) -> None:
        """A file of invoices; `FA1=...` lies beside it as FA1.pdf."""
        given = {"invoice_date": "01/12/2026", "kind": "FA", "total_tax_excl": "56,83", "total_tax_incl": "68,20"}
        self.beside.mkdir(parents=True, exist_ok=True)
        for name, content in pdfs.items():
            (self.beside / f"{name}.pdf").write_bytes(content)
        self._drop("invoiceDocument", COLUMNS, [given | dict(row) for row in rows], None)

    async def invoices(self, **asked: Any) -> State:
        return await through_prefect(import_invoices, str(self.folder), **asked)

    def shown(self, order: int) -> list[tuple[str, str, bytes]]:
        """Kind, number and PDF of what the order's page shows."""
        rows = [row for row in self.shop.rows("erp_invoices") if row["id_order"] == order]
        return [(row["kind"], row["number"], base64.b64decode(row["pdf"])) for row in rows]


@pytest.fixture
async def world(prefect_api: None, tmp_path: Path) -> AsyncIterator[InvoiceWorld]:
    with InvoiceWorld.at(tmp_path / "boutique", module=True) as world:
        world.prepare()
        yield world


async def sent(world: InvoiceWorld, count: int = 1) -> list[int]:
    orders = [world.place() for _ in range(count)]
    await world.orders()
    world.shop.reset_counts()
    return orders


def told(order: int, number: str, pdf: str = "", **more: Any) -> dict[str, Any]:
    return {"order_reference": f"WEB{order}", "invoice_number": number, "pdf_file": pdf, **more}


async def test_an_invoice_and_a_credit_note_are_on_the_page_with_their_pdf(world: InvoiceWorld) -> None:
    [order] = await sent(world)
    rows = told(order, "FA1", "FA1.pdf"), told(order, "AV1", "AV1.pdf", kind="AV", total_tax_incl="-12")
    world.drop_invoices(*rows, FA1=PDF, AV1=OTHER)
    assert (await world.invoices()).name == "Completed", world.report()["rejects"]
    assert world.counts() == {"rows_read": 2, "created": 2}
    assert world.shown(order) == [("invoice", "FA1", PDF), ("credit", "AV1", OTHER)]
    [row, _] = world.shop.rows("erp_invoices")
    assert [row[name] for name in ("date", "total_tax_excl", "total_tax_incl")] == ["2026-12-01", "56.83", "68.2"]
    assert list(world.beside.glob("*.pdf")) == []
    archived = {path.read_bytes() for path in (world.folder / "archives").rglob("*.pdf")}
    assert archived == {PDF, OTHER}


async def test_a_second_run_writes_nothing_although_the_pdf_has_left(world: InvoiceWorld) -> None:
    [order] = await sent(world)
    world.drop_invoices(told(order, "FA1", "FA1.pdf"), FA1=PDF)
    await world.invoices()
    world.shop.reset_counts()
    await world.invoices(since="2026-01-01")
    assert world.counts() == {"rows_read": 1, "unchanged": 1}
    world.drop_invoices(told(order, "FA1", "FA1.pdf", status="paid"), FA1=PDF)
    await world.invoices()
    assert world.counts() == {"rows_read": 1, "unchanged": 1}
    assert world.shop.writes == 0


async def test_a_changed_pdf_and_a_changed_total_take_their_place(world: InvoiceWorld) -> None:
    [order] = await sent(world)
    world.drop_invoices(told(order, "FA1", "FA1.pdf"), FA1=PDF)
    await world.invoices()
    world.drop_invoices(told(order, "FA1", "FA1.pdf", total_tax_incl="70"), FA1=OTHER)
    await world.invoices()
    assert world.counts() == {"rows_read": 1, "updated": 1}
    assert world.shown(order) == [("invoice", "FA1", OTHER)]
    assert world.shop.rows("erp_invoices")[0]["total_tax_incl"] == "70"


async def test_pdfs_that_are_none_hold_their_rows_and_no_other(world: InvoiceWorld) -> None:
    [order] = await sent(world)
    names = {"FA1": "none.pdf", "FA2": "missing.pdf", "FA3": "../settings.toml", "FA4": "FA4.pdf"}
    world.drop_invoices(*(told(order, number, name) for number, name in names.items()), none=b"GIF89a", FA4=PDF)
    assert (await world.invoices()).name == "CompletedWithRejects"
    assert world.counts() == {"rows_read": 4, "created": 1, "rejected": 3}
    reasons = [reject["reason"] for reject in world.report()["rejects"]]
    for reason, text in zip(reasons, ("not a whole PDF", "does not lie beside", "leaves the folder"), strict=True):
        assert text in reason
    assert world.shown(order) == [("invoice", "FA4", PDF)]
    [rejects] = (world.folder / "rejects").rglob("*.csv")
    assert [name in rejects.read_text("utf-8-sig") for name in names.values()] == [True, True, True, False]
    assert (world.beside / "none.pdf").exists()


async def test_orders_that_are_not_known_or_several_and_words_without_a_kind(world: InvoiceWorld) -> None:
    [order] = await sent(world)
    for _ in range(2):
        world.place(reference="XKBKNABJK")
    world.drop_invoices(
        told(999, "FA1"),
        {"order_reference": "XKBKNABJK", "invoice_number": "FA2"},
        told(order, "FA3", kind="RECHNUNG"),
        told(order, "FA4"),
    )
    await world.invoices()
    assert world.counts() == {"rows_read": 4, "refused": 2, "rejected": 1, "created": 1}
    assert world.shown(order) == [("invoice", "FA4", b"")]
    world.write_settings(invoices__kind_words={"Rechnung": "invoice"})
    world.drop_invoices(told(order, "FA3", kind="RECHNUNG"))
    await world.invoices()
    assert [number for _, number, _ in world.shown(order)] == ["FA4", "FA3"]


@pytest.mark.parametrize("kind", ["500-after", "reset-after"])
async def test_a_lost_answer_is_asked_again_and_the_pdf_is_kept_until_the_shop_has_it(
    world: InvoiceWorld, kind: Any
) -> None:
    [order] = await sent(world)
    world.drop_invoices(told(order, "FA1", "FA1.pdf"), FA1=PDF)
    world.shop.faults.add(Fault(kind, "PUT", "erp_invoices"))
    assert (await world.invoices()).name == "Completed"
    assert world.shown(order) == [("invoice", "FA1", PDF)]


async def test_a_run_killed_before_the_file_was_archived_sends_nothing_twice(world: InvoiceWorld) -> None:
    [order] = await sent(world)
    world.drop_invoices(told(order, "FA1", "FA1.pdf"), FA1=PDF)
    [dropped] = (world.folder / "streams").rglob("invoiceDocument*.csv")
    content = dropped.read_bytes()
    await world.invoices()
    dropped.with_name("invoiceDocument_again.csv").write_bytes(content + b"\n")
    world.shop.reset_counts()
    await world.invoices()
    assert world.counts() == {"rows_read": 1, "unchanged": 1}
    assert world.shop.writes == 0
    assert hashlib.sha256(world.shown(order)[0][2]).hexdigest() == hashlib.sha256(PDF).hexdigest()


async def test_an_order_that_has_got_the_id_of_another_one_gets_no_invoice_of_it(world: InvoiceWorld) -> None:
    [order] = await sent(world)
    world.shop.change("orders", order, {"reference": "SOMEBODYS", "date_add": "2026-10-01 10:00:00"})
    world.drop_invoices(told(order, "FA1", "FA1.pdf"), FA1=PDF)
    await world.invoices()
    assert world.counts() == {"rows_read": 1, "refused": 1}
    assert (world.shown(order), (world.beside / "FA1.pdf").exists()) == ([], True)


async def test_a_plan_writes_nothing_and_leaves_the_pdf(world: InvoiceWorld) -> None:
    [order] = await sent(world)
    world.drop_invoices(told(order, "FA1", "FA1.pdf"), FA1=PDF)
    world.write_settings(shop={"admin_url": "https://shop.example/adm"})
    assert (await world.invoices(dry_run=True)).name == "Planned"
    assert f"&id_order={order}&" in world.report()["pages"][str(order)]
    assert (world.shown(order), world.shop.writes) == ([], 0)
    assert (world.beside / "FA1.pdf").exists()


async def test_without_the_module_the_files_stay_and_the_message_says_what_to_do(
    prefect_api: None, tmp_path: Path
) -> None:
    with InvoiceWorld.at(tmp_path / "boutique") as world:
        world.prepare()
        [order] = await sent(world)
        world.drop_invoices(told(order, "FA1", "FA1.pdf"), FA1=PDF)
        state = await world.invoices()
        assert (state.name, "erp_invoices" in (state.message or "")) == ("Failed", True)
        assert (world.beside / "FA1.pdf").exists()


async def test_a_pdf_that_the_erp_writes_anew_while_it_is_sent_is_not_archived_unsent(
    world: InvoiceWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    [order] = await sent(world)
    world.drop_invoices(told(order, "FA1", "FA1.pdf"), told(order, "FA2", "FA2.pdf"), FA1=PDF, FA2=PDF)
    write = OrderPages.write_invoices

    async def meanwhile(self: OrderPages, invoices: Any) -> Any:
        receipts = await write(self, invoices)
        (world.beside / "FA1.pdf").write_bytes(OTHER)
        (world.beside / "FA2.pdf").unlink()
        return receipts

    monkeypatch.setattr(OrderPages, "write_invoices", meanwhile)
    assert (await world.invoices()).name == "Completed"
    assert (world.beside / "FA1.pdf").read_bytes() == OTHER
    assert list((world.folder / "archives").rglob("*.pdf")) == []
    monkeypatch.undo()
    world.drop_invoices(told(order, "FA1", "FA1.pdf", status="again"))
    await world.invoices()
    assert world.shown(order)[0] == ("invoice", "FA1", OTHER)


async def test_a_pdf_that_is_gone_when_it_is_to_be_sent_rejects_its_row(
    world: InvoiceWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    [order] = await sent(world)
    world.drop_invoices(told(order, "FA1", "FA1.pdf"), told(order, "FA2", "FA2.pdf"), FA1=PDF, FA2=PDF)
    read = OrderPages.invoices

    async def meanwhile(self: OrderPages, orders: Any) -> Any:
        (world.beside / "FA1.pdf").unlink(missing_ok=True)
        return await read(self, orders)

    monkeypatch.setattr(OrderPages, "invoices", meanwhile)
    assert (await world.invoices()).name == "CompletedWithRejects"
    assert world.counts() == {"rows_read": 2, "created": 1, "rejected": 1}
    assert world.shown(order) == [("invoice", "FA2", PDF)]


async def test_a_corrected_pdf_that_is_not_there_yet_holds_its_row_although_the_shop_has_a_former_one(
    world: InvoiceWorld,
) -> None:
    [order] = await sent(world)
    world.drop_invoices(told(order, "FA1", "FA1.pdf"), FA1=PDF)
    await world.invoices()
    world.drop_invoices(told(order, "FA1", "FA1-corrected.pdf"))
    await world.invoices()
    assert world.counts() == {"rows_read": 1, "rejected": 1}
    world.drop_invoices(told(order, "FA1", "FA1-corrected.pdf"), **{"FA1-corrected": OTHER})
    await world.invoices()
    assert world.shown(order) == [("invoice", "FA1", OTHER)]


async def test_a_pdf_that_another_row_still_needs_stays(world: InvoiceWorld) -> None:
    [order] = await sent(world)
    rows = told(order, "FA1", "both.pdf"), told(999, "FA2", "both.pdf"), told(order, "FA3", "kind.pdf", kind="X")
    world.drop_invoices(*rows, told(order, "FA4", "kind.pdf"), both=PDF, kind=PDF)
    await world.invoices()
    assert world.counts() == {"rows_read": 4, "created": 2, "refused": 1, "rejected": 1}
    assert sorted(path.name for path in world.beside.glob("*.pdf")) == ["both.pdf", "kind.pdf"]


async def test_a_pdf_that_is_empty_of_200_mb_or_a_link_holds_its_row_and_is_never_read_whole(
    world: InvoiceWorld,
) -> None:
    [order] = await sent(world)
    names = {"FA1": "empty.pdf", "FA2": "huge.pdf", "FA3": "link.pdf", "FA4": "FA4.pdf"}
    world.drop_invoices(*(told(order, number, name) for number, name in names.items()), empty=b"", huge=PDF, FA4=PDF)
    with (world.beside / "huge.pdf").open("r+b") as file:
        file.truncate(200_000_000)
    (world.beside / "link.pdf").symlink_to(world.folder / "settings.toml")
    await world.invoices()
    assert world.counts() == {"rows_read": 4, "created": 1, "rejected": 3}
    reasons = [reject["reason"] for reject in world.report()["rejects"]]
    for reason, text in zip(reasons, ("is empty", "larger than `max_pdf_bytes`", "leaves the folder"), strict=True):
        assert text in reason
    assert world.shown(order) == [("invoice", "FA4", PDF)]

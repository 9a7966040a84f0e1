"""The ERP's invoices that the shop lacks become a file of the stream, with their PDFs beside it."""

from __future__ import annotations

import asyncio
from decimal import Decimal

from connectors.files.durable import make_durable
from connectors.files.folder import folder_of
from connectors.files.private import shared_folder
from connectors.ledger import HANDED_OVER
from schemas.erp import Erp, need
from schemas.erp_invoices import ErpInvoice, InvoiceOfErp, ReadInvoices, TellsInvoices
from schemas.errors import DeniedError, RefusedError
from schemas.incidents import Level
from tasks.catalogue.drop_file import as_file, check_columns, drop_file
from tasks.catalogue.last_read import LastRead, mark_of
from tasks.invoices.papers_refused import PapersRefused
from tasks.invoices.pdf import is_pdf
from tasks.invoices.prepare import require_invoices
from tasks.run.run import Run
from tasks.run.step_tasks import step_task
from tasks.run.sweeps import Sweep

_AT_ONCE = 1_000
"""PDFs that one run fetches; the next run fetches the others."""
_NEEDED = ("invoice_number",)


@step_task("read the ERP's invoices")
async def drop_invoices(run: Run, erp: Erp) -> None:
    """A file of the invoices that the pages of their orders lack lies in the drop folder, their PDFs beside it.

    Those since the last time, and once a day all. A plan, and the ERP's test access, only shows them, without PDFs.
    """
    ability = need(erp.invoices, erp.kind, "import_invoices from the ERP")
    check_columns(run, _NEEDED)
    kind = erp.ledger_kind("invoices read")
    sweep = Sweep(run, kind)
    with run.step("read the ERP's invoices"):
        last = LastRead(run, kind)
        is_complete = sweep.is_due or run.since is not None
        read = await asyncio.to_thread(ability.read, "" if is_complete else last.cursor)
        mark = mark_of(f"{one.order} {one.invoice}" for one in read.invoices)
        if not is_complete and mark == last.mark:
            return
        papers = PapersRefused(run, erp.ledger_kind("invoice paper"))
        lacking = await _lacking(run, erp, read, papers)
        rows = [await _row(run, ability, one, papers) for one in lacking[:_AT_ONCE]]
        if rows:
            drop_file(run, as_file(run.stream, rows))
        if not run.may_write_shop:
            run.note(Level.INFO, "invoices_of_erp_planned", value=str(len(lacking)))
            return
        papers.keep()
        if len(lacking) <= _AT_ONCE:
            last.keep(mark, read.cursor)
            sweep.done = is_complete
            sweep.keep()


async def _lacking(run: Run, erp: Erp, read: ReadInvoices, papers: PapersRefused) -> list[InvoiceOfErp]:
    """The invoices of orders that the ledger knows, whose pages do not show them so, or without a PDF."""
    delivered = run.ledger.deliveries(run.folder.name, erp.ledger_kind("order"), states=HANDED_OVER)
    keys = {number: int(key) for key, number in delivered.select("key", "erp_number").iter_rows() if number}
    ours = [one for one in read.invoices if one.order in keys]
    if not ours:
        return []
    require_invoices(run.facts)
    there = await run.shop.pages.invoices({keys[one.order] for one in ours})
    shown = {(id_, known.name): known for id_, invoices in there.items() for known in invoices}
    known = [(one, shown.get((keys[one.order], one.invoice.name))) for one in ours]
    # First those that no page shows: of more than one run fetches, others without a PDF must not hold them up for good.
    known.sort(key=lambda pair: pair[1] is not None)
    return [one for one, there_now in known if _lacks(run, one, there_now, papers)]


def _lacks(run: Run, one: InvoiceOfErp, known: ErpInvoice | None, papers: PapersRefused) -> bool:
    """Whether the page does not show it so, or shows it without a PDF that may be asked for now.

    A PDF is that of the first time, whatever Dolibarr makes of it later. A plan fetches none.
    """
    if known is None or not one.invoice.is_shown_as(known):
        return True
    return not known.sha256 and run.may_write_shop and papers.is_due(one.paper)


async def _row(run: Run, ability: TellsInvoices, one: InvoiceOfErp, papers: PapersRefused) -> dict[str, str]:
    stream, invoice = run.stream, one.invoice
    return {
        stream.key_column.target: one.order,
        "invoice_number": invoice.number,
        "invoice_date": invoice.day.strftime(stream.date_formats[0]) if invoice.day else "",
        "kind": invoice.kind,
        "total_tax_excl": _number(invoice.total_tax_excl, stream.decimal_mark),
        "total_tax_incl": _number(invoice.total_tax_incl, stream.decimal_mark),
        "pdf_file": await _pdf(run, ability, one, papers),
    }


def _number(amount: Decimal | None, mark: str | None) -> str:
    return "" if amount is None else f"{amount:.6f}".replace(".", mark or ".")


async def _pdf(run: Run, ability: TellsInvoices, one: InvoiceOfErp, papers: PapersRefused) -> str:
    """The name of its PDF, which lies where the file will; empty where there is none that the shop takes."""
    if run.stream.column("pdf_file") is None or not run.may_write_shop or not papers.is_due(one.paper):
        return ""
    try:
        content = await asyncio.to_thread(ability.pdf, one.paper)
        reason = "" if is_pdf(content, run.folder.settings.invoices.max_pdf_bytes) else f"{len(content)} bytes"
    except (RefusedError, DeniedError) as error:
        content, reason = b"", error.reason
    if reason:
        again = papers.refused(one.paper)
        run.note(Level.ERROR, "erp_invoice_without_pdf", one.invoice.number, detail=reason, on=f"{again:%Y-%m-%d}")
        return ""
    papers.given(one.paper)
    name = one.paper.rpartition("/")[2]
    folder = run.folder.drop / folder_of(run.stream)
    shared_folder(folder)
    part = folder / f".{name}"
    part.write_bytes(content)
    make_durable(part)
    part.rename(folder / name)
    return name

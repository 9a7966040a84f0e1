"""Invoices go to the pages of their orders, are read back, and their PDFs leave the drop folder."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from connectors.files.archive import REPLACED, NotArchivedError, archive, archive_path_for
from connectors.files.dropped import DroppedFile
from connectors.prestashop.pages import INVOICES
from schemas.incidents import Level
from schemas.outcomes import Outcome
from schemas.run_report import PlannedChange
from tasks.invoices.pdf import read_pdf
from tasks.invoices.plan import FileInvoice, Pdf
from tasks.invoices.prepare import record
from tasks.run.chunks import Chunk, chunked
from tasks.run.outcomes import Stop
from tasks.run.run import Run
from tasks.run.step_tasks import chunk_task

CHUNK_INVOICES = 200
_AT_ONCE_BYTES = 8_000_000
"""PDFs held in memory at once."""
_AT_ONCE = 50


async def apply_invoices(run: Run, invoices: Sequence[FileInvoice], held: Collection[Path]) -> None:
    """Writes what the shop lacks; what is there already ends at once. The PDFs in `held` stay in the drop folder."""
    busy = [one for one in invoices if one.outcome is not Outcome.UNCHANGED]
    record(run, [(one, Stop(Outcome.UNCHANGED, "")) for one in invoices if one.outcome is Outcome.UNCHANGED])
    if not run.may_write_shop:
        run.planned += map(_planned, busy)
        record(run, [(one, Stop(one.outcome or Outcome.UPDATED, "")) for one in busy])
        return
    pdfs = _Pdfs(held=set(held))
    pdfs.shown(one for one in invoices if one.outcome is Outcome.UNCHANGED)
    with run.step("write invoices"):
        for chunk in chunked(busy, CHUNK_INVOICES):
            await write_invoices(run, chunk, pdfs)
    _archive(run, pdfs)


@dataclass(slots=True)
class _Pdfs:
    """What is in the shop as it was read, by its path, and what the drop folder must keep."""

    held: set[Path]
    there: dict[Path, set[Pdf]] = field(default_factory=dict)

    def shown(self, invoices: Iterable[FileInvoice]) -> None:
        for one in invoices:
            if one.pdf is not None:
                self.there.setdefault(one.pdf.path, set()).add(one.pdf)


def _planned(one: FileInvoice) -> PlannedChange:
    action = "create" if one.outcome is Outcome.CREATED else "update"
    shown = f"{one.invoice.kind} {one.invoice.number}" + (f", {one.pdf.path.name}" if one.pdf else "")
    return PlannedChange(str(one.id_order), "order", action, ((INVOICES, "", shown),))


@chunk_task("write invoices")
async def write_invoices(run: Run, chunk: Chunk[FileInvoice], pdfs: _Pdfs) -> None:
    """One chunk, in groups of as many PDFs as memory holds."""
    while chunk.left:
        run.lease.check()
        group = list(next(_groups(list(chunk.left))))
        await _write(run, group, pdfs)
        for _ in group:
            chunk.left.popleft()


def _groups(invoices: Sequence[FileInvoice]) -> Iterator[Sequence[FileInvoice]]:
    group: list[FileInvoice] = []
    size = 0
    for one in invoices:
        size += one.pdf.size if one.pdf else 0
        if group and (size > _AT_ONCE_BYTES or len(group) == _AT_ONCE):
            yield group
            group, size = [], one.pdf.size if one.pdf else 0
        group.append(one)
    if group:
        yield group


async def _write(run: Run, planned: Sequence[FileInvoice], pdfs: _Pdfs) -> None:
    """Writes, reads back and records; notes which PDFs the shop has now, and which it did not take."""
    read = [(one, _as_read(run, one)) for one in planned]
    record(run, [(one, found) for one, found in read if isinstance(found, Stop)])
    pdfs.held |= {one.pdf.path for one, found in read if isinstance(found, Stop) and one.pdf is not None}
    sent = [found for _, found in read if not isinstance(found, Stop)]
    receipts = await run.shop.pages.write_invoices(
        [(one.id_order, one.order_reference, one.invoice, content) for one, content in sent]
    )
    refused = {receipt.position: receipt.error.reason for receipt in receipts if receipt.error is not None}
    there = await run.shop.pages.invoices({one.id_order for one, _ in sent})
    group = [one for one, _ in sent]
    for position, one in enumerate(group):
        shown = {known.name: known for known in there.get(one.id_order, ())}
        if position not in refused and not one.invoice.is_shown_as(shown.get(one.invoice.name)):
            refused[position] = f"{INVOICES}: not read back as it was sent"
    for position, said in refused.items():
        one = group[position]
        run.note(Level.ERROR, "invoice_refused", one.ref.key, value=one.invoice.number, detail=said)
    record(
        run,
        [
            (one, Stop(Outcome.REFUSED, "invoice_refused", refused[position]))
            if position in refused
            else (one, Stop(one.outcome or Outcome.UPDATED, ""))
            for position, one in enumerate(group)
        ],
    )
    pdfs.held |= {pdf.path for position in refused if (pdf := group[position].pdf) is not None}
    pdfs.shown(one for position, one in enumerate(group) if position not in refused)


def _as_read(run: Run, one: FileInvoice) -> tuple[FileInvoice, bytes] | Stop:
    """With the PDF as it is now: the ERP may have written it anew, or removed it, since it was planned."""
    if one.pdf is None:
        return one, b""
    found = read_pdf(one.pdf.path, most_bytes=run.folder.settings.invoices.max_pdf_bytes)
    if isinstance(found, Stop):
        return found
    pdf, content = found
    return replace(one, pdf=pdf, invoice=replace(one.invoice, sha256=pdf.sha256)), content


def _archive(run: Run, pdfs: _Pdfs) -> None:
    """What the shop has now leaves the drop folder; what the ERP has written anew since it was read stays."""
    now = datetime.now(UTC)
    for path in sorted(pdfs.there.keys() - pdfs.held):
        pdf, *others = pdfs.there[path]
        if others:  # The ERP wrote it anew between two invoices that name it: the one of them has the former.
            run.note(Level.ERROR, "invoice_pdf_replaced", file=path.name, value=path.name)
            continue
        file = DroppedFile(path, path.name, pdf.size, now, pdf.content_hash, 0)
        try:
            archive(file, archive_path_for(file, run.folder.archives, now.date()))
        except NotArchivedError as error:
            level, code = (Level.ERROR, "invoice_pdf_replaced") if error.code == REPLACED else (Level.INFO, error.code)
            run.note(level, code, file=path.name, value=path.name)

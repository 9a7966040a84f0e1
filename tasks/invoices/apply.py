"""Invoices go to the pages of their orders, are read back, and their PDFs leave the drop folder."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from connectors.files.archive import NotArchivedError, archive, archive_path_for
from connectors.files.dropped import DroppedFile, content_hash
from connectors.prestashop.pages import INVOICES
from schemas.erp_invoices import ErpInvoice
from schemas.incidents import Level
from schemas.outcomes import Outcome
from schemas.run_report import PlannedChange
from tasks.invoices.plan import FileInvoice
from tasks.invoices.prepare import record
from tasks.run.chunks import Chunk, chunk_task, chunked
from tasks.run.outcomes import Stop
from tasks.run.run import Run

CHUNK_INVOICES = 200
_AT_ONCE_BYTES = 8_000_000
"""PDFs held in memory at once."""
_AT_ONCE = 50


async def apply_invoices(run: Run, invoices: Sequence[FileInvoice]) -> None:
    """Writes what the shop lacks; what is there already ends at once."""
    busy = [one for one in invoices if one.outcome is not Outcome.UNCHANGED]
    record(run, [(one, Stop(Outcome.UNCHANGED, "")) for one in invoices if one.outcome is Outcome.UNCHANGED])
    if not run.may_write_shop:
        run.planned += map(_planned, busy)
        record(run, [(one, Stop(one.outcome or Outcome.UPDATED, "")) for one in busy])
        return
    with run.step("write invoices"):
        held: set[Path] = set()
        for chunk in chunked(busy, CHUNK_INVOICES):
            await write_invoices(run, chunk, held)
    _archive(run, {one.pdf.path for one in invoices if one.pdf is not None} - held)


def _planned(one: FileInvoice) -> PlannedChange:
    action = "create" if one.outcome is Outcome.CREATED else "update"
    shown = f"{one.invoice.kind} {one.invoice.number}" + (f", {one.pdf.path.name}" if one.pdf else "")
    return PlannedChange(str(one.id_order), "order", action, ((INVOICES, "", shown),))


@chunk_task("write invoices")
async def write_invoices(run: Run, chunk: Chunk[FileInvoice], held: set[Path]) -> None:
    """One chunk, in groups of as many PDFs as memory holds; `held` are the PDFs that the shop did not take."""
    while chunk.left:
        run.lease.check()
        group = list(next(_groups(list(chunk.left))))
        held |= await _write(run, group)
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


async def _write(run: Run, group: Sequence[FileInvoice]) -> set[Path]:
    """Writes, reads back and records; the PDFs of those that were refused."""
    contents = [one.pdf.path.read_bytes() if one.pdf else b"" for one in group]
    sent = [_as_sent(one.invoice, content) for one, content in zip(group, contents, strict=True)]
    receipts = await run.shop.pages.write_invoices(
        [(one.id_order, one.order_reference, invoice, content)
         for one, invoice, content in zip(group, sent, contents, strict=True)]
    )  # fmt: skip
    refused = {receipt.position: receipt.error.reason for receipt in receipts if receipt.error is not None}
    there = await run.shop.pages.invoices({one.id_order for one in group})
    for position, (one, invoice) in enumerate(zip(group, sent, strict=True)):
        shown = {known.name: known for known in there.get(one.id_order, ())}
        if position not in refused and not invoice.is_shown_as(shown.get(invoice.name)):
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
    return {pdf.path for position in refused if (pdf := group[position].pdf) is not None}


def _as_sent(invoice: ErpInvoice, content: bytes) -> ErpInvoice:
    """With the hash of what is sent: the ERP may have written the file anew since it was planned."""
    return replace(invoice, sha256=hashlib.sha256(content).hexdigest()) if content else invoice


def _archive(run: Run, paths: Iterable[Path]) -> None:
    """What the shop has now leaves the drop folder."""
    today = datetime.now(UTC).date()
    for path in sorted(paths):
        state = path.stat()
        written_at = datetime.fromtimestamp(state.st_mtime, UTC)
        file = DroppedFile(path, path.name, state.st_size, written_at, content_hash(path), 0)
        try:
            archive(file, archive_path_for(file, run.folder.archives, today))
        except NotArchivedError as error:
            run.note(Level.INFO, error.code, file=file.name, value=file.name)

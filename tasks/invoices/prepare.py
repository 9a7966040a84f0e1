"""The accepted rows of the files become invoices of orders of the shop, compared with what it shows of them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from connectors.files.archive import archived_under
from connectors.files.folder import folder_of
from connectors.prestashop import ShopFacts
from connectors.prestashop.pages import INVOICES
from schemas.erp_invoices import ErpInvoice
from schemas.errors import DeniedError
from schemas.identities import order_identity
from schemas.incidents import Level
from schemas.outcomes import Outcome
from tasks.flat.translate.rows import FlatRow, flat_rows
from tasks.invoices.pdf import MISSING, find_pdf
from tasks.invoices.plan import FileInvoice, last_of_each, planned
from tasks.read.validate import ValidatedStream
from tasks.run.outcomes import RowOutcome, Stop, row_outcomes
from tasks.run.row_ref import RowRef
from tasks.run.run import Run
from tasks.run.step_tasks import step_task
from tasks.statuses.named_orders import identities, orders_named

_MILLIONTH = Decimal("0.000001")


def require_invoices(facts: ShopFacts) -> None:
    """DeniedError, with the remedy, when the shop shows no invoices of an ERP."""
    if all(facts.may(method, INVOICES) for method in ("GET", "PUT")):
        return
    raise DeniedError(
        "the shop does not take invoices of an ERP from this key",
        system="prestashop",
        action=f"PUT {INVOICES}",
        remedy="Install or update the module `passerelle` in the shop, then tick 'View (GET)' and 'Modify (PUT)' on "
        "the line erp_invoices in the back office, Advanced Parameters > Webservice. Until then the files stay.",
    ).worded("invoices_resource_missing")


@dataclass(slots=True)
class Prepared:
    """What is to be written or is there already, and the PDFs that rows which go no further still need."""

    invoices: list[FileInvoice] = field(default_factory=list)
    held: set[Path] = field(default_factory=set)


@step_task("read invoices")
async def prepare_invoices(run: Run, validated: ValidatedStream) -> Prepared:
    """One per invoice that is to be written or is there already; the other rows have their outcome then."""
    with run.step("read invoices"):
        cells = validated.accepted_rows_scan().sort("_file", "_line").collect().to_dicts()
        if not cells:
            return Prepared()
        require_invoices(run.facts)
        named = await _named(run, cells)
        rows, superseded = last_of_each(_with_archived(run, named.invoices))
        record(run, [(row, Stop(Outcome.IGNORED, "superseded", str(line))) for row, line in superseded])
        there = await run.shop.pages.invoices(row.id_order for row in rows)
        plans = [(row, planned(row, {one.name: one for one in there.get(row.id_order, ())})) for row in rows]
        record(run, [(row, plan) for row, plan in plans if isinstance(plan, Stop)])
        return Prepared([plan for _, plan in plans if isinstance(plan, FileInvoice)], named.held)


async def _named(run: Run, cells: Sequence[Mapping[str, Any]]) -> Prepared:
    """The rows whose order the shop has, once and as it was handed over, and whose kind has a word."""
    refs = [RowRef(row["_file"], row["_line"], str(row["_key"]).strip()) for row in cells]
    keys = await orders_named(run, dict.fromkeys(ref.key for ref in refs))
    orders = await _orders(run, {found[0] for found in keys.values() if len(found) == 1})
    folders = _folders(run)
    named = Prepared()
    for ref, row in zip(refs, flat_rows(list(cells), run.stream), strict=True):
        found = keys.get(ref.key, ())
        reference = orders.get(found[0]) if len(found) == 1 else None
        if reference is None:
            _unknown(run, ref, found)
            named.held |= _named_pdfs(row, folders)
            continue
        for key in (ref.key, found[0]):
            run.shown_keys.note(key, "order", int(found[0]))
        one = _row(run, row, FileInvoice(ref, int(found[0]), reference, _invoice(row)), folders)
        if isinstance(one, Stop):
            record(run, [(FileInvoice(ref, 0, "", _invoice(row)), one)])
            named.held |= _named_pdfs(row, folders)
        else:
            named.invoices.append(one)
    return named


def _named_pdfs(row: FlatRow, folders: Sequence[Path]) -> set[Path]:
    return {folder / row.text("pdf_file").strip() for folder in folders}


def _with_archived(run: Run, rows: Sequence[FileInvoice]) -> list[FileInvoice]:
    """The rows whose PDF is missing, with what the archives have under its name."""
    missing = {row.stop.detail for row in rows if row.stop is not None and row.stop.code == MISSING}
    found = archived_under(missing, run.folder.archives)
    hashes = {name: frozenset(_sha256(path) for path in paths) for name, paths in found.items()}
    return [replace(row, archived=hashes.get(row.stop.detail, row.archived)) if row.stop else row for row in rows]


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


async def _orders(run: Run, keys: Iterable[str]) -> dict[str, str]:
    """The references of these orders, by id; one that has got another one's id is left out."""
    keys = sorted(keys, key=int)
    rows = await run.shop.find("orders", "id", keys, display=("id", "reference", "date_add")) if keys else []
    whose, secret = identities(run, keys), run.ledger.secret()
    return {
        str(row["id"]): row["reference"]
        for row in rows
        if whose.get(str(row["id"]), "") in {"", order_identity(row["reference"], row["date_add"], secret)}
    }


def _folders(run: Run) -> tuple[Path, ...]:
    """Where PDFs lie: beside the files of the stream, at the top of the drop folder or in its own."""
    return tuple(dict.fromkeys((run.folder.drop / folder_of(run.stream), run.folder.drop)))


def _unknown(run: Run, ref: RowRef, found: Sequence[str]) -> None:
    code = "document_order_ambiguous" if len(found) > 1 else "document_order_unknown"
    detail = ", ".join(found) if len(found) > 1 else ""
    run.note(Level.ERROR, code, ref.key, detail=detail)
    run.rows.record(row_outcomes([RowOutcome(ref.file, ref.line, ref.key, Outcome.REFUSED.value, code, detail)]))


def _invoice(row: FlatRow) -> ErpInvoice:
    day = row.value("invoice_date")
    return ErpInvoice(
        "",
        " ".join(row.text("invoice_number").split()),
        day if isinstance(day, date) else None,
        _amount(row, "total_tax_excl"),
        _amount(row, "total_tax_incl"),
    )


def _amount(row: FlatRow, target: str) -> Decimal | None:
    said = row.value(target)
    return None if said is None else Decimal(str(said)).quantize(_MILLIONTH)


def _row(run: Run, row: FlatRow, one: FileInvoice, folders: Sequence[Path]) -> FileInvoice | Stop:
    settings = run.folder.settings.invoices
    word = row.text("kind").strip()
    kind = settings.words.get(word.casefold()) if word else "invoice"
    if kind is None:
        return Stop(Outcome.REJECTED, "invoice_kind_unknown", word, "kind")
    invoice = replace(one.invoice, kind=kind)
    name = row.text("pdf_file").strip()
    if not name:
        return replace(one, invoice=invoice)
    pdf = find_pdf(name, folders, most_bytes=settings.max_pdf_bytes)
    if isinstance(pdf, Stop):
        return replace(one, invoice=invoice, stop=pdf)
    return replace(one, invoice=replace(invoice, sha256=pdf.sha256), pdf=pdf)


def record(run: Run, stopped: Iterable[tuple[FileInvoice, Stop]]) -> None:
    """These rows go no further."""
    rows = [
        RowOutcome(row.ref.file, row.ref.line, row.ref.key, stop.outcome.value, stop.code, stop.detail, stop.column)
        for row, stop in stopped
    ]
    run.rows.record(row_outcomes(rows))

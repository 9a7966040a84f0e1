"""The ERP's documents on the orders' pages: what of them the shop lacks, written through our module and read back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from connectors.prestashop.erp_documents import RESOURCE
from schemas.erp import DocumentStatus, ErpNumber
from schemas.erp_settings import Orders
from schemas.incidents import Level
from schemas.order_documents import ErpDocuments
from schemas.outcomes import Outcome
from tasks.run.run import Run
from tasks.statuses.plan import StatusChange, TrackedDocument


def shop_shows(run: Run) -> bool:
    """Whether the shop has our module, and the key its rights."""
    return all(run.facts.may(method, RESOURCE) for method in ("GET", "PUT"))


async def with_pages(
    run: Run,
    orders: Sequence[TrackedDocument],
    changes: Sequence[StatusChange],
    statuses: Mapping[ErpNumber, DocumentStatus],
) -> list[StatusChange]:
    """The changes, each with what its order's page lacks; without the module that is reported, and nothing is lost."""
    wanted = _wanted(run.folder.settings.orders, orders, statuses)
    if not wanted:
        return list(changes)
    if not shop_shows(run):
        run.note(Level.ERROR, "documents_resource_missing", RESOURCE, value=str(len(wanted)))
        return list(changes)
    there = await run.shop.pages.documents(wanted)
    return [_with_page(each, wanted.get(each.one.id), there) for each in changes]


def _wanted(
    settings: Orders, orders: Sequence[TrackedDocument], statuses: Mapping[ErpNumber, DocumentStatus]
) -> dict[int, ErpDocuments]:
    wanted = {}
    for order in orders if settings.shows_documents else ():
        status = statuses.get(order.document)
        chosen = status.documents.chosen(
            numbers=settings.send_document_number,
            day=settings.send_delivery_date,
            details=settings.send_delivery_details,
        ) if status else None  # fmt: skip
        if chosen:
            wanted[order.id] = chosen
    return wanted


def _with_page(change: StatusChange, wanted: ErpDocuments | None, there: Mapping[int, ErpDocuments]) -> StatusChange:
    known = there.get(change.one.id)
    lacking = wanted.beside(known) if wanted and known is not None else None
    if not lacking:
        return change
    idle = change.outcome in {Outcome.UNCHANGED, Outcome.IGNORED}
    return replace(change, page=lacking, outcome=Outcome.UPDATED if idle else change.outcome)


async def write_pages(run: Run, changes: Sequence[StatusChange]) -> dict[int, str]:
    """Writes what the pages of these orders lack; what the shop said of those that it refuses, by order."""
    wanted = {each.one.id: (each.one.reference, each.page) for each in changes if each.page}
    if not wanted:
        return {}
    sent = [(order, reference, page) for order, (reference, page) in wanted.items()]
    receipts = await run.shop.pages.write_documents(sent)
    refused = {
        order: receipt.error.reason for (order, *_), receipt in zip(sent, receipts, strict=True) if receipt.error
    }
    there = await run.shop.pages.documents(order for order in wanted if order not in refused)
    for order, _, page in sent:
        if order not in refused and (order not in there or page.beside(there[order])):
            refused[order] = f"{RESOURCE}: not read back as it was sent"
    return refused

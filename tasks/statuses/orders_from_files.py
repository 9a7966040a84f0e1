"""What the ERP's files say of orders: which document each has become, and what that does to it in the shop."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import polars as pl

from connectors.ledger import DeliveryState, Link
from schemas.erp import DocumentStatus, ErpNumber
from schemas.identities import keyed_hash
from schemas.incidents import Incident, Level
from schemas.order_documents import ErpDocuments
from schemas.outcomes import Outcome
from tasks.erp import kind_of
from tasks.flat.translate.rows import FlatRow, flat_rows
from tasks.read.validate import ValidatedStream
from tasks.run.matching import in_slices
from tasks.run.outcomes import RowOutcome, row_outcomes
from tasks.run.row_ref import RowRef
from tasks.run.run import Run
from tasks.run.step_tasks import step_task
from tasks.statuses.apply_orders import apply_order_statuses
from tasks.statuses.named_orders import identities, orders_named
from tasks.statuses.pages import shop_shows
from tasks.statuses.plan import StatusChange
from tasks.statuses.prepare_orders import KIND, open_orders, plan_changes
from tasks.statuses.tracked import FINAL, LedgerEntry
from tasks.statuses.translate.documents import DocumentRow, OrderDocuments, documents_of
from tasks.statuses.translate.shown import documents_shown
from tasks.statuses.translate.tracking import tracking_number

_KEYS_AT_ONCE = 500
_ORDERS_AT_ONCE = 1_000
"""Orders whose rows lie in memory before it is known whether they say anything new."""
_REFERENCE = pl.col("_key").cast(pl.String).str.strip_chars()
SEEN = "order_document"
"""Links of orders with a fingerprint of what the files said of them last."""


class OrderRows:
    """The rows of one order. Not a dataclass: Prefect walks through those."""

    def __init__(
        self, key: str, rows: Sequence[DocumentRow], named: OrderDocuments, shown: ErpDocuments, fingerprint: str
    ) -> None:
        self.key = key
        self.rows = rows
        self.documents = named
        self.shown = shown
        self.fingerprint = fingerprint


async def import_documents(run: Run, validated: ValidatedStream) -> None:
    """Every order that the files name moves forward; what no file names stays as it is."""
    named = await read_documents(run, validated)
    changes = await _changes(run, named)
    await apply_order_statuses(run, changes)
    if run.may_write_shop:
        _remember(run, named)


@step_task("read documents")
async def read_documents(run: Run, validated: ValidatedStream) -> list[OrderRows]:
    """The orders that the files say something new of; the other rows have their outcome when this returns."""
    with run.step("read documents"):
        references = validated.accepted_rows_scan().select(_REFERENCE.unique(maintain_order=True)).collect()
        keys = await orders_named(run, references.to_series().to_list())
        of_order: dict[str, list[str]] = defaultdict(list)
        of_none: dict[str, tuple[str, ...]] = {}
        for reference in references.to_series():
            found = keys.get(reference, ())
            if len(found) == 1:
                of_order[found[0]].append(reference)
                run.shown_keys.note(reference, "order", int(found[0]))
                run.shown_keys.note(found[0], "order", int(found[0]))
            else:
                of_none[reference] = found
        _refuse(run, validated, of_none)
        _confirm(run, of_order)
        new: list[OrderRows] = []
        for some in in_slices(of_order, _ORDERS_AT_ONCE):
            rows_of = _rows_of(run, validated, [each for key in some for each in of_order[key]])
            new += _new(run, {key: [row for each in of_order[key] for row in rows_of[each]] for key in some})
        return new


def _refuse(run: Run, validated: ValidatedStream, found: Mapping[str, tuple[str, ...]]) -> None:
    """The rows of references that are none of our orders, or several."""
    for some in in_slices(found, _ORDERS_AT_ONCE):
        outcomes: list[RowOutcome] = []
        for reference, rows in _rows_of(run, validated, some).items():
            code = "document_order_ambiguous" if found[reference] else "document_order_unknown"
            run.note(Level.ERROR, code, reference, detail=", ".join(found[reference]))
            outcomes += _outcomes(rows, Outcome.REFUSED, code, ", ".join(found[reference]))
        run.rows.record(row_outcomes(outcomes))


def _rows_of(run: Run, validated: ValidatedStream, references: Sequence[str]) -> dict[str, list[DocumentRow]]:
    """The rows that bear these references, each reference's in the order of the files."""
    wanted = validated.accepted_rows_scan().filter(_REFERENCE.is_in(references))
    rows = wanted.sort("_file", "_line").collect().to_dicts()
    grouped: dict[str, list[DocumentRow]] = defaultdict(list)
    for row, cells in zip(flat_rows(rows, run.stream), rows, strict=True):
        ref = RowRef(cells["_file"], cells["_line"], str(cells["_key"]))
        grouped[ref.key.strip()].append(_row(row, ref))
    return grouped


def _row(row: FlatRow, ref: RowRef) -> DocumentRow:
    return DocumentRow(
        ref=ref,
        type_word=row.text("document_type").strip(),
        number=row.text("document_number").strip(),
        origin=row.text("origin_number").strip(),
        headers=tuple(row.text(f"header_{number}") for number in (1, 2, 3, 4)),
        carrier=row.text("carrier_code").strip(),
        item=row.text("item_reference").strip(),
        text=row.text("line_text"),
        ordered=_quantity(row, "quantity_ordered"),
        delivered=_quantity(row, "quantity_delivered"),
        parcel=row.text("parcel_number"),
        cancelled=row.value("cancelled") is True,
        day=_day(row, "document_date"),
        delivery_day=_day(row, "delivery_date"),
    )


def _day(row: FlatRow, target: str) -> date | None:
    said = row.value(target)
    return said if isinstance(said, date) else None


def _quantity(row: FlatRow, target: str) -> Decimal | None:
    reason = row.value(target)
    return None if reason is None else Decimal(str(reason))


def _confirm(run: Run, keys: Iterable[str]) -> None:
    """A file of the ERP names these orders: what was sent is delivered. With files it is the only proof there is."""
    if not run.may_write_shop:
        return
    for some in in_slices(keys, _KEYS_AT_ONCE):
        run.ledger.named_by_erp(run.folder.name, kind_of(run.folder, "order"), some, run_id=run.run_id)


def _new(run: Run, grouped: Mapping[str, Sequence[DocumentRow]]) -> list[OrderRows]:
    """Those of which the files say something else than the last time."""
    settings, secret = run.folder.settings.erp.files, run.ledger.secret()
    links = run.ledger.links_for(run.folder.name, SEEN, list(grouped))
    before: Mapping[str, str] = dict(links.select("erp_key", "fingerprint").iter_rows())
    rules, orders = run.folder.settings.order_rules, run.folder.settings.orders
    are_sent = orders.shows_documents and shop_shows(run)
    switches = (orders.send_document_number, orders.send_delivery_date, orders.send_delivery_details)
    new: list[OrderRows] = []
    same: list[DocumentRow] = []
    for key, rows in grouped.items():
        named, shown = documents_of(rows, settings), documents_shown(rows, settings)
        said = (named, rules, shown, switches) if are_sent else (named, rules)
        one = OrderRows(key, rows, named, shown, keyed_hash(repr(said), secret))
        if before.get(key) == one.fingerprint and run.asked.since is None:
            same += rows
        else:
            new.append(one)
    # One frame for all of them: a frame an order costs a millisecond and ten kilobytes.
    _record(run, same, Outcome.UNCHANGED)
    return new


async def _changes(run: Run, named: Sequence[OrderRows]) -> list[StatusChange]:
    """One change per order that is still in the shop; the rows of the others have their outcome."""
    by_key = {each.key: each for each in named}
    links = run.ledger.links_for(run.folder.name, KIND, list(by_key))
    before = {key: (value, state) for key, value, state in links.select(*_OF_LINK).iter_rows()}
    final = [key for key in by_key if before.get(key, ("", ""))[1] == FINAL]
    _record(run, [row for key in final for row in by_key.pop(key).rows], Outcome.UNCHANGED)
    identity_of = identities(run, by_key)
    known = {
        key: LedgerEntry(
            ErpNumber(each.rows[0].ref.key),
            int(before.get(key, ("", ""))[0] or 0),
            identity_of.get(key, ""),
        )
        for key, each in by_key.items()
    }
    orders = [
        replace(
            order, file=rows[0].ref.file, line=rows[0].ref.line, more=tuple((r.ref.file, r.ref.line) for r in rows[1:])
        )
        for order in await open_orders(run, kind_of(run.folder, f"{KIND}_absent"), known)
        if (rows := by_key[str(order.id)].rows)
    ]
    gone = by_key.keys() - {str(order.id) for order in orders}
    _record(run, [row for key in gone for row in by_key[key].rows], Outcome.REFUSED, "document_order_unknown")
    statuses = {order.document: _status(by_key[str(order.id)]) for order in orders}
    _tell(run, by_key, known.keys() - gone)
    return await plan_changes(run, orders, statuses, standing=_unconfirmed(run))


_OF_LINK = ("erp_key", "confirmed_value", "state")


def _status(each: OrderRows) -> DocumentStatus:
    named = each.documents
    return DocumentStatus(
        ErpNumber(each.rows[0].ref.key),
        values=named.values,
        tracking=named.tracking,
        carrier_code=named.carrier,
        shown_as=named.number,
        documents=each.shown,
    )


def _tell(run: Run, by_key: Mapping[str, OrderRows], keys: Iterable[str]) -> None:
    """What of the documents is odd, and stops nothing."""
    for key in sorted(keys):
        named = by_key[key].documents
        for word in named.unknown_words:
            run.note(Level.ERROR, "document_type_unknown", key, value=word)
        if named.more_than_ordered:
            run.note(Level.INFO, "document_more_delivered", key, detail=", ".join(named.more_than_ordered))


def _unconfirmed(run: Run) -> list[Incident]:
    """Orders that were sent long ago and that no file of the ERP has named."""
    settings = run.folder.settings.erp
    if settings.kind != "files" or settings.access == "test":
        return []
    days = settings.files.unconfirmed_days
    shop, kind = run.folder.name, kind_of(run.folder, "order")
    sent = run.ledger.deliveries(shop, kind, states=[DeliveryState.SENT])
    old = sent.filter(pl.col("delivered_at") < datetime.now(UTC) - timedelta(days=days))
    for key in old["key"]:
        run.shown_keys.note(key, "order", int(key))
    return [
        Incident(
            Level.ERROR,
            "order_unconfirmed",
            run.stream.name,
            key,
            params={"detail": number or "?", "on": f"{delivered_at:%Y-%m-%d}", "value": str(days)},
        )
        for key, number, delivered_at in old.select("key", "erp_number", "delivered_at").iter_rows()
    ]


def _remember(run: Run, named: Sequence[OrderRows]) -> None:
    """What the files have said of these orders, so that the same is not looked at again; what failed is."""
    failed = {incident.key for incident in run.incidents if incident.level is Level.ERROR}
    links = [
        Link(each.key, int(each.key), fingerprint=each.fingerprint)
        for each in named
        if each.key not in failed and tracking_number(each.documents.tracking).is_accepted
    ]
    if links:
        run.ledger.confirm(run.folder.name, SEEN, links, run_id=run.run_id)


def _record(run: Run, rows: Sequence[DocumentRow], outcome: Outcome, code: str = "") -> None:
    run.rows.record(row_outcomes(_outcomes(rows, outcome, code)))


def _outcomes(rows: Sequence[DocumentRow], outcome: Outcome, code: str, detail: str = "") -> list[RowOutcome]:
    return [RowOutcome(row.ref.file, row.ref.line, row.ref.key, outcome.value, code, detail) for row in rows]

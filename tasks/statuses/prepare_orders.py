"""What the ERP says of the orders that it has and that are not finished, and what that does to them in the shop."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from connectors.ledger import Link
from connectors.prestashop.dates import instant, zone_of
from connectors.prestashop.values import whole
from schemas.erp import DocumentStatus, Erp, ErpNumber
from schemas.identities import order_identity
from schemas.incidents import Incident, Level
from schemas.order_documents import ErpDocument
from tasks.orders.absent import gone
from tasks.run.run import Run
from tasks.run.step_tasks import step_task
from tasks.statuses.pages import with_pages
from tasks.statuses.plan import Carriers, StatusChange, TrackedDocument, plan_status_change
from tasks.statuses.tracked import FINAL, LedgerEntry, ask, known_open, report_incidents, without_reused
from tasks.statuses.tracking_to_erp import give_numbers
from tasks.statuses.translate.tracking import LONGEST, tracking_number

KIND = "order_status"


@step_task("read statuses")
async def prepare_order_statuses(run: Run, erp: Erp) -> list[StatusChange]:
    """One change per order that is followed; with a test access nothing is written to the shop."""
    with run.step("read statuses"):
        known = known_open(run, erp.ledger_kind("order"), KIND)
        orders = await open_orders(run, erp.ledger_kind(f"{KIND}_absent"), known)
        told = await ask(run, erp, orders)
    await give_numbers(run, erp, orders, told)
    statuses = {number: with_own_document(status) for number, status in told.items()}
    return await plan_changes(run, orders, statuses)


def with_own_document(status: DocumentStatus) -> DocumentStatus:
    """With the ERP's document of the order itself, where it tells of no other."""
    if status.documents.documents:
        return status
    own = ErpDocument("order", status.shown_as or str(status.number))
    return replace(status, documents=replace(status.documents, documents=(own,)))


async def plan_changes(
    run: Run,
    orders: Sequence[TrackedDocument],
    statuses: Mapping[ErpNumber, DocumentStatus],
    *,
    standing: Sequence[Incident] = (),
) -> list[StatusChange]:
    """One change per order; what stays behind is reported, and the incidents `standing` with it."""
    carriers = await _carriers(run)
    states = await _states(run) if orders else None
    settings = run.folder.settings.orders
    before_all = {*settings.states, *settings.waiting_states, *settings.hold_states}
    rules = run.folder.settings.order_rules
    changes = [
        plan_status_change(order, statuses.get(order.document), rules, before_all, carriers, states) for order in orders
    ]
    report_incidents(run, changes, statuses, standing=[*_untaken_numbers(run, orders, statuses), *standing])
    _report_carriers(run, orders, statuses, carriers)
    return await with_pages(run, orders, changes, statuses)


async def _states(run: Run) -> set[int] | None:
    """The states that the shop has: one that it lacks ends in a 500 without a word, and is not sent."""
    if not run.facts.may("GET", "order_states"):
        return None
    return {int(row["id"]) for row in await run.shop.read("order_states", display=("id",))}


def _untaken_numbers(
    run: Run, orders: Sequence[TrackedDocument], statuses: Mapping[ErpNumber, DocumentStatus]
) -> list[Incident]:
    """Numbers of parcels that the shop would refuse: they are not sent."""
    found = []
    for order in orders:
        status = statuses.get(order.document)
        number = tracking_number(status.tracking if status and order.id_order_carrier else "")
        if not number.is_accepted:
            code = "status_tracking_refused" if number.refused else "status_tracking_too_long"
            params = {"detail": " ".join(number.refused) or str(LONGEST), "number": number.text}
            found.append(Incident(Level.ERROR, code, run.stream.name, str(order.id), params=params))
    return found


async def _carriers(run: Run) -> Carriers:
    """The shop's carriers by the codes of associations.toml; nothing is read where it names none."""
    codes, patterns = run.folder.associations.carriers, run.folder.associations.carriers_from_erp
    if not codes and not patterns:
        return Carriers()
    rows = await run.shop.read("carriers", display=("id", "id_reference", "deleted"))
    return Carriers(
        codes=codes,
        patterns=patterns,
        references={int(row["id"]): whole(row, "id_reference") for row in rows},
        in_use={whole(row, "id_reference"): int(row["id"]) for row in rows if row["deleted"] != "1"},
    )


def _report_carriers(
    run: Run, orders: Sequence[TrackedDocument], statuses: Mapping[ErpNumber, DocumentStatus], carriers: Carriers
) -> None:
    """Parcels that the ERP gives to a carrier which the shop does not know."""
    for order in orders:
        status = statuses.get(order.document)
        is_asked = carriers.codes or carriers.patterns
        if is_asked and status and status.carrier_code and not carriers.knows(status.carrier_code):
            run.note(Level.INFO, "status_carrier_unknown", str(order.id), detail=status.carrier_code)


async def _report_deleted(run: Run, absent: str, known: Mapping[str, LedgerEntry], there: Collection[str]) -> None:
    """Orders that the ERP has and the shop no longer: reported once, then followed no further."""
    deleted = await gone(run, "orders", absent, known, there, code="order_not_listed")
    for key in deleted:
        run.note(Level.ERROR, "status_order_deleted", key, detail=str(known[key].document))
    if deleted and run.may_write_shop:
        links = [Link(key, int(key), state=FINAL, confirmed_value=str(known[key].set_before)) for key in deleted]
        run.ledger.confirm(run.folder.name, KIND, links, run_id=run.run_id)


async def open_orders(run: Run, absent: str, known: Mapping[str, LedgerEntry]) -> list[TrackedDocument]:
    """Those that the shop still has, with the parcel that the latest row of order_carriers stands for.

    `absent` is the ledger's kind of notes on those that the shop does not list.
    """
    rows = await run.shop.find("orders", "id", known, display=("id", "current_state", "date_add", "reference"))
    await _report_deleted(run, absent, known, {str(row["id"]) for row in rows})
    secret = run.ledger.secret()
    rows = without_reused(run, known, rows, lambda row: order_identity(row["reference"], row["date_add"], secret))
    ids = [str(row["id"]) for row in rows]
    display = ("id", "id_order", "id_carrier", "tracking_number")
    carriers = await run.shop.find("order_carriers", "id_order", ids, display=display)
    by_order = {int(row["id_order"]): row for row in sorted(carriers, key=lambda row: int(row["id"]))}
    zone = zone_of(run.facts.time_zone)
    orders = []
    for row in sorted(rows, key=lambda row: int(row["id"])):
        carrier = by_order.get(int(row["id"]), {})
        orders.append(
            TrackedDocument(
                id=int(row["id"]),
                document=known[str(row["id"])].document,
                state=int(row["current_state"] or 0),
                placed_on=instant(row["date_add"], zone).astimezone(zone).date(),
                set_before=known[str(row["id"])].set_before,
                tracking=carrier.get("tracking_number", ""),
                id_order_carrier=int(carrier.get("id", 0)),
                id_carrier=whole(carrier, "id_carrier"),
                reference=row["reference"],
            )
        )
    return orders

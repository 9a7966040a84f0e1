"""An order that somebody wants sent again: the ledger no longer holds it for delivered, the next export looks at it."""

from __future__ import annotations

from datetime import UTC, datetime

from connectors.ledger import Ledger
from connectors.ledger.leases import LeaseHeldError
from connectors.prestashop.board import BoardRequest
from schemas.flows import FLOWS
from tasks.back_office.answers import Answer, done, refused
from tasks.erp import kind_of
from tasks.handover.sender import DOUBT_LASTS
from tasks.run.push_board import can_run
from tasks.run.shop_folder import ShopFolder

EXPORT = "export_orders"


def send_again(folder: ShopFolder, ledger: Ledger, request: BoardRequest, begun_at: datetime | None) -> Answer | None:
    """The answer; None while an export is at work. `begun_at`: since then an earlier process may have done it."""
    if not request.subject.isdecimal() or not can_run(folder, FLOWS[EXPORT]):
        return refused(request, "no_export")
    key, kind = str(int(request.subject)), kind_of(folder, "order")
    try:
        with ledger.lease(folder.name, EXPORT):
            known = next(ledger.deliveries(folder.name, kind, keys=[key]).iter_rows(named=True), None)
            if known is not None and begun_at is not None and known["changed_at"] >= begun_at:
                return done(request, "resent")
            if known is not None and known["doubt_at"] and known["doubt_at"] + DOUBT_LASTS > datetime.now(UTC):
                return refused(request, "in_doubt", until=f"{known['doubt_at'] + DOUBT_LASTS:%Y-%m-%d %H:%M}")
            ledger.clear(folder.name, kind, [key], doubts=True)
            ledger.wait(folder.name, kind, key, code="order_resent", run_id=None)
            return done(request, "resent")
    except LeaseHeldError:
        return None

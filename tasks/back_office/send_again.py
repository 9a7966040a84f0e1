"""An order that somebody wants sent again: the ledger no longer holds it for delivered, the next export looks at it."""

from __future__ import annotations

from datetime import datetime

from connectors.ledger import Ledger
from connectors.ledger.leases import LeaseHeldError
from connectors.prestashop import Shop
from connectors.prestashop.board import BoardRequest
from schemas.flows import FLOWS
from schemas.messages import LANGUAGES, message
from tasks.back_office.answers import Answer, done, refused
from tasks.erp import kind_of
from tasks.handover.send_again import forget_sent
from tasks.handover.sender import Question
from tasks.orders.identities import identities_now
from tasks.run.push_board import can_run
from tasks.run.shop_folder import ShopFolder

EXPORT = "export_orders"


async def send_again(
    folder: ShopFolder, ledger: Ledger, shop: Shop, request: BoardRequest, begun_at: datetime | None
) -> Answer | None:
    """The answer; None while an export is at work. `begun_at`: since then an earlier process may have done it."""
    if not request.subject.isdecimal() or not can_run(folder, FLOWS[EXPORT]):
        return refused(request, "no_export")
    key, kind = str(int(request.subject)), kind_of(folder, "order")
    identities = await identities_now(shop, [key], ledger.secret())
    try:
        with ledger.lease(folder.name, EXPORT):
            known = next(ledger.deliveries(folder.name, kind, keys=[key]).iter_rows(named=True), None)
            if known is not None and begun_at is not None and known["changed_at"] >= begun_at:
                return done(request, "resent")
            sent = forget_sent(ledger, folder.name, kind, key, subject="order", identity=identities.get(key))
    except LeaseHeldError:
        return None
    if sent.question is not None:
        return Answer(request.token, "refused", _asked(key, sent.question))
    if sent.in_doubt_until:
        return refused(request, "in_doubt", until=sent.in_doubt_until)
    return done(request, "resent")


def _asked(key: str, question: Question) -> dict[str, str]:
    texts = {language: message(question.code, language, key=key, **question.params) for language in LANGUAGES}
    return {language: f"{text.reason} {text.remedy}" for language, text in texts.items()}

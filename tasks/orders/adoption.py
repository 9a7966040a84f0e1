"""Orders that the ERP was given by somebody else become known here once its document agrees with them in everything."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from connectors.ledger import HANDED_OVER, DeliveryState
from schemas.documents import Order
from schemas.erp import Erp, FoundDocument, orders_of
from schemas.errors import RefusedError
from schemas.identities import identity_of_order
from tasks.handover.translate.intent import differences
from tasks.orders.changed import remember_sent
from tasks.orders.erp_lines import ErpLines
from tasks.orders.look_up import read_orders
from tasks.orders.rows import ShopWords
from tasks.run.run import Run

STREAM = "order"
NEEDED = ("orders", "order_details", "order_payments", "customers", "addresses")
"""Resources that the key must read for an order to be compared with its document."""


@dataclass(frozen=True, slots=True)
class Adoption:
    """What the ERP has of one order."""

    id_order: int
    number: str = ""
    """Its document; empty: the ERP has none under the order's references."""
    differs: str = ""
    """What of this document is not as the order's must be; it is then not taken for the order's."""

    @property
    def is_adopted(self) -> bool:
        """Whether the document is the order's own."""
        return bool(self.number) and not self.differs


class Adopter:
    """Looks for documents of orders that the ledger does not know as delivered; nothing is sent.

    With `accept_differences` the one document under an order's reference is its own whatever differs, unless it is
    cancelled.
    """

    def __init__(self, run: Run, erp: Erp, words: ShopWords, *, accept_differences: bool = False) -> None:
        self._accept = accept_differences
        self._run = run
        self._erp = erp
        self._documents = orders_of(erp)
        self._words = words
        self._of_erp = ErpLines(run, words)
        delivered = run.ledger.deliveries(run.folder.name, erp.ledger_kind(STREAM), states=HANDED_OVER)
        self._taken = {number for number in delivered["erp_number"] if number}
        """Documents that are another order's."""

    async def adopt(self, ids: Sequence[int]) -> list[Adoption]:
        """One answer for each order that the shop still has; in the ledger where its document agrees.

        A dry run notes nothing. Asked by the order's reference, then by our own internal one.
        """
        run, found = self._run, []
        for start in range(0, len(ids), run.folder.settings.orders.chunk):
            run.lease.check()
            part = ids[start : start + run.folder.settings.orders.chunk]
            orders = list(
                await self._of_erp.completed(await read_orders(run.shop, run.facts, self._words, part, carts=False))
            )
            candidates = await self._found(orders)
            for order, documents in zip(orders, candidates, strict=True):
                found.append(self._judge(order, documents))
        return found

    async def _found(self, orders: Sequence[Order]) -> list[list[FoundDocument] | RefusedError]:
        at_once = asyncio.Semaphore(self._erp.connections)

        async def ask(order: Order) -> list[FoundDocument] | RefusedError:
            async with at_once:
                return await asyncio.to_thread(self._ask, order)

        return list(await asyncio.gather(*map(ask, orders)))

    def _ask(self, order: Order) -> list[FoundDocument] | RefusedError:
        documents, customers = self._documents, self._erp.customers
        code = next(customers.codes(order.customer.id_customer), "") if customers else ""
        try:
            found = documents.find(documents.type, documents.reference(order), order.reference, code)
        except RefusedError as error:
            return error
        # Both questions may give the same document.
        return list({each.status.number: each for each in (found.ours, *found.others) if each is not None}.values())

    def _judge(self, order: Order, documents: list[FoundDocument] | RefusedError) -> Adoption:
        if isinstance(documents, RefusedError):
            return Adoption(order.id_order, documents.key, documents.reason)
        free = [each for each in documents if each.status.number not in self._taken]
        differing = {each.status.number: self._differences(order, each) for each in free}
        fitting = [each for each in free if not differing[each.status.number]]
        ours = [each for each in fitting if each.status.internal_reference == self._documents.reference(order)]
        if len(ours or fitting) == 1:
            self._note(order, (ours or fitting)[0])
            return Adoption(order.id_order, (ours or fitting)[0].status.number)
        if not documents:
            return Adoption(order.id_order)
        if self._accept and len(free) == 1 and not free[0].is_cancelled:
            self._note(order, free[0])
            return Adoption(order.id_order, free[0].status.number)
        numbers = ", ".join(each.status.number for each in free or documents)
        several = f"{len(fitting)} documents agree" if fitting else "; ".join(filter(None, differing.values()))
        return Adoption(order.id_order, numbers, several or "the document is another order's")

    def _differences(self, order: Order, document: FoundDocument) -> str:
        ours = self._documents.translated(order, document.status.customer_code)
        return ", ".join(differences(ours.compared, document))

    def _note(self, order: Order, document: FoundDocument) -> None:
        run = self._run
        self._taken.add(document.status.number)
        if run.asked.dry_run:
            return
        run.ledger.delivered(
            run.folder.name,
            self._erp.ledger_kind(STREAM),
            str(order.id_order),
            erp_number=document.status.number,
            erp_code=document.status.customer_code,
            run_id=run.run_id,
            identity=identity_of_order(order, run.ledger.secret()),
            state=DeliveryState.DELIVERED if self._documents.confirms else DeliveryState.SENT,
        )
        remember_sent(run, self._erp, [order])

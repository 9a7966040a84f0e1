"""The ERP's side: what it has of these documents, or, where it says no amounts, what it was handed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import TypeAlias

from schemas.erp import Erp
from schemas.erp_sums import AskedSums, Detail, DocumentSums
from schemas.period import Period
from tasks.orders.changed import SENT
from tasks.orders.translate.content import parts_of
from tasks.reconcile.plan.compare import ShopDocument
from tasks.run.run import Run
from tasks.run.threads import in_thread

Ask: TypeAlias = Callable[[Sequence[AskedSums]], Mapping[str, tuple[DocumentSums, ...]]]


class ErpSide:
    """Asks the ERP of a run."""

    def __init__(self, run: Run, erp: Erp) -> None:
        self._run = run
        self._erp = erp

    @property
    def details(self) -> frozenset[Detail]:
        """What is compared beside number, state and total."""
        return self._erp.sums.details if self._erp.sums else frozenset()

    async def of_orders(self, orders: Sequence[ShopDocument]) -> Mapping[str, tuple[DocumentSums, ...]]:
        """What it has of these orders, by their keys; those that it has not are left out."""
        if self._erp.sums is None:
            return self._as_handed_over(orders)
        return await self._asked(self._erp.sums.of_orders, orders)

    async def of_credits(self, slips: Sequence[ShopDocument]) -> Mapping[str, tuple[DocumentSums, ...]]:
        """What it has of these credit slips, by their keys."""
        if self._erp.sums is None:
            handed = (each for each in slips if each.number)
            return {each.key: (_as_in_shop(each, each.sums.tax_incl),) for each in handed}
        return await self._asked(self._erp.sums.of_credits, slips)

    async def strangers(self, period: Period, known: frozenset[str]) -> tuple[DocumentSums, ...]:
        """What it has of the period beside the documents that are `known`."""
        if self._erp.sums is None:
            return ()
        return await in_thread(self._erp.sums.strangers, period.first, period.last, known)

    async def _asked(self, ask: Ask, documents: Sequence[ShopDocument]) -> Mapping[str, tuple[DocumentSums, ...]]:
        asked = [AskedSums(each.number, date.fromisoformat(each.sums.day)) for each in documents if each.number]
        found = await in_thread(ask, asked) if asked else {}
        return {each.key: found[each.number] for each in documents if each.number in found}

    def _as_handed_over(self, orders: Sequence[ShopDocument]) -> Mapping[str, tuple[DocumentSums, ...]]:
        """The total that was handed over, as the ledger keeps it; of an order without one, its number alone."""
        handed = {each.key: each for each in orders if each.number}
        links = self._run.ledger.links_for(self._run.folder.name, self._erp.ledger_kind(SENT), [*handed])
        sent = {key: parts_of(text).get("total") for key, text in links.select("erp_key", "fingerprint").iter_rows()}
        return {key: (_as_in_shop(each, Decimal(sent.get(key) or each.sums.tax_incl)),) for key, each in handed.items()}


def _as_in_shop(document: ShopDocument, total: Decimal) -> DocumentSums:
    return DocumentSums(number=document.number, day="", currency="", tax_incl=total)

"""Orders and credit slips of a period, chunk by chunk: both sides are read, compared, added up and written down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from connectors.prestashop.sales import MODULE
from schemas.amounts import unit_of
from schemas.erp import Erp
from schemas.erp_sums import Detail, DocumentSums
from schemas.incidents import Incident, Level
from schemas.outcomes import Outcome
from schemas.period import Period
from tasks.reconcile.erp_side import ErpSide
from tasks.reconcile.plan.compare import Cause, Compared, ShopDocument, compare
from tasks.reconcile.plan.totals import Totals
from tasks.reconcile.shop_side import SeenDocument, ShopSide
from tasks.reconcile.written import Written
from tasks.report.progress import advance
from tasks.report.texts import Texts, texts
from tasks.run.outcomes import RowOutcome, row_outcomes
from tasks.run.run import Run
from tasks.run.step_tasks import step_task

SHOWN = 200
"""Documents that differ are incidents of their own up to so many; all are in the file."""
_ORDERS, _SLIPS = 0, 1
"""Stand where rows of files have the number of their file."""


class Reconciliation:
    """What a run has compared so far. Not a dataclass: Prefect walks through those."""

    def __init__(self, run: Run, erp: Erp, period: Period, written: Written) -> None:
        self.run = run
        self.erp = erp
        self.period = period
        self.written = written
        self.side = ErpSide(run, erp)
        self.totals = Totals()
        self.differing: list[Compared] = []
        """The first ones."""
        self.differing_total = 0
        self.known: set[str] = set()
        """The ERP's documents that belong to one of the shop's."""
        self.strangers: tuple[DocumentSums, ...] = ()

    def compare_all(self, documents: Sequence[ShopDocument], found: Mapping[str, tuple[DocumentSums, ...]]) -> None:
        """Compares these documents with what the ERP has of them; each has its outcome when this returns."""
        outcomes = []
        for shop in documents:
            compared = compare(shop, found.get(shop.key), self.side.details, self.period, unit_of(shop.sums.currency))
            outcomes.append(self._outcome(compared))
            self.known.update(each.number for each in compared.erp)
        self.run.rows.record(row_outcomes(outcomes))

    def _outcome(self, compared: Compared) -> RowOutcome:
        shop = compared.shop
        row = (_SLIPS if shop.is_credit else _ORDERS, int(shop.key), _key(shop))
        if not shop.number and (code := self._ignored(shop)):
            return RowOutcome(*row, Outcome.IGNORED.value, code)
        self.totals.add(compared)
        self.written.document(compared)
        if compared.agrees:
            return RowOutcome(*row, Outcome.UNCHANGED.value)
        self.differing_total += 1
        self.run.shown_keys.note(row[2], "order", shop.id_order)
        if len(self.differing) < SHOWN:
            self.differing.append(compared)
        return RowOutcome(*row, Outcome.WAITING.value, _code(compared.causes[0]), _figures(compared))

    def _ignored(self, shop: ShopDocument) -> str:
        """The code of the message that says why the ERP need not have what it was not given."""
        if shop.is_credit:
            takes = self.erp.slips is not None
            return "" if takes else "reconcile_slip_not_taken"
        return "" if shop.is_sold else "reconcile_never_sold"

    def report(self) -> None:
        """What differs, as incidents; those of an earlier look at the same period are over."""
        stream = f"reconcile/{self.period}"
        if not self.run.asked.dry_run:
            self.run.ledger.close_incidents(self.run.folder.name, stream)
        words = texts(self.run.report.language)
        for compared in self.differing:
            shop = compared.shop
            name = f"{words.word('reconcile', 'slip' if shop.is_credit else 'order')} {shop.key}"
            params = {
                "name": name,
                "named_first": name[0].upper() + name[1:],
                "value": _amount(words, shop.sums.tax_incl, shop.sums.currency),
                "detail": _amount(words, compared.erp_tax_incl, shop.sums.currency),
                "number": ", ".join(each.number for each in compared.erp) or shop.number or "-",
            }
            code = _code(compared.causes[0])
            self.run.incidents.append(Incident(Level.ERROR, code, stream, _key(shop), params=params))
        for stranger in self.strangers[:SHOWN]:
            params = {"value": _amount(words, stranger.tax_incl, stranger.currency), "on": stranger.day}
            self.run.incidents.append(
                Incident(Level.ERROR, "reconcile_stranger", stream, stranger.number, params=params)
            )


@step_task("reconcile")
async def reconcile_period(run: Run, erp: Erp, period: Period) -> Reconciliation:
    """Everything of the period compared; the documents lie in a CSV file when this returns."""
    shop = await ShopSide.open(run, erp)
    with Written.of(run) as written:
        done = Reconciliation(run, erp, period, written)
        with run.step("reconcile orders"):
            await _orders(done, shop)
        with run.step("reconcile credit slips"):
            await _slips(done, shop)
        if erp.sums is not None and Detail.STRANGERS in erp.sums.details:
            with run.step("look for strangers"):
                await _strangers(done)
    done.report()
    return done


async def _orders(done: Reconciliation, shop: ShopSide) -> None:
    run = done.run
    seen = await shop.list_orders(done.period)
    _read(run, _ORDERS, [(each.id, str(each.id)) for each in seen])
    theirs = [each for each in seen if each.module == MODULE]
    _ignore(run, theirs, "order_came_from_erp")
    left = [each for each in seen if each.module != MODULE]
    size = run.folder.settings.orders.chunk
    for start in range(0, len(left), size):
        run.lease.check()
        orders = await shop.orders(left[start : start + size])
        # Deleted between the list and the reading of it: the next run does not see it.
        there = {order.id_order for order in orders}
        _ignore(run, [each for each in left[start : start + size] if each.id not in there], "reconcile_never_sold")
        orders = _without_old(done, orders)
        done.compare_all(orders, await done.side.of_orders(orders))
        advance("reconcile orders", start + len(orders), len(left))


def _without_old(done: Reconciliation, orders: Sequence[ShopDocument]) -> list[ShopDocument]:
    """Those that were placed from the first day on whose orders go, or that the ERP was given all the same."""
    first = done.run.folder.settings.orders.placed_from
    old = [each for each in orders if first is not None and not each.number and each.sums.day < first.isoformat()]
    rows = [RowOutcome(_ORDERS, each.id_order, each.key, Outcome.IGNORED.value, "order_too_old") for each in old]
    done.run.rows.record(row_outcomes(rows))
    return [each for each in orders if each not in old]


async def _slips(done: Reconciliation, shop: ShopSide) -> None:
    run = done.run
    rows = await shop.list_slips(done.period)
    _read(run, _SLIPS, [(int(row["id"]), f"slip-{row['id']}") for row in rows])
    size = run.folder.settings.orders.chunk
    for start in range(0, len(rows), size):
        run.lease.check()
        slips = await shop.slips(rows[start : start + size])
        done.compare_all(slips, await done.side.of_credits(slips))
        advance("reconcile credit slips", start + len(slips), len(rows))


async def _strangers(done: Reconciliation) -> None:
    done.strangers = await done.side.strangers(done.period, frozenset(done.known))
    for stranger in done.strangers:
        done.written.stranger(stranger)


def _read(run: Run, file: int, rows: Sequence[tuple[int, str]]) -> None:
    run.rows.read += len(rows)
    accepted = row_outcomes(RowOutcome(file, line, key, Outcome.WAITING.value) for line, key in rows)
    columns = accepted.select("_file", "_line", "_key")
    run.rows.accepted = columns if run.rows.accepted.is_empty() else run.rows.accepted.vstack(columns)


def _ignore(run: Run, orders: Sequence[SeenDocument], code: str) -> None:
    rows = [RowOutcome(_ORDERS, each.id, str(each.id), Outcome.IGNORED.value, code) for each in orders]
    run.rows.record(row_outcomes(rows))


def _key(shop: ShopDocument) -> str:
    return f"slip-{shop.key}" if shop.is_credit else shop.key


def _code(cause: Cause) -> str:
    return f"reconcile_{cause.value}"


def _amount(words: Texts, value: Decimal, currency: str) -> str:
    """As money is written in the language, with the digits of its currency."""
    return f"{words.number(value, max(0, -int(unit_of(currency).as_tuple().exponent)))} {currency}"


def _figures(compared: Compared) -> str:
    return f"{compared.shop.sums.tax_incl} / {compared.erp_tax_incl}"

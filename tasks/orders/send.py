"""Orders go to the ERP: several customers at a time, one order after the other for each of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import polars as pl

from connectors.cegid.translate_orders import order_document
from connectors.ledger import ASKED
from schemas.documents import DocumentType, Order
from schemas.errors import RefusedError, TransientError
from schemas.incidents import Level
from schemas.outcomes import Outcome
from tasks.erp import Erp
from tasks.handover.customers import OTHER_NAME, SEVERAL, Registry
from tasks.handover.sender import Courier, Handover, Parcel, Question, in_doubt
from tasks.handover.several_at_once import grouped, several_at_once
from tasks.handover.translate.identity import identity_of_order
from tasks.orders.changed import remember_sent
from tasks.orders.identities import is_older
from tasks.orders.plan.preview import preview
from tasks.orders.plan.sorting import Ended, SeenOrder
from tasks.orders.prepare import STREAM, DueOrders, as_settled
from tasks.orders.translate.discretion import discreet
from tasks.run.chunks import RETRIES, Chunk, chunk_task, chunked
from tasks.run.progress import advance
from tasks.run.run import Run

ERP = "cegid"
"""The system that a TransientError of the ERP names; the ledger has its own."""
NO_ANSWER = "order_erp_no_answer"
_TYPES = (DocumentType.ORDER, DocumentType.RECEIPT)
_UNSURE = timedelta(days=3)
"""How far the clock that noted the ledger's beginning, and that of the shop, may have been off together."""
_REFUSALS = {SEVERAL: "order_customer_ambiguous", OTHER_NAME: "order_customer_other_name"}


class Counter:
    """Where orders are handed over: the courier, the customers, and which orders are only looked up."""

    def __init__(self, run: Run, erp: Erp, due: DueOrders) -> None:
        self.run = run
        self.erp = erp
        self.due = due
        self.courier = Courier(run.ledger, erp.cegid, run.folder.name, run.run_id, STREAM)
        self.registry = open_registry(run, erp)
        self._began_at = run.ledger.began_at()
        self.ended: list[Ended] = []
        """Orders that have reached their place since they were last told to the rows of the run."""

        self.changed_in_doubt: set[int] = set()
        """Orders whose document says what they were when they were sent without an answer."""
        self.sent: list[Order] = []
        """Those among them that the ERP has taken or had already."""

    def former_types(self, order: Order) -> tuple[DocumentType, ...]:
        """Types that the settings may have said when the order was sent by a ledger that is lost."""
        if not is_older(self.run, order.placed_at, self._began_at + _UNSURE):
            return ()
        return tuple(each for each in _TYPES if each is not self.erp.codes.document_type)

    def tell_ended(self) -> None:
        """Tells the rows of the run and the ledger, all at once."""
        remember_sent(self.run, self.erp, self.sent, self.changed_in_doubt)
        self.sent.clear()
        self.run.rows.end(as_settled(self.ended))
        self.ended.clear()


def open_registry(run: Run, erp: Erp) -> Registry:
    """The ERP's customers, those known that the ERP itself has sent to the shop."""
    shop, ledger = run.folder.name, run.ledger
    links = ledger.links(shop, "customer").filter(pl.col("shop_id") > 0)
    known = dict(zip(links["shop_id"], links["erp_key"], strict=True))
    return Registry(ledger, erp.cegid, erp.codes, shop, erp.kind("customer"), run.run_id, known)


class Orders(Chunk[list[Order]]):
    """Orders of one task run, by customer; how often it was tried, and whether anything came of it."""

    tries = 0
    settled = 0


async def deliver_orders(run: Run, erp: Erp, due: DueOrders) -> None:
    """Hands over every order that is due, then moves the watermark; a dry run only shows the documents."""
    if run.asked.dry_run:
        for order in due.orders:
            _plan(run, erp, order, due)
        return
    counter = Counter(run, erp, due)
    with run.step("deliver orders"):
        done = 0
        for chunk in chunked(_by_customer(due.orders), run.folder.settings.orders.chunk):
            done += sum(map(len, chunk.left))
            await hand_over(counter, Orders(chunk.left))
            advance("deliver orders", done, len(due.orders))
    run.report.requests |= {f"cegid {operation}": count for operation, count in sorted(erp.cegid.sent.items())}
    due.look.keep()


def _by_customer(orders: list[Order]) -> list[list[Order]]:
    """Guests of one e-mail are one customer of the ERP."""
    return grouped(orders, lambda order: order.customer.email.casefold())


def _plan(run: Run, erp: Erp, order: Order, due: DueOrders) -> None:
    known = run.ledger.delivery(run.folder.name, erp.kind(STREAM), str(order.id_order))
    if order.id_order in due.only_looked_up or (known is not None and known.answer == ASKED):
        run.rows.end(as_settled([Ended(_seen(order), Outcome.WAITING, "order_to_look_up")]))
        return
    document = order_document(order, erp.codes, erp.codes.customer_code(order.customer.id_customer))
    try:
        erp.cegid.render_document(document)
    except RefusedError as error:
        _refuse(run, order, error)
        return
    run.planned.append(preview(str(order.id_order), document))
    run.rows.end(as_settled([Ended(_seen(order), Outcome.CREATED)]))


@chunk_task("deliver orders")
async def hand_over(counter: Counter, chunk: Orders) -> None:
    """One chunk of orders, each its own transaction.

    When the ERP does not answer for some of them only, however often they are tried, these wait for the next run.
    """
    chunk.tries += 1
    before = sum(map(len, chunk.left))
    counter.registry.recall(order.customer for group in chunk.left for order in group)

    def deliver(order: Order) -> None:
        _deliver(counter, order)

    try:
        failure = await several_at_once(counter.run, chunk, counter.erp.connections, deliver)
    finally:
        counter.tell_ended()
    chunk.settled += before - sum(map(len, chunk.left))
    if failure is None:
        return
    erp_is_away = isinstance(failure, TransientError) and failure.system == ERP
    if not erp_is_away or chunk.tries <= RETRIES or not chunk.settled:
        raise failure
    for order in (order for group in chunk.left for order in group):
        _wait(counter, order)


def _wait(counter: Counter, order: Order) -> None:
    """The ledger follows the order from now on: the watermark will have passed it."""
    run, key = counter.run, str(order.id_order)
    run.ledger.wait(run.folder.name, counter.erp.kind(STREAM), key, code=NO_ANSWER, run_id=run.run_id)
    run.tell(Level.RETRY, NO_ANSWER, key)
    _end(run, order, Outcome.WAITING, NO_ANSWER)


def _deliver(counter: Counter, order: Order) -> None:
    run, key = counter.run, str(order.id_order)
    parcel = _parcel(counter, order)
    try:
        delivered = counter.courier.hand_over(parcel)
    except RefusedError as error:
        code = _refuse(run, order, error)
        run.ledger.hold(run.folder.name, parcel.kind, key, code=code, run_id=run.run_id)
        return
    if delivered.question is not None:
        _ask(run, parcel.kind, order, delivered.question)
        return
    if delivered.handover is Handover.IN_DOUBT:
        code = in_doubt(run, STREAM, key, delivered.doubt_at)
        run.ledger.wait(run.folder.name, parcel.kind, key, code=code, run_id=run.run_id)
        _end(run, order, Outcome.WAITING, code)
        return
    if delivered.handover is Handover.ABSENT:
        run.ledger.clear(run.folder.name, parcel.kind, [key])
        _end(run, order, Outcome.IGNORED, "order_state_not_exported", str(order.state))
        return
    if delivered.changed:
        counter.changed_in_doubt.add(order.id_order)
        run.tell(Level.ERROR, "order_changed_in_doubt", key)
    if delivered.handover is not Handover.ALREADY:
        counter.sent.append(order)
    created = delivered.handover is Handover.CREATED
    counter.ended.append(Ended(_seen(order), Outcome.CREATED if created else Outcome.UNCHANGED))


def _parcel(counter: Counter, order: Order) -> Parcel:
    codes = counter.erp.codes

    def report(message: str, code: str) -> None:
        counter.run.tell(Level.INFO, f"order_customer_{message}", str(order.id_order), detail=code)

    return Parcel(
        kind=counter.erp.kind(STREAM),
        key=str(order.id_order),
        identity=identity_of_order(order, counter.run.ledger.secret()),
        account=str(order.customer.id_customer),
        type=codes.document_type,
        internal_reference=codes.order_reference(order.id_order),
        other_reference=codes.order_reference(order.id_order, order.placed_text),
        external_reference=order.reference,
        customer_code=lambda: counter.registry.bring(order.customer, report),
        is_customer=lambda code: counter.registry.is_of(code, order.customer),
        document=lambda code, type_, reference: order_document(
            order, replace(codes, document_type=type_), code, reference
        ),
        is_sibling=codes.is_order_reference,
        former_types=counter.former_types(order),
        may_create=order.id_order not in counter.due.only_looked_up,
        new_customers=counter.registry.created,
    )


def _ask(run: Run, kind: str, order: Order, question: Question) -> None:
    """A person must say whose document it is; the ledger follows the order until then."""
    key = str(order.id_order)
    run.tell(Level.ERROR, question.code, key, **question.params)
    run.ledger.hold(run.folder.name, kind, key, code=question.code, run_id=run.run_id)
    _end(run, order, Outcome.REJECTED, question.code)


def _refuse(run: Run, order: Order, error: RefusedError) -> str:
    code = _REFUSALS.get(error.code or "", "order_erp_refused")
    said = discreet(error.said, order)
    run.tell(Level.ERROR, code, str(order.id_order), detail=said)
    _end(run, order, Outcome.REFUSED, code, said)
    return code


def _end(run: Run, order: Order, outcome: Outcome, code: str = "", detail: str = "") -> None:
    run.rows.end(as_settled([Ended(_seen(order), outcome, code, detail)]))


def _seen(order: Order) -> SeenOrder:
    return SeenOrder(order.id_order, order.state, order.placed_at, order.updated_at)

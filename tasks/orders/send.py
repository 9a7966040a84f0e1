"""Orders go to the ERP: several customers at a time, one order after the other for each of them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

import polars as pl

from connectors.ledger import ASKED
from schemas.documents import Order
from schemas.erp import Erp, orders_of
from schemas.errors import RefusedError, TransientError
from schemas.identities import identity_of_order
from schemas.incidents import Level
from schemas.outcomes import Outcome
from schemas.run_report import PlannedChange
from tasks.handover.customers import OTHER_NAME, SEVERAL, CustomerSync
from tasks.handover.dispatch import dispatch
from tasks.handover.sender import DocumentSender, Handover, Question, ToDeliver, in_doubt
from tasks.handover.several_at_once import grouped, several_at_once
from tasks.orders.changed import remember_sent
from tasks.orders.first_seen import forget_counted
from tasks.orders.identities import is_older
from tasks.orders.plan.sorting import OrderOutcome, SeenOrder
from tasks.orders.prepare import STREAM, DueOrders, order_rows
from tasks.orders.translate.discretion import discreet
from tasks.run.chunks import Chunk, chunked, fan_out
from tasks.run.run import Run
from tasks.run.step_tasks import RETRIES, chunk_task

NO_ANSWER = "order_erp_no_answer"
_UNSURE = timedelta(days=3)
"""How far the clock that noted the ledger's beginning, and that of the shop, may have been off together."""
_REFUSALS = {SEVERAL: "order_customer_ambiguous", OTHER_NAME: "order_customer_other_name"}


class OrderSender:
    """What sends orders: documents, customers, and which orders are only looked up."""

    def __init__(self, run: Run, erp: Erp, due: DueOrders) -> None:
        self.run = run
        self.erp = erp
        self.due = due
        self.kind = erp.ledger_kind(STREAM)
        self.documents = DocumentSender(run.ledger, orders_of(erp), run.folder.name, run.run_id, self.kind, STREAM)
        self.customers = open_customers(run, erp)
        self._began_at = run.ledger.began_at()

    def former_types(self, order: Order) -> tuple[str, ...]:
        """Types that the settings may have said when the order was sent by a ledger that is lost."""
        if not is_older(self.run, order.placed_at, self._began_at + _UNSURE):
            return ()
        return orders_of(self.erp).former_types


def open_customers(run: Run, erp: Erp) -> CustomerSync:
    """The ERP's customers, those known that the ERP itself has sent to the shop."""
    shop, ledger = run.folder.name, run.ledger
    links = ledger.links(shop, "customer").filter(pl.col("shop_id") > 0)
    known = dict(zip(links["shop_id"], links["erp_key"], strict=True))
    emails = dict(links.filter(pl.col("erp_code").is_not_null()).select("erp_key", "erp_code").iter_rows())
    return CustomerSync(ledger, erp, run.folder.settings.erp, shop, run.run_id, known, emails)


class Orders:
    """Orders of one task run, by customer; how often it was tried, and what came of it."""

    def __init__(self, chunk: Chunk[list[Order]]) -> None:
        self.chunk = chunk
        self.tries = 0
        self.finished = 0
        self.outcomes: list[OrderOutcome] = []
        """Orders that have reached their place since the rows of the run were last told."""
        self.sent: list[Order] = []
        """Those among them that the ERP has taken or had already."""
        self.changed_in_doubt: set[int] = set()
        """Orders whose document says what they were when they were sent without an answer."""

    @property
    def left(self) -> list[Order]:
        """Those that have not reached their place."""
        return [order for group in self.chunk.left for order in group]

    def record_outcomes(self, sender: OrderSender) -> None:
        """Gives the rows of the run and the ledger what was done, all at once."""
        remember_sent(sender.run, sender.erp, self.sent, self.changed_in_doubt)
        self.sent.clear()
        sender.run.rows.record(order_rows(self.outcomes))
        self.outcomes.clear()


async def deliver_orders(run: Run, erp: Erp, due: DueOrders) -> None:
    """Hands over every order that is due, then moves the watermark; a dry run only shows the documents."""
    if run.asked.dry_run:
        for order in due.orders:
            _plan(run, erp, order, due)
        return
    sender = OrderSender(run, erp, due)
    with run.step("deliver orders"):
        chunks = chunked(_by_customer(due.orders), run.folder.settings.orders.chunk, _ids)
        await fan_out("deliver orders", chunks, lambda chunk: send_orders(sender, Orders(chunk)), rows=len)
    await dispatch(erp, STREAM)
    due.look.keep()
    forget_counted(run, erp, due.look)


def customer_code(erp: Erp, id_customer: int) -> str:
    """The code that an account would be created under; empty where the ERP keeps no customers."""
    return next(erp.customers.codes(id_customer), "") if erp.customers else ""


def _ids(orders: Iterable[Order]) -> list[str]:
    return [str(order.id_order) for order in orders]


def _by_customer(orders: list[Order]) -> list[list[Order]]:
    """Guests of one e-mail are one customer of the ERP."""
    return grouped(orders, lambda order: order.customer.email.casefold())


def _plan(run: Run, erp: Erp, order: Order, due: DueOrders) -> None:
    known = run.ledger.delivery(run.folder.name, erp.ledger_kind(STREAM), str(order.id_order))
    if order.id_order in due.only_looked_up or (known is not None and known.answer == ASKED):
        run.rows.record(order_rows([OrderOutcome(_seen(order), Outcome.WAITING, "order_to_look_up")]))
        return
    documents = orders_of(erp)
    try:
        outgoing = documents.translated(order, customer_code(erp, order.customer.id_customer))
        fields = documents.preview(outgoing, run.report.language)
    except RefusedError as error:
        _refuse(run, order, error)
        return
    run.planned.append(PlannedChange(str(order.id_order), STREAM, "create", fields))
    run.rows.record(order_rows([OrderOutcome(_seen(order), Outcome.CREATED)]))


@chunk_task("deliver orders")
async def send_orders(sender: OrderSender, orders: Orders) -> None:
    """One chunk of orders, each its own transaction.

    When the ERP does not answer for some of them only, however often they are tried, these wait for the next run.
    """
    orders.tries += 1
    before = len(orders.left)
    sender.customers.recall(order.customer for order in orders.left)

    def deliver(order: Order) -> None:
        _deliver(sender, orders, order)

    try:
        failure = await several_at_once(sender.run, orders.chunk, sender.erp.connections, deliver)
    finally:
        orders.record_outcomes(sender)
    orders.finished += before - len(orders.left)
    if failure is None:
        return
    erp_is_away = isinstance(failure, TransientError) and failure.system == sender.erp.kind
    if not erp_is_away or orders.tries <= RETRIES or not orders.finished:
        raise failure
    for order in orders.left:
        _wait(sender, order)


def _wait(sender: OrderSender, order: Order) -> None:
    """The ledger follows the order from now on: the watermark will have passed it."""
    run, key = sender.run, str(order.id_order)
    run.ledger.wait(run.folder.name, sender.kind, key, code=NO_ANSWER, run_id=run.run_id)
    run.note(Level.RETRY, NO_ANSWER, key)
    _record(run, order, Outcome.WAITING, NO_ANSWER)


def _deliver(sender: OrderSender, orders: Orders, order: Order) -> None:
    run, key = sender.run, str(order.id_order)
    try:
        delivered = sender.documents.send(_to_deliver(sender, order))
    except RefusedError as error:
        code = _refuse(run, order, error)
        run.ledger.hold(run.folder.name, sender.kind, key, code=code, run_id=run.run_id)
        return
    if delivered.question is not None:
        _ask(run, sender.kind, order, delivered.question)
        return
    if delivered.handover is Handover.IN_DOUBT:
        code = in_doubt(run, STREAM, key, delivered.doubt_at)
        run.ledger.wait(run.folder.name, sender.kind, key, code=code, run_id=run.run_id)
        _record(run, order, Outcome.WAITING, code)
        return
    if delivered.handover is Handover.ABSENT:
        run.ledger.clear(run.folder.name, sender.kind, [key])
        _record(run, order, Outcome.IGNORED, "order_state_not_exported", str(order.state))
        return
    if delivered.changed:
        orders.changed_in_doubt.add(order.id_order)
        run.note(Level.ERROR, "order_changed_in_doubt", key)
    if delivered.handover is not Handover.ALREADY:
        orders.sent.append(order)
    created = delivered.handover is Handover.CREATED
    orders.outcomes.append(OrderOutcome(_seen(order), Outcome.CREATED if created else Outcome.UNCHANGED))


def _to_deliver(sender: OrderSender, order: Order) -> ToDeliver[Order]:
    def report(message: str, code: str) -> None:
        sender.run.note(Level.INFO, f"order_customer_{message}", str(order.id_order), detail=code)

    return ToDeliver(
        document=order,
        key=str(order.id_order),
        identity=identity_of_order(order, sender.run.ledger.secret()),
        account=str(order.customer.id_customer),
        external_reference=order.reference,
        customer_code=lambda: sender.customers.sync(order.customer, report),
        is_customer=lambda code: sender.customers.is_of(code, order.customer),
        former_types=sender.former_types(order),
        may_create=order.id_order not in sender.due.only_looked_up,
        new_customers=sender.customers.created,
    )


def _ask(run: Run, kind: str, order: Order, question: Question) -> None:
    """A person must say whose document it is; the ledger follows the order until then."""
    key = str(order.id_order)
    run.note(Level.ERROR, question.code, key, **question.params)
    run.ledger.hold(run.folder.name, kind, key, code=question.code, run_id=run.run_id)
    _record(run, order, Outcome.REJECTED, question.code)


def _refuse(run: Run, order: Order, error: RefusedError) -> str:
    code = _REFUSALS.get(error.code or "", "order_erp_refused")
    reason = discreet(error.reason, order)
    run.note(Level.ERROR, code, str(order.id_order), detail=reason)
    _record(run, order, Outcome.REFUSED, code, reason)
    return code


def _record(run: Run, order: Order, outcome: Outcome, code: str = "", detail: str = "") -> None:
    run.rows.record(order_rows([OrderOutcome(_seen(order), outcome, code, detail)]))


def _seen(order: Order) -> SeenOrder:
    return SeenOrder(order.id_order, order.state, order.placed_at, order.updated_at)

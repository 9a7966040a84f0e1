"""Prospects go to the ERP by the rules of every customer: by code, by e-mail, else created."""

from __future__ import annotations

from schemas.documents import Customer
from schemas.emails import struck_out
from schemas.erp import Erp
from schemas.errors import RefusedError
from schemas.incidents import Level
from schemas.outcomes import Outcome
from schemas.run_report import PlannedChange
from tasks.handover.customers import OTHER_NAME, SEVERAL, CustomerSync
from tasks.handover.dispatch import dispatch
from tasks.handover.several_at_once import grouped, several_at_once
from tasks.orders.send import customer_code, open_customers
from tasks.orders.translate.discretion import of_customer
from tasks.prospects.prepare import STREAM, Prospects, record_customers
from tasks.run.chunks import Chunk, chunked, fan_out
from tasks.run.run import Run
from tasks.run.step_tasks import chunk_task

CHUNK = 200
_REFUSALS = {SEVERAL: "customer_ambiguous", OTHER_NAME: "customer_other_name"}


async def deliver_prospects(run: Run, erp: Erp, prospects: Prospects) -> None:
    """Hands over every prospect, then moves the watermark; a dry run only names the codes."""
    if run.asked.dry_run:
        for customer in prospects.customers:
            code = customer_code(erp, customer.id_customer)
            run.planned.append(PlannedChange(str(customer.id_customer), "customer", "create", (("code", "", code),)))
            record_customers(run, [customer.id_customer], Outcome.CREATED)
        return
    customers = open_customers(run, erp)
    by_email = grouped(prospects.customers, lambda customer: customer.email.casefold())
    with run.step("deliver customers"):
        await fan_out(
            "deliver customers",
            chunked(by_email, CHUNK, lambda group: [str(customer.id_customer) for customer in group]),
            lambda chunk: send_customers(run, erp, customers, chunk),
            rows=len,
        )
    await dispatch(erp, STREAM)
    prospects.keep()


@chunk_task("deliver customers")
async def send_customers(run: Run, erp: Erp, customers: CustomerSync, chunk: Chunk[list[Customer]]) -> None:
    """One chunk of prospects, each on its own."""
    customers.recall(customer for group in chunk.left for customer in group)

    def deliver(customer: Customer) -> None:
        _deliver(run, erp, customers, customer)

    failure = await several_at_once(run, chunk, erp.connections, deliver)
    if failure is not None:
        raise failure


def _deliver(run: Run, erp: Erp, customers: CustomerSync, customer: Customer) -> None:
    key = str(customer.id_customer)

    def report(message: str, code: str) -> None:
        run.note(Level.INFO, f"customer_{message}", key, detail=code)

    try:
        code = customers.sync(customer, report)
    except RefusedError as error:
        said = struck_out(error.reason, of_customer(customer))
        reason = _REFUSALS.get(error.code or "", "customer_erp_refused")
        run.note(Level.ERROR, reason, key, detail=said)
        run.ledger.hold(run.folder.name, erp.ledger_kind(STREAM), key, code=reason, run_id=run.run_id)
        record_customers(run, [customer.id_customer], Outcome.REFUSED, reason, said)
        return
    created = code in customers.created
    record_customers(run, [customer.id_customer], Outcome.CREATED if created else Outcome.UPDATED)

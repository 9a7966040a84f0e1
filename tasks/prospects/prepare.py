"""Accounts of the shop that have never ordered and that the ERP was never given."""

from __future__ import annotations

from collections.abc import Mapping

from connectors.ledger import DeliveryState
from connectors.prestashop import Entity, Shop
from connectors.prestashop.dates import instant, local_text, zone_of
from connectors.prestashop.filters import Filters, after
from schemas.documents import Customer
from schemas.erp import Erp, customers_of
from schemas.identities import account_identity
from schemas.incidents import Level
from schemas.outcomes import Outcome
from tasks.orders.look_up import ADDRESS, CUSTOMER, read_words
from tasks.orders.rows import ShopWords, address_of, customer_of
from tasks.report.progress import advance
from tasks.run.outcomes import RowOutcome, row_outcomes
from tasks.run.run import Run
from tasks.run.step_tasks import step_task
from tasks.run.sweeps import Sweep
from tasks.run.watermarks import Watermark

STREAM = "customer"
MANY = 500
"""Above so many accounts the reference product advises against sending prospects: each costs the ERP requests."""
_AT_ONCE = 500
_ACCOUNT = ("id", "date_add")


class Prospects:
    """The accounts to send. Not a dataclass: Prefect walks through those."""

    def __init__(self, watermark: Watermark, sweep: Sweep) -> None:
        self.customers: list[Customer] = []
        self.watermark = watermark
        self.sweep = sweep
        self.registered: dict[int, str] = {}
        """When the accounts seen were registered, in the shop's own text, by id."""

        self.swept: set[int] = set()
        """Accounts that nothing but the sweep has shown."""

        self.missed: list[str] = []
        """Those among them that are prospects."""

    def keep(self) -> None:
        """Notes in the ledger how far the shop was read, once every account has its outcome."""
        self.watermark.keep()
        self.sweep.keep()


@step_task("read prospects")
async def prepare_prospects(run: Run, erp: Erp) -> Prospects:
    """The prospects that have no obstacle; all other accounts have their outcome when this returns."""
    name = erp.ledger_kind("customers")
    prospects = Prospects(Watermark(run, name), Sweep(run, name))
    with run.step("read prospects"):
        ids = await _seen(run, erp, prospects)
        run.rows.read += len(ids)
        rows = [customer_row(id_, Outcome.WAITING, "waiting", "") for id_ in ids]
        run.rows.accepted = row_outcomes(rows).select("_file", "_line", "_key")
        left = _without_delivered(run, erp, ids, prospects.registered)
        if len(left) > MANY:
            run.note(Level.INFO, "many_prospects", "", value=str(len(left)), detail=str(MANY))
        words = await read_words(run.shop, run.facts)
        for start in range(0, len(left), _AT_ONCE):
            run.lease.check()
            await _read(run, erp, words, left[start : start + _AT_ONCE], prospects)
            advance("read prospects", min(start + _AT_ONCE, len(left)), len(left))
        if prospects.sweep.done:
            prospects.sweep.report(prospects.missed)
    return prospects


async def _seen(run: Run, erp: Erp, prospects: Prospects) -> list[int]:
    """Accounts that changed since the last run, those that are held, and what no date has shown, by id."""
    zone = zone_of(run.facts.time_zone)
    since, sweep = prospects.watermark.since, prospects.sweep
    everybody = {"deleted": "0", "active": "1", "is_guest": "0", **run.facts.shops.own_rows}
    # Listed before what changed is: an account that comes meanwhile is in the second list, and was missed by nothing.
    swept: list[Entity] = []
    if since is not None and sweep.is_due:
        swept = await run.shop.read("customers", filters=everybody, display=_ACCOUNT)
    sweep.done = since is None or sweep.is_due
    changed: Filters = {} if since is None else {"date_upd": after(local_text(since, zone))}
    rows = await run.shop.read("customers", filters={**everybody, **changed}, display=(*_ACCOUNT, "date_upd"))
    prospects.watermark.saw((str(row["id"]), instant(row["date_upd"], zone)) for row in rows)
    kind = erp.ledger_kind(STREAM)
    held = run.ledger.deliveries(run.folder.name, kind, states=[DeliveryState.HELD, DeliveryState.INTENT])
    also = await run.shop.find("customers", "id", held["key"].to_list(), display=_ACCOUNT)
    prospects.registered = {int(row["id"]): str(row["date_add"]) for row in (*swept, *rows, *also)}
    shown = {int(row["id"]) for row in (*rows, *also)}
    prospects.swept = {int(row["id"]) for row in swept} - shown - _delivered(run, erp, prospects.registered)
    return sorted(shown | prospects.swept)


def _delivered(run: Run, erp: Erp, registered: Mapping[int, str]) -> set[int]:
    """Accounts that the ERP was given, or that came from it; an id given to another account since is none of them."""
    delivered = run.ledger.deliveries(run.folder.name, erp.ledger_kind(STREAM), states=[DeliveryState.DELIVERED])
    identities = {int(key): identity for key, identity in delivered.select("key", "identity").iter_rows()}
    secret = run.ledger.secret()
    known = {
        id_
        for id_, at in registered.items()
        if id_ in identities and identities[id_] in (None, account_identity(id_, at, secret))
    }
    return known | set(run.ledger.links(run.folder.name, STREAM)["shop_id"])


def _without_delivered(run: Run, erp: Erp, ids: list[int], registered: Mapping[int, str]) -> list[int]:
    known = _delivered(run, erp, registered)
    record_customers(run, [id_ for id_ in ids if id_ in known], Outcome.UNCHANGED)
    return [id_ for id_ in ids if id_ not in known]


async def _read(run: Run, erp: Erp, words: ShopWords, ids: list[int], prospects: Prospects) -> None:
    keys = [str(id_) for id_ in ids]
    orders = await run.shop.find("orders", "id_customer", keys, display=("id", "id_customer"))
    buyers = {int(row["id_customer"]) for row in orders}
    record_customers(run, [id_ for id_ in ids if id_ in buyers], Outcome.IGNORED, "customer_has_ordered")
    rows = await run.shop.find("customers", "id", [key for key in keys if int(key) not in buyers], display=CUSTOMER)
    prospects.missed += [str(row["id"]) for row in rows if row["id"] in prospects.swept]
    addresses = await _addresses(run.shop, [str(row["id"]) for row in rows])
    for row in rows:
        place = addresses.get(int(row["id"]))
        _judge(run, erp, customer_of(row, words, address_of(place, words) if place else None), prospects)


async def _addresses(shop: Shop, ids: list[str]) -> dict[int, Entity]:
    """The latest address of each account."""
    display = (*ADDRESS, "id_customer")
    rows = await shop.find("addresses", "id_customer", ids, display=display, also={"deleted": "0"}) if ids else []
    return {int(row["id_customer"]): row for row in sorted(rows, key=lambda row: int(row["id"]))}


def _judge(run: Run, erp: Erp, customer: Customer, prospects: Prospects) -> None:
    customers = customers_of(erp)
    obstacles = customers.obstacles(customer)
    key = str(customer.id_customer)
    if not run.asked.dry_run:
        run.ledger.close_incidents(run.folder.name, STREAM, keys=[key])
    if not obstacles:
        prospects.customers.append(customer)
        for cut in customers.cut(customer):
            run.note(Level.INFO, cut.code, key, **cut.params)
        return
    for obstacle in obstacles:
        run.note(Level.ERROR, obstacle.code, key, **obstacle.params)
    if not run.asked.dry_run:
        run.ledger.hold(run.folder.name, erp.ledger_kind(STREAM), key, code=obstacles[0].code, run_id=run.run_id)
    record_customers(run, [customer.id_customer], Outcome.REJECTED, obstacles[0].code)


def record_customers(run: Run, ids: list[int], outcome: Outcome, code: str = "", detail: str = "") -> None:
    """Accounts are finished."""
    rows = [customer_row(id_, outcome, code, detail) for id_ in ids]
    run.rows.record(row_outcomes(rows))


def customer_row(id_customer: int, outcome: Outcome, code: str, detail: str) -> RowOutcome:
    """An account as a row of `ROW_OUTCOMES`."""
    return RowOutcome(0, id_customer, str(id_customer), outcome.value, code, detail)

"""Accounts of the shop that have never ordered and that the ERP was never given."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl
from prefect import task
from prefect.cache_policies import NO_CACHE

from connectors.ledger import DeliveryState
from connectors.prestashop import Entity, Shop
from connectors.prestashop.filters import after
from schemas.documents import Customer
from schemas.incidents import Level
from schemas.outcomes import Outcome
from tasks.erp import Erp
from tasks.gather.order_dates import OVERLAP, local_text, zone_of
from tasks.gather.order_rows import ShopWords, address_of, customer_of
from tasks.gather.orders import ADDRESS, CUSTOMER, read_words
from tasks.plan.stock import SETTLED
from tasks.progress import advance
from tasks.run import Run
from tasks.translate.cegid_texts import cut_of
from tasks.translate.customer_obstacles import customer_obstacles

STREAM = "customer"
MANY = 500
"""Above so many accounts the reference product advises against sending prospects: each costs the ERP requests."""
_AT_ONCE = 500


class Prospects:
    """The accounts to send. Not a dataclass: Prefect walks through those."""

    def __init__(self, seen_until: datetime) -> None:
        self.customers: list[Customer] = []
        self.seen_until = seen_until


@task(name="read prospects", cache_policy=NO_CACHE, persist_result=False)
async def prepare_prospects(run: Run, erp: Erp) -> Prospects:
    """The prospects that have no obstacle; all other accounts have reached their place when this returns."""
    prospects = Prospects(datetime.now(UTC))
    with run.step("read prospects"):
        ids = await _seen(run, erp)
        run.rows.read += len(ids)
        rows = [customer_row(id_, Outcome.WAITING, "waiting", "") for id_ in ids]
        run.rows.accepted = pl.DataFrame(rows, schema=SETTLED, orient="row").select("_file", "_line", "_key")
        left = _without_delivered(run, erp, ids)
        if len(left) > MANY:
            run.tell(Level.INFO, "many_prospects", "", value=str(len(left)), detail=str(MANY))
        words = await read_words(run.shop, run.facts)
        for start in range(0, len(left), _AT_ONCE):
            run.lease.check()
            await _read(run, erp, words, left[start : start + _AT_ONCE], prospects)
            advance("read prospects", start + _AT_ONCE, len(left))
    return prospects


async def _seen(run: Run, erp: Erp) -> list[int]:
    """Accounts that changed since the last run, and those that are held, by id."""
    zone = zone_of(run.facts.time_zone)
    reached = run.since or run.ledger.watermark(run.folder.name, erp.kind("customers"))
    filters = {"deleted": "0", "active": "1", "is_guest": "0"}
    if reached is not None:
        filters["date_upd"] = after(local_text(reached - OVERLAP, zone))
    rows = await run.shop.read("customers", filters=filters, display=("id",))
    held = run.ledger.deliveries(run.folder.name, erp.kind(STREAM), states=[DeliveryState.HELD, DeliveryState.INTENT])
    also = await run.shop.find("customers", "id", held["key"].to_list(), display=("id",))
    return sorted({int(row["id"]) for row in (*rows, *also)})


def _without_delivered(run: Run, erp: Erp, ids: list[int]) -> list[int]:
    delivered = run.ledger.deliveries(run.folder.name, erp.kind(STREAM), states=[DeliveryState.DELIVERED])
    known = {int(key) for key in delivered["key"]}
    known |= set(run.ledger.links(run.folder.name, STREAM)["shop_id"])
    end_customers(run, [id_ for id_ in ids if id_ in known], Outcome.UNCHANGED)
    return [id_ for id_ in ids if id_ not in known]


async def _read(run: Run, erp: Erp, words: ShopWords, ids: list[int], prospects: Prospects) -> None:
    keys = [str(id_) for id_ in ids]
    orders = await run.shop.find("orders", "id_customer", keys, display=("id", "id_customer"))
    buyers = {int(row["id_customer"]) for row in orders}
    end_customers(run, [id_ for id_ in ids if id_ in buyers], Outcome.IGNORED, "customer_has_ordered")
    rows = await run.shop.find("customers", "id", [key for key in keys if int(key) not in buyers], display=CUSTOMER)
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
    obstacles = customer_obstacles(customer, erp.codes)
    key = str(customer.id_customer)
    if not run.asked.dry_run:
        run.ledger.close_incidents(run.folder.name, STREAM, keys=[key])
    if not obstacles:
        prospects.customers.append(customer)
        length = erp.codes.address_length
        for name in sorted(cut_of(customer.address, length)) if customer.address else ():
            run.tell(Level.INFO, f"customer_{name}_cut", key, value=str(length))
        return
    for obstacle in obstacles:
        run.tell(Level.ERROR, obstacle.code, key, **obstacle.params)
    if not run.asked.dry_run:
        run.ledger.hold(run.folder.name, erp.kind(STREAM), key, code=obstacles[0].code, run_id=run.run_id)
    end_customers(run, [customer.id_customer], Outcome.REJECTED, obstacles[0].code)


def end_customers(run: Run, ids: list[int], outcome: Outcome, code: str = "", detail: str = "") -> None:
    """Accounts have reached their place."""
    rows = [customer_row(id_, outcome, code, detail) for id_ in ids]
    run.rows.end(pl.DataFrame(rows, schema=SETTLED, orient="row"))


def customer_row(id_customer: int, outcome: Outcome, code: str, detail: str) -> tuple[int, int, str, str, str, str]:
    """An account as a row of `SETTLED`."""
    return (0, id_customer, str(id_customer), outcome.value, code, detail)

"""Documents that hang on an order of the shop, returns and credit slips: whose they are, what the ERP has of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

import polars as pl

from connectors.ledger import HANDED_OVER, DeliveryState
from connectors.prestashop import Entity
from connectors.prestashop.dates import instant, zone_of
from schemas.erp import Erp
from schemas.identities import order_identity
from schemas.incidents import Incident, Level
from tasks.handover.sender import reused
from tasks.orders.absent import gone
from tasks.orders.adoption import NEEDED, Adopter
from tasks.orders.identities import is_older
from tasks.orders.rows import ShopWords
from tasks.run.run import Run

FOLLOWED = (DeliveryState.INTENT, DeliveryState.HELD, DeliveryState.WAITING)
IdentityOf = Callable[[Entity], str]


@dataclass(frozen=True, slots=True)
class Attached:
    """One stream of such documents; its name begins the codes of messages."""

    stream: str
    kind: str
    """The ledger's."""
    resource: str
    """The shop's."""
    delivered: Sequence[DeliveryState] = (DeliveryState.DELIVERED,)
    """The ledger's states of those that the ERP was given."""


@dataclass(frozen=True, slots=True)
class Whose:
    """Keys that the ledger says are delivered: of the documents that were, of others, and of who knows which."""

    proven: frozenset[str]
    reused: frozenset[str]
    unproven: frozenset[str]


def whose(run: Run, what: Attached, rows: Sequence[Entity], identity_of: IdentityOf) -> Whose:
    """Compares the documents seen with those delivered; one from before is given its identity, if proven."""
    zone, shop = zone_of(run.facts.time_zone), run.folder.name
    now = {str(row["id"]): row for row in rows}
    known = run.ledger.deliveries(shop, what.kind, states=what.delivered, keys=[*now])
    proven, mistaken, unproven, older = set(), set(), set(), {}
    for key, identity, at in known.select("key", "identity", "delivered_at").iter_rows():
        own = identity_of(now[key])
        if identity == own:
            proven.add(key)
        elif identity is not None:
            mistaken.add(key)
        elif is_older(run, instant(now[key]["date_add"], zone), at):
            older[key] = own
        else:
            unproven.add(key)
    if not run.asked.dry_run:
        run.ledger.identify(shop, what.kind, older)
    return Whose(frozenset(proven | older.keys()), frozenset(mistaken), frozenset(unproven))


def hold_reused(run: Run, what: Attached, due: Iterable[Entity], identity_of: IdentityOf) -> list[str]:
    """The keys of those that are due under an id of another one; they are held, the other is kept."""
    rows = list(due)
    for row in rows:
        key, shop = str(row["id"]), run.folder.name
        former = run.ledger.delivery(shop, what.kind, key)
        if former is None:
            continue
        question = reused(what.stream, former)
        run.note(Level.ERROR, question.code, key, **question.params)
        if not run.asked.dry_run:
            identity = identity_of(row)
            run.ledger.displace(shop, what.kind, key, identity=identity, code=question.code, run_id=run.run_id)
    return [str(row["id"]) for row in rows]


async def forget_deleted(run: Run, what: Attached, followed: list[str], there: Collection[str]) -> None:
    """Those that the ledger follows and the shop no longer has; one that may be in the ERP is not forgotten."""
    shop, kind, stream = run.folder.name, what.kind, what.stream
    found = await gone(run, what.resource, f"{kind}_absent", followed, there, code=f"{stream}_not_listed")
    known = run.ledger.deliveries(shop, kind, keys=found)
    sent = set(known.filter(pl.col("doubt_at").is_not_null())["key"])
    in_doubt = [Incident(Level.ERROR, f"{stream}_gone_in_doubt", stream, key) for key in found if key in sent]
    run.incidents += run.ledger.not_open_yet(shop, in_doubt)
    forgotten = [key for key in found if key not in sent]
    for key in forgotten:
        run.note(Level.INFO, f"{stream}_gone", key)
    if forgotten and not run.asked.dry_run:
        run.ledger.clear(shop, kind, forgotten)
        run.ledger.close_incidents(shop, stream, keys=forgotten)


async def adopt_orders(run: Run, erp: Erp, words: ShopWords, order_ids: Iterable[int]) -> None:
    """Orders that the ERP was not given from here: a former connector may have sent them."""
    ids = sorted(set(order_ids))
    keys = [str(id_) for id_ in ids]
    known = run.ledger.deliveries(run.folder.name, erp.ledger_kind("order"), keys=keys)["key"].to_list()
    unknown = [id_ for id_ in ids if str(id_) not in known]
    if not all(run.facts.may("GET", resource) for resource in NEEDED):
        return
    for adoption in await Adopter(run, erp, words).adopt(unknown) if unknown else ():
        if adoption.differs:
            params = {"detail": adoption.number, "differs": adoption.differs}
            run.note(Level.INFO, "order_adoption_differs", str(adoption.id_order), **params)


def document_of_order(run: Run, erp: Erp, id_order: int, reference: str, placed_text: str) -> tuple[str, str]:
    """Number and customer of the ERP's document of an order; none when its id was another order's then."""
    kind = erp.ledger_kind("order")
    found = run.ledger.deliveries(run.folder.name, kind, states=HANDED_OVER, keys=[str(id_order)])
    for known in found.iter_rows(named=True) if placed_text else ():
        placed_at = instant(placed_text, zone_of(run.facts.time_zone))
        identity = order_identity(reference, placed_text, run.ledger.secret())
        proven = known["identity"] == identity if known["identity"] else is_older(run, placed_at, known["delivered_at"])
        if proven:
            return known["erp_number"] or "", known["erp_code"] or ""
    return "", ""

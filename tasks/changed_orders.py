"""Orders that the ERP has and that a person has changed in the shop since: told once, never sent again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from connectors.ledger import Link
from schemas.documents import Order
from schemas.incidents import Level
from tasks.erp import Erp
from tasks.gather.order_rows import ShopWords, whole
from tasks.gather.orders import read_orders
from tasks.plan.orders import SeenOrder
from tasks.run import Run
from tasks.translate.order_content import changed, order_content, without_state

SENT, SEEN = "order_sent", "order_seen"
"""Links of an order: what of it the ERP was given, and what of it was seen last; `sub_id` is its `date_upd`."""
STATUS = "order_status"
_CODES = {
    "state": "order_cancelled_after",
    "lines": "order_lines_changed_after",
    "delivery": "order_delivery_changed_after",
    "invoice": "order_invoice_changed_after",
}


@dataclass(frozen=True, slots=True)
class OffStates:
    """The states of the shop in which an order is neither paid nor counted as a sale, with their names."""

    names: Mapping[int, str]

    def of(self, state: int, set_by_erp: int) -> int:
        """The state when it takes the order out of sale and the ERP does not know it yet; 0 otherwise."""
        return state if state in self.names and state != set_by_erp else 0


def remember_sent(run: Run, erp: Erp, orders: Sequence[Order]) -> None:
    """What the ERP was given of these orders."""
    secret = run.ledger.secret()
    links = [_link(order, order_content(order, off_state=0, secret=secret)) for order in orders]
    for kind in (SENT, SEEN) if links else ():
        run.ledger.confirm(run.folder.name, erp.kind(kind), links, run_id=run.run_id)


async def tell_changed(run: Run, erp: Erp, words: ShopWords, delivered: Sequence[SeenOrder]) -> None:
    """Looks again at delivered orders whose `date_upd` has moved; what differs from what was sent is an incident."""
    shop = run.folder.name
    keys = [order.key for order in delivered]
    seen = _links(run, erp.kind(SEEN), keys)
    moved = [order for order in delivered if order.key not in seen or seen[order.key][1] != _stamp(order)]
    if not moved:
        return
    sent = _links(run, erp.kind(SENT), [order.key for order in moved])
    off = await _off_states(run)
    size = run.folder.settings.orders.chunk
    for start in range(0, len(moved), size):
        part = [order.key for order in moved[start : start + size]]
        known = run.ledger.deliveries(shop, erp.kind("order"), keys=part)
        numbers = dict(known.select("key", "erp_number").iter_rows())
        given = {key: int(text.removeprefix("=") or 0) for key, (text, _) in _links(run, STATUS, part).items()}
        run.lease.check()
        now = []
        for order in await read_orders(run.shop, run.facts, words, [int(key) for key in part], carts=False):
            key = str(order.id_order)
            content = order_content(order, off_state=off.of(order.state, given.get(key, 0)), secret=run.ledger.secret())
            was_sent = sent[key][0] if key in sent else without_state(content)
            _tell(run, order, changed(was_sent, content), seen.get(key, (was_sent, 0))[0], content, numbers, off)
            now.append(_link(order, content))
        if not run.asked.dry_run:
            run.ledger.confirm(shop, erp.kind(SEEN), now, run_id=run.run_id)


def _tell(
    run: Run,
    order: Order,
    differing: Sequence[str],
    seen: str,
    content: str,
    numbers: Mapping[str, str | None],
    off: OffStates,
) -> None:
    """Tells what differs from the document and was not told yet; closes what was told once nothing differs."""
    key = str(order.id_order)
    if not differing and not run.asked.dry_run:
        run.ledger.close_incidents(run.folder.name, run.stream.name, keys=[key])
    for part in set(differing) & set(changed(seen, content)):
        params = {"detail": numbers.get(key) or "?", "value": str(order.state), "state": off.names.get(order.state, "")}
        run.tell(Level.ERROR, _CODES[part], key, **params)


async def _off_states(run: Run) -> OffStates:
    if not run.facts.may("GET", "order_states"):
        return OffStates({})
    rows = await run.shop.read("order_states", display=("id", "name", "logable", "paid"))
    language = run.facts.languages.get(run.folder.settings.shop.language, run.facts.default_language)
    still = run.folder.settings.orders.states
    return OffStates(
        {
            int(row["id"]): str(row["name"].get(language) or row["id"])
            for row in rows
            if not whole(row, "logable") and not whole(row, "paid") and int(row["id"]) not in still
        }
    )


def _links(run: Run, kind: str, keys: Sequence[str]) -> dict[str, tuple[str, int]]:
    """Fingerprint and `sub_id` of the links that there are, by key."""
    links = run.ledger.links_for(run.folder.name, kind, keys)
    return {key: (text, stamp) for key, text, stamp in links.select("erp_key", "fingerprint", "sub_id").iter_rows()}


def _link(order: Order, content: str) -> Link:
    return Link(str(order.id_order), order.id_order, sub_id=int(order.updated_at.timestamp()), fingerprint=content)


def _stamp(order: SeenOrder) -> int:
    return int(order.updated_at.timestamp())

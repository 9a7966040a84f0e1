"""Orders that the ERP has and that a person has changed in the shop since: reported once, never sent again."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from connectors.ledger import Link
from connectors.prestashop.values import whole
from schemas.documents import ZERO, Order
from schemas.erp import Cancellation, Erp, ErpNumber
from schemas.errors import RefusedError, TransientError
from schemas.incidents import Level
from tasks.orders.look_up import read_orders, read_refunds
from tasks.orders.plan.sorting import SeenOrder
from tasks.orders.rows import ShopWords
from tasks.orders.touched import SEEN
from tasks.orders.translate.content import changed, order_content, parts_of, with_lines_unknown, with_state
from tasks.orders.translate.discretion import discreet
from tasks.run.run import Run
from tasks.run.threads import in_thread

SENT = "order_sent"
"""Link of an order: what of it the ERP was given, as `SEEN` is what of it was seen last; `sub_id` is its `date_upd`."""
STATUS = "order_status"
CANCELLED = "order_cancelled_after"
_AMOUNTS = ("total", "pieces", "paid", "refunded")
_CODES = {
    "state": CANCELLED,
    "lines": "order_lines_changed_after",
    "delivery": "order_delivery_changed_after",
    "invoice": "order_invoice_changed_after",
    "refunded": "order_refunded_after",
    "paid": "order_payments_changed_after",
}


@dataclass(frozen=True, slots=True)
class OffStates:
    """The states of the shop in which an order is neither paid nor counted as a sale, with their names."""

    names: Mapping[int, str]

    def of(self, state: int, set_by_erp: int) -> int:
        """The state when it takes the order out of sale and the ERP does not know it yet; 0 otherwise."""
        return state if state in self.names and state != set_by_erp else 0


def remember_sent(run: Run, erp: Erp, orders: Sequence[Order], changed_in_doubt: Collection[int] = ()) -> None:
    """What the ERP was given of these orders; one that left the states that go meanwhile is looked at again.

    Of those `changed_in_doubt` the ERP has what nobody knows any more: they differ from it as long as they are.
    """
    secret, still = run.ledger.secret(), run.folder.settings.orders.states
    contents = {order.id_order: order_content(order, off_state=0, secret=secret) for order in orders}
    unknown = {id_: with_lines_unknown(text) for id_, text in contents.items() if id_ in changed_in_doubt}
    as_sent = [_link(order, (contents | unknown)[order.id_order]) for order in orders]
    as_seen = [_link(order, contents[order.id_order]) for order in orders if order.state in still]
    for kind, given in ((SENT, as_sent), (SEEN, as_seen)):
        if given:
            run.ledger.confirm(run.folder.name, erp.ledger_kind(kind), given, run_id=run.run_id)


async def report_changes(
    run: Run, erp: Erp, words: ShopWords, delivered: Sequence[SeenOrder], touched: Sequence[SeenOrder] = ()
) -> None:
    """Looks again at delivered orders whose `date_upd` has moved, and at those `touched` whatever their date.

    What differs from what was sent is an incident, once.
    """
    keys = [order.key for order in delivered]
    seen = _links(run, erp.ledger_kind(SEEN), [*keys, *(order.key for order in touched)])
    moved = {order.key for order in delivered if order.key not in seen or seen[order.key][1] != _stamp(order)}
    again = sorted(moved | {order.key for order in touched}, key=int)
    if not again:
        return
    look = Again(run, erp, seen, await _off_states(run))
    size = run.folder.settings.orders.chunk
    for start in range(0, len(again), size):
        run.lease.check()
        await look.at(words, again[start : start + size])


class Again:
    """Another look at orders that the ERP has; `seen` are their links of the last look."""

    def __init__(self, run: Run, erp: Erp, seen: Mapping[str, tuple[str, int]], off: OffStates) -> None:
        self._run = run
        self._erp = erp
        self._seen = seen
        self._off = off
        self._numbers: Mapping[str, str | None] = {}
        slips = run.folder.exports.streams.get("slip")
        self._slips_go = erp.slips is not None and slips is not None and slips.enabled

    async def at(self, words: ShopWords, keys: Sequence[str]) -> None:
        """Compares these orders with what was sent, reports what differs and remembers what was seen."""
        run, erp = self._run, self._erp
        known = run.ledger.deliveries(run.folder.name, erp.ledger_kind("order"), keys=keys)
        self._numbers = dict(known.select("key", "erp_number").iter_rows())
        links = run.ledger.links_for(run.folder.name, STATUS, keys).select("erp_key", "confirmed_value").iter_rows()
        given = {key: int(state or 0) for key, state in links}
        sent = _links(run, erp.ledger_kind(SENT), keys)
        refunds = await read_refunds(run.shop, run.facts, keys)
        orders = await read_orders(run.shop, run.facts, words, [int(key) for key in keys], carts=False)
        now = []
        for order in orders:
            key = str(order.id_order)
            off_state = self._off.of(order.state, given.get(key, 0))
            refunded = refunds.get(order.id_order, ZERO)
            content = order_content(order, off_state=off_state, secret=run.ledger.secret(), refunded=refunded)
            was_sent = sent[key][0] if key in sent else with_state(content)
            if await self._report(order, was_sent, content):
                now.append(_link(order, content))
        if not run.asked.dry_run and now:
            run.ledger.confirm(run.folder.name, erp.ledger_kind(SEEN), now, run_id=run.run_id)

    async def _report(self, order: Order, was_sent: str, content: str) -> bool:
        """Whether the order was looked at to the end; False: the ERP did not answer, another run does it."""
        run, key = self._run, str(order.id_order)
        differing = [part for part in changed(was_sent, content) if not self._is_known(part, was_sent, order)]
        if not differing and not run.asked.dry_run:
            run.ledger.close_incidents(run.folder.name, run.stream.name, keys=[key])
        before = self._seen.get(key, (was_sent, 0))[0] or was_sent
        new = [part for part in differing if part in changed(before, content)]
        for part in new:
            if part == "state" and order.state in run.folder.settings.orders.cancel_states:
                if not await self._cancel(order):
                    return False
            else:
                run.note(Level.ERROR, _code(part, content), key, **self._figures(order, was_sent, content))
        return True

    def _is_known(self, part: str, was_sent: str, order: Order) -> bool:
        """Whether the ERP's document is cancelled already, as the order still is, or a credit slip goes by itself."""
        if part == "refunded" and self._slips_go:
            return True
        return part == "state" and bool(parts_of(was_sent)["state"]) and order.state in self._off.names

    def _figures(self, order: Order, was_sent: str, content: str) -> dict[str, str]:
        before, now = parts_of(was_sent), parts_of(content)
        return {
            "detail": self._numbers.get(str(order.id_order)) or "?",
            "value": str(order.state),
            "state": self._off.names.get(order.state, ""),
            **{name: now[name] for name in _AMOUNTS},
            **{f"{name}_before": before.get(name, "?") for name in _AMOUNTS},
        }

    async def _cancel(self, order: Order) -> bool:
        """Cancels the document where nothing was made of it yet; all else is an incident."""
        run, erp, key = self._run, self._erp, str(order.id_order)
        number = self._numbers.get(key)
        figures = {"detail": number or "?", "value": str(order.state), "state": self._off.names.get(order.state, "")}
        cancels = erp.cancels
        if run.asked.dry_run or not number or cancels is None:
            can = bool(number and cancels)
            run.note(Level.INFO if can else Level.ERROR, "order_to_cancel" if can else CANCELLED, key, **figures)
            return True
        try:
            done = await in_thread(cancels.cancel, ErpNumber(number))
        except TransientError:
            run.note(Level.RETRY, "order_erp_no_answer", key)
            return False
        except RefusedError as error:
            reason = discreet(error.reason, order)
            run.note(Level.ERROR, "order_cancel_refused", key, **{**figures, "detail": f"{number}: {reason}"})
            return True
        if done is Cancellation.CANCELLED:
            run.note(Level.INFO, "order_cancelled_in_erp", key, **figures)
            known = _links(run, erp.ledger_kind(SENT), [key]).get(key)
            text = known[0] if known else order_content(order, off_state=0, secret=run.ledger.secret())
            link = replace(_link(order, with_state(text, order.state)), confirmed_at=datetime.now(UTC))
            run.ledger.confirm(run.folder.name, erp.ledger_kind(SENT), [link], run_id=run.run_id)
        else:
            code = CANCELLED if done is Cancellation.MISSING else "order_cancelled_too_late"
            run.note(Level.ERROR, code, key, **figures)
        return True


def _code(part: str, content: str) -> str:
    return "order_sold_again_after" if part == "state" and not parts_of(content)["state"] else _CODES[part]


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

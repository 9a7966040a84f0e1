"""Reads which of the shop's paid orders the ERP has not confirmed, or only lately, and what was sold with them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from connectors.ledger import DeliveryState
from schemas.errors import ConfigFault, ConfigurationError, DeniedError, PasserelleError
from schemas.identities import order_identity
from schemas.incidents import Level
from schemas.settings import ShopSettings
from tasks.erp import kind_of
from tasks.run.run import Run
from tasks.run.step_tasks import step_task
from tasks.stock.unseen import SoldPieces, Unseen, is_unseen

if TYPE_CHECKING:
    from tasks.orders.plan.sorting import SeenOrder

_ROW = ("id", "id_order", "product_id", "product_attribute_id", "product_reference", "product_quantity")
_NEEDED = ("orders", "order_details")


async def read_unseen(run: Run) -> Unseen:
    """What the files of the run may not count yet; nothing unless `[stock] unseen_orders` takes it off."""
    if run.folder.settings.stock.unseen_orders != "take_off" or not run.files or not _ships_from_chosen(run):
        return Unseen()
    return await _unseen_orders(run)


@step_task("read unseen orders")
async def _unseen_orders(run: Run) -> Unseen:
    settings = run.folder.settings.stock
    # Most stock is written without a look at orders.
    from tasks.orders.look_up import see_orders, see_sales_of_others  # noqa: PLC0415

    _require(run)
    with run.step("read unseen orders"):
        margin, since = timedelta(minutes=settings.seen_after_minutes), _expiry(run)
        oldest = min(file.dropped.modified_at for file in run.files)
        own = await see_orders(run.shop, run.facts, since=since, states=(), known=())
        try:
            others = await see_sales_of_others(run.shop, run.facts, since)
        except DeniedError as error:
            raise _denied() from error
        orders = [*own, *others]
        seen_at = _seen_at(run, own) | _seen_at_of_others(run, others)
        counted = {
            order.key: seen_at.get(order.key)
            for order in orders
            if order.placed_at >= since
            and _is_sold(run, order, is_followed=order.key in seen_at)
            and is_unseen(seen_at.get(order.key), oldest, margin)
        }
        rows = await run.shop.find("order_details", "id_order", counted, display=_ROW) if counted else []
        if untold := [one.key for one in others if one.key in counted and one.key not in seen_at]:
            days = str(settings.unseen_days)
            run.note(Level.INFO, "unseen_of_other_shops", value=str(len(untold)), days=days)
    sold = (
        SoldPieces(
            (int(row["product_id"]), int(row["product_attribute_id"] or 0)),
            str(row["product_reference"]),
            int(row["product_quantity"]),
            counted[str(row["id_order"])],
        )
        for row in rows
    )
    return Unseen(sold, margin)


def _expiry(run: Run) -> datetime:
    """Orders placed before count no longer: they would hold their pieces for ever."""
    return datetime.now(UTC) - timedelta(days=run.folder.settings.stock.unseen_days)


def _ships_from_chosen(run: Run) -> bool:
    """Whether the warehouse that web orders leave is among those that are added up."""
    settings = run.folder.settings.stock
    return not settings.ships_from or not run.stream.has_warehouses or settings.ships_from in settings.warehouses


def _require(run: Run) -> None:
    if faults := without_erp(run.folder.settings):
        raise ConfigurationError(faults)
    if not all(run.facts.may("GET", resource) for resource in _NEEDED):
        raise _denied()


def without_erp(settings: ShopSettings) -> tuple[ConfigFault, ...]:
    """The fault of settings that take off what no ERP could confirm."""
    if settings.erp.kind != "none" or settings.stock.unseen_orders != "take_off":
        return ()
    reason = "there is no ERP that could confirm an order"
    remedy = 'Set `unseen_orders = "ignore"`, or set the ERP up under [erp].'
    return (ConfigFault("settings.toml", "stock.unseen_orders", reason, remedy),)


def _denied() -> PasserelleError:
    reason = "the key may not read all orders and order_details whose pieces are to be taken off the stock"
    return DeniedError(reason, system="prestashop", action="read unseen orders").worded("unseen_orders_denied")


def _is_sold(run: Run, order: SeenOrder, *, is_followed: bool) -> bool:
    """Whether it is a paid order of the shop itself that takes pieces off the stock."""
    settings = run.folder.settings.orders
    if order.is_store_sale or order.state in run.facts.undoing_states:
        return False
    return is_followed or order.state in {*settings.states, *settings.hold_states}


def _seen_at(run: Run, orders: list[SeenOrder]) -> dict[str, datetime | None]:
    """Of the orders that the ledger follows, since when the ERP has confirmed them; None: not yet.

    A delivery of an order that had the id before says nothing of this one.
    """
    return _confirmed(run, run.folder.name, orders)


def _seen_at_of_others(run: Run, orders: list[SeenOrder]) -> dict[str, datetime | None]:
    """The same of orders of other shops, by whichever folder of this ledger hands them over."""
    return _confirmed(run, None, orders)


def _confirmed(run: Run, shop: str | None, orders: list[SeenOrder]) -> dict[str, datetime | None]:
    secret, found = run.ledger.secret(), {order.key: order for order in orders}
    known = run.ledger.deliveries(shop, kind_of(run.folder, "order"), keys=list(found)) if found else None
    seen: dict[str, datetime | None] = {}
    for row in known.iter_rows(named=True) if known is not None else ():
        order = found[row["key"]]
        identities = {order_identity(order.reference, order.placed_text, secret)} | ({None} if shop else set())
        if row["identity"] in identities:
            seen[order.key] = row["changed_at"] if row["state"] == DeliveryState.DELIVERED else None
    return seen

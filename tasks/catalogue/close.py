"""What the shop has deleted is closed in the ERP, once the shop has said by its id that it is gone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from schemas.catalogue import FoundEntity
from schemas.erp import Erp, items_of
from schemas.errors import RefusedError
from schemas.incidents import Level
from tasks.catalogue.prepare import CataloguePlan
from tasks.run.run import Run

_AT_ONCE = 100


async def find_gone(run: Run, plan: CataloguePlan) -> list[str]:
    """The keys of the items that the shop no longer has: of those that it did not list, what it denies by id.

    A product that has combinations now is no item of its own any more, which its combinations show.
    """
    run.lease.check()
    ids = {key: (int(product), int(own or 0)) for key in plan.absent for product, _, own in [key.partition("-")]}
    products = await run.shop.gone("products", {id_ for id_, _ in ids.values()} - plan.catalogue.products)
    left = {own for id_, own in ids.values() if own and id_ not in products}
    combinations = await run.shop.gone("combinations", left)
    found = []
    for key, (product, own) in ids.items():
        if product in products or (own in combinations if own else product in plan.catalogue.parents):
            found.append(key)
        else:
            run.note(Level.RETRY, "item_not_listed", key)
    return found


def close_items(run: Run, erp: Erp, plan: CataloguePlan, gone: Sequence[str]) -> None:
    """What bears our reference of them is closed or deleted in the ERP, or left, as the settings say."""
    closed = 0
    for start in range(0, len(gone), _AT_ONCE):
        some = gone[start : start + _AT_ONCE]
        uids = {items_of(erp).uid(key): key for key in some}
        policy = run.folder.settings.catalogue.deleted
        found = {} if policy == "leave" else items_of(erp).bearing(list(uids))
        refused = {uids[each] for each in _refused(run, erp, found, uids)}
        plan.links.close([key for key in some if key not in refused])
        closed += len(found) - len(refused)
    if closed:
        run.report.beyond_rows["items_closed"] = closed


def _refused(run: Run, erp: Erp, found: Mapping[str, FoundEntity], keys: Mapping[str, str]) -> Iterator[str]:
    """Closes what was found; the uids of what the ERP has on sale all the same, each with an incident."""
    items, tried = items_of(erp), []
    for uid, each in found.items():
        run.lease.check()
        try:
            items.close(each, delete=run.folder.settings.catalogue.deleted == "delete")
            tried.append(uid)
        except RefusedError as error:
            run.note(Level.ERROR, "item_erp_refused", keys[uid], detail=error.reason)
            yield uid
    for uid, after in items.bearing(tried).items() if tried else ():
        if after.fields["on_sale"] != "0":
            run.note(Level.ERROR, "item_read_back_differs", keys[uid], detail="on_sale")
            yield uid

"""Merchandise returns, as the module shows them: only the state can be changed, the lines are read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployments.sandbox.shop.entity import Behaviour, Draft, Entries
from deployments.sandbox.shop.errors import ServiceError
from deployments.sandbox.shop.store import now

if TYPE_CHECKING:
    from deployments.sandbox.shop.store import Row, Store

_LINE = ("id_order_detail", "id_customization", "product_quantity")


def _change_state(draft: Draft) -> None:
    """Write the state alone, and mail the customer of another one when asked; what is answered is the stored row."""
    state = draft.whole("state")
    if state not in draft.store["order_return_states"].rows:
        raise ServiceError(400, 85, "Unknown order return state")
    table = draft.store["order_returns"]
    row = table.rows[draft.identifier]
    if row["state"] != str(state):
        table.update(draft.identifier, {"state": str(state), "date_upd": now()})
        if draft.query.text("sendemail") not in {"", "0"}:
            draft.store.mails.append(("order_return_state", draft.whole("id_order")))
    draft.values = dict(row)


def _lines(store: Store, row: Row) -> Entries:
    kept = store["order_returns"].rows[row["id"]].get("order_return_details", [])
    return [{"id": str(line[0]), **dict(zip(_LINE, map(str, line), strict=True))} for line in kept]


BEHAVIOURS = {
    "order_returns": Behaviour(update_instead=_change_state, lists={"order_return_details": _lines}),
}

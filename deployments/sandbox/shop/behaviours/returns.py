"""Merchandise returns, as the module shows them: only the state can be changed, the lines are read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployments.sandbox.shop.entity import Behaviour, Draft, Entries
from deployments.sandbox.shop.errors import ServiceError

if TYPE_CHECKING:
    from deployments.sandbox.shop.store import Row, Store

_LINE = ("id_order_detail", "id_customization", "product_quantity")


def _refuse_unknown_state(draft: Draft) -> None:
    if draft.whole("state") not in draft.store["order_return_states"].rows:
        raise ServiceError(400, 85, "Unknown order return state")


def _mail(draft: Draft) -> None:
    changed = draft.before is not None and draft.before["state"] != draft.text("state")
    if changed and draft.query.text("sendemail") not in {"", "0"}:
        draft.store.mails.append(("order_return_state", draft.whole("id_order")))


def _lines(store: Store, row: Row) -> Entries:
    kept = store["order_returns"].rows[row["id"]].get("order_return_details", [])
    return [{"id": str(number), **dict(zip(_LINE, map(str, line), strict=True))} for number, line in enumerate(kept, 1)]


BEHAVIOURS = {
    "order_returns": Behaviour(
        before_save=_refuse_unknown_state,
        after_save=_mail,
        lists={"order_return_details": _lines},
    ),
}

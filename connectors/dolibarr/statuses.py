"""What has become of orders, by Dolibarr's own statuses of order and shipments, in few requests."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from connectors.dolibarr.asking import Record
from connectors.dolibarr.client import Dolibarr
from connectors.dolibarr.guard import uid_of
from connectors.dolibarr.orders import id_in, number_of
from connectors.dolibarr.replies import amount
from schemas.erp import Asked, DocumentStatus, ErpNumber
from schemas.erps.dolibarr import STATUS_MEMBERS

STATUS, BILLED, SHIPMENT = STATUS_MEMBERS
ORDER_WORDS: Mapping[str, str] = {"-1": "canceled", "0": "draft", "1": "validated", "2": "shipping", "3": "delivered"}
SHIPMENT_WORDS: Mapping[str, str] = {"0": "draft", "1": "validated", "2": "closed"}
_MAY_HAVE_SHIPMENTS = frozenset({"1", "2", "3"})


def read_statuses(dolibarr: Dolibarr, asked: Sequence[Asked]) -> Mapping[ErpNumber, DocumentStatus]:
    """What Dolibarr says of each order; those that are gone, or whose id is another's now, are left out."""
    heads = {int(each["id"]): each for each in dolibarr.orders_by_ids(id_in(each.number) for each in asked)}
    moved = [int(each["socid"]) for each in heads.values() if str(each["status"]) in _MAY_HAVE_SHIPMENTS]
    shipments = _by_order(dolibarr.shipments_of(moved)) if moved else {}
    codes = {id_: code for code, id_ in dolibarr.shipping_methods.items()} if shipments else {}
    found: dict[ErpNumber, DocumentStatus] = {}
    for each in asked:
        head = heads.get(id_in(each.number))
        if head is not None and number_of(head) == each.number:
            found[each.number] = status_of(head, shipments.get(int(head["id"]), ()), codes)
    return found


def _by_order(shipments: Iterable[Record]) -> dict[int, list[Record]]:
    orders: dict[int, list[Record]] = {}
    for each in shipments:
        if each.get("origin_id"):
            orders.setdefault(int(each["origin_id"]), []).append(each)
    return orders


def status_of(
    head: Mapping[str, object], shipments: Sequence[Record] = (), carriers: Mapping[int, str] | None = None
) -> DocumentStatus:
    """The head of an order, and its shipments oldest first, in our words."""
    status = str(head.get("status"))
    sent = sorted(shipments, key=lambda each: int(each["id"]))
    last = sent[-1] if sent else {}
    shipment = SHIPMENT_WORDS.get(str(last.get("status")), "") if last else "none"
    return DocumentStatus(
        number=number_of(head),
        type="order",
        internal_reference=uid_of(dict(head)),
        currency=str(head.get("multicurrency_code") or ""),
        total_tax_incl=amount(head.get("total_ttc")),
        values={
            STATUS: ORDER_WORDS.get(status, ""),
            BILLED: "yes" if str(head.get("billed")) == "1" else "no",
            SHIPMENT: shipment,
        },
        tracking=next((str(each["tracking_number"]) for each in reversed(sent) if each.get("tracking_number")), ""),
        carrier_code=(carriers or {}).get(int(last.get("shipping_method_id") or 0), ""),
        shown_as=str(head.get("ref") or ""),
        unknown={} if status in ORDER_WORDS else {STATUS: status},
    )

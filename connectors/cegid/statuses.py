"""Statuses of many documents in few requests: by pages of days, and one by one those that lie alone in time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from connectors.cegid.client import Cegid
from connectors.cegid.document_key import DocumentKey
from schemas.erp import Asked, DocumentStatus, ErpNumber

GAP = timedelta(days=7)
FEW = 5
"""So few documents are asked for one by one rather than by page."""


def read_statuses(cegid: Cegid, asked: Sequence[Asked], store: str) -> Mapping[ErpNumber, DocumentStatus]:
    """What Cegid says of each document; what no page holds is asked for by its key, as one whose date was changed."""
    keys = {each.number: DocumentKey.parse(each.number) for each in asked}
    types = sorted({key.type for key in keys.values()})
    found: dict[ErpNumber, DocumentStatus] = {}
    for begin, end in day_ranges([each.placed_on for each in asked]):
        headers = cegid.headers(begin, end, types=types, stores=[store])
        found |= {status.number: status for status in headers}
    for number in keys.keys() - found.keys():
        status = cegid.status(keys[number])
        if status is not None:
            found[number] = status
    return found


def day_ranges(days: Sequence[date]) -> list[tuple[date, date]]:
    """Ranges of days to read page by page; few days that lie alone in time are in none of them."""
    ranges: list[tuple[date, date]] = []
    cluster: list[date] = []
    for day in sorted(days):
        if cluster and day - cluster[-1] > GAP:
            ranges += _range(cluster)
            cluster = []
        cluster.append(day)
    return ranges + _range(cluster)


def _range(cluster: list[date]) -> list[tuple[date, date]]:
    return [(cluster[0], cluster[-1])] if len(cluster) > FEW else []

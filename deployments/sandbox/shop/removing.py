"""Deletes entities: all of those named, or none when one of them does not exist."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from deployments.sandbox.shop import shops
from deployments.sandbox.shop.columns import number
from deployments.sandbox.shop.errors import ServiceError

if TYPE_CHECKING:
    from deployments.sandbox.shop.entity import Behaviour
    from deployments.sandbox.shop.query import Query
    from deployments.sandbox.shop.schema import Resource
    from deployments.sandbox.shop.store import Store

_NO_ID = "[PHP Warning #2] Undefined array key 1 (/var/www/shop/classes/webservice/WebserviceRequest.php, line 1485)"

_IN_ONE_SHOP = frozenset({"combinations", "products"})
"""What hangs on them goes with them where one shop loses them."""


def remove(
    store: Store, resource: Resource, behaviour: Behaviour, rest: list[str], query: Query, *, warnings: bool
) -> None:
    """Take out the entities named by the path or by ``id=[1,2]``."""
    ids = _named(rest, query)
    with store.lock:
        table = store[resource.name]
        missing = [one for one in ids if one not in table.rows]
        if missing or not ids:
            raise _unknown(missing or [0], warnings=warnings and not ids)
        given_up = [one for one in ids if not _removed(store, resource, behaviour, one)]
        if given_up:
            raise ServiceError(500, 88, f"Id(s) wasn't deleted: {', '.join(map(str, given_up))}")


def _removed(store: Store, resource: Resource, behaviour: Behaviour, identifier: int) -> bool:
    """Whether the shop says that it is gone; it is in any case."""
    table = store[resource.name]
    row = table.rows[identifier]
    if shops.leave(store, resource.name, row):
        table.remove(identifier)
    if behaviour.after_remove is None or (identifier in table.rows and resource.name not in _IN_ONE_SHOP):
        return True
    return behaviour.after_remove(store, row) is not False


def _named(rest: list[str], query: Query) -> list[int]:
    if rest:
        return [int(number(rest[0]))]
    bracketed = re.fullmatch(r"\[(.*)\]", query.text("id"))
    return [int(number(part)) for part in bracketed[1].split(",")] if bracketed else []


def _unknown(missing: list[int], *, warnings: bool) -> ServiceError:
    said = f"Id(s) not exists: {', '.join(map(str, missing))}"
    if warnings:
        return ServiceError(500, 3, _NO_ID).then(404, 87, said)
    return ServiceError(404, 87, said)

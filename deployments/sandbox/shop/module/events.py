"""The resource ``passerelle_events``: which orders, products and quantities changed and were not read yet."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import UTC
from typing import TYPE_CHECKING, Any

from deployments.sandbox.shop import shops
from deployments.sandbox.shop.clock import CLOCK
from deployments.sandbox.shop.errors import ServiceError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from deployments.sandbox.shop.exchange import Request
    from deployments.sandbox.shop.module.answers import Node
    from deployments.sandbox.shop.pace import Charge
    from deployments.sandbox.shop.store import Row, Store

RESOURCE = "passerelle_events"
TOPICS = ("order", "product", "stock")
LOST = "lost"
MOST = 100_000
LONGEST_WAIT = 25
_MOST_AT_ONCE = 1000
_SECRET_LENGTH = 16
_LISTENS_SECONDS = 7 * 24 * 3600
_SUBJECTS = {
    "products": ("product", "id"),
    "combinations": ("product", "id_product"),
    "stock_availables": ("stock", "id_product"),
}


@dataclass(slots=True)
class Outbox:
    """What was not read, by shop, topic and id: what changes again has a new number."""

    most: int = MOST
    next_id: int = 1
    unread: dict[tuple[int, str, int], tuple[int, str]] = field(default_factory=dict)
    listeners: dict[int, tuple[float, tuple[str, ...]]] = field(default_factory=dict)

    def listen(self, shop: int, topics: tuple[str, ...]) -> None:
        """Somebody listens; whoever did not until now is told that events are missing. Those of other topics go."""
        now = CLOCK.now().timestamp()
        at, known = self.listeners.get(shop, (0.0, ()))
        if abs(now - at) > _LISTENS_SECONDS or set(topics) - set(known):
            self._put(shop, LOST, 0)
        for key in [key for key in self.unread if key[0] == shop and key[1] not in {*topics, LOST}]:
            del self.unread[key]
        self.listeners[shop] = (now, topics)

    def note(self, shop: int, topic: str, subject: int) -> None:
        """Keeps an event where somebody listens to its topic; beyond the most, the oldest go and that is said."""
        at, topics = self.listeners.get(shop, (0.0, ()))
        if topic in topics and abs(CLOCK.now().timestamp() - at) <= _LISTENS_SECONDS:
            self._put(shop, topic, subject)
            if len(self.unread) > self.most:
                del self.unread[next(iter(self.unread))]
                self._put(shop, LOST, 0)

    def _put(self, shop: int, topic: str, subject: int) -> None:
        self.unread.pop((shop, topic, subject), None)
        at = CLOCK.now().astimezone(UTC)
        self.unread[shop, topic, subject] = (self.next_id, f"{at:%Y-%m-%dT%H:%M:%SZ}")
        self.next_id += 1

    def forget(self, shop: int, numbers: set[int]) -> None:
        """Takes away what was read."""
        gone = [key for key, (number, _) in self.unread.items() if key[0] == shop and number in numbers]
        for key in gone:
            del self.unread[key]


def follow(store: Store) -> None:
    """From now on changes of orders, products and quantities are noted."""
    outbox = store.outbox = Outbox()

    def order_changed(row: Row, changes: Mapping[str, Any]) -> None:
        if "current_state" in changes:
            outbox.note(int(row.get("id_shop") or 0) or 1, "order", int(row["id"]))

    def changed(topic: str, name: str) -> Any:
        def note(row: Row, _changes: Mapping[str, Any]) -> None:
            outbox.note(shops.of(store).shop, topic, int(row[name] or 0))

        return note

    store["orders"].on_change = order_changed
    for resource, (topic, name) in _SUBJECTS.items():
        store[resource].on_change = changed(topic, name)


def answer(store: Store, request: Request, charge: Charge) -> Node:
    """The oldest events; what was read is taken away before."""
    charge(RESOURCE, request.method, 1)
    shop, topics = shops.of(store).shop, tuple(_text(request, "topics", "order").split("|"))
    if set(topics) - set(TOPICS):
        raise ServiceError(400, 85, f"topics are of {'|'.join(TOPICS)}")
    outbox = store.outbox
    if request.method == "PUT":
        _take(outbox, shop, request.body)
    outbox.listen(shop, topics)
    limit = min(max(_number(request, "limit", 500), 1), _MOST_AT_ONCE)
    found = [(key, kept) for key, kept in outbox.unread.items() if key[0] == shop and key[1] in {*topics, LOST}]
    events: list[Node] = [
        {"id": str(number), "topic": topic, "subject": str(subject), "noted_at": at}
        for (_, topic, subject), (number, at) in found[:limit]
    ]
    return {"events": {"event": events} if events else ""}


def wait_of(request: Request) -> int:
    """How many seconds the request waits for an event."""
    return min(max(_number(request, "wait", 0), 0), LONGEST_WAIT)


def is_empty(answered: Node) -> bool:
    """Whether there was nothing to tell."""
    return not answered["events"]


def _take(outbox: Outbox, shop: int, body: bytes) -> None:
    try:
        document = json.loads(body)
    except ValueError:
        document = None
    read = document.get("read", []) if isinstance(document, dict) else None
    if not isinstance(read, list) or len(read) > _MOST_AT_ONCE:
        raise ServiceError(400, 85, f"read is a list of at most {_MOST_AT_ONCE} numbers")
    outbox.forget(shop, {int(number) for number in read})
    if document.get("ping") is not None and not _is_target(document["ping"]):
        raise ServiceError(400, 85, "ping is an address of http or https and a secret of 16 characters")


def _is_target(ping: Mapping[str, Any]) -> bool:
    url, secret = str(ping.get("url", "")), str(ping.get("secret", ""))
    return url == "" or (re.fullmatch(r"https?://[^\s/@]+(/\S*)?", url) is not None and len(secret) >= _SECRET_LENGTH)


def _text(request: Request, name: str, default: str) -> str:
    return request.query.text(name) if request.query.has(name) else default


def _number(request: Request, name: str, default: int) -> int:
    text = request.query.text(name)
    return int(text) if text.isdecimal() else default

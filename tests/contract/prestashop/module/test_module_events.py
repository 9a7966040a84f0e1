"""What changes in the shop is in the outbox of the module when the request ends, once, until it is read."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.contract.prestashop.buyer import Buyer
from tests.contract.prestashop.webservice import refused

if TYPE_CHECKING:
    from tests.contract.prestashop.bench import Bench
    from tests.contract.prestashop.webservice import Reply, Webservice

EVENTS = "passerelle_events"
EVERYTHING = "order|product|stock"


class Ears:
    """Whoever listens to everything."""

    def __init__(self, shop: Webservice) -> None:
        self.shop = shop

    def unread(self, **params: object) -> list[tuple[int, str, int]]:
        """Number, topic and subject of each event, the oldest first."""
        reply = self.shop.send("GET", EVENTS, {"topics": EVERYTHING, "limit": 1000} | params)
        return _events(reply)

    def read(self, *numbers: int) -> list[tuple[int, str, int]]:
        body = json.dumps({"read": list(numbers)}).encode()
        return _events(self.shop.send("PUT", EVENTS, {"topics": EVERYTHING, "limit": 1000}, body))

    def read_all(self) -> None:
        while unread := self.unread():
            self.read(*(number for number, *_ in unread))

    def of(self, topic: str) -> list[int]:
        return [subject for _, one, subject in self.unread() if one == topic]


def _events(reply: Reply) -> list[tuple[int, str, int]]:
    assert reply.status == 200, reply.body
    [told] = [node for node in reply.root if node.tag == EVENTS]
    return [
        (int(node.findtext("id", "")), node.findtext("topic", ""), int(node.findtext("subject", "")))
        for node in told.iter("event")
    ]


@pytest.fixture(scope="module")
def ears(shop: Webservice) -> Iterator[Ears]:
    ears = Ears(shop)
    if shop.get(EVENTS, topics=EVERYTHING).status != 200:
        pytest.skip("the module of the shop given is older than 1.2.0")
    yield ears
    ears.read_all()


@pytest.fixture
def buyer(bench: Bench, ears: Ears) -> Buyer:
    """Who has ordered before, and what was told of it was read."""
    buyer = Buyer(bench)
    ears.read_all()
    return buyer


def test_an_order_is_told_when_it_is_made_and_once_however_often_it_changes(buyer: Buyer, ears: Ears) -> None:
    order = buyer.order()
    [(first, topic, subject)] = [each for each in ears.unread() if each[1] == "order"]
    assert (topic, subject) == ("order", order.id)
    order.move(buyer.states["preparation"])
    order.move(buyer.states["shipped"])
    [(second, *_)] = [each for each in ears.unread() if each[1] == "order"]
    assert second > first


def test_what_changes_again_after_it_was_read_stays_when_the_former_event_is_taken_away(
    buyer: Buyer, ears: Ears
) -> None:
    order = buyer.order()
    numbers = [number for number, *_ in ears.unread()]
    order.move(buyer.states["preparation"])
    assert [event[1:] for event in ears.read(*numbers)] == [("order", order.id)]


def test_products_combinations_and_quantities_are_told_by_their_product(
    shop: Webservice, bench: Bench, buyer: Buyer, ears: Ears
) -> None:
    shop.patched("products", {"id": buyer.product, "price": "13.000000"})
    assert (ears.of("product"), ears.of("stock")) == ([buyer.product], [])
    ears.read_all()
    shop.patched("stock_availables", {"id": buyer.stock, "quantity": 55})
    assert (ears.of("product"), ears.of("stock")) == ([], [buyer.product])
    ears.read_all()
    (combination,) = bench.make("combinations", bench.combination_row(buyer.product, *bench.option("S")))
    assert buyer.product in ears.of("product")
    ears.read_all()
    shop.patched("combinations", {"id": combination.id, "ean13": "4006381333931"})
    assert buyer.product in ears.of("product")


def test_a_product_that_is_deleted_is_told(bench: Bench, shop: Webservice, ears: Ears) -> None:
    product = bench.product()
    ears.read_all()
    shop.send("DELETE", f"products/{product.id}")
    assert product.id in ears.of("product")


def test_an_event_that_is_there_is_not_waited_for_and_a_silence_is_as_long_as_asked(buyer: Buyer, ears: Ears) -> None:
    began = time.monotonic()
    assert ears.unread(wait=1) == []
    assert time.monotonic() - began >= 0.9
    buyer.order()
    began = time.monotonic()
    assert ears.unread(wait=20)
    assert time.monotonic() - began < 10


def test_whoever_begins_to_listen_to_a_topic_is_told_that_events_are_missing(shop: Webservice, ears: Ears) -> None:
    ears.read_all()
    shop.get(EVENTS, topics="stock")
    assert [(topic, subject) for _, topic, subject in ears.unread()] == [("lost", 0)]


def test_events_of_topics_that_nobody_listens_to_any_more_are_taken_away(
    shop: Webservice, buyer: Buyer, ears: Ears
) -> None:
    order = buyer.order()
    shop.patched("products", {"id": buyer.product, "price": "13.000000"})
    assert (ears.of("product"), ears.of("order")) == ([buyer.product], [order.id])
    shop.get(EVENTS, topics="order")
    assert (ears.of("product"), ears.of("order")) == ([], [order.id])


@pytest.mark.parametrize(
    ("method", "query", "body"),
    [
        ("GET", {"topics": "customer"}, None),
        ("GET", {"topics": ""}, None),
        ("PUT", {}, b"no JSON"),
        ("PUT", {}, b'{"read": 3}'),
        ("PUT", {}, b'{"ping": {"url": "ftp://example.com", "secret": "0123456789abcdef"}}'),
        ("PUT", {}, b'{"ping": {"url": "https://example.com", "secret": "short"}}'),
    ],
)
def test_what_is_not_understood_is_refused(
    shop: Webservice, ears: Ears, method: str, query: dict[str, object], body: bytes | None
) -> None:
    assert refused(shop.send(method, EVENTS, query, body), 85, 400)
    assert ears

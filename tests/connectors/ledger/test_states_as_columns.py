"""A ledger whose fingerprints had prefixes is opened with all that it said."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from connectors.ledger import Ledger, LinkState
from connectors.ledger.database import Database
from connectors.ledger.migrate import migrate

if TYPE_CHECKING:
    from tests.connectors.ledger.places import Place

NAMES = ("kind", "erp_key", "parent_key", "state", "fingerprint")
FORMER_LINKS = sa.table(
    "links", *map(sa.column, ("shop", "shop_id", "sub_id", "mapping_version", "confirmed_at", "seq", *NAMES))
)
FORMER_DELIVERIES = sa.table("deliveries", *map(sa.column, ("shop", "kind", "key", "state", "attempts", "changed_at")))
# kind, key, parent_key, state, fingerprint -> parent_key, erp_code, state, fingerprint, confirmed_value, in_doubt
LINKS: list[tuple[tuple[Any, ...], tuple[Any, ...]]] = [
    (("product", "A", "P", "active", "f00d"), ("P", None, "active", "f00d", None, False)),
    (("product", "B", "P", "closed", "?f00d"), ("P", None, "closed", "f00d", None, True)),
    (("product", "C", None, "active", "?"), (None, None, "active", "", None, True)),
    (("product", "D", None, "left", "beef"), (None, None, "deleted", "beef", None, False)),
    (("stock", "A", None, "active", "=12"), (None, None, "active", "", "12", False)),
    (("stock", "B", None, "active", "?=-3"), (None, None, "active", "", "-3", True)),
    (("stock", "C", None, "active", "?"), (None, None, "active", "", None, True)),
    (("specific_price", "A|||", "SOLDES", "active", "?cafe"), (None, "SOLDES", "active", "cafe", None, True)),
    (("specific_price", "B|||", None, "intent", ""), (None, None, "intent", "", None, False)),
    (("store_order", "T1", None, "kept", "abba"), (None, None, "kept", "abba", None, False)),
    (("order_status", "7", None, "final", "=5"), (None, None, "final", "", "5", False)),
    (("return_status", "8", None, "open", "="), (None, None, "open", "", "", False)),
    (
        ("cegid/production/order_sent", "7", None, "active", "state= lines=1"),
        (None, None, "active", "state= lines=1", None, False),
    ),
]


@pytest.fixture
def former(place: Place) -> Place:
    """A ledger as revision 0006 wrote it."""
    database = Database(place.url)
    migrate(database, to="0006")
    same = {"shop": "shop", "shop_id": 41, "sub_id": 7, "mapping_version": "", "confirmed_at": 1_000_000, "seq": 1}
    with database.write("write as before") as connection:
        for link, _ in LINKS:
            connection.execute(sa.insert(FORMER_LINKS).values(same | dict(zip(NAMES, link, strict=True))))
        connection.exec_driver_sql(
            "insert into deliveries (shop, kind, key, state, erp_number, attempts, changed_at, identity) "
            "values ('shop', 'order', '7', 'delivered', 'CC-7', 1, 1000000, 'abcd')"
        )
    database.close()
    return place


def test_every_prefix_becomes_the_column_that_says_the_same(former: Place) -> None:
    with Ledger.open(former.url):
        pass
    read = former.ask(
        "select kind, erp_key, parent_key, erp_code, state, fingerprint, confirmed_value, in_doubt, shop_id, sub_id, "
        "confirmed_at, seq from links"
    )
    wanted = [(before[0], before[1], *after, 41, 7, 1000000, 1) for before, after in LINKS]
    assert sorted(map(_told, read)) == sorted(map(_told, wanted))


def _told(row: tuple[Any, ...]) -> tuple[str, ...]:
    """The row as texts; SQLite gives 0 and 1 for false and true."""
    in_doubt = 7
    return tuple(repr(bool(value) if at == in_doubt else value) for at, value in enumerate(row))


def test_the_links_of_a_former_ledger_are_read_and_confirmed_as_before(former: Place) -> None:
    with Ledger.open(former.url, snapshots=former.snapshots) as ledger:
        stock = ledger.links("shop", "stock").sort("erp_key")
        assert stock.select("erp_key", "confirmed_value", "in_doubt").rows() == [
            ("A", "12", False),
            ("B", "-3", True),
            ("C", None, True),
        ]
        ledger.doubt("shop", "stock", ["A"])
        ledger.forget("shop", "stock", ["C"])
        ledger.confirm("shop", "stock", stock.filter(erp_key="B").drop("seq", "in_doubt"), run_id=None)
        now = ledger.links("shop", "stock").sort("erp_key").select("erp_key", "in_doubt").rows()
        assert now == [("A", True), ("B", False)]
        states = {
            LinkState(state) for kind in ("product", "store_order") for state in ledger.links("shop", kind)["state"]
        }
        assert states == {LinkState.ACTIVE, LinkState.CLOSED, LinkState.DELETED, LinkState.KEPT}


def test_a_delivery_keeps_all_it_had_and_may_have_a_fingerprint_and_a_value(former: Place) -> None:
    with Ledger.open(former.url) as ledger:
        before = ledger.delivery("shop", "order", "7")
        assert before is not None
        assert (before.erp_number, before.identity, before.fingerprint) == ("CC-7", "abcd", None)
        confirmed: dict[str, Any] = {"fingerprint": "f00d", "confirmed_value": "12"}
        ledger.delivered("shop", "order", "7", erp_number="CC-7", erp_code=None, run_id=None, **confirmed)
        ledger.delivered("shop", "order", "7", erp_number="CC-8", erp_code=None, run_id=None)
        after = ledger.delivery("shop", "order", "7")
        assert after is not None
        assert (after.erp_number, after.identity, after.fingerprint, after.confirmed_value) == (
            "CC-8",
            "abcd",
            "f00d",
            "12",
        )


def test_what_a_file_was_sent_and_no_file_of_the_erp_has_named_is_sent_and_not_delivered(place: Place) -> None:
    database = Database(place.url)
    migrate(database, to="0007")
    with database.write("write as before") as connection:
        same = {"shop": "shop", "attempts": 1, "changed_at": 1_000_000, "state": "delivered"}
        for kind, key in (("files/production/order", "7"), ("files/production/order", "8"), ("cegid/test/order", "7")):
            connection.execute(sa.insert(FORMER_DELIVERIES).values(same | {"kind": kind, "key": key}))
        link = dict.fromkeys(("shop_id", "sub_id", "confirmed_at", "seq"), 7) | {"mapping_version": "", "shop": "shop"}
        link |= {"kind": "order_confirmed", "erp_key": "7", "state": "active", "fingerprint": "confirmed"}
        connection.execute(sa.insert(FORMER_LINKS).values(link))
    database.close()
    with Ledger.open(place.url) as ledger:
        known = ledger.deliveries("shop").sort("kind", "key").select("kind", "key", "state").rows()
        assert known == [
            ("cegid/test/order", "7", "delivered"),
            ("files/production/order", "7", "delivered"),
            ("files/production/order", "8", "sent"),
        ]
        assert ledger.links("shop", "order_confirmed").is_empty()

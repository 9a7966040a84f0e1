"""Acts of the flat streams and of the fast lane: each begins with a day that the shop and the ledger know."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from tests.campaigns.stage import FIRST_DAY, STOCK, Act
from tests.flows.flat_world import FlatWorld

Row = Mapping[str, Any]
_CODES = '[titles]\nM = 1\nMME = 2\n[groups]\nPRO = 3\nVIP = 2\n[countries]\nFR = "FRA"\n[taxes]\nNOR = 1\nRED = 2\n'


def flat(name: str, flow: str, stream: str, days: tuple[Iterable[Row], Iterable[Row]], *earlier: Act) -> Act:
    """The second of two days of a stream, of which the first is known."""
    first, second = ([dict(row) for row in day] for day in days)

    def dropped(number: int, rows: list[dict[str, Any]]) -> Callable[[FlatWorld], list[str]]:
        return lambda world: [_drop(world, stream, rows, number)]

    known = Act(f"{name}, first day", flow, dropped(1, first), dropped(9, first[::-1]), earlier)
    return Act(name, flow, dropped(2, second), dropped(9, second[::-1]), (*earlier, known))


def _drop(world: FlatWorld, stream: str, rows: list[dict[str, Any]], number: int) -> str:
    (world.folder / "associations.toml").write_text(_CODES, encoding="utf-8")
    world.specify(specificprice={"absentRows": "deactivate"})
    return world.drop(stream, *rows, name=f"{stream}_{number}.csv").name


def _store(number: int, **said: Any) -> Row:
    return {
        "erp_code": f"M{number}",
        "name": f"Maison {number}",
        "address1": f"{number} rue du Port",
        "postcode": "69001",
        "city": "Lyon",
        "country": "FRA",
        "active": "1",
        "monday_hours": "9h-12h",
    } | said


def _customer(number: int, **said: Any) -> Row:
    return {
        "code_erp": f"C{number}",
        "customer_email": f"c{number}@lab.test",
        "lastname": "Martin",
        "firstname": "Anna",
        "closed": "0",
        "title_id": "MME",
        "optin_email": "BrandOnly",
        "default_group": "PRO",
    } | said


def _price(reference: str, **said: Any) -> Row:
    return {"reference": reference, "erp_code": "SOLDES", "reduction": "20", "type": "%", "reduction_tax": "1"} | said


_STORES = (
    [_store(number) for number in range(6)],
    [
        *(_store(number, monday_hours="10h-19h") for number in range(3)),
        _store(3, active="0"),
        _store(4),
        *(_store(number) for number in range(6, 12)),
    ],
)
_CUSTOMERS = (
    [_customer(number) for number in range(6)],
    [
        *(_customer(number, firstname="Clotilde", default_group="VIP") for number in range(3)),
        _customer(3, closed="1"),
        _customer(4, customer_email="new4@lab.test"),
        *(_customer(number, optin_email="ForPartners") for number in range(6, 12)),
    ],
)
_PRICES = (
    [_price(f"ROBE000{number}-{size}") for number in range(3) for size in "SML"],
    [
        *(_price(f"ROBE0000-{size}", reduction="30") for size in "SML"),
        *(_price(f"ROBE0001-{size}") for size in "SML"),
        *(_price(f"ROBE000{number}-{size}", reduction="5", type="amount") for number in (3, 4) for size in "SML"),
        _price("SAC0", price="12.00", reduction="", **{"from": "2026-01-01", "to": "2026-02-01"}),
    ],
)

STORES = flat("stores", "import_stores", "store", _STORES)
CUSTOMERS = flat("customers", "import_customers", "customer", _CUSTOMERS)
PRICES = flat("specific prices", "import_specific_prices", "specificprice", _PRICES, FIRST_DAY)
LANE = Act(
    "stock by reference",
    STOCK.flow,
    STOCK.drop,
    STOCK.again,
    STOCK.before,
    options={"module": True},
    settings={"shop": {"lane": "module"}},
)
PRODUCT_LANE = Act(
    "products by our module",
    FIRST_DAY.flow,
    FIRST_DAY.drop,
    FIRST_DAY.again,
    options={"module": True},
    settings={"shop": {"lane": "module"}},
)
PRICE_LANE = Act(
    "specific prices by our module",
    PRICES.flow,
    PRICES.drop,
    PRICES.again,
    PRICES.before,
    options={"module": True},
    settings={"shop": {"lane": "module"}},
)
FLAT_ACTS = (STORES, CUSTOMERS, PRICES, LANE, PRODUCT_LANE, PRICE_LANE)

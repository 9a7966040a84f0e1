"""Acts of documents that come by file: sales of the stores, and what the ERP decided of returns."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from tests.campaigns.erp_file_acts import ERP_FILE_ACTS
from tests.campaigns.flat_acts import CUSTOMERS, FLAT_ACTS, flat
from tests.campaigns.picture_acts import PICTURE_ACTS
from tests.campaigns.stage import ACTS, FIRST_DAY, Act
from tests.flows.flat_world import BY_FILE, FlatWorld

Told = Sequence[tuple[str, str]]

RETURNS = 8
_MAILED = [
    {"member": "ReturnStatus", "values": [word], "state": state, "final": state != 2, "mail": True}
    for word, state in (("Returned", 5), ("ReturnRefused", 4), ("ReturnValidated", 2))
]


def _article(sale: str, number: int, reference: str, quantity: int = 1, **said: Any) -> Mapping[str, Any]:
    return {
        "order_internal_reference": sale,
        "customer_erp_code": f"C{number}",
        "order_date": f"2026-10-0{number + 1} 15:42:10",
        "reference": reference,
        "product_name": f"Vendu en magasin {number}",
        "qty": quantity,
        "unit_price_tax_excl": "15.825",
        "unit_price_tax_incl": "18.99",
    } | said


def _sale(number: int, day: str = "A", **said: Any) -> list[Mapping[str, Any]]:
    """A dress twice and a bag, which the settings take off the stock."""
    sale = f"FFO/{day}/{number}"
    dress = _article(sale, number, f"ROBE000{number}-M", 2, **said)
    return [
        dress,
        _article(sale, number, f"SAC{number % 4}", unit_price_tax_excl="9.916667", unit_price_tax_incl="11.90"),
    ]


_FIRST_SALES = [row for number in range(4) for row in _sale(number)]
_SECOND_SALES = [
    *(row for number in range(6) for row in _sale(number, "B")[:1]),
    *_FIRST_SALES[:4],
    *_sale(2, qty=3),
    *(row for number in range(6) for row in _sale(number, "B")[1:]),
    *_sale(5, "C", discount_amount="3"),
]
SALES = replace(
    flat(
        "sales of stores",
        "import_store_orders",
        "storeOrder",
        (_FIRST_SALES, _SECOND_SALES),
        FIRST_DAY,
        *CUSTOMERS.before,
    ),
    options={"module": True},
    settings={"store_orders": {"take_stock": True}},
)
"""New sales whose rows stand apart, known ones, and one that is told otherwise than when it became an order."""


def _told(number: int, told: Told) -> Callable[[FlatWorld], list[str]]:
    def dropped(world: FlatWorld) -> list[str]:
        world.specify(orderReturnStatus=BY_FILE)
        return [world.drop_returns(*told, name=f"orderReturnStatus_{number}.csv").name]

    return dropped


def _first_returns(world: FlatWorld) -> list[str]:
    for number in range(1, RETURNS + 1):
        asked = {"id_customer": 1, "id_order": number, "state": 1, "date_add": "2026-10-03 15:42:10"}
        world.shop.insert("order_returns", asked)
    return _told(1, _FIRST_TOLD)(world)


_FIRST_TOLD: Told = (("1", "ReturnValidated"), ("2", "Returned"), ("3", "ReturnValidated"))
_SECOND_TOLD: Told = (
    ("1", "Returned"),
    ("WEBR2", "ReturnValidated"),
    ("3", "ReturnValidated"),
    ("4", "ReturnRefused"),
    ("WEBR5", "ReturnValidated"),
    ("6", "Returned"),
    ("7", "ReturnPlanned"),
    ("8", "ReturnValidated"),
    ("WEBR8", "ReturnValidated"),
)
RETURN_STATUSES = Act(
    "return statuses by file",
    "import_return_statuses",
    _told(2, _SECOND_TOLD),
    _told(9, _SECOND_TOLD[::-1]),
    (Act("return statuses, first day", "import_return_statuses", _first_returns, _told(9, _FIRST_TOLD[::-1])),),
    options={"module": True},
    settings={"returns": {"status_rules": _MAILED}},
)
"""States that move forward, stay, would go back, and one told twice; every move sends a mail."""
FILE_ACTS = (*FLAT_ACTS, SALES, RETURN_STATUSES, *ERP_FILE_ACTS)
EVERY_ACT = (*ACTS, *FILE_ACTS, *PICTURE_ACTS)

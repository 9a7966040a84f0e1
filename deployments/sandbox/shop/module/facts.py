"""The resource ``passerelle_info``: the settings of the shop that decide how it can be written to."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from deployments.sandbox.shop.ordering import PAYMENT_MODULES
from deployments.sandbox.shop.store import now

if TYPE_CHECKING:
    from deployments.sandbox.shop.exchange import Request
    from deployments.sandbox.shop.module.answers import Node
    from deployments.sandbox.shop.pace import Charge
    from deployments.sandbox.shop.store import Store

MODULE_VERSION = "1.5.0"
_SETTINGS = {
    "order_return": "PS_ORDER_RETURN",
    "order_return_days": "PS_ORDER_RETURN_NB_DAYS",
    "stock_management": "PS_STOCK_MANAGEMENT",
    "advanced_stock_management": "PS_ADVANCED_STOCK_MANAGEMENT",
    "search_indexation": "PS_SEARCH_INDEXATION",
    "invoice": "PS_INVOICE",
    "round_type": "PS_ROUND_TYPE",
    "round_mode": "PS_PRICE_ROUND_MODE",
    "price_display_precision": "PS_PRICE_DISPLAY_PRECISION",
    "tax_address_type": "PS_TAX_ADDRESS_TYPE",
    "multishop": "PS_MULTISHOP_FEATURE_ACTIVE",
    "store_order_state": "PASSERELLE_STORE_ORDER_STATE",
}
_GROUP = ("name", "share_customer", "share_order", "share_stock", "active", "deleted")
_PAYMENT_NAMES = ("Bank transfer", "Payments by check", "Cash on delivery (COD)")


def answer(store: Store, _request: Request, charge: Charge) -> Node:
    """All facts, in the order of the real answer."""
    charge("passerelle_info", "GET full", 1)
    return {
        **_versions(store),
        **{name: store.configuration(key) for name, key in _SETTINGS.items()},
        "php_max_execution_time": "300",
        "php_post_max_size": "64M",
        "php_memory_limit": "512M",
        "transactional": "1",
        "shop_groups": {"shop_group": _shop_groups(store)},
        "payment_modules": {"payment_module": _payment_modules()},
        "carrier_countries": {"carrier_country": _carrier_countries(store)},
    }


def _versions(store: Store) -> dict[str, str]:
    zone = store.configuration("PS_TIMEZONE")
    offset = datetime.now(ZoneInfo(zone)).strftime("%z")
    return {
        "module_version": MODULE_VERSION,
        "ps_version": store.configuration("PS_VERSION_DB"),
        "php_version": "8.2.36",
        "mysql_version": "10.11.19-MariaDB-0+deb12u1",
        "time_zone": zone,
        "now": now(),
        "utc_offset": f"{offset[:3]}:{offset[3:]}",
    }


def _shop_groups(store: Store) -> list[Node]:
    rows = sorted(store["shop_groups"].rows.items())
    return [{"id": str(number), **{name: str(row.get(name) or "0") for name in _GROUP}} for number, row in rows]


def _payment_modules() -> list[Node]:
    return [
        {"id": str(number), "name": name, "display_name": shown, "active": "1"}
        for number, (name, shown) in enumerate(zip(PAYMENT_MODULES, _PAYMENT_NAMES, strict=True), 36)
    ]


def _carrier_countries(store: Store) -> list[Node]:
    """The carriers in use, each with all active countries: the sandbox has no zones by carrier."""
    served = ",".join(sorted(str(one["iso_code"]) for one in store["countries"].where("active", "1")))
    return [
        {
            "id": str(number),
            "id_reference": str(row["id_reference"]) if row.get("id_reference") else str(number),
            "name": str(row["name"]),
            "countries": served,
        }
        for number, row in sorted(store["carriers"].rows.items())
        if row["deleted"] == "0" and row["active"] == "1"
    ]

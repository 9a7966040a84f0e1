"""What passerelle_info tells of the shop."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from tests.contract.prestashop.setting import configured

if TYPE_CHECKING:
    from tests.contract.prestashop.documents import Entity
    from tests.contract.prestashop.setting import Setting
    from tests.contract.prestashop.webservice import Webservice

TEXTS = (
    "module_version", "ps_version", "php_version", "mysql_version", "time_zone", "now", "utc_offset", "order_return",
    "order_return_days", "stock_management", "advanced_stock_management", "search_indexation", "invoice", "round_type",
    "round_mode", "price_display_precision", "tax_address_type", "multishop", "store_order_state",
    "php_max_execution_time", "php_post_max_size", "php_memory_limit", "transactional",
)  # fmt: skip
LISTS = ("shop_groups", "payment_modules", "carrier_countries")
CLOCKS_APART = timedelta(minutes=5)


def told(shop: Webservice) -> Entity:
    return shop.get("passerelle_info").entities[0]


def test_it_has_its_fields_in_this_order(shop: Webservice) -> None:
    assert told(shop).names == [*TEXTS, *LISTS]


def test_versions_are_those_of_the_shop(shop: Webservice, setting: Setting) -> None:
    assert told(shop)["ps_version"].split(".")[:3] == [str(part) for part in setting.version]


def test_the_clock_is_told_with_its_zone(shop: Webservice) -> None:
    facts = told(shop)
    now = datetime.fromisoformat(f"{facts['now']}{facts['utc_offset']}")
    assert abs(now - datetime.now(UTC)) < CLOCKS_APART
    assert now.utcoffset() == datetime.now(ZoneInfo(facts["time_zone"])).utcoffset()


def test_the_state_of_store_orders_neither_mails_nor_invoices(shop: Webservice) -> None:
    state = shop.read("order_states", int(told(shop)["store_order_state"]))
    flags = ("send_email", "invoice", "delivery", "hidden", "shipped", "paid", "logable", "unremovable", "deleted")
    assert [state[name] for name in flags] == ["0", "0", "0", "0", "1", "1", "1", "1", "0"]
    assert state["module_name"] == "passerelle"
    assert "Commande magasin" in state.texts("name").values()


def test_settings_are_those_of_the_configuration(shop: Webservice) -> None:
    facts = told(shop)
    assert facts["round_type"] == configured(shop, "PS_ROUND_TYPE")
    assert facts["stock_management"] == configured(shop, "PS_STOCK_MANAGEMENT")


def test_carriers_name_the_countries_they_serve(shop: Webservice) -> None:
    carriers = told(shop).element("carrier_countries")
    assert len(carriers)
    for carrier in carriers:
        assert re.fullmatch(r"[A-Z]{2}(,[A-Z]{2})*", carrier.findtext("countries") or "")
        assert (carrier.findtext("id_reference") or "").isdigit()


def test_json_says_the_same_and_lists_are_lists(shop: Webservice) -> None:
    facts = shop.get("passerelle_info", output_format="JSON").json["passerelle_info"]
    assert list(facts) == [*TEXTS, *LISTS]
    assert {type(facts[name]) for name in TEXTS} == {str}
    for name, member in zip(LISTS, ("shop_group", "payment_module", "carrier_country"), strict=True):
        assert isinstance(facts[name][member], list)


def test_head_has_no_body(shop: Webservice) -> None:
    reply = shop.send("HEAD", "passerelle_info")
    assert (reply.status, reply.body) == (200, b"")

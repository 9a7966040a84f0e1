"""Is a shop ready to exchange orders with its ERP? Access, service items, rights, states and associations in use."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Mapping

from connectors.prestashop import Shop, ShopFacts
from schemas.errors import PasserelleError
from schemas.messages import message
from tasks.check.codes import check_codes
from tasks.check.finding import Finding, Findings
from tasks.check.prefixes import check_prefixes
from tasks.erp import cegid_access, open_cegid
from tasks.run.shop_folder import ShopFolder
from tasks.store_orders.look_up import MODULE

LAST_ORDERS = 1_000
"""The payments in use are those of so many orders."""
_WITHOUT_CODE = frozenset({"free_order", MODULE})
"""What PrestaShop names as the payment of an order that costs nothing, and our module as that of a sale that came from
the ERP: neither is told to it."""
RIGHTS: Mapping[str, tuple[str, ...]] = {
    "orders": ("GET",),
    "order_details": ("GET",),
    "order_payments": ("GET",),
    "order_states": ("GET",),
    "customers": ("GET",),
    "addresses": ("GET",),
    "carriers": ("GET",),
    "currencies": ("GET",),
    "countries": ("GET",),
    "order_histories": ("GET", "POST", "PUT"),
    "order_carriers": ("GET", "PUT"),
}
"""What orders and their statuses need on each resource; PATCH stands for PUT where the shop knows it."""
WELCOME = ("states", "carts", "messages", "customizations", "specific_prices", "order_slip")
"""What is used when the key may read it: regions, the lines of carts, the customer's message, what products were
personalised with, the discounts, for the ERP's own markdown codes, and credit slips, for refunds after hand-over."""


async def check_erp(folder: ShopFolder, shop: Shop, facts: ShopFacts) -> list[Finding]:
    """Everything about the ERP; nothing when no access to it is in use."""
    if folder.settings.cegid.use == "none":
        return []
    say = Findings(folder.settings.shop.language)
    findings = [*await _access(folder, say), *_items(folder, say), *_rights(facts, say)]
    if all(facts.may("GET", resource) for resource, methods in RIGHTS.items() if "GET" in methods):
        findings += await _states(folder, shop, say)
        findings += await _associations(folder, shop, facts, say)
        findings += await check_codes(folder, shop, say)
        findings += await check_prefixes(folder, shop, facts, say)
    return findings


async def _access(folder: ShopFolder, say: Findings) -> list[Finding]:
    """The connection test: who and where we are, and the currency codes that both sides must share."""
    use = folder.settings.cegid.use
    try:
        access = cegid_access(folder)
        hello = await asyncio.to_thread(_hello, folder)
    except PasserelleError as error:
        return say.failed("cegid", error)
    untold = message("not_told", say.language).reason
    said = {"value": use, "key": access.database, "column": hello[0] or untold, "detail": hello[1] or untold}
    return [say.ok("cegid", "ok_cegid", **said)]


def _hello(folder: ShopFolder) -> tuple[str, str]:
    with open_cegid(folder, cegid_access(folder)) as cegid:
        hello = cegid.hello()
    return hello.version, hello.culture


def _items(folder: ShopFolder, say: Findings) -> Iterator[Finding]:
    items = folder.settings.cegid.items
    missing = [name for name in ("misc", "shipping", "wrapping", "discount") if not getattr(items, name)]
    if not missing:
        yield say.ok("service items", "ok_service_items")
    for name in missing:
        yield say.error("service items", "service_item_missing", value=name)
    if not folder.settings.cegid.default_markdown:
        yield say.warning("service items", "no_default_markdown")


def _rights(facts: ShopFacts, say: Findings) -> Iterator[Finding]:
    for resource, methods in RIGHTS.items():
        lacking = [method for method in methods if not _may(facts, method, resource)]
        if lacking:
            yield say.error("order rights", "key_lacks", value=resource, detail=", ".join(lacking))
    for resource in WELCOME:
        if not facts.may("GET", resource):
            yield say.warning("order rights", "right_done_without", value=resource)
    if not facts.may("GET", facts.returns):
        yield say.warning("module", "returns_untold")


def _may(facts: ShopFacts, method: str, resource: str) -> bool:
    return facts.may(facts.update_method(resource) if method == "PUT" else method, resource)


async def _states(folder: ShopFolder, shop: Shop, say: Findings) -> list[Finding]:
    orders = folder.settings.orders
    used = {*orders.states, *orders.waiting_states, *(rule.state for rule in orders.status_rules)}
    there = {int(row["id"]) for row in await shop.read("order_states", display=("id",))}
    missing = ", ".join(str(state) for state in sorted(used - there))
    if not missing:
        return [say.ok("order states", "ok_order_states")]
    return [say.error("order states", "order_state_unknown", value=missing)]


async def _associations(folder: ShopFolder, shop: Shop, facts: ShopFacts, say: Findings) -> list[Finding]:
    known = folder.associations
    countries = await _countries_served(shop, facts)
    carriers = await shop.read("carriers", filters={"deleted": "0", "active": "1"}, display=("id_reference", "name"))
    receipts = folder.settings.cegid.document_type == "Receipt"
    missing = {
        "countries": [f'{iso} = "..."' for iso in countries if iso not in known.countries],
        "carriers": [
            f'{row["id_reference"]} = "..."  # {row["name"]}'
            for row in carriers
            if not receipts and int(row["id_reference"]) not in known.carriers
        ],
        "titles": [f'"..." = {id_}' for id_ in await _titles(shop, facts) if known.title_code(id_) is None],
        "groups": await _groups(folder, shop, facts),
    }
    findings = [_to_paste(say, f"[{table}]", lines) for table, lines in missing.items() if lines]
    findings += await _payments(folder, shop, say)
    return findings or [say.ok("associations", "ok_associations")]


def _to_paste(say: Findings, table: str, lines: Iterable[str]) -> Finding:
    return say.error("associations", "erp_codes_missing", value=table, detail="\n".join((table, *lines)))


async def _countries_served(shop: Shop, facts: ShopFacts) -> list[str]:
    """Active countries that an active carrier serves, free carriers included; all active ones when nothing tells."""
    if facts.may("GET", "passerelle_info"):
        return sorted(frozenset().union(*(await shop.carrier_countries()).values()))
    rows = await shop.read("countries", filters={"active": "1"}, display=("id", "iso_code", "id_zone"))
    if not facts.may("GET", "deliveries"):
        return sorted({row["iso_code"].upper() for row in rows})
    active = await shop.read("carriers", filters={"deleted": "0", "active": "1"}, display=("id", "is_free"))
    ids = [str(row["id"]) for row in active]
    zones = {row["id_zone"] for row in await shop.find("deliveries", "id_carrier", ids, display=("id", "id_zone"))}
    # A carrier that is free has no price by zone, and the webservice tells its zones nowhere else.
    everywhere = not zones or any(row["is_free"] == "1" for row in active)
    return sorted({row["iso_code"].upper() for row in rows if everywhere or row["id_zone"] in zones})


async def _titles(shop: Shop, facts: ShopFacts) -> list[int]:
    """The webservice has no titles of its own: with the module, all of them; without, none can be named."""
    if not facts.may("GET", "genders"):
        return []
    return sorted(int(row["id"]) for row in await shop.read("genders", display=("id",)))


async def _groups(folder: ShopFolder, shop: Shop, facts: ShopFacts) -> list[str]:
    if not folder.settings.cegid.group_member or not facts.may("GET", "groups"):
        return []
    rows = await shop.read("groups", display=("id",))
    return [f'"..." = {row["id"]}' for row in rows if folder.associations.group_code(int(row["id"])) is None]


async def _payments(folder: ShopFolder, shop: Shop, say: Findings) -> list[Finding]:
    currencies = {
        str(row["id"]): row["iso_code"].upper() for row in await shop.read("currencies", display=("id", "iso_code"))
    }
    display = ("id", "module", "payment", "id_currency")
    orders = await shop.read("orders", display=display, sort="id_DESC", limit=LAST_ORDERS)
    used = sorted({(row["module"], currencies.get(row["id_currency"], ""), row["payment"]) for row in orders})
    missing = {
        (module, currency)
        for module, currency, label in used
        if module not in _WITHOUT_CODE and folder.associations.payment(module, currency, label) is None
    }
    return [
        say.error("associations", "payment_missing", value=module, detail=currency)
        for module, currency in sorted(missing)
    ]

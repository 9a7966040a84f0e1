"""Is a shop ready to exchange orders with its ERP? Access, service items, rights, states and associations in use."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import datetime

from connectors.prestashop import Shop, ShopFacts
from connectors.prestashop.dates import zone_of
from connectors.prestashop.sales import MODULE
from schemas.column_spec import WEB_SERVICE
from schemas.erp import Erp
from schemas.erp_look import Found, LooksAtItself
from schemas.errors import DeniedError, PasserelleError
from schemas.flows import FLOWS
from schemas.messages import message
from tasks.check.finding import Finding, Findings
from tasks.erp import erp_of, kind_of
from tasks.run.shop_folder import ShopFolder

ACCOUNTS = 5
"""Of so many of the newest accounts, and of the one to come, the code is looked for in the ERP."""
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
    "order_histories": ("GET", "POST"),
    "order_carriers": ("GET", "PUT"),
}
"""What orders and their statuses need on each resource; PATCH stands for PUT where the shop knows it."""
WELCOME = ("states", "carts", "messages", "customizations", "specific_prices", "order_slip")
"""What is used when the key may read it: regions, the lines of carts, the customer's message, what products were
personalised with, the discounts, for the ERP's own markdown codes, and credit slips, for refunds after hand-over."""


async def check_erp(folder: ShopFolder, shop: Shop, facts: ShopFacts) -> list[Finding]:
    """Everything about the ERP; nothing when none is set up."""
    kind = folder.settings.erp.kind
    if kind == "none":
        return []
    make = Findings(folder.settings.shop.language)
    readable = all(facts.may("GET", resource) for resource, methods in RIGHTS.items() if "GET" in methods)
    currencies = await _currencies(shop) if readable else frozenset()
    emails = await _newest_accounts(shop) if readable else {}
    try:
        found = await asyncio.to_thread(_look, folder, facts.time_zone, currencies, emails, whole=readable)
    except PasserelleError as error:
        findings = make.failed(kind, error)
    else:
        findings = [_said(make, each) for each in found]
    findings += [*_items(folder, make), *_first_day(folder, facts, make), *_rights(folder, facts, make)]
    if readable:
        findings += await _states(folder, shop, make)
        findings += await _associations(folder, shop, facts, make)
    return findings


def _look(
    folder: ShopFolder, time_zone: str, currencies: frozenset[str], emails: Mapping[int, str], *, whole: bool
) -> list[Found]:
    """What the ERP shows of itself: that it answers, and with `whole` what does not fit."""
    with erp_of(folder, time_zone) as erp:
        if erp.itself is None:
            return []
        found = [erp.itself.hello()]
        if whole:
            found += [
                *erp.itself.look(currencies),
                *_warehouse(folder, erp),
                *_summed(folder, erp),
                *_strangers(folder, erp.itself, emails),
            ]
    return found


def _warehouse(folder: ShopFolder, erp: Erp) -> list[Found]:
    """The warehouse of a new item's quantity, where the catalogue is told and the ERP does not have it."""
    catalogue, name = folder.exports.streams.get("catalogue"), folder.settings.catalogue.first_stock
    if not name or catalogue is None or not catalogue.enabled:
        return []
    with suppress(DeniedError):  # a right that the key lacks is a finding of its own
        if erp.first_stock is None or not erp.first_stock.has_warehouse(name):
            return [Found("error", "warehouse", "first_stock_unknown", {"value": name})]
    return []


def _summed(folder: ShopFolder, erp: Erp) -> list[Found]:
    """The warehouses whose stock the ERP is asked for and that it does not have."""
    stream, named = folder.imports.streams.get("stock"), folder.settings.stock.warehouses
    if erp.stock is None or stream is None or not stream.enabled or stream.type != WEB_SERVICE:
        return []
    with suppress(DeniedError):  # a right that the key lacks is a finding of its own
        unknown = erp.stock.unknown_warehouses(named)
        return [Found("error", "warehouse", "warehouse_unknown", {"value": each}) for each in unknown]
    return []


def _strangers(folder: ShopFolder, itself: LooksAtItself, emails: Mapping[int, str]) -> list[Found]:
    """What it holds under our prefixes and is not ours: another shop may have the same ones."""
    with folder.open_ledger() as ledger:
        known = [ledger.known_documents(folder.name, kind_of(folder, what)) for what in ("order", "return", "slip")]
        given = ledger.deliveries(folder.name, kind_of(folder, "customer"), keys=[str(id_) for id_ in emails])
    brought = {int(key) for key, code in given.select("key", "erp_code").iter_rows() if code}
    left = {id_: email for id_, email in emails.items() if id_ not in brought}
    found = [*itself.strangers(frozenset().union(*known), left)]
    return found or [Found("ok", "prefixes", "ok_prefixes")]


def _said(make: Findings, found: Found) -> Finding:
    untold = message("not_told", make.language).reason
    params = {name: text or untold for name, text in found.params.items()}
    verdicts = {"ok": make.ok, "warning": make.warning, "error": make.error}
    return verdicts[found.verdict](found.subject, found.code, **params)


async def _currencies(shop: Shop) -> frozenset[str]:
    """The codes of the shop's active currencies, which both sides must share."""
    rows = await shop.read("currencies", filters={"active": "1", "deleted": "0"}, display=("id", "iso_code"))
    return frozenset(row["iso_code"].upper() for row in rows)


async def _newest_accounts(shop: Shop) -> dict[int, str]:
    """E-mails of the newest accounts by id, and none for the one to come."""
    rows = await shop.read("customers", sort="id_DESC", limit=ACCOUNTS, display=("id", "email"))
    emails = {int(row["id"]): str(row["email"]) for row in rows}
    return emails | {max(emails, default=0) + 1: ""}


def _items(folder: ShopFolder, make: Findings) -> Iterator[Finding]:
    items = folder.settings.erp.items_in_use
    missing = [name for name in ("misc", "shipping", "wrapping", "discount") if not getattr(items, name)]
    if not missing:
        yield make.ok("service items", "ok_service_items")
    for name in missing:
        yield make.error("service items", "service_item_missing", value=name)


def _first_day(folder: ShopFolder, facts: ShopFacts, make: Findings) -> Iterator[Finding]:
    """A first day that has not begun: until then no order goes."""
    first = folder.settings.orders.placed_from
    if first is not None and first > datetime.now(zone_of(facts.time_zone)).date():
        yield make.warning("configuration", "placed_from_ahead", value=str(first))


def _rights(folder: ShopFolder, facts: ShopFacts, make: Findings) -> Iterator[Finding]:
    slips = folder.exports.streams.get("slip")
    needed = {**RIGHTS, **(FLOWS["export_credit_slips"].rights if slips and slips.enabled else {})}
    for resource, methods in needed.items():
        lacking = [method for method in methods if not _may(facts, method, resource)]
        if lacking:
            yield make.error("order rights", "key_lacks", value=resource, detail=", ".join(lacking))
    for resource in WELCOME:
        if resource not in needed and not facts.may("GET", resource):
            yield make.warning("order rights", "right_done_without", value=resource)
    if not facts.may("GET", facts.returns):
        yield make.warning("module", "returns_untold")


def _may(facts: ShopFacts, method: str, resource: str) -> bool:
    return facts.may(facts.update_method(resource) if method == "PUT" else method, resource)


async def _states(folder: ShopFolder, shop: Shop, make: Findings) -> list[Finding]:
    orders = folder.settings.orders
    used = {
        *orders.states,
        *orders.waiting_states,
        *orders.hold_states,
        *orders.cancel_states,
        *(rule.state for rule in folder.settings.order_rules),
    }
    there = {int(row["id"]) for row in await shop.read("order_states", display=("id",))}
    missing = ", ".join(str(state) for state in sorted(used - there))
    if not missing:
        return [make.ok("order states", "ok_order_states")]
    return [make.error("order states", "order_state_unknown", value=missing)]


async def _associations(folder: ShopFolder, shop: Shop, facts: ShopFacts, make: Findings) -> list[Finding]:
    known, needed = folder.associations, folder.settings.erp.associated
    missing: dict[str, list[str]] = {}
    strange: dict[str, set[int]] = {}
    if "countries" in needed:
        served = await _countries_served(shop, facts)
        missing["countries"] = [f'{iso} = "..."' for iso in served if iso not in known.countries]
    if "carriers" in needed:
        rows = await shop.read("carriers", filters={"deleted": "0", "active": "1"}, display=("id_reference", "name"))
        unknown = [row for row in rows if int(row["id_reference"]) not in known.carriers]
        missing["carriers"] = [f'{row["id_reference"]} = "..."  # {row["name"]}' for row in unknown]
        active = {int(row["id_reference"]) for row in rows}
        strange["carriers"] = known.carriers.keys() - active
        strange["carriers_from_erp"] = set(known.carriers_from_erp.values()) - active
    if "titles" in needed:
        titles = await _titles(shop, facts)
        missing["titles"] = [f'"..." = {id_}' for id_ in titles if known.title_code(id_) is None]
        strange["titles"] = set(known.titles.values()) - set(titles) if titles else set()
    if "groups" in needed:
        groups = await _groups(shop, facts)
        missing["groups"] = [f'"..." = {id_}' for id_ in groups if known.group_code(id_) is None]
        strange["groups"] = set(known.groups.values()) - set(groups) if groups else set()
    findings = [_to_paste(make, f"[{table}]", lines) for table, lines in missing.items() if lines]
    findings += [_not_there(make, f"[{table}]", ids) for table, ids in strange.items() if ids]
    findings += await _payments(folder, shop, make) if "payments" in needed else []
    return findings or [make.ok("associations", "ok_associations")]


def _not_there(make: Findings, table: str, ids: Iterable[int]) -> Finding:
    named = ", ".join(str(id_) for id_ in sorted(ids))
    return make.warning("associations", "association_of_nothing", value=table, detail=named)


def _to_paste(make: Findings, table: str, lines: Iterable[str]) -> Finding:
    return make.error("associations", "erp_codes_missing", value=table, detail="\n".join((table, *lines)))


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


async def _groups(shop: Shop, facts: ShopFacts) -> list[int]:
    if not facts.may("GET", "groups"):
        return []
    return [int(row["id"]) for row in await shop.read("groups", display=("id",))]


async def _payments(folder: ShopFolder, shop: Shop, make: Findings) -> list[Finding]:
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
        make.error("associations", "payment_missing", value=module, detail=currency)
        for module, currency in sorted(missing)
    ]

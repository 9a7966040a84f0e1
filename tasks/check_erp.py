"""Is a shop ready to exchange orders with its ERP? Access, service items, rights, states and associations in use."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Mapping

from connectors.prestashop import Shop, ShopFacts
from schemas.errors import ConfigurationError, PasserelleError
from tasks.check_codes import check_codes
from tasks.erp import cegid_access, open_cegid
from tasks.finding import Finding
from tasks.shop import ShopFolder

LAST_ORDERS = 1_000
"""The payments in use are those of so many orders."""
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
WELCOME = ("states", "carts", "messages", "customizations", "specific_prices")
"""What is used when the key may read it: regions, the lines of carts, the customer's message, what products were
personalised with, and the discounts, for the ERP's own markdown codes."""
_BACK_OFFICE = "In the back office, Advanced Parameters > Webservice, open the key and tick"


async def check_erp(folder: ShopFolder, shop: Shop, facts: ShopFacts) -> list[Finding]:
    """Everything about the ERP; nothing when no access to it is in use."""
    if folder.settings.cegid.use == "none":
        return []
    findings = [*await _access(folder), *_items(folder), *_rights(facts)]
    if all(facts.may("GET", resource) for resource, methods in RIGHTS.items() if "GET" in methods):
        findings += await _states(folder, shop)
        findings += await _associations(folder, shop, facts)
        findings += await check_codes(folder, shop)
    return findings


async def _access(folder: ShopFolder) -> list[Finding]:
    """The connection test: who and where we are, and the currency codes that both sides must share."""
    use = folder.settings.cegid.use
    try:
        access = cegid_access(folder)
        hello = await asyncio.to_thread(_hello, folder)
    except ConfigurationError as error:
        return [Finding("cegid", "error", f"{fault.key}: {fault.reason}", fault.remedy) for fault in error.faults]
    except PasserelleError as error:
        return [Finding("cegid", "error", error.said, error.remedy)]
    said = (
        f"{use} access, database {access.database}, version {hello[0] or 'not told'}, language {hello[1] or 'not told'}"
    )
    return [Finding("cegid", "ok", said)]


def _hello(folder: ShopFolder) -> tuple[str, str]:
    with open_cegid(folder, cegid_access(folder)) as cegid:
        hello = cegid.hello()
    return hello.version, hello.culture


def _items(folder: ShopFolder) -> Iterator[Finding]:
    items = folder.settings.cegid.items
    missing = [name for name in ("misc", "shipping", "wrapping", "discount") if not getattr(items, name)]
    if not missing:
        yield Finding("service items", "ok", "misc, shipping, wrapping and discount are named")
    for name in missing:
        yield Finding(
            "service items",
            "error",
            f"settings.toml: {name} is empty under [cegid.items]: orders that need it are held",
            "Create the item in Cegid, kept out of stock, and write its code there.",
        )
    if not folder.settings.cegid.default_markdown:
        said = "settings.toml: default_markdown is empty under [cegid]: discounts of the shop bear no reason in Cegid"
        remedy = "Create a markdown reason in Cegid, Settings > Front office, and write its code there."
        yield Finding("service items", "warning", said, remedy)


def _rights(facts: ShopFacts) -> Iterator[Finding]:
    for resource, methods in RIGHTS.items():
        lacking = [method for method in methods if not _may(facts, method, resource)]
        if lacking:
            yield Finding(
                "order rights",
                "error",
                f"the key lacks {', '.join(lacking)} on {resource}",
                f"{_BACK_OFFICE} {', '.join(lacking)} on the line {resource}.",
            )
    for resource in WELCOME:
        if not facts.may("GET", resource):
            remedy = f"{_BACK_OFFICE} GET on the line {resource}."
            yield Finding("order rights", "warning", f"the key may not read {resource}, which is done without", remedy)
    if not facts.may("GET", facts.returns):
        remedy = "Install the module `passerelle` in the shop if returns are to travel, and give the key its resources."
        yield Finding("module", "warning", "the shop does not tell its returns", remedy)


def _may(facts: ShopFacts, method: str, resource: str) -> bool:
    return facts.may(facts.update_method(resource) if method == "PUT" else method, resource)


async def _states(folder: ShopFolder, shop: Shop) -> list[Finding]:
    orders = folder.settings.orders
    used = {*orders.states, *orders.waiting_states, *(rule.state for rule in orders.status_rules)}
    there = {int(row["id"]) for row in await shop.read("order_states", display=("id",))}
    missing = ", ".join(str(state) for state in sorted(used - there))
    if not missing:
        return [Finding("order states", "ok", "the shop has all that settings.toml names")]
    remedy = "Correct the ids under [orders] in settings.toml: Shop Parameters > Order Settings > Statuses shows them."
    return [Finding("order states", "error", f"the shop has no state {missing}", remedy)]


async def _associations(folder: ShopFolder, shop: Shop, facts: ShopFacts) -> list[Finding]:
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
    findings = [_to_paste(f"[{table}]", lines) for table, lines in missing.items() if lines]
    findings += await _payments(folder, shop)
    return findings or [Finding("associations", "ok", "all that the shop uses has its code")]


def _to_paste(table: str, lines: Iterable[str]) -> Finding:
    text = "\n".join((table, *lines))
    return Finding("associations", "error", f"{table}: codes of the ERP are missing", f"Fill in and paste:\n{text}")


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


async def _payments(folder: ShopFolder, shop: Shop) -> list[Finding]:
    currencies = {
        str(row["id"]): row["iso_code"].upper() for row in await shop.read("currencies", display=("id", "iso_code"))
    }
    display = ("id", "module", "payment", "id_currency")
    orders = await shop.read("orders", display=display, sort="id_DESC", limit=LAST_ORDERS)
    used = sorted({(row["module"], currencies.get(row["id_currency"], ""), row["payment"]) for row in orders})
    missing = {
        (module, currency)
        for module, currency, label in used
        if folder.associations.payment(module, currency, label) is None
    }
    return [
        Finding(
            "associations",
            "error",
            f"[[payments]]: {module} in {currency} has no payment method of the ERP",
            f'Fill in and paste:\n[[payments]]\nmodule = "{module}"\ncurrency = "{currency}"\nerp = "..."',
        )
        for module, currency in sorted(missing)
    ]

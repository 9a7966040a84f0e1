"""Is a shop ready? Everything that can be known before a run, with the remedy for what is missing."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from connectors.ledger import LeaseHeldError, Ledger
from connectors.prestashop import Shop, ShopFacts
from schemas.column_spec import AbsentRows
from schemas.error_texts import error_message
from schemas.errors import ConfigurationError, PasserelleError
from schemas.messages import message
from schemas.stream_checks import lacking_for_new
from tasks.check_erp import check_erp
from tasks.check_shops import check_shops
from tasks.check_sources import check_sources
from tasks.collect_waiting import told_of_no_stream
from tasks.finding import Finding
from tasks.fit_to_shop import check_streams
from tasks.gather.stock import LINES
from tasks.gather.taxes import tax_rates
from tasks.shop import ShopFolder, open_shop_folder

FLOWS = {
    "product": "import_products",
    "stock": "import_stock",
    "store": "import_stores",
    "specificprice": "import_specific_prices",
    "customer": "import_customers",
    "storeOrder": "import_store_orders",
}
_READ = ("GET",)
_NAME = ("GET", "POST")
_WRITE = ("GET", "POST", "PUT")
RIGHTS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "product": {
        "configurations": _READ,
        "languages": _READ,
        "tax_rule_groups": _READ,
        "tax_rules": _READ,
        "taxes": _READ,
        "categories": _NAME,
        "manufacturers": _NAME,
        "product_options": _NAME,
        "product_option_values": _NAME,
        "product_features": _NAME,
        "product_feature_values": _NAME,
        "products": _WRITE,
        "combinations": _WRITE,
        "stock_availables": ("GET", "PUT"),
    },
    "stock": {
        "configurations": _READ,
        "languages": _READ,
        "products": _READ,
        "combinations": _READ,
        "stock_availables": ("GET", "PUT"),
    },
    "store": {
        "configurations": _READ,
        "languages": _READ,
        "countries": _READ,
        "states": _READ,
        "stores": _WRITE,
    },
    "specificprice": {
        "configurations": _READ,
        "languages": _READ,
        "tax_rule_groups": _READ,
        "tax_rules": _READ,
        "taxes": _READ,
        "countries": _READ,
        "currencies": _READ,
        "customers": _READ,
        "products": _READ,
        "combinations": _READ,
        "specific_prices": _WRITE,
    },
    "customer": {
        "configurations": _READ,
        "languages": _READ,
        "customers": _WRITE,
    },
    "storeOrder": {
        "configurations": _READ,
        "languages": _READ,
        "countries": _READ,
        "customers": _READ,
        "order_payments": _READ,
        "orders": _READ,
        "products": _READ,
        "combinations": _READ,
        "stores": _READ,
        "store_orders": ("POST",),
    },
}
"""By stream: the methods the key needs on each resource. Where the shop knows PATCH it stands for PUT."""
_OF_MODULE = frozenset({"store_orders"})
_TICKS = {
    "GET": "View (GET)",
    "POST": "Add (POST)",
    "PUT": "Modify (PUT)",
    "PATCH": "Patch (PATCH)",
    "DELETE": "Delete (DELETE)",
}
_CLOCK_SECONDS = 120.0
_PATIENCE_SECONDS = 5.0  # somebody waits at the terminal


async def check_shop(path: str | Path) -> list[Finding]:
    """Everything found out about the shop in `path`, in the order in which one would repair it.

    `ConfigurationError` lists the faults of its files instead, all at once: nothing else is looked at then.
    """
    folder = open_shop_folder(path)
    findings = [*_configuration(folder), *_folders(folder), *await _ledger(folder)]
    try:
        async with folder.open_shop(patience_seconds=_PATIENCE_SECONDS) as shop:
            facts = await shop.describe()
            findings += [*_facts(facts), *_rights(folder, facts), *_lane(folder, facts)]
            findings += await _silence(folder, shop)
            findings += await check_streams(folder, shop, facts)
            findings += await _catalogue(folder, shop, facts)
            findings += await check_erp(folder, shop, facts)
    except ConfigurationError as error:
        findings += [Finding("key", "error", fault.reason, fault.remedy) for fault in error.faults]
    except PasserelleError as error:
        read = error_message(error, folder.settings.shop.language)
        findings.append(Finding("shop", "error", read.reason, read.remedy))
    return findings


def _streams(folder: ShopFolder) -> list[str]:
    """Of the streams that a flow runs, those that are switched on."""
    on = {name for name, stream in folder.imports.streams.items() if stream.enabled}
    return [name for name in FLOWS if name in on]


def _configuration(folder: ShopFolder) -> Iterator[Finding]:
    streams = _streams(folder)
    if streams:
        yield Finding("configuration", "ok", f"streams {', '.join(streams)}")
    else:
        yield Finding("configuration", "error", "no stream is on", 'Set "enabled": true for `product` or `stock`.')
    for stream in (folder.imports.streams[name] for name in streams):
        if lacking := lacking_for_new(stream):
            yield Finding(
                "configuration",
                "warning",
                f"import.json: {stream.name}: no column gives {', '.join(lacking)}: rows change what the shop has "
                "already, and nothing new can be created",
                'Add these columns with their "index", if the ERP\'s files are to bring anything new.',
            )
    for warning in folder.imports.warnings:
        where = warning.file + (f":{warning.line}" if warning.line is not None else "")
        yield Finding("configuration", "warning", f"{where}: {warning.key}: {warning.reason}", warning.remedy)


def _folders(folder: ShopFolder) -> Iterator[Finding]:
    for subject, place in (("drop folder", folder.drop), ("archives", folder.archives)):
        nearest = next(parent for parent in (place, *place.parents) if parent.exists())
        if not os.access(nearest, os.R_OK | os.W_OK | os.X_OK):
            yield Finding(subject, "error", f"{nearest} cannot be written", "Let the user who runs this write there.")
        elif subject == "drop folder" and not place.is_dir():
            yield Finding(subject, "warning", f"{place} is not there", "Make it, and let the ERP drop its files there.")
        else:
            yield Finding(subject, "ok", str(place))
    for left in told_of_no_stream(folder):
        yield Finding("drop folder", "warning", left.reason, left.remedy)


async def _ledger(folder: ShopFolder) -> list[Finding]:
    """The ledger, the leases in it, and the sources, whose turns it keeps."""
    try:
        with folder.open_ledger() as ledger:
            leases = [_lease(folder, ledger, FLOWS[stream]) for stream in _streams(folder)]
            sources = await check_sources(folder, ledger)
    except ConfigurationError as error:
        return [Finding("ledger", "error", fault.reason, fault.remedy) for fault in error.faults]
    except PasserelleError as error:
        return [Finding("ledger", "error", error.said, error.remedy)]
    return [Finding("ledger", "ok", "it can be read and written"), *leases, *sources]


def _lease(folder: ShopFolder, ledger: Ledger, flow: str) -> Finding:
    try:
        with ledger.lease(folder.name, flow):
            return Finding("lease", "ok", f"{flow} may start")
    except LeaseHeldError as error:
        return Finding("lease", "warning", f"{flow}: {error.said}", error.remedy)


def _facts(facts: ShopFacts) -> Iterator[Finding]:
    patch = "with PATCH" if facts.can_patch else "without PATCH: updates read, merge and PUT"
    yield Finding("shop", "ok", f"{facts.name or 'PrestaShop'}, version {facts.version or 'not told'}, {patch}")
    default = next((iso for iso, number in facts.languages.items() if number == facts.default_language), "none")
    yield Finding("languages", "ok", f"{', '.join(sorted(facts.languages))}; the default one is {default}")
    for warning in facts.warnings:
        yield Finding("shop", "warning", warning)
    if abs(facts.clock_offset_seconds) > _CLOCK_SECONDS:
        yield Finding(
            "clock",
            "warning",
            f"the shop's clock is {facts.clock_offset_seconds:+.0f} s from this machine's",
            "Set both by NTP; dates in the report and on the shop then agree.",
        )
    yield from check_shops(facts)


async def _silence(folder: ShopFolder, shop: Shop) -> list[Finding]:
    """Whether the shop hides a query that its database refuses."""
    if not await shop.fails_silently():
        return []
    said = message("fails_silently", folder.settings.shop.language)
    return [Finding("database", "warning", said.reason, said.remedy)]


def _rights(folder: ShopFolder, facts: ShopFacts) -> Iterator[Finding]:
    lacking = {resource: ticks for resource, ticks in _lacking(folder, facts).items() if ticks}
    for resource, ticks in lacking.items():
        if resource in _OF_MODULE:
            yield _without_module(resource, ticks)
            continue
        yield Finding(
            "rights",
            "error",
            f"the key lacks {', '.join(ticks)} on {resource}",
            f"In the back office, Advanced Parameters > Webservice, open the key and tick {', '.join(ticks)} "
            f"on the line {resource}.",
        )
    if not lacking:
        yield Finding("rights", "ok", "the key may do all that the streams need")


def _lane(folder: ShopFolder, facts: ShopFacts) -> Iterator[Finding]:
    """Without this right a run goes by the webservice and says so."""
    shop = folder.settings.shop
    if shop.lane == "webservice" or "stock" not in _streams(folder):
        return
    if facts.may("PUT", LINES):
        yield Finding("lane", "ok", f"{shop.lane}: quantities go by reference")
        return
    said = message("lane_not_offered", shop.language, value=shop.lane, detail=LINES)
    yield Finding("lane", "warning", said.reason, said.remedy)


def _without_module(resource: str, ticks: list[str]) -> Finding:
    return Finding(
        "module",
        "warning",
        f"the key lacks {', '.join(ticks)} on {resource}, which only our module brings",
        f"Install the module `passerelle` in the shop, then tick {', '.join(ticks)} on the line {resource}; or, if the "
        'ERP sends no sales of the stores, set "enabled": false for `storeOrder` in import.json.',
    )


def _lacking(folder: ShopFolder, facts: ShopFacts) -> dict[str, list[str]]:
    needed: dict[str, set[str]] = {}
    for stream in _streams(folder):
        for resource, methods in RIGHTS[stream].items():
            needed.setdefault(resource, set()).update(methods)
    if "combinations" in needed and folder.settings.products.closed_combinations == "delete":
        needed["combinations"].add("DELETE")
    prices = folder.imports.streams.get("specificprice")
    if "specific_prices" in needed and prices and prices.absent_rows is AbsentRows.DEACTIVATE:
        needed["specific_prices"].add("DELETE")
    return {
        resource: [_TICKS[method] for method in _TICKS if method in methods and not _may(facts, method, resource)]
        for resource, methods in needed.items()
    }


def _may(facts: ShopFacts, method: str, resource: str) -> bool:
    return facts.may(facts.update_method(resource) if method == "PUT" else method, resource)


async def _catalogue(folder: ShopFolder, shop: Shop, facts: ShopFacts) -> list[Finding]:
    """Taxes and categories, which only the product stream needs."""
    if "product" not in _streams(folder):
        return []
    return [*await _taxes(folder, shop, facts), *await _categories(folder, shop)]


async def _taxes(folder: ShopFolder, shop: Shop, facts: ShopFacts) -> list[Finding]:
    if not all(facts.may("GET", resource) for resource in ("tax_rule_groups", "tax_rules", "taxes")):
        return []
    rates = await tax_rates(shop, facts)
    known = ", ".join(f"{group}: {rate.normalize():f} %" for group, rate in sorted(rates.items()))
    findings = [Finding("tax groups", "ok" if rates else "error", known or "none for the shop's default country")]
    findings += [
        Finding(
            "tax groups",
            "error",
            f"associations.toml: tax code {code!r} is tied to group {group}, which the default country does not have",
            f"Use one of the groups above ({known}).",
        )
        for code, group in folder.associations.taxes.items()
        if group and group not in rates
    ]
    if not folder.associations.taxes:
        remedy = "Tie the ERP's tax codes to the groups above in associations.toml; else the default rate is used."
        findings.append(Finding("tax groups", "warning", "no tax code of the ERP is associated", remedy))
    return findings


async def _categories(folder: ShopFolder, shop: Shop) -> list[Finding]:
    wanted = {"default_category": folder.settings.products.default_category}
    if folder.settings.products.home_category is not None:
        wanted["home_category"] = folder.settings.products.home_category
    ids = [str(number) for number in wanted.values()]
    found = {int(row["id"]) for row in await shop.find("categories", "id", ids, display=["id"])}
    return [
        Finding("categories", "ok", f"{name} is {number}")
        if number in found
        else Finding(
            "categories",
            "error",
            f"settings.toml: {name} = {number} is no category of the shop",
            "Take the id from the back office, Catalog > Categories.",
        )
        for name, number in wanted.items()
    ]

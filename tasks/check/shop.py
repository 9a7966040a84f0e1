"""Is a shop ready? Everything that can be known before a run, with the remedy for what is missing."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from connectors.ledger import LeaseHeldError, Ledger
from connectors.prestashop import Shop, ShopFacts
from connectors.prestashop.product_lines import PRODUCT_LINES
from connectors.prestashop.specific_price_lines import SPECIFIC_PRICE_LINES
from schemas.column_spec import AbsentRows
from schemas.error_texts import error_message
from schemas.errors import ConfigurationError, PasserelleError
from schemas.fault_texts import fault_in
from schemas.flows import FLOWS, IMPORTS
from schemas.messages import message
from schemas.stream_checks import lacking_for_new
from tasks.check.doors import check_doors
from tasks.check.erp import check_erp
from tasks.check.finding import Finding, Findings
from tasks.check.shops import check_shops
from tasks.check.sources import check_sources
from tasks.check.streams import check_streams
from tasks.files.waiting import unclaimed_files
from tasks.products.taxes import tax_rates
from tasks.run.shop_folder import ShopFolder, open_shop_folder
from tasks.stock.look_up import LINES
from tasks.unseen.read import without_erp

_OF_LANE = {"stock": LINES, "product": PRODUCT_LINES, "specificprice": SPECIFIC_PRICE_LINES}
"""The resource of our module through which the fast lane writes what is in a stream."""
_OF_MODULE = frozenset({"store_orders", "erp_documents", "erp_invoices"})
_TICKS = {
    "GET": "View (GET)",
    "POST": "Add (POST)",
    "PUT": "Modify (PUT)",
    "PATCH": "Patch (PATCH)",
    "DELETE": "Delete (DELETE)",
}
_CLOCK_SECONDS = 120.0
_LEDGER_SECONDS = 60.0
_PATIENCE_SECONDS = 5.0  # somebody waits at the terminal


async def check_shop(path: str | Path) -> list[Finding]:
    """Everything found out about the shop in `path`, in the order in which one would repair it.

    `ConfigurationError` lists the faults of its files instead, all at once: nothing else is looked at then.
    """
    return await check_folder(open_shop_folder(path))


async def check_folder(folder: ShopFolder) -> list[Finding]:
    """Everything found out about the shop of an opened folder, in its language."""
    make = Findings(folder.settings.shop.language)
    findings = [
        *_configuration(folder, make),
        _armed(folder, make),
        *_folders(folder, make),
        *check_doors(folder, make),
        *await _ledger(folder, make),
    ]
    try:
        async with folder.open_shop(patience_seconds=_PATIENCE_SECONDS) as shop:
            facts = await shop.describe()
            findings += [*_facts(facts, make), *_rights(folder, facts, make), *_lane(folder, facts, make)]
            findings += [*_limits(folder, facts, make), *_ships_from(folder, make)]
            findings += [make.fault("configuration", fault) for fault in without_erp(folder.settings)]
            findings += await _silence(shop, make)
            findings += await check_streams(folder, shop, facts)
            findings += await _catalogue(folder, shop, facts, make)
            findings += await check_erp(folder, shop, facts)
    except ConfigurationError as error:
        findings += [make.fault("key", fault) for fault in error.faults]
    except PasserelleError as error:
        findings += make.failed("shop", error)
    return findings


def _streams(folder: ShopFolder) -> list[str]:
    """Of the streams that a flow runs, those that are switched on."""
    on = {name for name, stream in folder.imports.streams.items() if stream.enabled}
    return [name for name, flow in IMPORTS.items() if flow.rights and name in on]


def _exports(folder: ShopFolder) -> list[str]:
    """What goes to the ERP, where there is one."""
    if folder.settings.erp.kind == "none":
        return []
    return [name for name, stream in folder.exports.streams.items() if stream.enabled]


def _configuration(folder: ShopFolder, make: Findings) -> Iterator[Finding]:
    streams = _streams(folder)
    if on := [*streams, *_exports(folder)]:
        yield make.ok("configuration", "ok_streams", value=", ".join(on))
    else:
        yield make.error("configuration", "no_stream_on")
    for stream in (folder.imports.streams[name] for name in streams):
        if lacking := lacking_for_new(stream):
            detail = ", ".join(lacking)
            yield make.warning("configuration", "stream_makes_nothing_new", value=stream.name, detail=detail)
    warnings = (*folder.imports.warnings, *folder.exports.warnings)
    for warning in (fault_in(warning, make.language) for warning in warnings):
        where = warning.file + (f":{warning.line}" if warning.line is not None else "")
        yield Finding("configuration", "warning", f"{where}: {warning.key}: {warning.reason}", warning.remedy)


def _armed(folder: ShopFolder, make: Findings) -> Finding:
    shop = folder.settings.shop
    if not shop.is_armed:
        return make.warning("armed", "not_armed_yet", value=shop.address, detail=folder.path.name)
    return make.ok("armed", "ok_armed_unsaid" if shop.armed_for is None else "ok_armed", value=shop.address)


def _folders(folder: ShopFolder, make: Findings) -> Iterator[Finding]:
    for subject, place in (("drop folder", folder.drop), ("archives", folder.archives)):
        nearest = next(parent for parent in (place, *place.parents) if parent.exists())
        if not os.access(nearest, os.R_OK | os.W_OK | os.X_OK):
            yield make.error(subject, "folder_not_writable", value=str(nearest))
        elif subject == "drop folder" and not place.is_dir():
            yield make.warning(subject, "folder_missing", value=str(place))
        else:
            yield make.ok(subject, "ok_folder", value=str(place))
    for left in unclaimed_files(folder):
        yield Finding("drop folder", "warning", left.reason, left.remedy)


async def _ledger(folder: ShopFolder, make: Findings) -> list[Finding]:
    """The ledger, the leases in it, and the sources, whose turns it keeps."""
    try:
        with folder.open_ledger(checked_for_seconds=_LEDGER_SECONDS) as ledger:
            leases = [_lease(folder, ledger, IMPORTS[stream].name, make) for stream in _streams(folder)]
            sources = await check_sources(folder, ledger)
    except ConfigurationError as error:
        return [make.fault("ledger", fault) for fault in error.faults]
    except PasserelleError as error:
        return make.failed("ledger", error)
    return [make.ok("ledger", "ok_ledger"), *leases, *sources]


def _lease(folder: ShopFolder, ledger: Ledger, flow: str, make: Findings) -> Finding:
    try:
        with ledger.lease(folder.name, flow):
            return make.ok("lease", "ok_lease", value=flow)
    except LeaseHeldError as error:
        return make.warning("lease", "lease_held", value=flow, detail=error_message(error, make.language).reason)


def _facts(facts: ShopFacts, make: Findings) -> Iterator[Finding]:
    version = facts.version or message("not_told", make.language).reason
    code = "ok_shop_patch" if facts.can_patch else "ok_shop_put"
    yield make.ok("shop", code, value=facts.name or "PrestaShop", detail=version)
    default = next((iso for iso, number in facts.languages.items() if number == facts.default_language), "?")
    yield make.ok("languages", "ok_languages", value=", ".join(sorted(facts.languages)), detail=default)
    for warning in facts.warnings:
        yield Finding("shop", "warning", warning)
    if abs(facts.clock_offset_seconds) > _CLOCK_SECONDS:
        yield make.warning("clock", "clock_differs", value=f"{facts.clock_offset_seconds:+.0f}")
    yield from check_shops(facts, make)


async def _silence(shop: Shop, make: Findings) -> list[Finding]:
    """Whether the shop hides a query that its database refuses."""
    return [make.warning("database", "fails_silently")] if await shop.fails_silently() else []


def _rights(folder: ShopFolder, facts: ShopFacts, make: Findings) -> Iterator[Finding]:
    lacking = {resource: ticks for resource, ticks in _lacking(folder, facts).items() if ticks}
    for resource, ticks in lacking.items():
        if resource in _OF_MODULE:
            yield make.warning("module", "key_lacks_module", value=resource, detail=", ".join(ticks))
        else:
            yield make.error("rights", "key_lacks", value=resource, detail=", ".join(ticks))
    if not lacking:
        yield make.ok("rights", "ok_rights")


def _lane(folder: ShopFolder, facts: ShopFacts, make: Findings) -> Iterator[Finding]:
    """Without this right a run goes by the webservice and says so."""
    lane = folder.settings.shop.lane
    needed = [resource for stream, resource in _OF_LANE.items() if stream in _streams(folder)]
    if lane == "webservice" or not needed:
        return
    lacking = [resource for resource in needed if not facts.may("PUT", resource)]
    for resource in lacking:
        yield make.warning("lane", "lane_not_offered", value=lane, detail=resource)
    if not lacking:
        yield make.ok("lane", "ok_lane", value=lane)


def _limits(folder: ShopFolder, facts: ShopFacts, make: Findings) -> list[Finding]:
    """Limits of resources that the shop does not name."""
    unknown = folder.settings.shop.limits.unknown_resources(facts.rights)
    return [make.warning("configuration", "limit_of_nothing", value=name) for name in unknown]


def _ships_from(folder: ShopFolder, make: Findings) -> Iterator[Finding]:
    """A warehouse of web orders that is not added up: nothing is taken off, which a misspelt name does as well."""
    stock, stream = folder.settings.stock, folder.imports.streams.get("stock")
    takes_off = stock.unseen_orders == "take_off" and stream is not None and stream.enabled and stream.has_warehouses
    if takes_off and stock.ships_from and stock.ships_from not in stock.warehouses:
        yield make.warning("configuration", "ships_from_elsewhere", value=stock.ships_from)


def needed_rights(folder: ShopFolder) -> dict[str, set[str]]:
    """The methods that the streams which are on need, and the look at quantities and pictures, by resource."""
    needed: dict[str, set[str]] = {}
    flows = [IMPORTS[stream] for stream in _streams(folder)]
    flows += [FLOWS["check_stock"]] if "stock" in _streams(folder) else []
    flows += [FLOWS["import_images"]] if (folder.path / folder.settings.images.folder).is_dir() else []
    if folder.settings.omnibus.keep_prices and "specificprice" in _streams(folder):
        flows.append(FLOWS["publish_lowest_prices"])
    for flow in flows:
        for resource, methods in flow.rights.items():
            needed.setdefault(resource, set()).update(methods)
    _of_lowest_prices(folder, needed)
    if folder.settings.orders.shows_documents:
        needed["erp_documents"] = {"GET", "PUT"}
    if "combinations" in needed and folder.settings.products.closed_combinations == "delete":
        needed["combinations"].add("DELETE")
    prices = folder.imports.streams.get("specificprice")
    if "specific_prices" in needed and prices and prices.absent_rows is AbsentRows.DEACTIVATE:
        needed["specific_prices"].add("DELETE")
    items = folder.imports.streams.get("productsupplier")
    if "product_suppliers" in needed and items and items.absent_rows is AbsentRows.DEACTIVATE:
        needed["product_suppliers"].add("DELETE")
    return needed


def _of_lowest_prices(folder: ShopFolder, needed: dict[str, set[str]]) -> None:
    """A feature needs no module, and the module no rights on features."""
    shown_by = folder.settings.omnibus.shown_by
    if "lowest_prices" not in needed or shown_by == "module":
        return
    if shown_by == "feature":
        del needed["lowest_prices"]
    for resource, methods in (("product_features", "POST"), ("product_feature_values", "POST"), ("products", "PUT")):
        needed.setdefault(resource, set()).update({"GET", methods})


def _lacking(folder: ShopFolder, facts: ShopFacts) -> dict[str, list[str]]:
    return {
        resource: [_TICKS[method] for method in _TICKS if method in methods and not _may(facts, method, resource)]
        for resource, methods in needed_rights(folder).items()
    }


def _may(facts: ShopFacts, method: str, resource: str) -> bool:
    return facts.may(facts.update_method(resource) if method == "PUT" else method, resource)


async def _catalogue(folder: ShopFolder, shop: Shop, facts: ShopFacts, make: Findings) -> list[Finding]:
    """Taxes and categories, which only the product stream needs."""
    if "product" not in _streams(folder):
        return []
    return [*await _taxes(folder, shop, facts, make), *await _categories(folder, shop, make)]


async def _taxes(folder: ShopFolder, shop: Shop, facts: ShopFacts, make: Findings) -> list[Finding]:
    if not all(facts.may("GET", resource) for resource in ("tax_rule_groups", "tax_rules", "taxes")):
        return []
    rates = await tax_rates(shop, facts)
    known = ", ".join(f"{group}: {rate.normalize():f} %" for group, rate in sorted(rates.items()))
    findings = [
        make.ok("tax groups", "ok_tax_groups", value=known) if rates else make.error("tax groups", "no_tax_group")
    ]
    findings += [
        make.error("tax groups", "tax_group_unknown", value=code, detail=str(group), key=known)
        for code, group in folder.associations.taxes.items()
        if group and group not in rates
    ]
    if not folder.associations.taxes:
        findings.append(make.warning("tax groups", "no_tax_code"))
    return findings


async def _categories(folder: ShopFolder, shop: Shop, make: Findings) -> list[Finding]:
    wanted = {"default_category": folder.settings.products.default_category}
    if folder.settings.products.home_category is not None:
        wanted["home_category"] = folder.settings.products.home_category
    ids = [str(number) for number in wanted.values()]
    found = {int(row["id"]) for row in await shop.find("categories", "id", ids, display=["id"])}
    return [
        make.ok("categories", "ok_category", value=name, detail=str(number))
        if number in found
        else make.error("categories", "category_unknown", value=name, detail=str(number))
        for name, number in wanted.items()
    ]

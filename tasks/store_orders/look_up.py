"""What the shop has of the sales of the stores: their orders, customers, stores and products."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import polars as pl

from connectors.ledger import DeliveryState
from connectors.prestashop import Entity, Shop, ShopFacts
from connectors.prestashop.sales import MODULE
from schemas.errors import DeniedError
from schemas.identities import account_identity
from schemas.outcomes import Outcome
from schemas.references import CUSTOMER_DIGITS, customer_code
from tasks.erp import kind_of
from tasks.flat.countries import country_ids
from tasks.run.outcomes import Stop
from tasks.run.run import Run
from tasks.stock.look_up import item_ids_of
from tasks.store_orders.translate.sale import COUNTRY, Sale, SaleIds

_ORDER = (
    "id",
    "reference",
    "module",
    "id_customer",
    "date_add",
    "total_products",
    "total_products_wt",
    "total_discounts_tax_incl",
    "total_paid_tax_incl",
    "order_rows[product_reference,product_quantity,unit_price_tax_excl,unit_price_tax_incl]",
)


def require_store_orders(facts: ShopFacts) -> None:
    """DeniedError, with the remedy, when the shop cannot take sales of the stores."""
    if facts.may("POST", "store_orders"):
        return
    raise DeniedError(
        "the shop does not take sales of the stores from this key",
        system="prestashop",
        action="POST store_orders",
        remedy="Install the module `passerelle` in the shop, then tick 'Add (POST)' on the line store_orders in the "
        "back office, Advanced Parameters > Webservice. The files stay where they are until then.",
    ).worded("store_orders_resource_missing")


async def orders_of(shop: Shop, references: Iterable[str]) -> dict[str, Entity]:
    """The order that the module made of each of the ERP's references; one that was made of none is absent.

    The payment shows whose order it is: the order's own reference may be the sale's other one.
    """
    paid = await _paid(shop, references)
    orders = await shop.find("orders", "reference", set(paid), display=_ORDER, also={"module": MODULE})
    exact = (order for order in sorted(orders, key=lambda one: -one["id"]) if str(order["reference"]) in paid)
    return {paid[str(order["reference"])]: order for order in exact}


async def orders_elsewhere(shop: Shop, references: Iterable[str]) -> dict[str, int]:
    """The id of the order that the module made of each of the ERP's references in another shop of the installation."""
    paid = await _paid(shop, references)
    display = ("id", "reference", "module")
    orders = await shop.find_elsewhere("orders", "reference", set(paid), display=display)
    ours = (order for order in orders if order["module"] == MODULE and str(order["reference"]) in paid)
    return {paid[str(order["reference"])]: int(order["id"]) for order in ours}


async def _paid(shop: Shop, references: Iterable[str]) -> dict[str, str]:
    """Of the ERP's references that a payment names, each by the reference of the order paid."""
    wanted = set(references)
    payments = await shop.find(
        "order_payments", "transaction_id", wanted, display=("id", "order_reference", "transaction_id")
    )
    paid = [(str(payment["order_reference"]), str(payment["transaction_id"])) for payment in payments]
    return {reference: transaction for reference, transaction in paid if transaction in wanted}


async def orders_by_id(shop: Shop, ids: Iterable[int]) -> dict[int, Entity]:
    """The orders of these ids that the shop has."""
    found = await shop.find("orders", "id", [str(each) for each in ids], display=_ORDER)
    return {int(order["id"]): order for order in found}


async def own_orders(shop: Shop, references: Iterable[str]) -> set[str]:
    """Of these order references, those of orders that were not made of a sale of a store."""
    found = await shop.find("orders", "reference", set(references), display=("id", "reference", "module"))
    return {str(order["reference"]) for order in found if order["module"] != MODULE}


async def customers_of(run: Run, codes: Iterable[str]) -> dict[str, int]:
    """id_customer of each of the ERP's codes, of accounts that the shop still has.

    An account that was imported, else one that the ERP was given, else the one whose code we made.
    """
    wanted = set(codes)
    ids = _coded(run, wanted) | _delivered(run, wanted) | _imported(run, wanted)
    rows = await run.shop.find(
        "customers", "id", {str(each) for each in ids.values()}, display=("id", "date_add"), also={"deleted": "0"}
    )
    registered = {int(row["id"]): str(row["date_add"]) for row in rows}
    others = _of_others(run, registered)
    return {code: each for code, each in ids.items() if each in registered and code not in others.get(each, ())}


def _of_others(run: Run, registered: Mapping[int, str]) -> dict[int, set[str]]:
    """By id_customer, the codes of those who had the id before the shop gave it to another account."""
    keys = [str(each) for each in registered]
    given = run.ledger.deliveries(
        run.folder.name, kind_of(run.folder, "customer"), states=[DeliveryState.DELIVERED], keys=keys
    )
    secret, prefix = run.ledger.secret(), run.folder.settings.erp.customer_prefix
    others: dict[int, set[str]] = {}
    for key, code, identity in given.select("key", "erp_code", "identity").iter_rows():
        same = identity in (None, account_identity(int(key), registered[int(key)], secret))
        usual = customer_code(prefix, int(key))
        others[int(key)] = {each for each in (code, usual) if each and not (same and each == code)}
    return others


def _imported(run: Run, codes: set[str]) -> dict[str, int]:
    links = run.ledger.links_for(run.folder.name, "customer", sorted(codes)).filter(pl.col("shop_id") > 0)
    return dict(links.select("erp_key", "shop_id").iter_rows())


def _delivered(run: Run, codes: set[str]) -> dict[str, int]:
    kind = kind_of(run.folder, "customer")
    given = run.ledger.deliveries(run.folder.name, kind, states=[DeliveryState.DELIVERED])
    mine = given.filter(pl.col("erp_code").is_in(sorted(codes)) & pl.col("key").str.contains(r"^\d+$"))
    return {code: int(key) for code, key in mine.select("erp_code", "key").iter_rows()}


def _coded(run: Run, codes: set[str]) -> dict[str, int]:
    prefix = run.folder.settings.erp.customer_prefix
    tails = {code: code.removeprefix(prefix) for code in codes if code.startswith(prefix)}
    return {code: int(tail) for code, tail in tails.items() if len(tail) == CUSTOMER_DIGITS and tail.isdigit()}


async def sale_ids(run: Run, sales: Sequence[Sale]) -> dict[str, SaleIds | Stop]:
    """What the codes of each sale are in the shop, by its key, or what the shop does not have."""
    customers = await customers_of(run, (sale.value("customer_erp_code") for sale in sales))
    stores = await _stores(run, {sale.value("store_erp_code") for sale in sales} - {""})
    iso_of = {code: iso for iso, code in reversed(run.folder.associations.countries.items())}
    countries = await country_ids(run.shop, {iso_of.get(sale.value(COUNTRY), "") for sale in sales} - {""})
    return {sale.key: _ids(sale, customers, stores, iso_of, countries) for sale in sales}


def _ids(
    sale: Sale, customers: dict[str, int], stores: dict[str, int], iso_of: dict[str, str], countries: dict[str, int]
) -> SaleIds | Stop:
    customer, store, country = (sale.value(name) for name in ("customer_erp_code", "store_erp_code", COUNTRY))
    if customer not in customers:
        return Stop(Outcome.REFUSED, "sale_customer_unknown", customer)
    if store and store not in stores:
        return Stop(Outcome.REFUSED, "sale_store_unknown", store)
    if not sale.has_invoice_address:
        return SaleIds(customers[customer], stores.get(store, 0))
    if country not in iso_of:
        return Stop(Outcome.REJECTED, "country_not_associated", country, "country")
    if iso_of[country] not in countries:
        return Stop(Outcome.REJECTED, "country_not_on_shop", iso_of[country], "country")
    return SaleIds(customers[customer], stores.get(store, 0), countries[iso_of[country]])


async def _stores(run: Run, codes: set[str]) -> dict[str, int]:
    """id_store of each of the ERP's codes, of stores that were imported and that the shop still has."""
    links = run.ledger.links_for(run.folder.name, "store", sorted(codes)).filter(pl.col("shop_id") > 0)
    ids = dict(links.select("erp_key", "shop_id").iter_rows())
    rows = await run.shop.find("stores", "id", {str(each) for each in ids.values()}, display=("id",))
    there = {int(row["id"]) for row in rows}
    return {code: each for code, each in ids.items() if each in there}


async def unsold(run: Run, sales: Sequence[Sale]) -> dict[str, Stop]:
    """The sales, by key, whose articles the shop cannot name; articles it lacks are kept where the settings want it."""
    references = list(dict.fromkeys(row.reference for sale in sales for row in sale.rows))
    ids = await item_ids_of(run.shop, "reference", references)
    may_lack = run.folder.settings.store_orders.unknown_products == "keep"
    found: dict[str, Stop] = {}
    for sale in sales:
        for row in sale.rows:
            item = ids.get(row.reference)
            if isinstance(item, Stop) and item.code == "reference_twice":
                found.setdefault(sale.key, Stop(Outcome.REFUSED, "sale_product_twice", row.reference))
            elif (item is None or isinstance(item, Stop)) and not may_lack:
                found.setdefault(sale.key, Stop(Outcome.REFUSED, "sale_product_unknown", row.reference))
    return found

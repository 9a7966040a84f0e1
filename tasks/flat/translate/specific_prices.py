"""Rows of the specificprice stream become the shop's specific prices."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from decimal import Decimal
from typing import Any, TypeAlias

from schemas.column_spec import Column
from schemas.outcomes import Outcome
from schemas.settings import SpecificPrices
from tasks.flat.plan.entities import Fields, WantedEntity, written
from tasks.flat.translate.rows import FlatRow
from tasks.products.translate.prices import six_decimals, tax_excluded
from tasks.run.outcomes import Stop
from tasks.run.row_ref import RowRef

PERCENT = frozenset({"percent", "percentage", "pourcentage", "pourcent", "%"})
AMOUNT = frozenset({"montant", "amount", "€", "$"})
NEVER = "0000-00-00 00:00:00"
CASE = (
    "id_product",
    "id_product_attribute",
    "id_customer",
    "id_currency",
    "id_country",
    "id_group",
    "from_quantity",
    "from",
    "to",
)
"""The fields in which two prices of ours differ (they are in the shop's unique key, D15)."""
NOBODYS: Mapping[str, int] = {"id_shop_group": 0, "id_cart": 0, "id_specific_price_rule": 0}
"""The rest of the shop's unique key: carts and rules have prices of their own, which are none of ours."""
_SAYS = (
    *("iso_code", "currency", "email", "group", "from_quantity", "from", "to"),
    *("type", "reduction", "reduction_tax"),
)
"""All that a row without a price of its own says of a price, but for the item."""
_NOT_ON_SHOP = Stop(Outcome.IGNORED, "not_on_shop")
_NO_ITEM: Fields = {"id_product": 0, "id_product_attribute": 0}
_HUNDRED = 100


@dataclass(frozen=True, slots=True)
class Item:
    """What a price is for, and what it costs without: tax excluded, with the combination's impact."""

    id_product: int
    id_product_attribute: int
    price: Decimal
    tax_rules_group: int
    """id_tax_rules_group; 0: no tax."""


@dataclass(frozen=True, slots=True)
class Market:
    """What the shop knows of the items, countries, currencies and customers that rows name."""

    items: Mapping[str, Item | Stop]
    countries: Mapping[str, int]
    currencies: Mapping[str, int]
    customers: Mapping[str, int]
    """id_customer by e-mail in lower case."""
    groups: Mapping[str, int]
    """id_group by the ERP's code."""
    id_shop: int
    settings: SpecificPrices
    default_currency: int
    """id_currency of the items' own prices."""
    rates: Mapping[int, Mapping[int, Decimal]] = field(default_factory=dict)
    """Tax rate in percent by id_country (0: the shop's default) and id_tax_rules_group; empty when nobody asks."""

    def is_own_money(self, currency: str) -> bool:
        """Whether prices in this currency (ISO code, empty for all) compare with the items' own."""
        return not currency or self.currencies.get(currency.upper()) == self.default_currency

    def rate(self, item: Item, country: str) -> Decimal | None:
        """In percent, where a price for this country (ISO code, empty for all) is paid; None: the shop has none."""
        if not item.tax_rules_group:
            return Decimal(0)
        return self.rates.get(self.countries.get(country.upper(), 0), {}).get(item.tax_rules_group)


def wanted_prices(
    rows: Sequence[FlatRow], refs: Iterable[RowRef], references: Iterable[str], market: Market
) -> list[WantedEntity]:
    """The specific price that each row wants; `stop` is why it cannot be one."""
    wishes = _Wishes(rows[0].columns if rows else {}, market)
    return list(map(wishes.wanted, rows, refs, references))


_Said: TypeAlias = "tuple[Fields | Stop, dict[str, Any]]"
"""What a row wants but for the ids of its item, and the same with `first` as the webservice takes it."""


class _Wishes:
    """What rows of the same columns want; what many of them say alike is worked out once."""

    def __init__(self, columns: Mapping[str, Column], market: Market) -> None:
        self._market = market
        self._cells = [columns[target].key for target in _SAYS if target in columns]
        self._has_prices = "price" in columns
        self._said: dict[tuple[Any, ...], _Said] = {}
        self._first: Fields = {"id_shop": market.id_shop, **NOBODYS}

    def wanted(self, row: FlatRow, ref: RowRef, reference: str) -> WantedEntity:
        label = row.text("erp_code")
        item = self._market.items.get(reference, _NOT_ON_SHOP)
        if isinstance(item, Stop):
            return WantedEntity(ref, label=label, stop=item)
        said, sent = self._says(row, item)
        if isinstance(said, Stop):
            return WantedEntity(ref, label=label, stop=said)
        # A copy with two other values costs a third of a dictionary made anew.
        owned, sent = said.copy(), sent.copy()
        owned["id_product"], owned["id_product_attribute"] = item.id_product, item.id_product_attribute
        sent["id_product"], sent["id_product_attribute"] = str(item.id_product), str(item.id_product_attribute)
        return WantedEntity(ref, owned=owned, first=self._first, sent=sent, label=label)

    def _says(self, row: FlatRow, item: Item) -> _Said:
        if self._has_prices and row.value("price") is not None:
            # Compared with what the item costs.
            return self._work_out(row, item)
        cells = tuple(map(row.cells.__getitem__, self._cells))
        said = self._said.get(cells)
        if said is None:
            said = self._said[cells] = self._work_out(row, item)
        return said

    def _work_out(self, row: FlatRow, item: Item) -> _Said:
        case, cut = _case(row, self._market), _cut(row, item, self._market)
        if isinstance(case, Stop):
            return case, {}
        if isinstance(cut, Stop):
            return cut, {}
        owned = _NO_ITEM | case | cut
        return owned, written(self._first | owned)


def _case(row: FlatRow, market: Market) -> Fields | Stop:
    """For whom, from how many and when."""
    country, currency = row.text("iso_code").upper(), row.text("currency").upper()
    email = row.text("email").casefold()
    if country and country not in market.countries:
        return Stop(Outcome.REJECTED, "country_not_on_shop", country, "country")
    if currency and currency not in market.currencies:
        return Stop(Outcome.REJECTED, "currency_not_on_shop", currency, "currency")
    group = row.text("group")
    if group and group not in market.groups:
        return Stop(Outcome.REJECTED, "group_not_associated", group, "group")
    if email and email not in market.customers:
        return Stop(Outcome.IGNORED, "customer_not_on_shop")
    start, end = _moment(row.value("from")), _end(row.value("to"), market.settings)
    if NEVER not in {start, end} and end <= start:
        return Stop(Outcome.REJECTED, "ends_before_it_begins", f"{start} - {end}")
    return {
        "id_customer": market.customers[email] if email else 0,
        "id_currency": market.currencies[currency] if currency else 0,
        "id_country": market.countries[country] if country else 0,
        "id_group": market.groups[group] if group else 0,
        "from_quantity": int(row.text("from_quantity") or 1),
        "from": start,
        "to": end,
    }


def _moment(value: object) -> str:
    return f"{value:%Y-%m-%d %H:%M:%S}" if isinstance(value, datetime) else NEVER


def _end(value: object, settings: SpecificPrices) -> str:
    if isinstance(value, datetime) and settings.last_day_included and value.time() == time():
        value = value.replace(hour=23, minute=59, second=59)
    return _moment(value)


def _cut(row: FlatRow, item: Item, market: Market) -> Fields | Stop:
    """The new price and the reduction, as the shop keeps them: a percentage is a fraction, no new price is -1."""
    settings = market.settings
    recomputes = settings.recompute_percentage and market.is_own_money(row.text("currency"))
    kind = row.text("type").casefold()
    price, reduction = _number(row.value("price")), _number(row.value("reduction")) or Decimal(0)
    stop = _contradiction(row, kind, price, reduction)
    if stop is not None:
        return stop
    if price is not None and settings.prices == "tax_incl":
        rate = market.rate(item, row.text("iso_code"))
        if rate is None:
            return Stop(Outcome.REFUSED, "tax_rate_unknown")
        price, _ = tax_excluded(price, rate)
    if price is not None and not reduction and recomputes and price < item.price:
        return _fields(None, six_decimals(1 - price / item.price), percent=True)
    if kind in PERCENT:
        return _fields(price, six_decimals(reduction / _HUNDRED), percent=bool(reduction))
    return _fields(price, reduction, percent=False, tax=not reduction or row.value("reduction_tax") is True)


def _contradiction(row: FlatRow, kind: str, price: Decimal | None, reduction: Decimal) -> Stop | None:
    if kind not in PERCENT | AMOUNT:
        return Stop(Outcome.REJECTED, "reduction_type_unknown", row.text("type"), "type")
    if price is None and not reduction:
        return Stop(Outcome.REJECTED, "price_says_nothing")
    if kind in PERCENT and 0 < reduction < 1:
        return Stop(Outcome.REJECTED, "reduction_below_one", f"{reduction.normalize():f}", "reduction")
    if kind in PERCENT and reduction > _HUNDRED:
        return Stop(Outcome.REJECTED, "reduction_above_hundred", f"{reduction.normalize():f}", "reduction")
    return None


def _fields(price: Decimal | None, reduction: Decimal, *, percent: bool, tax: bool = True) -> Fields:
    return {
        "price": Decimal(-1) if price is None else six_decimals(price),
        "reduction": reduction,
        "reduction_type": "percentage" if percent else "amount",
        "reduction_tax": tax,
    }


def _number(value: object) -> Decimal | None:
    return value if isinstance(value, Decimal) else None

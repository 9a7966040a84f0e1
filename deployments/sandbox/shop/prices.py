"""The price a visitor pays: combination impact, specific price, tax, rounding; and the virtual fields that show it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from deployments.sandbox.shop import shops
from deployments.sandbox.shop.store import now

if TYPE_CHECKING:
    from deployments.sandbox.shop.display import Display
    from deployments.sandbox.shop.store import Row, Store

_NEVER = "0000-00-00 00:00:00"


@dataclass(frozen=True, slots=True)
class PriceQuestion:
    """What the price is asked for."""

    combination: int = 0
    quantity: int = 1
    country: int = 8
    group: int = 1
    customer: int = 0
    currency: int = 1
    use_tax: bool = True
    use_reduction: bool = True


def tax_rate(store: Store, tax_rules_group: int, country: int) -> Decimal:
    """The rate of a tax rule group in a country, in per cent; 0 without a rule."""
    if not tax_rules_group:
        return Decimal(0)
    for rule in store["tax_rules"].where("id_tax_rules_group", tax_rules_group):
        if rule["id_country"] == str(country):
            tax = store["taxes"].rows.get(int(rule["id_tax"]))
            return Decimal(tax["rate"]) if tax else Decimal(0)
    return Decimal(0)


def unit_price(store: Store, product: Row, question: PriceQuestion) -> Decimal:
    """The unit price of a product or combination, unrounded."""
    impact = shops.found(store, "combinations", question.combination) or _default_combination(store, product)
    price = Decimal(product["price"])
    special = _specific_price(store, product["id"], question)
    fixed = special is not None and Decimal(special["price"]) >= 0
    if special is not None and fixed:
        price = Decimal(special["price"])
    if impact and not (fixed and special is not None and special["id_product_attribute"] != "0"):
        price += Decimal(impact["price"])
    rate = tax_rate(store, int(product["id_tax_rules_group"] or 0), question.country)
    factor = 1 + rate / 100 if question.use_tax else Decimal(1)
    price *= factor
    if special is None or not question.use_reduction:
        return price
    return max(price - _reduction(special, price, rate, use_tax=question.use_tax), Decimal(0))


def _default_combination(store: Store, product: Row) -> Row | None:
    """A product as it stands costs what its default combination does."""
    return next((one for one in _sold(store, product) if one["default_on"]), None)


def _sold(store: Store, product: Row) -> list[Row]:
    """Its combinations, as the shop asked has them."""
    rows = shops.in_shop(store, "combinations", store["combinations"].where("id_product", product["id"]))
    return [shops.seen(store, "combinations", row) for row in rows]


def reduction_percent(store: Store, product: Row, question: PriceQuestion) -> Decimal:
    """The specific price's reduction in per cent, 0 when it has none or is an amount."""
    special = _specific_price(store, product["id"], question)
    if special is None or special["reduction_type"] != "percentage":
        return Decimal(0)
    return Decimal(special["reduction"]) * 100


def _reduction(special: Row, price: Decimal, rate: Decimal, *, use_tax: bool) -> Decimal:
    amount = Decimal(special["reduction"])
    if special["reduction_type"] == "percentage":
        return price * amount
    includes_tax = special["reduction_tax"] == "1"
    if includes_tax and not use_tax:
        return amount / (1 + rate / 100)
    if not includes_tax and use_tax:
        return amount * (1 + rate / 100)
    return amount


def _specific_price(store: Store, product: int, question: PriceQuestion) -> Row | None:
    """The most specific rule that applies now."""
    wanted = {
        "id_shop": shops.of(store).shop,
        "id_currency": question.currency,
        "id_country": question.country,
        "id_group": question.group,
        "id_customer": question.customer,
        "id_product_attribute": question.combination,
    }
    today = now()
    fitting = [
        row
        for row in store["specific_prices"].where("id_product", product)
        if all(row[name] in {"0", str(value)} for name, value in wanted.items())
        and int(row["from_quantity"]) <= question.quantity
        and (row["from"] == _NEVER or row["from"] <= today)
        and (row["to"] == _NEVER or row["to"] >= today)
    ]

    def weight(row: Row) -> tuple[int, int, int, int]:
        named = sum(row[name] != "0" for name in wanted)
        return int(row["id_product_attribute"] != "0"), int(row["from_quantity"]), named, row["id"]

    return max(fitting, key=weight, default=None)


def _has_price(store: Store, product: Row) -> bool:
    """The shop works out no price of a product whose combinations have no default."""
    sold = _sold(store, product)
    return not sold or any(one["default_on"] for one in sold)


def with_prices(store: Store, rows: list[Row], shown: Display) -> list[Row]:
    """The rows with the virtual price fields the display asks for."""
    if not shown.prices:
        return rows
    return [{**row, "_prices": _virtual(store, row, shown)} for row in rows]


def _virtual(store: Store, row: Row, shown: Display) -> dict[str, str]:
    return {name: _answer(store, row, options) for name, options in shown.prices.items()}


def _answer(store: Store, row: Row, options: dict[str, str]) -> str:
    """A combination's row names its product, a product's row does not."""
    owner = row.get("id_product")
    question = PriceQuestion(
        combination=int(options.get("product_attribute") or 0) if owner is None else row["id"],
        quantity=int(options.get("quantity") or 1),
        country=int(options.get("country") or store.configuration("PS_COUNTRY_DEFAULT")),
        group=int(options.get("group") or store.configuration("PS_CUSTOMER_GROUP")),
        currency=int(options.get("currency") or store.configuration("PS_CURRENCY_DEFAULT")),
        use_tax=options.get("use_tax", "1") != "0",
        use_reduction=options.get("use_reduction", "1") != "0",
    )
    decimals = int(options.get("decimals") or 2)
    product = shops.found(store, "products", int(owner or row["id"]))
    is_priced = product is not None and (question.combination or _has_price(store, product))
    price = unit_price(store, product, question) if product is not None and is_priced else Decimal(0)
    return f"{price.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP):.6f}"

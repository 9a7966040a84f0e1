"""Pure: the lowest price before a reduction as the value of a feature, which every visitor of a product sees alike."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType

from schemas.amounts import cents, unit_of
from tasks.omnibus.plan.lines import Rules
from tasks.omnibus.plan.lowest import Known, Reduction
from tasks.omnibus.plan.timeline import Market

NAMES: Mapping[str, str] = MappingProxyType(
    {
        "en": "Lowest price of the 30 days before the reduction",
        "fr": "Prix le plus bas des 30 jours précédant la réduction",
    }
)
"""The name of the feature by language; in all other languages it is the English one."""
_RANGES: Mapping[str, str] = MappingProxyType({"en": "{low} to {high}", "fr": "de {low} à {high}"})
_NEW: Mapping[str, str] = MappingProxyType({"en": "since it came on sale", "fr": "depuis la mise en vente"})
_SIGNS: Mapping[str, str] = MappingProxyType({"EUR": "€", "GBP": "£", "USD": "$"})
_NO_BREAK = "\u00a0"


def shown_now(found: Mapping[Market, Iterable[Reduction]], rules: Rules, now: datetime) -> list[Reduction]:
    """The reductions that are on for everybody, and whose price before is shown."""
    return [
        one
        for market, reductions in found.items()
        if not (market.country or market.currency or market.customer_group)
        for one in reductions
        if one.begins_at <= now and (one.ends_at is None or now < one.ends_at) and rules.shows(one)
    ]


def feature_text(reductions: Sequence[Reduction], money: str, iso: str) -> str:
    """The price with tax before these reductions of the items of one product, from the lowest to the highest."""
    language = iso if iso in NAMES else "en"
    amounts = sorted({one.lowest.price_tax_incl for one in reductions if one.lowest is not None})
    low, high = (_amount(amount, money, iso) for amount in (amounts[0], amounts[-1]))
    text = low if low == high else _RANGES[language].format(low=low, high=high)
    is_new = any(one.known is Known.NEW for one in reductions)
    return f"{text} ({_NEW[language]})" if is_new else text


def _amount(amount: Decimal, money: str, iso: str) -> str:
    """As people of the language write it: `€96.00` in English, `96,00 €` elsewhere."""
    number = f"{cents(amount, unit_of(money)):f}"
    sign = _SIGNS.get(money, money)
    if iso == "en":
        return f"{sign}{number}" if sign != money else f"{sign}{_NO_BREAK}{number}"
    return f"{number.replace('.', ',')}{_NO_BREAK}{sign}"


def members_with(
    members: Sequence[Mapping[str, object]], feature: int, value: int
) -> tuple[list[dict[str, int]], Collection[int]]:
    """The features of a product with this one and no other value of it (0: without it); the values that it has."""
    others, values = [], set()
    for member in members:
        pair = {"id": int(str(member["id"])), "id_feature_value": int(str(member["id_feature_value"]))}
        if pair["id"] == feature:
            values.add(pair["id_feature_value"])
        else:
            others.append(pair)
    return [*others, *([{"id": feature, "id_feature_value": value}] if value else [])], values

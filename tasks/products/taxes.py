"""The tax rate of each tax rules group in a country."""

from __future__ import annotations

from decimal import Decimal

from connectors.prestashop import Shop, ShopFacts


async def tax_rates(shop: Shop, facts: ShopFacts, id_country: int = 0) -> dict[int, Decimal]:
    """Rate in percent by id_tax_rules_group, of active groups that have a rule for the country; 0: the default."""
    groups = await shop.read("tax_rule_groups", display=["id", "active", "deleted"])
    open_groups = {int(g["id"]) for g in groups if str(g["active"]) == "1" and str(g.get("deleted") or "0") == "0"}
    rules = await shop.read(
        "tax_rules",
        filters={"id_country": str(id_country or facts.default_country)},
        display=["id", "id_tax_rules_group", "id_state", "id_tax"],
    )
    taxes = {int(tax["id"]): Decimal(str(tax["rate"])) for tax in await shop.read("taxes", display=["id", "rate"])}
    rates: dict[int, Decimal] = {}
    for rule in rules:
        group = int(rule["id_tax_rules_group"])
        if group in open_groups and int(rule["id_state"] or 0) == 0 and int(rule["id_tax"] or 0) in taxes:
            rates.setdefault(group, taxes[int(rule["id_tax"])])
    return rates


def default_group(rates: dict[int, Decimal]) -> int:
    """The standard rate of the country: the highest one, the lowest id where several groups have it; 0 of none."""
    return min(rates, key=lambda group: (-rates[group], group)) if rates else 0

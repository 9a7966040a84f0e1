"""Which shop of an installation of several is written to, and what it shares with the others of its group."""

from __future__ import annotations

from collections.abc import Iterator

from connectors.prestashop import ShopFacts
from tasks.check.finding import Finding, Findings

_MODULE = "passerelle_info"
_SHARING = {
    (False, False): "ok_shares_nothing",
    (True, False): "ok_shares_stock",
    (False, True): "ok_shares_customers",
    (True, True): "ok_shares_both",
}
"""By whether the group shares stock and customers."""


def check_shops(facts: ShopFacts, make: Findings) -> Iterator[Finding]:
    """One line for an installation of several shops; a fault where the shop that is named is none of them."""
    shops = facts.shops
    if shops.ids and shops.own not in shops.ids:
        known = ", ".join(str(known) for known in shops.ids)
        yield make.error("multishop", "id_shop_unknown", value=str(shops.own), detail=known)
        return
    if shops.named and not shops.ids:
        yield make.warning("multishop", "shops_unseen")
        return
    if not shops.several:
        return
    if "GET" not in facts.rights.get(_MODULE, frozenset()):
        yield make.warning("multishop", "module_not_in_shop", value=str(shops.own), detail=_MODULE)
    if shops.shares_stock is None:
        yield make.warning("multishop", "sharing_unseen")
        return
    code = _SHARING[bool(shops.shares_stock), bool(shops.shares_customers)]
    shop, group = f"{shops.own} ({shops.name}) / {len(shops.ids)}", f"{shops.group} ({shops.group_name})"
    yield make.ok("multishop", code, value=shop, detail=group)

"""Which shop of an installation of several is written to, and what it shares with the others of its group."""

from __future__ import annotations

from collections.abc import Iterator

from connectors.prestashop import ShopFacts
from tasks.finding import Finding

_UNSEEN = (
    "In the back office, Advanced Parameters > Webservice, open the key and tick View (GET) on the lines shops and "
    "shop_groups."
)
_MODULE = "passerelle_info"
_ENABLE = (
    "If it is installed, choose the context All shops in the back office and enable it under Modules > Module Manager: "
    "without it, items that come from another group of shops get no stock row here."
)


def check_shops(facts: ShopFacts) -> Iterator[Finding]:
    """One line for an installation of several shops; a fault where the shop that is named is none of them."""
    shops = facts.shops
    if shops.ids and shops.own not in shops.ids:
        known = ", ".join(str(known) for known in shops.ids)
        said = f"settings.toml: id_shop = {shops.own} is no active shop of this PrestaShop"
        yield Finding("multishop", "error", said, f"The shops in use are {known}.")
        return
    if shops.named and not shops.ids:
        said = "settings.toml names id_shop, and the key may not see the shops: those of other shops are not found"
        yield Finding("multishop", "warning", said, _UNSEEN)
        return
    if not shops.several:
        return
    if "GET" not in facts.rights.get(_MODULE, frozenset()):
        said = f"the module passerelle is not enabled in shop {shops.own}, or the key may not view {_MODULE}"
        yield Finding("multishop", "warning", said, _ENABLE)
    if shops.shares_stock is None:
        yield Finding("multishop", "warning", "the key may not see what the groups of shops share", _UNSEEN)
        return
    stock = "shared with its group" if shops.shares_stock else "its own"
    customers = "shared with its group" if shops.shares_customers else "its own"
    yield Finding(
        "multishop",
        "ok",
        f"shop {shops.own} ({shops.name}) of {len(shops.ids)}, in the group {shops.group} ({shops.group_name}): "
        f"stock {stock}, customers {customers}",
    )

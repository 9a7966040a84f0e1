"""The PrestaShop webservice: what a shop has, and writing to it in bulk, each entity exactly once."""

from connectors.prestashop.entities import IDS_ONLY, Entity, Identity, Receipt, folded
from connectors.prestashop.facts import ShopFacts
from connectors.prestashop.limits import ShopLimits
from connectors.prestashop.shop import Shop
from connectors.prestashop.shops import Shops, Within

__all__ = ["IDS_ONLY", "Entity", "Identity", "Receipt", "Shop", "ShopFacts", "ShopLimits", "Shops", "Within", "folded"]

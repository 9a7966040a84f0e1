"""The PrestaShop module and its archive."""

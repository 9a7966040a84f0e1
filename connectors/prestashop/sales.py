"""Sales of the stores: many in one document to the resource `store_orders` of our module, one answer for each."""

from __future__ import annotations

from connectors.prestashop.answered import Form

MODULE = "passerelle"
"""The payment module that an order names when our module has made it of a sale."""
SALES = Form(
    "POST", "store_orders", "store_order", "internal_reference", "id", {"created": "created", "exists": "adopted"}
)
"""Of one reference the module makes one order, and then says that it exists."""

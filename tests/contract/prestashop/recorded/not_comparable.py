"""Recorded exchanges that are not compared, each with its reason."""

from __future__ import annotations

import re

NO_PICTURES = "pictures: the connector sends none and the sandbox has none"
NO_SEARCH = "the front office's search: the connector does not search with it"
MODULE = "made with a module that adds resources: the module's own suite compares it"
NOT_USED = "a resource that the connector does not use and the sandbox keeps empty"
SERVER = "answered by nginx itself"
UNSORTED = "without sort the rows come in the order of whichever index MySQL chose"
INSTALLER = "shows rows that the installer wrote past the webservice"
LATER = "recorded when the shop held one product more than the demo data"
HASH = "sends back the hash of a body that holds the recorded shop's dates; test_access.py states the same"

REASONS = {
    r"0[12]_\w+/images__.*": NO_PICTURES,
    r"08_http/image.*": NO_PICTURES,
    r"0[12]_\w+/search__.*": NO_SEARCH,
    r"03_filters/search": NO_SEARCH,
    r"10_module_hook/.*": MODULE,
    r"08_http/method_trace": SERVER,
    r"08_http/get_product_304_local_content_sha1": HASH,
    r"01_lists/(contacts|content_management_system|deliveries|employees|guests|price_ranges|stock_movements"
    r"|product_customization_fields|stock_movement_reasons|supply_order_states|translated_configurations"
    r"|weight_ranges)__.*": NOT_USED,
    r"01_lists/category_detail_home": LATER,
    r"01_lists/(addresses|combinations|order_histories|product_suppliers)__display_full.*": UNSORTED,
    r"07_orders/fixture_(addresses|order_histories|orders)__display_full.*": UNSORTED,
    r"03_filters/stock_availables_by_products_pipe": UNSORTED,
    r"04_json/order_detail__.*": INSTALLER,
    r"(01_lists/|07_orders/fixture_)order_details__display_full.*": INSTALLER,
    r"07_orders/orders_(patch_1__date_add_reference_total|put_1__roundtrip)": INSTALLER,
}


def reason(name: str) -> str | None:
    """Why an exchange is not compared; None when it is."""
    return next((why for pattern, why in REASONS.items() if re.fullmatch(pattern, name)), None)

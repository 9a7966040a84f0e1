"""What is peculiar to each resource: node names, languages, associations, and what must not be sent back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource of the webservice; `associations` maps each to the node of its rows."""

    node: str
    i18n: frozenset[str] = frozenset()
    associations: Mapping[str, str] = field(default_factory=dict)
    never_sent: frozenset[str] = frozenset()
    """Read-only fields: error 93, or worse, in any write (D6)."""
    not_put_back: frozenset[str] = frozenset()
    """Fields dropped from what was read before it is PUT; a change may still name them."""
    not_everywhere: frozenset[str] = frozenset()
    """Fields that our own look-ups ask for and that not every version has: left out where the shop lacks them."""
    lost_by_put: frozenset[str] = frozenset()
    """Fields that a PUT empties where the shop lets nobody write them."""
    echoed: tuple[str, ...] = ()
    """Ids that the answer to a document of new entities must tell of each as they were sent."""
    one_at_a_time: bool = False
    """Written by one connection only: documents in parallel give several entities one position."""

    @property
    def is_one_row(self) -> bool:
        """Whether an entity is one row of one table, so that the shop has all of it or nothing."""
        return not self.i18n and not self.associations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


RETURNS = "order_returns"
"""Merchandise returns of our module, up to PrestaShop 9.0."""
OWN_RETURNS = "passerelle_order_returns"
"""The same from 9.1 on, where the core has `order_returns` without rows and mails (facts N4)."""
_META = "meta_title meta_description meta_keywords"
# The state alone can be written, also by a PUT (shops without PATCH).
_RETURN = Resource(
    "order_return",
    associations={"order_return_details": "order_return_detail"},
    never_sent=_words("id_customer id_order question date_add"),
)
_BY_NAME: dict[str, Resource] = {
    "products": Resource(
        "product",
        _words(
            f"{_META} delivery_in_stock delivery_out_stock link_rewrite name description description_short "
            "available_now available_later"
        ),
        {
            "categories": "category",
            "images": "image",
            "combinations": "combination",
            "product_option_values": "product_option_value",
            "product_features": "product_feature",
            "tags": "tag",
            "stock_availables": "stock_available",
            "attachments": "attachment",
            "accessories": "product",
            "product_bundle": "product",
        },
        _words("manufacturer_name quantity"),
        # position_in_category: a PHP warning, or minutes in a large category; the others have setters that
        # rewrite covers and defaults (D6, D23).
        _words("position_in_category type new id_default_image id_default_combination unit_price_ratio"),
        _words("product_type"),
    ),
    "combinations": Resource(
        "combination",
        _words("available_now available_later"),
        {"product_option_values": "product_option_value", "images": "image"},
        _words("quantity"),
    ),
    "product_options": Resource(
        "product_option",
        _words("name public_name"),
        {"product_option_values": "product_option_value"},
        one_at_a_time=True,
    ),
    "product_option_values": Resource("product_option_value", _words("name"), one_at_a_time=True),
    "product_features": Resource("product_feature", _words("name"), one_at_a_time=True),
    "product_feature_values": Resource("product_feature_value", _words("value")),
    "manufacturers": Resource(
        "manufacturer",
        _words(f"{_META} description short_description"),
        {"addresses": "address"},
        _words("link_rewrite"),
    ),
    "suppliers": Resource("supplier", _words(f"{_META} description"), {}, _words("link_rewrite")),
    "categories": Resource(
        "category",
        _words(f"{_META} name link_rewrite description additional_description"),
        {"categories": "category", "products": "product"},
        _words("level_depth nb_products_recursive"),
        one_at_a_time=True,
    ),
    # The shop reads a product's sum and writes it in two statements: of two documents at once the slower one writes a
    # sum without the other's rows (facts S1).
    "stock_availables": Resource("stock_available", one_at_a_time=True),
    "specific_prices": Resource("specific_price", echoed=("id_product", "id_product_attribute")),
    "customers": Resource(
        "customer",
        associations={"groups": "group"},
        not_put_back=_words("last_passwd_gen"),
        lost_by_put=_words("secure_key"),
    ),
    "addresses": Resource("address"),
    "groups": Resource("group", _words("name")),
    "stores": Resource("store", _words("name address1 address2 hours note")),
    "countries": Resource("country", _words("name")),
    "currencies": Resource("currency", _words("names symbol pattern")),
    "taxes": Resource("tax", _words("name")),
    "carriers": Resource("carrier", _words("delay")),
    "order_states": Resource("order_state", _words("name template"), one_at_a_time=True),
    "carts": Resource("cart", associations={"cart_rows": "cart_row"}, one_at_a_time=True),
    "orders": Resource("order", associations={"order_rows": "order_row"}, one_at_a_time=True),
    "order_details": Resource("order_detail", associations={"taxes": "tax"}),
    "order_histories": Resource("order_history", one_at_a_time=True),
    RETURNS: _RETURN,
    OWN_RETURNS: _RETURN,
    # Of our module, under one lock for the whole shop: a second connection would only wait for it.
    "store_orders": Resource("store_order", associations={"order_rows": "order_row"}, one_at_a_time=True),
    "order_slip": Resource("order_slip", associations={"order_slip_details": "order_slip_detail"}),
    "content_management_system": Resource("content"),
}

CREATED = (
    "categories",
    "manufacturers",
    "product_options",
    "product_option_values",
    "product_features",
    "product_feature_values",
    "products",
    "combinations",
    "specific_prices",
    "customers",
    "addresses",
    "stores",
)
"""What imports create."""

SHARED = frozenset({"customers"})
"""Resources that a group of shops may share."""
OF_EACH_SHOP = frozenset({"products", "combinations"})
"""Resources of which each shop has values of its own."""
ABOUT_PEOPLE = _words(
    "customers addresses guests carts orders order_returns passerelle_order_returns order_slip store_orders "
    "customer_threads customer_messages messages"
)
"""Resources about which a shop's error may repeat who it was told of; we must not keep that."""

DATE_FIELDS = frozenset({"date_add", "date_upd"})
# Sent, they delete every combination not listed (D11); the others have no setter and are ignored.
NEVER_SENT_ASSOCIATIONS = frozenset({"combinations", "stock_availables"})


def resource_of(name: str) -> Resource:
    """What is known of a resource; for one that is not listed, its node by the rule of English plurals."""
    known = _BY_NAME.get(name)
    return known if known is not None else Resource(singular(name))


def singular(name: str) -> str:
    """`addresses` -> `address`, `histories` -> `history`, `shops` -> `shop`."""
    for plural, one in (("ies", "y"), ("sses", "ss"), ("xes", "x"), ("s", "")):
        if name.endswith(plural) and not name.endswith("ss"):
            return name.removesuffix(plural) + one
    return name

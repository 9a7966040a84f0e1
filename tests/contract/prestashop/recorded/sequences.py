"""In which order the recorded writes were made, and what was there before them without being recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.contract.prestashop.recorded import unrecorded
from tests.contract.prestashop.recorded.order_sequences import ERROR_STATE, ORDERS
from tests.contract.prestashop.recorded.steps import each, folder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.contract.prestashop.recorded.steps import Step

ONE_PRODUCT = folder(
    "05_multi",
    *each(
        "products_post_1",
        "price_and_name_only",
        "price_only",
        "default_category_without_association",
        "name_one_language_only",
        "name_default_language_missing",
        "price_zero",
        "associations_without_default_category",
        "unity_300_chars_silently_truncated",
        "price_10_digits_9_decimals",
        "stock_available_in_associations_ignored",
        "custom_feature_value_unknown",
    ),
)

SEVERAL_PRODUCTS = folder(
    "05_multi",
    "products_post_1",
    "products_post_3_all_ok",
    "products_post_3_all_ok__output_json",
    "products_post_2__display_param",
    "products_post_2__output_json_display_full",
    *each(
        "products_post_3",
        "2nd_without_price",
        "2nd_price_not_a_number",
        "2nd_name_invalid_chars",
        "2nd_unknown_association",
        "2nd_readonly_field_quantity",
        "2nd_price_db_overflow",
        "2nd_unknown_field",
        "2nd_unknown_category",
        "2nd_duplicate_category",
        "2nd_duplicate_feature_value__db_exception",
        "2nd_has_id",
        "2nd_reference_65_chars",
        "1st_and_3rd_without_price",
        "2nd_wrong_node_name",
    ),
    "products_post_2__same_reference_twice",
    *each("products_post", "empty_document", "empty_body", "no_body", "malformed", "two_roots", "json_body"),
    "products_put_3_all_ok",
    "products_put_3_reverse_order",
    *each("products_put_3", "2nd_unknown_id", "2nd_invalid_price"),
    *each("products_put_2", "duplicate_id", "one_without_id"),
    *each("products_put", "url_id_differs_from_body_id", "url_id_unknown_body_id_ok", "empty_document"),
)

ATTRIBUTES_AND_COMBINATIONS = folder(
    "05_multi",
    "product_options_post_1",
    "product_option_values_post_5",
    "product_option_values_post_3__2nd_without_name",
    "product_features_post_1",
    "product_feature_values_post_2",
    "products_post_1__complete_product_with_feature",
    "combinations_post_1",
    "combinations_post_3_all_ok",
    *each("combinations_post_3", "2nd_without_minimal_quantity", "2nd_invalid_ean13"),
    *each("combinations_post_1", "second_default_on", "unknown_product", "unknown_option_value"),
)

STOCK_AND_PRICES = [
    *folder(
        "05_multi",
        "product_options_post_1",
        "product_option_values_post_5",
        "product_features_post_1",
        "product_feature_values_post_2",
        "products_post_1__complete_product_with_feature",
        "combinations_post_1",
        "combinations_post_3_all_ok",
        unrecorded.stock_rows({94: (55, 0), 95: (55, 40), 96: (55, 41), 97: (55, 42), 98: (55, 43)}),
        "stock_availables_put_1",
        "stock_availables_put_1__url_with_id",
        "stock_availables_put_3_all_ok",
        *each("stock_availables_put_3", "2nd_unknown_id", "2nd_without_quantity", "2nd_decimal_quantity"),
        *each("stock_availables_put_1", "negative", "parent_row_of_product_with_combinations", "then_child"),
        "stock_availables_put_1__wrong_product_ids_in_body",
        "stock_availables_patch_1__only_quantity",
        "stock_availables_patch_3",
        *each("specific_prices_post_1", "percentage", "same_again__duplicate_key"),
        "specific_prices_post_3_all_ok",
        *each("specific_prices_post_3", "2nd_bad_reduction_type", "2nd_duplicate_key"),
        *each(
            "specific_prices_post_1",
            "percentage_over_1",
            "empty_dates",
            "date_only",
            "from_after_to",
            "without_id_group",
        ),
        unrecorded.product(56, (49, 50, 51)),
        unrecorded.stock_rows({104: (56, 0), 105: (56, 49), 106: (56, 50), 107: (56, 51)}),
        "stock_availables_put_1__with_id_shop",
        "stock_availables_put_3_all_ok__with_id_shop",
        *each("stock_availables_put_1", "parent_row__with_id_shop", "child_after_parent"),
        "stock_availables_put_3__2nd_unknown_id__with_id_shop",
        "stock_availables_put_3__2nd_unknown_combination_in_body",
        "stock_availables_put_1__without_out_of_stock",
        unrecorded.stock_row_back(106, "56", "50", location=""),
        "stock_availables_put_1__without_location__resets_it",
        unrecorded.stock_row_back(106, "56", "50", location="A-12"),
        "stock_availables_patch_1__keeps_location_and_id_shop",
        "stock_availables_patch_3__2nd_unknown_id",
        "stock_availables_put_1__without_id_shop__row_detached_from_shop",
        "stock_availables_get_detached_row",
        "stock_availables_list_after_put_without_id_shop",
        "stock_availables_post_forbidden",
        "stock_availables_delete_forbidden",
        unrecorded.product(57, ()),
        unrecorded.stock_rows({108: (57, 0)}),
        "stock_availables_put_1__simple_product",
        "combinations_delete_1",
    )
]

DELETIONS = folder(
    "05_multi",
    *(unrecorded.product(product, ()) for product in range(58, 64)),
    "products_delete_1_path",
    "products_delete_1_again_404",
    "products_delete_2_param_id",
    "products_delete_2__one_unknown",
    "products_delete_no_id",
    "orders_delete",
)

CATEGORIES = folder(
    "05_multi",
    "categories_post_1",
    "categories_post_3_all_ok",
    "categories_post_3__2nd_without_name",
    *each(
        "categories_post_1",
        "unknown_parent",
        "without_parent",
        "with_level_depth",
        "parent_and_child_same_document",
    ),
    unrecorded.category(17, 2, "LabP"),
    unrecorded.category(18, 17, "LabQ"),
    "categories_delete_parent__children_deleted_too",
    "categories_post_3__2nd_invalid_name",
    "categories_post_1__after_failure_repairs_tree",
)

CATEGORIES_CHANGED = folder(
    "06_put_patch",
    unrecorded.category(10, 2, "CatA"),
    unrecorded.category(11, 10, "CatB"),
    *each("category_patch", "active", "move_parent"),
    *each("category_put", "required_only", "with_parent", "roundtrip_without_readonly"),
    *each("category_patch", "parent_is_itself", "parent_is_its_child"),
)

CUSTOMERS = [
    *folder(
        "05_multi",
        "customers_post_1",
        "customers_post_3_all_ok",
        *each("customers_post_3", "2nd_email_already_used", "2nd_invalid_email"),
        *each("customers_post_1", "name_with_digits", "without_passwd", "short_passwd", "guest", "guest_same_email"),
        "customers_delete_1",
    ),
    unrecorded.customer_as_recorded("06_put_patch/customer_get"),
    *folder(
        "06_put_patch",
        "customer_get",
        "customer_put__roundtrip",
        *each("customer_patch", "one_field", "email_of_other"),
        "customer_put__required_fields_only",
        *each("customer_patch", "groups", "email_case_change"),
    ),
]

OTHER_LISTS = folder(
    "05_multi",
    "suppliers_post_3",
    "manufacturers_post_3",
    "tags_post_1",
    "stores_post_1",
    "groups_post_1",
    "product_suppliers_post_1",
    "configurations_get_by_name",
)

FULL_PRODUCT = "06_put_patch/product_before_put"

PRODUCTS_CHANGED = folder(
    "06_put_patch",
    *(unrecorded.product_as_recorded(FULL_PRODUCT, product, number) for number, product in enumerate(range(64, 68), 1)),
    "product_before_put",
    "product_patch__price_only",
    "product_put__id_and_price_only",
    *each("product_patch", "no_change", "one_language", "unknown_language_id", "name_without_language_node"),
    *each(
        "product_patch",
        "deactivate",
        "empty_field",
        "categories_only",
        "empty_categories",
        "features_only_one",
        "date_add",
        "invalid_price",
        "price_comma",
        "price_10_decimals",
        "unknown_id",
        "readonly_field",
        "reference_64_chars",
        "reference_forbidden_char",
        "name_129_chars",
        "link_rewrite_invalid",
        "ean13_14_digits",
        "ean13_bad_checksum",
        "html_ok_special_chars",
        "html_script",
    ),
    *each(
        "product_put",
        "roundtrip_get_as_is",
        "roundtrip_without_readonly",
        "roundtrip_without_readonly_and_position",
        "roundtrip_without_associations",
        "without_date_add",
        "without_name",
        "name_one_language_only",
        "without_active_and_state",
        "without_price",
    ),
)

COMBINATIONS_CHANGED = folder(
    "06_put_patch",
    unrecorded.product_with_pairs(68, {52: (1, 5), 53: (2, 6), 54: (3, 7)}),
    *each(
        "product_patch",
        "combinations_association_subset__deletes_others",
        "combinations_association_of_another_product",
    ),
    "combination_patch__price_only",
    "combination_patch__option_values_replaced",
    "combination_put__minimal_required_only",
    "combination_patch__second_default_on",
    "product_patch__id_default_combination",
)

SCENARIO = [
    *folder(
        "11_scenario_product_with_combinations",
        "01_manufacturer",
        "02_supplier",
        "03_category",
        "04_product_option_size",
        "05_product_option_colour",
        "06_product_option_values_batch",
        "07_product_feature",
        "08_product_feature_value",
        "09_product",
        "10_combinations_batch_6",
        unrecorded.stock_rows({59: (20, 0), **{60 + n: (20, 40 + n) for n in range(6)}}),
        "11_find_stock_availables",
        "12_stock_patch_batch",
        "13_specific_price_10_percent",
        "14_find_product_suppliers",
        "15_product_supplier",
        "16_product_get",
        "17_computed_prices",
        "18_deactivate",
    ),
    *folder(
        "06_put_patch",
        *each("combination_patch", "default_on_while_another_is_default", "move_default_on_in_one_document"),
        "product_patch__id_default_combination_moves_default",
    ),
]

DOCUMENTS = folder(
    "08_http",
    "post_body_with_xml_equals_prefix",
    "post_content_type_form_ignored",
    "post_latin1",
    "post_ampersand_escaped",
    "post_emoji",
    "post_whitespace_kept",
    "post_bare_ampersand",
    "post_control_character",
    unrecorded.product(20, ()),
    "post_with_ps_method_put",
)

WARNINGS_HIDDEN = folder(
    "09_errors",
    *each("warnings_hidden", "malformed_xml", "product_price_only", "product_put_with_position_in_category"),
)

SEQUENCES: dict[str, Sequence[Step]] = {
    "one product": ONE_PRODUCT,
    "several products": SEVERAL_PRODUCTS,
    "attributes and combinations": ATTRIBUTES_AND_COMBINATIONS,
    "stock and prices": STOCK_AND_PRICES,
    "deletions": DELETIONS,
    "categories": CATEGORIES,
    "categories changed": CATEGORIES_CHANGED,
    "customers": CUSTOMERS,
    "other lists": OTHER_LISTS,
    "products changed": PRODUCTS_CHANGED,
    "combinations changed": COMBINATIONS_CHANGED,
    "a product with combinations": SCENARIO,
    "documents": DOCUMENTS,
    "orders": ORDERS,
    "an order in error": ERROR_STATE,
}

"""Known traps of PrestaShop that the client steps around, each by its number."""

from __future__ import annotations

from connectors.prestashop.resources import resource_of
from connectors.prestashop.updating import merged


def test_the_cover_image_is_never_written_back_d23() -> None:
    whole = {"id": 1, "reference": "A", "id_default_image": "7"}
    assert "id_default_image" not in merged(whole, {"id": 1, "reference": "B"}, resource_of("products"))


def test_states_are_given_by_one_connection_since_each_may_add_up_the_stock_of_the_whole_shop_d39() -> None:
    assert resource_of("order_histories").one_at_a_time

from __future__ import annotations

from decimal import Decimal

import pytest

from connectors.dolibarr.codes import DolibarrCodes
from connectors.dolibarr.texts import kept_html, seen_text, stored_reference
from connectors.dolibarr.translate_items import found_item, is_category_uid, is_item_uid, item_obstacles, wanted_item
from schemas.catalogue import Item

CODES = DolibarrCodes(order_prefix="WEB")
ITEM = Item(7, 3, "MUG", "Mug", "Size: <S>", "<p>Nice</p>", vat_rate=Decimal("20.000"), erp_reference="MUG")


@pytest.mark.parametrize(
    ("sent", "kept"),
    [("A B", "A_B"), (" É-1 ", "E-1"), ("A--B", "A_B"), ("A..B", "AB"), ('A"B', "AB"), ("A(1)", "A_1_"), ("½", "½")],
)
def test_a_reference_is_the_one_that_dolibarr_keeps(sent: str, kept: str) -> None:
    assert stored_reference(sent) == kept
    assert stored_reference(kept) == kept


def test_what_a_combination_is_stands_on_the_first_line() -> None:
    wanted = wanted_item(ITEM, CODES, with_note=False)
    assert wanted.uid == "webp7-3"
    assert wanted.request["description"]["description"] == "Size: &lt;S&gt;<br>\n<p>Nice</p>"
    assert wanted.fields["description"] == "Size: <S> Nice"
    assert "long_description" not in wanted.fields


def test_what_is_read_back_equals_what_was_sent_however_dolibarr_writes_it() -> None:
    sent = '<p class="x">D&eacute;j&agrave;<br />vu&nbsp;&lt;3</p><script>alert(1)</script>'
    assert kept_html(sent) == '<p class="x">D&eacute;j&agrave;<br />vu&nbsp;&lt;3</p>'
    assert seen_text(kept_html(sent)) == seen_text("<p>Déjà<br>vu\u00a0&lt;3</p>")
    record = {"id": "9", "ref": "MUG", "weight": "350", "weight_units": "-3", "price": "9.91667000", "tva_tx": "5.5000"}
    fields = found_item(record).fields
    assert (fields["weight"], fields["price"], fields["vat"]) == ("0.35", "9.91667", "5.5")


def test_every_reason_why_an_item_is_held_is_given() -> None:
    assert item_obstacles(ITEM, CODES) == ()
    bad = Item(7, 0, "X", '""', vat_rate=Decimal("19.6"), currency="USD", description="x" * 70_000)
    assert [each.code for each in item_obstacles(bad, CODES)] == [
        "item_name_empty",
        "item_vat_rate_unknown",
        "item_currency_not_of_erp",
        "item_text_too_long",
    ]


def test_a_reference_of_ours_is_told_from_that_of_a_shop_whose_prefix_begins_so() -> None:
    assert is_item_uid("webp7-3", CODES)
    assert not is_item_uid("webpp7", CODES)
    assert is_category_uid("webc7", CODES)
    assert not is_category_uid("webcc7", CODES)

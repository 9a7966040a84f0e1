from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from schemas.erps.files import Files
from tasks.run.row_ref import RowRef
from tasks.statuses.plan import Carriers
from tasks.statuses.translate.documents import DocumentRow, OrderDocuments, documents_of


def row(type_word: str, number: str = "D1", **more: Any) -> DocumentRow:
    return DocumentRow(RowRef(0, 2, "WEB12"), type_word, number, **more)


def told(*rows: DocumentRow, **settings: Any) -> OrderDocuments:
    return documents_of(rows, Files.model_validate(settings))


@pytest.mark.parametrize(
    ("words", "furthest"),
    [
        (["1"], "order"),
        (["BC", "PL"], "preparation"),
        (["bl"], "delivery"),
        (["3", "6"], "invoice"),
        (["F"], "invoice"),
        (["DE"], ""),
        (["XYZ"], ""),
    ],
)
def test_the_furthest_document_counts_in_the_words_of_sage_and_gestimum(words: list[str], furthest: str) -> None:
    assert told(*(row(word, "D1") for word in words)).furthest == furthest


def test_an_erp_with_words_of_its_own() -> None:
    words = {"CDE": "order", "LIV": "delivery", "BL": "other"}
    assert told(row("cde"), row("LIV"), type_words=words).furthest == "delivery"
    assert told(row("BL"), type_words=words).furthest == ""
    assert told(row("CMD"), type_words=words).unknown_words == ("CMD",)


def test_a_delivery_that_leaves_its_rest_on_the_order_is_partial() -> None:
    assert told(row("BC", "BC1"), row("BL", "BL1")).furthest == "partial_delivery"
    assert told(row("BC", "BC1"), row("BL", "BL1", origin="BC1")).furthest == "delivery"
    nothing_left = row("BC", "BC1", ordered=Decimal(0))
    assert told(nothing_left, row("BL", "BL1")).furthest == "delivery"


def test_fewer_pieces_delivered_than_ordered_are_a_partial_delivery_and_more_are_told() -> None:
    short = row("BL", ordered=Decimal(3), delivered=Decimal(2), item="A")
    assert told(short).furthest == "partial_delivery"
    whole = row("BL", ordered=Decimal(3), delivered=Decimal(3), item="A")
    assert told(whole).furthest == "delivery"
    assert told(whole, row("FA", "FA1", ordered=Decimal(3), delivered=Decimal(3), item="A")).more_than_ordered == ()
    more = row("BL", ordered=Decimal(3), delivered=Decimal(4), item="A")
    assert told(more).more_than_ordered == ("A",)


def test_what_is_cancelled_counts_only_where_nothing_else_is_left() -> None:
    assert told(row("BC", cancelled=True)).furthest == "cancelled"
    assert told(row("BC", "BC1", cancelled=True), row("PL", "PL1")).furthest == "preparation"


def test_the_number_of_a_parcel_is_where_the_settings_say() -> None:
    one = row("BL", headers=("6A1", "x", "", ""), parcel="P1", item="PORT", text="8X9")
    assert told(one).tracking == ""
    assert told(one, tracking_from="header_1").tracking == "6A1"
    assert told(one, tracking_from="parcel_number").tracking == "P1"
    assert told(one, tracking_from="line", tracking_line="port").tracking == "8X9"
    assert told(row("BL", item="A", text="no"), tracking_from="line", tracking_line="PORT").tracking == ""


def test_several_parcels_are_all_kept_each_once() -> None:
    parcels = [row("BL", "BL1", parcel="P1"), row("BL", "BL1", parcel="P1"), row("BL", "BL2", parcel="P2")]
    found = told(*parcels, tracking_from="parcel_number")
    assert found.tracking == "P1,P2"
    assert found.values == {"Document": "delivery", "Tracking": "sent"}


def test_a_carrier_is_found_by_its_code_and_else_by_the_first_pattern_that_fits() -> None:
    carriers = Carriers(
        codes={1: "COL"}, references={10: 1, 20: 2}, in_use={1: 10, 2: 20}, patterns={"COL*": 2, "*": 1}
    )
    assert carriers.other("COL", 20) == 10
    assert carriers.other("Colissimo Access", 10) == 20
    assert carriers.other("Colissimo Access", 20) == 0
    assert carriers.other("DHL", 20) == 10
    assert not Carriers(codes={1: "COL"}, in_use={1: 10}).knows("DHL")

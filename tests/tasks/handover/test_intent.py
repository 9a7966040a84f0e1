from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from connectors.cegid.erp import outgoing
from connectors.cegid.translate_orders import order_document
from schemas.erp import DocumentStatus, ErpNumber, FoundDocument, FoundLine
from tasks.handover.translate.intent import Frozen, compared_of, content_of, differences
from tests.connectors.cegid.shop_orders import CODES, line, order

SECRET = b"x" * 32
A = FoundLine(("A",), Decimal(2), Decimal("9.9900"))
EXPECTED = outgoing(order_document(order(line(1, "A", 2, "19.98"), line(2, "B", 1, "5.00")), CODES, "C1")).compared


def found(**more: object) -> FoundDocument:
    """The ERP's document of the same order."""
    status = DocumentStatus(ErpNumber("1"), "CustomerOrder", "WEB1", "C1", EXPECTED.currency)
    status = replace(status, total_tax_incl=EXPECTED.total)
    lines = (A, FoundLine(("X", "b "), Decimal("1.0"), Decimal(5)))
    document = FoundDocument(status, EXPECTED.day, False, lines, True)
    return replace(document, **more)  # type: ignore[arg-type]


def test_the_same_document_has_no_differences_whatever_the_form_of_its_numbers_and_names() -> None:
    assert differences(EXPECTED, found()) == ()
    assert content_of(compared_of(found(), EXPECTED), SECRET) == content_of(EXPECTED, SECRET)


def test_lines_that_an_erp_has_split_are_the_same() -> None:
    split = (FoundLine(("A",), Decimal(1), Decimal("9.99")),) * 2 + (FoundLine(("B",), Decimal(1), Decimal(5)),)
    assert differences(EXPECTED, found(lines=split)) == ()


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"is_cancelled": True}, "cancelled"),
        ({"has_external_reference": False}, "reference"),
        ({"day": "2020-01-01"}, f"date 2020-01-01, {EXPECTED.day}"),
        ({"lines": (A, FoundLine(("C",), Decimal(1), Decimal(5)))}, "lines B C"),
    ],
)
def test_what_differs_is_named(changed: dict[str, object], said: str) -> None:
    assert differences(EXPECTED, found(**changed)) == (said,)


def test_what_is_frozen_goes_to_text_and_back_and_names_nobody() -> None:
    frozen = Frozen("WEB1", "CustomerOrder", "C1", "12", content_of(EXPECTED, SECRET))
    assert Frozen.parse(frozen.text()) == frozen
    assert Frozen.parse(None) is None
    assert content_of(EXPECTED, SECRET) != content_of(EXPECTED, b"y" * 32)

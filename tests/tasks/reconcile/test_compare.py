"""One document of the shop beside those of the ERP: in what they differ, and how they add up."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from schemas.amounts import CENT
from schemas.erp_sums import Detail, DocumentSums, Part, Supply
from schemas.period import Period
from tasks.reconcile.plan.compare import Cause, Compared, ShopDocument, compare
from tasks.reconcile.plan.totals import Group, Totals, Whole

NOVEMBER = Period(date(2026, 11, 1), date(2026, 11, 30))
ALL = frozenset(Detail)
TWENTY = Decimal(20)


def part(net: str, gross: str, rate: str = "20", supply: Supply = Supply.GOODS) -> Part:
    return Part(Decimal(rate), supply, Decimal(net), Decimal(gross))


def document(*parts: Part, paid: str = "", mode: str = "CB", **more: Any) -> DocumentSums:
    """Of these parts, paid whole by card."""
    gross, net = sum((p.tax_incl for p in parts), Decimal(0)), sum((p.tax_excl for p in parts), Decimal(0))
    payments = ((mode, Decimal(paid or gross)),)
    given: dict[str, Any] = {"number": "FA1", "day": "2026-11-20", "currency": "EUR", "parts": parts}
    return DocumentSums(**given | {"tax_incl": gross, "tax_excl": net, "payments": payments} | more)


MUG = document(part("20.00", "24.00"), part("4.08", "4.90", supply=Supply.SERVICES))
SHOP = ShopDocument("7", 7, False, "REF7", "FR", False, MUG, pieces=2, number="FA1")


def causes(*erp: DocumentSums, shop: ShopDocument = SHOP, details: frozenset[Detail] = ALL) -> list[Cause]:
    return list(compare(shop, erp, details, NOVEMBER, CENT).causes)


def test_what_is_the_same_agrees() -> None:
    assert causes(MUG) == []
    assert causes(document(part("20.00", "24.00")), document(part("4.08", "4.90", supply=Supply.SERVICES))) == []


def test_what_the_erp_has_not_is_missing_or_gone() -> None:
    assert compare(SHOP, None, ALL, NOVEMBER, CENT).causes == (Cause.GONE,)
    assert compare(replace(SHOP, number=""), None, ALL, NOVEMBER, CENT).causes == (Cause.NOT_IN_ERP,)
    assert compare(replace(SHOP, is_sold=False), None, ALL, NOVEMBER, CENT).agrees


def test_a_document_that_the_shop_sells_no_more_counts_until_it_is_given_back() -> None:
    off = replace(SHOP, is_sold=False)
    assert causes(MUG, shop=off) == [Cause.NOT_SOLD]
    assert causes(shop=off) == []


@pytest.mark.parametrize(
    ("erp", "expected"),
    [
        (document(part("20.00", "24.00"), part("4.17", "5.00", supply=Supply.SERVICES)), [Cause.TOTAL, Cause.PAYMENTS]),
        (document(part("24.08", "28.90")), [Cause.RATES]),
        (document(part("22.75", "24.00", "5.5"), part("4.08", "4.90", supply=Supply.SERVICES)), [Cause.RATES]),
        (replace(MUG, currency="USD"), [Cause.CURRENCY]),
        (replace(MUG, day="2026-12-01"), [Cause.DAY]),
        (replace(MUG, is_final=False), [Cause.NOT_FINAL]),
        (replace(MUG, payments=(("VIR", Decimal("28.90")),)), [Cause.PAYMENTS]),
        (replace(MUG, payments=(("CB", Decimal("20.00")), ("CB", Decimal("8.90")))), []),
        (document(part("20.02", "24.00"), part("4.08", "4.90", supply=Supply.SERVICES)), [Cause.ROUNDING]),
        (document(part("19.90", "24.00"), part("4.08", "4.90", supply=Supply.SERVICES)), [Cause.NET]),
    ],
)
def test_what_differs_is_named(erp: DocumentSums, expected: list[Cause]) -> None:
    assert causes(erp) == expected
    assert compare(SHOP, (erp,), ALL, NOVEMBER, CENT).agrees == (not set(expected) - {Cause.ROUNDING})


def test_what_the_erp_does_not_say_is_not_compared() -> None:
    bare = DocumentSums("FA1", "", "EUR", MUG.tax_incl, MUG.tax_excl)
    assert causes(bare, details=frozenset({Detail.NET})) == []
    assert causes(replace(bare, tax_excl=Decimal(20)), details=frozenset({Detail.NET})) == [Cause.NET]
    assert causes(replace(bare, tax_excl=None), details=frozenset()) == []


def test_an_invoice_made_twice_is_another_total() -> None:
    assert causes(MUG, MUG) == [Cause.TOTAL, Cause.PAYMENTS]


def test_both_sides_add_up_by_rate_country_and_buyer() -> None:
    totals = Totals()
    dearer = document(part("25.00", "30.00"))
    belgian = replace(SHOP, key="8", country="BE", is_company=True)
    for shop, erp in ((SHOP, (MUG,)), (belgian, (dearer,)), (replace(SHOP, key="9"), ())):
        totals.add(Compared(shop, erp))
    whole = totals.wholes[Whole("EUR", False)]
    assert (whole.documents, whole.shop_tax_incl, whole.erp_tax_incl) == (3, Decimal("86.70"), Decimal("58.90"))
    assert whole.difference == Decimal("-27.80")
    goods = totals.groups[Group("EUR", False, "BE", True, Supply.GOODS, TWENTY)]
    assert (str(goods.shop_tax_excl), str(goods.erp_tax_excl), str(goods.difference)) == ("20.00", "25.00", "6.00")
    french = totals.groups[Group("EUR", False, "FR", False, Supply.SERVICES, TWENTY)]
    assert (french.documents, french.shop_tax_incl, french.erp_tax_incl) == (2, Decimal("9.80"), Decimal("4.90"))
    assert totals.payments == {("EUR", "CB"): [Decimal("86.70"), Decimal("58.90")]}
    by_rate = sum(figures.shop_tax_incl for figures in totals.groups.values())
    assert by_rate == whole.shop_tax_incl


def test_credit_slips_add_up_apart() -> None:
    totals = Totals()
    back = document(part("-10.00", "-12.00"), payments=())
    totals.add(Compared(replace(SHOP, is_credit=True, sums=back), (back,)))
    assert totals.wholes[Whole("EUR", True)].erp_tax_incl == Decimal("-12.00")
    assert not totals.payments

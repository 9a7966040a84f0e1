from __future__ import annotations

from decimal import Decimal

import pytest

from connectors.erp_files.rows import write
from connectors.erp_files.slips import compared_lines, slip_lines, slip_values
from schemas.documents import Slip
from tests.connectors.dolibarr.shop_orders import line, order
from tests.connectors.erp_files.dialects import CODES, dialect, small, style_of, template_of
from tests.slips import slip

ORDER = order(line(1, "MUG", 3, "29.99"), line(2, "BOOK", 1, "10.00", "5.5"))
SLIP = slip(ORDER, (1, 3, "10.00"), (2, 1, "4.00"), shipping="2.40")


def rows(of_slip: Slip, name: str) -> list[list[str]]:
    stream = dialect(name, "slip")
    template, style = template_of(stream), style_of(stream)
    values = slip_values(of_slip, template, CODES, "WEB0000001563", "WEB.S7")
    text = write(template, style, values, slip_lines(of_slip, template, CODES)).content.decode(style.encoding)
    return [row.split(";") for row in text.splitlines()]


def test_sage_100_gets_a_credit_whose_lines_come_to_the_cent() -> None:
    found = rows(SLIP, "sage100")
    assert [row[0] for row in found] == ["5"] * 3
    assert {row[3] for row in found} == {"WEB.S7"}
    assert [(row[7], row[9], row[10], row[11]) for row in found] == [
        ("MUG", "3", "3,3333", "20"),
        ("BOOK", "1", "4,0000", "5,5"),
        ("PORT", "1", "2,4000", "20"),
    ]


def test_gestimum_gets_net_prices() -> None:
    found = rows(SLIP, "gestimum")
    total = sum((Decimal(row[5]) * Decimal(row[6].replace(",", ".")) for row in found), Decimal(0))
    assert total.quantize(Decimal("0.01")) == SLIP.total_products_tax_excl + SLIP.total_shipping_tax_excl
    assert {row[8] for row in found} == {"WEB12"}


@pytest.mark.parametrize(("sign", "quantities"), [(1, ["3", "1", "1"]), (-1, ["-3", "-1", "-1"])])
def test_the_sign_of_the_quantities_is_that_of_the_template(sign: int, quantities: list[str]) -> None:
    data = {"ref": {"index": 0, "field": "slip.number", "object_key": True}}
    stream = small("slip", returnQuantity=sign, data=data)
    lines = slip_lines(slip(ORDER, (1, 3, "30.00"), (2, 1, "4.00"), shipping="2.40"), template_of(stream), CODES)
    assert [str(each["line.quantity"]) for each in lines] == quantities
    assert sum((Decimal(str(each["line.total"])) for each in lines), Decimal(0)) == sign * Decimal("36.40")


def test_it_is_compared_by_what_it_gives_back() -> None:
    assert sum((quantity * price for _, quantity, price in compared_lines(SLIP, CODES)), Decimal(0)) == Decimal("16.40")

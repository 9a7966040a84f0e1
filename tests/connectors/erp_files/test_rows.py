from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.erp_files.codes import FilesCodes
from connectors.erp_files.obstacles import held_by, lost_by, order_obstacles
from connectors.erp_files.rows import names_row
from connectors.erp_files.values import order_lines
from schemas.amounts import cents
from schemas.documents import Order, Payment
from schemas.erp import Obstacle
from schemas.export_template import ExportColumn, ExportTemplate
from schemas.order_obstacles import sum_obstacles
from tests.connectors.cegid.shop_orders import ADDRESS, line, order, orders
from tests.connectors.erp_files.dialects import CODES, dialect, rows, small, style_of, template_of, written
from tests.examples import examples


def two_lines(**more: object) -> Order:
    return order(line(1, "SHIRT-M", 2, "30.00"), line(2, "SHOES 42", 1, "59.90"), **more)


def test_sage_100_gets_one_row_per_line_with_the_document_in_each() -> None:
    stream = dialect("sage100")
    found = rows(two_lines(total_shipping_tax_incl=Decimal("5.90"), comment="Bâtiment B"), stream)
    assert [row[4] for row in found] == ["WEB12", "WEB12", "WEB12"]
    assert [row[13:17] for row in found] == [
        ["SHIRT-M", "Article 1", "2", "15,0000"],
        ["SHOES 42", "Article 2", "1", "59,9000"],
        ["PORT", "", "1", "5,9000"],
    ]
    assert found[0][0:6] == ["1", "WEB", "", "21/11/2026", "WEB12", "WEB0000001563"]
    assert found[0][7:13] == ["XKBKNABJK", "Bâtiment B", "COL", "CENTRAL", "CB", "EUR"]
    assert found[0][17] == "20"
    names = names_row(template_of(stream), style_of(stream)).decode("cp1252")
    assert names.startswith("DO_Type;DO_Souche;DO_Piece;DO_Date;DO_Ref;")
    assert names.endswith("\r\n")


def test_sage_50_gets_a_header_and_then_lines_between_tabs_in_87_columns() -> None:
    stream = dialect("sage50")
    discounts = {"total_discounts_tax_incl": Decimal(10), "total_discounts_tax_excl": Decimal("8.33")}
    found = rows(two_lines(**discounts), stream)
    assert {len(row) for row in found} == {87}
    assert [row[0] for row in found] == ["E", "L", "L", "L"]
    assert found[0][1:6] == ["Commande", "", "21/11/2026", "WEB12", "WEB0000001563"]
    assert found[0][86] == "XKBKNABJK"
    assert found[3][1:7] == ["REMISE", "", "-1", "10,00", "20,00", "-10,00"]
    assert names_row(template_of(stream), style_of(stream)) == b""


def test_gestimum_gets_net_prices_that_make_the_net_total() -> None:
    one = order(line(1, "SHIRT-M", 3, "30.00"), total_paid_tax_excl=Decimal("25.00"))
    found = rows(one, dialect("gestimum"))
    assert [(row[0], row[4], row[8], row[10], row[11]) for row in found] == [
        ("C", "WEB12", "SHIRT-M", "3", "8,3333"),
    ]
    assert cents(Decimal("8.3333") * 3) == Decimal("25.00")


@pytest.mark.parametrize("name", ["sage100", "sage50", "gestimum"])
def test_the_same_order_is_the_same_bytes(name: str) -> None:
    stream = dialect(name)
    assert written(two_lines(), stream).content == written(two_lines(), stream).content


@settings(max_examples=examples(30))
@given(orders(most_lines=4), st.integers(2, 6), st.sampled_from([-1, 1]))
def test_quantity_times_price_as_written_makes_what_was_paid(order: Order, decimals: int, voucher: int) -> None:
    template = ExportTemplate.model_validate({"priceDecimals": decimals, "voucherQuantity": voucher})
    if sum_obstacles(order):
        return
    lines = order_lines(order, template, CODES)
    places = Decimal(1).scaleb(-decimals)
    total = Decimal(0)
    for each in lines:
        price, quantity = each["line.unit_price"], each["line.quantity"]
        assert isinstance(price, Decimal)
        assert isinstance(quantity, int)
        assert price == price.quantize(places)
        total += cents(price * quantity)
    assert total == cents(order.total_paid_tax_incl)
    assert [each["line.number"] for each in lines] == list(range(1, len(lines) + 1))


def test_one_account_for_all_orders_of_the_shop() -> None:
    stream = small(data={"account": {"index": 4, "field": "customer.code"}})
    assert rows(two_lines(), stream)[0][4] == "WEB0000001563"
    assert rows(two_lines(), stream, replace(CODES, account="CLIENTWEB"))[0][4] == "CLIENTWEB"


def test_reference_and_remark_are_templates() -> None:
    text = "Web {order.reference} n° {order.id} {order.comment}"
    stream = small(data={"remark": {"index": 4, "text": text, "maxLength": 40}})
    found = rows(two_lines(comment="{order.id}\r\nSonnez"), stream)
    assert found[0][4] == "Web XKBKNABJK n° 12 {order.id} Sonnez"


def test_words_stand_for_values_and_a_value_without_one_holds_the_order() -> None:
    column = {"index": 4, "field": "line.vat_rate", "words": {"20": "C20"}}
    one = two_lines()
    assert [row[4] for row in rows(one, small(data={"vat": column}))] == ["C20", "C20"]
    for other, cell, held in (("hold", "", 1), ("keep", "20", 0), ("empty", "", 0)):
        stream = small(data={"vat": {**column, "words": {"5.5": "C55"}, "otherWords": other}})
        found = written(one, stream)
        assert rows(one, stream)[0][4] == cell
        assert len(held_by(found.losses)) == held
    assert held_by(written(one, small(data={"vat": {**column, "words": {}}})).losses) == ()


def test_the_word_that_is_missing_is_told_and_a_name_never() -> None:
    code = {"index": 4, "field": "order.carrier", "words": {"DHL": "1"}}
    assert held_by(written(two_lines(), small(data={"carrier": code})).losses) == (
        Obstacle("files_word_missing", {"value": "carrier", "text": "COL"}),
    )
    name = {"index": 4, "field": "invoice.city", "words": {"Lyon": "1"}}
    assert held_by(written(two_lines(), small(data={"city": name})).losses) == (
        Obstacle("files_word_missing", {"value": "city", "text": "?"}),
    )


def test_what_cp1252_cannot_hold_is_written_without_its_accent_and_told_by_the_name_of_the_column() -> None:
    far = replace(ADDRESS, firstname="Łukasz", lastname="Dvořák 株", city="Zürich €")
    stream = small(
        data={"name": {"index": 4, "field": "delivery.name"}, "city": {"index": 5, "field": "delivery.city"}}
    )
    found = written(two_lines(delivery=far), stream)
    assert rows(two_lines(delivery=far), stream)[0][4:6] == ["Lukasz Dvorák ?", "Zürich €"]
    assert lost_by(found.losses, "order") == (Obstacle("order_files_signs", {"value": "name"}),)


def test_what_a_length_cuts_is_told_and_may_hold_the_order() -> None:
    column = {"index": 4, "field": "delivery.address1", "maxLength": 5}
    cut = written(two_lines(), small(data={"street": column}))
    assert lost_by(cut.losses, "order") == (Obstacle("order_files_cut", {"value": "street", "detail": "5"}),)
    assert held_by(cut.losses) == ()
    held = written(two_lines(), small(data={"street": {**column, "tooLong": "hold"}}))
    assert held_by(held.losses) == (Obstacle("files_value_too_long", {"value": "street", "detail": "5"}),)


def test_a_web_reference_that_is_cut_or_spoilt_holds_the_order() -> None:
    key = {"index": 0, "field": "order.number", "maxLength": 4, "object_key": True}
    assert held_by(written(two_lines(), small(data={"ref": key})).losses) == (
        Obstacle("files_key_too_long", {"value": "ref", "detail": "4", "text": "WEB12"}),
    )
    spoilt = {"index": 0, "text": "株{order.number}", "object_key": True}
    assert held_by(written(two_lines(), small(data={"ref": spoilt})).losses) == (
        Obstacle("files_key_not_in_encoding", {"value": "ref"}),
    )


def test_a_delimiter_in_a_text_stays_in_its_column() -> None:
    comment = {"index": 4, "field": "order.comment"}
    one = two_lines(comment='Code 12;34 "B"\nétage 2')
    quoted = written(one, small(data={"comment": comment})).content.decode("cp1252")
    assert quoted.splitlines()[0] == 'WEB12;SHIRT-M;2;15,00;"Code 12;34 ""B"" étage 2"'
    bare = written(one, small(data={"comment": comment}, quotes="never"))
    assert bare.content.decode("cp1252").splitlines()[0] == 'WEB12;SHIRT-M;2;15,00;Code 12 34 "B" étage 2'
    assert bare.losses.replaced == {"comment"}


def test_line_ends_decimals_and_dates_are_those_of_the_template() -> None:
    stream = small(
        lineEnd="lf",
        decimalMark=".",
        priceDecimals=3,
        dateFormats=["%Y%m%d"],
        delimiter="|",
        data={
            "on": {"index": 4, "field": "order.date"},
            "year": {"index": 5, "field": "order.date", "dateFormat": "%Y"},
            "total": {"index": 7, "field": "order.total_tax_incl", "decimals": 0},
        },
    )
    first = written(two_lines(), stream).content.decode().split("\n")[0]
    assert first == "WEB12|SHIRT-M|2|15.000|20261121|2026||90"


def test_the_date_is_of_the_order_of_its_payment_or_of_the_day_of_writing() -> None:
    column = {"on": {"index": 4, "field": "order.date"}}
    assert [rows(two_lines(), small(data=column, date=date))[0][4] for date in ("order", "payment", "today")] == [
        "21/11/2026",
        "21/11/2026",
        "20/11/2026",
    ]


def test_the_date_and_number_of_the_shops_invoice_where_there_is_one() -> None:
    column = {"on": {"index": 4, "field": "order.date"}, "number": {"index": 5, "text": "IN{order.invoice_number}"}}
    stream = small(data=column, date="invoice")
    invoiced = replace(two_lines(), invoice_number="7", invoiced_at=datetime(2026, 11, 24, 9, tzinfo=UTC))
    assert [rows(one, stream)[0][4:] for one in (invoiced, two_lines())] == [
        ["24/11/2026", "IN7"],
        ["21/11/2026", "IN"],
    ]


def test_each_payment_is_a_row_behind_the_lines_where_the_template_has_columns_for_them() -> None:
    of_payment = {
        "kind": {"index": 0, "text": "R"},
        "of": {"index": 1, "field": "order.number"},
        "code": {"index": 2, "field": "payment.code"},
        "amount": {"index": 3, "field": "payment.amount"},
        "on": {"index": 4, "field": "payment.date"},
        "transaction": {"index": 5, "field": "payment.transaction_id"},
    }
    sage = dialect("sage50")
    template = template_of(sage).model_copy(
        update={"payments": {name: ExportColumn.model_validate(one) for name, one in of_payment.items()}}
    )
    paid = tuple(
        Payment(Decimal(amount), "Bank wire", datetime(2026, 11, day, tzinfo=UTC), transaction_id=f"T{day}")
        for amount, day in (("10.00", 22), ("80.00", 23))
    )
    stream = replace(sage, template=template)
    found = [row[:6] for row in rows(replace(two_lines(), payments=paid), stream) if row[0] == "R"]
    assert found == [
        ["R", "WEB12", "CB", "10,00", "22/11/2026", "T22"],
        ["R", "WEB12", "CB", "80,00", "23/11/2026", "T23"],
    ]
    assert "transaction" not in dict(written(two_lines(), stream).shown)


def test_associations_are_asked_for_only_where_a_column_holds_them() -> None:
    bare = FilesCodes(items=CODES.items)
    assert order_obstacles(two_lines(), template_of(small()), bare) == ()
    codes = [each.code for each in order_obstacles(two_lines(), template_of(dialect("sage100")), bare)]
    assert codes == [
        "order_country_not_associated",
        "order_carrier_not_associated",
        "order_payment_not_associated",
    ]


def test_what_is_no_product_is_a_line_of_its_item() -> None:
    one = order(
        line(1, "", 1, "10.00"),
        total_shipping_tax_incl=Decimal(5),
        total_wrapping_tax_incl=Decimal(2),
        total_discounts_tax_incl=Decimal(1),
    )
    assert [row[1] for row in rows(one, small())] == ["DIVERS", "PORT", "CADEAU", "REMISE"]


def test_what_is_shown_of_a_document_names_nobody() -> None:
    shown = dict(written(two_lines(comment="Sonnez chez Élan"), dialect("sage100")).shown)
    assert shown["DO_Ref"] == "WEB12"
    assert shown["AR_Ref"] == "SHIRT-M"
    assert not {"Élan", "Zoé", "Paris"} & {word for text in shown.values() for word in text.split()}

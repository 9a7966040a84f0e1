"""The shipped templates, opened as a shop's folder opens them, and an order to write with each."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

from connectors.erp_files.cells import Style
from connectors.erp_files.codes import FilesCodes
from connectors.erp_files.rows import Written, write
from connectors.erp_files.values import order_lines, order_values, payment_rows
from schemas.associations import Associations, Payment
from schemas.column_spec import StreamSpec
from schemas.documents import Order
from schemas.erp_settings import ServiceItems
from schemas.export_template import ExportTemplate
from schemas.import_json import parse_export_json
from tests.connectors.cegid.shop_orders import PLACED_AT

CODES = FilesCodes(
    time_zone=ZoneInfo("Europe/Paris"),
    associations=Associations(
        payments=[Payment(module="ps_checkout", erp="CB")],
        countries={"FR": "FRANCE", "BE": "BELGIQUE"},
        carriers={3: "COL"},
        titles={"MME": 2},
    ),
    items=ServiceItems(misc="DIVERS", shipping="PORT", wrapping="CADEAU", discount="REMISE"),
    depot="CENTRAL",
    series="WEB",
)
SMALL: dict[str, Any] = {
    "type": "local",
    "data": {
        "ref": {"index": 0, "field": "order.number", "maxLength": 17, "object_key": True},
        "item": {"index": 1, "field": "line.item"},
        "qty": {"index": 2, "field": "line.quantity"},
        "price": {"index": 3, "field": "line.unit_price"},
    },
}


def dialect(name: str, stream: str = "order") -> StreamSpec:
    """A stream of a shipped template."""
    text = files("schemas.defaults").joinpath(f"dialects/{name}.json").read_text("utf-8")
    return parse_export_json(text, source="export.json").streams[stream]


def small(stream: str = "order", **changes: Any) -> StreamSpec:
    """A template of four columns; `changes` are keys of the stream, columns are added to `data`."""
    values = {**SMALL, **changes, "data": {**SMALL["data"], **changes.get("data", {})}}
    return parse_export_json(json.dumps({stream: values}), source="export.json").streams[stream]


def template_of(stream: StreamSpec) -> ExportTemplate:
    assert stream.template is not None
    return stream.template


def style_of(stream: StreamSpec) -> Style:
    return Style(
        encoding=stream.encoding or "cp1252",
        delimiter=stream.delimiter,
        decimal_mark=stream.decimal_mark or ",",
        date_format=stream.date_formats[0],
    )


def written(order: Order, stream: StreamSpec, codes: FilesCodes = CODES) -> Written:
    """The order as it stands in a file of the stream."""
    template = template_of(stream)
    reference = codes.order_reference(order.id_order)
    code = codes.customer_code(order.customer.id_customer)
    values = order_values(order, template, codes, code, reference, PLACED_AT.date())
    lines = order_lines(order, template, codes)
    return write(template, style_of(stream), values, lines, payment_rows(order, codes))


def rows(order: Order, stream: StreamSpec, codes: FilesCodes = CODES) -> list[list[str]]:
    """The cells of its rows."""
    style = style_of(stream)
    text = written(order, stream, codes).content.decode(style.encoding)
    return [line.split(style.delimiter) for line in text.removesuffix("\r\n").split("\r\n")]

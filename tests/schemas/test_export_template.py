from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

import pytest

from schemas.errors import ConfigFault, ConfigurationError
from schemas.export_fields import BY_STREAM, KEYS, LINES
from schemas.import_json import parse_export_json
from tests.connectors.erp_files.dialects import SMALL, small, template_of


def faults_of(stream: str = "order", **changes: Any) -> tuple[ConfigFault, ...]:
    text = json.dumps({stream: {**SMALL, **changes}})
    with pytest.raises(ConfigurationError) as caught:
        parse_export_json(text, source="export.json")
    assert all(fault.file == "export.json" and fault.reason and fault.remedy for fault in caught.value.faults)
    return caught.value.faults


def fault_of_column(**column: Any) -> ConfigFault:
    [fault] = faults_of(data={**SMALL["data"], "new": {"index": 9, **column}})
    return fault


@pytest.mark.parametrize("name", ["sage100", "sage50", "gestimum"])
def test_the_shipped_templates_have_no_fault_and_no_warning(name: str) -> None:
    text = files("schemas.defaults").joinpath(f"dialects/{name}.json").read_text("utf-8")
    switched_on = text.replace('"enabled": false,\n    "type": "local"', '"enabled": true,\n    "type": "local"')
    spec = parse_export_json(switched_on, source="export.json")
    assert spec.warnings == ()
    assert spec.streams["order"].template is not None


def test_a_stream_of_the_web_service_has_no_template() -> None:
    assert (
        parse_export_json('{"order": {"type": "webservice"}}', source="export.json").streams["order"].template is None
    )


def test_what_is_not_said_is_as_french_erps_read_it() -> None:
    stream = small()
    assert stream.date_formats == ("%d/%m/%Y",)
    template = template_of(stream)
    assert (template.line_end, template.first_row, template.prices, template.price_decimals) == (
        "crlf",
        "names",
        "tax_incl",
        2,
    )


def test_an_unknown_field_is_named_with_the_one_that_was_meant() -> None:
    fault = fault_of_column(field="order.numbr")
    assert (fault.key, fault.remedy) == ("order.data.new.field", "Did you mean `order.number`?")
    assert fault_of_column(text="Web {order.ref}").key == "order.data.new.text"


@pytest.mark.parametrize(
    ("column", "key"),
    [
        ({}, "order.data.new"),
        ({"field": "order.id", "text": "x"}, "order.data.new"),
        ({"field": "order.id", "index": 3}, "order.data.new.index"),
        ({"field": "order.id", "index": -1}, "order.data.new.index"),
        ({"field": "order.id", "maxLenght": 3}, "order.data.new.maxLenght"),
        ({"field": "order.id", "maxLength": 0}, "order.data.new.maxLength"),
        ({"field": "order.id", "words": {"1": 2}}, "order.data.new.words.1"),
        ({"field": "order.date", "dateFormat": "%q"}, "order.data.new.dateFormat"),
        ({"field": "order.id", "object_key": True}, "order.data"),
    ],
)
def test_a_column_that_is_wrong_is_named(column: dict[str, Any], key: str) -> None:
    assert fault_of_column(**column).key == key


@pytest.mark.parametrize("missing", ["ref", "item", "qty", "price"])
def test_a_template_that_cannot_hold_an_order_is_a_fault(missing: str) -> None:
    [fault] = faults_of(data={name: column for name, column in SMALL["data"].items() if name != missing})
    assert fault.key == "order.data"


def test_a_key_that_names_no_document_is_a_fault() -> None:
    fixed = {"index": 0, "text": "BC", "object_key": True}
    [fault] = faults_of(data={**SMALL["data"], "ref": fixed})
    assert fault.key == "order.data.ref"
    assert "order.number" in fault.remedy


def test_header_and_lines_need_their_layout_and_lines_are_no_part_of_a_header() -> None:
    parts = {"header": SMALL["data"], "lines": {"item": {"index": 0, "field": "line.item"}}}
    keys = [fault.key for fault in faults_of(**parts)]
    assert {"order.header", "order.lines"} <= set(keys)
    in_two = faults_of(**parts, layout="header_then_lines", data={})
    assert {fault.key for fault in in_two} == {
        "order.header.item.field",
        "order.header.qty.field",
        "order.header.price.field",
    }


def test_payments_have_rows_of_their_own_with_header_and_lines_alone() -> None:
    payments = {"code": {"index": 0, "field": "payment.code"}, "item": {"index": 1, "field": "line.item"}}
    assert "order.payments" in [fault.key for fault in faults_of(payments=payments)]
    in_two: dict[str, Any] = {
        "layout": "header_then_lines",
        "data": {},
        "header": {"ref": SMALL["data"]["ref"]},
    }
    lines = {name: column for name, column in SMALL["data"].items() if name != "ref"}
    found = [fault.key for fault in faults_of(**in_two, lines=lines, payments=payments)]
    assert found == ["order.payments.item.field"]


def test_faults_have_their_lines() -> None:
    text = '{\n "order": {\n  "type": "local",\n  "date": "someday",\n  "data": {}\n }\n}'
    with pytest.raises(ConfigurationError) as caught:
        parse_export_json(text, source="export.json")
    assert [(fault.line, fault.key) for fault in caught.value.faults] == [(4, "order.date")]


def test_faults_of_a_stream_that_is_off_are_warnings() -> None:
    spec = parse_export_json(json.dumps({"order": {**SMALL, "enabled": False, "data": {}}}), source="export.json")
    assert spec.warnings


def test_every_stream_has_fields_for_its_key() -> None:
    assert {stream: set(keys) <= set(BY_STREAM[stream]) for stream, keys in KEYS.items()} == dict.fromkeys(KEYS, True)
    assert not set(LINES) & set(BY_STREAM["order"])

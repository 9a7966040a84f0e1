"""Column specs of a few columns, read, and the faults of those that are wrong."""

from __future__ import annotations

import json
from typing import Any

import pytest

from schemas.column_spec import Column
from schemas.errors import ConfigFault, ConfigurationError
from schemas.import_json import (
    ImportSpec,
    parse_import_json,
)


def spec_of(columns: dict[str, Any], stream: str = "product", **keys: Any) -> ImportSpec:
    return parse_import_json(json.dumps({stream: {**keys, "data": columns}}), source="import.json")


def columns_of(columns: dict[str, Any], stream: str = "product", **keys: Any) -> dict[str, Column]:
    return {column.key: column for column in spec_of(columns, stream, **keys).streams[stream].columns}


def faults_of(columns: dict[str, Any], stream: str = "product", **keys: Any) -> list[ConfigFault]:
    with pytest.raises(ConfigurationError) as caught:
        spec_of(columns, stream, **keys)
    return list(caught.value.faults)


def only_fault_of(columns: dict[str, Any], stream: str = "product", **keys: Any) -> ConfigFault:
    (fault,) = faults_of(columns, stream, **keys)
    assert fault.file == "import.json"
    assert fault.remedy
    return fault


REFERENCE = {"reference": {"index": 0, "object_key": True}}

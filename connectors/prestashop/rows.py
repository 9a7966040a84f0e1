"""The rows of an answer to a list, in JSON or read from XML, as entities."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from connectors.prestashop.entities import Entity, one_text

if TYPE_CHECKING:
    from connectors.prestashop.resources import Resource


def rows_of_json(body: bytes) -> list[dict[str, Any]] | None:
    """The rows of a JSON list; None when it is none. An empty list is `[]` whatever the resource."""
    # PHP may print warnings before it (D27).
    for start in (0, body.find(b'{"'), len(body.rstrip()) - 2):
        try:
            # PrestaShop 9.1 gives whole numbers where the versions before it give text (facts N7).
            parsed = json.loads(body[max(start, 0) :], parse_int=str, parse_float=_exact)
        except (ValueError, RecursionError):
            continue
        rows = next(iter(parsed.values()), None) if isinstance(parsed, dict) else parsed
        return rows if isinstance(rows, list) and all(isinstance(row, dict) for row in rows) else None
    return None


def associations_of(display: Sequence[str] | str) -> dict[str, tuple[str, ...]]:
    """The fields asked for of each association that is asked for by name."""
    if isinstance(display, str):
        return {}
    parts = (field.partition("[") for field in display)
    return {name: tuple(inner.rstrip("]").split(",")) for name, bracket, inner in parts if bracket}


def entity_of(
    row: Mapping[str, Any], known: Resource, associations: Mapping[str, tuple[str, ...]], languages: tuple[int, ...]
) -> Entity:
    """The entity of a row; ValueError where it leaves out an association that was asked for, or fields of one."""
    entity: Entity = dict(row)
    if len(entity) == 1 and not associations:
        return {"id": int(row["id"])}
    entity.pop("associations", None)
    # Most values are text already, and stay as they are.
    told = [field for field, value in entity.items() if type(value) is not str or (languages and field in known.i18n)]
    for field in told:
        entity[field] = _value(field, entity[field], known, languages)
    entity["id"] = int(row["id"])
    parsed = row.get("associations")
    if parsed is not None or associations:
        entity["associations"] = _members(parsed or {}, associations)
    return entity


def texts_of(value: Any) -> list[str]:
    """The texts of a field: one, or one for each language."""
    return [str(text) for text in value.values()] if isinstance(value, dict) else [one_text(value, 0)]


def _members(
    parsed: Mapping[str, list[dict[str, str]]], asked: Mapping[str, tuple[str, ...]]
) -> dict[str, list[dict[str, str]]]:
    """The associations of one entity; ValueError for one that is not in the answer: it is unknown, and not empty."""
    for name, fields in asked.items():
        if name not in parsed:
            raise ValueError(f"the answer leaves out {name}")
        if any(field not in member for member in parsed[name] for field in fields):
            raise ValueError(f"the answer leaves out fields of {name}")
    return dict(parsed)


def _value(field: str, value: Any, known: Resource, languages: tuple[int, ...]) -> Any:
    if isinstance(value, list):
        return {int(text["id"]): _plain(text["value"]) for text in value}
    if isinstance(value, dict):
        return value
    if field in known.i18n and languages:
        return dict.fromkeys(languages, _plain(value))
    return _plain(value)


def _plain(value: Any) -> str:
    """A JSON scalar as the XML would tell it."""
    if value is None or value is False:
        return ""
    return "1" if value is True else str(value)


def _exact(number: str) -> str:
    """A number of JSON as the shop would write it in a text: never rounded, never with an exponent."""
    return format(Decimal(number), "f")

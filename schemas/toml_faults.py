"""TOML files of the shop's folder: read, checked against a model, every fault told with its line and remedy."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Mapping
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from schemas.errors import ConfigFault, ConfigurationError

ModelT = TypeVar("ModelT", bound=BaseModel)
Location = tuple[int | str, ...]

_TABLE = re.compile(r"^\s*(\[\[?)\s*([^\]]+?)\s*\]")
_KEY = re.compile(r"""^\s*((?:"[^"]*"|'[^']*'|[A-Za-z0-9_-]+)(?:\s*\.\s*(?:"[^"]*"|'[^']*'|[A-Za-z0-9_-]+))*)\s*=""")
_KEY_PART = re.compile(r""""([^"]*)"|'([^']*)'|([A-Za-z0-9_-]+)""")
_DECODE_LINE = re.compile(r"\(at line (\d+), column (\d+)\)")

_REMEDIES = {
    "missing": "Add the line `{key} = ...`; the file that `passerelle init` writes shows every key.",
    "string_type": "Write a text between double quotes.",
    "bool_type": "Write true or false, without quotes.",
    "int_type": "Write a whole number, without quotes.",
    "float_type": "Write a number, without quotes.",
    "model_type": "Write it as a table: `[{key}]` and its keys below.",
    "dict_type": "Write it as a table: `[{key}]` and its keys below.",
    "list_type": "Write it as `[[{key}]]`, once per entry.",
    "tuple_type": "Write it as `[[{key}]]`, once per entry.",
    "date_type": "Write a day without quotes, such as 2026-01-31.",
    "date_from_datetime_inexact": "Write a day without quotes, such as 2026-01-31.",
    "finite_number": "Write a number such as 0.5 or 30.",
}
_OF_VALUES = "Write it between brackets, with commas between the values."


def parse_toml(text: str, model: type[ModelT], *, source: str) -> ModelT:
    """The checked model of a TOML text. `ConfigurationError` names every fault at once; values are never echoed."""
    # `from None`: the errors of both libraries hold the text, and the text may hold a secret.
    try:
        return model.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError((_syntax_fault(error, source),)) from None
    except ValidationError as error:
        raise ConfigurationError(_faults(error, model, text, source)) from None


def _syntax_fault(error: tomllib.TOMLDecodeError, source: str) -> ConfigFault:
    where = _DECODE_LINE.search(str(error))
    reason = _DECODE_LINE.sub("", str(error)).strip()
    if where is not None:
        reason += f" (column {where.group(2)})"
    reason = reason.replace("(at end of document)", "(at the end of the file)")
    return ConfigFault(
        file=source,
        line=int(where.group(1)) if where else None,
        key="TOML",
        reason=f"the file cannot be read: {reason}",
        remedy="Correct this line: `key = value`, texts between double quotes, one key once in its table.",
    )


def _faults(error: ValidationError, model: type[BaseModel], text: str, source: str) -> tuple[ConfigFault, ...]:
    lines = _key_lines(text)
    found = []
    for fault in error.errors(include_url=False, include_input=False):
        location, kind = fault["loc"], fault["type"]
        key = ".".join(str(part) for part in location if part != "[key]")
        if kind == "extra_forbidden":
            reason, remedy = "this key is not known", _did_you_mean(model, location)
        else:
            reason = "this key is missing" if kind == "missing" else fault["msg"]
            stated = fault.get("ctx", {}).get("remedy")
            remedy = stated or _remedy(kind, key, model, location)
        found.append(ConfigFault(file=source, line=_line(lines, location), key=key, reason=reason, remedy=remedy))
    return tuple(sorted(found, key=lambda fault: (fault.line is None, fault.line or 0)))


def _remedy(kind: str, key: str, model: type[BaseModel], location: Location) -> str:
    if kind in {"list_type", "tuple_type"} and not _known_keys(model, location):
        return _OF_VALUES
    return _REMEDIES.get(kind, "Correct the value.").format(key=key)


def _did_you_mean(model: type[BaseModel], location: Location) -> str:
    moved: Mapping[str, str] = getattr(model, "moved", {})
    if len(location) == 1 and str(location[0]) in moved:
        return moved[str(location[0])]
    known = _known_keys(model, location[:-1])
    close = difflib.get_close_matches(str(location[-1]), known, n=1)
    if close:
        return f"Did you mean `{close[0]}`?"
    return f"Remove it; known here: {', '.join(known)}." if known else "Remove it."


def _known_keys(model: type[BaseModel], path: Location) -> list[str]:
    for part in path:
        if isinstance(part, int):
            continue
        annotation: Any = model.model_fields[part].annotation
        inner = [annotation, *get_args(annotation)]
        nested = [kind for kind in inner if isinstance(kind, type) and issubclass(kind, BaseModel)]
        if not nested:
            return []
        model = nested[0]
    return list(model.model_fields)


def _line(lines: dict[Location, int], location: Location) -> int | None:
    """The line of the key itself, else of the nearest table around it."""
    for length in range(len(location), 0, -1):
        if location[:length] in lines:
            return lines[location[:length]]
    return None


def _key_lines(text: str) -> dict[Location, int]:
    """First line (1-based) of every table and key, by their path; an array of tables counts from 0."""
    lines: dict[Location, int] = {}
    table: Location = ()
    counters: dict[Location, int] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _TABLE.match(line):
            table = _parts(header.group(2))
            if header.group(1) == "[[":
                counters[table] = counters.get(table, -1) + 1
                table = (*table, counters[table])
            _note(lines, table, number)
        elif key := _KEY.match(line):
            _note(lines, (*table, *_parts(key.group(1))), number)
    return lines


def _note(lines: dict[Location, int], path: Location, number: int) -> None:
    for length in range(1, len(path) + 1):
        lines.setdefault(path[:length], number)


def _parts(dotted: str) -> Location:
    return tuple(next(filter(None, groups), "") for groups in _KEY_PART.findall(dotted))

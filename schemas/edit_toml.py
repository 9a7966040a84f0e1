"""One value of a TOML text is changed, every other line and comment stays as it is."""

from __future__ import annotations

import json
import re
import tomllib
from typing import Any

from schemas.errors import ConfigFault, ConfigurationError

_TABLE = re.compile(r"^\s*\[\s*([^\[\]]+?)\s*\]\s*(#.*)?$")
_ANY_TABLE = re.compile(r"^\s*\[")
_KEY = re.compile(r"""^\s*("(?:[^"\\]|\\.)*"|'[^']*'|[A-Za-z0-9_-]+)\s*=""")
_COMMENT = re.compile(r"^(.*?)(\s+#[^\n]*)$", re.DOTALL)
_BARE = re.compile(r"[A-Za-z0-9_-]+")


def with_value(text: str, table: str, key: str, written: str | None, *, source: str) -> str:
    """`text` with `key` of the table as `written` (TOML); None takes the line out.

    ConfigurationError where the text is written in a way that only a person can change.
    """
    line_end = "\r\n" if "\r\n" in text else "\n"
    lines = text.splitlines(keepends=True)
    start, end = _extent_of_table(lines, table)
    if start is None:
        lines += ["" if not text or text.endswith("\n") else line_end, f"{line_end}[{table}]{line_end}"]
        start = end = len(lines)
    at = next((number for number in range(start, end) if _key_of(lines[number]) == key), None)
    if at is not None:
        after = _end_of_value(lines, at, end)
        lines[at:after] = [] if written is None else [_line(key, written, _comment(lines[at:after])) + line_end]
    elif written is not None:
        keys = [number for number in range(start, end) if _key_of(lines[number]) is not None]
        place = _end_of_value(lines, keys[-1], end) if keys else start
        if place and not lines[place - 1].endswith("\n"):
            lines[place - 1] += line_end
        lines.insert(place, _line(key, written, "") + line_end)
    changed = "".join(lines)
    wanted = _as_wanted(text, table, key, written)
    if wanted is None or _read(changed) != wanted:
        fault = ConfigFault(source, f"{table}.{key}", "the line cannot be changed from here", "Change it in the file.")
        raise ConfigurationError((fault,))
    return changed


def _extent_of_table(lines: list[str], table: str) -> tuple[int | None, int]:
    """The first line after the table's head, and the line of the next head."""
    head = next((n for n, line in enumerate(lines) if (found := _TABLE.match(line)) and found[1] == table), None)
    if head is None:
        return None, 0
    end = next((n for n in range(head + 1, len(lines)) if _ANY_TABLE.match(lines[n])), len(lines))
    return head + 1, end


def _key_of(line: str) -> str | None:
    found = _KEY.match(line)
    if found is None:
        return None
    return next(iter(tomllib.loads(f"{found[1]} = 0"))) if found[1][0] in "\"'" else found[1]


def _end_of_value(lines: list[str], at: int, end: int) -> int:
    """The line after a value, which may go over several."""
    for after in range(at + 1, end + 1):
        if _read("".join(lines[at:after])) is not None:
            return after
    return at + 1


def _comment(lines: list[str]) -> str:
    """The comment behind a value of one line."""
    found = _COMMENT.match(lines[0].rstrip("\r\n")) if len(lines) == 1 else None
    return found[2] if found and _read(found[1]) == _read(lines[0]) else ""


def _line(key: str, written: str, comment: str) -> str:
    name = key if _BARE.fullmatch(key) else json.dumps(key, ensure_ascii=False)
    return f"{name} = {written}{comment}"


def _read(text: str) -> dict[str, Any] | None:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return None


def _as_wanted(text: str, table: str, key: str, written: str | None) -> dict[str, Any] | None:
    """What the changed text must say; None where no text can."""
    data = tomllib.loads(text)
    place = data
    for part in table.split("."):
        place = place.setdefault(part, {})
        if not isinstance(place, dict):
            return None
    if written is None:
        place.pop(key, None)
        return data
    value = _read(f"value = {written}")
    if value is None:
        return None
    place[key] = value["value"]
    return data

"""JSON as people write it: `//` comments and trailing commas allowed, every key known by its line."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from json import JSONDecodeError, JSONDecoder
from typing import Any

_BLANK = re.compile(r"(?:[ \t\r\n\ufeff]+|//[^\n]*|/\*.*?\*/)*", re.DOTALL)
_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?")
_LONGEST_INTEGER = 19
_DEEPEST = 50
_STRINGS = JSONDecoder()
_WORDS = {"true": True, "false": False, "null": None}

Path = tuple[str | int, ...]


@dataclass(slots=True)
class JsonText:
    """A parsed text: its value, the line (1-based) of every key, and the keys written twice in one object."""

    value: Any = None
    lines: dict[Path, int] = field(default_factory=dict)
    duplicates: list[tuple[Path, int]] = field(default_factory=list)
    """Path and line of each repetition; the last one counts."""


def parse_commented_json(text: str) -> JsonText:
    """The text's value with its lines. `json.JSONDecodeError` names line, column and reason."""
    return _Reader(text).read()


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.parsed = JsonText()

    def read(self) -> JsonText:
        self.parsed.value = self._value(())
        self._skip_blank()
        if self.at < len(self.text):
            raise self._error("something follows the end of the JSON text")
        return self.parsed

    def _error(self, reason: str) -> JSONDecodeError:
        return JSONDecodeError(reason, self.text, self.at)

    def _skip_blank(self) -> None:
        blank = _BLANK.match(self.text, self.at)
        self.at = blank.end() if blank else self.at

    def _next(self) -> str:
        self._skip_blank()
        return self.text[self.at : self.at + 1]

    def _line(self) -> int:
        return self.text.count("\n", 0, self.at) + 1

    def _value(self, path: Path) -> Any:
        sign = self._next()
        if len(path) > _DEEPEST:
            raise self._error("this is nested too deeply")
        if sign == "{":
            return self._object(path)
        if sign == "[":
            return self._array(path)
        if sign == '"':
            return self._string()
        if number := _NUMBER.match(self.text, self.at):
            self.at = number.end()
            whole = number.lastindex is None and len(number.group()) < _LONGEST_INTEGER
            return int(number.group()) if whole else float(number.group())
        for word, value in _WORDS.items():
            if self.text.startswith(word, self.at):
                self.at += len(word)
                return value
        raise self._error("a value is expected here" if sign else "the text ends too early")

    def _string(self) -> str:
        text, self.at = _STRINGS.raw_decode(self.text, self.at)
        return str(text)

    def _object(self, path: Path) -> dict[str, Any]:
        self.at += 1
        members: dict[str, Any] = {}
        while (sign := self._next()) != "}":
            if sign != '"':
                raise self._error("a key between double quotes is expected here" if sign else "a `}` is missing")
            line, key = self._line(), self._string()
            if key in members:
                self.parsed.duplicates.append(((*path, key), line))
            self.parsed.lines[*path, key] = line
            if self._next() != ":":
                raise self._error("a `:` is expected here")
            self.at += 1
            members[key] = self._value((*path, key))
            self._separator("}")
        self.at += 1
        return members

    def _array(self, path: Path) -> list[Any]:
        self.at += 1
        values: list[Any] = []
        while self._next() != "]":
            self.parsed.lines[*path, len(values)] = self._line()
            values.append(self._value((*path, len(values))))
            self._separator("]")
        self.at += 1
        return values

    def _separator(self, end: str) -> None:
        """Over a comma (also before `end`), or up to `end`."""
        sign = self._next()
        if sign == ",":
            self.at += 1
        elif sign != end:
            raise self._error(f"a comma or a `{end}` is expected here")

"""The query string of a request as PHP reads it: ``filter[field]=…`` and ``price[name][option]=…`` become maps."""

from __future__ import annotations

import re
from urllib.parse import unquote_plus

_BRACKETED = re.compile(r"^(\w+)((?:\[[^\]]*\])+)$")


class Query:
    """The parameters of one request; the last value of a name wins."""

    def __init__(self, raw: str) -> None:
        self._flat: dict[str, str] = {}
        self._nested: dict[str, dict[tuple[str, ...], str]] = {}
        for part in raw.split("&"):
            if part:
                self._add(*part.partition("=")[::2])

    def _add(self, raw_name: str, raw_value: str) -> None:
        name, value = unquote_plus(raw_name), unquote_plus(raw_value)
        matched = _BRACKETED.match(name)
        if matched is None:
            self._flat[name] = value
            return
        keys = tuple(re.findall(r"\[([^\]]*)\]", matched[2]))
        self._nested.setdefault(matched[1], {})[keys] = value

    def has(self, name: str) -> bool:
        """Whether the parameter was given."""
        return name in self._flat

    def text(self, name: str) -> str:
        """The value of a parameter, empty when it was not given."""
        return self._flat.get(name, "")

    def filters(self) -> dict[str, tuple[str, bool]]:
        """Each filter's value by field; true when the filter names a linked table (``filter[a][b]``)."""
        return {keys[0]: (value, len(keys) > 1) for keys, value in self._nested.get("filter", {}).items()}

    def prices(self) -> dict[str, dict[str, str]]:
        """The virtual price fields asked for, with their options."""
        fields: dict[str, dict[str, str]] = {}
        for keys, value in self._nested.get("price", {}).items():
            fields.setdefault(keys[0], {})[keys[-1]] = value
        return fields

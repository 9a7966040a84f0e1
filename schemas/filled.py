"""Texts whose words agree with the numbers in them: `{count} {count:row|rows}`."""

from __future__ import annotations

from collections.abc import Mapping

_ONE: Mapping[str, frozenset[str]] = {"fr": frozenset({"0", "1"})}
"""What a language counts as one thing; French says so of nothing, too."""
_ONE_OF_OTHERS = frozenset({"1"})


def filled(text: str, language: str, **params: object) -> str:
    """The text with its fields; of `{name:one|several}` the word that goes with the number `name`.

    A field that nobody gave shows as `?` rather than costing the whole report. What is left out at the end of a
    sentence (`…`) ends it: no full stop follows.
    """
    return text.format_map(_Fields(language, params)).replace("….", "…")


class _Fields(dict[str, object]):
    """What a text is filled with, by the name of its field."""

    def __init__(self, language: str, params: Mapping[str, object]) -> None:
        super().__init__(params)
        self._ones = _ONE.get(language, _ONE_OF_OTHERS)

    def __getitem__(self, name: str) -> object:
        return _Field(super().__getitem__(name), self._ones) if name in self else _Field("?", self._ones)


class _Field:
    """One value, which knows whether it is one."""

    def __init__(self, value: object, ones: frozenset[str]) -> None:
        self._value = value
        self._ones = ones

    def __format__(self, spec: str) -> str:
        one, is_choice, several = spec.partition("|")
        if not is_choice:
            return format(self._value, spec)
        return one if str(self._value) in self._ones else several

"""Keys of a configuration file, read one by one with their type; every fault is noted with its line."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from schemas.errors import ConfigFault

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from enum import StrEnum

    from schemas.commented_json import Path

ChoiceT = TypeVar("ChoiceT", bound="StrEnum")


@dataclass(slots=True)
class FaultNotes:
    """Faults and warnings of one file, in the order in which they were found."""

    source: str
    lines: Mapping[Path, int]
    faults: list[ConfigFault] = field(default_factory=list)
    warnings: list[ConfigFault] = field(default_factory=list)

    def fault(self, path: Path, reason: str, remedy: str) -> None:
        """Note what stops the run."""
        self.faults.append(self._note(path, reason, remedy))

    def warn(self, path: Path, reason: str, remedy: str) -> None:
        """Note what a person should know, but stops nothing."""
        self.warnings.append(self._note(path, reason, remedy))

    def _note(self, path: Path, reason: str, remedy: str) -> ConfigFault:
        line = next((self.lines[path[:n]] for n in range(len(path), 0, -1) if path[:n] in self.lines), None)
        return ConfigFault(
            file=self.source, line=line, key=".".join(map(str, path)) or "JSON", reason=reason, remedy=remedy
        )


class JsonKeys:
    """The keys of one JSON object. A key of the wrong type is noted as a fault and answered by its default."""

    def __init__(self, values: Mapping[str, Any], path: Path, notes: FaultNotes) -> None:
        self.path = path
        self.notes = notes
        self._values = values
        self._read: list[str] = []

    def fault(self, key: str, reason: str, remedy: str) -> None:
        """Note a fault of one of the keys."""
        self.notes.fault((*self.path, key) if key else self.path, reason, remedy)

    def fault_at(self, below: Path, reason: str, remedy: str) -> None:
        """Note a fault of something below one of the keys."""
        self.notes.fault((*self.path, *below), reason, remedy)

    def pop(self, key: str) -> Any:
        """What the file says of `key`, for somebody else to check."""
        return self._value(key)

    def has(self, key: str) -> bool:
        """Whether the file says anything of `key`; null says nothing."""
        return self._values.get(key) is not None

    def raw(self, key: str) -> Any:
        """What the file says of `key`, unchecked."""
        return self._values.get(key)

    def mapping(self, key: str) -> Mapping[str, Any]:
        """An object; empty when absent."""
        value = self._value(key)
        if value is None or isinstance(value, dict):
            return value or {}
        self.fault(key, "this must be written between braces", f'Write `"{key}": {{ ... }}`.')
        return {}

    def _value(self, key: str) -> Any:
        self._read.append(key)
        return self._values.get(key)

    def flag(self, key: str, *, default: bool = False) -> bool:
        """A true or false."""
        value = self._value(key)
        if value is None or isinstance(value, bool):
            return default if value is None else value
        self.fault(key, "this must be true or false", f'Write `"{key}": true`, without quotes around true.')
        return default

    def whole(self, key: str, *, minimum: int = 0) -> int | None:
        """A whole number, `minimum` or above."""
        value = self._value(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or value < minimum:
            self.fault(
                key,
                f"this must be a whole number, {minimum} or above",
                f'Write it like `"{key}": {minimum + 1}`, without quotes.',
            )
            return None
        return value

    def text(self, key: str) -> str | None:
        """A text, without the blanks around it; an empty one counts as absent."""
        value = self._value(key)
        if value is None or isinstance(value, str):
            return (value or "").strip(" ") or None
        self.fault(key, "this must be a text", "Write it between double quotes.")
        return None

    def choice(self, key: str, choices: type[ChoiceT], default: ChoiceT) -> ChoiceT:
        """One of a few words."""
        value = self._value(key)
        if value is None:
            return default
        known = [choice.value for choice in choices]
        if value in known:
            return choices(value)
        self._not_known(key, value, known)
        return default

    def word(self, key: str, known: Sequence[str]) -> str | None:
        """One of a few words, or None when absent."""
        value = self.text(key)
        if value is None or value in known:
            return value
        self._not_known(key, value, known)
        return None

    def _not_known(self, key: str, value: Any, known: Sequence[str]) -> None:
        remedy = f"Write one of: {', '.join(known)}.{_did_you_mean(value, known)}"
        self.fault(key, f"`{value}` is not known here", remedy)

    def texts(self, key: str) -> tuple[str, ...] | None:
        """A list of texts; a single text counts as a list of one."""
        value = self._value(key)
        values = [value] if isinstance(value, str) else value
        if values is None:
            return None
        if isinstance(values, list) and values and all(isinstance(one, str) for one in values):
            return tuple(values)
        self.fault(key, "this must be a list of texts", f'Write it like `"{key}": ["...", "..."]`.')
        return None

    def unknown(self) -> dict[str, Any]:
        """The keys that nothing has read, each named in a warning. Ask last."""
        left = {key: value for key, value in self._values.items() if key not in self._read}
        for key in left:
            self.notes.warn(
                (*self.path, key),
                "this key is not known and changes nothing",
                f"Remove it if it is a mistake.{_did_you_mean(key, self._read)}",
            )
        return left


def _did_you_mean(word: Any, known: Sequence[str]) -> str:
    close = difflib.get_close_matches(str(word), known, n=1)
    return f" Did you mean `{close[0]}`?" if close else ""

"""People of a trial: whatever one of them fills in anywhere can be told from what anybody else fills in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_WORD = re.compile(r"[Qq]([a-j]{4})[q]")
_TELEPHONE = re.compile(r"0[67]9(\d{4})\d{3}")
_DIGITS = "abcdefghij"


@dataclass(frozen=True, slots=True)
class Person:
    """One person; `number` is in everything that they fill in, `turn` grows when they move, marry, change numbers."""

    number: int
    turn: int = 0

    @property
    def word(self) -> str:
        """What their names and streets hold."""
        return "Q" + "".join(_DIGITS[int(digit)] for digit in f"{self.number:04}") + "q"

    @property
    def email(self) -> str:
        """Their e-mail."""
        return f"{self.word.lower()}.{self.turn}@quatrebarbes.example"

    def account(self) -> dict[str, Any]:
        """What they fill in to register."""
        return {"firstname": f"Zoe {self.word}", "lastname": f"Barbes {self.word}"}

    def address(self) -> dict[str, Any]:
        """Where they have it sent."""
        return {
            **self.account(),
            "address1": f"{17 + self.turn} impasse {self.word}",
            "city": f"Hundling {self.word}",
            "phone": f"069{self.number:04}{self.turn:03}",
            "phone_mobile": f"079{self.number:04}{self.turn:03}",
        }


def whose(text: str) -> int | None:
    """The number of the person who filled this in; None when it names nobody."""
    found = _WORD.search(text) or _TELEPHONE.fullmatch(text)
    if found is None:
        return None
    digits = found[1]
    return int(digits if digits.isdigit() else "".join(str(_DIGITS.index(letter)) for letter in digits))


def filled_in(entity: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Every text of an entity of the ERP, with where it stands."""
    if isinstance(entity, Mapping):
        for name, value in entity.items():
            yield from filled_in(value, f"{path}.{name}" if path else str(name))
    elif isinstance(entity, list):
        for number, value in enumerate(entity):
            yield from filled_in(value, f"{path}.{number}")
    elif isinstance(entity, str) and entity:
        yield path, entity

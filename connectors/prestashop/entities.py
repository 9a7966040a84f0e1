"""What goes to a shop and what comes back: entities, how to find them again, and receipts."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, TypeAlias

from connectors.prestashop.xml import wire_text
from schemas.errors import RefusedError

Entity: TypeAlias = dict[str, Any]
"""One entity of the shop.

Written: `{"id": 5, "reference": "X", "price": Decimal("1.5"), "active": True, "name": {1: "Shirt", 2: "Chemise"},
"associations": {"categories": [{"id": 2}]}}`. Read: the same shape, every value a text, i18n fields `{id_lang: text}`,
associations lists of dicts of text (an empty list where the shop has none), `id` an int.
"""

IDS_ONLY = ""
"""The display of a list of bare ids, for which the shop loads no entity: ten times cheaper than one field (FACTS 7)."""

Key: TypeAlias = tuple[str, ...]
OutcomeName: TypeAlias = Literal["created", "adopted", "updated", "refused", "missing", "deleted"]

_TOO_LARGE = frozenset({"413", "414"})
_ITEM_GONE = frozenset({"unknown_product", "unknown_combination"})
"""Our module's words where what a price is for is not there."""
_OF_WHAT_WAS_SENT = frozenset({"84", "85", "93", "140", "141"}) | _TOO_LARGE
"""Codes of refusals that the same entity meets again: its values, its size, an e-mail that another account has."""


class Held(NamedTuple):
    """What our module has read again of a line that it wrote: the row, by its id, and its value."""

    id: int
    value: str


class Receipt(NamedTuple):
    """What became of one entity of a call.

    `adopted`: it was on the shop before this call. `missing`: the shop has no such id. A `refused` entity with an
    `id` was saved in part (the shop kept it and refused one of its associations, or could not send its mail).
    """

    position: int
    id: int | None
    outcome: OutcomeName
    error: RefusedError | None = None
    held: Held | None = None
    looked_up: bool = False
    """Found by its key after an answer that did not name it: somebody else may have made it just before."""
    entity: Entity | None = None
    """What our module has read again of an entity that it wrote: the fields and associations that it was given."""

    @property
    def message_code(self) -> str:
        """The message that says why the entity was refused; its size is no fault of what it holds."""
        code = self.error.code if self.error else ""
        if self.is_of_no_item:
            return "price_item_gone"
        return "shop_body_too_large" if code in _TOO_LARGE else "shop_refused"

    @property
    def is_of_no_item(self) -> bool:
        """Whether our module does not know what the entity is for."""
        return self.error is not None and self.error.code in _ITEM_GONE

    @property
    def is_of_what_was_sent(self) -> bool:
        """Whether the entity was refused for what it holds: sent again as it is, it is refused again."""
        return self.error is not None and self.error.code in _OF_WHAT_WAS_SENT


@dataclass(frozen=True, slots=True)
class Identity:
    """How to find again what a POST may have made.

    `lookup` is the field asked for in bulk; `by` are the fields that together name one entity, an association
    (by its name) standing for the set of its ids. `folded` compares without case and accents; i18n fields are
    compared in the shop's default language. `also` narrows the look-up (`{"id_shop": "1"}`). With `only_new`, what was
    there before the document was sent is never taken for what it made: a state that an order was in once before.
    """

    lookup: str
    by: tuple[str, ...]
    folded: bool = False
    also: Mapping[str, str] = field(default_factory=dict)
    only_new: bool = False

    def key(self, entity: Mapping[str, Any], language: int) -> Key:
        """The texts that name `entity`, the same for one we wrote and one the shop tells."""
        # Most values are texts that stay as they are: thousands of rows are named by a dozen fields each.
        texts = [
            value
            if type(value := entity.get(name)) is str and value.isprintable()
            else self._text(entity, name, language)
            for name in self.by
        ]
        return tuple(map(folded, texts)) if self.folded else tuple(texts)

    def lookup_text(self, entity: Mapping[str, Any], language: int) -> str:
        """The value of `lookup` in `entity`."""
        return one_text(entity.get(self.lookup, ""), language)

    def _text(self, entity: Mapping[str, Any], name: str, language: int) -> str:
        if name in entity:
            return one_text(entity[name], language)
        rows = entity.get("associations", {}).get(name, [])
        return ",".join(sorted(str(row["id"]) for row in rows))


def one_text(value: Any, language: int) -> str:
    """`value` as the shop would tell it, in one language when it has several."""
    if isinstance(value, str):
        return wire_text(value)
    if isinstance(value, Mapping):
        value = value.get(language, next(iter(value.values()), ""))
    return wire_text(value)


def folded(text: str) -> str:
    """`text` without case, accents and repeated or outer spaces, as people compare names."""
    if text.isascii() and text.isalnum():
        return text.lower()
    plain = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(letter for letter in plain if not unicodedata.combining(letter)).split())

"""What PrestaShop refuses in a text, by the name of its validator and by version."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from schemas.column_spec import ValueType

if TYPE_CHECKING:
    from schemas.column_spec import Column, StreamSpec

_REST_OF_REQUEST = 8_000
"""Bytes of a request beside its longest text: the other fields of one entity."""

OLDEST = (1, 7)
"""What holds from the first version on that is served."""


@dataclass(frozen=True, slots=True)
class TextRule:
    """What a text must be to pass one validator; an empty text passes each of them."""

    forbidden: str = ""
    """Signs that the text may not hold."""
    spaced: str = ""
    """Signs that a blank or the end of the text must follow."""
    pattern: str | None = None
    """A regular expression the whole text must match (Rust syntax, without anchors)."""
    example: str = ""
    """What `pattern` lets through, for a person."""

    def offending(self, text: str) -> str:
        """The signs of `text` that the rule forbids, each once; a sign of `spaced` when no blank follows it."""
        unspaced = {sign for sign, after in pairwise(text) if sign in self.spaced and after.strip()}
        return "".join(dict.fromkeys(sign for sign in text if sign in self.forbidden or sign in unspaced))


# docs/facts/prestashop.md, "What the validators refuse".
RULES: Mapping[str, Mapping[tuple[int, ...], TextRule]] = {
    "isCatalogName": {OLDEST: TextRule("<>;=#{}"), (9,): TextRule("<>{}")},
    "isCarrierName": {OLDEST: TextRule("<>;=#{}"), (9,): TextRule("<>{}")},
    "isGenericName": {OLDEST: TextRule("<>={}"), (9,): TextRule("<>{}")},
    "isReference": {OLDEST: TextRule("<>;={}")},
    "isName": {OLDEST: TextRule('0123456789!<>,;?=+()@#"°{}_$%:¤|')},
    "isCustomerName": {OLDEST: TextRule('0123456789!<>,;?=+()/\\@#"°*`{}_^$%:¤[]|', spaced=".。")},
    "isCityName": {OLDEST: TextRule('!<>;?=+@#"°{}_$%')},
    "isAddress": {OLDEST: TextRule("!<>?=+@{}_$%")},
    "isMessage": {OLDEST: TextRule("<>{}")},
    "isPostCode": {OLDEST: TextRule(pattern="[a-zA-Z 0-9-]+", example="75001")},
    "isPhoneNumber": {OLDEST: TextRule(pattern=r"[+0-9. ()/-]*", example="+33 1 23 45 67 89")},
    "isDniLite": {OLDEST: TextRule(pattern="[0-9A-Za-z.-]{1,16}", example="12345678Z")},
    "isTrackingNumber": {OLDEST: TextRule(pattern=r"[~:#,%&_=()\[\]. ?+@/a-zA-Z0-9-]+", example="6A12345678901")},
    "isLinkRewrite": {OLDEST: TextRule(pattern="[_a-zA-Z0-9-]+", example="robe-d-ete")},
    "isEan13": {
        OLDEST: TextRule(pattern="[0-9]{0,13}", example="13"),
        (9, 1): TextRule(pattern="[0-9]{0,14}", example="14"),
    },
    "isGtin": {OLDEST: TextRule(pattern="[0-9]{0,14}", example="14")},
    "isUpc": {OLDEST: TextRule(pattern="[0-9]{0,12}", example="036000291452")},
    "isIsbn": {OLDEST: TextRule(pattern="[0-9-]{0,32}", example="978-2-1234-5680-3")},
    "isApe": {
        OLDEST: TextRule(pattern="[0-9]{3,4}[a-zA-Z]", example="4771Z"),
        (8,): TextRule(pattern=r"[0-9]{1,2}\.?[0-9]{1,2}[a-zA-Z]", example="4771Z"),
    },
    "isLanguageIsoCode": {OLDEST: TextRule(pattern="[a-zA-Z]{2,3}", example="FR")},
}
"""Each validator's rules, by the first version in which they hold."""

NEWEST = (9, 1)
"""The version that refuses least; what older ones refuse is judged once the shop is known."""
MEASURED = (8, 2)
"""The version whose rules count where the shop's own is not known."""


def rule_of(validator: str, version: tuple[int, ...] = MEASURED) -> TextRule:
    """What `validator` (as PrestaShop names it, in any case) refuses in `version`; nothing when it is not known."""
    by_version = _BY_LOWER_NAME.get(validator.lower(), {})
    since = max((first for first in by_version if first <= version), default=None)
    return by_version[since] if since is not None else TextRule()


def as_ruled(column: Column, version: tuple[int, ...]) -> Column:
    """The column with what its validator refuses in `version`."""
    if not column.validator:
        return column
    rule = rule_of(column.validator, version)
    return dataclasses.replace(
        column, forbidden=rule.forbidden, spaced=rule.spaced, pattern=rule.pattern, example=rule.example
    )


def stream_as_ruled(stream: StreamSpec, version: tuple[int, ...]) -> StreamSpec:
    """The stream whose columns refuse what a shop of `version` refuses."""
    return dataclasses.replace(stream, columns=tuple(as_ruled(column, version) for column in stream.columns))


def stream_within(stream: StreamSpec, body_bytes: int, languages: int) -> StreamSpec:
    """The stream whose HTML texts fit into a request of `body_bytes`; a text of no one language is sent for each."""
    room = max(1, body_bytes - _REST_OF_REQUEST)
    return dataclasses.replace(
        stream,
        columns=tuple(
            dataclasses.replace(column, max_bytes=room if column.iso else room // max(1, languages))
            if column.type is ValueType.HTML
            else column
            for column in stream.columns
        ),
    )


_BY_LOWER_NAME = {name.lower(): rules for name, rules in RULES.items()}

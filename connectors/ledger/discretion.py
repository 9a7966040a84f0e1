"""The last gate before the ledger: what looks like a way to reach a person does not pass.

Whoever writes incidents and messages names a customer by id. This gate is for what slips through: e-mail addresses
are struck out of every text; in the streams that are about people, so are telephone numbers, and a `value` (a cell as
it was read) is withheld unless it is a number, a date or a code.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from schemas.emails import STRUCK_OUT, without_emails

if TYPE_CHECKING:
    from collections.abc import Mapping

ABOUT_PEOPLE = ("customer", "address", "order", "return", "slip")
"""A stream whose name holds one of these words is about people."""
LONGEST = 500
_TELEPHONE = re.compile(r"(?<![\w.])(?:\+\d|0)[\d ./()-]{7,}\d")
_PLAIN_VALUE = re.compile(r"[-+]?\d+([.,]\d+)?|\d{4}-\d\d-\d\d([T ][\d:.+Z-]+)?|\d\d/\d\d/\d{4}|[A-Z]{1,3}")


def without_contacts(text: str) -> str:
    """The text with e-mail addresses struck out, cut at 500 characters."""
    return without_emails(text)[:LONGEST]


def discreet(stream: str, params: Mapping[str, str]) -> dict[str, str]:
    """The parameters of an incident as they may be kept."""
    kept = {name: without_contacts(text) for name, text in params.items()}
    if not any(word in stream for word in ABOUT_PEOPLE):
        return kept
    kept = {name: _TELEPHONE.sub(STRUCK_OUT, text) for name, text in kept.items()}
    if "value" in kept and not _PLAIN_VALUE.fullmatch(kept["value"]):
        kept["value"] = STRUCK_OUT
    return kept

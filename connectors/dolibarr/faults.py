"""Refusals of Dolibarr, named by what happens next: the text says it, the status does not."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

from connectors.dolibarr.access import SYSTEM
from schemas.errors import DeniedError, PasserelleError, RefusedError, TransientError, UnexpectedReplyError

WAF = "WAF"
"""Code of a refusal of what Dolibarr takes for an attack: the value, not we, is the reason."""
DUPLICATE = "DUPLICATE"
"""Code of a refusal of what is there already, under the same guard, reference or bar code."""
NOT_THERE = "NOT_THERE"
TOO_WIDE = "CHARACTERS"
"""Code of a refusal of characters above U+FFFF by a database in three-byte UTF-8."""
_LONGEST = 600
_GUARD = re.compile(r"Duplicate entry '.*' for key '(?:\w+\.)?uk_\w+_extrafields_\w+'", re.DOTALL)
# Undone by Dolibarr as a whole, so that the same request may be sent again (docs/facts/dolibarr.md, E3 and W1).
_COLLISIONS = (
    re.compile(r"Deadlock found|Lock wait timeout"),
    re.compile(r"Duplicate entry '.*' for key '(?:\w+\.)?uk_(?!\w*extrafields)\w+'", re.DOTALL),
    re.compile(r"Duplicate value in a unique field"),
)
_NO_RIGHT = re.compile(r"NotEnoughPermissions|Permission denied")
_REFUSALS = (
    (DUPLICATE, _GUARD),
    (DUPLICATE, re.compile(r"AlreadyExists|already exists|Already exists")),
    (WAF, re.compile(r"SQL or Script injection protection")),
    (TOO_WIDE, re.compile(r"Incorrect string value")),
)
_OF_OBJECT = re.compile(r"not erasable|not allowed for login")
_WRONG_COLUMN = re.compile(r"Unknown column")
_PASSING = frozenset({408, 425, 429, 502, 504})


def text_of_answer(value: Any, text: str) -> str:
    """What a refusal says: its message, and the causes that stand beside it under "0", "1" ..."""
    error = value.get("error") if isinstance(value, Mapping) else None
    if not isinstance(error, Mapping):
        return " ".join(re.sub(r"<[^>]*>", " ", text).split())[:_LONGEST]
    return " ".join(_parts(error))[:_LONGEST]


def _parts(error: Mapping[str, Any]) -> Iterator[str]:
    yield str(error.get("message") or "")
    for name, cause in error.items():
        if name.isdecimal() and cause:
            yield str(cause)


def is_collision(reason: str) -> bool:
    """Whether another writer came between: nothing is left of the request, and it may be sent again."""
    return not _GUARD.search(reason) and any(each.search(reason) for each in _COLLISIONS)


def error_of(status: int, value: Any, text: str, *, action: str, key: str, writes: bool) -> PasserelleError:
    """The error that a refusal stands for."""
    reason = text_of_answer(value, text) or f"HTTP {status} without a word"
    named: dict[str, Any] = {"system": SYSTEM, "action": action, "key": key}
    if is_collision(reason):
        return TransientError(reason, **named).worded("dolibarr_silent")
    for code, pattern in _REFUSALS:
        if pattern.search(reason):
            return RefusedError(reason, code=code, **named)
    if _NO_RIGHT.search(reason):
        return _right_missing(reason, named)
    if _WRONG_COLUMN.search(reason):
        return UnexpectedReplyError(reason, **named).worded("dolibarr_not_understood")
    return _by_status(status, value, reason, named, writes=writes)


def _by_status(status: int, value: Any, reason: str, named: dict[str, Any], *, writes: bool) -> PasserelleError:
    is_json = isinstance(value, Mapping)
    if status == HTTPStatus.UNAUTHORIZED:
        return DeniedError(reason, **named).worded("dolibarr_key")
    if status == HTTPStatus.FORBIDDEN:
        # `Forbidden` alone is a right; with a reason it is about the one object, such as a validated invoice.
        return (
            RefusedError(reason, code="FORBIDDEN", **named)
            if _OF_OBJECT.search(reason)
            else _right_missing(reason, named)
        )
    if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        # The web server's own page: PHP never saw it (docs/facts/dolibarr.md, D3).
        return RefusedError(reason, code=str(status), **named)
    passes = status in _PASSING or (status >= HTTPStatus.INTERNAL_SERVER_ERROR and not (is_json and writes))
    if passes and status != HTTPStatus.NOT_IMPLEMENTED:
        # An empty 500 is a PHP that broke off: what was asked may have been done in part.
        return TransientError(reason, **named).worded("dolibarr_silent")
    if not is_json:
        return UnexpectedReplyError(reason, **named).worded("dolibarr_not_understood")
    return RefusedError(reason, code=NOT_THERE if status == HTTPStatus.NOT_FOUND else str(status), **named)


def _right_missing(reason: str, named: dict[str, Any]) -> DeniedError:
    return DeniedError(reason, **named).worded("dolibarr_no_right", value=str(named["action"]))

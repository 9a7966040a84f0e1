"""SOAP faults of Cegid: read to the innermost message, named by what happens next."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from lxml import etree

from connectors.cegid.access import SYSTEM
from schemas.errors import (
    AlreadyThereError,
    DeniedError,
    PasserelleError,
    RefusedError,
    TransientError,
    UnexpectedReplyError,
)

_CODE = re.compile(r"\b(?:CBR\d{5}|CBR_\d{3}_\d{4}|WP\d{3})\b")
_LONGEST = 1000
# Of a failed import: most often the document is there already. It comes with other reasons as well, such as a serial
# number that is not in stock, so what follows is a look-up.
_MAY_BE_THERE = "CBR00009"
# Class names are the same in every language of the user, texts are not.
_PASSING_TYPES = re.compile(r"(?:Timeout|Communication|EndpointNotFound|ServerTooBusy)Exception$")
_PASSING_CODES = frozenset({"InternalServiceFault", "ServerTooBusy", "EndpointUnavailable"})
_DENYING_CODES = frozenset({"AccessDenied", "FailedAuthentication", "BadContextToken", "InvalidSecurity"})
# What servers say of a document or a customer that they do not know. The code of it is the generic one, so the text has
# to tell, by language.
_NOT_FOUND = (
    re.compile(r"failed to identify|not found|does not exist|unknown (?:document|customer)|no such", re.IGNORECASE),
    re.compile(r"impossible d.identifier|introuvable|n.existe pas|inexistant|inconnue?\b", re.IGNORECASE),
)


@dataclass(frozen=True, slots=True)
class Fault:
    """What a fault says: `message` is the innermost one, `code` the most telling code in it."""

    message: str
    code: str
    type_name: str
    """The .NET class of the innermost exception."""
    transport_code: str
    """The local name of `faultcode`."""

    def means_not_found(self, more: tuple[str, ...] = ()) -> bool:
        """Whether it only says that what was looked for is not there; `more` are codes or words of this tenant."""
        if self.code in more or any(words in self.message for words in more):
            return True
        return any(text.search(self.message) for text in _NOT_FOUND)


def read_fault(envelope: etree._Element) -> Fault | None:
    """The fault of an envelope, or None when it holds an answer."""
    fault = envelope.find("{*}Body/{*}Fault")
    if fault is None:
        return None
    reason = _text(fault, "faultstring")
    transport_code = _text(fault, "faultcode").rpartition(":")[2]
    detail = fault.find("{*}detail/*")
    if detail is None:
        return Fault(reason[:_LONGEST], transport_code, "", transport_code)
    innermost = _innermost(detail)
    message = _text(innermost, "Message") or _text(innermost, "Description") or _text(innermost, "Cause") or reason
    codes = _CODE.findall(message)
    code = codes[0] if codes else _text(innermost, "Id") or transport_code
    return Fault(message[:_LONGEST], code, _text(innermost, "Type"), transport_code)


def _innermost(detail: etree._Element) -> etree._Element:
    inner = detail.find("{*}InnerException")
    return detail if inner is None or not len(inner) else _innermost(inner)


def _text(element: etree._Element, name: str) -> str:
    # faultcode and faultstring have no namespace, the members of the detail have one.
    found = element.find(f"{{*}}{name}")
    return "" if found is None else (found.text or "").strip()


def error_of(fault: Fault, action: str, key: str) -> PasserelleError:
    """The error that a fault stands for."""
    named: dict[str, Any] = {"system": SYSTEM, "action": action, "key": key}
    if fault.transport_code in _PASSING_CODES or _PASSING_TYPES.search(fault.type_name):
        return TransientError(fault.message, **named).worded("cegid_silent")
    if fault.transport_code in _DENYING_CODES:
        return DeniedError(fault.message, remedy="Give the Cegid user the right to call this service.", **named).worded(
            "cegid_no_right"
        )
    if fault.transport_code == "ActionNotSupported":
        return UnexpectedReplyError(fault.message, **named).worded("cegid_not_understood")
    kind = AlreadyThereError if fault.code == _MAY_BE_THERE else RefusedError
    return kind(fault.message, code=fault.code, **named)

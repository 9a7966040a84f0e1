"""Names and addresses as Cegid takes them: characters that XML allows, lines of a given length."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence
from typing import Any

from connectors.cegid.codes import CegidCodes
from schemas.documents import Address

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LINES = 3
_IN_LINES = ("company", "address1", "address2", "other")


def one_line(text: str) -> str:
    """The text without line breaks or characters that XML forbids."""
    return " ".join(_NOT_XML.sub("", text).split())


def several_lines(text: str) -> str:
    """The text without characters that XML forbids."""
    return _NOT_XML.sub("", text).strip()


def present(**members: Any) -> dict[str, Any]:
    """The members that say something: no empty text, no None, no empty block."""
    return {name: value for name, value in members.items() if value not in ("", None, {}, [])}


def address_lines(address: Address, length: int) -> tuple[str, str, str]:
    """Company, street and note on three lines of at most `length` characters, broken between words.

    Without the street no parcel arrives: where not all fits, note and company are cut for it (see `cut_of`).
    """
    first, second, third = (*_lines(address, length), "", "", "")[:_LINES]
    return first, second, third


def _lines(address: Address, length: int) -> list[str]:
    company, *street, note = (one_line(getattr(address, name)) for name in _IN_LINES)
    for texts in ((company, *street, note), (company, *street)):
        whole = _in_three(texts, length)
        if whole is not None:
            return whole
    needed = _street(street, length)
    return [*_wrapped(company, length)[: max(0, _LINES - len(needed))], *needed]


def _in_three(texts: Sequence[str], length: int) -> list[str] | None:
    """The texts on three lines, each beginning its own, or else one after the other; None when they need more."""
    for pieces in (texts, [" ".join(text for text in texts if text)]):
        lines = [line for text in pieces for line in _wrapped(text, length)]
        if len(lines) <= _LINES:
            return lines
    return None


def _street(street: Sequence[str], length: int) -> list[str]:
    return _in_three(street, length) or _wrapped(" ".join(street), length)


def street_fits(address: Address, length: int) -> bool:
    """Whether the street has room on the three lines of an address."""
    return len(_street([one_line(address.address1), one_line(address.address2)], length)) <= _LINES


def cut_of(address: Address, length: int) -> frozenset[str]:
    """What of an address does not reach the ERP whole: `company`, `note` or `city`."""
    sent = " ".join(_lines(address, length))
    cut = {name for name, text in (("company", address.company), ("note", address.other)) if not _within(text, sent)}
    return frozenset(cut | ({"city"} if len(one_line(address.city)) > length else set()))


def _within(text: str, sent: str) -> bool:
    """Whether the words of a text are all there; a word longer than a line is broken."""
    return "".join(one_line(text).split()) in "".join(sent.split())


def _wrapped(text: str, length: int) -> list[str]:
    return textwrap.wrap(text, length, break_on_hyphens=False)


def document_address(address: Address, codes: CegidCodes) -> dict[str, Any]:
    """An address of a document, in the contract's names."""
    line1, line2, line3 = address_lines(address, codes.address_length)
    return present(
        City=one_line(address.city)[: codes.address_length],
        CountryId=codes.countries.get(address.country, ""),
        CountryIdType="Internal",
        FirstName=one_line(address.firstname),
        LastName=one_line(address.lastname),
        Line1=line1,
        Line2=line2,
        Line3=line3,
        PhoneNumber=one_line(address.phone or address.phone_mobile),
        Region=address.state,
        ZipCode=one_line(address.postcode),
    )

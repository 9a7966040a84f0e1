"""Names and addresses as Cegid takes them: characters that XML allows, lines of a given length."""

from __future__ import annotations

import re
import textwrap
from typing import Any

from schemas.documents import Address
from tasks.translate.cegid_codes import CegidCodes

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LINES = 3


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
    """Company and street on three lines of at most `length` characters, broken between words; the rest is cut."""
    texts = [one_line(text) for text in (address.company, address.address1, address.address2)]
    lines = [line for text in texts for line in _wrapped(text, length)]
    if len(lines) > _LINES:
        lines = _wrapped(" ".join(texts), length)
    first, second, third = (*lines, "", "", "")[:_LINES]
    return first, second, third


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

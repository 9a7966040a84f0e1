"""Pure: whether a customer that an ERP has is one of the shop, by e-mail and by name."""

from __future__ import annotations

import unicodedata

from schemas.documents import Customer


def same_email(one: str, other: str) -> bool:
    """Whether both are the same e-mail, whatever the case; nothing is the same as no e-mail."""
    return bool(one.strip()) and one.strip().casefold() == other.strip().casefold()


def same_name(lastname: str, firstname: str, customer: Customer) -> bool:
    """Whether the names are the same but for case, accents, signs and order; one that is missing is no other one."""
    last, first = _words(lastname), _words(firstname)
    if not last:
        return True
    ours = _words(customer.lastname), _words(customer.firstname)
    if not first:
        return last in (ours[0], sorted(ours[0] + ours[1]))
    return sorted(last + first) == sorted(ours[0] + ours[1])


def _words(name: str) -> list[str]:
    bare = "".join(each for each in unicodedata.normalize("NFKD", name) if not unicodedata.combining(each))
    return sorted("".join(each if each.isalnum() else " " for each in bare.casefold()).split())

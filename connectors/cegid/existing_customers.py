"""Pure: what an ERP's customer that exists already is given of what the shop says of it, and whether it is the same."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Any

from schemas.documents import Customer

_CONSENTS = {"": 0, "donotuse": 0, "askcustomer": 1, "brandonly": 2, "usablebybrand": 2, "forpartners": 3}
"""From least to most; what this list does not know is more than anything that the shop can say."""
_MOST = 9
_AS_ONE = ("AddressData", "BirthDateData")
"""Blocks of which half belongs to one and half to another make no sense: filled where they are empty, or left."""
_ADDRESS_TYPE = ("CountryIdType", "Nata")
"""What an address without any line may hold."""
_TRUE = ("true", "1")


def email_of(record: Mapping[str, Any]) -> str:
    """The e-mail of the ERP's customer."""
    return str((record.get("EmailData") or {}).get("Email") or "").strip()


def has_email(record: Mapping[str, Any], email: str) -> bool:
    """Whether the ERP's customer has this e-mail, whatever the case."""
    return bool(email.strip()) and email_of(record).casefold() == email.strip().casefold()


def same_name(record: Mapping[str, Any], customer: Customer) -> bool:
    """Whether the names are the same but for case, accents, signs and order; one that the ERP lacks is no other one."""
    last, first = _words(record.get("LastName")), _words(record.get("FirstName"))
    if not last:
        return True
    ours = _words(customer.lastname), _words(customer.firstname)
    if not first:
        return last in (ours[0], sorted(ours[0] + ours[1]))
    return sorted(last + first) == sorted(ours[0] + ours[1])


def _words(name: Any) -> list[str]:
    bare = "".join(each for each in unicodedata.normalize("NFKD", str(name or "")) if not unicodedata.combining(each))
    return sorted("".join(each if each.isalnum() else " " for each in bare.casefold()).split())


def of_the_person(customer: Customer, values: Mapping[str, Any]) -> dict[str, Any]:
    """`values` without an address, and its phones, that bear the name of somebody else than the customer."""
    address = customer.address
    if address is None or same_name({"LastName": address.lastname, "FirstName": address.firstname}, customer):
        return dict(values)
    return {name: value for name, value in values.items() if name not in ("AddressData", "PhoneData")}


def missing_values(record: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """Of `values`, those where the ERP's customer has nothing; a consent that it has refused is something."""
    missing: dict[str, Any] = {}
    for name, value in values.items():
        known = record.get(name)
        if name in _AS_ONE:
            said = {member for member in known or {} if member not in _ADDRESS_TYPE}
            missing |= {} if said else {name: value}
        elif isinstance(value, Mapping):
            inner = {each: one for each, one in value.items() if not (known or {}).get(each)}
            missing |= {name: inner} if inner else {}
        elif not known:
            missing[name] = value
    return missing


def without_less_consent(record: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """`values` without the consents of which the ERP's customer has given as much or more."""
    kept = dict(values)
    if _rank(values.get("OptinEmail")) <= _rank(record.get("OptinEmail")) and record.get("OptinEmail"):
        kept.pop("OptinEmail", None)
    email = dict(kept.pop("EmailData", None) or {})
    if _accepts(record) and email.get("EmailingAccepted") is False:
        del email["EmailingAccepted"]
    return kept | ({"EmailData": email} if email else {})


def has_more_consent(record: Mapping[str, Any], values: Mapping[str, Any]) -> bool:
    """Whether the ERP's customer has agreed to more than `values` say."""
    more = _rank(record.get("OptinEmail")) > _rank(values.get("OptinEmail"))
    return more or (_accepts(record) and not (values.get("EmailData") or {}).get("EmailingAccepted"))


def _accepts(record: Mapping[str, Any]) -> bool:
    return str((record.get("EmailData") or {}).get("EmailingAccepted", "")).lower() in _TRUE


def _rank(consent: Any) -> int:
    return _CONSENTS.get(str(consent or "").casefold(), _MOST)


def shops_email_is_newer(record: Mapping[str, Any], customer: Customer, zone: tzinfo) -> bool:
    """Whether the account was changed in the shop later than the customer in the ERP (both tell local time)."""
    changed = _moment(customer.updated_text, "%Y-%m-%d %H:%M:%S", zone)
    theirs = _moment(str(record.get("LastDateUpdate") or "")[:19], "%Y-%m-%dT%H:%M:%S", zone)
    return changed is not None and (theirs is None or changed > theirs)


def _moment(text: str, form: str, zone: tzinfo) -> datetime | None:
    try:
        return datetime.strptime(text, form).replace(tzinfo=zone)
    except ValueError:
        return None

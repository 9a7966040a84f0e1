"""Pure: what a customer that Cegid has already is given of what the shop says of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Any

from connectors.cegid.codes import CegidCodes
from connectors.cegid.translate_customers import customer_values
from schemas.documents import Customer
from schemas.erp import ErpCustomer, Policy
from schemas.same_person import same_email, same_name

_CONSENTS = {"": 0, "donotuse": 0, "askcustomer": 1, "brandonly": 2, "usablebybrand": 2, "forpartners": 3}
"""From least to most; what this list does not know is more than anything that the shop can say."""
_MOST = 9
_AS_ONE = ("AddressData", "BirthDateData")
"""Blocks of which half belongs to one and half to another make no sense: filled where they are empty, or left."""
_ADDRESS_TYPE = ("CountryIdType", "Nata")
"""What an address without any line may hold."""
_TRUE = ("true", "1")


def values_to_write(
    known: ErpCustomer, customer: Customer, codes: CegidCodes, policy: Policy
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The members to write, none where the policy is to leave it; and what is kept against the shop's word.

    A consent is never lowered, and of two e-mails the one changed later stays.
    """
    if policy == "leave":
        return {}, ()
    wanted = of_the_person(customer, customer_values(customer, codes))
    values = without_less_consent(known.record, wanted if policy == "update" else missing_values(known.record, wanted))
    notes = ["consent_kept"] if has_more_consent(known.record, wanted) else []
    email = {name: value for name, value in values.pop("EmailData", {}).items() if name != "Email"}
    if not same_email(known.email, customer.email):
        if not known.email or shops_email_is_newer(known.record, customer, codes.time_zone):
            email |= {"Email": customer.email.strip()}
        else:
            notes.append("email_kept")
    return values | ({"EmailData": email} if email else {}), tuple(notes)


def of_the_person(customer: Customer, values: Mapping[str, Any]) -> dict[str, Any]:
    """`values` without an address, and its phones, that bear the name of somebody else than the customer."""
    address = customer.address
    if address is None or same_name(address.lastname, address.firstname, customer):
        return dict(values)
    return {name: value for name, value in values.items() if name not in ("AddressData", "PhoneData")}


def missing_values(record: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """Of `values`, those where the ERP's customer has nothing; a consent that it has refused is something."""
    missing: dict[str, Any] = {}
    for name, value in values.items():
        known = record.get(name)
        if name in _AS_ONE:
            reason = {member for member in known or {} if member not in _ADDRESS_TYPE}
            missing |= {} if reason else {name: value}
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

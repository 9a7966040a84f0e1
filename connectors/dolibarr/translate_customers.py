"""Pure: a customer of the shop as a third party of Dolibarr, and an address as a contact, in Dolibarr's names."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from connectors.dolibarr.codes import DolibarrCodes
from connectors.dolibarr.guard import uid_of
from connectors.dolibarr.texts import one_line, same_text, stored_address, stored_name, stored_phone
from schemas.company_numbers import company_name, company_numbers, is_company
from schemas.documents import Address, Customer
from schemas.erp import ErpCustomer, Policy
from schemas.same_person import same_email, same_name

CUSTOMER = 1
_ADDRESS = ("address", "zip", "town", "country_id")
"""Half of one address and half of another make no sense: filled where they are empty, or left."""
_PHONES = ("phone", "phone_mobile")


def third_party(customer: Customer, codes: DolibarrCodes) -> dict[str, Any]:
    """What the shop says of a customer; what it does not know is left out, so that it stays."""
    address = customer.address
    values: dict[str, Any] = {"name": name_of(customer), "email": customer.email.strip()}
    if not is_company(customer):
        values["typent_id"] = codes.consumer_type
    values |= numbers_of(customer)
    if address is not None:
        values |= _place(address, codes) | _phones(address)
    return {name: value for name, value in values.items() if value not in ("", 0, None)}


def new_third_party(customer: Customer, codes: DolibarrCodes) -> dict[str, Any]:
    """What a new third party is created with, its guard aside: a customer, whose code Dolibarr chooses."""
    return {**third_party(customer, codes), "client": CUSTOMER, "code_client": "-1", "status": 1}


def name_of(customer: Customer) -> str:
    """The name of the company, or of the person, family name first."""
    company = stored_name(company_name(customer)) if is_company(customer) else ""
    return company or stored_name(f"{customer.lastname} {customer.firstname}") or customer.email.strip()


def numbers_of(customer: Customer) -> dict[str, str]:
    """SIREN, SIRET and VAT number, the first two where they are right."""
    known = company_numbers(customer)
    vat = "".join(customer.address.vat_number.split()) if customer.address else ""
    numbers = {"idprof1": known.siren, "idprof2": known.siret, "tva_intra": vat}
    return {name: number for name, number in numbers.items() if number}


def contact(address: Address, third_party_name: str, codes: DolibarrCodes) -> dict[str, Any]:
    """A contact for an address of an order; its third party and guard aside."""
    lastname = stored_name(address.lastname) or stored_name(address.company) or third_party_name
    values: dict[str, Any] = {"lastname": lastname, "firstname": stored_name(address.firstname)}
    values |= _place(address, codes) | {"phone_pro": stored_phone(address.phone)}
    values |= {"phone_mobile": stored_phone(address.phone_mobile), "statut": 1}
    return {name: value for name, value in values.items() if value not in ("", 0, None)}


def contact_uid(prefix: str, third_party_id: int, values: Mapping[str, Any]) -> str:
    """The guard of a contact: one for each address of a third party, whichever order names it."""
    reason = "\n".join(f"{name}={values[name]}" for name in sorted(values))
    return f"{prefix}A{third_party_id}.{hashlib.sha256(reason.encode()).hexdigest()[:24]}"


def same_address(record: Mapping[str, Any], values: Mapping[str, Any]) -> bool:
    """Whether a third party bears the address and the name of a contact."""
    names = f"{values.get('lastname', '')} {values.get('firstname', '')}"
    return same_text(record.get("name"), names) and all(
        same_text(record.get(name), values.get(name)) for name in _ADDRESS
    )


def _place(address: Address, codes: DolibarrCodes) -> dict[str, Any]:
    return {
        "address": stored_address(address),
        "zip": one_line(address.postcode),
        "town": stored_name(address.city),
        "country_id": codes.country_id(address.country),
    }


def _phones(address: Address) -> dict[str, str]:
    return {"phone": stored_phone(address.phone), "phone_mobile": stored_phone(address.phone_mobile)}


def erp_customer(record: Mapping[str, Any], codes: DolibarrCodes) -> ErpCustomer:
    """A third party as the rest of the house has it: its code is its guard, else its id.

    Of a company the persons are elsewhere: no name is no other one.
    """
    is_person = str(record.get("typent_id") or "") == str(codes.consumer_type)
    numbers = any(record.get(name) for name in ("idprof1", "idprof2", "tva_intra"))
    return ErpCustomer(
        code=uid_of(dict(record)) or str(record["id"]),
        email=str(record.get("email") or ""),
        lastname=str(record.get("name") or "") if is_person and not numbers else "",
        closed=str(record.get("status")) == "0",
        record=record,
    )


def values_to_write(
    known: ErpCustomer, customer: Customer, codes: DolibarrCodes, policy: Policy
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """What is written to a third party that is there, nothing where nothing differs; and what is kept all the same."""
    if policy == "leave":
        return {}, ()
    wanted, record = third_party(customer, codes), known.record
    address = customer.address
    if address is not None and not same_name(address.lastname, address.firstname, customer):
        wanted = {name: value for name, value in wanted.items() if name not in (*_ADDRESS, *_PHONES)}
    elif address is not None and (policy == "update" or not any(record.get(name) for name in _ADDRESS[:3])):
        # A line that the new address lacks is emptied with the old one.
        wanted = dict.fromkeys(_ADDRESS[:3], "") | wanted
    email = wanted.pop("email", "")
    values = {name: value for name, value in wanted.items() if _is_written(name, value, record, policy)}
    if not known.email:
        values |= {"email": email} if email else {}
        return values, ()
    if same_email(known.email, customer.email):
        return values, ()
    return (values | {"email": email}, ()) if policy == "update" else (values, ("email_kept",))


def _is_written(name: str, value: Any, record: Mapping[str, Any], policy: Policy) -> bool:
    if same_text(record.get(name), value):
        return False
    if policy == "update":
        return True
    if name in _ADDRESS:
        return not any(record.get(each) for each in _ADDRESS[:3])
    return not str(record.get(name) or "").strip("0")

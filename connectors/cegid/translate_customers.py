"""A customer of the shop as Cegid's customer data, in the contract's names."""

from __future__ import annotations

from typing import Any

from connectors.cegid.codes import CegidCodes
from connectors.cegid.texts import address_lines, one_line, present
from schemas.documents import Address, Customer


def customer_values(customer: Customer, codes: CegidCodes) -> dict[str, Any]:
    """What an existing customer of Cegid is to be given; what the shop does not know is left out, so that it stays."""
    address = customer.address
    return present(
        ActivityCode=one_line(customer.ape),
        AddressData=_address(address, codes) if address else None,
        BirthDateData=_birth_date(customer),
        CompanyIdNumber=one_line(customer.siret),
        EmailData={"Email": customer.email.strip(), "EmailingAccepted": customer.newsletter},
        FirstName=one_line(customer.firstname),
        LastName=one_line(customer.lastname),
        OptinEmail=_optin(customer),
        PhoneData=_phones(address) if address else None,
        TitleId=codes.titles.get(customer.id_gender, ""),
        **_group(customer, codes),
        **_vat_number(customer, codes),
    )


def new_customer_values(customer: Customer, codes: CegidCodes) -> dict[str, Any]:
    """What a customer that Cegid does not have is created with, its code aside."""
    return {
        **customer_values(customer, codes),
        **present(IsCompany=bool(customer.company), UsualStoreId=codes.store),
    }


def _address(address: Address, codes: CegidCodes) -> dict[str, Any]:
    # Second and third lines are sent even when empty: those of the former address must go.
    line1, line2, line3 = address_lines(address, codes.address_length)
    lines = {"AddressLine1": line1, "AddressLine2": line2, "AddressLine3": line3}
    return lines | present(
        City=one_line(address.city)[: codes.address_length],
        CountryId=codes.countries.get(address.country, ""),
        CountryIdType="Internal",
        RegionId=address.state,
        ZipCode=one_line(address.postcode),
    )


def _phones(address: Address) -> dict[str, Any]:
    return present(CellularPhoneNumber=one_line(address.phone_mobile), HomePhoneNumber=one_line(address.phone))


def _birth_date(customer: Customer) -> dict[str, int] | None:
    day = customer.birthday
    return None if day is None else {"BirthDateDay": day.day, "BirthDateMonth": day.month, "BirthDateYear": day.year}


def _optin(customer: Customer) -> str:
    # Cegid has one scale where the shop has two boxes: partners without newsletter cannot be said, so it is not.
    if not customer.newsletter:
        return "DoNotUse"
    return "ForPartners" if customer.optin else "BrandOnly"


def _vat_number(customer: Customer, codes: CegidCodes) -> dict[str, str]:
    # The shop keeps it on addresses; the customer's file takes that of the address to invoice.
    number = one_line(customer.address.vat_number) if customer.address else ""
    return {codes.vat_member: number} if codes.vat_member and number else {}


def _group(customer: Customer, codes: CegidCodes) -> dict[str, str]:
    code = codes.groups.get(customer.id_default_group, "")
    return {codes.group_member: code} if codes.group_member and code else {}

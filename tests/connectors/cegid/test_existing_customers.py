from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import pytest

from connectors.cegid.existing_customers import (
    has_more_consent,
    missing_values,
    shops_email_is_newer,
    without_less_consent,
)
from schemas.documents import Customer
from schemas.same_person import same_name

ZOE = Customer(id_customer=1, email="zoe@example.com", firstname="Zoé-Anne", lastname="D'Élan")


@pytest.mark.parametrize(
    ("last", "first", "same"),
    [
        ("D'ELAN", "ZOE ANNE", True),
        ("Zoé-Anne", "d'élan", True),
        ("d élan", "", True),
        ("", "", True),
        ("D'Élan", "Marguerite", False),
        ("Dupont", "Zoé-Anne", False),
        ("Dupont", "", False),
    ],
)
def test_a_name_is_the_same_whatever_case_accents_signs_and_order(last: str, first: str, same: bool) -> None:
    assert same_name(last, first, ZOE) is same


def test_only_what_is_empty_is_filled_and_an_address_as_a_whole() -> None:
    record = {
        "FirstName": "Zoé",
        "AddressData": {"City": "Lyon", "Nata": "false"},
        "PhoneData": {"HomePhoneNumber": "1"},
    }
    values = {
        "FirstName": "Zoe",
        "LastName": "Élan",
        "AddressData": {"AddressLine1": "1 rue A", "City": "Paris"},
        "PhoneData": {"HomePhoneNumber": "2", "CellularPhoneNumber": "3"},
    }
    assert missing_values(record, values) == {"LastName": "Élan", "PhoneData": {"CellularPhoneNumber": "3"}}
    empty = {"AddressData": {"CountryIdType": "Internal", "Nata": "false"}}
    assert missing_values(empty, values)["AddressData"] == values["AddressData"]


@pytest.mark.parametrize(
    ("theirs", "ours", "written"),
    [
        ("UsableByBrand", "BrandOnly", False),
        ("ForPartners", "BrandOnly", False),
        ("BrandOnly", "DoNotUse", False),
        ("SomethingNew", "ForPartners", False),
        ("DoNotUse", "BrandOnly", True),
        ("AskCustomer", "BrandOnly", True),
        ("BrandOnly", "ForPartners", True),
        ("", "DoNotUse", True),
    ],
)
def test_a_consent_is_never_lowered(theirs: str, ours: str, written: bool) -> None:
    kept = without_less_consent({"OptinEmail": theirs} if theirs else {}, {"OptinEmail": ours})
    assert ("OptinEmail" in kept) is written


def test_an_acceptance_of_mails_is_never_taken_back_and_what_the_erp_has_more_of_is_known() -> None:
    record: dict[str, Any] = {"EmailData": {"Email": "a@b.c", "EmailingAccepted": "true"}, "OptinEmail": "BrandOnly"}
    refused = {"EmailData": {"EmailingAccepted": False}, "OptinEmail": "DoNotUse"}
    assert without_less_consent(record, refused) == {}
    assert has_more_consent(record, refused)
    assert not has_more_consent(record, {"EmailData": {"EmailingAccepted": True}, "OptinEmail": "BrandOnly"})


@pytest.mark.parametrize(
    ("updated", "theirs", "newer"),
    [
        ("2026-11-21 10:00:01", "2026-11-21T10:00:00", True),
        ("2026-11-21 10:00:00", "2026-11-21T10:00:00.123", False),
        ("2026-11-21 10:00:00", "", True),
        ("", "2026-11-21T10:00:00", False),
    ],
)
def test_the_later_change_decides_of_the_email(updated: str, theirs: str, newer: bool) -> None:
    account = Customer(id_customer=1, email="a@b.c", updated_text=updated)
    assert shops_email_is_newer({"LastDateUpdate": theirs}, account, ZoneInfo("Europe/Paris")) is newer

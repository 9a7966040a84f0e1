"""SIREN, SIRET and VAT numbers are judged by their check digits, and what an invoice lacks is listed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from schemas.company_numbers import CompanyNumbers, company_numbers, is_company, number_obstacles
from schemas.documents import Address, Customer

SIREN, SIRET, VAT = "732829320", "73282932000074", "FR44732829320"


def customer(country: str = "FR", *, company: str = "", siret: str = "", vat: str = "") -> Customer:
    """Somebody whose invoice goes to that country."""
    address = Address(lastname="Doe", country=country, company=company, vat_number=vat)
    return Customer(1, "a@example.com", siret=siret, address=address)


def codes(of: Customer) -> list[str]:
    return [each.code for each in number_obstacles(of)]


def test_a_person_needs_no_number() -> None:
    assert not is_company(customer())
    assert not number_obstacles(customer())
    assert not number_obstacles(Customer(1, "a@example.com"))


@pytest.mark.parametrize(
    ("siret", "vat", "known"),
    [
        (SIRET, "", CompanyNumbers(SIREN, SIRET, "")),
        ("732 829 320 00074", "", CompanyNumbers(SIREN, SIRET, "")),
        (SIREN, "", CompanyNumbers(SIREN, "", "")),
        ("", VAT, CompanyNumbers(SIREN, "", VAT)),
        ("", "fr 44 732 829 320", CompanyNumbers(SIREN, "", VAT)),
        ("", VAT[2:], CompanyNumbers(SIREN, "", VAT)),
        ("35600000000048", "", CompanyNumbers("356000000", "35600000000048", "")),
    ],
)
def test_one_right_number_is_enough_for_a_french_company(siret: str, vat: str, known: CompanyNumbers) -> None:
    acme = customer(company="Acme", siret=siret, vat=vat)
    assert company_numbers(acme) == known
    assert not number_obstacles(acme)


def test_a_number_of_another_country_in_the_field_of_the_siret_is_no_wrong_siret() -> None:
    assert not codes(customer("BE", company="Acme", siret="0403019261", vat="BE0403019261"))
    assert codes(customer("BE", company="Acme", siret="0403019261")) == ["order_company_vat_number_missing"]


def test_a_french_company_without_any_is_listed() -> None:
    assert codes(customer(company="Acme")) == ["order_company_siren_missing"]
    assert codes(customer("RE", company="Acme")) == ["order_company_siren_missing"]
    assert codes(replace(customer(), company="Acme")) == ["order_company_siren_missing"]


def test_the_vat_number_of_another_country_is_no_siren() -> None:
    assert codes(customer(vat="BE0403019261")) == ["order_company_siren_missing"]


def test_wrong_numbers_are_named_and_not_shown() -> None:
    wrong = customer(company="Acme", siret="73282932000075", vat="FR45732829320")
    assert codes(wrong) == ["order_company_siret_wrong", "order_company_vat_number_wrong"]
    assert not any("732829320" in value for each in number_obstacles(wrong) for value in each.params.values())
    assert codes(customer(company="Acme", vat="FR45732829320")) == ["order_company_vat_number_wrong"]
    assert codes(customer(siret=SIRET, vat="FR40303265045")) == ["order_company_numbers_differ"]


@pytest.mark.parametrize(
    ("country", "vat", "expected"),
    [
        ("BE", "BE0403019261", []),
        ("BE", "0403019261", []),
        ("BE", "", ["order_company_vat_number_missing"]),
        ("BE", "BE0403019262", ["order_company_vat_number_wrong"]),
        ("GR", "EL094259216", []),
        ("GR", "", ["order_company_vat_number_missing"]),
        ("MC", "FR53000004605", []),
        ("MC", "", ["order_company_vat_number_missing"]),
        ("US", "", []),
        ("CH", "anything", []),
        ("", "", []),
    ],
)
def test_companies_of_the_union_have_a_vat_number(country: str, vat: str, expected: list[str]) -> None:
    assert codes(customer(country, company="Acme", vat=vat)) == expected

from __future__ import annotations

from dataclasses import replace

import pytest

from connectors.cegid.texts import address_lines, cut_of, street_fits
from connectors.cegid.translate_customers import customer_values
from tests.connectors.cegid.shop_orders import ADDRESS, CODES, GOOD_CUSTOMER

LONG_COMPANY = "Dupont & Fils S.A.S. à capital variable très très longue dénomination sociale"
STREET = "17 impasse des Mirabelles"


def test_what_fits_begins_its_own_line() -> None:
    address = replace(ADDRESS, company="Dupont SA", address1=STREET, address2="Bâtiment B")
    assert address_lines(address, 35) == ("Dupont SA", STREET, "Bâtiment B")
    assert cut_of(address, 35) == frozenset()


def test_what_does_not_fit_by_lines_goes_on_where_the_line_before_ends() -> None:
    address = replace(ADDRESS, company="Dupont et Fils", address1=STREET, address2="Bât. B", other="Code 4512")
    assert address_lines(address, 35) == ("Dupont et Fils 17 impasse des", "Mirabelles Bât. B Code 4512", "")
    assert cut_of(address, 35) == frozenset()


def test_a_street_goes_whole_before_the_company_and_the_note() -> None:
    address = replace(ADDRESS, company=LONG_COMPANY, address1=STREET, other="Sonner deux fois")
    assert address_lines(address, 35)[2] == STREET
    assert address_lines(address, 35)[0] == "Dupont & Fils S.A.S. à capital"
    assert cut_of(address, 35) == {"company", "note"}
    assert cut_of(address, 70) == frozenset()


def test_a_city_longer_than_a_line_is_named() -> None:
    assert cut_of(replace(ADDRESS, city="Saint-Remy-en-Bouzemont-Saint-Genest-et-Isson"), 35) == {"city"}


@pytest.mark.parametrize(("street", "fits"), [(STREET, True), ("chemin " * 14, True), ("chemin " * 16, False)])
def test_a_street_longer_than_three_lines_does_not_fit(street: str, fits: bool) -> None:
    assert street_fits(replace(ADDRESS, address1=street), 35) is fits


def test_the_vat_number_of_the_address_to_invoice_is_on_the_customers_file() -> None:
    customer = replace(GOOD_CUSTOMER, address=replace(ADDRESS, vat_number="FR40303265045"))
    assert customer_values(customer, CODES)["FiscalId"] == "FR40303265045"
    assert "FiscalId" not in customer_values(customer, replace(CODES, vat_member=""))
    assert "FiscalId" not in customer_values(replace(customer, address=ADDRESS), CODES)

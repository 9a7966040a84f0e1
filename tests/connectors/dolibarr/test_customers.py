"""A customer becomes a third party, consumer or company, found by guard or e-mail, written only where it differs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from connectors.dolibarr.customer_obstacles import customer_losses, customer_obstacles
from connectors.dolibarr.translate_customers import erp_customer, new_third_party, values_to_write
from deployments.sandbox.dolibarr import SandboxDolibarr
from schemas.documents import Customer
from schemas.erp import Erp
from schemas.errors import RefusedError
from tests.connectors.dolibarr.shop_orders import ADDRESS, CODES, ELSEWHERE, ZOE

SIRET = "73282932000074"


def test_a_consumer_is_told_so_and_bears_no_number() -> None:
    values = new_third_party(ZOE, CODES)
    assert (values["name"], values["typent_id"], values["code_client"]) == ("Élan Zoé", 8, "-1")
    assert not {"idprof1", "idprof2", "tva_intra"} & values.keys()


@pytest.mark.parametrize(
    ("siret", "numbers"),
    [
        ("732 829 320 00074", {"idprof1": "732829320", "idprof2": SIRET}),
        ("732829320", {"idprof1": "732829320"}),
        ("73282932000075", {}),
        ("n/a", {}),
    ],
)
def test_a_company_has_its_name_and_the_numbers_that_are_right(siret: str, numbers: dict[str, str]) -> None:
    company = replace(ZOE, company="Élan & Fils", siret=siret)
    values = new_third_party(company, CODES)
    assert values["name"] == "Élan & Fils"
    assert "typent_id" not in values
    assert {name: values[name] for name in ("idprof1", "idprof2") if name in values} == numbers
    assert [each.code for each in customer_losses(company)] == ([] if numbers else ["customer_siret_wrong"])


def test_a_vat_number_makes_a_company() -> None:
    values = new_third_party(replace(ZOE, address=replace(ADDRESS, vat_number="FR 40 303265045")), CODES)
    assert values["tva_intra"] == "FR40303265045"
    assert "typent_id" not in values


def test_what_was_created_is_found_by_guard_and_by_email_and_not_written_again(box: SandboxDolibarr, erp: Erp) -> None:
    assert erp.customers is not None
    assert erp.customers.create("WEB0000001563", ZOE) == "WEB0000001563"
    (found,) = erp.customers.find("ZOE@example.com")
    assert (found.code, found.lastname) == ("WEB0000001563", "Élan Zoé")
    assert erp.customers.update(found, ZOE, "update") == ()
    assert box.requests["PUT thirdparties"] == 0
    (there,) = box.third_parties()
    assert (there["address"], there["zip"], there["town"], there["phone"]) == ("1 rue A", "75001", "Paris", "010203")
    assert (there["typent_code"], there["country_code"]) == ("TE_PRIVATE", "FR")


def test_a_guard_that_is_taken_is_refused(erp: Erp) -> None:
    assert erp.customers is not None
    erp.customers.create("WEB0000001563", ZOE)
    with pytest.raises(RefusedError) as refused:
        erp.customers.create("web0000001563", ZOE)
    assert refused.value.code == "DUPLICATE"


def test_a_third_party_without_guard_has_its_id_for_a_code(box: SandboxDolibarr, erp: Erp) -> None:
    assert erp.customers is not None
    id_ = box.insert_third_party("Élan Zoé", email="zoe@example.com")
    (found,) = erp.customers.find("zoe@example.com")
    assert found.code == str(id_)
    assert erp.customers.get(found.code) is not None
    assert erp.customers.update(found, ZOE, "complete") == ()
    (there,) = box.third_parties()
    assert (there["town"], there["name"]) == ("Paris", "Élan Zoé")


def test_nobody_is_found_where_nobody_is(erp: Erp) -> None:
    assert erp.customers is not None
    assert erp.customers.find("nobody@example.com") == ()
    assert erp.customers.get("WEB99") is None
    assert erp.customers.get("99") is None


def known(**values: object) -> dict[str, object]:
    usual = {"id": "7", "name": "Élan Zoé", "email": "zoe@example.com", "status": "1", "typent_id": "8"}
    place = {"address": "1 rue A", "zip": "75001", "town": "Paris", "country_id": "1", "phone": "010203"}
    return usual | place | values


def written(record: dict[str, object], customer: Customer, policy: str) -> dict[str, object]:
    values, _ = values_to_write(erp_customer(record, CODES), customer, CODES, policy)  # type: ignore[arg-type]
    return values


def test_a_customer_that_moved_is_written_when_the_shop_may() -> None:
    moved = replace(ZOE, address=replace(ELSEWHERE, firstname="Zoé"))
    assert written(known(), moved, "update") == {"address": "2 rue B", "zip": "69001", "town": "Lyon"}
    assert written(known(), moved, "complete") == {}
    assert written(known(), moved, "leave") == {}


def test_an_address_in_anothers_name_is_not_the_customers() -> None:
    assert written(known(), replace(ZOE, address=ELSEWHERE), "update") == {}


def test_another_email_is_kept_unless_the_shop_may_write_it() -> None:
    changed = replace(ZOE, email="new@example.com")
    values, notes = values_to_write(erp_customer(known(), CODES), changed, CODES, "complete")
    assert (values, notes) == ({}, ("email_kept",))
    assert written(known(), changed, "update") == {"email": "new@example.com"}


def test_what_dolibarr_rewrites_is_no_change() -> None:
    quoted = replace(ZOE, lastname='Élan "x" <b>y</b>', address=replace(ADDRESS, lastname='Élan "x" <b>y</b>'))
    assert written(known(name="Élan x y Zoé"), quoted, "update") == {}


def test_a_customer_without_email_or_country_is_held() -> None:
    assert [each.code for each in customer_obstacles(replace(ZOE, email=""), CODES)] == ["customer_without_email"]
    abroad = replace(ZOE, address=replace(ADDRESS, country="XK"))
    assert [each.code for each in customer_obstacles(abroad, CODES)] == ["customer_country_not_in_erp"]

"""Customers and their addresses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.contract.prestashop.setting import NO_SUCH_ID
from tests.contract.prestashop.webservice import refused

if TYPE_CHECKING:
    from tests.contract.prestashop.bench import Bench
    from tests.contract.prestashop.setting import Setting
    from tests.contract.prestashop.webservice import Webservice


def test_what_was_sent_is_what_is_read(shop: Webservice, setting: Setting, bench: Bench) -> None:
    sent = {
        "lastname": "Noir", "firstname": "Ève", "id_lang": str(setting.fr), "birthday": "1990-02-03",
        "newsletter": "1", "optin": "1", "company": "ACME", "siret": "73282932000074", "ape": "6201Z",
        "website": "https://example.test", "note": "a note", "active": "1",
        "id_default_group": str(setting.customer_group),
    }  # fmt: skip
    customer = shop.read("customers", bench.customer(**sent).id)
    assert {name: customer[name] for name in sent} == sent
    assert customer.member_ids("groups") == {setting.customer_group}
    assert customer["id_shop"] == str(setting.shop)


def test_the_password_is_stored_as_a_hash_and_a_secret_key_is_made(shop: Webservice, bench: Bench) -> None:
    customer = shop.read("customers", bench.customer(passwd="S3cretpass").id)
    assert customer["passwd"].startswith("$2y$")
    assert len(customer["secure_key"]) == 32


@pytest.mark.parametrize("name", ["passwd", "lastname", "firstname", "email"])
def test_a_required_field_left_out_is_refused(shop: Webservice, bench: Bench, name: str) -> None:
    row = bench.customer_row()
    del row[name]
    reply = shop.post("customers", row)
    assert refused(reply, 41, 400)
    assert f'"{name}"' in reply.message


@pytest.mark.parametrize(
    ("field", "value"),
    [("firstname", "R2D2"), ("lastname", "a#b"), ("email", "not-an-e-mail"), ("birthday", "03/02/1990")],
)
def test_a_forbidden_value_is_refused(shop: Webservice, bench: Bench, field: str, value: str) -> None:
    row = bench.customer_row(**{field: value})
    assert refused(shop.post("customers", row), 85, 400)
    assert shop.find("customers", "[id]", email=row["email"]) == []


def test_an_account_posted_without_a_group_is_in_none(shop: Webservice, bench: Bench) -> None:
    row = bench.customer_row()
    del row["id_default_group"], row["groups"]
    customer = shop.read("customers", bench.make("customers", row)[0].id)
    assert customer["id_default_group"] == "0"
    assert customer.member_ids("groups") == set()


def test_a_short_password_is_accepted(bench: Bench) -> None:
    assert bench.customer(passwd="abc").id


def test_an_e_mail_is_used_once(shop: Webservice, bench: Bench) -> None:
    first = bench.customer()
    reply = shop.post("customers", bench.customer_row(email=first["email"]))
    assert (reply.status, reply.codes) == (500, [140, 46])
    assert len(shop.find("customers", "[id]", email=first["email"])) == 1


def test_a_change_to_a_used_e_mail_is_refused_with_another_code(shop: Webservice, bench: Bench) -> None:
    first, second = bench.customer(), bench.customer()
    reply = shop.patch("customers", {"id": second.id, "email": first["email"]})
    assert (reply.status, reply.codes) == (500, [141, 46])
    assert shop.read("customers", second.id)["email"] == second["email"]


def test_an_e_mail_may_change_its_case(shop: Webservice, bench: Bench) -> None:
    customer = bench.customer()
    shop.patched("customers", {"id": customer.id, "email": customer["email"].upper()})
    assert shop.read("customers", customer.id)["email"] == customer["email"].upper()


def test_customers_are_found_by_e_mail_whatever_its_case(shop: Webservice, bench: Bench) -> None:
    customer = bench.customer()
    for email in (customer["email"], customer["email"].upper()):
        assert [row.id for row in shop.find("customers", "[id,email]", email=f"[{email}]")] == [customer.id]


def test_two_guests_may_have_one_e_mail_and_are_in_the_guests_group(
    shop: Webservice, setting: Setting, bench: Bench
) -> None:
    row = bench.customer_row(is_guest=1)
    first, second = bench.make("customers", row)[0], bench.make("customers", row)[0]
    assert first.id != second.id
    assert shop.read("customers", first.id)["id_default_group"] == str(setting.guest_group)


def test_patch_changes_one_field(shop: Webservice, bench: Bench) -> None:
    before = shop.read("customers", bench.customer(company="ACME").id)
    shop.patched("customers", {"id": before.id, "company": "ACME2"})
    after = shop.read("customers", before.id)
    changed = {name for name, value in after.fields().items() if value != before.fields()[name]}
    assert "company" in changed
    assert changed <= {"company", "date_upd"}


def test_a_deleted_customer_is_gone(shop: Webservice, bench: Bench) -> None:
    customer = bench.customer()
    assert shop.delete("customers", customer.id).status == 200
    assert not shop.exists("customers", customer.id)


def test_an_address_is_read_as_it_was_sent(shop: Webservice, bench: Bench) -> None:
    customer = bench.customer()
    sent = {
        "alias": "Bureau", "company": "ACME", "address1": "1 rue de Paris", "address2": "3e étage",
        "postcode": "75001", "city": "Paris", "phone": "0102030405", "phone_mobile": "+33 6 01 02 03 04",
        "vat_number": "FR123", "other": "sonner", "dni": "123",
    }  # fmt: skip
    (made,) = bench.make("addresses", bench.address_row(customer.id, **sent))
    shown = shop.read("addresses", made.id)
    assert {name: shown[name] for name in sent} == sent
    assert [row.id for row in shop.find("addresses", "[id]", id_customer=customer.id)] == [made.id]


@pytest.mark.parametrize("name", ["id_country", "alias", "lastname", "firstname", "address1", "city"])
def test_a_required_field_of_an_address_left_out_is_refused(shop: Webservice, bench: Bench, name: str) -> None:
    row = bench.address_row(NO_SUCH_ID)
    del row[name]
    assert refused(shop.post("addresses", row), 41, 400)


@pytest.mark.parametrize(("field", "value"), [("postcode", "ABC#"), ("phone", "call me"), ("city", "Pa<ris")])
def test_a_forbidden_value_of_an_address_is_refused(shop: Webservice, bench: Bench, field: str, value: str) -> None:
    assert refused(shop.post("addresses", bench.address_row(NO_SUCH_ID, **{field: value})), 85, 400)


def test_a_changed_address_keeps_its_other_fields(shop: Webservice, bench: Bench) -> None:
    (address,) = bench.make("addresses", bench.address_row(bench.customer().id))
    shop.patched("addresses", {"id": address.id, "city": "Lyon"})
    after = shop.read("addresses", address.id)
    assert (after["city"], after["postcode"], after["alias"]) == ("Lyon", "75001", "Home")

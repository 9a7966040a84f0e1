"""What we believe of a Dolibarr's answers and can see without writing much to it (docs/facts/dolibarr.md)."""

from __future__ import annotations

import pytest

from tests.contract.dolibarr.rest import UID, Rest

ORDER_HEAD = "id,ref,ref_client,socid,status,billed,date,total_ttc,multicurrency_code,array_options"
DEFINITION = {
    "label": "Passerelle",
    "type": "varchar",
    "size": "64",
    "unique": 1,
    "required": 0,
    "param": "",
    "pos": 100,
    "alwayseditable": 1,
    "list": "0",
    "default": "",
    "totalizable": 0,
    "printable": 0,
}
ELEMENTS = {"/thirdparties": "ef", "/orders": "ef", "/invoices": "ef", "/contacts": "te"}


def test_the_status_says_version_and_zone(erp: Rest) -> None:
    success = erp("GET", "/status").value["success"]
    assert {"dolibarr_version", "timestamp_php_tz"} <= success.keys()


def test_a_wrong_key_is_answered_401(erp: Rest) -> None:
    reply = erp("GET", "/status", key="wrong")
    assert reply.status == 401
    assert "not valid" in reply.said


@pytest.mark.parametrize(("path", "alias"), ELEMENTS.items())
def test_a_list_is_asked_by_guard_and_finds_nothing_for_nobody(erp: Rest, path: str, alias: str) -> None:
    assert erp.found(path, f"({alias}.{UID}:=:'nobody')") == []


@pytest.mark.parametrize(("path", "alias"), ELEMENTS.items())
def test_a_column_that_is_not_there_is_a_503(erp: Rest, path: str, alias: str) -> None:
    reply = erp("GET", path, sqlfilters=f"({alias}.nothing:=:'x')")
    assert reply.status == 503
    assert "nothing" in reply.said


def test_a_list_of_third_parties_without_any_is_a_404(erp: Rest) -> None:
    assert erp("GET", "/thirdparties", sqlfilters=f"(ef.{UID}:=:'nobody')").status == 404
    assert erp("GET", "/orders", sqlfilters=f"(ef.{UID}:=:'nobody')").value == []


@pytest.mark.parametrize("path", ["/orders/999999999", "/invoices/999999999", "/thirdparties/999999999"])
def test_what_is_not_there_is_a_404(erp: Rest, path: str) -> None:
    assert erp("GET", path).status == 404


def test_a_quotation_mark_in_a_filter_is_refused_by_the_firewall(erp: Rest) -> None:
    reply = erp("GET", "/orders", sqlfilters="(t.ref_client:=:'a\"b')")
    assert reply.status == 403
    assert "injection protection" in reply.text


def test_a_bracket_in_a_value_is_no_filter(erp: Rest) -> None:
    assert erp("GET", "/orders", sqlfilters="(t.ref_client:=:'a(b)c')").status == 400


def test_the_dictionaries_are_there(erp: Rest, version: int) -> None:
    countries = erp("GET", "/setup/dictionary/countries", limit=0).value
    assert any(each["code"] == "FR" and str(each["active"]) == "1" and int(each["id"]) for each in countries)
    payments = erp("GET", "/setup/dictionary/payment_types", limit=0).value
    assert {"CB", "CHQ", "LIQ", "VIR"} <= {each["code"] for each in payments}
    methods = erp("GET", "/setup/dictionary/shipping_methods", limit=0).value
    assert all(int(each["id"]) and each["code"] for each in methods)
    rates = erp("GET", "/setup/dictionary/vat", fk_country=1, limit=0)
    types = erp("GET", "/setup/dictionary/thirdparty_types", limit=0)
    if version < 23:
        assert (rates.status, types.status) == (404, 404)
        return
    assert {"5.5", "10", "20"} <= {each["taux"] for each in rates.value if str(each["active"]) == "1"}
    assert any(each["code"] == "TE_PRIVATE" for each in types.value)


def test_bank_accounts_say_reference_and_status(erp: Rest, account: int) -> None:
    rows = erp("GET", "/bankaccounts", limit=0, properties="id,ref,status").value
    assert {"id", "ref", "status"} <= rows[0].keys()


def test_a_list_gives_its_newest_rows_first_where_it_is_asked_to(erp: Rest) -> None:
    query = {"sortfield": "t.rowid", "sortorder": "DESC", "limit": 5, "page": 0, "properties": ORDER_HEAD}
    ids = [int(each["id"]) for each in erp.found("/orders", "(t.rowid:>:0)", **query)]
    assert ids == sorted(ids, reverse=True)


@pytest.mark.parametrize(
    "path", ["/thirdparties", "/contacts", "/products", "/orders", "/invoices", "/shipments", "/bankaccounts"]
)
def test_a_list_can_be_asked_for_one_row(erp: Rest, path: str) -> None:
    reply = erp("GET", path, limit=1)
    assert reply.status in {200, 404}, reply.said


def test_a_constant_is_told_to_an_administrator(erp: Rest) -> None:
    reply = erp("GET", "/setup/conf/MAIN_MAX_DECIMALS_UNIT")
    if reply.status == 403:
        pytest.skip("the key is no administrator's")
    assert (reply.status, reply.value) == (200, "5")
    assert erp("GET", "/setup/conf/MAIN_NO_SUCH_CONSTANT").status == 400


def test_an_administrator_makes_and_sees_an_extra_field(erp: Rest) -> None:
    path = f"/setup/extrafields/societe/{erp.mark}"
    reply = erp("POST", path, DEFINITION)
    if reply.status == 403:
        pytest.skip("the key is no administrator's")
    assert reply.status == 200, reply.said
    assert erp("GET", "/setup/extrafields").value["societe"][erp.mark]["unique"] == "1"
    assert erp("POST", path, DEFINITION).status == 409
    assert erp("DELETE", path).status == 200

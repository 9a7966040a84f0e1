"""What Dolibarr answers instead of an answer is named by what happens next."""

from __future__ import annotations

from decimal import Decimal

import pytest

from connectors.dolibarr import Dolibarr, DolibarrAccess
from connectors.dolibarr.faults import error_of, is_collision
from connectors.dolibarr.look import LookAtDolibarr
from deployments.sandbox.dolibarr import SandboxDolibarr
from deployments.sandbox.dolibarr.faults import Kind
from schemas.errors import DeniedError, PasserelleError, RefusedError, TransientError, UnexpectedReplyError
from tests.connectors.dolibarr.opening import QUICK
from tests.connectors.dolibarr.shop_orders import CODES


def refusal(status: int, said: str, *causes: str) -> PasserelleError:
    error = {"code": status, "message": said} | {str(number): cause for number, cause in enumerate(causes)}
    return error_of(status, {"error": error}, "", action="act", key="", writes=True)


@pytest.mark.parametrize("status", [400, 405, 500, 503])
def test_a_deadlock_passes_under_any_status(status: int) -> None:
    assert isinstance(refusal(status, "Bad Request: Payment error : Deadlock found"), TransientError)


@pytest.mark.parametrize(
    ("said", "collides"),
    [
        ("Duplicate entry 'CO2611-0001-1' for key 'uk_commande_ref'", True),
        ("Duplicate value in a unique field", True),
        ("Duplicate entry 'WEB12' for key 'uk_commande_extrafields_ps_uid'", False),
        ("ErrorProductAlreadyExists", False),
    ],
)
def test_a_collision_of_numbers_is_not_a_guard_that_holds(said: str, collides: bool) -> None:
    assert is_collision(said) is collides


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (refusal(500, "Error", "Duplicate entry 'a' for key 'uk_facture_extrafields_ps_uid'"), "DUPLICATE"),
        (refusal(500, "Error creating product", "ErrorProductAlreadyExists"), "DUPLICATE"),
        (refusal(404, "Not Found: Order not found"), "NOT_THERE"),
        (refusal(403, "Forbidden: Invoice not erasable"), "FORBIDDEN"),
        (refusal(400, "Bad Request: TotalAmountEmpty"), "400"),
        (error_of(413, None, "<h1>413 Request Entity Too Large</h1>", action="a", key="", writes=True), "413"),
        (refusal(500, "Error", "Incorrect string value: '\\xF0' for column"), "CHARACTERS"),
    ],
)
def test_what_is_final_for_one_object_costs_that_object(error: PasserelleError, code: str) -> None:
    assert isinstance(error, RefusedError)
    assert error.code == code


@pytest.mark.parametrize(
    "error",
    [refusal(403, "Forbidden"), refusal(500, "Error", "NotEnoughPermissions"), refusal(401, "Unauthorized")],
)
def test_a_right_that_is_missing_stops_the_run(error: PasserelleError) -> None:
    assert isinstance(error, DeniedError)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("401", DeniedError),
        ("403", DeniedError),
        ("500", TransientError),
        ("503", TransientError),
        ("html", UnexpectedReplyError),
        ("redirect", UnexpectedReplyError),
        ("reset-before", TransientError),
    ],
)
def test_an_answer_that_is_none_is_named(
    box: SandboxDolibarr, dolibarr: Dolibarr, kind: Kind, expected: type[PasserelleError]
) -> None:
    box.faults.add(kind)
    with pytest.raises(expected) as raised:
        dolibarr.order(1)
    assert box.key not in str(raised.value)


def test_a_wrong_key_and_a_wrong_address_say_so(box: SandboxDolibarr) -> None:
    with pytest.raises(DeniedError) as denied, Dolibarr(DolibarrAccess(box.url, "wrong"), limits=QUICK):
        pass
    assert denied.value.text == "dolibarr_key"
    with (
        pytest.raises(TransientError),
        Dolibarr(DolibarrAccess("http://127.0.0.1:9", "k"), limits=QUICK),
    ):
        pass


def test_the_address_may_be_that_of_the_api(box: SandboxDolibarr) -> None:
    for end in ("", "/", "/api", "/api/index.php", "/api/index.php/"):
        assert DolibarrAccess(box.url + end, box.key).root == f"{box.url}/api/index.php"


def test_a_guard_that_is_missing_is_made_where_the_key_may() -> None:
    with SandboxDolibarr(guarded=False) as box:
        with Dolibarr(DolibarrAccess(box.url, box.key), limits=QUICK) as client, pytest.raises(DeniedError) as denied:
            client.create_third_party("WEB1", {"name": "A", "client": 1})
        assert (denied.value.text, denied.value.params["value"]) == ("dolibarr_guard_missing", "societe")
        with Dolibarr(DolibarrAccess(box.url, box.admin_key), limits=QUICK) as client:
            client.create_third_party("WEB1", {"name": "A", "client": 1})
            assert client.guards_that_are_not_unique() == ()
        with Dolibarr(DolibarrAccess(box.url, box.key), limits=QUICK) as client:
            assert client.guards_that_are_not_unique() is None


def test_what_only_the_catalogue_needs_is_looked_at_where_it_is_on() -> None:
    with SandboxDolibarr(guarded=False) as box:
        with Dolibarr(DolibarrAccess(box.url, box.admin_key), limits=QUICK) as client:
            client.create_third_party("WEB1", {"name": "A", "client": 1})
        for with_catalogue, missing in ((False, []), (True, ["product, categorie"])):
            with Dolibarr(DolibarrAccess(box.url, box.key), limits=QUICK) as client:
                looking = LookAtDolibarr(client, CODES, "test", "FR", with_catalogue=with_catalogue)
                found = list(looking.look(frozenset()))
            assert [each.params["value"] for each in found if each.code == "dolibarr_guard_to_make"] == missing


def test_who_only_reads_makes_no_guard_and_finds_nothing_of_ours() -> None:
    with (
        SandboxDolibarr(guarded=False) as box,
        Dolibarr(DolibarrAccess(box.url, box.admin_key), limits=QUICK) as client,
    ):
        assert client.guards == frozenset()
        assert (client.third_party_of("WEB1"), client.orders_of("WEB1", "")) == (None, [])
        assert "make the guard" not in client.sent


def test_an_email_that_cannot_be_asked_for_is_refused(dolibarr: Dolibarr) -> None:
    with pytest.raises(RefusedError):
        dolibarr.third_parties_by_email('"x y"@example.com')


def test_stock_moves_and_is_read_by_the_row_of_the_movement(box: SandboxDolibarr, dolibarr: Dolibarr) -> None:
    first = dolibarr.move_stock(1, 1, Decimal(-3), "web-1", "sold")
    assert dolibarr.stock_of(1) == {1: Decimal(97)}
    (moved,) = dolibarr.movements_after(first - 1)
    assert (moved["product_id"], moved["qty"]) == ("1", "-3")
    with pytest.raises(RefusedError, match="negative"):
        dolibarr.move_stock(1, 1, Decimal(-500), "web-2", "sold")

from __future__ import annotations

import os
from pathlib import Path

import pytest

from connectors.cegid import Limits
from connectors.cegid.needed import SERVICES
from deployments.sandbox.cegid import SandboxCegid
from schemas.errors import UnexpectedReplyError
from tests.connectors.cegid.conftest import Connect
from tests.connectors.cegid.requests_to_send import order


@pytest.mark.parametrize("single_wsdl", [True, False])
def test_both_forms_of_the_contract_lead_to_the_same_service(connect: Connect, single_wsdl: bool) -> None:
    with SandboxCegid(single_wsdl=single_wsdl) as erp, connect(erp) as client:
        erp.insert_customer("C1")
        assert client.hello().version == "23.0.0.1200"
        assert client.create_document(order("W1")).number == 1


def test_what_the_contract_lacks_is_named_before_anything_starts(connect: Connect) -> None:
    lacks = ("Create_Header.WarehouseId", "OmniChannel.Tracking")
    with (
        SandboxCegid(lacks=lacks) as erp,
        pytest.raises(UnexpectedReplyError, match=r"lacks OmniChannel\.Tracking, Create_Header\.WarehouseId"),
        connect(erp),
    ):
        pass


def test_members_of_a_newer_version_are_no_error_and_hide_nothing(connect: Connect) -> None:
    newer = ("Create_Header.AnotherThing", "Get_Header.Another", "Get_Header.ZLast", "CustomerQueryData.Another")
    with SandboxCegid(newer=newer) as erp, connect(erp) as client:
        erp.insert_customer("C1", email="known@example.com")
        key = client.create_document(order("W1"))
        status = client.status(key)
        assert status is not None
        assert (status.number, status.internal_reference) == (str(key), "W1")
        assert [each.code for each in client.find_customers("known@example.com")] == ["C1"]


def test_a_server_newer_than_the_contract_on_disk_is_still_understood(connect: Connect) -> None:
    with SandboxCegid() as older, connect(older):
        port = int(older.url.rpartition(":")[2].partition("/")[0])
    with (
        SandboxCegid(port=port, newer=("Get_Header.Another", "OmniChannel.Another")) as newer,
        connect(newer) as client,
    ):
        newer.insert_customer("C1")
        key = client.create_document(order("W1"))
        newer.set_status(newer.documents()[0], follow_up="Validated")
        status = client.status(key)
        assert newer.requests["wsdl"] == 0
    assert status is not None
    assert (status.internal_reference, status.values["FollowUpStatus"]) == ("W1", "Validated")


def test_a_contract_is_read_once_while_it_is_valid(erp: SandboxCegid, connect: Connect) -> None:
    for _ in range(3):
        with connect(erp):
            pass
    assert erp.requests["wsdl"] == len(SERVICES)


def test_a_contract_that_is_too_old_is_read_again(erp: SandboxCegid, connect: Connect, tmp_path: Path) -> None:
    with connect(erp):
        pass
    for path in (tmp_path / "contracts").iterdir():
        os.utime(path, (0, 0))
    with connect(erp):
        pass
    assert erp.requests["wsdl"] == 2 * len(SERVICES)


def test_a_contract_larger_than_agreed_is_not_read(erp: SandboxCegid, connect: Connect) -> None:
    with (
        pytest.raises(UnexpectedReplyError, match="larger than 1000 bytes"),
        connect(erp, limits=Limits(answer_bytes=1000)),
    ):
        pass


def test_a_page_that_is_no_contract_is_not_kept(erp: SandboxCegid, connect: Connect) -> None:
    erp.faults.add("html", "wsdl", times=2)
    with pytest.raises(UnexpectedReplyError), connect(erp):
        pass
    with connect(erp) as client:
        assert client.hello().database == erp.database


def test_what_is_kept_on_disk_holds_no_secret(erp: SandboxCegid, connect: Connect, tmp_path: Path) -> None:
    with connect(erp) as client:
        client.hello()
    kept = [path.read_bytes() for path in (tmp_path / "contracts").iterdir()]
    assert kept
    assert not any(secret.encode() in each for each in kept for secret in (erp.password, erp.user))

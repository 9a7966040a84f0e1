"""What the tenant's contract makes of our values, by zeep's own hand."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import httpx
import pytest
from lxml import etree

from connectors.cegid import Cegid
from deployments.sandbox.cegid import SandboxCegid
from schemas.errors import RefusedError
from tests.connectors.cegid.conftest import Connect
from tests.connectors.cegid.requests_to_send import order
from tests.connectors.listener import Asked, Listener, Told


def header(cegid: Cegid, **members: Any) -> list[tuple[str, str | None]]:
    """Name and text of the header's members, as they would be sent."""
    body = etree.fromstring(cegid.render_document(order("W1", **members)))
    found = body.find("{*}createRequest/{*}Header")
    assert found is not None
    return [(etree.QName(each).localname, each.text) for each in found]


def lines(cegid: Cegid, *given: dict[str, Any]) -> list[etree._Element]:
    request = order("W1") | {"Lines": {"Create_Line": list(given)}}
    return etree.fromstring(cegid.render_document(request)).findall("{*}createRequest/{*}Lines/{*}Create_Line")


def test_members_come_in_the_order_of_the_contract(cegid: Cegid) -> None:
    names = [name for name, _ in header(cegid, WarehouseId="W", Active=False)]
    assert names == sorted(names)
    assert names[0] == "Active"


def test_truth_and_amounts_are_written_as_xml_wants_them(cegid: Cegid) -> None:
    assert ("Active", "false") in header(cegid, Active=False)
    [line] = lines(cegid, {"Quantity": Decimal("1E+2"), "NetUnitPrice": Decimal("0.10")})
    assert (line.findtext("{*}Quantity"), line.findtext("{*}NetUnitPrice")) == ("100", "0.10")


def test_what_is_none_is_left_out_and_an_empty_text_is_said(cegid: Cegid) -> None:
    told = dict(header(cegid, Comment=None, WarehouseId=""))
    assert "Comment" not in told
    assert told["WarehouseId"] is None


def test_a_list_is_as_many_elements(cegid: Cegid) -> None:
    item = {"Quantity": Decimal(1), "NetUnitPrice": Decimal(1)}
    assert [line.findtext("{*}Label") for line in lines(cegid, item | {"Label": "a"}, item | {"Label": "b & c"})] == [
        "a",
        "b & c",
    ]


def test_a_member_that_the_contract_does_not_know_is_named_with_its_type(cegid: Cegid) -> None:
    with pytest.raises(RefusedError, match="Create_Line has no Another"):
        lines(cegid, {"Quantity": Decimal(1), "Another": 1})


def test_a_message_has_nothing_but_its_body(erp: SandboxCegid, connect: Connect) -> None:
    with httpx.Client(base_url=erp.url, trust_env=False) as behind:

        def forwarded(asked: Asked) -> Told:
            kept = {name: asked.headers[name] for name in ("Authorization", "SOAPAction") if name in asked.headers}
            path = asked.path.removeprefix("/Y2")
            headers = kept | {"Content-Type": asked.headers.get("Content-Type", "")}
            answer = behind.request(asked.method, path, headers=headers, content=asked.body)
            return Told(answer.status_code, answer.content, {"Content-Type": answer.headers["Content-Type"]})

        with Listener(forwarded) as listener, connect(erp, url=f"{listener.url}/Y2") as cegid:
            assert cegid.hello().version
    assert all(asked.path.startswith("/Y2/") for asked in listener.asked)
    [message] = [etree.fromstring(asked.body) for asked in listener.asked if asked.method == "POST"]
    assert [etree.QName(each).localname for each in message] == ["Body"]

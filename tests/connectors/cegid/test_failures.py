from __future__ import annotations

import logging
import socket
import time
import tracemalloc
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from connectors.cegid import Cegid, CegidAccess, Limits
from connectors.cegid.faults import Fault, read_fault
from connectors.cegid.replies import read_hello
from deployments.sandbox.cegid import SandboxCegid
from schemas.errors import DeniedError, PasserelleError, RefusedError, TransientError, UnexpectedReplyError
from tests.connectors.cegid.conftest import Connect
from tests.connectors.cegid.requests_to_send import order

pytestmark = pytest.mark.lasting


@pytest.fixture(params=["none", "length", "chunked"])
def compression(request: pytest.FixtureRequest) -> Any:
    """Every way in which a web server compresses its answers."""
    return request.param


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("401", DeniedError),
        ("redirect", DeniedError),
        ("500", TransientError),
        ("503", TransientError),
        ("reset-before", TransientError),
        ("fault-timeout", TransientError),
        ("fault-fr", RefusedError),
        ("html", UnexpectedReplyError),
        ("entities", UnexpectedReplyError),
        ("huge", UnexpectedReplyError),
    ],
)
def test_a_failure_is_named_by_what_happens_next(
    erp: SandboxCegid, cegid: Cegid, kind: str, error: type[PasserelleError]
) -> None:
    erp.faults.add(kind, "HelloWorld")  # type: ignore[arg-type]
    with pytest.raises(error) as failed:
        cegid.hello()
    assert (failed.value.system, failed.value.action) == ("cegid", "HelloWorld")
    assert cegid.hello().database == erp.database


def test_a_busy_server_says_when_to_come_back(erp: SandboxCegid, cegid: Cegid) -> None:
    erp.faults.add("503", "HelloWorld")
    with pytest.raises(TransientError) as busy:
        cegid.hello()
    assert busy.value.retry_after == 2.0


def test_a_refused_key_stops_with_a_remedy(erp: SandboxCegid, connect: Connect) -> None:
    with pytest.raises(DeniedError, match="Check url, user") as denied, connect(erp, password="wrong-one"):
        pass
    assert "wrong-one" not in str(denied.value)


def test_an_address_without_services_stops_with_a_remedy(erp: SandboxCegid, connect: Connect) -> None:
    with pytest.raises(DeniedError, match="the root of the services"), connect(erp, url=f"{erp.url}/elsewhere"):
        pass


@pytest.mark.parametrize("url", ["not an address", "ftp://example.com/Y2", "http://"])
def test_what_is_no_address_stops_with_a_remedy(erp: SandboxCegid, connect: Connect, url: str) -> None:
    with pytest.raises(DeniedError, match="the root of the services"), connect(erp, url=url):
        pass


def test_a_server_that_is_down_may_come_back(erp: SandboxCegid, connect: Connect) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/Y2"
        with pytest.raises(TransientError), connect(erp, url=url):
            pass


def test_silence_is_given_up(erp: SandboxCegid, connect: Connect) -> None:
    with connect(erp, limits=Limits(answer_seconds=0.3)) as client:
        erp.faults.add("slow", "HelloWorld", seconds=1.5)
        with pytest.raises(TransientError, match="ReadTimeout"):
            client.hello()


def test_the_cookie_of_the_first_call_is_sent_with_the_next(erp: SandboxCegid, cegid: Cegid) -> None:
    cegid.hello()
    erp.password = "changed meanwhile"
    assert cegid.hello().database == erp.database


def test_a_password_beyond_latin_is_sent_as_utf_8(connect: Connect) -> None:
    with SandboxCegid(password="clé-€-漢") as erp, connect(erp) as client:
        assert client.hello().identity == erp.user


def test_neither_password_nor_customer_reaches_a_log_or_an_exception(
    erp: SandboxCegid, connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with connect(erp) as client:
        client.create_customer("WEB1", {"LastName": "Unforgettable", "EmailData": {"Email": "u@example.com"}})
        client.customer("WEB1")
        client.create_document(order("W1", Comment="Unforgettable"))
        erp.faults.add("html", "GetCustomerDetail")
        with pytest.raises(UnexpectedReplyError) as failed:
            client.customer("WEB1")
    access = CegidAccess(erp.url, erp.user, erp.password, erp.database)
    said = caplog.text + str(failed.value) + repr(access)
    assert not any(secret in said for secret in ("Unforgettable", "u@example.com", erp.password))


@pytest.mark.parametrize("depth", [1, 3, 7])
def test_the_innermost_message_is_read_at_any_depth(depth: int) -> None:
    inner = "<Message>CBR00009 : the reason</Message><Type>T</Type>"
    for number in range(depth):
        inner = f"<InnerException>{inner}</InnerException><Message>WP00{number % 9} : outer</Message><Type>T</Type>"
    fault = read(f'<CbpExceptionDetail xmlns="http://www.cegid.fr/fault">{inner}</CbpExceptionDetail>')
    assert (fault.message, fault.code) == ("CBR00009 : the reason", "CBR00009")


def test_a_fault_without_detail_is_told_by_its_text() -> None:
    fault = read("")
    assert (fault.message, fault.code) == ("outermost", "CBR_001_0003")


def test_a_validation_fault_is_told_by_its_message() -> None:
    said = "<Id>B1</Id><Message>The X field is required</Message>"
    detail = f'<BusinessFaultDetail xmlns="http://www.cegid.fr/fault">{said}</BusinessFaultDetail>'
    fault = read(detail)
    assert (fault.message, fault.code) == ("The X field is required", "B1")


def read(detail: str) -> Fault:
    inside = f"<detail>{detail}</detail>" if detail else ""
    said = (
        '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><s:Fault>'
        '<faultcode xmlns:a="http://www.cegid.fr/fault">a:CBR_001_0003</faultcode><faultstring>outermost</faultstring>'
        f"{inside}</s:Fault></s:Body></s:Envelope>"
    )
    fault = read_fault(etree.fromstring(said))
    assert fault is not None
    return fault


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate for 127.0.0.1 that signs itself, with its key."""
    x509 = pytest.importorskip("cryptography.x509")

    from cryptography.hazmat.primitives import hashes, serialization  # noqa: PLC0415 - not installed everywhere
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    form = serialization.PrivateFormat.PKCS8
    private = key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())
    path = tmp_path / "certificate.pem"
    path.write_bytes(private + signed.public_bytes(serialization.Encoding.PEM))
    return path


def test_a_certificate_that_nobody_vouches_for_is_denied(certificate: Path, connect: Connect) -> None:
    with SandboxCegid(certificate=certificate) as erp:
        with pytest.raises(DeniedError, match="certificate"), connect(erp):
            pass
        assert erp.requests.total() == 0


def test_a_certificate_of_our_own_list_is_trusted(certificate: Path, connect: Connect) -> None:
    with SandboxCegid(certificate=certificate) as erp, connect(erp, limits=Limits(verify_tls=certificate)) as client:
        assert client.hello().database == erp.database


@pytest.mark.parametrize("compression", ["length", "chunked"])
def test_a_bomb_is_refused_before_it_is_unpacked(compression: str, connect: Connect) -> None:
    with SandboxCegid(compression=compression) as erp, connect(erp) as client:  # type: ignore[arg-type]
        erp.faults.add("huge", "HelloWorld")
        tracemalloc.start()
        with pytest.raises(UnexpectedReplyError, match="larger than"):
            client.hello()
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert client.hello().database == erp.database
    # The sandbox in this process holds 64 MB of it, packs them, and we hold the limit twice at most.
    assert most < 64 * 2**20 + 2.5 * Limits().answer_bytes


def test_lines_of_the_greeting_are_read_in_a_time_that_grows_with_their_length_only() -> None:
    start = time.perf_counter()
    read_hello("a" * 200_000 + " " * 200_000 + "\n" * 50_000)
    read_hello("a:(" * 200_000)
    assert time.perf_counter() - start < 2.0

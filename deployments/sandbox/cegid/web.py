"""HTTP and SOAP around the ERP: authentication, WSDL documents, envelopes, faults on the wire."""

from __future__ import annotations

import base64
import gzip
import secrets
import socket
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from lxml import etree

from deployments.sandbox.cegid import refusals
from deployments.sandbox.cegid.contract import RETAIL, SOAP, InvalidMessageError, Service
from deployments.sandbox.cegid.faults import AFTER, Fault
from deployments.sandbox.cegid.refusals import DispatcherFault, Refusal
from deployments.sandbox.serve import LoopbackServer

if TYPE_CHECKING:
    from pathlib import Path

    from deployments.sandbox.cegid.server import SandboxCegid

_XML = "text/xml; charset=utf-8"
_HTML = "text/html; charset=utf-8"
_BOMB = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bbbbbbbb">]><a>&b;</a>'
_DEFAULT: dict[Any, str] = {None: RETAIL}
WATCHERS: list[Callable[[str, str, str, bytes], None]] = []
"""Called with client, service, operation and message of every call to a service of this process."""
_HUGE = 64 * 1024 * 1024
_CHUNK_BYTES = 333


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer."""

    status: int
    body: bytes = b""
    content_type: str = _XML
    headers: dict[str, str] = field(default_factory=dict)


class _ResetError(Exception):
    """The connection is to be reset instead of answered."""


_ANSWERS: dict[str, Answer] = {
    "401": Answer(401, b"Unauthorized", _HTML, {"WWW-Authenticate": 'Basic realm="Y2"'}),
    "500": Answer(500, b"<html><body>Server Error in '/Y2' Application.</body></html>", _HTML),
    "500-after": Answer(500),
    "503": Answer(503, b"Service Unavailable", _HTML, {"Retry-After": "2"}),
    "html": Answer(200, b"<html><body>Maintenance</body></html>", _HTML),
    "entities": Answer(200, _BOMB),
    "redirect": Answer(302, b"", _HTML, {"Location": "http://127.0.0.1:9/elsewhere"}),
}


class Server(LoopbackServer):
    """The server of one ERP."""

    def __init__(self, erp: SandboxCegid, port: int, certificate: Path | None) -> None:
        super().__init__(_Handler, port, certificate)
        self.erp = erp
        self.cookie = secrets.token_hex(16)


class _Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's signature
        """Requests are counted, not printed."""

    def do_GET(self) -> None:
        """WSDL and XSD documents."""
        self._answer(self._guarded("wsdl", self._document))

    def do_POST(self) -> None:
        """SOAP calls."""
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        service = self._service()
        action = self.headers.get("SOAPAction", "").strip('"')
        operation = service.actions.get(action, "") if service else ""
        self._answer(self._guarded(operation or "unknown", lambda: self._soap(service, operation, body)))

    def _service(self) -> Service | None:
        name = urlsplit(self.path).path.removeprefix("/Y2/").removesuffix(".svc")
        return self.server.erp.services.get(name)

    def _guarded(self, operation: str, act: Callable[[], Answer]) -> Answer:
        erp = self.server.erp
        with erp.lock:
            erp.requests[operation] += 1
        fault = erp.faults.take(operation)
        time.sleep(erp.latency + (fault.seconds if fault and fault.kind == "slow" else 0))
        if fault and fault.kind == "reset-before":
            raise _ResetError
        if not self._authenticated():
            return _ANSWERS["401"]
        if fault and fault.kind == "late":
            erp.late.append(act)
            raise _ResetError
        if fault and fault.kind not in AFTER and fault.kind != "slow":
            return self._failing(fault, operation)
        answer = act()
        if fault and fault.kind == "reset-after":
            raise _ResetError
        return _ANSWERS[fault.kind] if fault and fault.kind == "500-after" else answer

    def _failing(self, fault: Fault, operation: str) -> Answer:
        if fault.kind == "huge":
            return Answer(200, b"<a>" + b" " * _HUGE + b"</a>")
        if fault.kind == "fault-timeout":
            refusal = Refusal("on-demand", reason="Timeout expired", type_name="System.TimeoutException")
            return Answer(500, refusals.business_fault(refusal, operation, self.server.erp.language))
        if fault.kind.startswith("fault-"):
            refusal = Refusal("on-demand", code=fault.code, reason=fault.reason)
            return Answer(500, refusals.business_fault(refusal, operation, fault.kind.removeprefix("fault-")))
        return _ANSWERS[fault.kind]

    def _authenticated(self) -> bool:
        erp = self.server.erp
        cookie = SimpleCookie(self.headers.get("Cookie", "")).get("CbrAuth")
        if cookie is not None and cookie.value == self.server.cookie:
            return True
        wanted = base64.b64encode(f"{erp.user}:{erp.password}".encode()).decode()
        given = self.headers.get("Authorization", "").removeprefix("Basic ")
        return secrets.compare_digest(given.encode(), wanted.encode())

    def _document(self) -> Answer:
        service, parts = self._service(), urlsplit(self.path)
        address = f"http://{self.headers.get('Host')}{parts.path}"
        query = parse_qs(parts.query, keep_blank_values=True)
        if service is None:
            return Answer(404, b"", _HTML)
        if "singleWsdl" in query and self.server.erp.single_wsdl:
            return Answer(200, service.single_wsdl())
        if query.get("wsdl") == ["wsdl0"]:
            return Answer(200, service.contract_wsdl(address))
        if "wsdl" in query:
            return Answer(200, service.split_wsdl(address))
        number = query.get("xsd", [""])[0].removeprefix("xsd")
        schema = service.schema(int(number), address) if number.isdigit() else None
        return Answer(404, b"", _HTML) if schema is None else Answer(200, schema)

    def _soap(self, service: Service | None, operation: str, body: bytes) -> Answer:
        erp = self.server.erp
        if service is None:
            return Answer(404, b"", _HTML)
        for watch in WATCHERS:
            watch(self.headers.get("User-Agent", ""), service.name, operation, body)
        try:
            parameters = _read(service, operation, body, strict=erp.strict)
            result = erp.call(service.name, operation, parameters)
        except DispatcherFault as fault:
            return Answer(500, refusals.dispatcher_fault(fault))
        except Refusal as refusal:
            name = f"Cegid.Retail.{service.name}.{operation}"
            return Answer(500, refusals.business_fault(refusal, name, erp.language))
        return Answer(200, _reply(service, operation, result), _XML, {"Set-Cookie": f"CbrAuth={self.server.cookie}"})

    def _answer(self, answer: Answer) -> None:
        form = self.server.erp.compression if "gzip" in self.headers.get("Accept-Encoding", "") else "none"
        body = answer.body if form == "none" or not answer.body else gzip.compress(answer.body, mtime=0)
        self.send_response(answer.status)
        for name, value in {**answer.headers, "Content-Type": answer.content_type}.items():
            self.send_header(name, value)
        if body is not answer.body:
            self.send_header("Content-Encoding", "gzip")
            self.send_header("Vary", "Accept-Encoding")
        if form == "chunked":
            self.send_header("Transfer-Encoding", "chunked")
            body = _in_chunks(body)
        else:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def handle_one_request(self) -> None:
        """Answer one request, or reset the connection."""
        try:
            super().handle_one_request()
        except _ResetError:
            self.close_connection = True
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        except (ConnectionError, OSError):
            self.close_connection = True


def _read(service: Service, operation: str, body: bytes, *, strict: bool) -> dict[str, Any]:
    try:
        envelope = etree.fromstring(body, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError as error:
        raise DispatcherFault("DeserializationFailed", f"The message is not XML: {error}") from error
    message = envelope.find(f"{{{SOAP}}}Body/*")
    if not operation or message is None or message.tag != f"{{{RETAIL}}}{operation}":
        raise DispatcherFault("ActionNotSupported", "The message with this Action cannot be processed at the receiver.")
    service.drop_nulls(message)
    if not strict:
        service.drop_what_wcf_skips(message, operation)
    try:
        service.validate(message)
    except InvalidMessageError as error:
        raise DispatcherFault("DeserializationFailed", f"The formatter threw an exception: {error}") from error
    parameters: dict[str, Any] = service.read(message, operation)
    return parameters


def _reply(service: Service, operation: str, result: Any) -> bytes:
    envelope = etree.Element(f"{{{SOAP}}}Envelope", nsmap={"s": SOAP})
    body = etree.SubElement(envelope, f"{{{SOAP}}}Body")
    response = etree.SubElement(body, f"{{{RETAIL}}}{operation}Response", nsmap=_DEFAULT)
    if service.members(f"{operation}Response"):
        service.write(response, {f"{operation}Result": result}, f"{operation}Response")
    return etree.tostring(envelope, xml_declaration=True, encoding="utf-8")


def _in_chunks(body: bytes) -> bytes:
    """As the server cuts it: where it pleases, in the middle of whatever is there."""
    pieces = [body[start : start + _CHUNK_BYTES] for start in range(0, len(body), _CHUNK_BYTES)]
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in [*pieces, b""])

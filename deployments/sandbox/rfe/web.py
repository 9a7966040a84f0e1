"""HTTP around the exchange: the three services on one port, and what goes wrong on the wire."""

from __future__ import annotations

import json
import socket
import struct
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote, urlsplit

from deployments.sandbox.serve import LoopbackServer

if TYPE_CHECKING:
    from collections.abc import Callable

    from deployments.sandbox.rfe.blobs import Blob
    from deployments.sandbox.rfe.faults import Fault
    from deployments.sandbox.rfe.server import SandboxRfe

_JSON = {"Content-Type": "application/json"}
_CHUNK_BYTES = 2**16
_MOST_MINUTES = {"Read": 24 * 60, "ReadWrite": 10}


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


class _ResetError(Exception):
    """The connection is to be reset instead of answered."""


class Server(LoopbackServer):
    """The server of one exchange."""

    def __init__(self, rfe: SandboxRfe, port: int) -> None:
        super().__init__(_Handler, port)
        self.rfe = rfe


class _Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's signature
        """Requests are counted, not printed."""

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
        path = [unquote(part) for part in parts.path.strip("/").split("/")]
        request, act = self._act(path, query, body)
        rfe = self.server.rfe
        rfe.count(request)
        fault = rfe.faults.take(request)
        time.sleep(rfe.latency)
        try:
            self._answer(_failing(fault) or act(), fault)
        except (_ResetError, OSError):
            self.close_connection = True
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = _serve  # noqa: N815 - names of the standard library

    def _act(self, path: list[str], query: dict[str, str], body: bytes) -> tuple[str, Callable[[], Answer]]:
        """What is asked for, and how it is answered."""
        if path[1:] == ["as", "connect", "token"]:
            return "token", lambda: self._token(parse_qs(body.decode()))
        if path[1:3] == ["storage", "api"]:
            return "key", lambda: self._key(path[3:], query)
        return self._blob_act(path[0], "/".join(path[1:]), query, body)

    def _blob_act(
        self, container: str, name: str, query: dict[str, str], body: bytes
    ) -> tuple[str, Callable[[], Answer]]:
        rfe = self.server.rfe
        if container != rfe.container:
            return "unknown", lambda: Answer(404)
        if query.get("comp") == "list":
            page = (query.get("prefix", ""), query.get("marker", ""), rfe.page_size)
            return "list", lambda: self._with_key(query, lambda: Answer(200, rfe.files.page(*page)))
        if self.command in ("GET", "HEAD"):
            return self.command.lower(), lambda: self._with_key(
                query, lambda: self._conditional("If-Match", name, _whole)
            )
        if self.command == "DELETE":
            return "delete", lambda: self._with_key(
                query, lambda: self._conditional("If-Match", name, self._gone(name))
            )
        if "x-ms-copy-source" in self.headers:
            return "copy", lambda: self._with_key(query, lambda: self._copy(name))
        return "put", lambda: self._with_key(query, lambda: self._put(name, body))

    def _token(self, form: dict[str, list[str]]) -> Answer:
        rfe = self.server.rfe
        wanted = {
            "client_id": ["CegidRetailResourceFlowClient"],
            "grant_type": ["password"],
            "username": [f"{rfe.user}@{rfe.folder_id}"],
            "password": [rfe.password],
            "scope": ["RetailBackendApi offline_access"],
        }
        if form != wanted:
            return Answer(400, b'{"error":"invalid_grant"}', _JSON)
        told = {"access_token": rfe.new_token(), "expires_in": 3600, "token_type": "Bearer"}
        return Answer(200, json.dumps(told).encode(), _JSON)

    def _key(self, path: list[str], query: dict[str, str]) -> Answer:
        rfe = self.server.rfe
        if not rfe.takes_token(self.headers.get("Authorization", "").removeprefix("Bearer ")):
            return Answer(401)
        if path != [rfe.folder_id, "RFE", "V1", "getsastoken", rfe.container]:
            return Answer(403)
        if len(rfe.waiting()) > rfe.most_waiting:
            return Answer(429)
        mode, minutes = query.get("AccessMode", ""), int(query.get("Minutes-To-Live", "0"))
        if not 0 < minutes <= _MOST_MINUTES.get(mode, 0):
            return Answer(400)
        signature = rfe.new_key(minutes, writes=mode == "ReadWrite")
        address, signed = rfe.blobs or (f"{rfe.url}/", f"sv=2021&sig={signature}")
        told = {"blobServiceUri": address, "containerName": rfe.container, "sasToken": f"?{signed}"}
        return Answer(200, json.dumps(told).encode(), _JSON)

    def _with_key(self, query: dict[str, str], act: Callable[[], Answer]) -> Answer:
        takes = self.server.rfe.takes_key(query.get("sig", ""), writing=self.command not in ("GET", "HEAD"))
        return act() if takes else Answer(403, b"<Error><Code>AuthenticationFailed</Code></Error>")

    def _conditional(self, header: str, name: str, act: Callable[[Blob], Answer]) -> Answer:
        blob = self.server.rfe.files.get(name)
        wanted = self.headers.get(header, "").strip('"')
        if blob is None:
            # As Azurite answers: a condition on what is not there does not hold.
            return Answer(412) if wanted else Answer(404, b"<Error><Code>BlobNotFound</Code></Error>")
        return act(blob) if wanted in ("", blob.etag) else Answer(412)

    def _gone(self, name: str) -> Callable[[Blob], Answer]:
        def act(_blob: Blob) -> Answer:
            self.server.rfe.files.delete(name)
            return Answer(202)

        return act

    def _copy(self, name: str) -> Answer:
        source = unquote(urlsplit(self.headers["x-ms-copy-source"]).path).strip("/").partition("/")[2]

        def act(blob: Blob) -> Answer:
            self.server.rfe.files.put(name, blob.content)
            return Answer(202, b"", {"x-ms-copy-status": "success"})

        return self._conditional("x-ms-source-if-match", source, act)

    def _put(self, name: str, body: bytes) -> Answer:
        if self.headers.get("x-ms-blob-type") != "BlockBlob":
            return Answer(400)
        self.server.rfe.files.put(name, body)
        return Answer(201)

    def _answer(self, answer: Answer, fault: Fault | None) -> None:
        body, cut = _body(answer, fault)
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "HEAD":
            return
        for start in range(0, min(len(body), cut), _CHUNK_BYTES):
            self.wfile.write(body[start : min(start + _CHUNK_BYTES, cut)])
        if cut < len(body):
            self.wfile.flush()
            self.close_connection = True


def _whole(blob: Blob) -> Answer:
    return Answer(200, blob.content, {"ETag": f'"{blob.etag}"', "Content-MD5": blob.md5})


def _failing(fault: Fault | None) -> Answer | None:
    if fault is None:
        return None
    if fault.kind == "reset":
        raise _ResetError
    if fault.kind == "html":
        return Answer(200, b"<html><body>Maintenance</body></html>", {"Content-Type": "text/html"})
    if fault.kind.isdecimal():
        delay = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
        return Answer(int(fault.kind), b"", delay)
    return None


def _body(answer: Answer, fault: Fault | None) -> tuple[bytes, int]:
    """The body, and how many bytes of it are sent."""
    body = answer.body
    if fault is None:
        return body, len(body)
    if fault.kind == "short":
        body = body[: -fault.at]
    elif fault.kind == "long":
        body += b"x" * fault.at
    elif fault.kind == "damaged":
        place = min(fault.at, len(body) - 1)
        body = body[:place] + bytes([body[place] ^ 1]) + body[place + 1 :]
    return body, min(fault.at, len(body)) if fault.kind == "cut" else len(body)

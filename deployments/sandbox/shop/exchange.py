"""A request to the webservice and its reply, before any socket."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from deployments.sandbox.shop.query import Query

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
WRITES = ("POST", "PUT", "PATCH", "DELETE")
XML = "text/xml;charset=utf-8"
JSON = "application/json"
HTML = "text/html; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Request:
    """One request; ``path`` is what follows ``/api``, header names are in lower case."""

    method: str
    path: str
    query: Query
    headers: Mapping[str, str]
    body: bytes = b""
    host: str = "localhost"

    @property
    def api_url(self) -> str:
        """The address links start with."""
        return f"http://{self.headers.get('x-forwarded-host', self.host)}/api/"


@dataclass(slots=True)
class Reply:
    """The answer: ``from_engine`` replies carry the webservice's headers, ``signed`` ones the body's hash."""

    status: int
    body: str = ""
    content_type: str | None = XML
    from_engine: bool = True
    authenticated: bool = True
    signed: bool = False
    location: str = ""
    content: bytes = b""
    """A body that is no text."""


def wants_json(request: Request) -> bool:
    """Whether the answer is to be JSON; ``Accept`` does not count, unknown formats are XML."""
    asked = (
        request.query.text("output_format")
        or request.query.text("io_format")
        or request.headers.get("output-format", "")
        or request.headers.get("io-format", "")
    )
    return asked.upper() == "JSON"


def given_key(request: Request) -> str | None:
    """The key of the request, from ``ws_key`` or as the user of Basic authentication; nothing without either."""
    if request.query.has("ws_key"):
        return request.query.text("ws_key")
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    if kind.lower() != "basic":
        return None
    try:
        return base64.b64decode(token, validate=True).decode("utf-8", "replace").partition(":")[0]
    except (binascii.Error, ValueError):
        return ""

"""HTTP to Cegid: connections for all threads, answers bounded in size, every failure named by what happens next."""

from __future__ import annotations

import base64
import threading
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import certifi
import urllib3
from lxml import etree
from urllib3.exceptions import HTTPError, SSLError
from zeep.transports import Transport
from zeep.wsdl.utils import etree_to_string

from connectors.bodies import ENCODINGS_OFFERED, BodyError, TooLargeError, whole_body
from connectors.cegid.access import SYSTEM, CegidAccess, Limits
from connectors.cegid.wsdl_cache import WsdlCache
from connectors.exchanges import note_exchange
from schemas.errors import DeniedError, PasserelleError, TransientError, UnexpectedReplyError

ENVELOPE = ("{http://schemas.xmlsoap.org/soap/envelope/}Envelope",)
CONTRACT = ("{http://schemas.xmlsoap.org/wsdl/}definitions", "{http://www.w3.org/2001/XMLSchema}schema")
_CHUNK = 64 * 1024
_BUSY = frozenset({408, 425, 429, 502, 503, 504})
_XML_OR_FAULT = frozenset({200, 500})
_ACCESS = "Check url, user (DOMAIN\\USER), password and database of the Cegid access, and that the user may sign in."
_ADDRESS = "Check the url of the Cegid access: the root of the services, without the name of one."


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer that is worth reading: status 200 or 500, its body whole."""

    status: int
    body: bytes


class CegidTransport(Transport):
    """zeep's transport, over connections of our own: `load` for documents, `post_xml` for messages. Safe in threads."""

    _close_session = False
    """zeep's own session of requests is not opened: it bounds neither answers nor connections."""

    def __init__(self, access: CegidAccess, limits: Limits, cache: WsdlCache) -> None:
        self._root = urlsplit(access.root)
        self._limits = limits
        self._cache = cache
        self._counting = threading.Lock()
        self.sent: Counter[str] = Counter()
        self._pool = _pool(access, limits)
        reason = base64.b64encode(f"{access.user}:{access.password}".encode()).decode()
        self._headers = {"Accept-Encoding": ENCODINGS_OFFERED, "Authorization": f"Basic {reason}"}
        self._cookies: dict[str, str] = {}

    def close(self) -> None:
        """Close the connections."""
        self._pool.close()

    def load(self, url: str) -> bytes:
        """A WSDL or XSD document, from disk while it is valid there.

        Documents name one another by addresses that often exist only inside the data centre: the host is always the
        configured one, which also keeps the password at home.
        """
        url = urlunsplit(urlsplit(url)._replace(scheme=self._root.scheme, netloc=self._root.netloc))
        kept = self._cache.read(url)
        if kept is not None:
            return kept
        answer = self._send("GET", url, "read the contract", {}, None)
        if answer.status != HTTPStatus.OK:
            raise TransientError(
                "HTTP 500 without an explanation", system=SYSTEM, action="read the contract", key=url
            ).worded("cegid_silent")
        parse(answer.body, "read the contract", url, roots=CONTRACT)
        self._cache.write(url, answer.body)
        return answer.body

    def post_xml(self, address: str, envelope: etree._Element, headers: Mapping[str, str]) -> Answer:
        """Send one message of zeep's."""
        action = headers["SOAPAction"].strip('"').rpartition("/")[2]
        return self._send("POST", address, action, headers, etree_to_string(envelope))  # type: ignore[no-untyped-call]

    def _send(self, verb: str, url: str, action: str, headers: Mapping[str, str], body: bytes | None) -> Answer:
        with self._counting:
            self.sent[action] += 1
        start = time.perf_counter()
        answered, status, why = b"", 0, ""
        try:
            response = self._pool.urlopen(
                verb,
                _target(url),
                body=body,
                headers={**self._headers, **self._cookie(), **headers},
                retries=False,
                redirect=False,
                preload_content=False,
                decode_content=False,
            )
            try:
                status = response.status
                _check_status(response, action, url)
                self._remember_cookies(response)
                answered = self._whole_body(response, action, url)
                return Answer(response.status, answered)
            finally:
                # A body that was not read to its end leaves a connection that cannot be used again.
                response.close()
                response.release_conn()
        except HTTPError as error:
            why = type(error).__name__
            raise _named(error, action, url) from error
        finally:
            taken = time.perf_counter() - start
            note_exchange(SYSTEM, action, _target(url), taken, status=status, why=why, sent=body, answered=answered)

    def _cookie(self) -> dict[str, str]:
        cookies = [f"{name}={value}" for name, value in self._cookies.copy().items()]
        return {"Cookie": "; ".join(cookies)} if cookies else {}

    def _remember_cookies(self, response: urllib3.BaseHTTPResponse) -> None:
        """Servers know by a cookie whom they have signed in already, and which of them did it."""
        for reason in response.headers.getlist("Set-Cookie"):
            name, _, value = reason.partition(";")[0].partition("=")
            self._cookies[name.strip()] = value.strip()

    def _whole_body(self, response: urllib3.BaseHTTPResponse, action: str, url: str) -> bytes:
        """urllib3 leaves the pieces of a chunked answer compressed, and IIS compresses what it sends in chunks."""
        named: dict[str, Any] = {"system": SYSTEM, "action": action, "key": url}
        pieces = response.stream(_CHUNK, decode_content=False)
        try:
            return whole_body(pieces, response.headers.get("Content-Encoding", ""), self._limits.answer_bytes)
        except TooLargeError as error:
            remedy = "Ask for less at a time: fewer days, smaller pages."
            raise UnexpectedReplyError(str(error), remedy=remedy, **named).worded("cegid_too_large") from None
        except BodyError as error:
            # What was asked may have been done, as with an answer that is cut.
            raise TransientError(str(error), **named).worded("cegid_silent") from None


def _pool(access: CegidAccess, limits: Limits) -> urllib3.HTTPConnectionPool:
    """As many connections to the access' host as may be used at the same time."""
    patience = urllib3.Timeout(connect=limits.connect_seconds, read=limits.answer_seconds)
    given: dict[str, Any] = {"timeout": patience, "maxsize": limits.connections, "block": True}
    try:
        root = urlsplit(access.root)
        if root.scheme == "http" and root.hostname:
            return urllib3.HTTPConnectionPool(root.hostname, root.port, **given)
        if root.scheme == "https" and root.hostname:
            return urllib3.HTTPSConnectionPool(root.hostname, root.port, **given, **_trust(limits.verify_tls))
    except ValueError:
        pass
    raise DeniedError("this is not an address", system=SYSTEM, action="connect", remedy=_ADDRESS).worded(
        "cegid_address"
    )


def _trust(verify_tls: bool | Path) -> dict[str, Any]:
    if verify_tls is False:
        return {"cert_reqs": "CERT_NONE"}
    if verify_tls is True:
        return {"cert_reqs": "CERT_REQUIRED", "ca_certs": certifi.where()}
    from connectors.http import tls_context  # noqa: PLC0415 - imports httpx, which is not needed otherwise

    tls_context(str(verify_tls))  # says what is wrong with the file
    return {"cert_reqs": "CERT_REQUIRED", "ca_certs": str(verify_tls)}


def parse(body: bytes, action: str, key: str, *, roots: tuple[str, ...]) -> etree._Element:
    """The XML of an answer whose root is one of `roots`; entities and document types are refused, as SOAP does."""
    try:
        parsed = etree.fromstring(body, etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True))
    except etree.XMLSyntaxError as error:
        raise _not_understood("the answer is not XML", action, key) from error
    if parsed.getroottree().docinfo.internalDTD is not None:
        raise _not_understood("the answer declares a document type, which SOAP forbids", action, key)
    if parsed.tag not in roots:
        raise _not_understood("the answer is XML of another kind", action, key)
    return parsed


def _not_understood(reason: str, action: str, key: str) -> UnexpectedReplyError:
    return UnexpectedReplyError(reason, system=SYSTEM, action=action, key=key, remedy=_ADDRESS).worded("cegid_address")


def _check_status(response: urllib3.BaseHTTPResponse, action: str, url: str) -> None:
    status = response.status
    if status in _XML_OR_FAULT:
        return
    reason = f"HTTP {status} {response.reason or ''}".strip()
    named: dict[str, Any] = {"system": SYSTEM, "action": action, "key": url}
    if status in (401, 403):
        raise DeniedError(reason, remedy=_ACCESS, **named).worded("cegid_access")
    if status in (404, 405, 410) or response.get_redirect_location() is not False:
        raise DeniedError(reason, remedy=_ADDRESS, **named).worded("cegid_address")
    if status in _BUSY or status > 500:  # noqa: PLR2004 - every other failure of the server itself
        raise TransientError(reason, retry_after=_delay(response.headers.get("Retry-After", "")), **named).worded(
            "cegid_silent"
        )
    raise UnexpectedReplyError(reason, **named).worded("cegid_not_understood")


def _target(url: str) -> str:
    """Path and query: a whole address in the request line is for proxies, and some servers take it for one."""
    parts = urlsplit(url)
    return urlunsplit(("", "", parts.path, parts.query, ""))


def _delay(text: str) -> float | None:
    return float(text) if text.isdecimal() else None


def _named(error: HTTPError, action: str, url: str) -> PasserelleError:
    named: dict[str, Any] = {"system": SYSTEM, "action": action, "key": url}
    kind = type(error).__name__
    if isinstance(error, SSLError):
        return DeniedError(
            f"the certificate is not trusted ({kind})",
            remedy="Name the file of trusted certificates in the Cegid access.",
            **named,
        ).worded("cegid_certificate")
    if isinstance(error, ValueError):
        return DeniedError(f"this is not an address ({kind})", remedy=_ADDRESS, **named).worded("cegid_address")
    return TransientError(f"no answer ({kind})", **named).worded("cegid_silent")

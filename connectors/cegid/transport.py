"""HTTP to Cegid: one session for all threads, answers bounded in size, every failure named by what happens next."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import requests
from lxml import etree
from requests.adapters import HTTPAdapter
from requests.auth import HTTPBasicAuth

from connectors.cegid.access import SYSTEM, CegidAccess, Limits
from connectors.cegid.wsdl_cache import WsdlCache
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


class CegidTransport:
    """What zeep asks of a transport: `load` for documents, `post_xml` for calls. Safe in threads."""

    def __init__(self, access: CegidAccess, limits: Limits, cache: WsdlCache) -> None:
        self._root = urlsplit(access.root)
        self._limits = limits
        self._cache = cache
        self._counting = threading.Lock()
        self.sent: Counter[str] = Counter()
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.verify = limits.verify_tls if isinstance(limits.verify_tls, bool) else str(limits.verify_tls)
        self._session.auth = HTTPBasicAuth(access.user.encode(), access.password.encode())
        adapter = HTTPAdapter(pool_connections=1, pool_maxsize=limits.connections, pool_block=True)
        self._session.mount(f"{self._root.scheme}://", adapter)

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

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
        if answer.status != requests.codes.ok:
            raise TransientError("HTTP 500 without an explanation", system=SYSTEM, action="read the contract", key=url)
        parse(answer.body, "read the contract", url, roots=CONTRACT)
        self._cache.write(url, answer.body)
        return answer.body

    def post_xml(self, address: str, envelope: etree._Element, headers: Mapping[str, str]) -> Answer:
        """Send one call."""
        action = headers.get("SOAPAction", "").strip('"').rpartition("/")[2]
        return self._send("POST", address, action, headers, etree.tostring(envelope, encoding="utf-8"))

    def _send(self, verb: str, url: str, action: str, headers: Mapping[str, str], body: bytes | None) -> Answer:
        with self._counting:
            self.sent[action] += 1
        patience = (self._limits.connect_seconds, self._limits.answer_seconds)
        try:
            with self._session.request(
                verb, url, data=body, headers=dict(headers), timeout=patience, stream=True, allow_redirects=False
            ) as response:
                _check_status(response, action, url)
                return Answer(response.status_code, self._whole_body(response, action, url))
        except requests.RequestException as error:
            raise _named(error, action, url) from error

    def _whole_body(self, response: requests.Response, action: str, url: str) -> bytes:
        body = bytearray()
        for chunk in response.iter_content(_CHUNK):
            body += chunk
            if len(body) > self._limits.answer_bytes:
                raise UnexpectedReplyError(
                    f"the answer is larger than {self._limits.answer_bytes} bytes",
                    system=SYSTEM,
                    action=action,
                    key=url,
                    remedy="Ask for less at a time: fewer days, smaller pages.",
                )
        return bytes(body)


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


def _not_understood(said: str, action: str, key: str) -> UnexpectedReplyError:
    return UnexpectedReplyError(said, system=SYSTEM, action=action, key=key, remedy=_ADDRESS)


def _check_status(response: requests.Response, action: str, url: str) -> None:
    status = response.status_code
    if status in _XML_OR_FAULT:
        return
    said = f"HTTP {status} {response.reason or ''}".strip()
    named: dict[str, Any] = {"system": SYSTEM, "action": action, "key": url}
    if status in (401, 403):
        raise DeniedError(said, remedy=_ACCESS, **named)
    if status in (404, 405, 410) or response.is_redirect:
        raise DeniedError(said, remedy=_ADDRESS, **named)
    if status in _BUSY or status > 500:  # noqa: PLR2004 - every other failure of the server itself
        raise TransientError(said, retry_after=_delay(response.headers.get("Retry-After", "")), **named)
    raise UnexpectedReplyError(said, **named)


def _delay(text: str) -> float | None:
    return float(text) if text.isdecimal() else None


def _named(error: requests.RequestException, action: str, url: str) -> PasserelleError:
    named: dict[str, Any] = {"system": SYSTEM, "action": action, "key": url}
    kind = type(error).__name__
    if isinstance(error, requests.exceptions.SSLError):
        return DeniedError(
            f"the certificate is not trusted ({kind})",
            remedy="Name the file of trusted certificates in the Cegid access.",
            **named,
        )
    if isinstance(error, ValueError) and not isinstance(error, requests.exceptions.JSONDecodeError):
        return DeniedError(f"this is not an address ({kind})", remedy=_ADDRESS, **named)
    return TransientError(f"no answer ({kind})", **named)

"""One service as the tenant's own WSDL describes it: what exists there, whether a message obeys it, how to call it."""

from __future__ import annotations

import copy
import re
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from typing import Any
from urllib.parse import urljoin

from lxml import etree
from zeep import Client, Plugin, Settings
from zeep.exceptions import Error as ZeepError
from zeep.exceptions import ValidationError as ZeepValidationError
from zeep.wsdl import Document

from connectors.cegid.access import SYSTEM
from connectors.cegid.needed import Needed
from connectors.cegid.transport import CONTRACT, Answer, CegidTransport, parse
from schemas.errors import DeniedError, RefusedError, UnexpectedReplyError

_NS = {"xs": "http://www.w3.org/2001/XMLSchema", "wsdl": "http://schemas.xmlsoap.org/wsdl/"}
_READ = "read the contract"
_UNKNOWN = re.compile(r"(?:\{[^}]*\})?(?P<type>\w+)\(\) got an unexpected keyword argument '(?P<member>\w+)'")


# Answers come as they are: zeep reads None, silently, for every member after one that it does not know.
_AS_THEY_COME = Settings(strict=True, forbid_dtd=True, forbid_entities=True, raw_response=True)
_MOST_KEPT = 8


class ServiceContract:
    """A service ready to be called. Raises `UnexpectedReplyError` naming whatever we need and the tenant lacks."""

    def __init__(self, name: str, needed: Needed, root: str, transport: CegidTransport) -> None:
        self.name = name
        self._transport = transport
        address = f"{root}/{name}.svc"
        try:
            understood = _understood(address, transport)
        except ZeepError as error:
            raise self._misunderstood(f"its WSDL cannot be read ({type(error).__name__})") from error
        self._schemas = understood.schemas
        self.values = self._schemas.values
        self.members = self._schemas.members
        obeys = Obeys(self._schemas)
        self._client = Client(understood.document, transport=transport, settings=_AS_THEY_COME, plugins=[obeys])  # type: ignore[no-untyped-call]
        binding = self._binding(self._client.wsdl.bindings.values(), needed.port_type)
        self.operations = frozenset(binding.port_type.operations)
        """The operations of this tenant's version."""
        self._check(needed, self.operations)
        for operation in binding.port_type.operations.values():
            # zeep would add headers of WS-Addressing, of which basicHttpBinding knows nothing.
            operation.wsa_action = None
        # Not at the address of the WSDL, which often exists only inside the data centre.
        self._service = self._client.create_service(binding.name, address)  # type: ignore[no-untyped-call]

    def _binding(self, bindings: Iterable[Any], port_type: str) -> Any:
        # The binding's namespace differs between the two forms of the WSDL, the port type's name does not.
        for binding in bindings:
            if binding.port_type is not None and binding.port_type.name.localname == port_type:
                return binding
        raise self._misunderstood(f"its WSDL has no binding for {port_type}")

    def _check(self, needed: Needed, operations: frozenset[str]) -> None:
        missing = [f"operation {each}" for each in needed.operations if each not in operations]
        missing += self._schemas.missing(needed.members)
        if missing:
            raise self._misunderstood(f"its contract lacks {', '.join(missing)}")

    def _misunderstood(self, reason: str) -> UnexpectedReplyError:
        remedy = "Compare the version of Cegid Retail with those that Passerelle knows, and report it."
        return UnexpectedReplyError(reason, system=SYSTEM, action=_READ, key=self.name, remedy=remedy).worded(
            "cegid_contract_lacks"
        )

    def message(self, operation: str, parameters: Mapping[str, Any], key: str = "") -> etree._Element:
        """The body of a call without sending it, checked against the tenant's schema."""
        with _refusing(operation, key):
            made = self._client.create_message(self._service, operation, **parameters)  # type: ignore[no-untyped-call]
            body: etree._Element = made.find("{*}Body")[0]
            return body

    def call(self, operation: str, parameters: Mapping[str, Any], key: str = "") -> Answer:
        """Check one call and send it; the answer is not read yet."""
        with _refusing(operation, key):
            answer: Answer = self._service[operation](**parameters)
            return answer


@dataclass(frozen=True, slots=True)
class Understood:
    """A WSDL that was read: its schemas, and what zeep makes of it."""

    schemas: Schemas
    document: Document


_kept: dict[bytes, Understood] = {}
"""By the digest of a WSDL that is whole: reading one takes zeep longer than ten calls."""


def _understood(address: str, transport: CegidTransport) -> Understood:
    """What the WSDL of the service there says; a text that this process has read before is not read again."""
    whole = f"{address}?singleWsdl"
    try:
        digest = sha256(transport.load(whole)).digest()
    except (DeniedError, UnexpectedReplyError) as error:
        # Servers before .NET 4.5 know only the split form; they answer 404, or the help page.
        if error.reason.startswith(("HTTP 401", "HTTP 403")):
            raise
        return _read(f"{address}?wsdl", transport)
    if digest not in _kept:
        if len(_kept) >= _MOST_KEPT:
            _kept.clear()
        _kept[digest] = _read(whole, transport)
    return _kept[digest]


def _read(wsdl: str, transport: CegidTransport) -> Understood:
    return Understood(Schemas(wsdl, transport), Document(wsdl, transport, settings=_AS_THEY_COME))  # type: ignore[arg-type]


class DisobeysError(Exception):
    """A message does not obey the tenant's schema."""


class Obeys(Plugin):
    """Compares each message with the tenant's schema before it is sent: zeep knows members, not values."""

    def __init__(self, schemas: Schemas) -> None:
        self._schemas = schemas

    def egress(self, envelope: Any, http_headers: Any, operation: Any, binding_options: Any) -> Any:  # noqa: ARG002
        """Raises `DisobeysError` for a message that Cegid could not read."""
        self._schemas.check(envelope.find("{*}Body")[0])
        return envelope, http_headers


@contextmanager
def _refusing(operation: str, key: str) -> Iterator[None]:
    """What cannot be written in the tenant's schema is refused, with the member's name."""
    try:
        yield
    except DisobeysError as error:
        raise _refused(str(error), operation, key) from error
    except (TypeError, ZeepValidationError) as error:
        raise _refused(_reason(error), operation, key) from error
    except ValueError as error:
        raise _refused(f"cannot be written as XML: {error}", operation, key) from error


def _reason(error: Exception) -> str:
    """Without zeep's signature of a whole type."""
    unknown = _UNKNOWN.search(str(error))
    return f"{unknown['type']} has no {unknown['member']}" if unknown else str(error)


def _refused(reason: str, action: str, key: str) -> RefusedError:
    remedy = "Correct the setting or the association that gives this value."
    return RefusedError(reason, system=SYSTEM, action=action, key=key, remedy=remedy, code="SCHEMA")


class _Documents(etree.Resolver):
    """Gives libxml2 the schemas by the places that `Schemas` made up for them."""

    def __init__(self, documents: Mapping[str, bytes]) -> None:
        self._documents = documents

    def resolve(self, system_url: str, public_id: str, context: Any) -> Any:  # type: ignore[override]  # noqa: ARG002
        document = self._documents.get(system_url)
        return None if document is None else self.resolve_string(document, context, base_url=system_url)


class Schemas:
    """The XSDs of one WSDL, wherever it keeps them."""

    def __init__(self, wsdl: str, transport: CegidTransport) -> None:
        self._schemas = list(_collect(wsdl, transport, set()))
        self._validator = self._build()
        self._validating = threading.Lock()
        self.values = cache(self._values)
        """The values of an enumeration in this tenant's version."""
        self.members = cache(self._members)
        """The members of a type in this tenant's version, those of the types it extends included."""

    def _build(self) -> etree.XMLSchema:
        locations = {each.get("targetNamespace", ""): f"mem:{number}" for number, each in enumerate(self._schemas)}
        documents = {locations[each.get("targetNamespace", "")]: _wired(each, locations) for each in self._schemas}
        imports = "".join(
            f'<xs:import namespace="{name}" schemaLocation="{place}"/>' for name, place in locations.items()
        )
        parser = etree.XMLParser(resolve_entities=False, no_network=True)
        parser.resolvers.add(_Documents(documents))
        return etree.XMLSchema(etree.fromstring(f'<xs:schema xmlns:xs="{_NS["xs"]}">{imports}</xs:schema>', parser))

    def check(self, body: etree._Element) -> None:
        """Raises `DisobeysError` naming what a message says against the schema."""
        try:
            with self._validating:
                self._validator.assertValid(etree.ElementTree(body))
        except etree.DocumentInvalid as error:
            raise DisobeysError(str(error)) from error

    def _values(self, enumeration: str) -> frozenset[str]:
        path = f"xs:simpleType[@name='{enumeration}']/xs:restriction/xs:enumeration"
        return frozenset(each.get("value", "") for schema in self._schemas for each in schema.iterfind(path, _NS))

    def _members(self, type_name: str) -> frozenset[str]:
        names: set[str] = set()
        for schema in self._schemas:
            for found in schema.iterfind(f"xs:complexType[@name='{type_name}']", _NS):
                names |= {each.get("name", "") for each in found.iterfind(".//xs:element", _NS)}
                for extension in found.iterfind(".//xs:extension", _NS):
                    names |= self.members(extension.get("base", "").rpartition(":")[2])
        return frozenset(names)

    def missing(self, needed: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
        """`Type.Member` for each one that is needed and not there."""
        for type_name, names in needed.items():
            known = self.members(type_name)
            yield from (f"{type_name}.{name}" for name in names if name not in known)


def _collect(url: str, transport: CegidTransport, seen: set[str]) -> Iterator[etree._Element]:
    if url in seen:
        return
    seen.add(url)
    document = parse(transport.load(url), _READ, url, roots=CONTRACT)
    is_schema = document.tag == f"{{{_NS['xs']}}}schema"
    for schema in [document] if is_schema else document.iterfind("wsdl:types/xs:schema", _NS):
        if any(each.tag != f"{{{_NS['xs']}}}import" for each in schema):
            yield schema
        for each in schema.iterfind("xs:import[@schemaLocation]", _NS):
            yield from _collect(urljoin(url, each.get("schemaLocation")), transport, seen)
    for each in document.iterfind("wsdl:import", _NS):
        yield from _collect(urljoin(url, each.get("location")), transport, seen)


def _wired(schema: etree._Element, locations: Mapping[str, str]) -> bytes:
    wired = copy.deepcopy(schema)
    for each in wired.iterfind("xs:import", _NS):
        if each.get("namespace", "") in locations:
            each.set("schemaLocation", locations[each.get("namespace", "")])
    return etree.tostring(wired)

"""The contract of the services as their WSDL states it: documents to serve, types to read and write, an XSD to obey."""

from __future__ import annotations

import copy
import threading
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any

from lxml import etree

RETAIL = "http://www.cegid.fr/Retail/1.0"
FAULT = "http://www.cegid.fr/fault"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
WSDL = "http://schemas.xmlsoap.org/wsdl/"
WSDL_SOAP = "http://schemas.xmlsoap.org/wsdl/soap/"
XS = "http://www.w3.org/2001/XMLSchema"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
TEMPURI = "http://tempuri.org/"
_NS = {"xs": XS, "wsdl": WSDL, "soap": WSDL_SOAP}
_NIL = f"{{{XSI}}}nil"
INTERNAL_HOST = "http://srv-y2-web03.internal.invalid/Y2"
"""The address inside the WSDL: a name only the data centre knows, as clients report it."""


@dataclass(frozen=True, slots=True)
class Member:
    """One element of a complex type, in wire order."""

    name: str
    type: str
    namespace: str
    repeated: bool


class InvalidMessageError(Exception):
    """The message does not obey the schema."""


class _Schemas(etree.Resolver):
    """Gives libxml2 the schemas of one WSDL by the place given to them when they were wired together."""

    def __init__(self) -> None:
        self.documents: dict[str, bytes] = {}

    def resolve(self, system_url: str, public_id: str, context: Any) -> Any:  # type: ignore[override]  # noqa: ARG002
        document = self.documents.get(system_url)
        return None if document is None else self.resolve_string(document, context, base_url=system_url)


class Service:
    """One service: its WSDL in both forms, its operations, its types."""

    def __init__(self, name: str, *, newer: tuple[str, ...] = (), lacks: tuple[str, ...] = ()) -> None:
        """`newer` and `lacks` name members, as `Type.Member`, that this version has or does not have."""
        source = files("deployments.sandbox.cegid").joinpath("wsdl", f"{name}.wsdl").read_bytes()
        self.name = name
        self._wsdl = etree.fromstring(source)
        self._schemas = self._wsdl.findall("wsdl:types/xs:schema", _NS)
        self._newer = frozenset(newer)
        for each in newer:
            self._add(*each.split("."))
        for each in lacks:
            self._remove(*each.split("."))
        self._members: dict[str, tuple[Member, ...] | None] = {}
        self._validator = self._build_validator()
        self._validating = threading.Lock()
        self.actions = {
            _one(operation, "soap:operation").get("soapAction", ""): operation.get("name", "")
            for operation in self._wsdl.iterfind("wsdl:binding/wsdl:operation", _NS)
        }

    def _add(self, type_name: str, member: str) -> None:
        found = self._type(type_name)
        if found is None:
            return
        sequence = next(found.iter(f"{{{XS}}}sequence"))
        place = sum(each.get("name", "") < member for each in sequence)
        sequence.insert(
            place, etree.Element(f"{{{XS}}}element", {"name": member, "type": "xs:string", "minOccurs": "0"})
        )

    def _remove(self, type_name: str, member: str) -> None:
        found = self._type(type_name)
        if found is not None:
            sequence = next(found.iter(f"{{{XS}}}sequence"))
            sequence.remove(_one(sequence, f"xs:element[@name='{member}']"))

    def single_wsdl(self) -> bytes:
        """The answer to `?singleWsdl`: everything in one document, the address an internal one."""
        document = copy.deepcopy(self._wsdl)
        _one(document, ".//soap:address").set("location", f"{INTERNAL_HOST}/{self.name}.svc")
        return etree.tostring(document, xml_declaration=True, encoding="utf-8")

    def split_wsdl(self, address: str) -> bytes:
        """The answer to `?wsdl`: service and binding in tempuri.org, importing the contract from `?wsdl=wsdl0`."""
        document = copy.deepcopy(self._wsdl)
        for tag in ("types", "message", "portType"):
            for element in document.findall(f"wsdl:{tag}", _NS):
                document.remove(element)
        root = etree.Element(document.tag, {"name": self.name, "targetNamespace": TEMPURI}, _with_tempuri(document))
        root.append(etree.Element(f"{{{WSDL}}}import", namespace=RETAIL, location=f"{address}?wsdl=wsdl0"))
        root.extend(list(document))
        port = _one(root, "wsdl:service/wsdl:port")
        port.set("binding", f"tns:{port.get('binding', '').partition(':')[2]}")
        _one(port, "soap:address").set("location", f"{INTERNAL_HOST}/{self.name}.svc")
        return etree.tostring(root, xml_declaration=True, encoding="utf-8")

    def contract_wsdl(self, address: str) -> bytes:
        """The answer to `?wsdl=wsdl0`: messages and port type, importing its schemas from `?xsd=xsdN`."""
        document = copy.deepcopy(self._wsdl)
        for tag in ("types", "binding", "service"):
            for element in document.findall(f"wsdl:{tag}", _NS):
                document.remove(element)
        types = etree.Element(f"{{{WSDL}}}types")
        schema = etree.SubElement(types, f"{{{XS}}}schema", targetNamespace=f"{RETAIL}/Imports")
        for number, each in enumerate(self._schemas):
            where = {"schemaLocation": f"{address}?xsd=xsd{number}", "namespace": each.get("targetNamespace", "")}
            etree.SubElement(schema, f"{{{XS}}}import", where)
        document.insert(0, types)
        return etree.tostring(document, xml_declaration=True, encoding="utf-8")

    def schema(self, number: int, address: str) -> bytes | None:
        """The answer to `?xsd=xsdN`, or None where there is no such schema."""
        if not 0 <= number < len(self._schemas):
            return None
        return self._wired(self._schemas[number], f"{address}?xsd=xsd{{}}")

    def _wired(self, schema: etree._Element, place: str) -> bytes:
        document = copy.deepcopy(schema)
        namespaces = [each.get("targetNamespace", "") for each in self._schemas]
        for each in document.findall("xs:import", _NS):
            each.set("schemaLocation", place.format(namespaces.index(each.get("namespace", ""))))
        return etree.tostring(document, xml_declaration=True, encoding="utf-8")

    def _build_validator(self) -> etree.XMLSchema:
        resolver = _Schemas()
        resolver.documents = {
            f"mem:{number}": self._wired(schema, "mem:{}") for number, schema in enumerate(self._schemas)
        }
        parser = etree.XMLParser()
        parser.resolvers.add(resolver)
        return etree.XMLSchema(etree.fromstring(resolver.documents["mem:0"], parser))

    def members(self, type_name: str) -> tuple[Member, ...] | None:
        """The elements of a complex type in wire order, base type first; None for a simple type."""
        if type_name not in self._members:
            found = self._type(type_name)
            self._members[type_name] = None if found is None else tuple(self._read_members(found))
        return self._members[type_name]

    def _type(self, name: str) -> etree._Element | None:
        for schema in self._schemas:
            found = schema.find(f"xs:complexType[@name='{name}']", _NS)
            if found is not None:
                return found
            found = schema.find(f"xs:element[@name='{name}']/xs:complexType", _NS)
            if found is not None:
                return found
        return None

    def _read_members(self, complex_type: etree._Element) -> list[Member]:
        extension = complex_type.find("xs:complexContent/xs:extension", _NS)
        inherited = [] if extension is None else list(self.members(_local(extension.get("base", ""))) or ())
        namespace = next(complex_type.iterancestors(f"{{{XS}}}schema")).get("targetNamespace", "")
        return inherited + [
            Member(
                element.get("name", ""),
                _local(element.get("type", "")),
                namespace,
                element.get("maxOccurs") == "unbounded",
            )
            for element in complex_type.iterfind(".//xs:element", _NS)
        ]

    def validate(self, message: etree._Element) -> None:
        """Raise `InvalidMessageError` when the message does not obey the schema."""
        try:
            with self._validating:
                self._validator.assertValid(etree.ElementTree(message))
        except etree.DocumentInvalid as error:
            raise InvalidMessageError(str(error)) from error

    def drop_what_wcf_skips(self, element: etree._Element, type_name: str) -> None:
        """Remove, as a DataContract reader does without a word, every member that is unknown or out of its place."""
        place = 0
        members = self.members(type_name) or ()
        for child in list(element):
            at = next((i for i in range(place, len(members)) if _names(members[i], child)), None)
            if at is None:
                element.remove(child)
                continue
            place = at if members[at].repeated else at + 1
            self.drop_what_wcf_skips(child, members[at].type)

    def drop_nulls(self, message: etree._Element) -> None:
        """Remove members that say `nil`: absent and null are the same to these services."""
        for element in list(message.iter()):
            parent = element.getparent()
            if parent is not None and element is not message and element.get(_NIL) in ("true", "1"):
                parent.remove(element)

    def read(self, element: etree._Element, type_name: str) -> Any:
        """The element as dicts, lists and typed values."""
        members = self.members(type_name)
        if members is None:
            return _python(element.text or "", type_name)
        if len(members) == 1 and members[0].repeated:
            return [self.read(child, members[0].type) for child in element]
        types = {member.name: member.type for member in members}
        return {name: self.read(child, types[name]) for child in element if (name := etree.QName(child).localname)}

    def write(self, element: etree._Element, value: Any, type_name: str) -> None:
        """Fill the element in wire order; a member that is None is written as nil, as the services do."""
        members = self.members(type_name)
        if members is None:
            element.text = _text(value)
        elif len(members) == 1 and members[0].repeated:
            for each in value:
                self._write_member(element, members[0], each)
        else:
            for member in members:
                if member.name in value:
                    self._write_member(element, member, value[member.name])
                elif f"{type_name}.{member.name}" in self._newer:
                    self._write_member(element, member, "said by a newer version")

    def _write_member(self, parent: etree._Element, member: Member, value: Any) -> None:
        child = etree.SubElement(parent, f"{{{member.namespace}}}{member.name}")
        if value is None:
            child.set(_NIL, "true")
        else:
            self.write(child, value, member.type)


@cache
def service(name: str, newer: tuple[str, ...], lacks: tuple[str, ...]) -> Service:
    """One version of a service, read once in the life of the program."""
    return Service(name, newer=newer, lacks=lacks)


def _one(element: etree._Element, path: str) -> etree._Element:
    found = element.find(path, _NS)
    if found is None:
        raise LookupError(path)
    return found


def _with_tempuri(document: etree._Element) -> dict[Any, str]:
    return {**document.nsmap, "tns": TEMPURI}


def _names(member: Member, element: etree._Element) -> bool:
    return bool(element.tag == f"{{{member.namespace}}}{member.name}")


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _python(text: str, type_name: str) -> Any:
    match type_name:
        case "boolean":
            return text.strip() in ("true", "1")
        case "int":
            return int(text)
        case "decimal":
            return Decimal(text)
        case _:
            return text


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return format(value, "f") if isinstance(value, Decimal) else str(value)

"""Which elements the product sends to which operation of Cegid, and whether the contract declares them.

python -m tests.contract.cegid.census [--whole]    takes over what the last test sessions sent
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from lxml import etree

from deployments.sandbox.cegid.contract import service

CENSUS = Path(__file__).parent / "census.json"
SEEN = Path(__file__).parents[3] / "build" / "census-cegid"
CLIENT = "python-urllib3"
_CONTRACTS = Path(__file__).parents[3] / "deployments" / "sandbox" / "cegid" / "wsdl"
_XS = "{http://www.w3.org/2001/XMLSchema}"
_SOAP = "{http://schemas.xmlsoap.org/soap/envelope/}"
_SAMPLES = {
    "boolean": "true",
    "int": "1",
    "long": "1",
    "decimal": "1.5",
    "double": "1.5",
    "dateTime": "2026-11-21T00:00:00",
    "base64Binary": "",
    "guid": "00000000-0000-0000-0000-000000000000",
}
WHAT_TO_DO = "Look the element up in the contract, then add it with `make census`."


def paths(body: bytes) -> frozenset[str]:
    """The elements of a message, by path: `createRequest/Header/Active`."""
    try:
        message = etree.fromstring(body).find(f"{_SOAP}Body/*")
    except etree.XMLSyntaxError:
        return frozenset()
    return frozenset() if message is None else frozenset(_below(message, ""))


def _below(element: etree._Element, path: str) -> Iterator[str]:
    for child in element:
        if isinstance(child.tag, str):
            here = f"{path}/{etree.QName(child).localname}".lstrip("/")
            yield here
            yield from _below(child, here)


def load() -> dict[str, list[str]]:
    """Elements by `Service.Operation`; nothing without the file."""
    if not CENSUS.exists():
        return {}
    known: dict[str, list[str]] = json.loads(CENSUS.read_text(encoding="utf-8"))
    return known


def unknown(seen: Mapping[str, list[str]]) -> list[str]:
    """One line for each operation, or elements of one, that the census lacks."""
    known = load()
    lines = [f"new: {name}" for name in seen if name not in known]
    for name, elements in seen.items():
        if name in known and (more := sorted(set(elements) - set(known[name]))):
            lines.append(f"new in {name}: {', '.join(more)}")
    return lines


@cache
def _document(name: str) -> etree._Element:
    return etree.parse(_CONTRACTS / f"{name}.wsdl").getroot()


def _type(name: str, type_name: str) -> etree._Element | None:
    document = _document(name)
    for path in (f".//{_XS}complexType[@name='{type_name}']", f".//{_XS}element[@name='{type_name}']/{_XS}complexType"):
        if (found := document.find(path)) is not None:
            return found
    return None


def _members(name: str, type_name: str) -> list[tuple[str, str, str]]:
    """Name, type and namespace of each element of a type, in wire order, those of the base type first."""
    found = _type(name, type_name)
    if found is None:
        return []
    extension = found.find(f".//{_XS}extension")
    inherited = [] if extension is None else _members(name, extension.get("base", "").rpartition(":")[2])
    space = next(found.iterancestors(f"{_XS}schema")).get("targetNamespace", "")
    own = found.iter(f"{_XS}element")
    return inherited + [(e.get("name", ""), e.get("type", "").rpartition(":")[2], space) for e in own]


def undeclared(operation: str, elements: list[str]) -> list[str]:
    """The elements that the contract of the operation does not declare."""
    service_name, _, name = operation.partition(".")
    return [path for path in elements if _end(service_name, name, path.split("/")) is None]


def _end(service_name: str, type_name: str, path: list[str]) -> str | None:
    for name in path:
        types = {member: of for member, of, _ in _members(service_name, type_name)}
        if name not in types:
            return None
        type_name = types[name]
    return type_name


def whole_message(operation: str, elements: list[str]) -> etree._Element:
    """A message with all of these elements, in the contract's order, with a value of each one's type."""
    service_name, _, name = operation.partition(".")
    message = etree.Element(f"{{http://www.cegid.fr/Retail/1.0}}{name}")
    _fill(message, service_name, name, "", frozenset(elements))
    return message


def _fill(element: etree._Element, service_name: str, type_name: str, path: str, wanted: frozenset[str]) -> None:
    members = _members(service_name, type_name)
    if not members:
        element.text = _sample(service_name, type_name)
    for name, of, space in members:
        here = f"{path}/{name}".lstrip("/")
        if here in wanted:
            _fill(etree.SubElement(element, f"{{{space}}}{name}"), service_name, of, here, wanted)


def _sample(service_name: str, type_name: str) -> str:
    value = _document(service_name).find(f".//{_XS}simpleType[@name='{type_name}']//{_XS}enumeration")
    return value.get("value", "") if value is not None else _SAMPLES.get(type_name, "X")


def check(operation: str, message: etree._Element) -> None:
    """Raises what the schema says against the message."""
    service(operation.partition(".")[0], (), ()).validate(message)


def refresh(*, whole: bool) -> None:
    """Takes over what sessions have left."""
    together: dict[str, set[str]] = {} if whole else {name: set(elements) for name, elements in load().items()}
    for path in sorted(SEEN.glob("*.json")):
        for name, elements in json.loads(path.read_text(encoding="utf-8")).items():
            together.setdefault(name, set()).update(elements)
        path.unlink()
    told = {name: sorted(elements) for name, elements in sorted(together.items())}
    CENSUS.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    print(f"Cegid: {len(told)} operations, {sum(map(len, told.values()))} elements.")


if __name__ == "__main__":
    refresh(whole="--whole" in sys.argv[1:])

"""Messages in the elements of a tenant's schema: its names, its order, its namespaces, whatever the values' order."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from functools import cached_property
from typing import Any

from lxml import etree

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_NIL = f"{{{_XSI}}}nil"


class DisobeysError(Exception):
    """A message does not obey the tenant's schema."""


class Shape:
    """One element of a schema as zeep has read it, and what belongs into it; that is looked up when first needed."""

    def __init__(self, element: Any) -> None:
        self.tag = str(element.qname)
        self._type = element.type
        self._may_be_absent = element.is_optional or not element.nillable

    @cached_property
    def _members(self) -> dict[str, Shape]:
        """By name in the order of the schema, those of base types first; none for texts and numbers."""
        return {name: Shape(element) for name, element in getattr(self._type, "elements", ())}

    def written(self, value: Mapping[str, Any]) -> etree._Element:
        """A new element that says `value`: what is absent or None is left out, a list is as many elements.

        Raises `DisobeysError` naming the members that the schema does not know, and `ValueError` for characters that
        XML does not have; whether the values themselves are right is the schema's to say.
        """
        element = etree.Element(self.tag)
        self._fill(element, value)
        return element

    def _fill(self, element: etree._Element, value: Any) -> None:
        if not isinstance(value, Mapping):
            element.text = _text(value)
            return
        unknown = value.keys() - self._members.keys()
        if unknown:
            raise DisobeysError(f"{etree.QName(self.tag).localname} has no {', '.join(sorted(unknown))}")
        for name, member in self._members.items():
            said = value.get(name)
            for each in said if isinstance(said, list) else [said]:
                member.append_to(element, each)

    def append_to(self, parent: etree._Element, value: Any) -> None:
        """Say `value` inside `parent`, if there is anything to say."""
        if value is not None:
            self._fill(etree.SubElement(parent, self.tag), value)
        elif not self._may_be_absent:
            etree.SubElement(parent, self.tag, {_NIL: "true"})


def envelope(body: etree._Element) -> bytes:
    """The message around this body."""
    outer = etree.Element(f"{{{SOAP}}}Envelope", nsmap={"soap": SOAP})
    etree.SubElement(outer, f"{{{SOAP}}}Body").append(body)
    return etree.tostring(outer, encoding="utf-8", xml_declaration=True)


def _text(value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case Decimal():
            return format(value, "f")
        case _:
            return str(value)

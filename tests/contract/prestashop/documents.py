"""XML documents of the webservice, written and read without any of the product's code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from lxml import etree

XLINK = "{http://www.w3.org/1999/xlink}"
PROLOGUE = b'<?xml version="1.0" encoding="UTF-8"?>\n'

NODES = {
    "addresses": "address",
    "carriers": "carrier",
    "carts": "cart",
    "categories": "category",
    "combinations": "combination",
    "configurations": "configuration",
    "customers": "customer",
    "deliveries": "delivery",
    "groups": "group",
    "manufacturers": "manufacturer",
    "messages": "message",
    "order_carriers": "order_carrier",
    "order_details": "order_detail",
    "order_histories": "order_history",
    "order_payments": "order_payment",
    "order_returns": "order_return",
    "order_slip": "order_slip",
    "orders": "order",
    "product_feature_values": "product_feature_value",
    "product_features": "product_feature",
    "product_option_values": "product_option_value",
    "product_options": "product_option",
    "product_suppliers": "product_supplier",
    "products": "product",
    "specific_prices": "specific_price",
    "stock_availables": "stock_available",
    "stores": "store",
    "suppliers": "supplier",
    "tags": "tag",
}

ASSOCIATION_NODES = {
    "accessories": "product",
    "addresses": "address",
    "cart_rows": "cart_row",
    "categories": "category",
    "combinations": "combination",
    "foo": "bar",
    "groups": "group",
    "images": "image",
    "order_slip_details": "order_slip_detail",
    "product_features": "product_feature",
    "product_option_values": "product_option_value",
    "stock_availables": "stock_available",
}

Row: TypeAlias = Mapping[str, Any]
"""An entity as it is sent: a text or a number, a text per language id, or the rows of an association."""


def document(resource: str, rows: Sequence[Row]) -> bytes:
    """The body of a write request holding `rows` in order, without any white space between elements."""
    root = etree.Element("prestashop")
    for row in rows:
        _add_entity(etree.SubElement(root, NODES[resource]), row)
    return PROLOGUE + etree.tostring(root, encoding="utf-8")


def _add_entity(node: etree._Element, row: Row) -> None:
    associations = {name: value for name, value in row.items() if isinstance(value, list)}
    for name, value in row.items():
        if name in associations:
            continue
        element = etree.SubElement(node, name)
        if isinstance(value, Mapping):
            for language, text in value.items():
                etree.SubElement(element, "language", id=str(language)).text = text
        else:
            element.text = str(value)
    if associations:
        parent = etree.SubElement(node, "associations")
        for name, members in associations.items():
            _add_association(etree.SubElement(parent, name), ASSOCIATION_NODES[name], members)


def _add_association(node: etree._Element, tag: str, members: list[Row]) -> None:
    for member in members:
        child = etree.SubElement(node, tag)
        for name, value in member.items():
            etree.SubElement(child, name).text = str(value)


@dataclass(frozen=True)
class Entity:
    """One entity as the shop shows it."""

    node: etree._Element

    def __getitem__(self, name: str) -> str:
        return self.element(name).text or ""

    def __contains__(self, name: str) -> bool:
        return self.node.find(name) is not None

    @property
    def id(self) -> int:
        return int(self["id"])

    @property
    def names(self) -> list[str]:
        """The fields shown, in the shop's order, without the associations."""
        return [str(child.tag) for child in self.node if child.tag != "associations"]

    def element(self, name: str) -> etree._Element:
        found = self.node.find(name)
        assert found is not None, f"<{self.node.tag}> has no <{name}>"
        return found

    def link(self, name: str) -> str | None:
        return self.element(name).get(f"{XLINK}href")

    def texts(self, name: str) -> dict[int, str]:
        """The text of a translated field by language id."""
        return {int(child.get("id", "0")): child.text or "" for child in self.element(name).findall("language")}

    def members(self, association: str) -> list[dict[str, str]]:
        """The rows of an association; an empty list when the shop shows it empty or not at all."""
        node = self.node.find(f"associations/{association}")
        return [] if node is None else [{str(cell.tag): cell.text or "" for cell in row} for row in node]

    def member_ids(self, association: str) -> set[int]:
        return {int(row["id"]) for row in self.members(association)}

    def fields(self) -> dict[str, str]:
        """Every field as canonical XML, for comparing an entity before and after."""
        return {str(child.tag): _canonical(child) for child in self.node if child.tag != "associations"}


def _canonical(element: etree._Element) -> str:
    if len(element):
        return "|".join(f"{child.get('id')}={child.text or ''}" for child in element)
    return element.text or ""

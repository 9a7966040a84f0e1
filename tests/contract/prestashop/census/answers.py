"""An answer as lines that two shops with the same data have in common: ids, dates, addresses and chance are named."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from lxml import etree

from tests.contract.prestashop.documents import NODES

if TYPE_CHECKING:
    from tests.contract.prestashop.webservice import Reply

HREF = "{http://www.w3.org/1999/xlink}href"
ERROR = re.compile(
    r"<error>\s*<code><!\[CDATA\[(\d+)\]\]></code>\s*<message><!\[CDATA\[(.*?)\]\]></message>", re.DOTALL
)
REFERS_TO = {
    "id_product": "products",
    "product_id": "products",
    "id_product_attribute": "combinations",
    "product_attribute_id": "combinations",
    "id_default_combination": "combinations",
    "cache_default_attribute": "combinations",
    "id_category_default": "categories",
    "id_parent": "categories",
    "id_attribute_group": "product_options",
    "id_feature": "product_features",
    "id_feature_value": "product_feature_values",
    "id_manufacturer": "manufacturers",
    "id_supplier": "suppliers",
    "id_customer": "customers",
    "id_address": "addresses",
    "id_address_delivery": "addresses",
    "id_address_invoice": "addresses",
    "id_cart": "carts",
    "id_order": "orders",
    "id_order_detail": "order_details",
    "id_order_invoice": "order_invoices",
    "id_order_state": "order_states",
    "current_state": "order_states",
    "id_tax_rules_group": "tax_rule_groups",
    "id_tax": "taxes",
    "id_country": "countries",
    "id_currency": "currencies",
    "id_carrier": "carriers",
    "id_reference": "carriers",
    "id_lang": "languages",
    "id_default_group": "groups",
    "id_group": "groups",
    "id_shop": "shops",
    "id_shop_default": "shops",
    "id_shop_group": "shop_groups",
    "id_store": "stores",
    "id_state": "states",
    "id_zone": "zones",
    "id_gender": "genders",
    "id_risk": "risks",
    "id_employee": "employees",
    "id_default_image": "images",
    "id_stock_available": "stock_availables",
}
MEMBERS = {"accessories": "products", "order_rows": "order_details", "order_slip_details": "order_details"}
RESOURCES = {node: resource for resource, node in NODES.items()}
_DATE = re.compile(r"\d{4}-\d\d-\d\d( \d\d:\d\d:\d\d)?")
_STAMPS = re.compile(r"date_(add|upd)|(invoice|delivery)_date|last_passwd_gen|newsletter_date_add|payment_date")
_CHANCE = re.compile(
    r"secure_key|passwd|shop_address|unique_id|board|digest|orders_of|orders_until|token|asked_at|noted_at"
)
_ONE_TREE = frozenset({"passerelle_board", "passerelle_events"})
"""Resources whose answer is a tree and no list."""
_STRANGE = 2
_REFERENCES = re.compile(r"(order_)?reference")
_COUNTED = re.compile(
    r"position_in_category|(invoice_|delivery_)?number|level_depth|nb_products_recursive|nleft|nright"
)


@dataclass(slots=True)
class Names:
    """What the ids and texts of one shop are called in recordings."""

    root: str
    known: dict[tuple[str, str], str] = field(default_factory=dict)
    own: set[tuple[str, str]] = field(default_factory=set)
    """Rows with values of ours; those of the shop itself are shown by the types of their values."""
    texts: dict[str, str] = field(default_factory=dict)
    prefix: re.Pattern[str] = re.compile(r"(?!)")
    _met: dict[tuple[str, str], str] = field(default_factory=dict)

    def id(self, resource: str, text: str) -> str:
        """The name of an id: its own, or its number in the order of appearance."""
        if text in {"", "0"} or not text.lstrip("-").isdigit():
            return text
        if (resource, text) in self.known:
            return self.known[resource, text]
        number = 1 + sum(met == resource for met, _ in self._met)
        return self._met.setdefault((resource, text), f"{resource} new{number}")

    def fresh(self) -> Names:
        """The same names for another exchange, in which nothing was met yet."""
        return Names(self.root, dict(self.known), set(self.own), dict(self.texts), self.prefix)

    def value(self, name: str, text: str, resource: str = "") -> str:
        """The text of a field without what differs between two shops."""
        refers = resource or REFERS_TO.get(name, "")
        if refers:
            return self.id(refers, text)
        if name.startswith("id_") or name == "id":
            return self.id(name, text)
        if kind := _kind_of_chance(name, text):
            return kind
        for own, called in self.texts.items():
            text = text.replace(own, called)
        return self.prefix.sub("Ct", text.replace(self.root, "ROOT"))


def _kind_of_chance(name: str, text: str) -> str:
    """What stands for a value that no two shops have in common; empty for any other."""
    if name == "position" and text:
        return "NUMBER"
    if _STAMPS.fullmatch(name) and _DATE.fullmatch(text) and not text.startswith("0000"):
        return "DATE"
    if _CHANCE.fullmatch(name) and text:
        return "CHANCE"
    if _COUNTED.fullmatch(name) and text not in {"", "0"}:
        return "NUMBER"
    if _REFERENCES.fullmatch(name) and re.fullmatch(r"[A-Z]{9}", text):
        return "REFERENCE"
    return re.sub(r"\d+", "N", text) if name == "delivery_option" else ""


def lines_of(reply: Reply, resource: str, names: Names, *, in_order: bool = True) -> list[str]:
    """The whole answer, one line for each value; without a `sort` its rows have no order."""
    kind = reply.headers.get("content-type", "")
    if not reply.body.strip():
        return ["(empty body)"]
    errors = ERROR.findall(reply.body.decode("utf-8", "replace"))
    if errors:
        return [f"error {code} {names.value('', re.sub(r'[0-9]+', 'N', said))}" for code, said in errors]
    if "json" in kind:
        return list(_json(reply.json, resource, names, in_order=in_order))
    if "xml" in kind:
        return list(_xml(reply.root, resource, names, in_order=in_order))
    if kind.startswith("image/"):
        return ["(a picture)"]
    return [names.value("", reply.body.decode().strip())]


def _xml(root: etree._Element, resource: str, names: Names, *, in_order: bool) -> Iterator[str]:
    if (
        resource not in _ONE_TREE
        and len(root) == 1
        and str(root[0].tag) == resource
        and all(isinstance(row.tag, str) for row in root[0])
    ):
        yield f"list {resource} {' '.join(map(str, root[0].attrib))}".rstrip()
        yield from _chosen([_xml_row(row, resource, names) for row in root[0]], in_order=in_order)
        return
    for entity in root:
        if str(entity.tag) == "api":
            yield from sorted(
                f"api {child.tag} {' '.join(map(str, child.attrib))}" for child in entity if child.tag == resource
            )
            continue
        yield from _xml_row(entity, RESOURCES.get(str(entity.tag), resource), names, alone=True)[1]


@dataclass(frozen=True, slots=True)
class _Shape:
    """How a value is written: as it is, or by its type."""

    names: Names
    typed: bool

    def text(self, name: str, text: str, resource: str = "") -> str:
        if not self.typed or text in {"", "0", "1"} or (resource, text) in self.names.known:
            return self.names.value(name, text, resource)
        return "number" if re.fullmatch(r"-?\d+(\.\d+)?", text) else "text"


def _xml_row(row: etree._Element, resource: str, names: Names, *, alone: bool = False) -> tuple[int, list[str]]:
    identifier = row.get("id") or row.findtext("id") or ""
    shape = _Shape(names, typed=not alone and bool(identifier) and not _is_ours(resource, identifier, names))
    called = names.id(resource, identifier) if names.known.get((resource, identifier)) or not shape.typed else "other"
    lines = [f"{row.tag} {called} {_attributes(row)}".rstrip()]
    for child in row:
        lines += _xml_field(child, resource, shape, "  ")
    return _rank(resource, identifier, names), lines


def _xml_field(node: etree._Element, resource: str, shape: _Shape, indent: str) -> Iterator[str]:
    name = str(node.tag)
    if name == "associations":
        for association in node:
            yield f"{indent}[{association.tag}] {_attributes(association)}".rstrip()
            # The database gives them in no order of its own.
            yield from sorted(_xml_member(member, str(association.tag), shape, indent) for member in association)
        return
    refers = _linked(node) or (resource if name == "id" else "")
    if len(node):
        yield f"{indent}{name} {_attributes(node)}".rstrip()
        for child in node:
            if child.tag == "language" and (language := ("languages", child.get("id", ""))) in shape.names.known:
                yield f"{indent}  {shape.names.known[language]}: {shape.text(name, child.text or '')}".rstrip()
            elif child.tag != "language":
                yield from _xml_field(child, "", shape, indent + "  ")
        return
    yield f"{indent}{name}: {shape.text(name, node.text or '', refers)} {_attributes(node)}".rstrip()


def _xml_member(member: etree._Element, association: str, shape: _Shape, indent: str) -> str:
    if shape.typed:
        return f"{indent}  {member.tag}({','.join(str(cell.tag) for cell in member)}) {_attributes(member)}".rstrip()
    inner = MEMBERS.get(association, association)
    said = []
    for cell in member:
        resource = _linked(cell) or (inner if cell.tag == "id" else "")
        said.append(f"{cell.tag}={shape.names.value(str(cell.tag), cell.text or '', resource)}")
    if member.get(HREF) and "id" not in {str(cell.tag) for cell in member}:
        said.append(f"to {shape.names.id(inner, member.get(HREF, '').rpartition('/')[2])}")
    return f"{indent}  {member.tag} {_attributes(member)} {', '.join(said)}".rstrip()


def _linked(node: etree._Element) -> str:
    """The resource that the address in a field names."""
    found = re.search(r"/api/(\w+)/", node.get(HREF, ""))
    return found[1] if found else ""


def _attributes(node: etree._Element) -> str:
    shown = []
    for name, value in node.items():
        if name == HREF:
            shown.append(f"href={re.sub(r'.*/api/', '', str(value)).partition('/')[0]}")
        elif not (name == "id" and node.tag == "language") and name != "id":
            shown.append(f"{name!s}={value!s}")
    return f"({' '.join(shown)})" if shown else ""


def _json(told: Any, resource: str, names: Names, *, in_order: bool) -> Iterator[str]:
    if told == []:
        yield "[]"
        return
    for key, rows in told.items():
        yield f"json {key}"
        if isinstance(rows, list):
            yield from _chosen([_json_row(row, resource, names) for row in rows], in_order=in_order)
        else:
            yield from _json_row(rows, resource, names)[1]


def _json_row(row: Mapping[str, Any], resource: str, names: Names) -> tuple[int, list[str]]:
    identifier = str(row.get("id", ""))
    shape = _Shape(names, typed=bool(identifier) and not _is_ours(resource, identifier, names))
    called = names.known.get((resource, identifier), "other" if shape.typed else names.id(resource, identifier))
    lines = [f"{{}} {called}"]
    for name, value in row.items():
        lines += _json_field(name, value, resource, shape)
    return _rank(resource, identifier, names), lines


def _json_field(name: str, value: Any, resource: str, shape: _Shape) -> Iterator[str]:
    if name == "associations" and isinstance(value, dict):
        for association, members in value.items():
            yield f"  [{association}]"
            yield from sorted(_json_member(member, association, shape) for member in members)
    elif isinstance(value, list):
        yield f"  {name}"
        for text in value:
            if (language := ("languages", str(text["id"]))) in shape.names.known:
                yield f"    {shape.names.known[language]}: {shape.text(name, str(text['value']))}".rstrip()
    else:
        refers = resource if name == "id" else ""
        text = "" if value is None else str(value)
        kind = "" if isinstance(value, str) else f" ({type(value).__name__})"
        yield f"  {name}: {shape.text(name, text, refers)}{kind}".rstrip()


def _json_member(member: Mapping[str, Any], association: str, shape: _Shape) -> str:
    if shape.typed:
        return f"    ({','.join(member)})"
    inner = MEMBERS.get(association, association)
    said = (f"{key}={shape.names.value(key, str(v), inner if key == 'id' else '')}" for key, v in member.items())
    return f"    {', '.join(said)}"


def _is_ours(resource: str, identifier: str, names: Names) -> bool:
    return (resource, identifier) in names.own


def _rank(resource: str, identifier: str, names: Names) -> int:
    if _is_ours(resource, identifier, names):
        return 0
    return 1 if (resource, identifier) in names.known else _STRANGE


def _chosen(rows: list[tuple[int, list[str]]], *, in_order: bool) -> Iterator[str]:
    """The rows that are ours, or those of the shop itself that every shop has, or the form of a strange one."""
    if not rows:
        yield "(no row)"
        return
    best = min(rank for rank, _ in rows)
    kept = [lines for rank, lines in rows if rank == best]
    if best == _STRANGE:
        kept = kept[:1]
    # The ids of what the shop itself made are in an order of its own.
    for lines in kept if in_order and best == 0 else sorted(kept):
        yield from lines

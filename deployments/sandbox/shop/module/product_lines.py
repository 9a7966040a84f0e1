"""The resource ``product_lines``: new products and combinations, many in one document, one answer for each."""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from lxml import etree

from deployments.sandbox.shop import saving, shops
from deployments.sandbox.shop.behaviours import behaviour_of
from deployments.sandbox.shop.errors import CrashError, ServiceError
from deployments.sandbox.shop.module.references import mode_of

if TYPE_CHECKING:
    from deployments.sandbox.shop.exchange import Request
    from deployments.sandbox.shop.module.answers import Node
    from deployments.sandbox.shop.pace import Charge
    from deployments.sandbox.shop.store import Row, Store

NAMED_BY = ("reference", "ean13", "isbn", "upc", "mpn", "supplier_reference")
_RESOURCES = {"product": "products", "combination": "combinations"}
_ASSOCIATIONS = {"product": ("categories", "product_features"), "combination": ("product_option_values",)}
_WITH_SETTER = {"product": ("id_default_image", "id_default_combination", "position_in_category", "type")}


class _RefusedError(Exception):
    """Why an entity is not made, in the module's words."""


@dataclass(slots=True)
class _Line:
    """One entity of the document, and what became of it."""

    key: str
    kind: str
    entity: etree._Element
    status: str = ""
    id: int = 0
    message: str = ""

    def text(self, name: str) -> str:
        """A field as it was sent."""
        return (self.entity.findtext(name) or "").strip()

    def refuse(self, message: str) -> None:
        """Ends the line."""
        self.status, self.message = "error", message


def answer(store: Store, request: Request, charge: Charge) -> Node:
    """One line per entity: created, there already, or refused; a refused one does not stop the others."""
    mode, field = mode_of(request), _field(request)
    try:
        root = etree.fromstring(
            request.body.removeprefix(b"xml="), etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
        )
    except etree.XMLSyntaxError as fault:
        raise ServiceError(400, 127, "XML error") from fault
    lines = [_read(store, node) for node in root.findall("product_line")]
    if not lines:
        raise ServiceError(400, 85, "no product_line in the document")
    _refuse_nameless(lines, field)
    for kind in _RESOURCES:
        made = [_make(store, request, line, field) for line in lines if line.kind == kind and not line.status]
        charge("product_lines", f"PUT {mode} {kind}", sum(made))
    return {
        "product_line": [
            {
                "key": one.key,
                "status": one.status,
                "id": str(one.id) if one.id else "",
                "message": one.message,
                "held": _held(store, one) if one.status == "created" else "",
            }
            for one in lines
        ]
    }


def _held(store: Store, line: _Line) -> str:
    """JSON of the fields and associations that the entity was given, as the shop has them."""
    resource = store.resources[_RESOURCES[line.kind]]
    row = shops.seen(store, resource.name, store[resource.name].rows[line.id])
    given = {child.tag for child in line.entity if isinstance(child.tag, str)}
    held = {one.name: _shown(row[one.name]) for one in resource.fields if one.name in given}
    lists = behaviour_of(resource).lists
    members = {one.tag for one in line.entity.findall("associations/*") if one.tag in _ASSOCIATIONS[line.kind]}
    if members:
        held["associations"] = {name: list(lists[name](store, row)) for name in sorted(members)}
    return json.dumps(held)


def _shown(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(language): text for language, text in value.items()}
    return "" if value is None else str(value)


def _field(request: Request) -> str:
    field = request.query.text("named_by") if request.query.has("named_by") else NAMED_BY[0]
    if field not in NAMED_BY:
        raise ServiceError(400, 85, f"named_by is one of {', '.join(NAMED_BY)}")
    return field


def _read(store: Store, node: etree._Element) -> _Line:
    key = (node.findtext("key") or "").strip()
    for kind in _RESOURCES:
        entity = node.find(kind)
        if entity is not None:
            line = _Line(key, kind, entity)
            try:
                _leave_what_needs_more(store, line)
            except _RefusedError as refusal:
                line.refuse(str(refusal))
            return line
    return _Line(key, "", node, "error", message="neither a product nor a combination")


def _leave_what_needs_more(store: Store, line: _Line) -> None:
    if line.text("id"):
        raise _RefusedError("id is forbidden when adding a new resource")
    for name in _WITH_SETTER.get(line.kind, ()):
        if line.entity.find(name) is not None:
            raise _RefusedError(f'"{name}" is not taken here')
    if line.kind == "product":
        flags = any(line.text(name) not in {"", "0"} for name in ("is_virtual", "cache_is_pack"))
        if flags or line.text("product_type") in {"virtual", "pack"}:
            raise _RefusedError("packs and virtual products are not taken here")
        # Before 8.0 the webservice has no such field, and what it does not know it leaves unread.
        if "unit_price" in store.resources["products"].by_name and _amount(line.text("unit_price")):
            raise _RefusedError('"unit_price" is not taken here')
    for one in line.entity.findall("associations/*"):
        if isinstance(one.tag, str) and one.tag not in (*_ASSOCIATIONS[line.kind], "i18n"):
            raise _RefusedError(_unknown_association(line.kind, one.tag))


def _unknown_association(kind: str, name: str) -> str:
    taken = name in {"images", "combinations", "product_option_values", "tags", "stock_availables", "attachments",
                     "accessories", "product_bundle"} if kind == "product" else name == "images"  # fmt: skip
    return f'the association "{name}" is not taken here' if taken else f'The association "{name}" does not exists'


def _amount(text: str) -> Decimal:
    try:
        return Decimal(text or 0)
    except InvalidOperation:
        return Decimal(0)


def _refuse_nameless(lines: list[_Line], field: str) -> None:
    seen: set[tuple[str, str, str]] = set()
    for line in lines:
        if line.status:
            continue
        name = line.kind, line.text("id_product") if line.kind == "combination" else "", line.text(field)
        if not name[2]:
            line.refuse(f'without "{field}" it cannot be found again')
        elif name in seen:
            line.refuse("named twice in this document")
        seen.add(name)


def _make(store: Store, request: Request, line: _Line, field: str) -> int:
    """How many were made: one or none."""
    known = _known(store, line, field)
    if known:
        line.status, line.id = "exists", known
        return 0
    try:
        if line.kind == "combination":
            _check_product(store, line)
        resource = store.resources[_RESOURCES[line.kind]]
        saved = saving.save_all(
            store,
            resource,
            behaviour_of(resource),
            "POST",
            [line.entity],
            request.query,
            lambda _: None,
            warnings=False,
        )
        line.status, line.id = "created", int(next(iter(saved))["id"])
    except _RefusedError as refusal:
        line.refuse(str(refusal))
    except ServiceError as fault:
        line.refuse(fault.errors[0][1])
    except CrashError as crash:
        # The database refuses one row, and the document with it.
        raise ServiceError(500, 46, "nothing was written: PrestaShopDatabaseException") from crash
    return int(line.status == "created")


def _known(store: Store, line: _Line, field: str) -> int:
    resource = _RESOURCES[line.kind]
    table = store[resource]
    rows = [row for row in table.where(field, line.text(field)) if row[field] == line.text(field)]
    if line.kind == "combination":
        rows = [row for row in rows if row["id_product"] == line.text("id_product")]
    return min((int(row["id"]) for row in shops.in_shop(store, resource, rows)), default=0)


def _check_product(store: Store, line: _Line) -> None:
    product = int(line.text("id_product") or 0)
    row: Row | None = shops.found(store, "products", product)
    if row is None:
        raise _RefusedError(f"this shop has no product {product}")
    if row["is_virtual"] == "1":
        raise _RefusedError("packs and virtual products are not taken here")
    if line.text("default_on") in {"", "0"}:
        return
    if any(one["default_on"] for one in store["combinations"].where("id_product", product)):
        raise _RefusedError(f"product {product} has a default combination")

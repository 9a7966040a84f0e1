"""Saves the entities of a document one by one, in order, without transaction, and stops at the first failure."""

from __future__ import annotations

from contextvars import ContextVar
from html import escape
from typing import TYPE_CHECKING, Any

from lxml import etree

from deployments.sandbox.shop import shops
from deployments.sandbox.shop.entity import Behaviour, Draft, Entries, Method
from deployments.sandbox.shop.errors import ServiceError
from deployments.sandbox.shop.store import FIRST_LANGUAGE, now
from deployments.sandbox.shop.validators import rule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from deployments.sandbox.shop.query import Query
    from deployments.sandbox.shop.schema import Field, Resource
    from deployments.sandbox.shop.store import Row, Store

TEXTS_FAIL: ContextVar[bool] = ContextVar("texts_fail", default=False)
"""Whether an entity that is loaded to be changed comes without its texts, as where their table is locked (fact F10)."""
PRODUCT_CHOICES = {
    "condition": ("new", "used", "refurbished"),
    "visibility": ("both", "catalog", "search", "none"),
}


def as_method(method: str) -> Method:
    """The method as one that saves."""
    methods: dict[str, Method] = {"POST": "POST", "PUT": "PUT", "PATCH": "PATCH"}
    return methods[method]


def parsed(body: bytes, *, warnings: bool) -> list[etree._Element]:
    """The entities of a document; a body that is no XML is refused as PHP refuses it."""
    body = body.removeprefix(b"xml=").lstrip()
    try:
        root = etree.fromstring(body, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True))
    except etree.XMLSyntaxError as fault:
        raise _unreadable(body, fault, warnings=warnings and bool(body)) from fault
    return [child for child in root if isinstance(child.tag, str)]


def _unreadable(body: bytes, fault: etree.XMLSyntaxError, *, warnings: bool) -> ServiceError:
    text = body.decode("utf-8", "replace")
    message = f"XML error : String could not be parsed as XML\nXML length : {len(body)}\nOriginal XML : {text}"
    if not warnings:
        return ServiceError(500, 127, message)
    place = "(/var/www/shop/classes/webservice/WebserviceRequest.php, line 1544)"
    number, column = fault.position
    lines = [*text.split("\n"), ""]
    said = str(fault.msg).partition(", line ")[0]
    heads = (
        f"Entity: line {number}: parser error : {said}",
        lines[min(number, len(lines)) - 1][:80],
        f"{' ' * min(column, 80)}^",
    )
    error = ServiceError(500, 3, f"[PHP Warning #2] SimpleXMLElement::__construct(): {heads[0]} {place}")
    for head in heads[1:]:
        error = error.then(500, 3, f"[PHP Warning #2] SimpleXMLElement::__construct(): {head} {place}")
    return error.then(500, 127, message)


def check_ids(entities: list[etree._Element], method: Method) -> list[int]:
    """The ids of the document's entities, checked before anything is written."""
    texts = [_own_text(entity.find("id")) for entity in entities]
    ids = [int(text) if text.isdigit() else 0 for text in texts if text != ""]
    if method == "POST":
        if ids:
            raise ServiceError(400, 91, "id is forbidden when adding a new resource")
        return []
    if len(set(ids)) != len(ids):
        raise ServiceError(400, 89, "id is duplicate in request")
    if len(ids) != len(entities):
        raise ServiceError(400, 90, "id is required when modifying a resource")
    return ids


def save_all(
    store: Store,
    resource: Resource,
    behaviour: Behaviour,
    method: Method,
    entities: list[etree._Element],
    query: Query,
    charge: Callable[[str], None],
    *,
    warnings: bool,
) -> Iterator[Row]:
    """Each entity as saved, rendered from memory; raises at the first that fails, leaving the ones before it."""
    ids = check_ids(entities, method)
    raised: list[str] = []
    for position, entity in enumerate(entities):
        with store.lock:
            draft = _loaded(store, resource, method, query, ids[position] if ids else 0)
        charge(method)
        with store.lock:
            try:
                _apply(draft, behaviour, entity)
            except ServiceError as fault:
                raise _after_warnings(fault, draft.warnings if warnings else []) from fault
            if behaviour.on_read is not None:
                behaviour.on_read(draft)
            if draft.warnings and warnings:
                raised += draft.warnings
            if raised:
                continue
            _validate(draft)
            _save(draft, behaviour)
            _set_associations(draft, behaviour, entity)
        yield draft.values
    if raised:
        raise _warned(raised)


def _warned(messages: list[str]) -> ServiceError:
    error = ServiceError(500, 3, messages[0])
    for message in messages[1:]:
        error = error.then(500, 3, message)
    return error


def _after_warnings(fault: ServiceError, messages: list[str]) -> ServiceError:
    if not messages:
        return fault
    code, message = fault.errors[0]
    return _warned(messages).then(fault.status, code, message)


def _loaded(store: Store, resource: Resource, method: Method, query: Query, identifier: int) -> Draft:
    if method == "POST":
        return Draft(store, resource, method, query, values={})
    before = store[resource.name].rows.get(identifier)
    if before is None:
        raise ServiceError(404, 92, "Invalid ID")
    if shops.lacks(store, resource.name, before):
        read, stored = shops.blank(store, resource.name)
        own = shops.seen(store, resource.name, before)
        return Draft(store, resource, method, query, values={**own, **read}, before={**own, **stored})
    before = shops.seen(store, resource.name, before)
    if TEXTS_FAIL.get():
        before = before | {field.name: {} for field in resource.fields if field.i18n}
    return Draft(store, resource, method, query, values=dict(before), before=before)


def _own_text(element: etree._Element | None) -> str:
    if element is None:
        return ""
    return "".join([element.text or "", *(child.tail or "" for child in element)])


def _apply(draft: Draft, behaviour: Behaviour, entity: etree._Element) -> None:
    children: dict[str, etree._Element] = {}
    for child in entity:
        if isinstance(child.tag, str):
            children.setdefault(child.tag, child)
    for field in draft.resource.fields:
        node = children.get(field.name)
        if field.i18n:
            if node is not None or draft.method != "PATCH":
                draft.put(field.name, _texts(node))
        elif node is not None:
            _assign(draft, behaviour, field, node.text if len(node) == 0 else _own_text(node))
        elif draft.method != "PATCH":
            _leave_out(draft, field)


def _texts(node: etree._Element | None) -> Any:
    languages = [] if node is None else node.findall("language")
    if not languages:
        return _own_text(node)
    return {int(one.get("id") or 0): _own_text(one) for one in languages}


def _assign(draft: Draft, behaviour: Behaviour, field: Field, value: str | None) -> None:
    if field.read_only:
        raise ServiceError(
            400,
            93,
            f'parameter "{field.name}" not writable. Please remove this attribute of this XML',
        )
    setter = behaviour.setters.get(field.name)
    if setter is not None:
        setter(draft, value or "")
    elif field.column.kind != "none":
        draft.put(field.name, value or "")


def _leave_out(draft: Draft, field: Field) -> None:
    if field.read_only:
        if draft.is_new or field.computed:
            draft.values[field.name] = None
        elif field.emptied:
            draft.put(field.name, None)
    elif field.required:
        raise ServiceError(400, 41, f'parameter "{field.name}" required')
    elif not field.computed and field.column.kind != "none":
        draft.put(field.name, None)


def _validate(draft: Draft) -> None:
    fields = draft.resource.fields
    for field in fields:
        if field.i18n:
            _validate_texts(draft, field)
    for field in fields:
        if not field.i18n and not field.computed and not field.read_only:
            fault = _fault(draft, field, draft.values.get(field.name), required=field.required)
            if fault:
                raise _invalid(draft, 85, fault)


def _invalid(draft: Draft, code: int, fault: str) -> ServiceError:
    said = escape(fault, quote=False) if draft.store.rules.escapes_messages else fault
    return ServiceError(400, code, f'Validation error: "{said}"')


def _validate_texts(draft: Draft, field: Field) -> None:
    value = draft.values.get(field.name)
    texts = dict(value) if isinstance(value, dict) else {FIRST_LANGUAGE: value or ""}
    texts.setdefault(FIRST_LANGUAGE, "")
    for language, text in texts.items():
        fault = _fault(draft, field, text, required=field.required and language == FIRST_LANGUAGE)
        if fault:
            raise _invalid(draft, 84, fault)


def _fault(draft: Draft, field: Field, value: str | None, *, required: bool) -> str:
    name = f"{draft.resource.php_class}->{field.name}"
    if required and value in {None, ""}:
        return f"Property {name} is empty."
    if draft.resource.name == "products" and field.name in PRODUCT_CHOICES:
        return _choice_fault(draft, field, name, value or "")
    return _rule_fault(field, name, value) if value and value != "0" else ""


def _choice_fault(draft: Draft, field: Field, name: str, value: str) -> str:
    """A choice left out takes its first value."""
    allowed = PRODUCT_CHOICES[field.name]
    if not value:
        draft.put(field.name, allowed[0])
    elif value not in allowed:
        return f"Property {name} has a bad value (allowed values are: {', '.join(allowed)})."
    return ""


def _rule_fault(field: Field, name: str, value: str) -> str:
    if field.max_size is not None and len(value) > field.max_size:
        return (
            f"The length of property {name} is currently {len(value)} chars. "
            f"It must be between 0 and {field.max_size} chars."
        )
    if field.validator and not rule(field.rule or field.validator)(value):
        return f"Property {name} is not valid"
    return ""


def _save(draft: Draft, behaviour: Behaviour) -> None:
    _stamp(draft)
    instead = behaviour.create_instead if draft.is_new else behaviour.update_instead
    if instead is not None:
        instead(draft)
        return
    if behaviour.before_save is not None:
        behaviour.before_save(draft)
    write(draft)
    if behaviour.after_save is not None:
        behaviour.after_save(draft)


def _stamp(draft: Draft) -> None:
    names = draft.resource.by_name
    if "date_add" in names and (draft.is_new or not draft.values.get("date_add")):
        draft.put("date_add", now())
    if "date_upd" in names:
        draft.put("date_upd", now())


def write(draft: Draft) -> None:
    """Put the draft's row into its table; a new one takes the next id.

    All columns are written as they were when the entity was loaded, so what another request changed meanwhile is lost;
    associations are tables of their own and stay.
    """
    table = draft.store[draft.resource.name]
    row = draft.store.blank_row(draft.resource.name) if draft.before is None else dict(draft.before)
    current = None if draft.is_new else table.rows.get(draft.identifier)
    if current is not None and current is not draft.before:
        row.update({name: value for name, value in current.items() if name not in draft.resource.by_name})
    for name in draft.touched:
        field = draft.resource.by_name.get(name)
        row[name] = _stored(draft, field, draft.values[name]) if field else draft.values[name]
    shops.keep(draft.store, draft.resource.name, row, new=draft.is_new)
    if draft.is_new:
        draft.values["id"] = table.insert(row)
    else:
        table.replace(draft.identifier, row)


def _stored(draft: Draft, field: Field, value: Any) -> Any:
    if not field.i18n:
        return None if field.nullable and value is None else field.column.stored(value)
    if not isinstance(value, dict):
        return dict.fromkeys(draft.store.languages, field.column.stored(value))
    fallback = value.get(FIRST_LANGUAGE, "") if field.required else ""
    return {one: field.column.stored(value.get(one) or fallback) for one in draft.store.languages}


def _set_associations(draft: Draft, behaviour: Behaviour, entity: etree._Element) -> None:
    holder = entity.find("associations")
    if holder is None:
        return
    for node in holder:
        if not isinstance(node.tag, str):
            continue
        if draft.resource.association(node.tag) is None:
            if node.tag != "i18n":
                raise ServiceError(400, 86, f'The association "{node.tag}" does not exists')
            continue
        setter = behaviour.associations.get(node.tag)
        if setter is not None:
            setter(draft, _entries(node))


def _entries(node: etree._Element) -> Entries:
    return [
        {str(part.tag): _own_text(part) for part in member if isinstance(part.tag, str)}
        for member in node
        if isinstance(member.tag, str)
    ]

"""The webservice's resources as data: fields, rules, links and associations, read from ``resources/*.toml``."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from typing import Any

from deployments.sandbox.shop.columns import Column, column
from deployments.sandbox.shop.versions import ABSENT_FIELDS, ABSENT_RESOURCES, ADDED_FIELDS, PHP_CLASSES, field_of

_READ_ONLY = ("POST", "PUT", "PATCH", "DELETE")
FORBIDDEN_WRITES = {
    "stock_availables": ("POST", "DELETE"),
    "warehouses": ("DELETE",),
    **dict.fromkeys(
        (
            "stock_movements",
            "stocks",
            "supply_order_details",
            "supply_order_histories",
            "supply_order_receipt_histories",
            "supply_order_states",
            "supply_orders",
            "warehouse_product_locations",
        ),
        _READ_ONLY,
    ),
}


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a resource: how it is stored, checked and shown."""

    name: str
    column: Column
    validator: str = ""
    rule: str = ""
    """The rule behind the validator where a version has its own."""
    max_size: int | None = None
    i18n: bool = False
    required: bool = False
    read_only: bool = False
    shown_read_only: bool = False
    emptied: bool = False
    """A PUT empties it, though it may not name it."""
    computed: bool = False
    nullable: bool = False
    link: str = ""


@dataclass(frozen=True, slots=True)
class AssociationField:
    """One field of an association's node."""

    name: str
    required: bool = False
    read_only: bool = False
    link: str = ""


@dataclass(frozen=True, slots=True)
class Association:
    """A list of other entities shown inside an entity."""

    name: str
    node: str
    fields: tuple[AssociationField, ...]
    api: str = ""
    virtual: bool = False
    declared: bool = True
    """Whether the shop's code declares the fields of the members; under PHP 8 they are not shown where it does not."""


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource of the webservice."""

    name: str
    node: str
    list_node: str
    php_class: str
    description: str
    fields: tuple[Field, ...]
    associations: tuple[Association, ...] = ()
    forbidden: tuple[str, ...] = ()
    table: str = ""
    """The resource whose rows these are, where it is another."""
    behaviour: str = ""
    """The resource whose hooks it has."""
    by_name: dict[str, Field] = field(default_factory=dict, compare=False)

    def __post_init__(self) -> None:
        self.by_name.update({one.name: one for one in self.fields})

    def association(self, name: str) -> Association | None:
        """The association of that name, or nothing."""
        return next((one for one in self.associations if one.name == name), None)


def _field(line: str) -> Field:
    head, _, link = line.partition(" -> ")
    name, sql_type, *flags = head.split(" ")
    maximum = next((int(flag[4:]) for flag in flags if flag.startswith("max=")), None)
    validator = next((flag for flag in flags if flag.lower().startswith("is") and "=" not in flag), "")
    return Field(
        name=name,
        column=column(sql_type, html=validator == "isCleanHtml"),
        validator=validator,
        max_size=maximum,
        i18n="i18n" in flags,
        required="required" in flags,
        read_only="readonly" in flags,
        shown_read_only="shown-readonly" in flags,
        computed="getter" in flags,
        nullable="null" in flags,
        link=link,
    )


def _association_field(text: str) -> AssociationField:
    head, _, link = text.partition(">")
    return AssociationField(head.rstrip("!="), required=head.endswith("!"), read_only=head.endswith("="), link=link)


def _association(line: str) -> Association:
    matched = re.fullmatch(r"(\w+) (\w+)\(([^)]*)\)(?: api=(\S+))?((?: \w+)*)", line)
    if matched is None:
        raise ValueError(f"unreadable association: {line}")
    name, node, fields, api, flags = matched.groups()
    parts = tuple(_association_field(one) for one in fields.split(" "))
    marks = (flags or "").split()
    return Association(name, node, parts, api or "", virtual="virtual" in marks, declared="undeclared" not in marks)


def _resource(name: str, table: dict[str, Any]) -> Resource:
    return Resource(
        name=name,
        node=table["node"],
        list_node=table.get("list_node", name),
        php_class=table["class"],
        description=table["description"],
        fields=tuple(_field(line) for line in table["fields"]),
        associations=tuple(_association(line) for line in table.get("associations", ())),
        forbidden=tuple(table.get("forbidden", ())) or FORBIDDEN_WRITES.get(name, ()),
        behaviour=table.get("behaviour", name),
    )


@cache
def _read_all() -> dict[str, Resource]:
    resources: dict[str, Resource] = {}
    for entry in files(__package__).joinpath("resources").iterdir():
        if entry.name.endswith(".toml"):
            tables = tomllib.loads(entry.read_text(encoding="utf-8"))
            resources.update({name: _resource(name, table) for name, table in tables.items()})
    return resources


def _of_version(resource: Resource, profile: str) -> Resource:
    """The resource as that version has it."""
    absent = ABSENT_FIELDS.get(profile, {}).get(resource.name, ())
    php_class = PHP_CLASSES.get(profile, {}).get(resource.name, resource.php_class)
    kept = tuple(field_of(one, resource.name, profile) for one in resource.fields if one.name not in absent)
    added = ADDED_FIELDS.get(profile, {}).get(resource.name, {})
    fields = [field for one in kept for field in (one, *map(_field, added.get(one.name, ())))]
    return replace(resource, fields=tuple(fields), php_class=php_class, by_name={})


SPECIFIC_RESOURCES = (
    "erp_documents",
    "erp_invoices",
    "passerelle_board",
    "passerelle_events",
    "passerelle_info",
    "lowest_prices",
    "price_lines",
    "product_lines",
    "specific_price_lines",
    "stock_lines",
    "store_orders",
)
MODULE_RESOURCES = ("genders", "order_return_states", "order_returns", *SPECIFIC_RESOURCES)
CORE_RETURNS = "core_order_returns"
OWN_RETURNS = "passerelle_order_returns"


def resources_of(profile: str, *, module: bool) -> dict[str, Resource]:
    """The resources a shop of that version offers, by name in alphabetical order."""
    absent = (CORE_RETURNS, *ABSENT_RESOURCES.get(profile, ()), *(() if module else MODULE_RESOURCES))
    every = _read_all()
    found = {name: _of_version(one, profile) for name, one in every.items() if name not in absent}
    if profile == "9.1":
        # The core has returns of its own there, without rows or mails; the module's stand beside them.
        core = _of_version(every[CORE_RETURNS], profile)
        found["order_returns"] = replace(core, name="order_returns", list_node="order_returns", by_name={})
        if module:
            own = replace(every["order_returns"], name=OWN_RETURNS, table="order_returns", by_name={})
            found[OWN_RETURNS] = _of_version(own, profile)
    return dict(sorted(found.items()))

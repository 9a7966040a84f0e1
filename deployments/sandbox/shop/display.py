"""Which fields and associations a request wants to see."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from deployments.sandbox.shop.errors import ServiceError

if TYPE_CHECKING:
    from deployments.sandbox.shop.query import Query
    from deployments.sandbox.shop.schema import Association, Field, Resource

PriceOptions = dict[str, dict[str, str]]


@dataclass(frozen=True, slots=True)
class Display:
    """The fields to show, in the engine's order; ``ids_only`` is the short form of a list."""

    fields: tuple[Field, ...]
    associations: tuple[tuple[Association, tuple[str, ...]], ...]
    prices: PriceOptions = field(default_factory=dict)
    ids_only: bool = False
    with_id: bool = True
    full: bool = False


def everything(resource: Resource, prices: PriceOptions | None = None) -> Display:
    """All fields and associations."""
    associations = tuple((one, tuple(part.name for part in one.fields)) for one in resource.associations)
    return Display(resource.fields, associations, prices or {}, full=True)


def wanted(resource: Resource, query: Query) -> Display:
    """What the request's ``display`` asks for; without it, the short form of a list."""
    prices = query.prices()
    if not query.has("display"):
        return Display(resource.fields, everything(resource).associations, prices, ids_only=True)
    text = query.text("display")
    if text == "full":
        return everything(resource, prices)
    bracketed = re.fullmatch(r"\[(.*)\]", text, re.DOTALL)
    if bracketed is None:
        raise ServiceError(
            400,
            36,
            "The 'display' syntax is wrong. You can set 'full' or '[field_1,field_2,field_3,...]'. "
            f"These are available: {_names(resource)}",
        )
    return _chosen(resource, _split(bracketed[1]), prices)


def _names(resource: Resource) -> str:
    return ", ".join(["id", *(one.name for one in resource.fields)])


def _split(text: str) -> list[str]:
    """Split at the commas outside brackets."""
    return [part for part in re.findall(r"[^,\[\]]+(?:\[[^\]]*\])?", text) if part]


def _chosen(resource: Resource, parts: list[str], prices: PriceOptions) -> Display:
    names: set[str] = set()
    associations: dict[str, tuple[str, ...]] = {}
    for part in parts:
        name, _, inner = part.partition("[")
        if inner:
            associations[name] = _association_fields(resource, name, inner.rstrip("]").split(","))
        elif name == "id" or name in resource.by_name or name in prices:
            names.add(name)
        else:
            raise _unknown(resource, name)
    return Display(
        fields=tuple(one for one in resource.fields if one.name in names),
        associations=tuple((one, associations[one.name]) for one in resource.associations if one.name in associations),
        prices={name: options for name, options in prices.items() if name in names},
        with_id="id" in names,
    )


def _association_fields(resource: Resource, name: str, asked: list[str]) -> tuple[str, ...]:
    association = resource.association(name)
    known = {part.name for part in association.fields} if association else set()
    if not known.issuperset(asked) and asked != ["full"]:
        listed = "".join(f"  {position} => '{one}',\n" for position, one in enumerate(asked))
        raise _unknown(resource, f"{name} (details : array (\n{listed}))")
    return tuple(known) if asked == ["full"] else tuple(asked)


def _unknown(resource: Resource, name: str) -> ServiceError:
    return ServiceError(
        400,
        35,
        f'Unable to display this field "{name}". However, these are available: {_names(resource)}',
    )

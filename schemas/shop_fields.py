"""What one shop says of its own fields: each resource's synopsis, which differs by version."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class ShopField:
    """One field of a resource, as the shop describes it."""

    validator: str = ""
    """Name of the rule that the shop applies: `isCatalogName`; empty where it applies none."""
    max_length: int | None = None
    """In characters; None where the shop cuts in silence, or does not care."""
    required: bool = False
    writable: bool = True
    """False: a document that names the field is refused with error 93."""


@dataclass(frozen=True, slots=True)
class ResourceFields:
    """The fields of one resource of one shop."""

    fields: Mapping[str, ShopField] = field(default_factory=dict)

    def __contains__(self, name: str) -> bool:
        """Whether the shop has this field."""
        return name == "id" or name in self.fields

    def unwritable(self) -> frozenset[str]:
        """The fields that no document may name."""
        return frozenset(name for name, one in self.fields.items() if not one.writable)


@dataclass(frozen=True, slots=True)
class ShopModel:
    """The fields of those resources of a shop that were asked for, and its version."""

    version: tuple[int, ...]
    resources: Mapping[str, ResourceFields] = field(default_factory=dict)

    def field(self, resource: str, name: str) -> ShopField | None:
        """The field as the shop has it; None when it lacks it."""
        return self.resources[resource].fields.get(name)

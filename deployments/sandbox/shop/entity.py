"""An entity on its way in or out of the shop, and the hooks a resource adds to the plain tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from deployments.sandbox.shop.query import Query
    from deployments.sandbox.shop.schema import Resource
    from deployments.sandbox.shop.store import Row, Store

Method = Literal["POST", "PUT", "PATCH"]
Entries = list[dict[str, str]]


@dataclass(slots=True)
class Draft:
    """One entity of a document while it is saved; ``values`` are rendered back as they are, not as stored."""

    store: Store
    resource: Resource
    method: Method
    query: Query
    values: Row
    before: Row | None = None
    touched: set[str] = field(default_factory=set)
    warnings: list[str] = field(default_factory=list)
    associations: dict[str, Entries] = field(default_factory=dict)

    @property
    def is_new(self) -> bool:
        """Whether the entity is being added."""
        return self.before is None

    @property
    def identifier(self) -> int:
        """The entity's id, once it has one."""
        return int(self.values["id"])

    def text(self, name: str) -> str:
        """A plain value as text."""
        value = self.values.get(name)
        return "" if value is None else str(value)

    def whole(self, name: str) -> int:
        """A plain value as the whole number at its start."""
        digits = self.text(name)
        return int(digits) if digits.lstrip("-").isdigit() else 0

    def put(self, name: str, value: Any) -> None:
        """Set a value that will be stored with the others."""
        self.values[name] = value
        self.touched.add(name)


Setter = Callable[[Draft, str], None]
Step = Callable[[Draft], None]
AssociationSetter = Callable[[Draft, Entries], None]
Getter = Callable[["Store", "Row"], Any]
Lister = Callable[["Store", "Row"], Entries]
Removal = Callable[["Store", "Row"], bool | None]
"""Takes away what hung on an entity that is gone; False where the shop gives up on the way and says so."""
Creation = Callable[[Draft], None]


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What a resource does beyond its table; a step may raise to refuse the entity."""

    setters: Mapping[str, Setter] = field(default_factory=dict)
    on_read: Step | None = None
    before_save: Step | None = None
    after_save: Step | None = None
    create_instead: Creation | None = None
    update_instead: Creation | None = None
    associations: Mapping[str, AssociationSetter] = field(default_factory=dict)
    getters: Mapping[str, Getter] = field(default_factory=dict)
    lists: Mapping[str, Lister] = field(default_factory=dict)
    after_remove: Removal | None = None

"""The shapes of a plan: what the shop has, what is to be written, and where the rows end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal, TypeAlias

from schemas.associations import Associations
from schemas.outcomes import Outcome
from tasks.products.translate.names import Names, NeededNames
from tasks.products.translate.rows import Value
from tasks.products.translate.values import as_text, same
from tasks.run.row_ref import RowRef

Entity: TypeAlias = Mapping[str, Any]
Changes: TypeAlias = list[tuple[str, str, str]]
DELETED = "deleted_in_shop"
"""Why a row stops whose product somebody deleted in the shop, where such a product is not made again."""
SAME_VALUES = "same_values_on_shop"
"""Why a row stops whose product has another combination of the same values, which `detail` names by key and id."""
IMPACTS = ("price", "weight")
"""Fields that a combination holds as a difference from its product's."""
Action: TypeAlias = Literal["create", "update", "deactivate", "delete"]


@dataclass(slots=True)
class CurrentProduct:
    """A product as the shop has it, with its combinations, as read from the webservice."""

    entity: Entity
    combinations: Sequence[Entity] = ()
    elsewhere_only: bool = False
    """Other shops of the installation have it and this one does not: it is as one of those has it."""
    combinations_elsewhere: frozenset[int] = frozenset()
    """Those of the combinations that only other shops have."""

    @property
    def id(self) -> int:
        """`id_product`."""
        return int(self.entity["id"])


@dataclass(slots=True)
class Operation:
    """One entity to write. `fields` are webservice fields; what goes by name is resolved when it is applied."""

    kind: Literal["product", "combination"]
    action: Action
    key: str
    id: int = 0
    fields: dict[str, Value] = field(default_factory=dict)
    texts: dict[str, dict[int, str]] = field(default_factory=dict)
    options: tuple[tuple[str, str], ...] | None = None
    manufacturer: str | None = None
    category_path: tuple[str, ...] | None = None
    keep_categories: tuple[int, ...] = ()
    features: dict[str, str] | None = None
    keep_features: tuple[tuple[int, int], ...] = ()
    changes: Changes = field(default_factory=list)
    associates: bool = False
    """Only other shops of the installation have the entity: it is made this shop's too."""
    found: Entity = field(default_factory=dict)
    """What the shop had when the plan was made."""

    @property
    def remembered_as(self) -> str:
        """The key under which a refusal is remembered; a combination of no row is named by its id."""
        return self.key or f"#{self.id}"

    @property
    def carries_combinations(self) -> bool:
        """Whether combinations make no sense without this write of their product: it is new, or its base moves."""
        return self.action == "create" or self.associates or any(name in self.fields for name in IMPACTS)

    def needs(self, names: NeededNames) -> None:
        """Adds to `names` every name that this write needs on the shop."""
        if self.manufacturer:
            names.manufacturer(self.manufacturer)
        if self.category_path:
            names.category_path(self.category_path)
        for feature, value in (self.features or {}).items():
            names.feature_value(feature, value)
        for group, value in self.options or ():
            names.option_value(group, value)

    def content(self, names: Names, changed_at: str) -> str:
        """All that is sent, as text, with what the shop has of it and the names that it lacks for it.

        `changed_at`: when the shop's product last changed, in its own words.
        """
        needed = NeededNames()
        self.needs(needed)
        fields = sorted((name, as_text(value)) for name, value in self.fields.items())
        by_name = (self.options, self.manufacturer, self.category_path, self.features)
        kept = (self.keep_categories, self.keep_features, self.associates)
        sent = (self.kind, self.action, self.id, fields, sorted(self.texts.items()), by_name, kept)
        return repr((sent, needed.missing(names), self.found, changed_at))


@dataclass(slots=True)
class PlannedRow:
    """Where one row of the file will end if all goes well, and what the ledger is to remember of it."""

    ref: RowRef
    outcome: Outcome
    code: str = ""
    detail: str = ""
    column: str = ""
    closed: bool = False
    id_combination: int = 0
    price_changed: bool = False
    """The price that a customer pays is another than the shop's now."""


@dataclass(slots=True)
class ProductPlan:
    """Everything to write for one product, and where its rows end."""

    key: str
    id_product: int
    simple: bool
    rows: list[PlannedRow]
    product: Operation | None = None
    combinations: list[Operation] = field(default_factory=list)
    notes: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    """(message code, key, parameters) worth telling, level info."""
    unknown_tax_code: str = ""
    """The ERP's code, which stands for no tax rule; the product keeps the shop's."""
    attempted: bool = False
    """Sent once already: what it creates may be on the shop."""

    @property
    def operations(self) -> list[Operation]:
        """The product first, then its combinations."""
        return ([self.product] if self.product else []) + self.combinations


@dataclass(frozen=True, slots=True)
class ShopRules:
    """What planning needs to know of the shop and its settings."""

    names: Names
    languages: Mapping[str, int]
    """Id by lower-case ISO code, active languages."""
    language_ids: tuple[int, ...]
    """Every language of the shop: a field that is sent is sent in all of them (FACTS 4.3)."""
    default_language: int
    rates: Mapping[int, Decimal]
    """Tax rate in percent by `id_tax_rules_group`, for the shop's default country."""
    default_tax_rules_group: int
    associations: Associations
    key_field: str
    prices_tax_incl: bool
    default_category: int
    delete_closed_combinations: bool


def compare_fields(operation: Operation, owned: Mapping[str, Value], entity: Entity) -> None:
    """Puts into the operation what the shop does not have as `owned`."""
    for name, value in owned.items():
        now = str(entity.get(name, ""))
        if not same(name, value, now):
            operation.fields[name] = value
            operation.changes.append((name, now, as_text(value)))

"""Names compared the way people read them, and the shop's ids by those names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from schemas.folded import fold

_NOT_IN_A_SLUG = re.compile(r"[^a-z0-9]+")
LINK_REWRITE_MAX = 128


def slug(name: str, otherwise: str) -> str:
    """A `link_rewrite` of letters, digits and dashes; from `otherwise` when the name holds none."""
    for text in (name, otherwise):
        words = _NOT_IN_A_SLUG.sub("-", fold(text)).strip("-")[:LINK_REWRITE_MAX].strip("-")
        if words:
            return words
    return "product"


Path: TypeAlias = tuple[str, ...]
"""Category names from the top down."""


@dataclass(slots=True)
class Names:
    """The shop's ids by folded name, and the folded names by id; the lowest id wins where the shop has a name twice.

    Groups of values are kept by the id of what they belong to: a value's key is `(id of the option, name)`,
    a category's `(id of the parent, name)`.
    """

    manufacturers: dict[str, int] = field(default_factory=dict)
    options: dict[str, int] = field(default_factory=dict)
    option_values: dict[tuple[int, str], int] = field(default_factory=dict)
    option_of_value: dict[int, tuple[int, str]] = field(default_factory=dict)
    features: dict[str, int] = field(default_factory=dict)
    feature_values: dict[tuple[int, str], int] = field(default_factory=dict)
    name_of_feature_value: dict[int, str] = field(default_factory=dict)
    categories: dict[tuple[int, str], int] = field(default_factory=dict)
    parent_of_category: dict[int, int] = field(default_factory=dict)
    name_of_manufacturer: dict[int, str] = field(default_factory=dict)
    home: int = 2
    may_be_made_later: bool = False
    """A name is missing because the shop could not make it this time, not because it refuses the name."""

    def add_manufacturer(self, shop_id: int, name: str) -> None:
        """A manufacturer that the shop has."""
        self.manufacturers.setdefault(fold(name), shop_id)
        self.name_of_manufacturer[shop_id] = fold(name)

    def add_option(self, shop_id: int, *names: str) -> None:
        """An attribute group that the shop has, under its name and its public name."""
        for name in names:
            self.options.setdefault(fold(name), shop_id)

    def add_option_value(self, shop_id: int, option: int, name: str) -> None:
        """A value of an attribute group."""
        self.option_values.setdefault((option, fold(name)), shop_id)
        self.option_of_value[shop_id] = (option, fold(name))

    def add_feature(self, shop_id: int, name: str) -> None:
        """A feature that the shop has."""
        self.features.setdefault(fold(name), shop_id)

    def add_feature_value(self, shop_id: int, feature: int, name: str) -> None:
        """A value of a feature, not a custom one."""
        self.feature_values.setdefault((feature, fold(name)), shop_id)
        self.name_of_feature_value[shop_id] = fold(name)

    def add_category(self, shop_id: int, parent: int, name: str) -> None:
        """A category under its parent."""
        self.categories.setdefault((parent, fold(name)), shop_id)
        self.parent_of_category[shop_id] = parent

    def option_set(self, value_ids: Iterable[int]) -> frozenset[tuple[int, str]]:
        """What a combination is made of, as (option id, folded value); ids unknown here stand for themselves."""
        return frozenset(self.option_of_value.get(v, (0, f"#{v}")) for v in value_ids)

    def wanted_option_set(self, options: Sequence[tuple[str, str]]) -> frozenset[tuple[int, str]]:
        """The same for wanted (group, value) names; a group that the shop lacks never equals one it has."""
        return frozenset((self.options.get(fold(group), -1), fold(value)) for group, value in options)

    def category_chain(self, path: Path) -> tuple[int, ...] | None:
        """Ids from the first category under home down to the last one; None when one is missing."""
        chain: list[int] = []
        parent = self.home
        for name in path:
            found = self.categories.get((parent, fold(name)))
            if found is None:
                return None
            chain.append(found)
            parent = found
        return tuple(chain)

    def ancestors(self, category: int) -> set[int]:
        """The category and what is above it, home and what is above home left out."""
        chain: set[int] = set()
        while category in self.parent_of_category and category != self.home and category not in chain:
            chain.add(category)
            category = self.parent_of_category[category]
        return chain


@dataclass(frozen=True, slots=True)
class MissingNames:
    """Names that products need and the shop lacks, as written in the file, once each."""

    manufacturers: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    option_values: tuple[tuple[str, str], ...] = ()
    features: tuple[str, ...] = ()
    feature_values: tuple[tuple[str, str], ...] = ()
    categories: tuple[Path, ...] = ()
    """Paths, parents before children."""

    def counts(self) -> dict[str, int]:
        """How many of each are to be created, zeros left out."""
        named = {
            "manufacturers": len(self.manufacturers),
            "product_options": len(self.options),
            "product_option_values": len(self.option_values),
            "product_features": len(self.features),
            "product_feature_values": len(self.feature_values),
            "categories": len(self.categories),
        }
        return {name: count for name, count in named.items() if count}


@dataclass(slots=True)
class NeededNames:
    """Collects the names that products need, first spelling first, each once by its folded form."""

    manufacturers: dict[str, str] = field(default_factory=dict)
    options: dict[str, str] = field(default_factory=dict)
    option_values: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)
    features: dict[str, str] = field(default_factory=dict)
    feature_values: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)
    categories: dict[Path, Path] = field(default_factory=dict)

    def manufacturer(self, name: str) -> None:
        """A manufacturer is needed."""
        self.manufacturers.setdefault(fold(name), name)

    def option_value(self, group: str, value: str) -> None:
        """An attribute value and its group are needed."""
        self.options.setdefault(fold(group), group)
        self.option_values.setdefault((fold(group), fold(value)), (group, value))

    def feature_value(self, feature: str, value: str) -> None:
        """A feature value and its feature are needed."""
        self.features.setdefault(fold(feature), feature)
        self.feature_values.setdefault((fold(feature), fold(value)), (feature, value))

    def category_path(self, path: Path) -> None:
        """A category and all above it are needed."""
        for depth in range(1, len(path) + 1):
            part = path[:depth]
            self.categories.setdefault(tuple(fold(name) for name in part), part)

    def missing(self, names: Names) -> MissingNames:
        """What of this the shop does not have, categories with the shallow ones first."""
        return MissingNames(
            manufacturers=tuple(n for key, n in self.manufacturers.items() if key not in names.manufacturers),
            options=tuple(n for key, n in self.options.items() if key not in names.options),
            option_values=tuple(
                pair
                for (group, value), pair in self.option_values.items()
                if (names.options.get(group, -1), value) not in names.option_values
            ),
            features=tuple(n for key, n in self.features.items() if key not in names.features),
            feature_values=tuple(
                pair
                for (feature, value), pair in self.feature_values.items()
                if (names.features.get(feature, -1), value) not in names.feature_values
            ),
            categories=tuple(sorted((p for p in self.categories.values() if names.category_chain(p) is None), key=len)),
        )

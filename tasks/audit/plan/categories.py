"""Categories that no visitor comes to: without a parent, in a circle, below one that is closed, at a wrong depth."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from tasks.audit.plan.found import Faulty, Found
from tasks.audit.plan.known import Row, whole

CATEGORY_FIELDS = ("id", "id_parent", "active", "level_depth", "link_rewrite")


@dataclass(frozen=True, slots=True)
class _Category:
    parent: int
    is_open: bool
    depth: int


class Categories:
    """The tree of one shop: it is small, and kept as a whole."""

    def __init__(self) -> None:
        self._all: dict[int, _Category] = {}
        self._reached: dict[int, bool] = {}

    def note(self, row: Row) -> None:
        """Keeps one."""
        known = _Category(whole(row, "id_parent"), str(row["active"]) == "1", whole(row, "level_depth"))
        self._all[row["id"]] = known

    def __contains__(self, identifier: int) -> bool:
        return identifier in self._all

    def __len__(self) -> int:
        return len(self._all)

    def finish(self, found: Found) -> None:
        """The faults of the tree, one for each category that has one: what is below it is not named again."""
        for identifier, category in self._all.items():
            code, detail = self._fault(identifier, category)
            if code:
                found.add(code, Faulty("category", identifier, detail=detail))

    def _fault(self, identifier: int, category: _Category) -> tuple[str, str]:
        parent = self._all.get(category.parent)
        if category.parent == 0:
            return "", ""
        if parent is None:
            return "category_parent_missing", str(category.parent)
        if (circle := self._circle(identifier)) and identifier in circle:
            return "category_in_circle", " > ".join(map(str, circle))
        if category.depth != parent.depth + 1 and not circle:
            return "category_depth_wrong", f"{category.depth} / {parent.depth + 1}"
        if category.is_open and not parent.is_open:
            return "category_below_closed_one", str(category.parent)
        return "", ""

    def _circle(self, identifier: int) -> list[int]:
        """The categories of the circle into which the way up from here leads; none where it leads to the top."""
        way: list[int] = []
        current = identifier
        while current in self._all and current not in way:
            way.append(current)
            current = self._all[current].parent
        return way[way.index(current) :] if current in way else []

    def is_reached(self, identifier: int) -> bool:
        """Whether a visitor comes to it: it and all above it are open, up to the top."""
        if identifier not in self._reached:
            way: list[int] = []
            current, answer = identifier, False
            while current not in self._reached and current not in way:
                category = self._all.get(current)
                if category is None or not category.is_open:
                    break
                way.append(current)
                current = category.parent
                if current == 0:
                    answer = True
                    break
            answer = self._reached.get(current, answer)
            self._reached.update(dict.fromkeys(way, answer))
            self._reached[identifier] = answer
        return self._reached[identifier]

    def any_reached(self, identifiers: Iterable[int]) -> bool:
        """Whether a visitor comes to one of them."""
        return any(map(self.is_reached, identifiers))

    def missing(self, identifiers: Collection[int]) -> list[int]:
        """Those of them that the shop does not have."""
        return [identifier for identifier in identifiers if identifier not in self._all]

"""A kind becomes a request about own data: values are put back into the forms."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.contract.prestashop.census.values import FILTERED

if TYPE_CHECKING:
    from tests.contract.prestashop.census.world import World

MANY = 1_000_000
"""More rows than a shop has: its own come last in a list without a filter."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a kind's name says: a verb, a resource, and its parameters in their forms."""

    method: str
    resource: str
    parameters: tuple[tuple[str, str], ...]
    number: str
    """`one`, `several` or `lines` for a document; empty without one."""

    @property
    def writes(self) -> bool:
        return self.method != "GET"


def asked(kind: str) -> Asked:
    """The parts of a kind's name."""
    method, resource, *words = kind.split(" ")
    number = words.pop() if words and "=" not in words[-1] else ""
    parameters = [tuple(word.rsplit("=", 1) if "[" in word and not word.startswith("sort") else word.split("=", 1))
                  for word in words]  # fmt: skip
    return Asked(method, resource, tuple((name, value) for name, value in parameters), number)


def read_parameters(one: Asked, elements: Iterable[str], world: World) -> dict[str, object]:
    """The query of a read."""
    query: dict[str, object] = {}
    for name, value in one.parameters:
        if found := re.fullmatch(r"filter\[(.+)\]", name):
            query[name] = filtered(world, one.resource, found[1], value)
        elif name == "display" and value == "fields":
            query[name] = display(elements)
        else:
            query |= written_parameter(name, value, world)
    return query


def written_parameter(name: str, value: str, world: World) -> dict[str, object]:
    """A parameter that reads and writes have in common."""
    if name == "limit":
        return {name: f"0,{MANY}" if value == "from,n" else MANY}
    if name in {"id_shop", "id_group_shop", "id_shop_group"} and value != "all":
        return {name: world.setting.shop if name == "id_shop" else world.setting.shop_group}
    if name.startswith("price[") and value == "n":
        return {name: world.setting.guest_group}
    if name == "language":
        return {name: world.setting.fr if value == "one" else f"[{world.setting.en}|{world.setting.fr}]"}
    return {name: value}


def display(elements: Iterable[str]) -> str:
    """Fields, and associations with all that was asked of each."""
    associations: dict[str, list[str]] = {}
    fields = []
    for element in sorted(elements):
        name, _, inner = element.partition("[")
        if inner:
            associations.setdefault(name, []).append(inner.rstrip("]"))
        else:
            fields.append(name)
    fields += [f"{name}[{','.join(cells)}]" for name, cells in associations.items()]
    return f"[{','.join(fields)}]"


_FORMS: dict[str, Callable[[list[str]], str]] = {
    "empty": lambda _: "[]",
    "equal": lambda values: values[0],
    "bracketed": lambda values: f"[{values[0]}]",
    "any": lambda values: f"[{'|'.join((values * 2)[:2])}]",
    "between": lambda values: f"[{values[0]},{values[-1]}]",
    "not": lambda values: f"![{values[0]}]",
    "begins": lambda values: f"[{values[0][:-1]}]%",
    "contains": lambda values: f"%[{values[0][1:-1]}]%",
    "ends": lambda values: f"%[{values[0][1:]}]",
    "greater": lambda values: f">[{_before(values[0])}]",
    "less": lambda values: f"<[{_after(values[-1])}]",
}


def filtered(world: World, resource: str, field: str, form: str) -> str:
    """The text of a filter that finds own rows, or those of the shop itself that have a name."""
    given = FILTERED.get((resource, field))
    values = given(world) if given else [_text(row, field) for row in world.rows.get(resource, []) if field in row]
    values = [value for value in values if value]
    return _FORMS[form](list(dict.fromkeys(values)) or ["1"])


def _text(row: object, field: str) -> str:
    node = row.element(field)  # type: ignore[attr-defined]
    return (node[0].text if len(node) else node.text) or ""


def _before(value: str) -> str:
    return str(int(value) - 1) if value.isdigit() else "2000-01-01 00:00:00"


def _after(value: str) -> str:
    return str(int(value) + 1) if value.isdigit() else "2099-01-01 00:00:00"

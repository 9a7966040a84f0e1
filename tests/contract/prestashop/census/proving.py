"""Sends a request of one kind about own data, and shows the whole answer and what became of the entities."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from tests.contract.prestashop.census.answers import lines_of
from tests.contract.prestashop.census.makers import FOUND, ROWS
from tests.contract.prestashop.census.requests import Asked, asked, read_parameters, written_parameter
from tests.contract.prestashop.census.special import SPECIAL
from tests.contract.prestashop.census.stored import Shown, version_of
from tests.contract.prestashop.census.values import sent
from tests.contract.prestashop.census.world import OwnBench
from tests.contract.prestashop.documents import document

if TYPE_CHECKING:
    from tests.contract.prestashop.census.answers import Names
    from tests.contract.prestashop.census.world import World
    from tests.contract.prestashop.documents import Entity
    from tests.contract.prestashop.webservice import Reply


def prove(kind: str, elements: Iterable[str], world: World) -> Shown:
    """What the shop answers; what was made for it is gone afterwards."""
    elements = frozenset(elements)
    one = asked(kind)
    names = world.names.fresh()
    version = version_of(kind, elements)
    if one.method == "GET" and (one.method, one.resource) not in SPECIAL:
        reply = world.shop.get(_path(one.resource, world), **read_parameters(one, elements, world))
        return _shown(version, reply, one, names)
    word = "".join(chr(ord("a") + int(digit, 16)) for digit in version[:4])
    bench = OwnBench(world.shop, world.setting, word)
    try:
        if special := SPECIAL.get((one.method, one.resource)):
            reply, resource, ids = special(one, elements, world, bench)
        else:
            reply, resource, ids = _written(one, elements, world, bench)
        shown = _shown(version, reply, one, names)
        for identifier in ids:
            seen = world.shop.get(f"{world.path(resource)}/{identifier}")
            shown["after"] += [str(seen.status), *lines_of(seen, resource, names)]
        return shown
    finally:
        bench.remove_all()
        if one.resource == "order_returns":
            world.put_returns_back()


def _path(resource: str, world: World) -> str:
    """The address of a list, or of the first entity of our own."""
    name, is_one, _ = resource.partition("/id")
    path = world.path(name).replace("(root)", "")
    return f"{path}/{world.rows[name][0].id if name in world.rows else 1}" if is_one else path


def _shown(version: str, reply: Reply, one: Asked, names: Names) -> Shown:
    kind = reply.headers.get("content-type", "")
    in_order = one.writes or any(name == "sort" for name, _ in one.parameters)
    answer = lines_of(reply, one.resource, names, in_order=in_order)
    return Shown(kind=version, status=reply.status, type=kind, answer=answer, after=[])


def _written(one: Asked, elements: frozenset[str], world: World, bench: OwnBench) -> tuple[Reply, str, Sequence[int]]:
    number = 2 if one.number == "several" or ("id", "several") in one.parameters else 1
    query: dict[str, object] = {}
    for name, value in one.parameters:
        if name != "id":
            query |= written_parameter(name, value, world)
    if not one.number and one.method != "DELETE":
        return world.shop.send(one.method, one.resource, query), one.resource, []
    if one.method == "POST":
        rows = [ROWS[one.resource](world, bench) for _ in range(number)]
        reply = world.shop.post(
            one.resource, *(_posted(row, elements, world, one, position) for position, row in enumerate(rows)), **query
        )
        ids = [entity.id for entity in reply.entities] if reply.status == 201 else []
        bench.keep_track(one.resource, *ids)
        return reply, *_looked_at(one.resource, ids, rows)
    made = _made(one.resource, number, world, bench)
    ids = [entity.id for entity in made]
    if one.method == "DELETE":
        query["id"] = f"[{','.join(map(str, ids))}]"
        return world.shop.send("DELETE", f"{one.resource}/", query), one.resource, ids
    changes = [_changed(entity, elements, world, one, position) for position, entity in enumerate(made)]
    body = document(one.resource, changes)
    return world.shop.send(one.method, world.path(one.resource), query, body), one.resource, ids


def _looked_at(resource: str, ids: Sequence[int], rows: Sequence[dict[str, Any]]) -> tuple[str, Sequence[int]]:
    if resource == "order_histories":
        return "orders", [row["id_order"] for row in rows]
    return resource, ids


def _made(resource: str, number: int, world: World, bench: OwnBench) -> list[Entity]:
    if resource in FOUND:
        return [FOUND[resource](world, bench, position) for position in range(number)]
    return [world.shop.read(resource, bench.make(resource, ROWS[resource](world, bench))[0].id) for _ in range(number)]


def _posted(row: dict[str, Any], elements: frozenset[str], world: World, one: Asked, position: int) -> dict[str, Any]:
    document: dict[str, Any] = {}
    for name, cells in _grouped(elements).items():
        value = sent(world, one.resource, name, position) if name not in row or not cells else None
        value = row.get(name) if value is None else value
        assert value is not None, f"tests/contract/prestashop/census/values.py has no value for {one.resource}.{name}"
        document[name] = _with_cells(value, cells)
    return document


def _changed(entity: Entity, elements: frozenset[str], world: World, one: Asked, position: int) -> dict[str, Any]:
    document: dict[str, Any] = {}
    for name, cells in _grouped(elements).items():
        value = None if name == "id" else sent(world, one.resource, name, position)
        document[name] = _with_cells(_as_it_is(entity, name, cells) if value is None else value, cells)
    return document


def _as_it_is(entity: Entity, name: str, cells: frozenset[str]) -> Any:
    if cells == {"language"}:
        return entity.texts(name)
    return entity.members(name) if cells else entity[name]


def _with_cells(value: Any, cells: frozenset[str]) -> Any:
    """The rows of an association with the cells of the kind only."""
    if isinstance(value, list):
        return [{cell: text for cell, text in row.items() if cell in cells} for row in value] if cells != {""} else []
    if isinstance(value, dict) and not cells:
        return next(iter(value.values()))
    return value


def _grouped(elements: Iterable[str]) -> dict[str, frozenset[str]]:
    """The cells by field or association: none for a plain field, `language` for a translated one."""
    grouped: dict[str, set[str]] = {}
    for element in sorted(elements):
        name, bracket, inner = element.partition("[")
        grouped.setdefault(name, set()).update({inner.rstrip("]")} if bracket else ())
    return {name: frozenset(cells) for name, cells in grouped.items()}

"""What people call the things an audit names, and where the back office shows them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from tasks.audit.plan.found import Faulty
from tasks.run.run import Run

if TYPE_CHECKING:
    from tasks.run.admin_pages import Page


async def labels_of(run: Run, faulty: Iterable[Faulty]) -> dict[Faulty, str]:
    """The id of each, with the reference of its product or combination before it where it has one."""
    things = list(faulty)
    references = await _references(run, things)
    return {one: " ".join(filter(None, (references.get(one, ""), f"#{one.id}"))) for one in things}


async def _references(run: Run, things: Iterable[Faulty]) -> dict[Faulty, str]:
    found: dict[Faulty, str] = {}
    by_resource: dict[str, dict[Faulty, int]] = {"products": {}, "combinations": {}}
    for one in things:
        if one.kind == "combination":
            by_resource["combinations"][one] = one.id
        elif one.id_product:
            by_resource["products"][one] = one.id_product
    for resource, ids in by_resource.items():
        if not ids:
            continue
        texts = [str(number) for number in dict.fromkeys(ids.values())]
        rows = await run.shop.find(resource, "id", texts, display=["id", "reference"])
        called = {row["id"]: str(row["reference"]) for row in rows}
        found |= {one: called.get(number, "") for one, number in ids.items()}
    return found


def page_of(one: Faulty) -> tuple[Page, int]:
    """The page of the back office that shows it."""
    if one.kind == "category":
        return "category", one.id
    if one.kind == "customer":
        return "customer", one.id
    return "product", one.id_product

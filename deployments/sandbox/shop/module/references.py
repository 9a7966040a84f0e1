"""What a reference stands for in the shop, and the body of the resources that are written by reference."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from deployments.sandbox.shop import shops
from deployments.sandbox.shop.errors import ServiceError

if TYPE_CHECKING:
    from deployments.sandbox.shop.exchange import Request
    from deployments.sandbox.shop.store import Store

MODES = ("hooks", "plain")


@dataclass(slots=True)
class Lines:
    """The lines ``reference;value`` of a body, and those that cannot be read or come a second time."""

    count: int = 0
    values: dict[str, str] = field(default_factory=dict)
    invalid: list[str] = field(default_factory=list)


def lines_of(request: Request, pattern: str) -> Lines:
    """The lines of a request; refused when there is none."""
    lines = Lines()
    for line in re.split(r"\r\n|\r|\n", request.body.decode("utf-8", "replace")):
        if not line.strip():
            continue
        lines.count += 1
        reference, separator, value = (part.strip() for part in line.rpartition(";"))
        if not separator:
            reference, value = value, ""
        if not reference or reference in lines.values or not re.fullmatch(pattern, value):
            lines.invalid.append(reference)
        else:
            lines.values[reference] = value
    if not lines.count:
        raise ServiceError(400, 85, "no lines")
    return lines


def mode_of(request: Request) -> str:
    """How the lines are written: ``hooks`` unless the query says ``plain``."""
    mode = request.query.text("mode") if request.query.has("mode") else "hooks"
    if mode not in MODES:
        raise ServiceError(400, 85, "mode is hooks or plain")
    return mode


def owners(store: Store, reference: str) -> list[tuple[int, int]]:
    """The products and combinations that carry exactly this reference."""
    products = [(row["id"], 0) for row in store["products"].where("reference", reference)]
    combinations = [(int(row["id_product"]), row["id"]) for row in store["combinations"].where("reference", reference)]
    return [
        (product, combination)
        for product, combination in products + combinations
        if _is_one(store, "combinations" if combination else "products", combination or product, reference)
    ]


def _is_one(store: Store, resource: str, identifier: int, reference: str) -> bool:
    row = shops.found(store, resource, identifier)
    return row is not None and row["reference"] == reference


def has_combinations(store: Store, product: int) -> bool:
    """Whether the product is sold by its combinations."""
    return bool(shops.in_shop(store, "combinations", store["combinations"].where("id_product", product)))

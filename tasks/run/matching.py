"""Finding entities by natural key: what the shop's collation matches is compared again, letter by letter."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from connectors.prestashop import Entity, Shop, Within
from schemas.folded import fold
from schemas.outcomes import Outcome
from tasks.run.outcomes import Stop


async def by_key(
    shop: Shop, resource: str, field: str, keys: Iterable[str], display: Iterable[str], within: Within = "own"
) -> tuple[dict[str, list[Entity]], dict[str, list[Entity]]]:
    """Entities whose `field` is exactly the key, and those that only the shop's collation takes for it.

    The collation ignores case, accents and trailing spaces (FACTS 2.3): `demo_1` also finds `DÉMO_1`.
    """
    wanted = {key: key for key in keys}
    loosely: dict[str, list[str]] = {}
    for key in wanted:
        loosely.setdefault(fold(key), []).append(key)
    exact: dict[str, list[Entity]] = {}
    near: dict[str, list[Entity]] = {}
    for entity in await shop.find(resource, field, wanted, display=["id", field, *display], within=within):
        text = str(entity.get(field, ""))
        if text in wanted:
            exact.setdefault(text, []).append(entity)
            continue
        for key in loosely.get(fold(text), ()):
            near.setdefault(key, []).append(entity)
    return exact, near


def differs_by_case(near: Iterable[Entity], field: str) -> Stop:
    """The shop has a key that MySQL takes for ours and that is not ours."""
    return Stop(
        Outcome.REFUSED, "key_differs_by_case", ", ".join(sorted({str(entity.get(field, "")) for entity in near}))
    )


def found_twice(entities: Iterable[Entity]) -> Stop:
    """The shop has several entities of one key; nobody but the merchant knows which is the one."""
    return Stop(Outcome.REFUSED, "reference_twice", ", ".join(str(entity["id"]) for entity in entities))


def in_slices(values: Iterable[Any], size: int) -> list[list[Any]]:
    """The values in lists of at most `size`, in order."""
    every = list(values)
    return [every[start : start + size] for start in range(0, len(every), size)]

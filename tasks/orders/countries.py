"""The shop's countries and regions; a process that runs for single orders all day reads them every ten minutes."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass

from connectors.prestashop import Shop, ShopFacts

_REMEMBERED_SECONDS = 600.0


@dataclass(frozen=True, slots=True)
class Countries:
    """Codes by the shop's ids."""

    countries: Mapping[int, str]
    states: Mapping[int, str]


_READ: dict[str, tuple[float, Countries]] = {}
"""When this process has read those of a shop, by the shop's address."""


async def read_countries(shop: Shop, facts: ShopFacts) -> Countries:
    """As the shop has them now."""
    countries = await shop.read("countries", display=("id", "iso_code"))
    states = await shop.read("states", display=("id", "iso_code")) if facts.may("GET", "states") else []
    return Countries(
        {int(row["id"]): row["iso_code"].upper() for row in countries},
        {int(row["id"]): row["iso_code"] for row in states},
    )


async def remembered_countries(shop: Shop, facts: ShopFacts, address: str) -> Countries:
    """As this process has read them not long ago, or as the shop has them now: a slow shop lists them in many pages."""
    read_at, known = _READ.get(address, (0.0, None))
    if known is None or time.monotonic() - read_at > _REMEMBERED_SECONDS:
        known = await read_countries(shop, facts)
        _READ[address] = (time.monotonic(), known)
    return known

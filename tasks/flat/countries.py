"""Countries, states and currencies of the shop by ISO code."""

from __future__ import annotations

from collections.abc import Iterable

from connectors.prestashop import Shop


async def country_ids(shop: Shop, iso_codes: Iterable[str]) -> dict[str, int]:
    """id_country by ISO code, of those that the shop has."""
    return await _ids(shop, "countries", iso_codes)


async def currency_ids(shop: Shop, iso_codes: Iterable[str]) -> dict[str, int]:
    """id_currency by ISO code, of those that the shop has."""
    return await _ids(shop, "currencies", iso_codes)


async def state_ids(shop: Shop, iso_codes: Iterable[str]) -> dict[tuple[int, str], int]:
    """id_state by id_country and ISO code, of those that the shop has."""
    found = await shop.find("states", "iso_code", set(iso_codes), display=["id", "id_country", "iso_code"])
    return {(int(row["id_country"]), str(row["iso_code"]).upper()): int(row["id"]) for row in found}


async def _ids(shop: Shop, resource: str, iso_codes: Iterable[str]) -> dict[str, int]:
    found = await shop.find(resource, "iso_code", set(iso_codes), display=["id", "iso_code"])
    return {str(row["iso_code"]).upper(): int(row["id"]) for row in sorted(found, key=lambda row: -int(row["id"]))}

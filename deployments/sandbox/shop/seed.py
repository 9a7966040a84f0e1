"""What a freshly installed shop holds: languages, countries, taxes, order states and its first two categories."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from deployments.sandbox.shop import shops
from deployments.sandbox.shop.versions import VERSIONS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from deployments.sandbox.shop.shops import ShopGroup
    from deployments.sandbox.shop.store import Store

EUROPE = 1


def install(store: Store, languages: tuple[str, ...], profile: str, groups: Sequence[ShopGroup] = ()) -> None:
    """Fill an empty store."""
    seed = tomllib.loads(files(__package__).joinpath("seed.toml").read_text(encoding="utf-8"))
    store.languages = tuple(range(1, len(languages) + 1))
    known = {one["iso_code"]: one for one in seed["languages"]}
    for iso_code in languages:
        row = known.get(iso_code, {"name": iso_code, "iso_code": iso_code, "language_code": iso_code})
        store.add("languages", {**_LANGUAGE, **row})
    for resource, rows in seed["rows"].items():
        if resource in store.tables:
            for row in rows:
                store.add(resource, _in_languages(row, languages), row.get("id"))
    _countries(store, seed["countries"], languages)
    _taxes(store, seed["taxes"], seed["union"])
    for name, value in {**seed["configurations"], "PS_VERSION_DB": VERSIONS[profile]}.items():
        store.add("configurations", {"name": name, "value": value, "id_shop": None, "id_shop_group": None})
    if groups:
        shops.install(store, groups)


_LANGUAGE = {"active": 1, "date_format_lite": "d/m/Y", "date_format_full": "d/m/Y H:i:s"}


def _in_languages(row: dict[str, Any], languages: tuple[str, ...]) -> dict[str, Any]:
    """A table of texts by iso code becomes one by language id; a language without a text takes the first."""
    values: dict[str, Any] = {}
    for name, value in row.items():
        if isinstance(value, dict):
            first = next(iter(value.values()))
            values[name] = {number: value.get(iso, first) for number, iso in enumerate(languages, 1)}
        else:
            values[name] = value
    return values


def _countries(store: Store, countries: list[str], languages: tuple[str, ...]) -> None:
    for line in countries:
        identifier, iso_code, zone, prefix, zip_format, english, french = line.split("|")
        names = {"en": english, "fr": french}
        row = {
            "iso_code": iso_code,
            "id_zone": zone,
            "call_prefix": prefix,
            "active": iso_code == "FR",
            "need_zip_code": bool(zip_format),
            "zip_code_format": zip_format,
            "display_tax_label": 1,
            "contains_states": iso_code in {"US", "CA", "IT"},
            "name": names,
        }
        store.add("countries", _in_languages(row, languages), int(identifier))


def _taxes(store: Store, taxes: list[dict[str, Any]], union: list[str]) -> None:
    countries = {row["iso_code"]: row["id"] for row in store["countries"].rows.values()}
    for one in taxes:
        tax = store.add("taxes", {"rate": one["rate"], "active": 1, "name": one["tax"]})
        group = store.add("tax_rule_groups", {"name": one["group"], "active": 1})
        for iso_code in union:
            rule = {"id_tax_rules_group": group, "id_country": countries[iso_code], "id_tax": tax}
            store.add("tax_rules", {**rule, "zipcode_from": "0", "zipcode_to": "0"})

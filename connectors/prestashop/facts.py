"""What a shop tells about itself: version, rights, languages, defaults, shops."""

from __future__ import annotations

import asyncio
import re
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from connectors.prestashop.replies import SYSTEM, right_remedy, unreadable
from connectors.prestashop.resources import OWN_RETURNS, RETURNS
from connectors.prestashop.shops import Shops, read_shops
from connectors.prestashop.xml import UnreadableError, parse
from schemas.errors import DeniedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lxml import etree

    from connectors.prestashop.entities import Entity
    from connectors.prestashop.reading import Reader
    from connectors.prestashop.transport import Transport

PATCH_SINCE = (8, 0, 3)
_OWN_RETURNS_SINCE = (9, 1)
_NEEDED = ("configurations", "languages")
_METHODS = ("GET", "PUT", "POST", "PATCH", "DELETE", "HEAD")
_SETTINGS = (
    "PS_LANG_DEFAULT",
    "PS_COUNTRY_DEFAULT",
    "PS_CURRENCY_DEFAULT",
    "PS_HOME_CATEGORY",
    "PS_CUSTOMER_GROUP",
    "PS_ROOT_CATEGORY",
    "PS_SHOP_DEFAULT",
    "PS_TIMEZONE",
    "PS_STOCK_MANAGEMENT",
    "PS_SEARCH_INDEXATION",
    "PS_OS_CANCELED",
    "PS_OS_ERROR",
    "PS_LIMIT_UPLOAD_IMAGE_VALUE",
    "PS_WEIGHT_UNIT",
    "PS_UNIDENTIFIED_GROUP",
    "PS_GUEST_GROUP",
    "PS_TAX",
    "PS_ROUTE_product_rule",
    "PS_ROUTE_category_rule",
)
_CANCELED, _ERROR = 6, 8
"""Ids of these states in every shop that has not made them anew."""


@dataclass(frozen=True, slots=True)
class ShopFacts:
    """What one shop is, read once."""

    version: str
    """As the shop says it: `8.2.0`."""
    version_numbers: tuple[int, ...]
    name: str
    languages: Mapping[str, int]
    """ISO code -> id, of the active languages."""
    language_ids: tuple[int, ...]
    """Ids of all languages, also those switched off: their texts exist and must not be lost."""
    default_language: int
    default_country: int
    default_currency: int
    home_category: int
    customer_group: int
    """Group of every account that signs in: without one an account sees 403 on every page (facts C1)."""
    rights: Mapping[str, frozenset[str]]
    """Resource -> the methods the key may use."""
    clock_offset_seconds: float
    """The server's clock minus ours."""
    time_zone: str
    """Of every date the shop tells, `Europe/Paris`; empty when it does not say."""
    shops: Shops
    """The shops of the installation, and which of them is this one."""
    warnings: tuple[str, ...] = ()
    settings: Mapping[str, str] = field(default_factory=dict)
    """The shop's own settings read on the way, by name (`PS_SEARCH_INDEXATION`)."""

    @property
    def can_patch(self) -> bool:
        """Whether this version knows PATCH and the key has it somewhere (upgraded shops may lack the right, D3)."""
        allowed = any("PATCH" in methods for methods in self.rights.values())
        return self.version_numbers >= PATCH_SINCE and allowed

    @property
    def returns(self) -> str:
        """The resource of our module that holds merchandise returns with their rows."""
        return OWN_RETURNS if self.version_numbers >= _OWN_RETURNS_SINCE else RETURNS

    @property
    def undoing_states(self) -> frozenset[int]:
        """The states in which an order takes no piece off the stock: it gave them back, or never took them."""
        told = {"PS_OS_CANCELED": _CANCELED, "PS_OS_ERROR": _ERROR}
        return frozenset(_number(self.settings, name, usual) for name, usual in told.items())

    @property
    def visitor_group(self) -> int:
        """The group of whoever is not signed in."""
        return _number(self.settings, "PS_UNIDENTIFIED_GROUP", 1)

    @property
    def guest_group(self) -> int:
        """The group of whoever orders without an account."""
        return _number(self.settings, "PS_GUEST_GROUP", 2)

    def may(self, method: str, resource: str) -> bool:
        """Whether the key has this right."""
        return method in self.rights.get(resource, frozenset())

    def require(self, method: str, resource: str) -> None:
        """DeniedError with its remedy where the key has not this right."""
        if self.may(method, resource):
            return
        raise DeniedError(
            f"the key may not {method} {resource}",
            system=SYSTEM,
            action=f"{method} {resource}",
            remedy=right_remedy(method, resource),
        ).worded("shop_right_missing", column=method, value=resource)

    def update_method(self, resource: str) -> str:
        """`PATCH` where the version and the key allow it, else `PUT`."""
        return "PATCH" if self.version_numbers >= PATCH_SINCE and self.may("PATCH", resource) else "PUT"


async def _root(reader: Reader) -> etree._Element:
    reply = await reader.get("")
    try:
        return parse(reply.body)
    except UnreadableError as error:
        raise unreadable(reply, "") from error


async def read_facts(transport: Transport, reader: Reader) -> ShopFacts:
    """Asks the shop; DeniedError when the key may not read what is needed, or the version must not be written to."""
    started = time.time()
    root = await _root(reader)
    local = (started + time.time()) / 2
    version = transport.headers.get("PSWS-Version", "")
    numbers = version_numbers(version)
    warnings = _version_warnings(version, numbers)
    rights = _rights(root)
    _require_rights(rights)
    languages, rows, (shop_rows, group_rows) = await asyncio.gather(
        reader.read("languages", filters={}, display=("id", "iso_code", "active")),
        _settings_rows(reader),
        read_shops(reader, rights),
    )
    named = int(transport.scope.get("id_shop", "0"))
    shops = Shops.of(shop_rows, group_rows, named, _number(_settings(rows, 0, 0), "PS_SHOP_DEFAULT", 1))
    _require_named(shops, shop_rows)
    settings = _settings(rows, shops.own, shops.group)
    return ShopFacts(
        version=version,
        version_numbers=numbers,
        name=next((api.get("shopName") or "" for api in root), ""),
        languages={lang["iso_code"].lower(): lang["id"] for lang in languages if lang["active"] == "1"},
        language_ids=tuple(sorted(lang["id"] for lang in languages)),
        default_language=_number(settings, "PS_LANG_DEFAULT", 1),
        default_country=_number(settings, "PS_COUNTRY_DEFAULT", 0),
        default_currency=_number(settings, "PS_CURRENCY_DEFAULT", 1),
        home_category=shops.home_category or _number(settings, "PS_HOME_CATEGORY", 2),
        customer_group=_number(settings, "PS_CUSTOMER_GROUP", 3),
        rights=rights,
        clock_offset_seconds=_clock_offset(transport.headers.get("Access-Time", ""), local),
        time_zone=settings.get("PS_TIMEZONE", ""),
        shops=shops,
        warnings=warnings,
        settings=settings,
    )


def version_numbers(version: str) -> tuple[int, ...]:
    """`8.2.0` -> (8, 2, 0); what is no number is left out."""
    return tuple(int(part) for part in re.findall(r"\d+", version)[:4])


def _version_warnings(version: str, numbers: tuple[int, ...]) -> tuple[str, ...]:
    if (8, 0, 0) <= numbers < PATCH_SINCE:
        # PATCH ends in a fatal error, and combinations come as invalid XML (D4, D28).
        raise DeniedError(
            f"PrestaShop {version} has a webservice that breaks what it writes",
            system=SYSTEM,
            action="read the shop's version",
            remedy="Update the shop to 8.0.5 or later.",
        ).worded("shop_version_breaks", value=version)
    if numbers == (8, 0, 4):
        return (f"PrestaShop {version} may answer with invalid XML (D28): update the shop to 8.0.5 or later.",)
    if numbers and numbers < (1, 7, 7):
        return (f"PrestaShop {version} is older than those it was run on (1.7.7 and later); see docs/versions.md.",)
    return ()


def _rights(root: etree._Element) -> dict[str, frozenset[str]]:
    return {
        str(resource.tag): frozenset(method for method in _METHODS if resource.get(method.lower()) == "true")
        for api in root
        for resource in api
        if isinstance(resource.tag, str)
    }


def _require_rights(rights: Mapping[str, frozenset[str]]) -> None:
    missing = [resource for resource in _NEEDED if "GET" not in rights.get(resource, frozenset())]
    if missing:
        raise DeniedError(
            f"the key may not read {' and '.join(missing)}",
            system=SYSTEM,
            action="read what the shop is",
            remedy="In the back office, Advanced Parameters > Webservice, open the key and tick 'View (GET)' on the "
            f"lines: {', '.join(missing)}.",
        ).worded("shop_right_missing", column="View (GET)", value=", ".join(missing))


def _require_named(shops: Shops, rows: list[Entity]) -> None:
    if len(shops.ids) < 2 or shops.named:  # noqa: PLR2004 - one shop needs no name
        return
    known = ", ".join(f"{row['id']} = {row['name']}" for row in rows if row["id"] in shops.ids)
    raise DeniedError(
        "this PrestaShop has several shops, and the settings do not say which one is meant",
        system=SYSTEM,
        action="read what the shop is",
        remedy=f"Write id_shop in the part [shop] of settings.toml: {known}. Each shop has a folder of its own.",
    ).worded("shop_not_chosen", value=known)


async def _settings_rows(reader: Reader) -> list[Entity]:
    display = ("name", "value", "id_shop", "id_shop_group")
    return await reader.find("configurations", "name", _SETTINGS, display=display, also={})


def _settings(rows: list[Entity], shop: int, group: int) -> dict[str, str]:
    # A row without shop and group is the installation's; a group's overrides it, and a shop's own row both.
    ours = [
        row
        for row in rows
        if (row["id_shop"] == str(shop) if _is_set(row["id_shop"]) else row["id_shop_group"] in {"", "0", str(group)})
    ]
    ranked = sorted(ours, key=lambda row: (_is_set(row["id_shop"]), _is_set(row["id_shop_group"])))
    return {row["name"]: row["value"] for row in ranked}


def _is_set(value: str) -> bool:
    return value not in {"", "0"}


def _number(settings: Mapping[str, Any], name: str, otherwise: int) -> int:
    value = str(settings.get(name, ""))
    return int(value) if value.isdigit() else otherwise


def _clock_offset(access_time: str, local: float) -> float:
    return float(access_time) - local if re.fullmatch(r"\d+(\.\d+)?", access_time) else 0.0


def carrier_countries_of(info: bytes) -> dict[int, frozenset[str]]:
    """The countries (ISO codes) of each carrier, by `id_reference`, as the answer of `passerelle_info` tells them."""
    told = parse(info).iter("carrier_country")
    served = {int(each.findtext("id_reference") or 0): (each.findtext("countries") or "").split(",") for each in told}
    return {carrier: frozenset(filter(None, countries)) for carrier, countries in served.items()}

"""What a shop tells about itself: version, rights, languages, defaults, shops."""

from __future__ import annotations

import asyncio
import re
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from connectors.prestashop.replies import SYSTEM, unreadable
from connectors.prestashop.resources import OWN_RETURNS, RETURNS
from connectors.prestashop.xml import UnreadableError, parse
from schemas.errors import DeniedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lxml import etree

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
)


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
    shop_ids: tuple[int, ...]
    """The shops of the installation; empty when the key may not see them."""
    shared_stock: bool | None
    """Whether a group of shops shares its stock (D13); None when the key may not see the groups."""
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

    def may(self, method: str, resource: str) -> bool:
        """Whether the key has this right."""
        return method in self.rights.get(resource, frozenset())

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
    languages, settings, shop_ids, shared_stock = await asyncio.gather(
        reader.read("languages", filters={}, display=("id", "iso_code", "active")),
        _settings(reader, transport.scope.get("id_shop", "1")),
        _shop_ids(reader, rights),
        _shared_stock(reader, rights),
    )
    return ShopFacts(
        version=version,
        version_numbers=numbers,
        name=next((api.get("shopName") or "" for api in root), ""),
        languages={lang["iso_code"].lower(): lang["id"] for lang in languages if lang["active"] == "1"},
        language_ids=tuple(sorted(lang["id"] for lang in languages)),
        default_language=_number(settings, "PS_LANG_DEFAULT", 1),
        default_country=_number(settings, "PS_COUNTRY_DEFAULT", 0),
        default_currency=_number(settings, "PS_CURRENCY_DEFAULT", 1),
        home_category=_number(settings, "PS_HOME_CATEGORY", 2),
        customer_group=_number(settings, "PS_CUSTOMER_GROUP", 3),
        rights=rights,
        clock_offset_seconds=_clock_offset(transport.headers.get("Access-Time", ""), local),
        time_zone=settings.get("PS_TIMEZONE", ""),
        shop_ids=shop_ids,
        shared_stock=shared_stock,
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
        )
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
        )


async def _settings(reader: Reader, id_shop: str) -> dict[str, str]:
    rows = await reader.find(
        "configurations", "name", _SETTINGS, display=("name", "value", "id_shop", "id_shop_group"), also={}
    )
    # A row without shop and group is the installation's; a shop's own row overrides it.
    ours = [row for row in rows if not _is_set(row["id_shop"]) or row["id_shop"] == id_shop]
    ranked = sorted(ours, key=lambda row: (_is_set(row["id_shop"]), _is_set(row["id_shop_group"])))
    return {row["name"]: row["value"] for row in ranked}


def _is_set(value: str) -> bool:
    return value not in {"", "0"}


def _number(settings: Mapping[str, Any], name: str, otherwise: int) -> int:
    value = str(settings.get(name, ""))
    return int(value) if value.isdigit() else otherwise


def _clock_offset(access_time: str, local: float) -> float:
    return float(access_time) - local if re.fullmatch(r"\d+(\.\d+)?", access_time) else 0.0


async def _shop_ids(reader: Reader, rights: Mapping[str, frozenset[str]]) -> tuple[int, ...]:
    if "GET" not in rights.get("shops", frozenset()):
        return ()
    return tuple(shop["id"] for shop in await reader.read("shops", filters={}, display=("id",)))


async def _shared_stock(reader: Reader, rights: Mapping[str, frozenset[str]]) -> bool | None:
    if "GET" not in rights.get("shop_groups", frozenset()):
        return None
    groups = await reader.read("shop_groups", filters={}, display=("id", "share_stock", "active", "deleted"))
    return any(group["share_stock"] == "1" for group in groups if group["deleted"] != "1")

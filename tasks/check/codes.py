"""Do shop and ERP call things by the same codes? Currencies, and the members that take group and VAT number."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from connectors.prestashop import Shop
from schemas.errors import PasserelleError
from tasks.check.finding import Finding, Findings
from tasks.erp import cegid_access, open_cegid
from tasks.run.shop_folder import ShopFolder

LOOKED_BACK = timedelta(days=30)
"""The currencies that the ERP uses are those of its documents of so many days."""
GROUP_MEMBERS = ("PriceListCode", "ActivitySectorCode", "BusinessAreaCode", "OriginCode", "RiskLevel")
"""Members of a customer of Cegid that hold a code of one of its tables."""


@dataclass(frozen=True, slots=True)
class ErpCodes:
    """What the ERP shows of its own codes."""

    currencies: frozenset[str]
    customer_members: frozenset[str]


async def check_codes(folder: ShopFolder, shop: Shop, say: Findings) -> list[Finding]:
    """Findings about currencies and members; none when the ERP does not let us in, which is told elsewhere."""
    try:
        codes = await asyncio.to_thread(_erp_codes, folder)
    except PasserelleError:
        return []
    rows = await shop.read("currencies", filters={"active": "1", "deleted": "0"}, display=("id", "iso_code"))
    ours = frozenset(row["iso_code"].upper() for row in rows)
    return [*_currencies(ours, codes.currencies, say), *_members(folder, codes.customer_members, say)]


def _erp_codes(folder: ShopFolder) -> ErpCodes:
    today = datetime.now(UTC).date()
    settings = folder.settings.cegid
    with open_cegid(folder, cegid_access(folder)) as cegid:
        stores = [settings.store] if settings.store else []
        documents = cegid.headers(today - LOOKED_BACK, today, types=[settings.document_type], stores=stores)
        return ErpCodes(frozenset(each.currency for each in documents if each.currency), cegid.members_of_customer())


def _currencies(ours: frozenset[str], theirs: frozenset[str], say: Findings) -> Iterator[Finding]:
    """The shop's active currencies beside those of the ERP's documents: both must have the same code."""
    seen, unseen, foreign = (", ".join(sorted(part)) for part in (ours & theirs, ours - theirs, theirs - ours))
    if seen:
        yield say.ok("currencies", "ok_currencies", value=seen)
    if foreign and unseen:
        yield say.error("currencies", "currency_of_erp_only", value=foreign)
    elif foreign:
        yield say.warning("currencies", "currency_of_erp_only", value=foreign)
    if unseen:
        yield say.warning("currencies", "currency_of_shop_only", value=unseen, detail=str(LOOKED_BACK.days))


def _members(folder: ShopFolder, there: frozenset[str], say: Findings) -> Iterator[Finding]:
    settings = folder.settings.cegid
    for key, member in (("group_member", settings.group_member), ("vat_member", settings.vat_member)):
        if member and member not in there:
            yield say.error(
                "customer members", "customer_member_unknown", value=member, detail=key, key=_offered(there)
            )
    if folder.associations.groups and not settings.group_member:
        yield say.warning("customer members", "groups_not_sent", key=_offered(there))


def _offered(there: frozenset[str]) -> str:
    return ", ".join(member for member in (*GROUP_MEMBERS, "FiscalId") if member in there)

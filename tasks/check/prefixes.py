"""What the ERP holds under our prefixes and is not ours: another shop may have the same ones."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import islice

from connectors.cegid import Cegid
from connectors.cegid.codes import CegidCodes
from connectors.cegid.existing_customers import has_email
from connectors.prestashop import Shop, ShopFacts
from schemas.documents import DocumentStatus, DocumentType
from schemas.errors import PasserelleError
from tasks.check.finding import Finding, Findings
from tasks.erp import cegid_access, cegid_codes, open_cegid
from tasks.run.shop_folder import ShopFolder

DAYS = 31
"""Documents of so many days are looked at."""
MOST_DOCUMENTS = 5_000
ACCOUNTS = 5
"""Of so many of the newest accounts, and of the one to come, the code is looked for in the ERP."""
_SHOWN = 5


async def check_prefixes(folder: ShopFolder, shop: Shop, facts: ShopFacts, say: Findings) -> list[Finding]:
    """Warnings; nothing when the ERP does not answer, which is said elsewhere."""
    rows = await shop.read("customers", sort="id_DESC", limit=ACCOUNTS, display=("id", "email"))
    emails = {int(row["id"]): str(row["email"]) for row in rows}
    emails[max(emails, default=0) + 1] = ""
    try:
        documents, customers = await asyncio.to_thread(_strangers, folder, facts.time_zone, emails)
    except PasserelleError:
        return []
    findings = []
    if documents:
        named = ", ".join(each.internal_reference for each in documents[:_SHOWN])
        count = {"value": str(len(documents)), "days": str(DAYS)}
        findings.append(say.warning("prefixes", "prefix_documents_unknown", detail=named, **count))
    if customers:
        findings.append(say.warning("prefixes", "prefix_customers_unknown", detail=", ".join(customers)))
    return findings or [say.ok("prefixes", "ok_prefixes")]


def _strangers(folder: ShopFolder, time_zone: str, emails: Mapping[int, str]) -> tuple[list[DocumentStatus], list[str]]:
    codes = cegid_codes(folder.settings.cegid, folder.associations, time_zone)
    with open_cegid(folder, cegid_access(folder)) as cegid:
        return _documents(folder, cegid, codes), _customers(folder, cegid, codes, emails)


def _documents(folder: ShopFolder, cegid: Cegid, codes: CegidCodes) -> list[DocumentStatus]:
    today = datetime.now(UTC).date()
    types = [codes.document_type.value, DocumentType.RETURN_NOTICE.value]
    headers = cegid.headers(today - timedelta(days=DAYS), today + timedelta(days=1), types=types)
    ours = [each for each in islice(headers, MOST_DOCUMENTS) if _is_under_our_prefix(each, codes)]
    with folder.open_ledger() as ledger:
        known = set().union(*(ledger.known_documents(folder.name, _kind(folder, what)) for what in ("order", "return")))
    return [each for each in ours if str(each.key) not in known]


def _is_under_our_prefix(document: DocumentStatus, codes: CegidCodes) -> bool:
    is_return = document.key.type == DocumentType.RETURN_NOTICE
    return (codes.is_return_reference if is_return else codes.is_order_reference)(document.internal_reference)


def _customers(folder: ShopFolder, cegid: Cegid, codes: CegidCodes, emails: Mapping[int, str]) -> list[str]:
    with folder.open_ledger() as ledger:
        keys = [str(id_) for id_ in emails]
        brought = ledger.deliveries(folder.name, _kind(folder, "customer"), keys=keys)
    known = dict(brought.select("key", "erp_code").iter_rows())
    found = []
    for id_, email in emails.items():
        code = codes.customer_code(id_)
        record = cegid.customer(code) if known.get(str(id_)) != code else None
        if record is not None and not has_email(record, email):
            found.append(code)
    return found


def _kind(folder: ShopFolder, what: str) -> str:
    return f"{what}-test" if folder.settings.cegid.use == "test" else what

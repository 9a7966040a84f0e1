"""What `check` asks of Cegid: does it answer, do codes and members fit, what does it hold under our prefixes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from itertools import islice

from connectors.cegid.client import Cegid
from connectors.cegid.codes import CegidCodes
from connectors.cegid.document_key import DocumentType
from schemas.erp import DocumentStatus
from schemas.erp_look import Found
from schemas.erps.cegid import Cegid as Settings
from schemas.same_person import same_email

LOOKED_BACK = timedelta(days=30)
"""The currencies that Cegid uses are those of its documents of so many days."""
GROUP_MEMBERS = ("PriceListCode", "ActivitySectorCode", "BusinessAreaCode", "OriginCode", "RiskLevel")
"""Members of a customer of Cegid that hold a code of one of its tables."""
DAYS = 31
"""Documents of so many days are looked at for strangers."""
MOST_DOCUMENTS = 5_000
_SHOWN = 5


class LookAtCegid:
    """See `schemas.erp.LooksAtItself`."""

    def __init__(self, cegid: Cegid, codes: CegidCodes, settings: Settings, use: str, database: str) -> None:
        self._cegid = cegid
        self._codes = codes
        self._settings = settings
        self._use = use
        self._database = database

    def hello(self) -> Found:
        """The connection test: who and where we are."""
        hello = self._cegid.hello()
        params = {"value": self._use, "key": self._database, "column": hello.version, "detail": hello.culture}
        return Found("ok", "cegid", "ok_cegid", params)

    def look(self, currencies: frozenset[str]) -> Iterator[Found]:
        """Settings that do nothing, currencies beside the shop's, members of a customer."""
        if not self._settings.default_markdown:
            yield Found("warning", "service items", "no_default_markdown")
        today = self._today()
        stores = [self._codes.store] if self._codes.store else []
        documents = self._cegid.headers(
            today - LOOKED_BACK, today, types=[self._codes.document_type.value], stores=stores
        )
        yield from _currencies(currencies, frozenset(each.currency for each in documents if each.currency))
        yield from self._members(self._cegid.members_of_customer())

    def _today(self) -> date:
        """Of the shop: the dates of its documents are days of its own."""
        return datetime.now(self._codes.time_zone).date()

    def _members(self, there: frozenset[str]) -> Iterator[Found]:
        settings = self._settings
        for key, member in (("group_member", settings.group_member), ("vat_member", settings.vat_member)):
            if member and member not in there:
                params = {"value": member, "detail": key, "key": _offered(there)}
                yield Found("error", "customer members", "customer_member_unknown", params)
        if self._codes.groups and not settings.group_member:
            yield Found("warning", "customer members", "groups_not_sent", {"key": _offered(there)})

    def strangers(self, known: frozenset[str], emails: Mapping[int, str]) -> Iterator[Found]:
        """Documents and customers under our prefixes that are not ours."""
        documents = [each for each in self._under_our_prefix() if each.number not in known]
        if documents:
            named = ", ".join(each.internal_reference for each in documents[:_SHOWN])
            params = {"value": str(len(documents)), "days": str(DAYS), "detail": named}
            yield Found("warning", "prefixes", "prefix_documents_unknown", params)
        customers = [code for code in (self._stranger(id_, email) for id_, email in emails.items()) if code]
        if customers:
            yield Found("warning", "prefixes", "prefix_customers_unknown", {"detail": ", ".join(customers)})

    def _under_our_prefix(self) -> Iterator[DocumentStatus]:
        today = self._today()
        types = [self._codes.document_type.value, DocumentType.RETURN_NOTICE.value]
        headers = self._cegid.headers(today - timedelta(days=DAYS), today + timedelta(days=1), types=types)
        for each in islice(headers, MOST_DOCUMENTS):
            is_return = each.type == DocumentType.RETURN_NOTICE
            ours = self._codes.is_return_reference if is_return else self._codes.is_order_reference
            if ours(each.internal_reference):
                yield each

    def _stranger(self, id_customer: int, email: str) -> str:
        """The code of an account, where somebody else has it."""
        code = self._codes.customer_code(id_customer)
        found = self._cegid.customer(code)
        return code if found is not None and not same_email(found.email, email) else ""


def _currencies(ours: frozenset[str], theirs: frozenset[str]) -> Iterator[Found]:
    """The shop's active currencies beside those of the documents: both must have the same code."""
    seen, unseen, foreign = (", ".join(sorted(part)) for part in (ours & theirs, ours - theirs, theirs - ours))
    if seen:
        yield Found("ok", "currencies", "ok_currencies", {"value": seen})
    if foreign:
        yield Found("error" if unseen else "warning", "currencies", "currency_of_erp_only", {"value": foreign})
    if unseen:
        params = {"value": unseen, "detail": str(LOOKED_BACK.days)}
        yield Found("warning", "currencies", "currency_of_shop_only", params)


def _offered(there: frozenset[str]) -> str:
    return ", ".join(member for member in (*GROUP_MEMBERS, "FiscalId") if member in there)

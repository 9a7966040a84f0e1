"""What `check` asks of Dolibarr: does it answer, what does the key lack, do guards, currencies and accounts fit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import count

from connectors.dolibarr.asking import Record
from connectors.dolibarr.client import Dolibarr
from connectors.dolibarr.codes import DolibarrCodes
from connectors.dolibarr.guard import ELEMENTS, GOODS, uid_of
from connectors.dolibarr.orders import number_of
from connectors.dolibarr.replies import NEWEST, day_of
from schemas.erp_look import Found
from schemas.same_person import same_email

_SHOWN = 5
_DAYS = 31
_PAGE = 500
_ROUNDING = (
    ("MAIN_MAX_DECIMALS_UNIT", frozenset({"", "5", "6", "7", "8"})),
    ("MAIN_ROUNDOFTOTAL_NOT_TOTALOFROUND", frozenset({"", "0"})),
)
"""Constants by which Dolibarr makes other totals, with the values that do not (docs/facts/dolibarr.md, V3)."""


class LookAtDolibarr:
    """See `schemas.erp.LooksAtItself`."""

    def __init__(
        self, dolibarr: Dolibarr, codes: DolibarrCodes, use: str, country: str, *, with_catalogue: bool
    ) -> None:
        self._dolibarr = dolibarr
        self._codes = codes
        self._use = use
        self._country = country
        self._elements = ELEMENTS + (GOODS if with_catalogue else ())

    def hello(self) -> Found:
        """The connection test: which version, and where."""
        params = {"value": self._use, "column": self._dolibarr.hello.version, "detail": self._dolibarr.access.url}
        return Found("ok", "dolibarr", "ok_dolibarr", params)

    def look(self, currencies: frozenset[str]) -> Iterator[Found]:
        """Version, rights, guards, currency, rates and accounts, each with what to do."""
        if self._dolibarr.hello.major > NEWEST:
            yield Found("warning", "dolibarr", "dolibarr_newer", {"value": self._dolibarr.hello.version})
        yield from self._rights()
        yield from self._guards()
        yield from self._constants()
        yield from self._currencies(currencies)
        yield from self._payments()

    def _rights(self) -> Iterator[Found]:
        lacking = self._dolibarr.unreadable()
        for right in lacking:
            yield Found("error", "rights", "dolibarr_right_missing", {"value": right})
        if not lacking:
            yield Found("ok", "rights", "ok_dolibarr_rights")

    def _guards(self) -> Iterator[Found]:
        missing = [element for element in self._elements if not self._dolibarr.is_guarded(element)]
        wrong = self._dolibarr.guards_that_are_not_unique(self._elements)
        if missing:
            yield Found("warning", "guard", "dolibarr_guard_to_make", {"value": ", ".join(missing)})
        elif wrong:
            yield Found("error", "guard", "dolibarr_guard_not_unique", {"value": ", ".join(wrong)})
        elif wrong is None:
            yield Found("warning", "guard", "dolibarr_guard_unseen")
        else:
            yield Found("ok", "guard", "ok_dolibarr_guard", {"value": ", ".join(self._elements)})

    def _constants(self) -> Iterator[Found]:
        for name, harmless in _ROUNDING:
            value = self._dolibarr.constant(name)
            if value is not None and value not in harmless:
                yield Found("error", "rounding", "dolibarr_constant", {"value": f"{name} = {value}"})

    def _currencies(self, currencies: frozenset[str]) -> Iterator[Found]:
        foreign = ", ".join(sorted(currencies - {self._codes.currency}))
        if foreign:
            params = {"value": foreign, "detail": self._codes.currency}
            yield Found("warning", "currencies", "dolibarr_currency", params)
        if not self._dolibarr.vat_rates(self._country):
            rates = ", ".join(f"{rate:f}" for rate in sorted(self._codes.rates))
            yield Found("ok", "VAT", "dolibarr_rates_of_settings", {"value": rates})

    def _payments(self) -> Iterator[Found]:
        codes = self._codes
        if not codes.with_invoices:
            return
        for each in codes.associations.payments:
            type_, _, account = each.erp.partition("/")
            account = account.strip() or codes.bank_account
            if type_.strip() not in codes.payment_types:
                yield Found("error", "payments", "dolibarr_payment_unknown", {"value": type_, "detail": each.module})
            if account not in codes.bank_accounts:
                params = {"value": account, "detail": each.module}
                yield Found("error", "payments", "dolibarr_account_unknown", params)

    def strangers(self, known: frozenset[str], emails: Mapping[int, str]) -> Iterator[Found]:
        """Orders and third parties under our prefixes that are not ours."""
        heads = self._orders_of_last_days()
        ours = [each for each in heads if self._codes.is_order_uid(uid_of(each)) and number_of(each) not in known]
        if ours:
            named = ", ".join(uid_of(each) for each in ours[:_SHOWN])
            params = {"value": str(len(ours)), "days": str(_DAYS), "detail": named}
            yield Found("warning", "prefixes", "prefix_documents_unknown", params)
        taken = [code for code in (self._stranger(id_, email) for id_, email in emails.items()) if code]
        if taken:
            yield Found("warning", "prefixes", "prefix_customers_unknown", {"detail": ", ".join(taken)})

    def _orders_of_last_days(self) -> Iterator[Record]:
        """The orders of the last days, by their own date, a page after the other until one holds none of them."""
        zone = self._dolibarr.hello.zone
        since = (datetime.now(zone or UTC) - timedelta(days=_DAYS)).date().isoformat()
        for page in count():
            heads = self._dolibarr.latest_orders(page, _PAGE)
            recent = [each for each in heads if day_of(each.get("date"), zone) >= since]
            yield from recent
            if len(heads) < _PAGE or not recent:
                return

    def _stranger(self, id_customer: int, email: str) -> str:
        uid = next(self._codes.customer_uids(id_customer))
        record = self._dolibarr.third_party_of(uid)
        return uid if record is not None and not same_email(str(record.get("email") or ""), email) else ""

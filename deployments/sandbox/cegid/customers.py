"""The ERP's customers, as CustomerWcfService keeps them."""

# ruff: noqa: N802, N803 - operations and parameters keep the service's own words

from __future__ import annotations

import copy
import itertools
from datetime import UTC, datetime
from typing import Any

from deployments.sandbox.cegid.refusals import Refusal

CODE_LENGTH = 17
_OF_THE_SERVER = ("CustomerId", "CreationStoreId", "IsVirtual", "LastDateUpdate")
_SEARCHED = ("CustomerId", "LastName", "FirstName", "FiscalId", "CompanyIdNumber", "Closed", "Barcode")


class Customers:
    """Customers by code."""

    def __init__(self, *, absent_resets: bool, not_found: str) -> None:
        self.by_code: dict[str, dict[str, Any]] = {}
        self._absent_resets = absent_resets
        self._not_found = not_found
        self._numbers = itertools.count(1)

    def insert(self, code: str = "", **members: Any) -> str:
        """A customer known to the ERP already; gives its code."""
        code = code or self._next_code()
        if len(code) > CODE_LENGTH:
            raise Refusal("too-long", member="CustomerId", length=str(CODE_LENGTH))
        if code in self.by_code:
            raise Refusal("customer-there", customer=code)
        given = {name: value for name, value in members.items() if name not in ("CustomerId", "CustomerGuid")}
        self.by_code[code] = {
            "Closed": False,
            "IsProspect": False,
            "CreationStoreId": given.get("UsualStoreId"),
            "IsVirtual": False,
            **given,
            "CustomerId": code,
            "LastDateUpdate": _now(),
        }
        return code

    def _next_code(self) -> str:
        return next(code for n in self._numbers if (code := f"C{n:09}") not in self.by_code)

    def AddNewCustomer(self, customerData: dict[str, Any]) -> str:
        """Create; the caller may choose the code."""
        if not customerData.get("LastName"):
            raise Refusal("missing", member="LastName")
        return self.insert(customerData.get("CustomerId", ""), **customerData)

    def UpdateCustomer(self, customerId: str, modifiedData: dict[str, Any]) -> str:
        """Change; by default what is absent is reset, the harsher of the two things a server may do."""
        known = self.by_code.get(customerId)
        if known is None:
            raise Refusal("unknown-customer-id", customer=customerId)
        kept = {name: known[name] for name in _OF_THE_SERVER if name in known} if self._absent_resets else known
        self.by_code[customerId] = {"Closed": False, **kept, **modifiedData, "LastDateUpdate": _now()}
        return customerId

    def GetCustomerDetail(self, customerId: str = "") -> dict[str, Any] | None:
        """One customer; an unknown code is a fault or nothing, by option."""
        if customerId not in self.by_code and self._not_found == "fault":
            raise Refusal("unknown-customer-id", customer=customerId)
        return copy.deepcopy(self.by_code.get(customerId))

    def GetCustomerIdByReference(self, customerReference: str = "") -> str | None:
        """The code of the customer whose bar code is the reference."""
        return next((code for code, each in self.by_code.items() if each.get("Barcode") == customerReference), None)

    def SearchCustomerIds(self, searchData: dict[str, Any]) -> list[dict[str, Any]]:
        """Customers, closed ones too, whose e-mail contains what is searched, whatever the case."""
        email = searchData.get("EmailData", {}).get("Email", "").lower()
        found = [
            copy.deepcopy(each)
            for each in self.by_code.values()
            if email in (each.get("EmailData") or {}).get("Email", "").lower()
            and all(each.get(name) == searchData[name] for name in _SEARCHED if name in searchData)
        ]
        return found[: searchData.get("MaxNumberOfCustomers") or 100]


def _now() -> str:
    return datetime.now(UTC).replace(tzinfo=None, microsecond=0).isoformat()

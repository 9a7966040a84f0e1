"""A customer of the shop is in the ERP before its documents: found by code or e-mail if it is the same, or created."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from connectors.cegid import Cegid
from connectors.cegid.codes import CegidCodes
from connectors.cegid.existing_customers import (
    email_of,
    has_email,
    has_more_consent,
    missing_values,
    of_the_person,
    same_name,
    shops_email_is_newer,
    without_less_consent,
)
from connectors.cegid.translate_customers import customer_values, new_customer_values
from connectors.ledger import DeliveryState, Ledger
from schemas.documents import Customer
from schemas.errors import RefusedError
from tasks.handover.translate.identity import identity_of_account, identity_of_email

SEVERAL = "SEVERAL_CUSTOMERS"
"""Code of the refusal of a customer whose e-mail several customers of the ERP bear; what is said lists their codes."""
OTHER_NAME = "OTHER_NAME"
"""Code of the refusal of a customer who has another name in the ERP, where the settings hold such; its code is said."""
Report = Callable[[str, str], None]
"""Takes the end of a message's code, as `name_differs`, and the customer's code in the ERP."""


def report_nothing(_message: str, _code: str) -> None:
    """Nobody is told."""


class Registry:
    """The ERP's customers as one run of one shop brings them up to date. Safe in threads, one customer at a time.

    `known` are codes that came from the ERP itself, by id_customer; `recall` adds those of earlier runs.
    """

    def __init__(
        self,
        ledger: Ledger,
        cegid: Cegid,
        codes: CegidCodes,
        shop: str,
        kind: str,
        run_id: str,
        known: Mapping[int, str],
    ) -> None:
        self._ledger = ledger
        self._cegid = cegid
        self._codes = codes
        self._shop = shop
        self._kind = kind
        self._run_id = run_id
        self._known = dict(known)
        self._identities: dict[int, tuple[str, str]] = {}
        """Code in the ERP and identity of the account that it was brought for, by id_customer."""
        self._done: dict[Customer, str] = {}
        self.created: set[str] = set()
        """The codes of customers that were created."""

    def recall(self, customers: Iterable[Customer]) -> None:
        """Reads in the ledger under which codes these customers were brought by earlier runs, all at once."""
        keys = list({str(customer.id_customer) for customer in customers})
        found = self._ledger.deliveries(self._shop, self._kind, states=[DeliveryState.DELIVERED], keys=keys)
        for key, code, identity in found.select("key", "erp_code", "identity").iter_rows():
            if code:
                self._known.setdefault(int(key), code)
                self._identities[int(key)] = (code, identity or "")

    def bring(self, customer: Customer, report: Report = report_nothing) -> str:
        """The customer's code in the ERP, where it now is as the settings say.

        By its known code, if that is still the same person; else by its exact e-mail; else created under prefix and id.
        What was created without our having had the answer is found by either way. `RefusedError` with the code
        `SEVERAL` when the e-mail is not one customer's, `OTHER_NAME` when it is somebody else's and such are held.
        """
        done = self._done.get(customer)
        if done is not None:
            return done
        code = self._by_code(customer, report) or self._by_email(customer, report) or self._created(customer, report)
        self._ledger.delivered(
            self._shop,
            self._kind,
            str(customer.id_customer),
            erp_number=None,
            erp_code=code,
            run_id=self._run_id,
            identity=self._identity(customer),
        )
        self._done[customer] = self._known[customer.id_customer] = code
        self._identities[customer.id_customer] = (code, self._identity(customer) or "")
        return code

    def is_of(self, code: str, customer: Customer) -> bool:
        """Whether the ERP's customer of this code is the shop's: by what is known, else by the e-mail."""
        if code in (customer.erp_code, self._done.get(customer)):
            return True
        found = self._cegid.customer(code) if code and customer.email else None
        return found is not None and has_email(found, customer.email)

    def _identity(self, customer: Customer) -> str | None:
        return identity_of_account(customer, self._ledger.secret()) or None

    def _by_code(self, customer: Customer, report: Report) -> str:
        code = customer.erp_code or self._known.get(customer.id_customer, "")
        record = self._cegid.customer(code) if code else None
        if record is None:
            return ""
        known_code, known_identity = self._identities.get(customer.id_customer, ("", ""))
        same_account = bool(known_identity) and (known_code, known_identity) == (code, self._identity(customer))
        # What an earlier version brought has no identity: the e-mail or the name has to prove that it is the same.
        unproven = not (known_identity and known_code == code)
        if same_account or has_email(record, customer.email) or (unproven and same_name(record, customer)):
            is_own = same_account and code in self._codes.customer_codes(customer.id_customer)
            return self._updated(code, record, customer, report, is_own=is_own)
        report("code_of_another", code)
        return ""

    def _by_email(self, customer: Customer, report: Report) -> str:
        found = self._cegid.find_customers(customer.email)
        if len(found) > 1:
            raise _refused(SEVERAL, ", ".join(sorted(each.code for each in found)), customer)
        record = self._cegid.customer(found[0].code) if found else None
        if record is None:
            return ""
        return self._updated(found[0].code, record, customer, report, is_own=False)

    def _created(self, customer: Customer, report: Report) -> str:
        """A new customer, under the first code that nobody else has."""
        secret, key = self._ledger.secret(), str(customer.id_customer)
        intended = json.dumps({"email": identity_of_email(customer.email, secret)})
        before = self._ledger.delivery(self._shop, self._kind, key)
        emails = {identity_of_email(customer.email, secret)}
        if before is not None and before.doubt_at and before.identity == self._identity(customer) and before.intended:
            emails.add(json.loads(before.intended)["email"])
        self._ledger.intend(
            self._shop, self._kind, key, run_id=self._run_id, identity=self._identity(customer), intended=intended
        )
        for code in self._codes.customer_codes(customer.id_customer):
            try:
                created = self._cegid.create_customer(code, new_customer_values(customer, self._codes))
            except RefusedError:
                record = self._cegid.customer(code)
                if record is None:
                    raise
                # The code is taken: by a creation whose answer was lost, or by somebody else.
                if identity_of_email(email_of(record), secret) in emails:
                    return self._updated(code, record, customer, report, is_own=True)
                continue
            self.created.add(created)
            return created
        raise _refused("NO_CODE_LEFT", self._codes.customer_code(customer.id_customer), customer)

    def _updated(
        self, code: str, record: Mapping[str, Any], customer: Customer, report: Report, *, is_own: bool
    ) -> str:
        """The code, once the customer has of the shop's values what the settings give it."""
        if not is_own and not same_name(record, customer):
            if self._codes.other_names == "hold":
                raise _refused(OTHER_NAME, code, customer)
            report("name_differs", code)
            return code
        values = self._values(code, record, customer, report, is_own=is_own)
        if values:
            self._cegid.update_customer(code, values, record)
        return code

    def _values(
        self, code: str, record: Mapping[str, Any], customer: Customer, report: Report, *, is_own: bool
    ) -> dict[str, Any]:
        policy = "update" if is_own else self._codes.existing_customers
        if policy == "leave":
            return {}
        wanted = of_the_person(customer, customer_values(customer, self._codes))
        values = wanted if policy == "update" else missing_values(record, wanted)
        values = without_less_consent(record, values)
        if has_more_consent(record, wanted):
            report("consent_kept", code)
        email = {name: value for name, value in values.pop("EmailData", {}).items() if name != "Email"}
        if not email_of(record) or shops_email_is_newer(record, customer, self._codes.time_zone):
            email |= {} if has_email(record, customer.email) else {"Email": customer.email.strip()}
        elif not has_email(record, customer.email):
            report("email_kept", code)
        return values | ({"EmailData": email} if email else {})


def _refused(code: str, said: str, customer: Customer) -> RefusedError:
    return RefusedError(said, system="cegid", action="SearchCustomerIds", key=str(customer.id_customer), code=code)

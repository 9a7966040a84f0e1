"""A customer of the shop is in the ERP before its documents: found by code or e-mail if it is the same, or created."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

from connectors.ledger import DeliveryState, Ledger
from schemas.documents import Customer
from schemas.erp import Erp, ErpCustomer, customers_of
from schemas.erp_settings import Erp as ErpSettings
from schemas.errors import RefusedError
from schemas.identities import identity_of_account, identity_of_email
from schemas.same_person import same_email, same_name

SEVERAL = "SEVERAL_CUSTOMERS"
"""Code of the refusal of a customer whose e-mail several customers of the ERP bear; their codes are listed."""
OTHER_NAME = "OTHER_NAME"
"""Code of the refusal of a customer who has another name in the ERP, where the settings hold such; with its code."""
Report = Callable[[str, str], None]
"""Takes the end of a message's code, as `name_differs`, and the customer's code in the ERP."""


def report_nothing(_message: str, _code: str) -> None:
    """Nobody reads it."""


class CustomerSync:
    """The ERP's customers as one run of one shop brings them up to date. Safe in threads, one customer at a time.

    `known` are codes that came from the ERP itself, by id_customer; `recall` adds those of earlier runs. `emails` are
    keyed hashes of the e-mails that the ERP's files named, by code.
    """

    def __init__(
        self,
        ledger: Ledger,
        erp: Erp,
        settings: ErpSettings,
        shop: str,
        run_id: str,
        known: Mapping[int, str],
        emails: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self._ledger = ledger
        self._erp = erp.kind
        self._customers = customers_of(erp)
        self._settings = settings
        self._shop = shop
        self._kind = erp.ledger_kind("customer")
        self._run_id = run_id
        self._known = dict(known)
        self._emails = emails
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

    def sync(self, customer: Customer, report: Report = report_nothing) -> str:
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
        found = self._customers.get(code) if code and customer.email else None
        return found is not None and same_email(found.email, customer.email)

    def _identity(self, customer: Customer) -> str | None:
        return identity_of_account(customer, self._ledger.secret()) or None

    def _by_code(self, customer: Customer, report: Report) -> str:
        code = customer.erp_code or self._known.get(customer.id_customer, "")
        found = self._customers.get(code) if code else None
        if found is None:
            return code if self._is_named_by_files(code, customer) else ""
        known_code, known_identity = self._identities.get(customer.id_customer, ("", ""))
        same_account = bool(known_identity) and (known_code, known_identity) == (code, self._identity(customer))
        # What an earlier version brought has no identity: the e-mail or the name has to prove that it is the same.
        unproven = not (known_identity and known_code == code)
        is_same = same_email(found.email, customer.email) or (unproven and _same_name(found, customer))
        if same_account or is_same:
            is_own = same_account and code in self._customers.codes(customer.id_customer)
            return self._updated(found, customer, report, is_own=is_own)
        report("code_of_another", code)
        return ""

    def _is_named_by_files(self, code: str, customer: Customer) -> bool:
        email = self._emails.get(code) if self._customers.known_by_files else None
        return email == identity_of_email(customer.email, self._ledger.secret())

    def _by_email(self, customer: Customer, report: Report) -> str:
        found = self._customers.find(customer.email)
        if len(found) > 1:
            raise self._refused(SEVERAL, ", ".join(sorted(each.code for each in found)), customer)
        whole = self._customers.get(found[0].code) if found else None
        return "" if whole is None else self._updated(whole, customer, report, is_own=False)

    def _created(self, customer: Customer, report: Report) -> str:
        """A new customer, under the first code that nobody else has."""
        emails = self._intend(customer)
        for code in self._customers.codes(customer.id_customer):
            try:
                created = self._customers.create(code, customer)
            except RefusedError:
                found = self._customers.get(code)
                if found is None:
                    raise
                # The code is taken: by a creation whose answer was lost, or by somebody else.
                if identity_of_email(found.email, self._ledger.secret()) in emails:
                    return self._updated(found, customer, report, is_own=True)
                continue
            self.created.add(created)
            return created
        raise self._refused("NO_CODE_LEFT", str(customer.id_customer), customer)

    def _intend(self, customer: Customer) -> set[str]:
        """Notes that it is about to be created; the identities of the e-mails that an earlier call may have sent."""
        secret, key, identity = self._ledger.secret(), str(customer.id_customer), self._identity(customer)
        emails = {identity_of_email(customer.email, secret)}
        intended = json.dumps({"email": identity_of_email(customer.email, secret)})
        before = self._ledger.delivery(self._shop, self._kind, key)
        if before is not None and before.doubt_at and before.identity == identity and before.intended:
            emails.add(json.loads(before.intended)["email"])
        self._ledger.intend(self._shop, self._kind, key, run_id=self._run_id, identity=identity, intended=intended)
        return emails

    def _updated(self, found: ErpCustomer, customer: Customer, report: Report, *, is_own: bool) -> str:
        """The code, once the customer has of the shop's values what the settings give it."""
        if not is_own and not _same_name(found, customer):
            if self._settings.other_names == "hold":
                raise self._refused(OTHER_NAME, found.code, customer)
            report("name_differs", found.code)
            return found.code
        policy = "update" if is_own else self._settings.existing_customers
        for message in self._customers.update(found, customer, policy):
            report(message, found.code)
        return found.code

    def _refused(self, code: str, text: str, customer: Customer) -> RefusedError:
        return RefusedError(text, system=self._erp, action="find customers", key=str(customer.id_customer), code=code)


def _same_name(found: ErpCustomer, customer: Customer) -> bool:
    return same_name(found.lastname, found.firstname, customer)

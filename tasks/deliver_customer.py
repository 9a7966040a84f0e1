"""A customer of the shop is in the ERP before its documents: updated by code, updated by e-mail, or created."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from connectors.cegid import Cegid
from connectors.ledger import DeliveryState, Ledger
from schemas.documents import Customer
from schemas.errors import RefusedError
from tasks.translate.cegid_codes import CegidCodes
from tasks.translate.cegid_customers import customer_values, new_customer_values

SEVERAL = "SEVERAL_CUSTOMERS"
"""Code of the refusal of a customer whose e-mail several customers of the ERP bear; what is said lists their codes."""
_GONE = "NOT_FOUND"


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
        self._done: dict[Customer, str] = {}
        self.created: set[str] = set()
        """The codes of customers that were created."""

    def recall(self, customers: Iterable[Customer]) -> None:
        """Reads in the ledger under which codes these customers were brought by earlier runs, all at once."""
        keys = [str(customer.id_customer) for customer in customers if customer.id_customer not in self._known]
        found = self._ledger.deliveries(self._shop, self._kind, states=[DeliveryState.DELIVERED], keys=keys)
        self._known |= {int(key): code for key, code in found.select("key", "erp_code").iter_rows() if code}

    def bring(self, customer: Customer) -> str:
        """The customer's code in the ERP, where it now is as the shop has it.

        By its known code; else by its exact e-mail; else created under prefix and id. What was created without our
        having had the answer is found by either way. `RefusedError` with the code `SEVERAL` when the e-mail is not
        one customer's.
        """
        done = self._done.get(customer)
        if done is not None:
            return done
        code = self._by_code(customer) or self._by_email(customer) or self._created(customer)
        self._ledger.delivered(
            self._shop, self._kind, str(customer.id_customer), erp_number=None, erp_code=code, run_id=self._run_id
        )
        self._done[customer] = self._known[customer.id_customer] = code
        return code

    def _by_code(self, customer: Customer) -> str:
        code = customer.erp_code or self._known.get(customer.id_customer, "")
        return self._updated(code, customer) if code else ""

    def _by_email(self, customer: Customer) -> str:
        found = self._cegid.find_customers(customer.email)
        if len(found) > 1:
            raise RefusedError(
                ", ".join(sorted(each.code for each in found)),
                system="cegid",
                action="SearchCustomerIds",
                key=str(customer.id_customer),
                code=SEVERAL,
            )
        return self._updated(found[0].code, customer) if found else ""

    def _created(self, customer: Customer) -> str:
        code = self._codes.customer_code(customer.id_customer)
        try:
            created = self._cegid.create_customer(code, new_customer_values(customer, self._codes))
        except RefusedError:
            # The code is taken: a creation whose answer was lost, of a customer who has changed e-mail since.
            if self._updated(code, customer):
                return code
            raise
        self.created.add(created)
        return created

    def _updated(self, code: str, customer: Customer) -> str:
        """The code, once the customer is up to date; empty when the ERP has no such customer."""
        try:
            self._cegid.update_customer(code, customer_values(customer, self._codes))
        except RefusedError as error:
            if error.code != _GONE:
                raise
            return ""
        return code

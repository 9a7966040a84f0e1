"""One small world per ERP that the suite holds the promises of the abilities against."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Protocol

from connectors.cegid import CegidAccess
from connectors.cegid.erp import opened
from connectors.dolibarr import DolibarrAccess, Limits
from connectors.dolibarr.erp import opened as opened_dolibarr
from connectors.dolibarr.guard import uid_of
from deployments.sandbox.cegid import SandboxCegid
from deployments.sandbox.dolibarr import SandboxDolibarr
from schemas.amounts import CENT
from schemas.associations import Associations
from schemas.associations import Payment as Mode
from schemas.erp import Erp, ErpCustomer
from schemas.erps.cegid import Cegid as CegidSettings
from tests.connectors.cegid.shop_orders import CODES
from tests.connectors.dolibarr.shop_orders import CODES as DOLIBARR
from tests.erps.shoebox import Shoebox

Card = tuple[str, str, str, Decimal]
"""Our reference, the shop's, the customer's code and the total of a document."""


class ErpWorld(Protocol):
    """An ERP that can be looked into and disturbed."""

    erp: Erp

    def documents(self) -> list[Card]: ...

    def customers(self) -> set[str]: ...

    def insert_customer(self, code: str, email: str, lastname: str) -> None: ...

    def lose_answer(self, reference: str) -> None:
        """The next document is made and its answer lost."""

    def refuse(self, reference: str) -> None:
        """The next document is refused."""

    def allow(self) -> None:
        """Nothing is refused any more."""

    def cancel(self) -> None:
        """Somebody cancels the only document."""


class ShoeboxWorld:
    def __init__(self) -> None:
        self.box = Shoebox()
        self.erp = self.box.erp()

    def documents(self) -> list[Card]:
        cards = []
        for number, found in self.box.documents.items():
            status = found.status
            external, total = self.box.external[number], status.total_tax_incl
            cards.append((status.internal_reference, external, status.customer_code, total or Decimal(0)))
        return cards

    def customers(self) -> set[str]:
        return set(self.box.customers)

    def insert_customer(self, code: str, email: str, lastname: str) -> None:
        self.box.customers[code] = ErpCustomer(code, email, lastname)

    def lose_answer(self, reference: str) -> None:
        self.box.lose.add(reference)

    def refuse(self, reference: str) -> None:
        self.box.refuse.add(reference)

    def allow(self) -> None:
        self.box.refuse.clear()

    def cancel(self) -> None:
        [(number, found)] = self.box.documents.items()
        self.box.documents[number] = replace(found, is_cancelled=True)


class CegidWorld:
    def __init__(self, sandbox: SandboxCegid, erp: Erp) -> None:
        self.sandbox = sandbox
        self.erp = erp

    def documents(self) -> list[Card]:
        headers = [(each["Header"], self.sandbox.total(each)) for each in self.sandbox.documents()]
        return [(h["InternalReference"], h["ExternalReference"], h["CustomerId"], total) for h, total in headers]

    def customers(self) -> set[str]:
        return set(self.sandbox.customers())

    def insert_customer(self, code: str, email: str, lastname: str) -> None:
        self.sandbox.insert_customer(code, email=email, LastName=lastname)

    def lose_answer(self, _reference: str) -> None:
        self.sandbox.faults.add("reset-after", "Create")

    def refuse(self, _reference: str) -> None:
        self.sandbox.faults.add("fault-fr", "Create", code="CBR00001", reason="Refus")

    def allow(self) -> None:
        """A refusal struck once."""

    def cancel(self) -> None:
        [document] = self.sandbox.documents()
        self.sandbox.cancel(document)


@contextmanager
def cegid_world(folder: Path) -> Iterator[ErpWorld]:
    with SandboxCegid() as sandbox:
        access = CegidAccess(sandbox.url, sandbox.user, sandbox.password, sandbox.database)
        with opened(access, CODES, CegidSettings(connections=1, timeout_seconds=10.0), "production", folder) as erp:
            yield CegidWorld(sandbox, erp)


@contextmanager
def shoebox_world(_folder: Path) -> Iterator[ErpWorld]:
    yield ShoeboxWorld()


class DolibarrWorld:
    def __init__(self, sandbox: SandboxDolibarr, erp: Erp) -> None:
        self.sandbox = sandbox
        self.erp = erp

    def documents(self) -> list[Card]:
        codes = {each["id"]: uid_of(each) for each in self.sandbox.third_parties()}
        return [
            (uid_of(each), each["ref_client"], codes[each["socid"]], Decimal(each["total_ttc"]).quantize(CENT))
            for each in self.sandbox.orders()
        ]

    def customers(self) -> set[str]:
        return {uid_of(each) for each in self.sandbox.third_parties()}

    def insert_customer(self, code: str, email: str, lastname: str) -> None:
        consumer = {"typent_id": 8, "array_options": {"options_ps_uid": code}}
        self.sandbox.insert_third_party(lastname, email=email, **consumer)

    def lose_answer(self, _reference: str) -> None:
        self.sandbox.faults.add("reset-after", "POST orders/setinvoiced")

    def refuse(self, _reference: str) -> None:
        self.sandbox.faults.add("refused", "POST orders")

    def allow(self) -> None:
        """A refusal struck once."""

    def cancel(self) -> None:
        self.sandbox.set_order_status(1, -1)


@contextmanager
def dolibarr_world(_folder: Path) -> Iterator[ErpWorld]:
    with SandboxDolibarr() as sandbox:
        access = DolibarrAccess(sandbox.url, sandbox.key)
        codes = replace(DOLIBARR, associations=Associations(payments=[Mode(module="ps_checkout", erp="CB/WEB")]))
        limits = Limits(connections=1, answer_seconds=10.0)
        with opened_dolibarr(
            access, codes, "production", country="FR", limits=limits, before_write=lambda: None
        ) as erp:
            yield DolibarrWorld(sandbox, erp)


WORLDS = {"shoebox": shoebox_world, "cegid": cegid_world, "dolibarr": dolibarr_world}

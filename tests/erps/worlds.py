"""One small world per ERP that the suite holds the promises of the abilities against."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any, Protocol

import pytest

from connectors.cegid import CegidAccess
from connectors.cegid.erp import opened
from connectors.dolibarr import DolibarrAccess, Limits
from connectors.dolibarr.erp import opened as opened_dolibarr
from connectors.dolibarr.guard import uid_of
from connectors.erp_files.boxes import Stream
from connectors.erp_files.erp import opened as opened_files
from connectors.erp_files.outbox import Outbox
from connectors.files.folder_source import FolderSource
from deployments.sandbox.cegid import SandboxCegid
from deployments.sandbox.dolibarr import SandboxDolibarr
from schemas.amounts import CENT
from schemas.associations import Associations
from schemas.associations import Payment as Mode
from schemas.erp import Erp, ErpCustomer, ErpNumber, OutgoingDocument
from schemas.erps.cegid import Cegid as CegidSettings
from schemas.errors import TransientError
from tests.connectors.cegid.shop_orders import CODES
from tests.connectors.dolibarr.shop_orders import CODES as DOLIBARR
from tests.connectors.erp_files.dialects import CODES as FILES_CODES
from tests.connectors.erp_files.dialects import small, style_of, template_of
from tests.erps.shoebox import Shoebox

ZERO = Decimal(0)
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


class _LosingOrders:
    """The ERP's ability to take orders; the answer to the next creation is lost."""

    def __init__(self, orders: Any) -> None:
        self._orders = orders
        self.lost: set[str] = set()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._orders, name)

    def create(self, outgoing: OutgoingDocument) -> ErpNumber:
        created: ErpNumber = self._orders.create(outgoing)
        if outgoing.reference in self.lost:
            self.lost.remove(outgoing.reference)
            raise TransientError("the process was cut off", system="files", action="create")
        return created


class FilesWorld:
    """An ERP that takes files: it tells no customers, refuses nothing, and cancels out of our sight."""

    def __init__(self, folder: Path, erp: Erp) -> None:
        self.folder = folder
        self.erp = erp
        self._orders = _LosingOrders(erp.orders)
        erp.orders = self._orders

    def documents(self) -> list[Card]:
        outbox = Outbox(self.folder / "order")
        outbox.open()
        return [
            (e.key, e.external_reference, e.customer, sum((quantity * price for _, quantity, price in e.amounts), ZERO))
            for e in outbox.known()
        ]

    def customers(self) -> set[str]:
        return {json.loads(line)[0] for line in (self.folder / "accounts.jsonl").read_text().splitlines()}

    def insert_customer(self, _code: str, _email: str, _lastname: str) -> None:
        pytest.skip("files tell no customers")

    def lose_answer(self, reference: str) -> None:
        self._orders.lost.add(reference)

    def refuse(self, _reference: str) -> None:
        pytest.skip("files refuse nothing")

    def allow(self) -> None:
        """Nothing is refused."""

    def cancel(self) -> None:
        pytest.skip("files tell of no cancellation")


@contextmanager
def files_world(folder: Path) -> Iterator[ErpWorld]:
    stream = small()
    streams = {"order": Stream(template_of(stream), style_of(stream))}
    to_erp = folder / "to-erp"
    to_erp.mkdir(parents=True)
    with opened_files(streams, FILES_CODES, folder, lambda: FolderSource(to_erp), "production", "") as erp:
        yield FilesWorld(folder, erp)


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


WORLDS = {"shoebox": shoebox_world, "cegid": cegid_world, "dolibarr": dolibarr_world, "files": files_world}

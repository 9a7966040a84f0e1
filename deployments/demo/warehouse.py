"""The demo's Cegid: it knows some customers, takes orders, and its warehouse ships them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from deployments.demo.flat_rows import MARKDOWNS
from deployments.demo.laws import PREFIX
from deployments.demo.narration import narrated
from deployments.demo.people import FROM_ERP, PEOPLE
from deployments.sandbox.cegid import SandboxCegid

WRITING = frozenset({"Create", "AddNewCustomer", "UpdateCustomer"})
CARRIER = "COLISSIMO"


class Warehouse:
    """What happens to the documents that the sandbox ERP holds."""

    def __init__(self, erp: SandboxCegid) -> None:
        self.erp = erp

    def writes(self) -> int:
        """How many requests that write have arrived since the start."""
        return sum(count for operation, count in self.erp.requests.items() if operation.split("/")[-1] in WRITING)

    def orders(self) -> list[dict[str, Any]]:
        """The orders it holds, oldest first."""
        return self.erp.documents("CustomerOrder")

    def totals(self) -> dict[str, list[Decimal]]:
        """What each order amounts to, by internal reference; more than one amount is an order held twice."""
        found: dict[str, list[Decimal]] = {}
        for document in self.orders():
            found.setdefault(document["Header"]["InternalReference"], []).append(self.erp.total(document))
        return found

    def marked_down(self) -> int:
        """How many lines bear one of the ERP's own markdown codes."""
        lines = (line for document in self.orders() for line in document["Lines"])
        return sum(line.get("DiscountTypeId") in MARKDOWNS for line in lines)

    def parcels(self) -> dict[int, str]:
        """The number of each order's parcel, by id_order."""
        return {
            int(document["Header"]["InternalReference"].removeprefix(PREFIX)): number
            for document in self.orders()
            if (number := document["Header"]["OmniChannel"].get("Tracking"))
        }

    def ship(self, language: str = "en") -> str:
        """Every order leaves with a number but the last, which is cancelled; the first has arrived already."""
        *sent, last = self.orders()
        for document in sent:
            self.erp.set_status(document, shipping="Totally", tracking=number_of(document), transporter=CARRIER)
        self.erp.set_status(sent[0], follow_up="RecievedByCustomer")
        self.erp.set_status(last, cancel="Canceled")
        return narrated("ships_but_one", language, count=len(sent))

    def accept_returns(self, language: str = "en") -> str:
        """Every return that was announced is accepted."""
        notices = self.erp.documents("ReturnNotice")
        for document in notices:
            self.erp.set_status(document, return_="ReturnValidated")
        return narrated("accepts", language, count=len(notices))


def number_of(document: dict[str, Any]) -> str:
    """The number of the parcel of an order."""
    return f"6A{int(document['Key']['Number']):09d}"


@contextmanager
def open_warehouse() -> Iterator[Warehouse]:
    """A Cegid on a free port, which knows the customers that its files bring."""
    with SandboxCegid() as erp:
        for one in PEOPLE[:FROM_ERP]:
            erp.insert_customer(one.erp_code, email=one.email, LastName=one.lastname, FirstName=one.firstname)
        yield Warehouse(erp)

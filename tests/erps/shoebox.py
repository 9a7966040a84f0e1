"""An ERP from scratch: cards in a box. What it takes to be one, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from schemas.documents import Customer, Order
from schemas.erp import (
    Compared,
    DocumentStatus,
    Erp,
    ErpCustomer,
    ErpNumber,
    FoundDocument,
    FoundDocuments,
    FoundLine,
    Obstacle,
    OutgoingDocument,
    Policy,
)
from schemas.errors import AlreadyThereError, RefusedError, TransientError
from schemas.references import customer_code

SYSTEM = "shoebox"


class Shoebox:
    """The cards; `lose` answers, or `refuse` a reference, to see what a caller makes of it."""

    def __init__(self) -> None:
        self.documents: dict[ErpNumber, FoundDocument] = {}
        self.external: dict[ErpNumber, str] = {}
        self.customers: dict[str, ErpCustomer] = {}
        self.lose: set[str] = set()
        self.refuse: set[str] = set()

    def put(self, outgoing: OutgoingDocument) -> ErpNumber:
        number = ErpNumber(f"card {len(self.documents) + 1}")
        compared = outgoing.compared
        status = DocumentStatus(
            number, outgoing.type, outgoing.reference, outgoing.customer_code, compared.currency, compared.total
        )
        lines = tuple(FoundLine((name,), quantity, price) for name, quantity, price in outgoing.request)
        self.documents[number] = FoundDocument(status, compared.day, False, lines, False)
        self.external[number] = outgoing.external_reference
        return number

    def erp(self) -> Erp:
        return Erp(SYSTEM, "production", connections=1, sent=dict, customers=Customers(self), orders=Orders(self))


class Customers:
    known_by_files = False

    def __init__(self, box: Shoebox) -> None:
        self._box = box

    def obstacles(self, _customer: Customer) -> tuple[Obstacle, ...]:
        return ()

    cut = obstacles

    def codes(self, id_customer: int) -> Iterator[str]:
        yield from (f"{customer_code('WEB', id_customer)}{letter}" for letter in ("", "A"))

    def get(self, code: str) -> ErpCustomer | None:
        return self._box.customers.get(code)

    def find(self, email: str) -> tuple[ErpCustomer, ...]:
        return tuple(each for each in self._box.customers.values() if each.email.casefold() == email.casefold())

    def create(self, code: str, customer: Customer) -> str:
        if code in self._box.customers:
            raise AlreadyThereError("there is such a card", system=SYSTEM, action="add", key=code)
        self._box.customers[code] = ErpCustomer(code, customer.email, customer.lastname, customer.firstname)
        return code

    def update(self, _known: ErpCustomer, _customer: Customer, _policy: Policy) -> tuple[str, ...]:
        return ()


class Orders:
    type = "card"
    former_types: tuple[str, ...] = ()
    confirms = True

    def __init__(self, box: Shoebox) -> None:
        self._box = box

    def reference(self, document: Order) -> str:
        return f"WEB{document.id_order}"

    def other_reference(self, document: Order) -> str:
        return f"WEB{document.id_order}.{document.placed_text}"

    def is_reference(self, reference: str) -> bool:
        return reference.startswith("WEB")

    def obstacles(self, _document: Order) -> tuple[Obstacle, ...]:
        return ()

    cut = obstacles

    def translated(self, document: Order, customer_code: str, type_: str = "", reference: str = "") -> OutgoingDocument:
        lines = [(line.reference, Decimal(line.quantity), line.unit_price_tax_incl) for line in document.lines]
        day = document.placed_at.date().isoformat()
        compared = Compared.of(day, document.currency, document.reference, lines)
        named = reference or self.reference(document)
        return OutgoingDocument(type_ or self.type, named, document.reference, customer_code, compared, lines)

    def preview(self, outgoing: OutgoingDocument, _language: str) -> tuple[tuple[str, str, str], ...]:
        return (("card", "", outgoing.reference),)

    def find(self, _type: str, reference: str, external_reference: str, _customer_code: str) -> FoundDocuments:
        found = [self._asked(each, external_reference) for each in self._box.documents.values()]
        ours = [each for each in found if each.status.internal_reference == reference]
        others = tuple(each for each in found if each.has_external_reference and each not in ours)
        return FoundDocuments(ours[0] if ours else None, others)

    def get(self, number: ErpNumber, external_reference: str = "") -> FoundDocument | None:
        found = self._box.documents.get(number)
        return found and self._asked(found, external_reference)

    def create(self, outgoing: OutgoingDocument) -> ErpNumber:
        if outgoing.reference in self._box.refuse:
            raise RefusedError("not on our cards", system=SYSTEM, action="add", key=outgoing.reference)
        number = self._box.put(outgoing)
        if outgoing.reference in self._box.lose:
            self._box.lose.remove(outgoing.reference)
            raise TransientError("nobody answers", system=SYSTEM, action="add", key=outgoing.reference)
        return number

    def _asked(self, found: FoundDocument, external_reference: str) -> FoundDocument:
        bears_it = bool(external_reference) and self._box.external[found.status.number] == external_reference
        return replace(found, has_external_reference=bears_it)

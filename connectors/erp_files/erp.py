"""An ERP that takes files as an ERP of the house: what is created lies in an outbox, and leaves it as files."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from connectors.erp_files.accounts import Accounts, identity_of
from connectors.erp_files.boxes import Boxes, OpenTarget, Stream
from connectors.erp_files.codes import FilesCodes
from connectors.erp_files.documents import Documents, Lines
from connectors.erp_files.obstacles import held_by, lost_by, order_obstacles
from connectors.erp_files.outbox import Entry
from connectors.erp_files.rows import Written, write
from connectors.erp_files.slips import Slips
from connectors.erp_files.values import (
    account_values,
    order_lines,
    order_values,
    payment_rows,
    return_lines,
    return_values,
)
from schemas.amounts import cents
from schemas.documents import Customer, Order, Return
from schemas.erp import Erp, ErpCustomer, Obstacle, OutgoingDocument, Policy
from schemas.erp_look import Found
from schemas.errors import AlreadyThereError, ConfigFault, ConfigurationError
from schemas.order_sums import line_totals, sold_lines

SYSTEM = "files"


@contextmanager
def opened(
    streams: Mapping[str, Stream], codes: FilesCodes, folder: Path, target: OpenTarget, use: str, marker_suffix: str
) -> Iterator[Erp]:
    """The ERP behind a folder; `streams` are those that export.json writes into files."""
    boxes = Boxes(streams, folder, target, marker_suffix)
    yield Erp(
        SYSTEM,
        use,
        connections=1,
        sent=lambda: boxes.sent,
        customers=Customers(boxes, codes, folder / "accounts.jsonl"),
        orders=Orders(boxes, codes, "order") if "order" in streams else None,
        returns=Returns(boxes, codes, "return") if "return" in streams else None,
        slips=Slips(boxes, codes, "slip") if "slip" in streams else None,
        itself=Looks(target),
        dispatch=boxes.dispatch,
    )


class Customers:
    """See `schemas.erp.TakesCustomers`. Where no file of customers is written, an order brings its own."""

    def __init__(self, boxes: Boxes, codes: FilesCodes, path: Path) -> None:
        self._boxes = boxes
        self._codes = codes
        self._accounts = Accounts(path)
        self.known_by_files = not codes.account

    def obstacles(self, customer: Customer) -> tuple[Obstacle, ...]:
        """Of an account without an order; ConfigurationError where no file would bring it."""
        written = self._written(customer, "")
        if written is None:
            reason = "nothing says how accounts are written into files"
            remedy = (
                'Give this stream `"type": "local"` and its columns, as dialects/gestimum.json does, or switch it off.'
            )
            raise ConfigurationError((ConfigFault("export.json", "customer", reason, remedy),))
        return held_by(written.losses)

    def cut(self, customer: Customer) -> tuple[Obstacle, ...]:
        return lost_by(written.losses, "customer") if (written := self._written(customer, "")) else ()

    def codes(self, id_customer: int) -> Iterator[str]:
        return self._codes.customer_codes(id_customer)

    def get(self, code: str) -> ErpCustomer | None:
        """Nobody says what the ERP has of it: without e-mail and name it is known by its code alone."""
        known = code == self._codes.account or self._accounts.of(code) is not None
        return ErpCustomer(code, "") if known else None

    def find(self, _email: str) -> tuple[ErpCustomer, ...]:
        return ()

    def create(self, code: str, customer: Customer) -> str:
        if code == self._codes.account:
            return code
        known = self._accounts.of(code)
        if known is not None and known != identity_of(customer):
            said = "this code was another account's"
            raise AlreadyThereError(said, system=SYSTEM, action="write a customer", key=code)
        self._accounts.add(code, customer)
        self._put(code, customer)
        return code

    def update(self, known: ErpCustomer, customer: Customer, policy: Policy) -> tuple[str, ...]:
        if policy == "update" and known.code != self._codes.account:
            self._put(known.code, customer)
        return ()

    def _put(self, code: str, customer: Customer) -> None:
        """A row of the file of customers, unless the last one of this code says the same."""
        written = self._written(customer, code)
        if written is None:
            return
        outbox = self._boxes.of("customer")
        before = [entry for entry in outbox.known() if entry.number == code]
        entry = Entry(f"{code}.{len(before) + 1}", code, "customer", code, "", "", "", ())
        if not before or not outbox.has_rows(before[-1], written.content):
            outbox.accept(entry, written.content)
            self._boxes.sent["customers"] += 1

    def _written(self, customer: Customer, code: str) -> Written | None:
        stream = self._boxes.streams.get("customer")
        if stream is None:
            return None
        values = account_values(customer, self._codes, code or self._codes.customer_code(customer.id_customer))
        return write(stream.template, stream.style, values, ())


class Orders(Documents):
    """See `schemas.erp.TakesDocuments`. The stream `orderDocument` names them once the ERP has them."""

    confirms = False

    def reference(self, document: Order) -> str:
        return self._codes.order_reference(document.id_order)

    def other_reference(self, document: Order) -> str:
        return self._codes.order_reference(document.id_order, document.placed_text)

    def is_reference(self, reference: str) -> bool:
        return self._codes.is_order_reference(reference)

    def obstacles(self, document: Order) -> tuple[Obstacle, ...]:
        own = order_obstacles(document, self._stream.template, self._codes)
        return (*own, *held_by(self._usual(document).losses))

    def cut(self, document: Order) -> tuple[Obstacle, ...]:
        return lost_by(self._usual(document).losses, "order")

    def translated(self, document: Order, customer_code: str, type_: str = "", reference: str = "") -> OutgoingDocument:
        """Of one type only: `type_` changes nothing."""
        reference = reference or self.reference(document)
        return self._outgoing(
            self._of(document, customer_code, reference),
            compared_lines(document, self._codes),
            reference=reference,
            external=document.reference,
            customer=customer_code,
            day=self._codes.day(document.placed_at),
            currency=document.currency,
        )

    def _usual(self, order: Order) -> Written:
        code = order.customer.erp_code or self._codes.customer_code(order.customer.id_customer)
        return self._of(order, code, self.reference(order))

    def _of(self, order: Order, customer_code: str, reference: str) -> Written:
        template, today = self._stream.template, self._codes.day(datetime.now(UTC))
        values = order_values(order, template, self._codes, customer_code, reference, today)
        return self._write(values, order_lines(order, template, self._codes), payment_rows(order, self._codes))


class Returns(Documents):
    """See `schemas.erp.TakesDocuments`."""

    def reference(self, document: Return) -> str:
        return self._codes.return_reference(document.id_order_return)

    def other_reference(self, document: Return) -> str:
        return self._codes.return_reference(document.id_order_return, document.created_text)

    def is_reference(self, reference: str) -> bool:
        return self._codes.is_return_reference(reference)

    def obstacles(self, document: Return) -> tuple[Obstacle, ...]:
        return held_by(self._of(document, self.reference(document)).losses)

    def cut(self, document: Return) -> tuple[Obstacle, ...]:
        return lost_by(self._of(document, self.reference(document)).losses, "return")

    def translated(
        self, document: Return, customer_code: str, type_: str = "", reference: str = ""
    ) -> OutgoingDocument:
        """Of one type only: `type_` changes nothing."""
        reference = reference or self.reference(document)
        of_customer = replace(document, customer_code=customer_code)
        lines = [
            (self._codes.item(line.reference.strip(), in_erp=line.in_erp), Decimal(line.quantity), price)
            for line in document.lines
            if (price := cents(line.unit_price_tax_incl)) is not None
        ]
        return self._outgoing(
            self._of(of_customer, reference),
            lines,
            reference=reference,
            external=document.order_reference,
            customer=customer_code,
            day=self._codes.day(document.created_at),
            currency=document.currency,
        )

    def _of(self, return_: Return, reference: str) -> Written:
        values = return_values(return_, self._codes, reference)
        return self._write(values, return_lines(return_, self._stream.template, self._codes))


class Looks:
    """See `schemas.erp.LooksAtItself`: the folder that files go to can be reached."""

    def __init__(self, target: OpenTarget) -> None:
        self._target = target

    def hello(self) -> Found:
        asyncio.run(self._reach())
        return Found("ok", "erp_files", "ok_erp_files")

    def look(self, _currencies: frozenset[str]) -> Iterator[Found]:
        yield from ()

    def strangers(self, _known: frozenset[str], _emails: Mapping[int, str]) -> Iterator[Found]:
        yield from ()

    async def _reach(self) -> None:
        async with self._target() as target:
            await target.size_of("passerelle.check")


def compared_lines(order: Order, codes: FilesCodes) -> Lines:
    """Item, quantity 1 and what the line came to, with tax: whatever prices the file has, these are the order's."""
    lines = zip(sold_lines(order), line_totals(order), strict=True)
    products = [(codes.item(line.reference.strip(), in_erp=line.in_erp), Decimal(1), total) for line, total in lines]
    services = (
        (codes.items.shipping, cents(order.total_shipping_tax_incl)),
        (codes.items.wrapping, cents(order.total_wrapping_tax_incl)),
        (codes.items.discount, -cents(order.total_discounts_tax_incl)),
    )
    quantities = [
        (codes.item(line.reference.strip(), in_erp=line.in_erp), Decimal(line.quantity - 1), Decimal(0))
        for line in sold_lines(order)
    ]
    return [*products, *quantities, *((item, Decimal(1), amount) for item, amount in services if amount)]

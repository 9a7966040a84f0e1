"""An ERP that takes files as an ERP of the house: what is created lies in an outbox, and leaves it as files."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from threading import Lock
from typing import Generic, TypeVar

from connectors.erp_files.accounts import Accounts, identity_of
from connectors.erp_files.cells import Style
from connectors.erp_files.codes import FilesCodes
from connectors.erp_files.deliver import Target, deliver
from connectors.erp_files.obstacles import held_by, lost_by, order_obstacles
from connectors.erp_files.outbox import Entry, Outbox
from connectors.erp_files.rows import Written, names_row, write
from connectors.erp_files.values import (
    Values,
    account_values,
    order_lines,
    order_values,
    payment_rows,
    return_lines,
    return_values,
)
from schemas.amounts import cents
from schemas.documents import Customer, Order, Return
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
from schemas.erp_look import Found
from schemas.errors import AlreadyThereError, ConfigFault, ConfigurationError
from schemas.export_template import ExportTemplate
from schemas.order_sums import line_totals, sold_lines

SYSTEM = "files"
OpenTarget = Callable[[], AbstractAsyncContextManager[Target]]
Doc = TypeVar("Doc", Order, Return)
Lines = Sequence[tuple[str, Decimal, Decimal]]


@dataclass(frozen=True, slots=True)
class Stream:
    """How the documents of one stream are written."""

    template: ExportTemplate
    style: Style


@dataclass(frozen=True, slots=True)
class Request:
    """One document ready for the outbox."""

    written: Written
    lines: Lines
    """Item, quantity and unit price with tax: what it is compared by."""


@contextmanager
def opened(
    streams: Mapping[str, Stream], codes: FilesCodes, folder: Path, target: OpenTarget, use: str, marker_suffix: str
) -> Iterator[Erp]:
    """The ERP behind a folder; `streams` are `order`, `return` and `customer` as far as export.json writes them."""
    boxes = Boxes(streams, folder, target, marker_suffix)
    yield Erp(
        SYSTEM,
        use,
        connections=1,
        sent=lambda: boxes.sent,
        customers=Customers(boxes, codes, folder / "accounts.jsonl"),
        orders=Orders(boxes, codes, "order") if "order" in streams else None,
        returns=Returns(boxes, codes, "return") if "return" in streams else None,
        itself=Looks(target),
        dispatch=boxes.dispatch,
    )


class Boxes:
    """The outboxes of a shop, each opened when a document is first looked for or put in."""

    def __init__(self, streams: Mapping[str, Stream], folder: Path, target: OpenTarget, marker_suffix: str) -> None:
        self.streams = streams
        self.sent = Counter[str]()
        self._folder = folder
        self._target = target
        self._marker_suffix = marker_suffix
        self._open: dict[str, Outbox] = {}
        self._lock = Lock()

    def of(self, stream: str) -> Outbox:
        """The outbox of a stream, open."""
        with self._lock:
            if stream not in self._open:
                outbox = Outbox(self._folder / stream)
                outbox.open()
                self._open[stream] = outbox
            return self._open[stream]

    def dispatch(self, stream: str) -> None:
        """Files of what lies in the outbox, customers first: delivered, each once."""
        names = [name for name in ("customer", stream) if name in self.streams]
        asyncio.run(self._dispatch(list(dict.fromkeys(names))))

    async def _dispatch(self, names: Sequence[str]) -> None:
        now = datetime.now(UTC)
        waiting = []
        for name in names:
            stream, outbox = self.streams[name], self.of(name)
            opening = names_row(stream.template, stream.style)
            outbox.pack(_naming(name, stream, now), opening, one_each=stream.template.files == "document")
            if outbox.files():
                waiting.append(outbox)
        if not waiting:
            return
        async with self._target() as target:
            for outbox in waiting:
                self.sent["files"] += await deliver(outbox, target, now, self._marker_suffix)


def _naming(name: str, stream: Stream, now: datetime) -> Callable[[Sequence[str], str], str]:
    prefix = stream.style.prefix or f"{name}s"

    def named(keys: Sequence[str], digest: str) -> str:
        which = keys[0] if stream.template.files == "document" else f"{now:%Y%m%d-%H%M%S}-{digest}"
        return f"{prefix}-{which}.{stream.style.ending}"

    return named


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


class _Documents(Generic[Doc]):
    """What documents of both kinds share."""

    former_types: tuple[str, ...] = ()
    confirms = True

    def __init__(self, boxes: Boxes, codes: FilesCodes, stream: str) -> None:
        self._boxes = boxes
        self._codes = codes
        self._stream = boxes.streams[stream]
        self.type = stream

    def preview(self, outgoing: OutgoingDocument) -> tuple[tuple[str, str, str], ...]:
        request: Request = outgoing.request
        return tuple((name, "", text) for name, text in request.written.shown if text)

    def find(self, _type: str, reference: str, external_reference: str, _customer_code: str) -> FoundDocuments:
        entry = self._boxes.of(self.type).find(reference)
        return FoundDocuments(_found(entry, external_reference) if entry else None)

    def get(self, number: ErpNumber, external_reference: str = "") -> FoundDocument | None:
        entries = [entry for entry in self._boxes.of(self.type).known() if entry.number == number]
        return _found(entries[-1], external_reference) if entries else None

    def create(self, outgoing: OutgoingDocument) -> ErpNumber:
        request: Request = outgoing.request
        lines = tuple((item, str(quantity), str(price)) for item, quantity, price in request.lines)
        compared = outgoing.compared
        entry = Entry(
            outgoing.reference,
            request.written.key,
            self.type,
            outgoing.customer_code,
            compared.day,
            compared.currency,
            outgoing.external_reference,
            lines,
        )
        self._boxes.of(self.type).accept(entry, request.written.content)
        self._boxes.sent[f"{self.type}s"] += 1
        return ErpNumber(request.written.key)

    def _outgoing(
        self, written: Written, lines: Lines, *, reference: str, external: str, customer: str, day: date, currency: str
    ) -> OutgoingDocument:
        compared = Compared.of(day.isoformat(), currency, external, lines)
        return OutgoingDocument(self.type, reference, external, customer, compared, Request(written, lines))

    def _write(self, values: Values, lines: Sequence[Values], payments: Sequence[Values] = ()) -> Written:
        return write(self._stream.template, self._stream.style, values, lines, payments)


class Orders(_Documents[Order]):
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


class Returns(_Documents[Return]):
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


def _found(entry: Entry, external_reference: str) -> FoundDocument:
    status = DocumentStatus(ErpNumber(entry.number), entry.type, entry.key, entry.customer, entry.currency)
    lines = tuple(FoundLine((item,), quantity, price) for item, quantity, price in entry.amounts)
    bears_it = bool(external_reference) and entry.external_reference == external_reference
    return FoundDocument(status, entry.day, False, lines, bears_it)

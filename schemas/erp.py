"""What an ERP can be asked to do, one small protocol per ability, and what it answers, in words of no ERP."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Literal, NewType, Protocol, TypeVar

from schemas.amounts import cents
from schemas.errors import ConfigFault, ConfigurationError
from schemas.order_documents import NO_DOCUMENTS, ErpDocuments

if TYPE_CHECKING:
    from schemas.catalogue import (
        Category,
        Item,
        TakesEntities,
        TakesFirstStock,
        TakesPictures,
        TellsItems,
        TellsPictures,
        TellsStock,
    )
    from schemas.documents import Customer, Order, Return, Slip
    from schemas.erp_invoices import TellsInvoices
    from schemas.erp_look import LooksAtItself
    from schemas.erp_sums import TellsSums

ErpNumber = NewType("ErpNumber", str)
"""How the ERP names one document, as text that only the ERP's own room takes apart."""
Policy = Literal["complete", "update", "leave"]
"""What becomes of a customer that the ERP has: its empty fields are filled, the shop's values written, or nothing."""


@dataclass(frozen=True, slots=True)
class Obstacle:
    """One reason, as a message code with its parameters; nothing personal."""

    code: str
    params: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ErpCustomer:
    """A customer as the ERP has it, never kept at rest."""

    code: str
    email: str
    lastname: str = ""
    firstname: str = ""
    closed: bool = False
    record: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """The whole of it in the ERP's own words, for the ERP's own room."""


@dataclass(frozen=True, slots=True)
class Compared:
    """What a document is compared by: whether one that the ERP has is the one that ours would be."""

    day: str
    """As `2026-11-21`."""
    currency: str
    """ISO 4217; empty: the ERP does not say it."""
    external_reference: str
    lines: Mapping[str, tuple[Decimal, Decimal]]
    """Quantity and amount, tax included, by the item's reference: an ERP may split lines or put them together."""

    @property
    def total(self) -> Decimal:
        """The sum of the lines, tax included."""
        return sum((amount for _, amount in self.lines.values()), Decimal(0))

    @classmethod
    def of(
        cls, day: str, currency: str, external_reference: str, lines: Iterable[tuple[str, Decimal, Decimal]]
    ) -> Compared:
        """From lines of item, quantity and net unit price, tax included."""
        together: dict[str, tuple[Decimal, Decimal]] = {}
        for name, quantity, price in lines:
            quantity_before, amount_before = together.get(name, (Decimal(0), Decimal(0)))
            together[name] = (quantity_before + quantity, amount_before + cents(cents(price) * quantity))
        summed = {name: (quantity.normalize() + 0, cents(amount)) for name, (quantity, amount) in together.items()}
        return cls(day, currency, external_reference, summed)


@dataclass(frozen=True, slots=True)
class OutgoingDocument:
    """A document as it would be created."""

    type: str
    """The ERP's own word for it."""
    reference: str
    """Our own reference of it, which no other document bears."""
    external_reference: str
    """The shop's reference, which several orders may share."""
    customer_code: str
    compared: Compared
    request: Any = field(repr=False)
    """In the ERP's own words, for the ERP's own room."""


@dataclass(frozen=True, slots=True)
class DocumentStatus:
    """What the ERP says of one document."""

    number: ErpNumber
    type: str = ""
    internal_reference: str = ""
    customer_code: str = ""
    currency: str = ""
    total_tax_incl: Decimal | None = None
    total_tax_excl: Decimal | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    """The statuses, as the ERP wrote them, by its own names of them (see `TellsStatuses.members`)."""
    tracking: str = ""
    carrier_code: str = ""
    shown_as: str = ""
    """What a person finds the document by in the ERP, where it is not its number."""
    is_cancelled: bool = False
    documents: ErpDocuments = NO_DOCUMENTS
    """The documents that it has become, as far as the ERP tells them."""
    unknown: Mapping[str, str] = field(default_factory=dict)
    """Statuses that the ERP's contract does not list, by name: to be reported."""


@dataclass(frozen=True, slots=True)
class FoundLine:
    """One line of a document as the ERP has it."""

    references: tuple[str, ...]
    """What the ERP calls the item: reference, code, internal code, as far as it says them."""
    quantity: Decimal
    net_unit_price_tax_incl: Decimal


@dataclass(frozen=True, slots=True)
class FoundDocument:
    """One whole document that the ERP has."""

    status: DocumentStatus
    day: str
    """Of the document, as `2026-11-21`."""
    is_cancelled: bool
    lines: tuple[FoundLine, ...]
    has_external_reference: bool
    """Whether it bears the external reference that was asked for."""


@dataclass(frozen=True, slots=True)
class FoundDocuments:
    """What the ERP has under our references."""

    ours: FoundDocument | None = None
    """Under our own reference."""
    others: tuple[FoundDocument, ...] = ()
    """Under the external reference, and another one of our kind."""


class Cancellation(StrEnum):
    """What became of a document that was to be cancelled."""

    CANCELLED = "cancelled"
    """It is cancelled now, or was already."""
    UNDER_WAY = "under_way"
    """The ERP has begun with it: a person decides."""
    MISSING = "missing"
    """The ERP has no such document."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A document whose status is asked for."""

    number: ErpNumber
    placed_on: date
    """The day of the order or return in the shop."""


class TakesCustomers(Protocol):
    """The ERP keeps a file of each customer. Every method is safe in threads and raises the errors of `errors`."""

    @property
    def known_by_files(self) -> bool:
        """Whether the ERP's own files alone say which customers it has: by code, and by e-mail."""

    def obstacles(self, customer: Customer) -> tuple[Obstacle, ...]:
        """What keeps an account without an order from being sent, all at once."""

    def cut(self, customer: Customer) -> tuple[Obstacle, ...]:
        """What of an account will not arrive whole."""

    def codes(self, id_customer: int) -> Iterator[str]:
        """The codes that an account may be created under, the usual one first; the others are for ids given anew."""

    def get(self, code: str) -> ErpCustomer | None:
        """The customer of a code, with its record."""

    def find(self, email: str) -> tuple[ErpCustomer, ...]:
        """The open customers with exactly this e-mail, whatever the case; the records may be left out."""

    def create(self, code: str, customer: Customer) -> str:
        """A new customer; the code that it has then. `RefusedError` where the code is taken."""

    def update(self, known: ErpCustomer, customer: Customer, policy: Policy) -> tuple[str, ...]:
        """Writes what the policy gives it and never a lesser consent; ends of message codes, as `email_kept`."""


Doc_contra = TypeVar("Doc_contra", contravariant=True)


class TakesDocuments(Protocol[Doc_contra]):
    """The ERP takes documents of one kind: `Order`, `Return` or `Slip`. Every method is safe in threads."""

    @property
    def type(self) -> str:
        """The ERP's own word for what is created."""

    @property
    def former_types(self) -> tuple[str, ...]:
        """The types that the settings may have named before."""

    @property
    def confirms(self) -> bool:
        """Whether the ERP has what was created; else it was sent, and the ERP's own files name it later."""

    def reference(self, document: Doc_contra) -> str:
        """Our own reference of it."""

    def other_reference(self, document: Doc_contra) -> str:
        """Our reference of one whose id was another one's before: no document bears it."""

    def is_reference(self, reference: str) -> bool:
        """Whether a reference is one that a document of ours has."""

    def obstacles(self, document: Doc_contra) -> tuple[Obstacle, ...]:
        """Every reason of the ERP's own why it is not sent; what holds for any ERP was asked before."""

    def cut(self, document: Doc_contra) -> tuple[Obstacle, ...]:
        """What of it will not arrive whole."""

    def translated(
        self, document: Doc_contra, customer_code: str, type_: str = "", reference: str = ""
    ) -> OutgoingDocument:
        """The document of a customer of this code; `type_` and `reference` where they are not the usual ones."""

    def preview(self, outgoing: OutgoingDocument, language: str) -> tuple[tuple[str, str, str], ...]:
        """What would be created as (field, before, after) in this language, naming nobody.

        `RefusedError`: the ERP would not take it.
        """

    def find(self, type_: str, reference: str, external_reference: str, customer_code: str) -> FoundDocuments:
        """What the ERP has under these references; the last two may be empty, what is left is asked."""

    def get(self, number: ErpNumber, external_reference: str = "") -> FoundDocument | None:
        """One whole document; None when it is gone."""

    def create(self, outgoing: OutgoingDocument) -> ErpNumber:
        """The number of a new document; completes what an earlier call began. `AlreadyThereError`: look it up."""


class CancelsDocuments(Protocol):
    """The ERP cancels a document of ours while nothing was made of it."""

    def cancel(self, number: ErpNumber) -> Cancellation:
        """Cancels and reads back; sent again after a lost answer it finds the document cancelled."""


class TellsStatuses(Protocol):
    """The ERP says what has become of documents."""

    @property
    def members(self) -> tuple[str, ...]:
        """The names of statuses that a rule of the settings may use."""

    def statuses(self, asked: Sequence[Asked]) -> Mapping[ErpNumber, DocumentStatus]:
        """What it says of each; those that are gone are left out."""


class TakesTracking(Protocol):
    """The ERP's document of an order takes the number of a parcel that the shop knows."""

    def give(self, number: ErpNumber, tracking: str, external_reference: str) -> bool:
        """Whether it has it now, read back; False where its own field is filled: that is never written over.

        `external_reference` is the order's own in the shop. Sent again after a lost answer it finds the field filled.
        """


class Erp:
    """One open ERP: its abilities, None where it has not. Not a dataclass: Prefect walks through those."""

    def __init__(
        self,
        kind: str,
        access: str,
        *,
        connections: int,
        sent: Callable[[], Mapping[str, int]],
        customers: TakesCustomers | None = None,
        orders: TakesDocuments[Order] | None = None,
        returns: TakesDocuments[Return] | None = None,
        slips: TakesDocuments[Slip] | None = None,
        cancels: CancelsDocuments | None = None,
        statuses: TellsStatuses | None = None,
        tracking: TakesTracking | None = None,
        itself: LooksAtItself | None = None,
        categories: TakesEntities[Category] | None = None,
        items: TakesEntities[Item] | None = None,
        first_stock: TakesFirstStock | None = None,
        pictures: TakesPictures | None = None,
        stock: TellsStock | None = None,
        tells_items: TellsItems | None = None,
        tells_pictures: TellsPictures | None = None,
        invoices: TellsInvoices | None = None,
        sums: TellsSums | None = None,
        dispatch: Callable[[str], None] | None = None,
    ) -> None:
        self.kind = kind
        """As `[erp] kind` of the settings, and in the errors that it raises."""
        self.access = access
        """`production` or `test`: with the latter nothing is written to the shop."""
        self.connections = connections
        """Requests at the same time."""
        self.sent = sent
        """Requests sent so far, by operation."""
        self.customers = customers
        self.orders = orders
        self.returns = returns
        self.slips = slips
        self.cancels = cancels
        self.statuses = statuses
        self.tracking = tracking
        self.itself = itself
        self.categories = categories
        self.items = items
        self.first_stock = first_stock
        self.pictures = pictures
        self.stock = stock
        self.tells_items = tells_items
        self.tells_pictures = tells_pictures
        self.invoices = invoices
        self.sums = sums
        self.dispatch = dispatch
        """Brings what was created of a stream to an ERP where creating it was not that; safe to repeat.
        TransientError or DeniedError: what was created waits, and goes with the next call."""

    @property
    def is_test(self) -> bool:
        """Whether it is a place to try things."""
        return self.access == "test"

    def ledger_kind(self, what: str) -> str:
        """What the ledger calls these: what one access was given, the other was not."""
        return ledger_kind(self.kind, self.access, what)


def ledger_kind(erp: str, access: str, what: str) -> str:
    """An ERP, its access and what was given to it: as `dolibarr/production/order`."""
    return f"{erp}/{access}/{what}"


def orders_of(erp: Erp) -> TakesDocuments[Order]:
    """How the ERP takes orders."""
    return need(erp.orders, erp.kind, "export_orders")


def returns_of(erp: Erp) -> TakesDocuments[Return]:
    """How the ERP takes returns."""
    return need(erp.returns, erp.kind, "export_returns")


def customers_of(erp: Erp) -> TakesCustomers:
    """How the ERP takes customers."""
    return need(erp.customers, erp.kind, "export_customers")


def categories_of(erp: Erp) -> TakesEntities[Category]:
    """How the ERP takes categories."""
    return need(erp.categories, erp.kind, "export_catalogue")


def items_of(erp: Erp) -> TakesEntities[Item]:
    """How the ERP takes items."""
    return need(erp.items, erp.kind, "export_catalogue")


Ability = TypeVar("Ability")


def need(ability: Ability | None, erp: str, flow: str) -> Ability:
    """The ability; ConfigurationError with what to do where the ERP has it not."""
    if ability is None:
        reason = f"{flow} is not possible with an ERP of kind {erp}"
        remedy = "Switch this flow off, or set another `kind` under [erp]; `passerelle check` lists what an ERP can."
        raise ConfigurationError((ConfigFault("settings.toml", "erp.kind", reason, remedy),))
    return ability

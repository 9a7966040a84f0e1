"""The part of settings.toml that is about the ERP and the orders that travel to it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from schemas.erp import Policy
from schemas.erps import STATUS_WORDS, WITHOUT_ERP, StatusWords
from schemas.erps.cegid import Cegid
from schemas.erps.dolibarr import SERVICES, Dolibarr
from schemas.erps.files import Files
from schemas.setting_values import Count, Section, ShopId, fault
from schemas.status_rules import StatusRule


def _ends_without_digit(value: str) -> str:
    if value[-1:].isdigit():
        remedy = (
            'Write one that ends in a letter, such as "WEB1-" instead of "WEB1". What was handed over under the former '
            "prefix is still known, by its number in the ERP, and customers keep their codes; let a run of every flow "
            "end well before the change, so that nothing is under way."
        )
        raise fault("prefix_digit", "a prefix that ends in a digit runs into the id: WEB1 and 1 is WEB and 11", remedy)
    return value


Prefix = Annotated[
    str, Field(min_length=1, max_length=6, pattern=r"^[A-Za-z0-9_-]+$"), AfterValidator(_ends_without_digit)
]
States = Annotated[list[ShopId], Field(min_length=1)]


class ServiceItems(Section):
    """`[erp.items]`: the items, kept out of stock, that stand for what is no product; empty: such orders are held."""

    misc: str = ""
    shipping: str = ""
    wrapping: str = ""
    discount: str = ""


class Erp(Section):
    """`[erp]`: where orders go, and what holds for any ERP."""

    kind: Literal["none", "cegid", "dolibarr", "files"] = "none"
    """Which ERP it is."""
    access: Literal["test", "production"] = "test"
    """Which of its accesses is used. With `test` nothing is written to the shop."""
    items: ServiceItems = ServiceItems()
    order_prefix: Prefix = "WEB"
    """Before the order's id: our own reference of its document. No other shop of this ERP has the same."""
    customer_prefix: Prefix = "WEB"
    """Before the customer's id on ten digits: the code of customers that the shop brings."""
    existing_customers: Policy = "complete"
    """What becomes of a customer that the ERP has already when somebody orders under the same e-mail: `complete` fills
    its empty fields, `update` writes what the shop says, `leave` writes nothing. A customer that was created for an
    account of the shop follows that account."""
    other_names: Literal["send", "hold"] = "send"
    """An order whose customer has, in the ERP, the same e-mail under another name: it is sent on that customer's file,
    which is reported, or held."""
    unknown_items: Literal["send", "misc", "hold"] = "send"
    """What becomes of a product that did not come from the ERP: its reference is sent all the same, the misc item
    stands for it, or its order is held."""
    cegid: Cegid = Cegid()
    dolibarr: Dolibarr = Dolibarr()
    files: Files = Files()

    @property
    def items_in_use(self) -> ServiceItems:
        """The items, with those that the ERP makes by itself where none is named."""
        if self.kind != "dolibarr":
            return self.items
        named = {name: value for name, value in self.items.model_dump().items() if value}
        return ServiceItems(**SERVICES | named)

    @property
    def verify_tls(self) -> Mapping[str, bool | str]:
        """Whether the certificate of the ERP in use is verified, by the table of the settings that says so."""
        if self.kind == "files" and self.files.to == "ftps" and self.files.ftps is not None:
            return {"[erp.files.ftps]": self.files.ftps.verify_tls}
        own = {"cegid": self.cegid.verify_tls, "dolibarr": self.dolibarr.verify_tls}
        return {f"[erp.{self.kind}]": own[self.kind]} if self.kind in own else {}

    @property
    def associated(self) -> frozenset[str]:
        """The tables of associations.toml that the ERP needs a code of for everything that the shop uses."""
        if self.kind == "dolibarr":
            return self.dolibarr.associated
        return self.cegid.associated if self.kind == "cegid" else frozenset()

    @property
    def status_words(self) -> StatusWords:
        """What its statuses are called."""
        return STATUS_WORDS.get(self.kind, WITHOUT_ERP)


class Orders(Section):
    """`[orders]`: which orders go to the ERP, and what its statuses do to them."""

    states: States = Field(default_factory=lambda: [2, 9, 11])
    """The states (ids) of an order that goes: payment accepted, on backorder (paid), remote payment accepted."""
    waiting_states: list[ShopId] = Field(default_factory=lambda: [1, 8, 10, 12, 13])
    """The states of an order that is not paid yet: it is looked at again every run."""
    hold_states: list[ShopId] = Field(default_factory=list)
    """The states of an order that waits for a person: it is told once, and goes when it comes to one of `states`."""
    placed_from: date | None = None
    """Orders placed before this day never go."""
    compare_cart: bool = True
    """Hold an order that has fewer lines than its cart (PrestaShop bug 35690)."""
    company_numbers: Literal["list", "hold", "ignore"] = "list"
    """What becomes of a company's order whose SIREN, SIRET or VAT number is wrong or missing: it goes and is listed, it
    is held, or nobody looks."""
    chunk: Count = 100
    """Orders of one task run."""
    followed_days: Annotated[int, Field(ge=0)] = 60
    """For so many days after an order was handed over its credit slips, payments and addresses are looked at, and once
    a day the whole of it; 0: only orders whose own date of change moves."""
    cancel_states: list[ShopId] = Field(default_factory=list)
    """The states of the shop that cancel the ERP's document while nothing was made of it; none: a person does it."""
    tracking_to_erp: bool = False
    """Write the number of a parcel that the shop has into the ERP's document, where its own field is empty."""
    send_document_number: bool = False
    """Show the ERP's documents, type, number and date, on the order's page: to the customer and in the back office."""
    send_delivery_date: bool = False
    """Show the day on which the ERP will deliver, and write it to the order's own field."""
    send_delivery_details: bool = False
    """Show what has left with which document and in which parcel."""
    status_rules: list[StatusRule] | None = None
    """The first rule that fits counts; a rule further up is a state later in the life of an order. None: the ERP's."""

    @property
    def shows_documents(self) -> bool:
        """Whether any switch asks for the ERP's documents on the orders' pages."""
        return self.send_document_number or self.send_delivery_date or self.send_delivery_details


class Returns(Section):
    """`[returns]`: which merchandise returns go to the ERP, and what its statuses do to them."""

    states: States = Field(default_factory=lambda: [1])
    """The states (ids) of a return that goes: waiting for confirmation."""
    status_rules: list[StatusRule] | None = None
    """As for orders, with the states of returns."""

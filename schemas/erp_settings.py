"""The part of settings.toml that is about the ERP and the orders that travel to it."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, field_validator

from schemas.setting_values import Count, Secret, Section, ShopId, fault, is_loopback


def _service_url(value: Any) -> Any:
    if not isinstance(value, str) or not value:
        return value
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise fault("erp_url", "this is not the address of a Cegid", 'Write it like "https://...cegid.cloud/Y2".')
    if parts.username is not None:
        raise fault("erp_url", "the address holds a user or a password", "Write the address alone.")
    return value.rstrip("/")


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


class CegidAccess(Section):
    """`[cegid.test]` and `[cegid.production]`: one access to one database of Cegid."""

    allow_plain_http: bool = False
    """Allow `http://` beyond this machine: password and customers then travel in clear."""
    url: Annotated[str, BeforeValidator(_service_url)] = ""
    """The root of the services, such as `https://123456-retail-ondemand.cegid.cloud/Y2`."""
    user: str = ""
    """`DOMAIN\\USER`."""
    password: Secret | None = None
    """Where the password is: `env:NAME` or `block:name`."""
    database: str = ""
    """`DatabaseId`, such as `123456_001_PROD`."""

    @field_validator("url")
    @classmethod
    def _plain_http_only_on_loopback(cls, url: str, info: ValidationInfo) -> str:
        parts = urlsplit(url)
        allowed = info.data.get("allow_plain_http", False) or is_loopback(parts.hostname or "")
        if parts.scheme == "http" and not allowed:
            remedy = "Write https://, or set `allow_plain_http = true` in this table if the line is private."
            raise fault("plain_http", "with http:// the password travels in clear", remedy)
        return url

    @property
    def missing(self) -> tuple[str, ...]:
        """The keys that an access cannot do without and that are not there."""
        return tuple(name for name in ("url", "user", "password", "database") if not getattr(self, name))


class ServiceItems(Section):
    """`[cegid.items]`: the items, kept out of stock, that stand for what is no product; empty: such orders are held."""

    misc: str = ""
    shipping: str = ""
    wrapping: str = ""
    discount: str = ""


class Cegid(Section):
    """`[cegid]`: where orders go and how they are written there."""

    use: Literal["none", "test", "production"] = "none"
    """Which of the two accesses is used. With `test` nothing is written to the shop."""
    test: CegidAccess = CegidAccess()
    production: CegidAccess = CegidAccess()
    items: ServiceItems = ServiceItems()
    store: str = ""
    """The code of the e-commerce store."""
    warehouse: str = ""
    """The code of the warehouse that delivers; empty: Cegid's own choice."""
    order_prefix: Prefix = "WEB"
    """Before the order's id: the internal reference of its document. No other shop of this ERP has the same."""
    customer_prefix: Prefix = "WEB"
    """Before the customer's id on ten digits: the code of customers that the shop brings."""
    existing_customers: Literal["complete", "update", "leave"] = "complete"
    """What becomes of a customer that the ERP has already when somebody orders under the same e-mail: `complete` fills
    its empty fields, `update` writes what the shop says, `leave` writes nothing. A customer that was created for an
    account of the shop follows that account."""
    other_names: Literal["send", "hold"] = "send"
    """An order whose customer has, in the ERP, the same e-mail under another name: it is sent on that customer's file,
    which is reported, or held."""
    document_type: Literal["CustomerOrder", "Receipt"] = "CustomerOrder"
    """`CustomerOrder` needs Cegid's e-commerce module; a `Receipt` carries no carrier."""
    default_markdown: str = ""
    """The markdown reason of discounts that were made in the shop."""
    group_member: str = ""
    """The customer's member that holds the group's code, such as `PriceListCode`; empty: the group is not sent."""
    vat_member: str = "FiscalId"
    """The customer's member that holds the VAT number of the address to invoice; empty: it is not sent."""
    address_length: Annotated[int, Field(ge=10)] = 35
    """Characters in a line of an address: 35 before the 2023 versions of Cegid, 70 since."""
    unknown_items: Literal["send", "misc", "hold"] = "send"
    """What becomes of a product that did not come from the ERP: its reference is sent all the same, the misc item
    stands for it, or its order is held."""
    discount_quantity: Literal[-1, 1] = -1
    """-1: a cart discount is a line of quantity -1; 1: one with a negative price."""
    connections: Annotated[int, Field(ge=1, le=16)] = 4
    """Requests at the same time."""
    timeout_seconds: Annotated[float, Field(gt=0)] = 60.0
    verify_tls: bool | str = True
    """true, false, or the path of a file of trusted certificates."""


class StatusRule(Section):
    """`[[orders.status_rules]]`, `[[returns.status_rules]]`: a status of a document, and the shop's state."""

    member: Literal[
        "CancelStatus", "FollowUpStatus", "ShippingStatus", "ReturnStatus", "PaymentStatus", "BillingStatus"
    ]
    values: Annotated[list[str], Field(min_length=1)]
    """The ERP's words; `CancelStatus` is also `Locked` and `Unlocked`, which cancel nothing."""
    state: ShopId
    """The id of the shop's state."""
    mail: bool = False
    """Send the customer the mail of this state."""
    final: bool = False
    """The order is not followed any further."""


def _status_rules() -> list[StatusRule]:
    # The order of the rules and their statuses are those of the guide.
    return [
        StatusRule(member="CancelStatus", values=["Canceled"], state=6, final=True),
        StatusRule(member="FollowUpStatus", values=["RecievedByCustomer"], state=5, final=True),
        StatusRule(member="ShippingStatus", values=["InProgress", "Totally"], state=4),
        StatusRule(member="FollowUpStatus", values=["Validated"], state=3),
    ]


class Orders(Section):
    """`[orders]`: which orders go to the ERP, and what its statuses do to them."""

    states: States = Field(default_factory=lambda: [2, 9, 11])
    """The states (ids) of an order that goes: payment accepted, on backorder (paid), remote payment accepted."""
    waiting_states: list[ShopId] = Field(default_factory=lambda: [1, 8, 10, 12, 13])
    """The states of an order that is not paid yet: it is looked at again every run."""
    placed_from: date | None = None
    """Orders placed before this day never go."""
    compare_cart: bool = True
    """Hold an order that has fewer lines than its cart (PrestaShop bug 35690)."""
    chunk: Count = 100
    """Orders of one task run."""
    followed_days: Annotated[int, Field(ge=0)] = 60
    """For so many days after an order was handed over its credit slips, payments and addresses are looked at, and once
    a day the whole of it; 0: only orders whose own date of change moves."""
    cancel_states: list[ShopId] = Field(default_factory=list)
    """The states of the shop that cancel the ERP's document while nothing was made of it; none: a person does it."""
    status_rules: list[StatusRule] = Field(default_factory=_status_rules)
    """The first rule that fits counts; a rule further up is a state later in the life of an order."""


def _return_rules() -> list[StatusRule]:
    # 2: waiting for package, 4: return denied, 5: return completed.
    return [
        StatusRule(member="ReturnStatus", values=["Returned"], state=5, final=True),
        StatusRule(member="ReturnStatus", values=["ReturnRefused"], state=4, final=True),
        StatusRule(member="ReturnStatus", values=["ReturnValidated"], state=2),
    ]


class Returns(Section):
    """`[returns]`: which merchandise returns go to the ERP, and what its statuses do to them."""

    states: States = Field(default_factory=lambda: [1])
    """The states (ids) of a return that goes: waiting for confirmation."""
    status_rules: list[StatusRule] = Field(default_factory=_return_rules)
    """As for orders, with the states of returns."""

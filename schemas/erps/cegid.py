"""`[erp.cegid]`: what of the settings only Cegid Retail knows, and its words for what has become of a document."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator

from schemas.setting_values import Secret, Section, fault, is_loopback
from schemas.status_rules import StatusRule

STATUS_MEMBERS = (
    "CancelStatus",
    "FollowUpStatus",
    "ShippingStatus",
    "ReturnStatus",
    "PaymentStatus",
    "BillingStatus",
)
"""`CancelStatus` is also `Locked` and `Unlocked`, which cancel nothing."""
# The order of the rules and their statuses are those of the guide; the spelling is Cegid's.
ORDER_RULES = (
    StatusRule(member="CancelStatus", values=["Canceled"], state=6, final=True),
    StatusRule(member="FollowUpStatus", values=["RecievedByCustomer"], state=5, final=True),
    StatusRule(member="ShippingStatus", values=["InProgress", "Totally"], state=4),
    StatusRule(member="FollowUpStatus", values=["Validated"], state=3),
)
# 2: waiting for package, 4: return denied, 5: return completed.
RETURN_RULES = (
    StatusRule(member="ReturnStatus", values=["Returned"], state=5, final=True),
    StatusRule(member="ReturnStatus", values=["ReturnRefused"], state=4, final=True),
    StatusRule(member="ReturnStatus", values=["ReturnValidated"], state=2),
)


def _service_url(value: Any) -> Any:
    if not isinstance(value, str) or not value:
        return value
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise fault("erp_url", "this is not the address of a Cegid", 'Write it like "https://...cegid.cloud/Y2".')
    if parts.username is not None:
        raise fault("erp_url", "the address holds a user or a password", "Write the address alone.")
    return value.rstrip("/")


class CegidAccess(Section):
    """`[erp.cegid.test]` and `[erp.cegid.production]`: one access to one database of Cegid."""

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


class Cegid(Section):
    """`[erp.cegid]`: the store, and how documents and customers are written."""

    test: CegidAccess = CegidAccess()
    production: CegidAccess = CegidAccess()
    store: str = ""
    """The code of the e-commerce store."""
    warehouse: str = ""
    """The code of the warehouse that delivers; empty: Cegid's own choice."""
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
    discount_quantity: Literal[-1, 1] = -1
    """-1: a cart discount is a line of quantity -1; 1: one with a negative price."""
    connections: Annotated[int, Field(ge=1, le=16)] = 4
    """Requests at the same time."""
    timeout_seconds: Annotated[float, Field(gt=0)] = 60.0
    verify_tls: bool | str = True
    """true, false, or the path of a file of trusted certificates."""

    @property
    def associated(self) -> frozenset[str]:
        """The tables of associations.toml that it needs a code of for everything that the shop uses."""
        carriers = {"carriers"} if self.document_type != "Receipt" else set()
        groups = {"groups"} if self.group_member else set()
        return frozenset({"countries", "titles", "payments"} | carriers | groups)

"""`[erp.dolibarr]`: what of the settings only Dolibarr knows, and its words for what has become of an order."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator

from schemas.setting_values import Secret, Section, fault, is_loopback
from schemas.status_rules import StatusRule

STATUS_MEMBERS = ("status", "billed", "shipment")
"""`status`: canceled, draft, validated, shipping, delivered; `billed`: yes, no; `shipment`: none, draft, validated,
closed."""
ORDER_RULES = (
    StatusRule(member="status", values=["canceled"], state=6, final=True),
    StatusRule(member="status", values=["delivered"], state=5, final=True),
    StatusRule(member="status", values=["shipping"], state=4),
)
RETURN_RULES: tuple[StatusRule, ...] = ()
SERVICES = {"misc": "PS-MISC", "shipping": "PS-SHIPPING", "wrapping": "PS-WRAPPING", "discount": "PS-DISCOUNT"}
"""The services that stand for what is no product where the settings name none; they are made by themselves."""


def _service_url(value: Any) -> Any:
    if not isinstance(value, str) or not value:
        return value
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise fault("erp_url", "this is not the address of a Dolibarr", 'Write it like "https://erp.example.com".')
    if parts.username is not None:
        raise fault("erp_url", "the address holds a user or a password", "Write the address alone.")
    return value.rstrip("/")


def _rate(value: str) -> str:
    try:
        Decimal(value)
    except ArithmeticError:
        raise fault("vat_rate", "this is not a rate in per cent", 'Write it like "5.5".') from None
    return value


HOOKS: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(
            ("ORDER_CLOSE", "ORDER_CANCEL", "SHIPPING_VALIDATE", "SHIPPING_CLOSED"), "import_order_statuses"
        ),
        **dict.fromkeys(("PRODUCT_CREATE", "PRODUCT_MODIFY", "PRODUCT_PRICE_MODIFY"), "import_products"),
        "STOCK_MOVEMENT": "import_stock",
        "BILL_VALIDATE": "import_invoices",
    }
)
"""The flow that runs when a webhook says that this has happened."""


class DolibarrAccess(Section):
    """`[erp.dolibarr.test]` and `[erp.dolibarr.production]`: one access to one Dolibarr."""

    allow_plain_http: bool = False
    """Allow `http://` beyond this machine: key and customers then travel in clear."""
    url: Annotated[str, BeforeValidator(_service_url)] = ""
    """The address of Dolibarr, such as `https://erp.example.com`."""
    key: Secret | None = None
    """Where the API key is: `env:NAME` or `block:name`."""

    @field_validator("url")
    @classmethod
    def _plain_http_only_on_loopback(cls, url: str, info: ValidationInfo) -> str:
        parts = urlsplit(url)
        allowed = info.data.get("allow_plain_http", False) or is_loopback(parts.hostname or "")
        if parts.scheme == "http" and not allowed:
            remedy = "Write https://, or set `allow_plain_http = true` in this table if the line is private."
            raise fault("plain_http", "with http:// the key travels in clear", remedy)
        return url

    @property
    def missing(self) -> tuple[str, ...]:
        """The keys that an access cannot do without and that are not there."""
        return tuple(name for name in ("url", "key") if not getattr(self, name))


class Dolibarr(Section):
    """`[erp.dolibarr]`: how orders and customers are written."""

    test: DolibarrAccess = DolibarrAccess()
    production: DolibarrAccess = DolibarrAccess()
    invoices: bool = True
    """Whether an order is followed by its invoice and its payments."""
    bank_account: str = ""
    """The reference of the bank account of payments whose mode names none; a mode is `CB` or `CB/ACCOUNT`."""
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")] = "EUR"
    """Dolibarr's own currency: orders in another one are held."""
    country: Annotated[str, Field(pattern="^[A-Z]{2}$")] = "FR"
    """The country of Dolibarr's company, whose VAT rates count."""
    vat_rates: list[Annotated[str, BeforeValidator(_rate)]] = Field(
        default_factory=lambda: ["0", "2.1", "5.5", "10", "20"]
    )
    """The VAT rates in per cent of a Dolibarr before 23, which does not give its own."""
    consumer_type: Annotated[int, Field(ge=1)] = 8
    """The id of the type of third party that a consumer is, of a Dolibarr before 23: 8 unless it was changed."""
    connections: Annotated[int, Field(ge=1, le=8)] = 3
    """Requests at the same time; one of them at most writes."""
    wait_seconds: Annotated[float, Field(ge=0)] = 600.0
    """How long a run waits for another one that writes to the same Dolibarr."""
    timeout_seconds: Annotated[float, Field(gt=0)] = 60.0
    verify_tls: bool | str = True
    """true, false, or the path of a file of trusted certificates."""

    @property
    def associated(self) -> frozenset[str]:
        """The tables of associations.toml that it needs a code of for everything that the shop uses."""
        return frozenset({"payments"}) if self.invoices else frozenset()

"""settings.toml: everything a shop decides that is not a column, with its default."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from importlib.resources import files
from typing import Annotated, Any, ClassVar, Literal
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, InstanceOf, ValidationInfo, field_validator

from schemas.catalogue_settings import Catalogue
from schemas.erp_settings import Erp, Orders, Returns
from schemas.erps import MOVED
from schemas.event_settings import Events
from schemas.notify_settings import Notify, Reports
from schemas.schedule_settings import Schedules
from schemas.setting_values import Count, Secret, SecretName, Section, Share, ShopId, fault, is_loopback, secret_name
from schemas.source_settings import Sources
from schemas.status_rules import StatusRule
from schemas.toml_faults import parse_toml

__all__ = ["Erp", "Orders", "Returns", "SecretName", "ShopSettings", "default_settings_text", "parse_settings"]

_MOST_LINES = 500
"""Of one request to our module: PHP and the web server in front end one that takes too long."""
_MOST_SHORT_LINES = 1000
_SHORT_LINES = ("stock_lines", "specific_price_lines")
"""A quantity costs it a fortieth of a millisecond, a price a twenty-fifth, or what modules that are told of it take."""
_LINES = (*_SHORT_LINES, "price_lines", "lowest_prices", "product_lines", "combination_lines")
"""Resources of our module that take many lines in one request; `combination_lines` are those of `product_lines`."""


def _ledger_url(value: Any) -> Any:
    if isinstance(value, str) and (value == "" or value.startswith("sqlite:///")):
        return value
    return secret_name(value)


def _shop_url(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise fault("shop_url", "this is not the address of a shop", 'Write it like "https://www.example.com".')
    if parts.username is not None:
        raise fault("shop_url", "the address holds a user or a key", "Write the address alone; the key goes to `key`.")
    return value.rstrip("/").removesuffix("/api").rstrip("/")


def _admin_url(value: Any) -> Any:
    if not isinstance(value, str) or not value:
        return value
    parts = urlsplit(value)
    is_address = parts.scheme in {"http", "https"} and parts.hostname and parts.username is None
    if not is_address or not parts.path.strip("/").removesuffix("index.php"):
        reason = "this is not the address of a back office"
        raise fault("admin_url", reason, 'Write it like "https://www.example.com/admin123".')
    return f"{parts.scheme}://{parts.netloc}{parts.path.partition('/index.php')[0].rstrip('/')}"


class Limits(Section):
    """`[shop.limits]`: how hard the shop may be asked to work."""

    max_connections: Count = 6
    """Requests at the same time."""
    max_batch: Annotated[int, Field(ge=1, le=1000)] = 100
    """Entities in one document, at most; the client goes lower by itself when the shop is slow."""
    max_batch_by_resource: dict[str, Count] = Field(default_factory=dict)
    """The same for one resource, for example `products = 50`; stock and specific prices: five times `max_batch`."""
    max_body_bytes: Annotated[int, Field(ge=10_000)] = 900_000
    """Size of one document sent; nginx refuses above 1 MB unless told otherwise."""
    max_url_bytes: Annotated[int, Field(ge=500, le=8000)] = 6000
    """Length of one address; web servers refuse lines above 8 kB."""
    timeout_seconds: Annotated[float, Field(gt=0)] = 60.0
    """Wait for one answer; after it the outcome of a write is unknown and is read back."""
    patience_seconds: Annotated[float, Field(gt=0)] = 90.0
    """Wait for a shop that is away, in all, before a request counts as failed."""
    settle_seconds: Annotated[float, Field(ge=0)] = 1.0
    """How long a shop must show the same after a lost answer: it goes on writing after its client has left."""
    pace: Literal["polite", "full"] = "polite"
    """`polite` leaves the shop time for its visitors, `full` does not wait."""

    def unknown_resources(self, known: Collection[str]) -> list[str]:
        """The resources that are limited by themselves and are neither among these nor of our module."""
        return sorted(self.max_batch_by_resource.keys() - set(known) - set(_LINES))

    def by_resource(self) -> dict[str, int]:
        """The most entities in one document of the resources that differ from `max_batch`.

        A stock row or a specific price costs the shop half a millisecond, a product fifteen (FACTS 7.1): unless it is
        set, their documents may hold five times as many; so may requests of lines to our module, up to 500, and of
        quantities and specific prices ten times, up to 1,000.
        """
        few_columns = dict.fromkeys(("stock_availables", "specific_prices"), 5 * self.max_batch)
        lines = dict.fromkeys(_LINES, min(_MOST_LINES, 5 * self.max_batch))
        short = dict.fromkeys(_SHORT_LINES, min(_MOST_SHORT_LINES, 10 * self.max_batch))
        return few_columns | lines | short | self.max_batch_by_resource

    def batch(self, resource: str) -> int:
        """The most entities one document of `resource` may hold."""
        return self.by_resource().get(resource, self.max_batch)


class Shop(Section):
    """`[shop]`: where the shop is and how to speak with it."""

    allow_plain_http: bool = False
    """Allow `http://` beyond this machine: key and customers then travel in clear."""
    url: Annotated[str, BeforeValidator(_shop_url)]
    """The shop's address, without `/api`; kept without a slash at its end."""
    key: Secret
    """Where the webservice key is: `env:NAME` or `block:name`."""
    name: str = ""
    """What reports call the shop; empty: the name of its folder."""
    language: Literal["fr", "en"] = "en"
    """The language of reports and messages."""
    id_shop: ShopId | None = None
    """The shop inside a multishop; None: the key's own shop."""
    admin_url: Annotated[str, BeforeValidator(_admin_url)] = ""
    """The back office's address with its folder, for links to products, orders and customers; empty: no links."""
    armed_for: str | None = None
    """The address (with `#id_shop` where there is one) that may be written to; "": none. None: a folder from before."""
    verify_tls: bool | str = True
    """true, false, or the path of a file of trusted certificates."""
    lane: Literal["webservice", "module", "module-plain"] = "webservice"
    """How quantities, new products and specific prices go: by the webservice, or hundreds at once through our module
    (`module`: other modules are told of each change, `module-plain`: they are not)."""
    limits: Limits = Limits()

    @property
    def address(self) -> str:
        """What tells this shop from others: its address, and its number where the PrestaShop has several."""
        return f"{self.url}#{self.id_shop}" if self.id_shop else self.url

    @property
    def is_armed(self) -> bool:
        """Whether the shop and its ERP may be written to."""
        return self.armed_for is None or self.armed_for == self.address

    @field_validator("url")
    @classmethod
    def _plain_http_only_on_loopback(cls, url: str, info: ValidationInfo) -> str:
        parts = urlsplit(url)
        allowed = info.data.get("allow_plain_http", False) or is_loopback(parts.hostname or "")
        if parts.scheme == "http" and not allowed:
            raise fault(
                "plain_http",
                "with http:// the key travels in clear",
                "Write https://, or set `allow_plain_http = true` under [shop] if the line is private.",
            )
        return url


class Ledger(Section):
    """`[ledger]`: our own memory."""

    url: Annotated[str | InstanceOf[SecretName], BeforeValidator(_ledger_url)] = ""
    """Empty: `ledger.db` in the shop's folder. `sqlite:///path`, or `env:`/`block:` of a PostgreSQL URL."""


class Files(Section):
    """`[files]`: where files are dropped and when one is complete. Folders are relative to the shop's folder."""

    folder: str = "streams"
    archives: str = "archives"
    complete: Literal["stable", "marker"] = "stable"
    """`stable`: size and time have not moved; `marker`: a file of the same name plus `marker_suffix` exists."""
    stable_seconds: Annotated[float, Field(ge=0)] = 5.0
    marker_suffix: Annotated[str, Field(min_length=1)] = ".ok"
    retention_days: Count = 30
    """Archives, rejects, reports, and what the ledger keeps of old runs, are deleted after so many days."""


class Products(Section):
    """`[products]`: how items become products."""

    prices: Literal["tax_excl", "tax_incl"] = "tax_excl"
    """What the `price` column holds."""
    default_category: ShopId = 2
    """id_category where products without a category arrive; it may be disabled."""
    home_category: ShopId | None = None
    """id_category under which category paths start; None: the shop's home category."""
    closed_combinations: Literal["zero-stock", "delete"] = "zero-stock"
    """What closing a combination does: combinations have no active flag."""
    default_tax_rules_group: Annotated[int, Field(ge=0)] | None = None
    """id_tax_rules_group of new products without tax code; None: the default country's own."""
    deleted_in_shop: Literal["recreate", "leave"] = "recreate"
    """What becomes of a product or combination that somebody deleted in the shop and the ERP still sells."""
    same_ean: Literal["ask", "create"] = "ask"
    """What a new reference does whose EAN belongs to an article that the files no longer sell: it is held with the
    question whether the reference was renamed, or made as another article."""
    new_from_erp: bool = False
    """Whether an item that the ERP sells and the shop does not have is made in the shop, where the ERP is asked."""
    new_category: str = ""
    """The category of the ERP in which, or below which, such an item has to be; empty: any item."""


_MOST_PIECES = 2**31 - 1


class Stock(Section):
    """`[stock]`: how quantities are looked after."""

    repair: bool = False
    """Whether `check_stock` writes what the shop should have where nothing explains what it has; else it lists it."""
    warehouses: list[str] = Field(default_factory=list)
    """The warehouses whose quantities are added up, where the files have a column `warehouse`."""
    quantity_if_not_kept: Annotated[int, Field(ge=0, le=_MOST_PIECES)] = 999
    """The quantity of items that the ERP keeps no stock of, where the files have a column `kept_in_stock`."""
    unseen_orders: Literal["ignore", "take_off"] = "ignore"
    """Whether pieces of paid orders that the ERP has not confirmed are taken off what its stock files say."""
    seen_after_minutes: Annotated[int, Field(ge=0)] = 60
    """A file that was written so long after the ERP had confirmed an order counts it."""
    unseen_days: Annotated[int, Field(ge=1, le=90)] = 7
    """Orders placed so long ago are taken off no more."""
    ships_from: str = ""
    """The warehouse that web orders leave: nothing is taken off where it is not among `warehouses`."""


class Images(Section):
    """`[images]`: pictures of products."""

    folder: Annotated[str, Field(min_length=1)] = "images"
    """Where they lie, relative to the shop's folder; folders beneath it count too."""
    absent: Literal["keep", "delete"] = "keep"
    """What becomes of a picture that we have sent and whose file is gone."""
    from_erp: bool = False
    """Whether the pictures that the ERP has of the shop's items are put into the folder first, below `erp`."""


KIND_WORDS: Mapping[str, Literal["invoice", "credit"]] = {
    "invoice": "invoice",
    "facture": "invoice",
    "fa": "invoice",
    "fc": "invoice",
    "f": "invoice",
    "6": "invoice",
    "7": "invoice",
    "credit": "credit",
    "avoir": "credit",
    "av": "credit",
    "ba": "credit",
    "a": "credit",
    "5": "credit",
}
"""What Sage, Gestimum and people call invoices and credit notes."""


class Invoices(Section):
    """`[invoices]`: invoices of the ERP on the orders' pages."""

    kind_words: dict[str, Literal["invoice", "credit"]] = Field(default_factory=dict)
    """What the column `kind` holds, beside the usual words; an empty cell is an invoice."""
    max_pdf_bytes: Annotated[int, Field(ge=1, le=7_000_000)] = 5_000_000
    """A larger PDF is not sent."""

    @property
    def words(self) -> dict[str, Literal["invoice", "credit"]]:
        """Every word, without case."""
        return {word.casefold(): kind for word, kind in {**KIND_WORDS, **self.kind_words}.items()}


class SpecificPrices(Section):
    """`[specific_prices]`: how the ERP's discounts become specific prices."""

    prices: Literal["tax_excl", "tax_incl"] = "tax_excl"
    """What the `price` column holds."""
    overwrite: bool = False
    """Whether a price made by hand in the shop is overwritten when the ERP has one for the same case."""
    recompute_percentage: bool = False
    """Whether a row that only has a new price becomes a reduction in per cent, which the shop shows."""
    last_day_included: bool = True
    """Whether a price whose end is a day without time holds until the end of that day."""


class Omnibus(Section):
    """`[omnibus]`: the price before a reduction, as EU directive 2019/2161 wants it shown."""

    keep_prices: bool = False
    """Whether every price and discount that the shop was confirmed to have is kept in the ledger."""
    new_items: Literal["show", "hide"] = "show"
    """Of an item on sale for less than 30 days: the lowest price since it came on sale, or nothing."""
    unknown_days: Literal["show", "hide"] = "hide"
    """Of an item of which the ledger does not know all of the 30 days: the lowest price that it knows, or nothing."""
    shown_by: Literal["module", "feature", "both"] = "module"
    """What shows it: our module beside the price, a feature among the details of the product, or both."""


class StoreOrders(Section):
    """`[store_orders]`: how sales of the stores become orders."""

    payment: Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[^<>={}]+$")] = "Store"
    """How the orders say that they were paid."""
    carrier: Annotated[int, Field(ge=0)] = 0
    """id_carrier of the orders; 0: none."""
    unknown_products: Literal["refuse", "keep"] = "refuse"
    """What an article that the shop does not have does: holds the sale, or is a row without a product."""
    count_in_stats: bool = False
    """Whether the shop's statistics count these orders."""
    take_stock: bool = False
    """Whether what a store sold is taken off the shop's quantities, where the ERP's stock does not say it."""


class Undo(Section):
    """`[undo]`: putting back what a run replaced."""

    keep_days: Annotated[int, Field(ge=0, le=365)] = 14
    """For how long the values that runs replaced are kept, encrypted; 0: not at all, and nothing can be undone."""


class ReadBack(Section):
    """`[read_back]`: what is read again after it was written, before it counts as confirmed."""

    mode: Literal["all", "sample", "none"] = "all"
    sample_share: Share = 0.05


class Guards(Section):
    """`[guards]`: the shares (0 to 1) above which a plan is not applied unless accepted knowingly."""

    max_deactivated_share: Share = 0.10
    max_zeroed_share: Share = 0.30
    max_price_changed_share: Share = 0.30
    min_rows_share: Share = 0.50
    """A file with fewer rows than this share of its predecessors' stops the run."""
    min_affected: Annotated[int, Field(ge=0)] = 20
    """Below so many rows a share never trips."""
    history: Count = 5
    """How many predecessors a file is compared with."""


class ShopSettings(Section):
    """settings.toml of one shop."""

    moved: ClassVar[Mapping[str, str]] = MOVED
    shop: Shop
    ledger: Ledger = Ledger()
    files: Files = Files()
    sources: Sources = Sources()
    products: Products = Products()
    stock: Stock = Stock()
    images: Images = Images()
    invoices: Invoices = Invoices()
    specific_prices: SpecificPrices = SpecificPrices()
    omnibus: Omnibus = Omnibus()
    store_orders: StoreOrders = StoreOrders()
    undo: Undo = Undo()
    read_back: ReadBack = ReadBack()
    guards: Guards = Guards()
    erp: Erp = Erp()
    orders: Orders = Orders()
    returns: Returns = Returns()
    schedules: Schedules = Schedules()
    events: Events = Events()
    catalogue: Catalogue = Catalogue()
    reports: Reports = Reports()
    notify: Notify = Notify()

    @field_validator("orders", "returns")
    @classmethod
    def _statuses_are_the_erps(cls, table: Orders | Returns, info: ValidationInfo) -> Orders | Returns:
        members = info.data["erp"].status_words.members if "erp" in info.data else ()
        for number, rule in enumerate(table.status_rules or (), 1):
            if members and rule.member not in members:
                reason = f"status_rules: the member of rule {number} is no status of this ERP"
                raise fault("status_member", reason, f"Write one of: {', '.join(members)}.")
        return table

    @property
    def order_rules(self) -> Sequence[StatusRule]:
        """What the statuses of documents do to orders."""
        own = self.orders.status_rules
        return self.erp.status_words.order_rules if own is None else own

    @property
    def return_rules(self) -> Sequence[StatusRule]:
        """What they do to returns."""
        own = self.returns.status_rules
        return self.erp.status_words.return_rules if own is None else own


def parse_settings(text: str, *, source: str) -> ShopSettings:
    """The settings of a shop. `ConfigurationError` names every fault at once, with line and remedy."""
    return parse_toml(text, ShopSettings, source=source)


def default_settings_text(language: str) -> str:
    """A settings.toml to start from; comments and reports in `language` (`fr` or `en`)."""
    name = "settings.fr.toml" if language == "fr" else "settings.toml"
    template = files("schemas.defaults").joinpath(name).read_text(encoding="utf-8")
    return template.replace('language = "en"', f'language = "{language}"')

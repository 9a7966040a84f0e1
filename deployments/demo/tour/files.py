"""The tour's shop: few articles, each with a part to play, the files that name them, and the settings of the day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from random import Random

from deployments.demo.catalogue import Article, first_day
from deployments.demo.files import write_configuration
from deployments.demo.flat_rows import columns_of
from deployments.demo.folder import FRENCH_STANDARD_RATE
from deployments.demo.rows import PRODUCT_COLUMNS, STOCK_COLUMNS, line_of, product_lines, stock_lines
from deployments.sandbox.dolibarr import SandboxDolibarr
from schemas.price_changes import Origin, PriceChange

SEED = 7
_ITEMS, _SIMPLE, _WITH_SIZES = 200, 9, 2
_TAX = Decimal("1.2")
_CENT = Decimal("0.01")
PERCENT_OFF = 20
SETTINGS = """
[stock]
unseen_orders = "take_off"

[orders]
company_numbers = "hold"

[omnibus]
keep_prices = true

[events]
poll_seconds = 0.5
"""
"""What the parts that the tour shows are switched on with."""


@dataclass(frozen=True, slots=True)
class Cast:
    """The articles, and what each is there for."""

    last_pieces: Article
    """There are two: one is sold in the shop, one in a store."""
    reduced: Article
    repriced: tuple[Article, ...]
    """Get a new price by a plan that somebody reads first."""
    slipped: tuple[Article, ...]
    """Get a price whose comma has slipped."""
    sold: tuple[Article, ...]
    """What people buy beside it."""
    twin: Article
    """Gets the reference of another one."""
    all: tuple[Article, ...]


def cast() -> Cast:
    """The same every time."""
    articles = first_day(_ITEMS, Random(SEED))  # noqa: S311 - seeded, to be the same every time
    simple = [replace(article, quantity=9) for article in articles if not article.parent][:_SIMPLE]
    simple[0] = replace(simple[0], quantity=2)
    items = list(dict.fromkeys(article.parent for article in articles if article.parent))[:_WITH_SIZES]
    sizes = [replace(article, quantity=6) for article in articles if article.parent in items]
    return Cast(
        last_pieces=simple[0],
        reduced=simple[1],
        repriced=tuple(simple[2:5]),
        slipped=tuple(simple[5:7]),
        sold=(simple[7], *sizes[::3]),
        twin=simple[8],
        all=(*simple, *sizes),
    )


def with_tax(price: Decimal) -> Decimal:
    """To the cent."""
    return (price * _TAX).quantize(_CENT, ROUND_HALF_UP)


def reduced_price(article: Article) -> Decimal:
    """What visitors pay once the discount is there, with tax."""
    return with_tax(article.price * (100 - PERCENT_OFF) / 100)


def former_prices(article: Article) -> tuple[tuple[int, Decimal], ...]:
    """(days ago, price) since the shop sells it: cheap long ago, dearer since then, but for a sale three weeks ago."""
    price = article.price
    return ((70, price - 12), (45, price), (21, price - 6), (11, price))


def lowest_before(prices: Sequence[tuple[int, Decimal]], days: int = 30) -> Decimal:
    """The lowest of the prices that were in force at some moment of the last `days` days."""
    begun_before = [price for ago, price in prices if ago >= days][-1:]
    return min([*begun_before, *(price for ago, price in prices if ago < days)])


def price_lines(article: Article) -> list[PriceChange]:
    """The former prices as the price ledger has them."""
    now = datetime.now(UTC)
    return [
        PriceChange(article.reference, now - timedelta(days=ago), price=price, origin=Origin.ARCHIVE)
        for ago, price in former_prices(article)
    ]


class Drop:
    """The ERP drops its files in the shop's folder."""

    def __init__(self, folder: Path) -> None:
        self._streams = folder / "streams"
        self._files = 0

    def products(self, articles: Sequence[Article]) -> None:
        """These articles, at their prices."""
        self._write("product", PRODUCT_COLUMNS, product_lines(articles))

    def stock(self, articles: Sequence[Article]) -> None:
        """Their quantities, as the ERP knows them."""
        self._write("stock", STOCK_COLUMNS, stock_lines(articles))

    def discount(self, article: Article) -> None:
        """`PERCENT_OFF` for everybody, from now on."""
        columns = columns_of("specificprice")
        row: Mapping[str, str] = {
            "reference": article.reference,
            "erp_code": "SOLDES",
            "reduction": str(PERCENT_OFF),
            "type": "%",
            "reduction_tax": "1",
        }
        self._write("specificprice", columns, [line_of([row.get(name, "") for name in columns])])

    def _write(self, stream: str, columns: Sequence[str], lines: Sequence[str]) -> None:
        self._files += 1
        path = self._streams / stream / f"{stream}_{self._files:02}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join([";".join(columns), *lines]) + "\n", encoding="utf-8")


def write_folder(folder: Path, url: str, dolibarr: SandboxDolibarr, *, language: str, settings: str) -> None:
    """The folder of the tour's shop, whose orders go to this Dolibarr; `settings` stand at the end of its own."""
    write_configuration(folder, url=url, language=language, tax_rules_group=FRENCH_STANDARD_RATE, dolibarr=dolibarr)
    (folder / "export.json").write_text('{"order": {"enabled": true}}\n', encoding="utf-8")
    path = folder / "settings.toml"
    path.write_text(path.read_text(encoding="utf-8") + settings, encoding="utf-8")

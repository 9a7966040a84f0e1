"""The made-up catalogue as lines of CSV, in the columns of the demo's import.json."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from decimal import Decimal

    from deployments.demo.catalogue import Article

PRODUCT_COLUMNS = (
    "reference",
    "reference_parent",
    "ean13",
    "name",
    "active",
    "wholesale_price",
    "price",
    "tax_code",
    "weight",
    "description",
    "manufacturer",
    "nameEN",
    "couleur",
    "taille",
    "matiere",
    "saison",
    "category1",
    "category2",
    "category3",
)
STOCK_COLUMNS = ("reference", "quantity")


def cells(article: Article) -> list[str]:
    """The cells of one article, in the order of `PRODUCT_COLUMNS`."""
    return [
        article.reference,
        article.parent,
        article.ean13,
        article.name,
        "1" if article.active else "0",
        _comma(article.wholesale_price),
        _comma(article.price),
        article.tax_code,
        _comma(article.weight),
        article.description,
        article.maker,
        article.name_en,
        article.colour,
        article.size,
        article.material,
        article.season,
        *article.path,
    ]


def line_of(row: Iterable[str]) -> str:
    """One line of CSV, without its end."""
    written = io.StringIO()
    csv.writer(written, delimiter=";", lineterminator="").writerow(row)
    return written.getvalue()


def product_lines(articles: Iterable[Article]) -> list[str]:
    """One line per article."""
    return [line_of(cells(article)) for article in articles]


def stock_lines(articles: Iterable[Article]) -> list[str]:
    """`reference;quantity`, one line per article."""
    return [f"{article.reference};{article.quantity}" for article in articles]


def _comma(amount: Decimal) -> str:
    return f"{amount:f}".replace(".", ",")

"""Rows as they should not be, of every kind a merchant's file has shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random

from deployments.demo.catalogue import Article, ean13
from deployments.demo.rows import cells, line_of

FIRST_EAN = 900_000_000


def faulty_lines(articles: list[Article], chance: Random) -> list[str]:
    """About forty lines of a product file, each wrong in one way, under references of their own."""
    spoilers = [spoil for times, spoil in _KINDS for _ in range(times)]
    models = chance.sample([article for article in articles if article.active], k=len(spoilers))
    lines: list[str] = []
    for number, (spoil, model) in enumerate(zip(spoilers, models, strict=True)):
        reference, code = f"ERR{number:04d}", ean13(FIRST_EAN + number)
        lines += spoil(replace(model, reference=reference, parent="", colour="", size="", ean13=code))
    return lines


def faulty_stock_lines() -> list[str]:
    """Lines of a stock file that name nothing known, or say no quantity."""
    unknown = [f"ABSENT{number:03d};{number}" for number in range(8)]
    return [*unknown, "ERRSTOCK1;dix", "ERRSTOCK2;", "ERRSTOCK3;3;4", ";12"]


def _with(column: int, value: str) -> Callable[[Article], list[str]]:
    def spoil(article: Article) -> list[str]:
        row = cells(article)
        row[column] = value
        return [line_of(row)]

    return spoil


def _wrong_check_digit(article: Article) -> list[str]:
    last = (int(article.ean13[-1]) + 1) % 10
    return [line_of(cells(replace(article, ean13=f"{article.ean13[:-1]}{last}")))]


def _short(article: Article) -> list[str]:
    return [line_of(cells(article)[:9])]


def _long(article: Article) -> list[str]:
    return [line_of([*cells(article), "", "en trop"])]


def _twice(article: Article) -> list[str]:
    return [line_of(cells(article)), line_of(cells(replace(article, price=article.price + 1)))]


def _open_quote(article: Article) -> list[str]:
    row = cells(article)
    row[9] = '"Une description qui ne se referme pas'
    return [";".join(row)]


_KINDS: tuple[tuple[int, Callable[[Article], list[str]]], ...] = (
    (4, _with(6, "sur devis")),
    (2, _with(6, "1.249,9.0")),
    (2, _with(6, "-19,90")),
    (5, _with(3, "")),
    (4, _with(3, "Robe <soldes>")),
    (4, _with(4, "peut-être")),
    (2, _with(0, "")),
    (5, _wrong_check_digit),
    (3, _short),
    (3, _long),
    (4, _twice),
    (1, _open_quote),
)

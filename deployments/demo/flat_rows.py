"""Stores, discounts, customers and sales of the ERP, as lines of CSV in the columns of the import.json as shipped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from random import Random

from deployments.demo.catalogue import Article
from deployments.demo.people import FROM_ERP, PEOPLE
from deployments.demo.rows import line_of
from schemas.import_json import default_import_spec

FLAT_STREAMS = {
    "store": "\\Store",
    "specificprice": "\\SpecificPrice",
    "customer": "\\Customer",
    "storeOrder": "\\Order",
}
MARKDOWNS = {"SOLDES": 20, "VENTEPRIV": 30}
"""The ERP's markdown codes, and what each takes off in percent."""
SALES = 4
"""So many sales of the stores become orders of the shop."""
_WITH_TAX = Decimal("1.2")
_CITIES = (
    ("Paris", "75002", "48.8687", "2.3310"),
    ("Lyon", "69002", "45.7600", "4.8357"),
    ("Lille", "59800", "50.6370", "3.0631"),
    ("Bordeaux", "33000", "44.8412", "-0.5737"),
    ("Nantes", "44000", "47.2138", "-1.5560"),
    ("Marseille", "13001", "43.2961", "5.3756"),
)


def columns_of(stream: str) -> tuple[str, ...]:
    """The columns of a stream, in their order."""
    return tuple(column.key for column in default_import_spec().streams[stream].columns)


def discounted(articles: Sequence[Article], chance: Random) -> dict[str, str]:
    """The markdown code of the references that are on sale: one in fifty."""
    chosen = chance.sample([article.reference for article in articles], k=max(4, len(articles) // 50))
    codes = list(MARKDOWNS)
    return {reference: codes[place % len(codes)] for place, reference in enumerate(chosen)}


def price_lines(codes: Mapping[str, str]) -> list[str]:
    """One discount for each of these references, one of an item that nobody knows, one that says nothing."""
    rows = [_discount(reference, code, str(MARKDOWNS[code])) for reference, code in codes.items()]
    return _lines("specificprice", [*rows, _discount("ABSENT999", "SOLDES", "20"), _discount("ERRPRIX", "SOLDES", "")])


def _discount(reference: str, code: str, percent: str) -> dict[str, str]:
    return {"reference": reference, "erp_code": code, "reduction": percent, "type": "%", "reduction_tax": "1"}


def store_lines() -> list[str]:
    """The stores of the brand, one of them in a country without association."""
    shown = [
        {
            "erp_code": f"{number:03d}",
            "name": f"Boutique {city}",
            "address1": f"{number} place du Marché",
            "postcode": postcode,
            "city": city,
            "country": "FRA",
            "latitude": latitude,
            "longitude": longitude,
            "active": "1",
            "monday_hours": "10h - 19h",
            "saturday_hours": "10h - 20h",
        }
        for number, (city, postcode, latitude, longitude) in enumerate(_CITIES, start=1)
    ]
    abroad = shown[0] | {"erp_code": "099", "name": "Boutique Genève", "city": "Genève", "country": "SUI"}
    return _lines("store", [*shown, abroad])


def customer_lines() -> list[str]:
    """The ERP's own customers, one of them without a proper e-mail."""
    known = [
        {
            "code_erp": one.erp_code,
            "customer_email": one.email,
            "lastname": one.lastname,
            "firstname": one.firstname,
            "closed": "0",
            "title_id": "MME" if one.number % 2 else "M",
            "optin_email": "BrandOnly",
        }
        for one in PEOPLE[:FROM_ERP]
    ]
    return _lines("customer", [*known, known[0] | {"code_erp": "C000000099", "customer_email": "sans adresse"}])


def sale_lines(articles: Sequence[Article], day: date) -> list[str]:
    """Sales of the stores on a day, an article each and one with two, and one of an article that nobody knows."""
    sold = [_sold(number, day, article) for number, article in enumerate(articles[:SALES], start=1)]
    second = _sold(1, day, articles[SALES % len(articles)]) if len(articles) > SALES else sold[0]
    unknown = sold[-1] | {"order_internal_reference": f"FFO/{day:%y%m%d}/{SALES + 1}", "reference": "ABSENT999"}
    return _lines("storeOrder", [*sold, second, unknown])


def _sold(number: int, day: date, article: Article) -> dict[str, str]:
    return {
        "order_internal_reference": f"FFO/{day:%y%m%d}/{number}",
        "customer_erp_code": PEOPLE[number - 1].erp_code,
        "order_date": f"{day:%Y-%m-%d} 1{number}:42:10",
        "reference": article.reference,
        "product_name": article.name,
        "qty": str(number % 2 + 1),
        "unit_price_tax_excl": f"{article.price:f}",
        "unit_price_tax_incl": f"{article.price * _WITH_TAX:.2f}",
    }


def _lines(stream: str, rows: Iterable[Mapping[str, str]]) -> list[str]:
    columns = columns_of(stream)
    return [line_of([row.get(column, "") for column in columns]) for row in rows]

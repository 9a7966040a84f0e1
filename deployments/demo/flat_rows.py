"""Stores, discounts and customers of the ERP, as lines of CSV in the columns that import.json is shipped with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from random import Random

from deployments.demo.catalogue import Article
from deployments.demo.people import FROM_ERP, PEOPLE
from deployments.demo.rows import line_of
from schemas.import_json import default_import_spec

FLAT_STREAMS = {"store": "\\Store", "specificprice": "\\SpecificPrice", "customer": "\\Customer"}
MARKDOWNS = {"SOLDES": 20, "VENTEPRIV": 30}
"""The ERP's markdown codes, and what each takes off in percent."""
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


def _lines(stream: str, rows: Iterable[Mapping[str, str]]) -> list[str]:
    columns = columns_of(stream)
    return [line_of([row.get(column, "") for column in columns]) for row in rows]

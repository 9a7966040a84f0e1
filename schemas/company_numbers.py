"""SIREN, SIRET and VAT number of a company: which of them an order has, which are wrong and which it lacks.

By their check digits alone: whether a number is given out, and to whom, is not asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from stdnum.eu import vat
from stdnum.exceptions import ValidationError
from stdnum.fr import siren, siret

from schemas.documents import Customer
from schemas.erp import Obstacle

FRANCE = frozenset({"FR", "GP", "MQ", "GF", "RE", "YT", "BL", "MF", "PM"})
"""Countries, as PrestaShop lists them, whose companies have a SIREN."""
_VAT_PREFIXES = {"GR": "EL", "MC": "FR"} | dict.fromkeys(FRANCE, "FR")
_MONACO = "000"
"""Where the SIREN would stand in a VAT number of Monaco."""
_SIREN_DIGITS = 9


@dataclass(frozen=True, slots=True)
class CompanyNumbers:
    """The numbers that are right; empty ones are unknown."""

    siren: str = ""
    siret: str = ""
    vat: str = ""


def is_company(customer: Customer) -> bool:
    """Whether the customer is a company: it says its name or one of its numbers."""
    return bool(company_name(customer).strip() or customer.siret.strip() or _vat_text(customer))


def company_name(customer: Customer) -> str:
    """The name of the company as the account or else the invoice address says it."""
    return customer.company or (customer.address.company if customer.address else "")


def company_numbers(customer: Customer) -> CompanyNumbers:
    """The numbers of the account and the invoice address that have the right check digits."""
    siren_, siret_ = _registered(customer)
    vat_ = _vat(customer)
    return CompanyNumbers(siren_ or _siren_in(vat_), siret_, vat_)


def number_obstacles(customer: Customer) -> tuple[Obstacle, ...]:
    """What is wrong or missing on an invoice to this company, the numbers unsaid; none where it is no company."""
    return (*_wrong(customer), *_lacking(customer)) if is_company(customer) else ()


def has_wrong_registration(customer: Customer) -> bool:
    """Whether the shop has a SIRET or SIREN of the customer that is none."""
    return bool(customer.siret.strip()) and not _registered(customer)[0]


def _wrong(customer: Customer) -> Iterator[Obstacle]:
    siren_, _ = _registered(customer)
    vat_, country = _vat(customer), _country(customer)
    # Companies of other countries write their own number there.
    if country in FRANCE and has_wrong_registration(customer):
        yield Obstacle("order_company_siret_wrong")
    if _vat_text(customer) and not vat_ and _prefix(country) is not None:
        yield Obstacle("order_company_vat_number_wrong", {"value": country})
    if siren_ and _siren_in(vat_) not in ("", siren_):
        yield Obstacle("order_company_numbers_differ")


def _lacking(customer: Customer) -> Iterator[Obstacle]:
    known, country = company_numbers(customer), _country(customer)
    if _vat_text(customer) and not known.vat:
        # That it is wrong is said.
        return
    if country in FRANCE and not known.siren and not customer.siret.strip():
        yield Obstacle("order_company_siren_missing")
    elif country not in FRANCE and _prefix(country) is not None and not known.vat:
        yield Obstacle("order_company_vat_number_missing", {"value": country})


def _registered(customer: Customer) -> tuple[str, str]:
    """SIREN and SIRET of the account's field, which may hold either."""
    text = customer.siret
    try:
        establishment = siret.validate(text)
    except ValidationError:
        return (siren.compact(text), "") if siren.is_valid(text) else ("", "")
    return establishment[:_SIREN_DIGITS], establishment


def _vat(customer: Customer) -> str:
    """The VAT number with its country; one that lacks it is of the country of the invoice."""
    text, prefix = _vat_text(customer), _prefix(_country(customer))
    for candidate in (text, f"{prefix}{text}" if prefix and text else ""):
        try:
            return vat.validate(candidate)
        except ValidationError:
            continue
    return ""


def _vat_text(customer: Customer) -> str:
    return "".join(customer.address.vat_number.split()) if customer.address else ""


def _siren_in(vat_number: str) -> str:
    own = vat_number[-_SIREN_DIGITS:] if vat_number.startswith("FR") else ""
    return "" if own.startswith(_MONACO) else own


def _country(customer: Customer) -> str:
    return customer.address.country if customer.address else ""


def _prefix(country: str) -> str | None:
    """How VAT numbers of a country begin; None outside the European Union."""
    prefix = _VAT_PREFIXES.get(country, country)
    member = "gr" if prefix == "EL" else prefix.lower()
    return prefix if member in vat.MEMBER_STATES else None

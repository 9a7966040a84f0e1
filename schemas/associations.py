"""associations.toml: which code of the ERP is which thing of the shop."""

from __future__ import annotations

import re
from importlib.resources import files
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from schemas.toml_faults import parse_toml


def _fault(reason: str, remedy: str) -> PydanticCustomError:
    return PydanticCustomError("association", "{reason}", {"reason": reason, "remedy": remedy})


def _distinct_codes(table: Any) -> Any:
    """Codes that differ only by case or blanks are one code written twice."""
    if not isinstance(table, dict):
        return table
    seen: dict[str, str] = {}
    for code in table:
        same = seen.setdefault(code.strip().casefold(), code)
        if same != code:
            raise _fault(f"`{same}` and `{code}` are the same code", "Keep one of them.")
    return table


def _carrier_ids(table: Any) -> Any:
    if not isinstance(table, dict):
        return table
    for key in table:
        if not str(key).isdecimal() or int(key) < 1:
            raise _fault(
                f"`{key}` is not the id of a carrier",
                "Write the carrier's id_reference on the left, the ERP code right.",
            )
    return {int(key): code for key, code in table.items()}


def _country_iso(code: str) -> str:
    if not re.fullmatch("[A-Z]{2}", code):
        raise _fault("this is not the ISO code of a country", "Write two capital letters, for example FR.")
    return code


def _currency_iso(code: str) -> str:
    if not re.fullmatch("([A-Z]{3})?", code):
        raise _fault("this is not the ISO code of a currency", 'Write three capital letters, for example "EUR".')
    return code


Code = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
ShopId = Annotated[int, Field(ge=1)]
CountryIso = Annotated[str, AfterValidator(_country_iso)]
CurrencyIso = Annotated[str, AfterValidator(_currency_iso)]
Distinct = BeforeValidator(_distinct_codes)


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Payment(_Section):
    """One payment mode of the ERP, for a payment module of the shop."""

    module: Code
    """Technical name of the module, as in `orders.module`, for example `ps_wirepayment`."""
    erp: Code
    currency: CurrencyIso = ""
    """Empty: any currency that has no line of its own."""
    label: str = ""
    """The payment's own label, as in `orders.payment`, for modules that carry several (marketplaces)."""


def _payments_once(payments: list[Payment]) -> list[Payment]:
    seen = set()
    for payment in payments:
        place = (payment.module, payment.currency, payment.label.casefold())
        if place in seen:
            label = f" with the label `{payment.label}`" if payment.label else ""
            currency = payment.currency or "any currency"
            raise _fault(f"{payment.module} in {currency}{label} is there twice", "Keep one of the entries.")
        seen.add(place)
    return payments


class Associations(_Section):
    """The associations of one shop. Where the way back is ambiguous, the first line counts."""

    titles: Annotated[dict[Code, ShopId], Distinct] = Field(default_factory=dict)
    """ERP title code to id_gender."""
    payments: Annotated[list[Payment], AfterValidator(_payments_once)] = Field(default_factory=list)
    countries: Annotated[dict[CountryIso, Code], Distinct] = Field(default_factory=dict)
    """ISO code of the country to ERP country code."""
    taxes: Annotated[dict[Code, Annotated[int, Field(ge=0)]], Distinct] = Field(default_factory=dict)
    """ERP tax code to id_tax_rules_group (0: no tax)."""
    carriers: Annotated[dict[ShopId, Code], BeforeValidator(_carrier_ids)] = Field(default_factory=dict)
    """id_reference of the carrier to ERP carrier code; id_carrier changes at every edit in the back office."""
    carriers_from_erp: Annotated[dict[Code, ShopId], Distinct] = Field(default_factory=dict)
    """What the ERP says of a shipment, `*` in it standing for anything, to the carrier's id_reference; the first that
    fits counts, and a code of `carriers` before it."""
    groups: Annotated[dict[Code, ShopId], Distinct] = Field(default_factory=dict)
    """ERP group code to id_group."""

    def tax_rules_group(self, tax_code: str) -> int | None:
        """The id_tax_rules_group of an ERP tax code, or None when it is not associated."""
        return self.taxes.get(tax_code)

    def payment(self, module: str, currency: str, label: str = "") -> str | None:
        """The ERP payment mode: by label and currency, then label, then currency, then the module alone."""
        modes = {(p.module, p.label.casefold(), p.currency): p.erp for p in self.payments}
        for own_label in dict.fromkeys((label.casefold(), "")):
            for own_currency in (currency, ""):
                if found := modes.get((module, own_label, own_currency)):
                    return found
        return None

    def country_iso(self, erp_code: str) -> str | None:
        """The ISO code of an ERP country code, or None."""
        return next((iso for iso, code in self.countries.items() if code == erp_code), None)

    def title_code(self, id_gender: int) -> str | None:
        """The ERP title code of an id_gender, or None."""
        return next((code for code, id_ in self.titles.items() if id_ == id_gender), None)

    def group_code(self, id_group: int) -> str | None:
        """The ERP group code of an id_group, or None."""
        return next((code for code, id_ in self.groups.items() if id_ == id_group), None)


def parse_associations(text: str, *, source: str) -> Associations:
    """The associations of a shop. `ConfigurationError` names every fault at once, with line and remedy."""
    return parse_toml(text, Associations, source=source)


def default_associations_text(language: str = "en") -> str:
    """An associations.toml to start from, with comments in `language` (`fr` or `en`)."""
    name = "associations.fr.toml" if language == "fr" else "associations.toml"
    return files("schemas.defaults").joinpath(name).read_text(encoding="utf-8")

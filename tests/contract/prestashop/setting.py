"""What the suite looks up in the shop before it starts: no id is assumed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.contract.prestashop.documents import Entity
    from tests.contract.prestashop.webservice import Webservice

PAYMENT_MODULE = "ps_wirepayment"
NO_SUCH_ID = 99_999_999


@dataclass(frozen=True)
class Setting:
    """Ids of the shop under test."""

    version: tuple[int, ...]
    en: int
    fr: int
    shop: int
    shop_group: int
    home: int
    country: int
    currency: int
    customer_group: int
    guest_group: int
    tax_group: int
    carrier: int
    warnings_visible: bool

    def both(self, english: str, french: str | None = None) -> dict[int, str]:
        """One text per language."""
        return {self.en: english, self.fr: english if french is None else french}


def look_up(shop: Webservice) -> Setting:
    """The ids that documents need, found by iso code, by name or in the shop's own configuration."""
    languages = {row["iso_code"]: row.id for row in shop.find("languages")}
    own = shop.find("shops")[0]
    country = int(configured(shop, "PS_COUNTRY_DEFAULT"))
    return Setting(
        version=tuple(int(part) for part in shop.get("shops").headers["psws-version"].split(".")[:3]),
        en=languages["en"],
        fr=languages["fr"],
        shop=own.id,
        shop_group=int(own["id_shop_group"]),
        home=int(own["id_category"]),
        country=country,
        currency=int(configured(shop, "PS_CURRENCY_DEFAULT")),
        customer_group=int(configured(shop, "PS_CUSTOMER_GROUP")),
        guest_group=int(configured(shop, "PS_GUEST_GROUP")),
        tax_group=_standard_tax_group(shop, country),
        carrier=_paid_carrier(shop).id,
        warnings_visible=shop.get("products", **{"filter[no_such_field]": "1"}).status == 500,
    )


def configured(shop: Webservice, name: str) -> str:
    """A value of the shop's configuration; empty when it has none of that name."""
    rows = shop.find("configurations", name=name)
    return rows[0]["value"] if rows else ""


def _standard_tax_group(shop: Webservice, country: int) -> int:
    rates = {tax.id: float(tax["rate"]) for tax in shop.find("taxes")}
    rules = shop.find("tax_rules", id_country=country)
    groups = [int(rule["id_tax_rules_group"]) for rule in rules if rates.get(int(rule["id_tax"])) == 20.0]
    assert groups, "the shop has no tax rule of 20 % for its default country"
    return min(groups)


def _paid_carrier(shop: Webservice) -> Entity:
    carriers = shop.find("carriers", active="1", deleted="0")
    return next(carrier for carrier in carriers if carrier["is_free"] == "0" and carrier["shipping_handling"] == "1")

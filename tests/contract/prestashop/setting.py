"""What the suite looks up in the shop before it starts: no id is assumed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.contract.prestashop.webservice import crashed, refused

if TYPE_CHECKING:
    from tests.contract.prestashop.documents import Entity
    from tests.contract.prestashop.webservice import Reply, Webservice

PAYMENT_MODULE = "ps_wirepayment"
NO_SUCH_ID = 99_999_999


@dataclass(frozen=True)
class Setting:
    """Ids of the shop under test."""

    version: tuple[int, ...]
    php: int
    """The major version of PHP."""
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

    @property
    def of_9(self) -> bool:
        """Whether the shop does as 9.1.4."""
        return self.version >= (9, 1)

    @property
    def of_17(self) -> bool:
        """Whether the shop does as 1.7.8."""
        return self.version < (8,)

    @property
    def silent(self) -> bool:
        """Whether a statement that the database refuses is answered as one that did nothing."""
        return self.php < 8 or self.of_9

    def not_saved(self, reply: Reply) -> bool:
        """Whether the shop answers that the database refused a write."""
        return refused(reply, 46, 500) if self.silent else crashed(reply)

    def not_read(self, reply: Reply) -> bool:
        """Whether the shop answers that the database refused a list."""
        return (reply.status == 200 and not reply.rows) if self.silent else crashed(reply)

    def both(self, english: str, french: str | None = None) -> dict[int, str]:
        """One text per language."""
        return {self.en: english, self.fr: english if french is None else french}


def look_up(shop: Webservice) -> Setting:
    """The ids that documents need, found by iso code, by name or in the shop's own configuration."""
    languages = {row["iso_code"]: row.id for row in shop.find("languages")}
    own = next(
        row
        for row in shop.find("shops")
        if row.id == shop.always.get("id_shop", row.id) or shop.always["id_shop"] == "all"
    )
    country = int(configured(shop, "PS_COUNTRY_DEFAULT"))
    return Setting(
        version=shop.version,
        php=_php(shop),
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


def _php(shop: Webservice) -> int:
    """PHP 8 hides the ids of members whose fields the code does not declare, where they are asked for by name."""
    root = {"filter[id_parent]": "0", "display": "[id,categories[id]]"}
    (row,) = shop.send("GET", "categories", {**root, "output_format": "JSON"}).json["categories"]
    return 7 if row.get("associations") else 8


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

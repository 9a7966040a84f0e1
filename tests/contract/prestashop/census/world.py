"""Own data on a shop, one of everything that the product asks about, with names for all of their ids."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING

from tests.contract.prestashop.bench import PREFIX, Bench
from tests.contract.prestashop.buyer import Buyer
from tests.contract.prestashop.census.answers import Names
from tests.contract.prestashop.module.returns import change_state, returns_of

if TYPE_CHECKING:
    from tests.contract.prestashop.documents import Entity
    from tests.contract.prestashop.setting import Setting
    from tests.contract.prestashop.webservice import Webservice

CONFIGURATIONS = (
    "PS_LANG_DEFAULT",
    "PS_COUNTRY_DEFAULT",
    "PS_CURRENCY_DEFAULT",
    "PS_HOME_CATEGORY",
    "PS_ROOT_CATEGORY",
    "PS_TIMEZONE",
    "PS_CUSTOMER_GROUP",
)
RETURN, RETURNS = "Census", 2
"""The question of the merchandise returns that a shop under test should hold, and their number."""
HANGING_ON_ORDERS = ("order_details", "order_histories", "order_carriers", "order_invoices")


class OwnBench(Bench):
    """A bench whose names are the same in every shop but for its prefix."""

    def __init__(self, shop: Webservice, setting: Setting, word: str) -> None:
        super().__init__(shop, setting)
        self.prefix = f"{PREFIX}{word}"
        self._count = 0

    def name(self, word: str = "x") -> str:
        """Letters only, numbered from the start of this bench."""
        self._count += 1
        digits = str(self._count).translate(str.maketrans("0123456789", "abcdefghij"))
        return f"{self.prefix}{word.capitalize()}{digits}"


class World:
    """What reads are answered with; it stays until the session ends."""

    def __init__(self, shop: Webservice, setting: Setting) -> None:
        self.shop = shop
        self.setting = setting
        self.bench = OwnBench(shop, setting, "abcd")
        self.rows: dict[str, list[Entity]] = {}
        pattern = re.compile(f"{PREFIX}[a-z]{{4}}", re.IGNORECASE)
        self.names = Names(shop.root, prefix=re.compile(f"{pattern.pattern}|{PREFIX}", re.IGNORECASE))
        try:
            self._name_the_shops_own()
            self._build()
        except BaseException:
            self.bench.remove_all()
            raise

    def remove(self) -> None:
        """Takes everything away that was made."""
        self.bench.remove_all()

    def put_returns_back(self) -> None:
        """Gives the merchandise returns the state that they had: there is no other to try another request on."""
        for row in self.rows.get("order_returns", []):
            change_state(self.shop, row.id, int(row["state"]))

    def path(self, resource: str) -> str:
        """Where the product asks for a resource: since 9.1 the module's returns stand beside those of the core."""
        return returns_of(self.shop) if resource == "order_returns" else resource

    def _know(self, resource: str, called: str, identifier: int) -> None:
        self.names.known[resource, str(identifier)] = called
        self.rows.setdefault(resource, []).append(self.shop.read(self.path(resource), identifier))

    def _own(self, resource: str, *identifiers: int) -> None:
        for identifier in identifiers:
            number = 1 + len(self.rows.get(resource, []))
            self._know(resource, f"{resource} {number}", identifier)
            self.names.own.add((resource, str(identifier)))

    def _name_the_shops_own(self) -> None:
        setting = self.setting
        for resource, called, identifier in (
            ("languages", "en", setting.en),
            ("languages", "fr", setting.fr),
            ("shops", "shop", setting.shop),
            ("shop_groups", "group of shops", setting.shop_group),
            ("categories", "home", setting.home),
            ("countries", "country", setting.country),
            ("currencies", "currency", setting.currency),
            ("groups", "customers", setting.customer_group),
            ("groups", "guests", setting.guest_group),
            ("tax_rule_groups", "20 %", setting.tax_group),
            ("carriers", "carrier", setting.carrier),
        ):
            self._know(resource, called, identifier)
        for name in CONFIGURATIONS:
            for row in self.shop.find("configurations", "[id]", name=name)[:1]:
                self._know("configurations", name, row.id)
        self._name_taxes()

    def _name_taxes(self) -> None:
        rules = self.shop.find("tax_rules", id_country=self.setting.country, id_tax_rules_group=self.setting.tax_group)
        self._know("tax_rules", "rule of 20 %", rules[0].id)
        self._know("taxes", "tax of 20 %", int(rules[0]["id_tax"]))

    def _build(self) -> None:
        bench, both = self.bench, self.setting.both
        categories = [bench.category(), bench.category()]
        self._own("categories", *(one.id for one in categories))
        brand = bench.manufacturer()
        self._own("manufacturers", brand.id)
        feature, values = bench.feature("Wool", "Silk")
        self._own("product_features", feature)
        self._own("product_feature_values", *values)
        simple = bench.product(
            id_manufacturer=brand.id,
            ean13="3600000000017",
            weight="1.5",
            description=both("<p>long</p>", "<p>longue</p>"),
            available_date="2030-12-24",
            categories=[{"id": self.setting.home}, {"id": categories[0].id}],
            product_features=[{"id": feature, "id_feature_value": values[0]}],
        )
        sized, combinations = bench.sized_product("Small", "Medium")
        self.shop.patched(
            "combinations", *({"id": one.id, "ean13": f"360000000005{n}"} for n, one in enumerate(combinations))
        )
        self._own("products", simple.id, sized.id)
        self._own("combinations", *(one.id for one in combinations))
        options = [int(one.members("product_option_values")[0]["id"]) for one in self.rows["combinations"]]
        self._own("product_option_values", *options)
        self._own("product_options", int(self.rows["product_option_values"][0]["id_attribute_group"]))
        self._stock(simple.id, sized.id)
        self._own("specific_prices", bench.make("specific_prices", bench.specific_price_row(simple.id))[0].id)
        self._people()
        self._order()
        self._carrier()
        self._returns()
        supplier = bench.supplier()
        self._own("suppliers", supplier.id)
        item = bench.product_supplier_row(simple.id, supplier.id)
        self._own("product_suppliers", bench.make("product_suppliers", item)[0].id)

    def _stock(self, *products: int) -> None:
        rows = [row.id for product in products for row in self.bench.stock_rows(product)]
        changes = [{"id": row, "quantity": 5 + number} for number, row in enumerate(rows) if number != 1]
        self.shop.patched("stock_availables", *changes)
        self._own("stock_availables", *rows)

    def _people(self) -> None:
        bench, setting = self.bench, self.setting
        groups = [{"id": setting.guest_group}, {"id": setting.customer_group}]
        customer = bench.customer(groups=groups, company="Laine SARL", birthday="1980-02-29")
        self._own("customers", customer.id)
        address = bench.address_row(customer.id, phone="0102030405", company="Laine SARL")
        self._own("addresses", bench.make("addresses", address)[0].id)
        self._own("stores", bench.make("stores", store_row(bench))[0].id)

    def _order(self) -> None:
        self.buyer = buyer = Buyer(self.bench)
        self._own("customers", buyer.customer)
        self._own("addresses", buyer.address)
        self._own("products", buyer.product)
        for state, word in ((buyer.states["paid"], "paid"), (buyer.states["preparation"], "preparation")):
            self._know("order_states", word, state)
        order = buyer.order()
        order.move(buyer.states["preparation"])
        self.shop.patched("order_carriers", {"id": order.carrier().id, "tracking_number": "6A123"})
        self._own("orders", order.id)
        self._own("carts", int(order.read()["id_cart"]))
        for resource in HANGING_ON_ORDERS:
            self._own(resource, *(row.id for row in self.shop.find(resource, "[id]", id_order=order.id)))
        self._own("order_payments", *(row.id for row in order.payments()))
        self.names.texts[order.reference] = "REFERENCE"
        self._own("order_slip", self.bench.make("order_slip", self._slip(order.id))[0].id)
        message = {"id_order": order.id, "id_employee": 0, "message": "Ring twice", "private": 0}
        self._own("messages", self.bench.make("messages", message)[0].id)

    def _slip(self, order: int) -> dict[str, object]:
        """The refund of one piece."""
        detail = self.rows["order_details"][0].id
        line = {"id_order_detail": detail, "product_quantity": 1, "amount_tax_excl": "12.5", "amount_tax_incl": "15"}
        shipping = ("total_shipping_tax_excl", "total_shipping_tax_incl", "shipping_cost", "shipping_cost_amount")
        return dict.fromkeys((*shipping, "partial"), 0) | {
            "id_customer": self.buyer.customer,
            "id_order": order,
            "conversion_rate": 1,
            "amount": "15",
            "total_products_tax_excl": "12.5",
            "total_products_tax_incl": "15",
            "order_slip_type": 1,
            "order_slip_details": [line],
        }

    def _carrier(self) -> None:
        """One that nobody is offered, and what it asks for a zone."""
        row = {"name": self.bench.name("carrier"), "active": 0, "is_free": 0, "delay": self.setting.both("A day")}
        carrier = self.bench.make("carriers", row)[0].id
        self._own("carriers", carrier)
        zone = int(self.rows["countries"][0]["id_zone"])
        price = {"id_carrier": carrier, "id_range_price": 0, "id_range_weight": 0, "id_zone": zone, "price": "5.000000"}
        self._own("deliveries", self.bench.make("deliveries", price)[0].id)

    def _returns(self) -> None:
        """Those that someone has put into the shop's database: no request makes one before version 9."""
        path = self.path("order_returns")
        if self.shop.get(path).status == HTTPStatus.OK:
            self._own("order_returns", *(row.id for row in self.shop.find(path, question=RETURN)))


def store_row(bench: Bench) -> dict[str, object]:
    """A store of which every field has a value."""
    both, week = bench.setting.both, "[" + ",".join(['["09:00 - 19:00"]'] * 7) + "]"
    return {
        "id_country": bench.setting.country,
        "city": "Lyon",
        "active": 1,
        "name": both(bench.name("store")),
        "address1": both("1 place Bellecour"),
        "address2": both("Bat. A"),
        "postcode": "69002",
        "latitude": "45.75780000",
        "longitude": "4.83200000",
        "phone": "0102030405",
        "email": "store@contract.test",
        "hours": both(week),
    }

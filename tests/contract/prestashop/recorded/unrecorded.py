"""What the recorded shop held before a recorded request, and how it came there was not recorded."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias

from lxml import etree

from tests.contract.prestashop.documents import PROLOGUE, Entity
from tests.contract.prestashop.recorded.exchanges import load

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tests.contract.prestashop.documents import Row
    from tests.contract.prestashop.recorded.replay import Replay
    from tests.contract.prestashop.webservice import Reply

Preparation: TypeAlias = "Callable[[Replay], None]"
READ_ONLY = ("id", "manufacturer_name", "quantity", "position_in_category", "date_add", "date_upd")


def _made(replay: Replay, resource: str, recorded: int, row: Row) -> Entity:
    return _known(replay, resource, recorded, replay.shop.post(resource, row))


def _known(replay: Replay, resource: str, recorded: int, reply: Reply) -> Entity:
    assert reply.status == 201, (resource, reply.status, reply.body)
    entity = reply.entities[0]
    replay.know(resource, recorded, entity.id)
    return entity


def product(recorded: int, combinations: Sequence[int]) -> Preparation:
    """A product at 20 % tax with a combination for each of these."""
    return product_with_pairs(recorded, {combination: (n,) for n, combination in enumerate(combinations, 1)})


def product_with_pairs(recorded: int, combinations: Mapping[int, Sequence[int]]) -> Preparation:
    """A product whose combinations have these option values, the first being the default."""
    reference = "PUT-5"

    def prepare(replay: Replay) -> None:
        row = {
            "id_category_default": 2,
            "id_tax_rules_group": 1,
            "reference": reference,
            "price": "10.000000",
            "active": 1,
            "state": 1,
            "available_for_order": 1,
            "show_price": 1,
            "minimal_quantity": 1,
            "name": {1: f"Lab {reference}", 2: f"Lab {reference}"},
            "link_rewrite": {1: f"lab-{reference.lower()}", 2: f"lab-{reference.lower()}"},
            "description_short": "short",
            "categories": [{"id": 2}],
        }
        own = _made(replay, "products", recorded, row).id
        for n, (combination, values) in enumerate(combinations.items(), 1):
            line: dict[str, Any] = {
                "id_product": own,
                "reference": f"PUT-5-{n}",
                "ean13": "3600000000017",
                "price": f"{n}.5",
                "weight": "0.1",
                "minimal_quantity": 1,
                "default_on": int(n == 1),
                "product_option_values": [{"id": value} for value in values],
            }
            _made(replay, "combinations", combination, line)

    return prepare


def product_as_recorded(name: str, recorded: int, number: int) -> Preparation:
    """A product with every field that a recorded detail shows."""

    def prepare(replay: Replay) -> None:
        node = etree.fromstring(load(name).answer)[0]
        for read_only in READ_ONLY:
            for found in node.findall(read_only):
                node.remove(found)
        Entity(node).element("reference").text = f"PUT-{number}"
        Entity(node).element("supplier_reference").text = f"SUP-PUT-{number}"
        root = etree.Element("prestashop")
        root.append(node)
        body = PROLOGUE + etree.tostring(root, encoding="utf-8")
        _known(replay, "products", recorded, replay.shop.send("POST", "products", body=body))

    return prepare


def category(recorded: int, parent: int, name: str) -> Preparation:
    def prepare(replay: Replay) -> None:
        above = replay.own("categories", str(parent))
        names, links = {1: name, 2: name}, {1: f"lr-{name.lower()}", 2: f"lr-{name.lower()}"}
        row = {"id_parent": above, "active": 1, "name": names, "link_rewrite": links}
        _made(replay, "categories", recorded, row)

    return prepare


def customer(recorded: int) -> Preparation:
    def prepare(replay: Replay) -> None:
        row = {
            "id_default_group": 3,
            "id_lang": 1,
            "passwd": "S3cretpass",
            "lastname": "Durand",
            "firstname": "Luc",
            "email": "order1795279465@lab.test",
            "active": 1,
            "groups": [{"id": 3}],
        }
        _made(replay, "customers", recorded, row)

    return prepare


def customer_as_recorded(name: str) -> Preparation:
    """A customer with every field that a recorded detail shows."""

    def prepare(replay: Replay) -> None:
        shown = Entity(etree.fromstring(load(name).answer)[0])
        kept = ("id_default_group", "id_lang", "lastname", "firstname", "email", "id_gender", "birthday", "newsletter",
                "optin", "company", "active", "note", "website", "siret", "ape")  # fmt: skip
        groups = [{"id": group} for group in sorted(shown.member_ids("groups"))]
        row = {field: shown[field] for field in kept} | {"passwd": "S3cretpass", "groups": groups}
        _made(replay, "customers", shown.id, row)

    return prepare


def stock_rows(owners: Mapping[int, tuple[int, int]]) -> Preparation:
    """Which stock row belongs to which product and combination."""

    def prepare(replay: Replay) -> None:
        for recorded, (product_id, combination) in owners.items():
            own_product = replay.own("products", str(product_id))
            own_combination = replay.own("combinations", str(combination))
            (row,) = replay.shop.find(
                "stock_availables", "[id]", id_product=own_product, id_product_attribute=own_combination
            )
            replay.know("stock_availables", recorded, row.id)

    return prepare


def stock_row_back(recorded: int, product_id: str, combination: str, *, location: str) -> Preparation:
    """A stock row put back to its product, in its shop, with a location."""

    def prepare(replay: Replay) -> None:
        row = {
            "id": replay.own("stock_availables", str(recorded)),
            "id_product": replay.own("products", product_id),
            "id_product_attribute": replay.own("combinations", combination),
            "id_shop": 1,
            "id_shop_group": 0,
            "quantity": 20,
            "depends_on_stock": 0,
            "out_of_stock": 2,
            "location": location,
        }
        assert replay.shop.put("stock_availables", row).status == 200

    return prepare


def cart(recorded: int, *, quantity: int | None = None, delivery_option: str | None = "as recorded") -> Preparation:
    """A cart as the recorded one, with another quantity of its first line or without its delivery option."""

    def prepare(replay: Replay) -> None:
        root = etree.fromstring(replay.owned_body(load("07_orders/carts_post_1").body))
        node = root[0]
        if delivery_option is None:
            node.remove(Entity(node).element("delivery_option"))
        lines = node.findall("associations/cart_rows/cart_row")
        if quantity == 0:
            # An empty list of rows kills the request.
            node.remove(Entity(node).element("associations"))
        elif quantity is not None:
            for line in lines[1:]:
                parent = line.getparent()
                assert parent is not None
                parent.remove(line)
            for count in node.iterfind(".//quantity"):
                count.text = str(quantity)
        body = PROLOGUE + etree.tostring(root, encoding="utf-8")
        _known(replay, "carts", recorded, replay.shop.send("POST", "carts", body=body))

    return prepare


def references(recorded: Mapping[int, str]) -> Preparation:
    """The shop makes the reference of an order by chance."""

    def prepare(replay: Replay) -> None:
        for order, reference in recorded.items():
            own = replay.shop.read("orders", int(replay.own("orders", str(order))))
            replay.references[reference] = own["reference"]

    return prepare


def satellites(order: int, details: Sequence[int]) -> Preparation:
    """Which carrier row and which lines belong to an order."""

    def prepare(replay: Replay) -> None:
        own = replay.own("orders", str(order))
        (carrier,) = replay.shop.find("order_carriers", "[id]", id_order=own)
        replay.know("order_carriers", order, carrier.id)
        for recorded, detail in zip(details, replay.shop.find("order_details", "[id]", id_order=own), strict=True):
            replay.know("order_details", recorded, detail.id)

    return prepare

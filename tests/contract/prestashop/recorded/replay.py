"""Sends a recorded request to a sandbox, in which entities have ids of their own."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING

import httpx
from lxml import etree

from tests.contract.prestashop.documents import NODES
from tests.contract.prestashop.webservice import Reply, Webservice

if TYPE_CHECKING:
    from tests.contract.prestashop.recorded.exchanges import Exchange

RESOURCES = {node: resource for resource, node in NODES.items()}
REFERS_TO = {
    "id_product": "products",
    "product_attribute": "combinations",
    "id_product_attribute": "combinations",
    "id_default_combination": "combinations",
    "id_category_default": "categories",
    "id_parent": "categories",
    "id_attribute_group": "product_options",
    "id_feature": "product_features",
    "id_feature_value": "product_feature_values",
    "id_manufacturer": "manufacturers",
    "id_supplier": "suppliers",
    "id_customer": "customers",
    "id_address_delivery": "addresses",
    "id_address_invoice": "addresses",
    "id_cart": "carts",
    "id_order": "orders",
    "id_order_detail": "order_details",
}
MEMBERS = {"categories": "categories", "combinations": "combinations", "product_features": "product_features",
           "product_option_values": "product_option_values", "accessories": "products"}  # fmt: skip


class Replay:
    """Remembers which id of the sandbox stands for which recorded one."""

    def __init__(self, shop: Webservice, key: str | None = None) -> None:
        self.shop = shop
        self.auth = httpx.BasicAuth(shop.key if key is None else key, "")
        self.ids: dict[tuple[str, str], str] = {}
        self.references: dict[str, str] = {}

    def know(self, resource: str, recorded: int, own: int) -> None:
        self.ids[resource, str(recorded)] = str(own)

    def own(self, resource: str | None, recorded: str) -> str:
        return self.ids.get((resource or "", recorded), recorded)

    def send(self, exchange: Exchange) -> Reply:
        """The sandbox's answer; new ids of both sides are remembered as one."""
        url = self.shop.root + self._path(exchange.path).replace("KEY", self.shop.key)
        body = self.owned_body(exchange.body)
        headers = {name: value for name, value in exchange.headers.items() if name.lower() != "content-length"}
        auth = None if "ws_key" in url or exchange.name.endswith("no_credentials") else self.auth
        response = self.shop.http.request(exchange.method, url, content=body or None, headers=headers, auth=auth)
        reply = Reply(response)
        if exchange.method == "POST" and exchange.status == reply.status == 201:
            self._remember(exchange, reply)
        return reply

    def translated(self, exchange: Exchange) -> Exchange:
        """The exchange with the sandbox's order references in its answer."""
        answer = exchange.answer
        for recorded, own in self.references.items():
            answer = answer.replace(recorded.encode(), own.encode())
        return replace(exchange, answer=answer)

    def _path(self, path: str) -> str:
        path = re.sub(r"^/api/(\w+)/(\d+)", lambda m: f"/api/{m[1]}/{self.own(m[1], m[2])}", path)
        resource = (re.match(r"/api/(\w+)", path) or [""])[0].removeprefix("/api/")
        path = re.sub(
            r"(\?id=\[)([\d,]+)", lambda m: m[1] + ",".join(self.own(resource, i) for i in m[2].split(",")), path
        )
        path = re.sub(r"(filter\[(\w+)\]=\[?)(\d+)(?=\]|&|$)", lambda m: self._filter(resource, m), path)
        path = re.sub(r"(\[product_attribute\]=)(\d+)", lambda m: m[1] + self.own("combinations", m[2]), path)
        for recorded, own in self.references.items():
            path = path.replace(recorded, own)
        return path

    def _owned(self, resource: str, ids: str) -> str:
        return ",".join(self.own(resource, recorded) for recorded in ids.split(","))

    def _filter(self, resource: str, match: re.Match[str]) -> str:
        field = match[2]
        return match[1] + self.own(resource if field == "id" else REFERS_TO.get(field), match[3])

    def owned_body(self, body: bytes) -> bytes:
        """A recorded body with the sandbox's ids in it; the very bytes where there are none."""
        try:
            root = etree.fromstring(body)
        except (etree.XMLSyntaxError, ValueError):
            return body
        changed = False
        for entity in root:
            for element in entity.iter():
                changed = self._own_text(entity, element) or changed
        return etree.tostring(root, encoding="utf-8", xml_declaration=True) if changed else body

    def _own_text(self, entity: etree._Element, element: etree._Element) -> bool:
        before = element.text
        if not before or not isinstance(element.tag, str):
            return False
        if before in self.references:
            element.text = self.references[before]
        elif element.tag == "delivery_option":
            element.text = json.dumps({self.own("addresses", key): value for key, value in json.loads(before).items()})
        elif before.isdigit():
            element.text = self.own(self._resource(entity, element), before)
        return element.text != before

    def _resource(self, entity: etree._Element, element: etree._Element) -> str | None:
        if element.tag != "id":
            return REFERS_TO.get(str(element.tag))
        parent = element.getparent()
        if parent is None or parent is entity:
            return RESOURCES.get(str(entity.tag))
        association = parent.getparent()
        return None if association is None else MEMBERS.get(str(association.tag))

    def _remember(self, exchange: Exchange, reply: Reply) -> None:
        if "xml" not in exchange.answer_headers.get("content-type", ""):
            return
        for theirs, ours in zip(etree.fromstring(exchange.answer), reply.root, strict=False):
            resource = RESOURCES.get(str(theirs.tag), "")
            recorded, own = theirs.findtext("id"), ours.findtext("id")
            if recorded and own:
                self.ids[resource, recorded] = own

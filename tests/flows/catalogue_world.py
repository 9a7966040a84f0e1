"""A shop whose catalogue goes to a Dolibarr."""

from __future__ import annotations

import json
from typing import Any, Self

import httpx

from connectors.ledger import Ledger
from flows.export_catalogue import export_catalogue
from tasks.run.state import State
from tests.flows.dolibarr_world import DolibarrWorld
from tests.flows.pictures import png
from tests.flows.running import final_state

WRITES = ("create", "update", "put", "take", "move", "delete", "make", "send", "remove")


class CatalogueWorld(DolibarrWorld):
    """A shop that sells, and a Dolibarr that is told what."""

    def __enter__(self) -> Self:
        super().__enter__()
        (self.folder / "export.json").write_text('{"catalogue": {"enabled": true}}', encoding="utf-8")
        return self

    async def catalogue(self, **asked: Any) -> State:
        return await final_state(export_catalogue, str(self.folder), **asked)

    def sell(self, reference: str, name: str = "Mug", price: str = "9.916667", **more: Any) -> int:
        """A product of the shop, under a reference that no other session has used."""
        told = {"reference": reference and self.called(reference), "name": {1: name, 2: name}, "price": price}
        return self.shop.insert("products", told | more)

    def ask_for(self, stream: str, class_: str, data: dict[str, Any]) -> None:
        """Dolibarr is asked for these columns of a stream."""
        told = {"class": class_, "enabled": True, "type": "webservice", "data": data}
        path = self.folder / "import.json"
        imports = json.loads(path.read_text(encoding="utf-8")) | {stream: told}
        path.write_text(json.dumps(imports), encoding="utf-8")

    def called(self, reference: str) -> str:
        return f"{self.prefix}-{reference}"

    def sizes(self, id_product: int, *sizes: tuple[str, str, str]) -> list[int]:
        """Combinations of a size each: name, reference and impact on the price."""
        group = self.shop.insert("product_options", {"name": {1: "Size"}, "public_name": {1: "Size"}})
        made = []
        for size, reference, impact in sizes:
            value = self.shop.insert("product_option_values", {"id_attribute_group": group, "name": {1: size}})
            told = {"reference": reference and self.called(reference), "price": impact, "quantity": 4}
            made.append(
                self.shop.insert("combinations", told | {"id_product": id_product, "product_option_values": [value]})
            )
        return made

    def category(self, name: str, parent: int = 2, **more: Any) -> int:
        return self.shop.insert("categories", {"name": {1: name, 2: name}, "id_parent": parent} | more)

    def picture(self, id_product: int, colour: int) -> int:
        """A picture of a product, put behind its others; its id_image."""
        before = set(self.shop.row("products", id_product).get("images", ()))
        sent = {"image": ("a.png", png((colour, 0, 0)), "image/png")}
        address = f"{self.shop.url}/api/images/products/{id_product}"
        httpx.post(address, files=sent, auth=(self.shop.key, ""), trust_env=False).raise_for_status()
        (image,) = set(self.shop.row("products", id_product)["images"]) - before
        return int(image)

    def pictures_there(self, reference: str) -> list[tuple[str, str, bool]]:
        """Name, digest and whether it is the cover of each of our pictures of a product, as Dolibarr shows them."""
        query = {"modulepart": "product", "id": self.products_there()[reference]["id"], "limit": "1000"}
        answer = self.rest.get("/documents", params=query)
        found = [] if answer.status_code == 404 else answer.raise_for_status().json()
        ours = [each for each in found if each["relativename"].startswith(f"{self.prefix}p")]
        ours.sort(key=lambda each: int(each["position"]))
        return [(each["relativename"].partition("-")[2], each["label"], each["cover"] == "1") for each in ours]

    def products_there(self) -> dict[str, dict[str, Any]]:
        """What Dolibarr has of this shop, by reference without its prefix."""
        return {each["ref"].removeprefix(f"{self.prefix}-"): each for each in self.ours("/products")}

    def inside(self, reference: str) -> list[str]:
        """The categories that a product of Dolibarr is in."""
        id_ = self.products_there()[reference]["id"]
        return sorted(each["label"] for each in self.rest.get(f"/products/{id_}/categories").json())

    def written(self) -> list[str]:
        """The kinds of writes of the last run."""
        sent = (name.removeprefix("dolibarr ") for name in self.report()["requests"])
        return [name for name in sent if name.startswith(WRITES)]

    def left_behind(self, level: str = "error") -> dict[str, str]:
        """The code of the message of each item that was left behind, by its key."""
        with Ledger.open(f"sqlite:///{self.folder / 'ledger.db'}", snapshots=None) as ledger:
            found = ledger.incidents(shop=self.folder.name, open_only=True)
        return dict(found.filter(found["level"] == level).select("key", "code").iter_rows())

    def reads(self) -> int:
        requests: dict[str, int] = self.report()["requests"]
        return sum(count for name, count in requests.items() if name.startswith("dolibarr "))

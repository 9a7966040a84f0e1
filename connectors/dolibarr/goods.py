"""What the client asks and writes of products, their categories and warehouses."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeVar

from connectors.dolibarr import filters, guard
from connectors.dolibarr.asking import Asking, Record
from connectors.dolibarr.faults import NOT_THERE
from schemas.errors import RefusedError

_AT_ONCE = 100
_PAGE = 1_000
PRODUCT = (
    "id,ref,label,status,price,price_base_type,tva_tx,description,note_public,barcode,weight,weight_units,array_options"
)
CATEGORY = "id,label,fk_parent,description,array_options"
_STOCK = "id,ref,stock_reel,stock_warehouse,array_options"
_ITEM = "id,ref,price,price_ttc,array_options"
_STOCK_PAGE = 500


class Goods(Asking):
    """Products and categories, under guards of their own."""

    def products_of(self, uids: Iterable[str]) -> list[Record]:
        """The products of these guards, a hundred in a request."""
        if not self.is_guarded("product"):
            return []
        found: list[Record] = []
        for some in _parts(sorted(set(uids))):
            named = ",".join(f"'{uid}'" for uid in some)
            asked = f"(ef.{guard.NAME}:in:{named})"
            found += self._list("/products", "look up products", asked, properties=PRODUCT, sortfield="t.rowid")
        return found

    def products_called(self, references: Iterable[str]) -> list[Record]:
        """The products with these references, whatever the case, a hundred in a request."""
        found: list[Record] = []
        for some in _parts(sorted(set(references))):
            asked = filters.any_of(filters.equal("t.ref", each) for each in some)
            found += self._list("/products", "look up products", asked, properties=PRODUCT, sortfield="t.rowid")
        return found

    def products_under(self, prefix: str) -> Iterator[Record]:
        """Every product whose guard begins so, a thousand in a request."""
        if not self.is_guarded("product"):
            return
        asked = f"(ef.{guard.NAME}:like:'{prefix}%')"
        yield from self._all_products("read products", asked, _PAGE, properties=PRODUCT)

    def create_product(self, uid: str, values: Mapping[str, Any]) -> int:
        """A new product under this guard; its id. Its price is rounded to the cent (docs/facts/dolibarr.md, C3)."""
        return self._created("/products", "create a product", uid, values, guard.GOODS)

    def update_product(self, id_: int, values: Mapping[str, Any]) -> Record:
        """Gives a product these values, all others staying as they are; the product."""
        answer = self._write_text("PUT", f"/products/{id_}", "update a product", str(id_), dict(values))
        return dict(answer.value)

    def claim(self, path: str, element: str, id_: int, uid: str) -> None:
        """Something that is there already bears our guard from now on."""
        self._make_guards((element,))
        self._transport.write("PUT", f"{path}/{id_}", "take over", uid, {"array_options": guard.guarded(uid)})

    def delete_product(self, id_: int) -> None:
        """A product is gone; refused where something was made of it."""
        self._transport.write("DELETE", f"/products/{id_}", "delete a product", str(id_))

    def product_categories(self) -> list[Record]:
        """All categories of products."""
        return self._list("/categories", "read the categories", "(t.rowid:>:0)", type="product", properties=CATEGORY)

    def create_category(self, uid: str, values: Mapping[str, Any]) -> int:
        """A new category of products under this guard; its id."""
        return self._created("/categories", "create a category", uid, {**values, "type": "product"}, guard.GOODS)

    def update_category(self, id_: int, values: Mapping[str, Any]) -> None:
        """Gives a category these values."""
        self._write_text("PUT", f"/categories/{id_}", "update a category", str(id_), dict(values))

    def has_products(self, category_id: int) -> bool:
        """Whether any product is in a category."""
        asked = "(t.rowid:>:0)"
        return bool(
            self._list("/products", "look into a category", asked, properties="id", limit=1, category=category_id)
        )

    def those_in(self, category_id: int, product_ids: Iterable[int]) -> frozenset[int]:
        """Which of these products are in a category, a hundred in a request."""
        found: set[int] = set()
        for some in _parts(sorted(set(product_ids))):
            asked = filters.ids("t.rowid", some)
            rows = self._list("/products", "look into a category", asked, properties="id", category=category_id)
            found.update(int(each["id"]) for each in rows)
        return frozenset(found)

    def delete_category(self, id_: int) -> None:
        """A category is gone; 23.0.1 refuses it where the module of projects is off (docs/facts/dolibarr.md, C6)."""
        self._transport.write("DELETE", f"/categories/{id_}", "delete a category", str(id_))

    def categories_of(self, product_id: int) -> dict[int, str]:
        """The categories that a product is in, by id, with the guard of each."""
        path = f"/products/{product_id}/categories"
        found = self._transport.get(path, "read a product's categories", str(product_id))
        return {int(each["id"]): guard.uid_of(each) for each in found or ()}

    def put_into(self, category_id: int, product_id: int) -> None:
        """A product is in a category; nothing happens where it is already."""
        self._act(f"/categories/{category_id}/objects/product/{product_id}", "put into a category", product_id)

    def remove_from(self, category_id: int, product_id: int) -> None:
        """A product is no longer in a category; nothing happens where it was not."""
        path = f"/categories/{category_id}/objects/product/{product_id}"
        self._transport.write("DELETE", path, "take out of a category", str(product_id))

    def warehouses(self) -> dict[str, int]:
        """The ids of the warehouses, by reference."""
        found = self._list("/warehouses", "read the warehouses", "(t.rowid:>:0)", properties="id,ref")
        return {str(each["ref"]): int(each["id"]) for each in found}

    def newest_movement(self) -> int:
        """The id of the newest movement of stock; 0 of none."""
        query: dict[str, str | int] = {"sortfield": "t.rowid", "sortorder": "DESC", "limit": 1}
        asked = "(t.rowid:>:0)"
        found = self._list("/stockmovements", "read stock movements", asked, properties="id", **query)
        return int(found[0]["id"]) if found else 0

    def stocks(self, product_ids: Iterable[int]) -> Iterator[Record]:
        """Reference and stock by warehouse of these products, a hundred in a request."""
        for some in _parts(sorted(set(product_ids))):
            asked = filters.ids("t.rowid", some)
            yield from self._list("/products", "read stocks", asked, properties=_STOCK, includestockdata=1)

    def all_stocks(self) -> Iterator[Record]:
        """The same of every product that is no service, five hundred in a request."""
        asked = "(t.fk_product_type:=:0)"
        yield from self._all_products("read stocks", asked, _STOCK_PAGE, properties=_STOCK, includestockdata=1)

    def all_items(self, members: Iterable[str] = ()) -> Iterator[Record]:
        """Reference, prices and these members of every product and service, a thousand in a request."""
        properties = ",".join([_ITEM, *members])
        yield from self._all_products("read items", "(t.rowid:>:0)", _PAGE, properties=properties)

    def goods_without_variants(self) -> frozenset[int]:
        """The ids of what is no service, has no variants and is none."""
        query: dict[str, str | int] = {"variant_filter": 1, "properties": "id"}
        rows = self._all_products("read items", "(t.fk_product_type:=:0)", _PAGE, **query)
        return frozenset(int(each["id"]) for each in rows)

    def products_in(self, category_id: int) -> list[int]:
        """The ids of the products of a category."""
        query: dict[str, str | int] = {"category": category_id, "properties": "id"}
        rows = self._all_products("read a category's products", "(t.rowid:>:0)", _PAGE, **query)
        return [int(each["id"]) for each in rows]

    def _all_products(self, action: str, asked: str, size: int, **query: str | int) -> Iterator[Record]:
        """All of a list: each page begins after the last id of the one before, so that a deletion moves none away."""
        last = 0
        while True:
            those = f"{asked} and (t.rowid:>:{last})"
            rows = self._list("/products", action, those, sortfield="t.rowid", limit=size, **query)
            yield from rows
            if len(rows) < size:
                return
            last = max(int(each["id"]) for each in rows)

    def files_of(self, product_id: int) -> list[Record]:
        """The files of a product; a list without any is a 404 (docs/facts/dolibarr.md, D1)."""
        query: dict[str, str | int] = {"modulepart": "product", "id": product_id, "limit": _PAGE}
        found = self._get_or_none("/documents", "read the pictures", str(product_id), **query)
        return list(found or ())

    def upload(self, reference: str, name: str, content: bytes, position: int) -> None:
        """A product has this file, in place of one of the same name; the first one is its cover."""
        body = {
            "filename": name,
            "modulepart": "product",
            "ref": reference,
            "filecontent": base64.b64encode(content).decode("ascii"),
            "fileencoding": "base64",
            "overwriteifexists": 1,
            "createdirifnotexists": 1,
            "position": position,
            "cover": "1" if position == 1 else "",
            # With 1, 23.0.1 answers 500 and has stored the file all the same (docs/facts/dolibarr.md, D3).
            "generateThumbs": 0,
        }
        self._transport.write("POST", "/documents/upload", "send a picture", reference, body)

    def remove_file(self, reference: str, name: str) -> None:
        """A file is no longer in the folder of this reference; nothing happens where it was not."""
        query = {"modulepart": "product", "original_file": f"{reference}/{name}"}
        try:
            self._transport.write("DELETE", "/documents", "remove a picture", reference, query=query)
        except RefusedError as error:
            if error.code != NOT_THERE:
                raise

    def has_moved(self, product_id: int) -> bool:
        """Whether there is any movement of a product."""
        asked = f"(t.fk_product:=:{product_id})"
        return bool(self._list("/stockmovements", "look for movements", asked, properties="id", limit=1))


Value = TypeVar("Value")


def _parts(values: list[Value]) -> Iterator[list[Value]]:
    for start in range(0, len(values), _AT_ONCE):
        yield values[start : start + _AT_ONCE]

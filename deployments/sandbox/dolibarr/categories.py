"""Categories of products, and which products are in them."""

from __future__ import annotations

from typing import Any

from deployments.sandbox.dolibarr import texts
from deployments.sandbox.dolibarr.errors import ApiError
from deployments.sandbox.dolibarr.state import State, one
from deployments.sandbox.dolibarr.store import Row

_DONE = {"success": {"code": 200, "message": "Objects successfully linked to the category"}}


class Categories:
    """Answers `/categories`, and `/products/{id}/categories`."""

    def __init__(self, state: State) -> None:
        self._state = state

    def create(self, body: dict[str, Any]) -> int:
        """A category; its parent has no other of this label."""
        if not body.get("label"):
            raise ApiError(400, "label field missing")
        row: Row = {"type": "0", "description": "", "fk_parent": 0} | self._values(body)
        if any(self._is_twin(each, row) for each in self._state.categories):
            # As a server that speaks French words it.
            said = f"Impossible d'ajouter le tag/cat&eacute;gorie {row['label']} : Ce tag existe d&eacute;j&agrave;"
            raise ApiError(500, "Error when creating category", said)
        table = self._state.categories
        options = table.options(body.get("array_options"))
        try:
            table.check_unique(options)
        except ApiError as error:
            raise ApiError(500, "Error when creating category", *error.causes) from None
        return int(table.insert(row, body.get("array_options"))["id"])

    def update(self, body: dict[str, Any], id_: str) -> Row:
        """Gives it what the body says, and answers with all of it."""
        row = one(self._state.categories, id_, "category")
        row |= self._values(body)
        self._state.categories.give(row, body.get("array_options"))
        return self.shown(row)

    def delete(self, id_: str) -> Row:
        """A category is gone; what was below it stands at the top, and no product is in it any more."""
        row = one(self._state.categories, id_, "category")
        if not self._state.profile.deletes_categories:
            raise ApiError(500, "Error when delete category : ")
        del self._state.categories.rows[row["id"]]
        for below in self._state.categories:
            below["fk_parent"] = 0 if below["fk_parent"] == row["id"] else below["fk_parent"]
        self._state.sorted_in = {pair for pair in self._state.sorted_in if pair[0] != row["id"]}
        return {"success": {"code": 200, "message": "Category deleted"}}

    def shown(self, row: Row) -> Row:
        """As it is answered."""
        return {**row, "id": str(row["id"]), "array_options": dict(row["array_options"])}

    def of_product(self, id_: str) -> list[Row]:
        """The categories that a product is in."""
        product = one(self._state.products, id_, "Product")["id"]
        return [self.shown(each) for each in self._state.categories if (each["id"], product) in self._state.sorted_in]

    def link(self, category: str, product: str) -> Row:
        """A product is in a category, whether it was before or not."""
        pair = (
            one(self._state.categories, category, "category")["id"],
            one(self._state.products, product, "Product")["id"],
        )
        self._state.sorted_in.add(pair)
        return _DONE

    def unlink(self, category: str, product: str) -> Row:
        """A product is not in a category, whether it was before or not."""
        self._state.sorted_in.discard((int(category), int(product)))
        return _DONE

    def _values(self, body: dict[str, Any]) -> Row:
        row: Row = {"label": texts.name(str(body["label"]))} if "label" in body else {}
        row |= {"description": texts.kept_html(str(body["description"] or ""))} if "description" in body else {}
        return row | ({"fk_parent": int(body["fk_parent"] or 0)} if "fk_parent" in body else {})

    @staticmethod
    def _is_twin(one_: Row, other: Row) -> bool:
        return texts.folded(one_["label"]) == texts.folded(other["label"]) and one_["fk_parent"] == other["fk_parent"]

"""`[catalogue]`: how the shop's categories and items are brought to the ERP, and which side owns which field."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from schemas.setting_values import Section, fault

OwnedField = Literal[
    "name", "description", "long_description", "price", "vat", "weight", "barcode", "on_sale", "categories", "images"
]


def _template(value: str) -> str:
    try:
        one, other = (value.format(ref="A", id=number, combination=number) for number in (1, 2))
    except (KeyError, IndexError, ValueError):
        one = other = ""
    if one == other and "{ref}" not in value:
        remedy = 'Write {ref}, {id} and {combination} for what they stand for, such as "{ref}" or "WEB-{ref}".'
        raise fault("reference_template", "this is no template of a reference", remedy)
    return value


class Catalogue(Section):
    """`[catalogue]`."""

    reference: Annotated[str, AfterValidator(_template)] = "{ref}"
    """What an item is called in the ERP: {ref} is its reference in the shop, {id} its id_product, {combination} its
    id_product_attribute."""
    duplicates: Literal["number", "hold"] = "number"
    """What becomes of items that the shop gives one reference: from the second on they are numbered, or held."""
    known_items: Literal["compare", "adopt"] = "compare"
    """What becomes of an item that the ERP has already under the same reference: it is taken for ours where its name
    or its bar code is the same too, or always."""
    erp_owns: list[OwnedField] = Field(default_factory=list)
    """Fields that the ERP is given once, with a new item, and that are its own from then on."""
    categories: Literal["all", "default", "none"] = "all"
    """Which categories of an item are told: all, the default one, or none."""
    long_description: Literal["note", "none"] = "note"
    """Where the long description goes: into the item's note, or nowhere."""
    features: Literal["note", "none"] = "note"
    """Where the features go: below the long description in the item's note, or nowhere."""
    images: Literal["all", "cover", "none"] = "all"
    """Which pictures of an item the ERP is given: all, the cover, or none."""
    deleted_images: Literal["delete", "leave"] = "delete"
    """What becomes of a picture that an item no longer has in the shop: deleted in the ERP, or nothing."""
    first_stock: str = ""
    """The reference of the ERP's warehouse that a new item's quantity is booked into, once; empty: no quantity."""
    deleted_categories: Literal["leave", "delete"] = "leave"
    """What becomes of a category that the shop has deleted: nothing, or deleted in the ERP once nothing is in it."""
    deleted: Literal["close", "delete", "leave"] = "close"
    """What becomes of an item that the shop has deleted: no longer on sale, deleted where nothing was made of it, or
    nothing."""

"""The shop's catalogue as plain frozen types, and what an ERP that takes it can be asked, in words of no ERP."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NewType, Protocol, TypeVar

EntityNumber = NewType("EntityNumber", str)
"""How the ERP names one category or item, as text that only the ERP's own room takes apart."""
FIELDS = (
    "reference",
    "name",
    "description",
    "long_description",
    "price",
    "vat",
    "weight",
    "barcode",
    "on_sale",
    "categories",
)
"""What is told of an item, by the names that the settings use."""


@dataclass(frozen=True, slots=True)
class Category:
    """A category of the shop."""

    id_category: int
    id_parent: int
    """0: it stands at the top."""
    name: str
    added_text: str = ""
    """`date_add` as the shop itself writes it."""
    description: str = ""
    """As HTML."""
    erp_parent: EntityNumber = EntityNumber("")
    """What its parent is called in the ERP; empty: it stands at the top."""

    @property
    def key(self) -> str:
        """What the ledger and the report call it."""
        return f"c{self.id_category}"

    @property
    def shop_ids(self) -> tuple[int, int]:
        """Its ids in the shop, as a link holds them."""
        return self.id_category, 0

    @property
    def unchanging(self) -> str:
        """What never changes of it."""
        return self.added_text


@dataclass(frozen=True, slots=True)
class Item:
    """What is sold: a product without combinations, or one combination."""

    id_product: int
    id_combination: int
    reference: str
    """Its own; where a combination has none, its product's."""
    name: str
    detail: str = ""
    """What a combination is of its product, as `Size: S, Colour: Blue`."""
    summary: str = ""
    """The short description, as HTML."""
    description: str = ""
    """The long one, as HTML."""
    price_tax_excl: Decimal = Decimal(0)
    vat_rate: Decimal | None = None
    """In per cent; None where the shop has no rate for its own country."""
    currency: str = ""
    weight_kg: Decimal = Decimal(0)
    ean13: str = ""
    upc: str = ""
    isbn: str = ""
    on_sale: bool = True
    is_virtual: bool = False
    categories: tuple[int, ...] = ()
    """The ids of its categories, the default one first."""
    added_text: str = ""
    """`date_add` of its product as the shop itself writes it, and what a combination is made of."""
    erp_reference: str = ""
    """What it is called in the ERP."""
    erp_categories: tuple[EntityNumber, ...] | None = ()
    """What its categories are called there; None: nothing is told of them."""
    held_categories: tuple[int, ...] = ()
    """Of its categories those that go no further now, by id_category: it stays in what the ERP has of them."""
    pictures: tuple[int, ...] = ()
    """By id_image, its cover first: of a combination its own, or all of its product's where it has none."""
    product_pictures: tuple[int, ...] = ()
    """All of its product's, by id_image."""
    features: tuple[tuple[str, str], ...] = ()
    """Name and value of each of its features, as text."""
    changed_text: str = ""
    """`date_upd` of its product as the shop itself writes it."""

    @property
    def key(self) -> str:
        """What the ledger and the report call it."""
        return f"{self.id_product}-{self.id_combination}" if self.id_combination else str(self.id_product)

    @property
    def shop_ids(self) -> tuple[int, int]:
        """Its ids in the shop, as a link holds them."""
        return self.id_product, self.id_combination

    @property
    def unchanging(self) -> str:
        """What never changes of it."""
        return self.added_text


@dataclass(frozen=True, slots=True)
class WantedEntity:
    """A category or an item as the ERP is to have it."""

    uid: str
    """Our own reference of it, which nothing else in the ERP bears."""
    name: str
    """What people find it by there: no two have the same."""
    fields: Mapping[str, str]
    """What is compared, by our names of the fields, in the form in which the ERP keeps it."""
    request: Mapping[str, Mapping[str, Any]] = field(repr=False)
    """What is sent of each field, in the ERP's own words."""
    alike: tuple[str, ...] = ()
    """The fields by which something else is known to be the same, where they are not empty; one of them is enough."""


@dataclass(frozen=True, slots=True)
class FoundEntity:
    """A category or an item as the ERP has it."""

    number: EntityNumber
    uid: str
    """Our reference that it bears; empty: none."""
    name: str
    fields: Mapping[str, str]


Entity_contra = TypeVar("Entity_contra", contravariant=True)


@dataclass(frozen=True, slots=True)
class FoundEntities:
    """What the ERP has of what was looked for."""

    by_uid: Mapping[str, FoundEntity] = field(default_factory=dict)
    by_name: Mapping[str, FoundEntity] = field(default_factory=dict)
    """Of those that were not found by their uid, by the name that was looked for."""


class Obstacle(Protocol):
    """See `schemas.erp.Obstacle`."""

    @property
    def code(self) -> str:
        """The code of the message."""

    @property
    def params(self) -> Mapping[str, str]:
        """Its parameters."""


class TakesEntities(Protocol[Entity_contra]):
    """The ERP is given categories or items, which may change. Every method is safe in threads."""

    def obstacles(self, entity: Entity_contra) -> tuple[Obstacle, ...]:
        """Every reason why it is not sent."""

    def stored_name(self, name: str) -> str:
        """A name as the ERP keeps it; empty where it keeps nothing of it."""

    def wanted(self, entity: Entity_contra) -> WantedEntity:
        """It in the ERP's own words."""

    def uid(self, key: str) -> str:
        """Our own reference of what the ledger calls so."""

    def bearing(self, uids: Collection[str]) -> Mapping[str, FoundEntity]:
        """What bears these references of ours, by them; a request for a hundred."""

    def find(self, wanted: Sequence[WantedEntity]) -> FoundEntities:
        """What the ERP has of them, by our references, else by their names; a few requests for a hundred."""

    def ours(self) -> Mapping[str, FoundEntity]:
        """Everything that bears a reference of this shop's, by it; a request for a thousand."""

    def create(self, wanted: WantedEntity) -> EntityNumber:
        """The number of a new one, whole. `AlreadyThereError`: look whether an earlier call made it, and `update`."""

    def update(self, found: FoundEntity, wanted: WantedEntity, fields: frozenset[str]) -> bool:
        """Gives it these fields, our reference, and what belongs to it; whether anything had to be written."""

    def astray(self, placed: Sequence[tuple[EntityNumber, WantedEntity]]) -> frozenset[str]:
        """Our references of those that are not in the categories that they were put into; a request for a category."""

    def close(self, found: FoundEntity, *, delete: bool) -> None:
        """It is no longer on sale; with `delete` it is gone, where the ERP and the key let it go. Safe to repeat."""


@dataclass(frozen=True, slots=True)
class ReadStock:
    """What an ERP has in its warehouses, as far as it may have changed."""

    cursor: str
    """Up to where its movements were read, as text that only the ERP's own room takes apart."""
    quantities: Mapping[str, int]
    """By the reference of the item."""
    owners: Mapping[str, str] = field(default_factory=dict)
    """The key of the item that each is of, by reference, where it bears one of ours; empty: another shop's."""


class TellsStock(Protocol):
    """The ERP says how many there are of its items."""

    def unknown_warehouses(self, warehouses: Sequence[str]) -> tuple[str, ...]:
        """Those of these references that it does not have."""

    def stock(self, warehouses: Sequence[str], after: str) -> ReadStock:
        """The quantities of what has moved since that cursor, summed over these warehouses, or over all of them.

        Without a cursor: of every item.
        """


@dataclass(frozen=True, slots=True)
class ErpItem:
    """An item as the ERP has it, as far as it was asked for; what is empty says nothing."""

    price_tax_excl: Decimal = Decimal(0)
    """In the ERP's own currency; 0: nobody gave it a price."""
    price_tax_incl: Decimal = Decimal(0)
    name: str = ""
    summary: str = ""
    """As HTML, like the long one."""
    description: str = ""
    vat_rate: Decimal | None = None
    weight_kg: Decimal = Decimal(0)
    ean13: str = ""
    upc: str = ""
    isbn: str = ""
    on_sale: bool = True
    categories: tuple[str, ...] = ()
    """The names of one category that it is in and of those above it, the top one first."""
    may_be_new: bool = False
    """It is on sale, one piece of goods, and nobody's yet: the shop may sell it too."""
    owner: str | None = None
    """The key of the item that it is of, where it bears a reference of ours; empty: another shop's."""


class TellsItems(Protocol):
    """The ERP says what it has of its items."""

    def has_category(self, name: str) -> bool:
        """Whether there is a category of this name."""

    def read(self, fields: Collection[str], *, new: bool, category: str = "") -> Mapping[str, ErpItem]:
        """Every item with these of `FIELDS`, by its reference.

        `new`: it is asked which the shop may sell too; of `category` and those below it alone, where it is named.
        """


@dataclass(frozen=True, slots=True)
class FoundPicture:
    """A picture of an item as the ERP has it."""

    digest: str
    """What tells its bytes from all others; empty where the ERP does not say it."""
    position: int
    """1: it is the cover."""


class TakesPictures(Protocol):
    """The ERP is given the pictures of items, each under a name of ours. Every method is safe in threads."""

    def name(self, uid: str, id_image: int, kind: str) -> str:
        """What a picture is called there; `uid` is our reference of its item, `kind` jpeg, png, gif or webp."""

    def digest(self, content: bytes) -> str:
        """What the ERP says of these bytes, as in `FoundPicture`."""

    def there(self, number: EntityNumber) -> Mapping[str, FoundPicture]:
        """The files that an item has, by name."""

    def give(self, number: EntityNumber, name: str, content: bytes, position: int) -> None:
        """An item has this picture at this position, in place of one of the same name. Safe to repeat."""

    def remove(self, number: EntityNumber, name: str) -> None:
        """An item does not have it, whether it had it or not."""


@dataclass(frozen=True, slots=True)
class ErpPicture:
    """A picture of an item, as the ERP has it."""

    name: str
    """Of the file, as the ERP's own room knows it."""
    kind: str
    """`jpg`, `png`, `gif` or `webp`."""
    md5: str
    """Of its bytes, in hex; empty: the ERP does not say it."""


class TellsPictures(Protocol):
    """The ERP says which pictures it has of its items."""

    def owners(self) -> Mapping[str, str | None]:
        """Whose every item is, by its reference, as `ErpItem.owner`."""

    def pictures(self, reference: str) -> Sequence[ErpPicture]:
        """The pictures of an item in their order, without those that it was given by us; a request each."""

    def content(self, reference: str, picture: ErpPicture) -> bytes:
        """The bytes of one; empty where it is gone."""


class TakesFirstStock(Protocol):
    """The ERP is told, once, how many there are of an item that was made for the shop."""

    def has_warehouse(self, warehouse: str) -> bool:
        """Whether there is a warehouse of this reference."""

    def give(self, number: EntityNumber, uid: str, quantity: int, warehouse: str) -> None:
        """The item has this quantity, unless anything of it ever moved. Safe to repeat."""

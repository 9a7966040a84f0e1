"""Finds each wanted product on the shop, with its combinations, adopting what is already there."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from connectors.prestashop import Entity, Shop
from schemas.outcomes import Outcome
from tasks.products.plan.shapes import DELETED, CurrentProduct
from tasks.products.translate.rows import WantedProduct
from tasks.run.matching import by_key, differs_by_case, found_twice
from tasks.run.outcomes import Stop

PRODUCT_FIELDS = (
    "id",
    "reference",
    "active",
    "price",
    "weight",
    "id_manufacturer",
    "id_category_default",
    "id_tax_rules_group",
    "categories[id]",
    "product_features[id,id_feature_value]",
)
COMBINATION_FIELDS = ("id", "id_product", "reference", "price", "weight", "default_on", "product_option_values[id]")


@dataclass(frozen=True, slots=True)
class Linked:
    """What the ledger remembers of a row: `id_product` and `id_combination` (0 for a simple product).

    An id that is not `believed` counts only where the shop's product bears the key: a shop restored from a backup
    gives the ids of what was lost to what is made next.
    """

    id_product: int
    id_combination: int
    believed: bool = True
    left: bool = False
    """Deleted in the shop by hand, and not made again."""


@dataclass(frozen=True, slots=True)
class Others:
    """What there is beside the wanted products."""

    named: Collection[str] = ()
    """The key of every product that the files name."""
    keys_of: Mapping[int, Collection[str]] = field(default_factory=dict)
    """The keys of a product's combinations that are on sale, as the ledger knows them, by id_product."""


async def current_products(
    shop: Shop,
    wanted: Sequence[WantedProduct],
    linked: Mapping[str, Linked],
    key_field: str,
    fields: Collection[str],
    others: Others,
) -> tuple[dict[str, CurrentProduct | Stop], dict[str, dict[str, Stop]]]:
    """What the shop has of each wanted product, by product key, and the rows that it holds in another product.

    A product that it does not have is absent; the rows are given by product key and row key. `fields` are the
    webservice fields that will be compared, beside those always read.
    """
    search = _Search(shop, key_field, tuple(fields))
    keys = {row.ref.key for product in wanted for row in product.rows}
    await search.read_products(str(linked[key].id_product) for key in keys if key in linked and linked[key].id_product)
    bearing = {str(entity.get(key_field, "")): number for number, entity in search.products.items()}
    strangers = [product for product in wanted if bearing.get(product.key) not in search.known_ids(product, linked)]
    await search.look_up(strangers)
    search.others = others
    found: dict[str, CurrentProduct | Stop] = {}
    for product in wanted:
        at = search.find(product, search.known_ids(product, linked))
        if isinstance(at, CurrentProduct) and at.id in search.elsewhere_only and not product.active:
            continue
        if at is not None:
            found[product.key] = at
    former = (link.id_product for product in wanted for link in _links(product, linked))
    here = (at.id for at in found.values() if isinstance(at, CurrentProduct))
    await search.read_combinations([*here, *(number for number in former if number in search.products)])
    await search.read_combinations_elsewhere(wanted, found)
    held_rows: dict[str, dict[str, Stop]] = {}
    for product in wanted:
        at = found.get(product.key)
        if isinstance(at, Stop):
            continue
        held_rows[product.key] = search.held_rows(product, at, linked)
        if isinstance(at, CurrentProduct):
            at.combinations = search.of_product.get(at.id, [])
            at.elsewhere_only = at.id in search.elsewhere_only
            at.combinations_elsewhere = frozenset(search.combinations_elsewhere)
    return found, held_rows


def deleted(
    product: WantedProduct, at: CurrentProduct | Stop | None, linked: Mapping[str, Linked], key_field: str
) -> dict[str, Stop]:
    """The rows that the ledger knew in the shop and that it no longer has; all of them where their product is gone.

    What the ledger's ids are not believed of may be gone with a shop that was restored: nobody deleted it.
    """
    rows = {row.ref.key: linked[row.ref.key] for row in product.rows if row.ref.key in linked}
    was_there = {key for key, link in rows.items() if link.left or (link.id_product and link.believed)}
    if isinstance(at, Stop) or not was_there or (at is not None and product.simple):
        return {}
    if at is None:
        return {row.ref.key: Stop(Outcome.IGNORED, DELETED) for row in product.rows}
    here = {str(one.get(key_field, "")) for one in at.combinations} | {int(one["id"]) for one in at.combinations}
    return {key: Stop(Outcome.IGNORED, DELETED) for key in was_there if not {key, rows[key].id_combination} & here}


def _links(product: WantedProduct, linked: Mapping[str, Linked]) -> list[Linked]:
    links = [linked[row.ref.key] for row in product.rows if row.ref.key in linked]
    return [link for link in links if link.id_product and (link.id_combination == 0) == product.simple]


class _Search:
    """The look-ups of one call, each made once for all products."""

    def __init__(self, shop: Shop, key_field: str, fields: tuple[str, ...]) -> None:
        self.shop = shop
        self.key_field = key_field
        self.product_fields = tuple(dict.fromkeys((*PRODUCT_FIELDS, key_field, *fields)))
        own = (field for field in fields if field in _COMBINATION_OWN)
        self.combination_fields = tuple(dict.fromkeys((*COMBINATION_FIELDS, key_field, *own)))
        self.products: dict[int, Entity] = {}
        self.of_product: dict[int, list[Entity]] = {}
        self.product_hits: dict[str, list[Entity]] = {}
        self.product_near: dict[str, list[Entity]] = {}
        self.combination_hits: dict[str, list[Entity]] = {}
        self.combination_near: dict[str, list[Entity]] = {}
        self.elsewhere_only: set[int] = set()
        """Ids of products that only other shops of the installation have."""
        self.combinations_elsewhere: set[int] = set()
        self.others = Others()

    async def read_products(self, ids: Iterable[str]) -> None:
        wanted = sorted(set(ids), key=int)
        if wanted:
            for entity in await self.shop.find("products", "id", wanted, display=self.product_fields):
                self.products[int(entity["id"])] = entity
            missing = [known for known in wanted if int(known) not in self.products]
            found = await self.shop.find_elsewhere("products", "id", missing, display=self.product_fields)
            self.products |= {int(entity["id"]): entity for entity in found}
            self.elsewhere_only |= {int(entity["id"]) for entity in found}

    def known_ids(self, product: WantedProduct, linked: Mapping[str, Linked]) -> set[int]:
        """The ids that the links of this product's rows name, where the shop has such a product."""
        return {link.id_product for link in _links(product, linked) if self._holds(link, product.key)}

    def _holds(self, link: Linked, key: str) -> bool:
        entity = self.products.get(link.id_product)
        return entity is not None and (link.believed or entity.get(self.key_field) == key)

    async def read_combinations(self, products: Iterable[int]) -> None:
        ids = [str(i) for i in sorted(set(products)) if i not in self.of_product]
        if ids:
            for entity in await self.shop.find("combinations", "id_product", ids, display=self.combination_fields):
                self.of_product.setdefault(int(entity["id_product"]), []).append(entity)

    async def look_up(self, strangers: Sequence[WantedProduct]) -> None:
        """Products by their key, and every row's key among the combinations."""
        if not strangers:
            return
        keys = [product.key for product in strangers]
        self.product_hits, self.product_near = await by_key(self.shop, "products", self.key_field, keys, (), "all")
        rows = [row.ref.key for product in strangers for row in product.rows]
        self.combination_hits, self.combination_near = await by_key(
            self.shop, "combinations", self.key_field, rows, ("id_product",), "all"
        )
        hits = [entity["id"] for entities in self.product_hits.values() for entity in entities]
        parents = [entity["id_product"] for entities in self.combination_hits.values() for entity in entities]
        await self.read_products(str(i) for i in (*hits, *parents) if int(i) not in self.products)
        # The shop lists combinations of products that it no longer has, and nobody sells them (facts A3).
        self.combination_hits = {
            key: [entity for entity in entities if int(entity["id_product"]) in self.products]
            for key, entities in self.combination_hits.items()
        }

    async def read_combinations_elsewhere(
        self, wanted: Sequence[WantedProduct], found: Mapping[str, CurrentProduct | Stop]
    ) -> None:
        """Combinations that rows want and only other shops have; all of them where a row wants a simple product."""
        keys: dict[int, set[str]] = {}
        simple: set[int] = set()
        for product in wanted:
            at = found.get(product.key)
            if isinstance(at, CurrentProduct):
                here = {str(entity.get(self.key_field)) for entity in self.of_product.get(at.id, ())}
                keys[at.id] = {row.ref.key for row in product.rows if row.active} - here
                simple |= {at.id} if product.simple else set()
        asked = [str(known) for known in sorted(keys) if keys[known] and (known not in simple or self._only(known))]
        here_too = {int(entity["id"]) for entities in self.of_product.values() for entity in entities}
        display = self.combination_fields
        for entity in await self.shop.find_elsewhere("combinations", "id_product", asked, display=display):
            known, parent = int(entity["id"]), int(entity["id_product"])
            if known in here_too or (parent not in simple and entity.get(self.key_field) not in keys[parent]):
                continue
            if not self._only(parent):
                entity["default_on"] = ""
            self.combinations_elsewhere.add(known)
            self.of_product.setdefault(parent, []).append(entity)

    def _only(self, id_product: int) -> bool:
        return id_product in self.elsewhere_only

    def find(self, product: WantedProduct, known: set[int]) -> CurrentProduct | Stop | None:
        """The product that bears the key, else the one that all links name, else the one of its combinations."""
        bearing = [number for number in known if self._key_of(number) == product.key]
        if bearing:
            return CurrentProduct(self.products[min(bearing)])
        hits = self.product_hits.get(product.key, [])
        if len(hits) > 1:
            return found_twice(hits)
        if hits:
            return self._at(int(hits[0]["id"]))
        # A product whose own key a row of the file names, or that has other combinations than these, is not renamed:
        # its combinations moved.
        rows = {row.ref.key for row in product.rows}
        free = {number for number in known if self._key_of(number) not in self.others.named}
        free = {number for number in free if rows.issuperset(self.others.keys_of.get(number, ()))}
        if len(free) == 1:
            return CurrentProduct(self.products[free.pop()])
        if len(free) > 1:
            return Stop(Outcome.REFUSED, "rows_in_several_products", ", ".join(str(i) for i in sorted(free)))
        return (None if known else self._by_combinations(product)) or self._near(product)

    def _key_of(self, id_product: int) -> str:
        return str(self.products[id_product].get(self.key_field, ""))

    def _by_combinations(self, product: WantedProduct) -> CurrentProduct | Stop | None:
        hits = [entity for row in product.rows for entity in self.combination_hits.get(row.ref.key, [])]
        parents = sorted({int(entity["id_product"]) for entity in hits})
        if not parents:
            return None
        if product.simple:
            return Stop(Outcome.REFUSED, "is_a_combination", str(parents[0]))
        if len(parents) > 1:
            return Stop(Outcome.REFUSED, "rows_in_several_products", ", ".join(str(i) for i in parents))
        return self._at(parents[0])

    def _near(self, product: WantedProduct) -> Stop | None:
        near = self.product_near.get(product.key, [])
        if product.simple:
            near = near + self.combination_near.get(product.key, [])
        return differs_by_case(near, self.key_field) if near else None

    def _at(self, shop_id: int) -> CurrentProduct | None:
        entity = self.products.get(shop_id)
        return CurrentProduct(entity) if entity is not None else None

    def held_rows(
        self, product: WantedProduct, at: CurrentProduct | None, linked: Mapping[str, Linked]
    ) -> dict[str, Stop]:
        """The rows that the shop holds in another product, by key: as its combination, or as a simple product."""
        mine = at.id if at is not None else 0
        found: dict[str, Stop] = {}
        for row in product.rows:
            key = row.ref.key
            link = linked.get(key)
            others = {int(entity["id_product"]) for entity in self.combination_hits.get(key, [])}
            if (
                link
                and link.id_product in self.products
                and any(
                    int(entity["id"]) == link.id_combination and (link.believed or entity.get(self.key_field) == key)
                    for entity in self.of_product.get(link.id_product, [])
                )
            ):
                others.add(link.id_product)
            others -= {mine}
            former = self.products.get(link.id_product) if link and not product.simple else None
            if others and (mine or link):
                found[key] = Stop(Outcome.REFUSED, "combination_elsewhere", f"{key}: {min(others)}")
            elif former is not None and link and link.id_combination == 0 and former.get(self.key_field) == key:
                found[key] = Stop(Outcome.REFUSED, "was_simple", f"{key}: {link.id_product}")
        return found


_COMBINATION_OWN = frozenset(
    {
        "supplier_reference",
        "ean13",
        "isbn",
        "upc",
        "mpn",
        "wholesale_price",
        "available_date",
        "minimal_quantity",
        "low_stock_threshold",
        "ecotax",
    }
)

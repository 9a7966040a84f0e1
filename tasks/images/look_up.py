"""What the shop has: the owners that files may name, and the images of products and combinations."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

import polars as pl

from tasks.images.plan.names import Catalogue, names_asked
from tasks.products.translate.names import slug
from tasks.run.run import Run
from tasks.stock.look_up import item_ids_of


@dataclass(frozen=True, slots=True)
class Shown:
    """The images of a product, and its cover (0: it has none)."""

    images: frozenset[int]
    cover: int


async def catalogue_of(run: Run, stems: Collection[str]) -> Catalogue:
    """The products and combinations that the files may be named after, as linked, else as the shop says."""
    links = run.ledger.links(run.folder.name, "product").filter(pl.col("shop_id") > 0)
    products: dict[str, int] = {}
    combinations: dict[str, tuple[int, int]] = {}
    for key, parent, product, combination in links.select("erp_key", "parent_key", "shop_id", "sub_id").iter_rows():
        if combination:
            combinations[key] = (product, combination)
            if parent:
                products[parent] = product
        else:
            products[key] = product
    asked = {name for stem in stems for name in names_asked(stem)} if stems else set()
    known = products.keys() | combinations.keys()
    unnamed = {stem for stem in stems if not names_asked(stem) & known}
    found = await item_ids_of(run.shop, run.stream.key_column.target, sorted(_asked_of_shop(unnamed)))
    for key, place in found.items():
        if isinstance(place, tuple):
            if place[1]:
                combinations[key] = place
            else:
                products[key] = place[0]
    products = {reference: product for reference, product in products.items() if reference in asked}
    references = {product: reference for reference, product in products.items()}
    coloured = _coloured(stems, products, combinations)
    return Catalogue(products, combinations, references, await _values(run, coloured))


def _asked_of_shop(stems: Iterable[str]) -> set[str]:
    return {name for stem in stems for name in names_asked(stem)}


def _coloured(stems: Iterable[str], products: dict[str, int], combinations: dict[str, tuple[int, int]]) -> set[int]:
    """The products whose values files may name: those that no name of a file stands for as it is."""
    plain = Catalogue(products, combinations)
    names = {name for stem in stems if plain.owner(stem) is None for name in names_asked(stem)}
    return {product for reference, product in products.items() if reference in names}


async def _values(run: Run, products: Collection[int]) -> dict[int, dict[str, frozenset[int]]]:
    """The combinations of each product by the slug of each of their values, in every language."""
    if not products:
        return {}
    rows = await run.shop.find(
        "combinations",
        "id_product",
        map(str, sorted(products)),
        display=["id", "id_product", "product_option_values[id]"],
    )
    ids = {value["id"] for row in rows for value in row["associations"]["product_option_values"]}
    names = await run.shop.find("product_option_values", "id", map(str, sorted(map(int, ids))), display=["id", "name"])
    slugs = {int(row["id"]): {slug(text, text) for text in row["name"].values() if text} for row in names}
    values: dict[int, dict[str, set[int]]] = {}
    for row in rows:
        of_product = values.setdefault(int(row["id_product"]), {})
        for value in row["associations"]["product_option_values"]:
            for text in slugs.get(int(value["id"]), ()):
                of_product.setdefault(text, set()).add(int(row["id"]))
    return {
        product: {text: frozenset(ids) for text, ids in of_product.items()} for product, of_product in values.items()
    }


async def images_of(run: Run, products: Iterable[int]) -> dict[int, Shown]:
    """The images and the cover of each product, by its id."""
    ids = [str(product) for product in products]
    if not ids:
        return {}
    rows = await run.shop.find("products", "id", ids, display=["id", "id_default_image", "images[id]"])
    return {
        int(row["id"]): Shown(
            frozenset(int(image["id"]) for image in row.get("associations", {}).get("images", ())),
            int(row["id_default_image"] or 0),
        )
        for row in rows
    }


async def images_of_combinations(run: Run, combinations: Iterable[int]) -> dict[int, list[int]]:
    """The images that each combination shows, by its id."""
    ids = [str(combination) for combination in sorted(combinations)]
    if not ids:
        return {}
    rows = await run.shop.find("combinations", "id", ids, display=["id", "images[id]"])
    return {
        int(row["id"]): [int(image["id"]) for image in row.get("associations", {}).get("images", ())] for row in rows
    }

"""Gathers what is known of a reference: its rows, its links, what was said of it, and what the shop holds now."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches

import polars as pl

from connectors.ledger import Ledger
from connectors.prestashop import Entity, Shop
from schemas.error_texts import error_message
from schemas.errors import PasserelleError
from schemas.messages import message
from tasks.run.shop_folder import ShopFolder
from tasks.why.files import file_rows
from tasks.why.past import notes_in_ledger, notes_in_reports
from tasks.why.shapes import Article, InShop, LinkFact

KINDS = ("product", "stock")
_FLOWS = ("import_products", "import_stock")
_PATIENCE_SECONDS = 5.0  # somebody waits at the terminal
_REFUSALS_LAST = timedelta(days=1)
_ALIKE_AT_MOST = 5
_KEY_FIELDS = frozenset({"reference", "ean13"})
"""What a real shop has shown to be asked for, by a product's and by a combination's own."""


async def article_facts(folder: ShopFolder, reference: str) -> Article:
    """Everything known of `reference`; a shop that does not answer leaves its part open."""
    with folder.open_ledger() as ledger:
        rows, newest = file_rows(folder, ledger, reference)
        links = _links(folder, ledger, reference)
        keys = {reference, *links["erp_key"], *(row.key for row in rows if row.key)}
        notes = [*notes_in_ledger(folder, ledger, keys, KINDS), *notes_in_reports(folder, keys, _FLOWS)]
        refused = _refused(folder, ledger, reference)
        held = {kind: ledger.held_wants(folder.name, kind) for kind in KINDS}
        alike = _alike(folder, ledger, reference) if links.is_empty() else []
    in_shop, shop_error = await _ask_shop(folder, reference)
    return Article(
        reference=reference,
        rows=rows,
        newest_files=newest,
        notes=notes,
        links=[_fact(row, held) for row in links.iter_rows(named=True)],
        refused=refused,
        in_shop=in_shop,
        shop_error=shop_error,
        alike=alike,
    )


def _links(folder: ShopFolder, ledger: Ledger, reference: str) -> pl.DataFrame:
    """The links of the reference itself, with their `kind`; of a parent, those of its combinations."""
    found = []
    for kind in KINDS:
        links = ledger.links_for(folder.name, kind, [reference])
        if links.is_empty() and kind == "product":
            links = ledger.links(folder.name, kind).filter(pl.col("parent_key") == reference)
        found.append(links.with_columns(kind=pl.lit(kind)))
    return pl.concat(found)


def _fact(row: Mapping[str, object], held: Mapping[str, Mapping[str, str]]) -> LinkFact:
    confirmed = row["confirmed_at"]
    assert isinstance(confirmed, datetime)  # noqa: S101 - a column of the ledger
    numbers = (int(str(row["shop_id"])), int(str(row["sub_id"])))
    kind, is_held = str(row["kind"]), str(row["erp_key"]) in held[str(row["kind"])]
    return LinkFact(kind, *numbers, str(row["state"]), confirmed, bool(row["in_doubt"]), is_held)


def _refused(folder: ShopFolder, ledger: Ledger, reference: str) -> tuple[str, str] | None:
    since = datetime.now(UTC) - _REFUSALS_LAST
    for kind in ("product", "combination", "stock"):
        refusal = ledger.refusals(folder.name, kind, since=since).get(reference)
        if refusal is not None:
            language = folder.settings.shop.language
            text = message(refusal.code, language, key=reference, detail=refusal.detail, value=refusal.detail)
            return text.reason, text.remedy
    return None


def _alike(folder: ShopFolder, ledger: Ledger, reference: str) -> list[str]:
    """Known references that a person may have meant: the same in other letters first."""
    known = ledger.links(folder.name, "product")["erp_key"]
    begun = known.filter(known.str.to_lowercase().str.starts_with(reference[:2].lower()))
    by_letters = {key.lower(): key for key in begun.sort()}
    near = get_close_matches(reference.lower(), list(by_letters), n=_ALIKE_AT_MOST, cutoff=0.75)
    return [by_letters[key] for key in near]


async def _ask_shop(folder: ShopFolder, reference: str) -> tuple[list[InShop], str]:
    """What the shop holds under the reference, and why it could not be asked if it could not."""
    product = folder.imports.streams.get("product")
    field = product.key_column.target if product is not None else "reference"
    if field not in _KEY_FIELDS:
        field = "reference"
    try:
        async with folder.open_shop(patience_seconds=_PATIENCE_SECONDS) as shop:
            return await _held(shop, field, reference), ""
    except PasserelleError as error:
        return [], error_message(error, folder.settings.shop.language).reason


async def _held(shop: Shop, field: str, reference: str) -> list[InShop]:
    combinations = await shop.find("combinations", field, [reference], display=["id", "id_product", field])
    if combinations:
        return [await _combination(shop, one) for one in combinations]
    products = await shop.find("products", field, [reference], display=["id", field])
    return [await _product(shop, int(one["id"])) for one in products]


async def _combination(shop: Shop, found: Entity) -> InShop:
    product = await _product(shop, int(found["id_product"]), int(found["id"]))
    return InShop(product.id_product, int(found["id"]), product.is_active, product.price, product.quantity)


async def _product(shop: Shop, number: int, combination: int = 0) -> InShop:
    found = await shop.find("products", "id", [str(number)], display=["id", "active", "price"])
    if not found:
        return InShop(number)
    display = ("id", "id_product", "id_product_attribute", "quantity")
    lines = await shop.find("stock_availables", "id_product", [str(number)], display=display)
    quantities = [int(line["quantity"]) for line in lines if int(line["id_product_attribute"]) == combination]
    price = str(found[0].get("price", ""))
    return InShop(number, 0, str(found[0]["active"]) == "1", price, quantities[0] if quantities else None)

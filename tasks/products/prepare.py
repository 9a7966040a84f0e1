"""Accepted product rows become a products plan: only products with a changed row are looked at on the shop."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import polars as pl

from connectors.ledger import LinkState
from schemas.column_spec import Column
from schemas.fingerprints import fingerprints
from schemas.incidents import Level
from schemas.outcomes import Outcome
from tasks.products.apply import ProductsPlan
from tasks.products.hold_refused import hold_refused
from tasks.products.hold_renamed import not_closed, same_eans
from tasks.products.look_up import Linked, Others, current_products, deleted
from tasks.products.look_up_names import shop_names
from tasks.products.plan.product import plan_product
from tasks.products.plan.shapes import DELETED, ProductPlan, ShopRules
from tasks.products.still_there import doubt_what_was_deleted
from tasks.products.taxes import default_group, tax_rates
from tasks.products.translate.names import NeededNames
from tasks.products.translate.rows import ProductColumns, WantedProduct, WantedRow, fingerprinted, wanted_products
from tasks.products.translate.rows import Written as NothingWritten
from tasks.read.validate import ValidatedStream
from tasks.run.absence import closed_by_absence
from tasks.run.changed import believed, with_links
from tasks.run.holds import Holds
from tasks.run.outcomes import one_outcome
from tasks.run.row_ref import RowRef
from tasks.run.run import Run
from tasks.run.step_tasks import step_task

KIND = "product"
BATCH_ROWS = 200_000


REMEMBERED = {
    LinkState.GENERIC: (Outcome.IGNORED, "generic_item"),
    LinkState.ABSENT: (Outcome.IGNORED, "closed_and_unknown"),
    LinkState.DELETED: (Outcome.IGNORED, DELETED),
}
"""What an unchanged row still is, by the state of its link."""


@step_task("plan products")
async def prepare_products(run: Run, validated: ValidatedStream) -> ProductsPlan:
    """The plan of every product that has a row not confirmed; the other rows end here as unchanged."""
    with run.step("plan products"):
        await doubt_what_was_deleted(run)
        links = run.ledger.links(run.folder.name, KIND)
        rows = with_links(_fingerprinted(run, validated), links, run.since)
        if run.folder.settings.products.deleted_in_shop == "recreate":
            rows = rows.with_columns(
                _changed=pl.col("_changed") | (pl.col("state") == LinkState.DELETED).fill_null(value=False)
            )
        holds = Holds(run, KIND)
        gone = holds.without_left_out(_absent(run, rows, links))
        named = frozenset(rows["_product"])
        rows, undone = holds.without_held(rows)
        run.rows.record(undone)
        keys = pl.concat([rows.filter("_changed")["_product"], gone["_product"]]).unique()
        looked_at = rows.filter(pl.col("_product").is_in(keys.implode()))
        left = rows.join(looked_at.select("_file", "_line"), on=["_file", "_line"], how="anti")
        for state, (outcome, code) in REMEMBERED.items():
            run.rows.record(one_outcome(left.filter(pl.col("state") == state), outcome, code))
        run.rows.record(one_outcome(left.filter(~pl.col("state").is_in(list(REMEMBERED))), Outcome.UNCHANGED))
        wanted = _wanted(run, validated, looked_at, gone)
        marks = dict(zip(looked_at["_key"], looked_at["fingerprint"], strict=True))
        needed = pl.concat([looked_at["_key"], gone["erp_key"]]).alias("erp_key").to_frame()
        known = links.join(needed, on="erp_key", how="semi").select(
            "erp_key", "shop_id", "sub_id", believed(run.since), left=pl.col("state") == LinkState.DELETED
        )
        linked = {key: Linked(*ids) for key, *ids in known.iter_rows()}
        others = Others(named, _combinations_of(links.join(gone, on="erp_key", how="anti"), linked))
        return await _planned(run, validated, wanted, linked, links, others, marks)


def _combinations_of(links: pl.DataFrame, linked: Mapping[str, Linked]) -> dict[int, list[str]]:
    """Keys of the active combinations of each product that is among `linked`."""
    ids = {link.id_product for link in linked.values()} - {0}
    of_them = links.filter(
        (pl.col("state") == LinkState.ACTIVE) & (pl.col("sub_id") > 0) & pl.col("shop_id").is_in(list(ids))
    )
    return dict(of_them.group_by("shop_id").agg("erp_key").iter_rows())


def _fingerprinted(run: Run, validated: ValidatedStream) -> pl.DataFrame:
    """`_file`, `_line`, `_key`, `_product` (the parent's key, or its own) and `fingerprint` of every row."""
    columns = fingerprinted(run.stream)
    parent = run.stream.parent_column
    product = pl.coalesce(pl.col(parent.key), pl.col("_key")) if parent else pl.col("_key")
    salt = f"prices={run.folder.settings.products.prices}"
    parts = [
        rows.select("_file", "_line", "_key", product.alias("_product")).with_columns(
            fingerprints(rows, columns, salt=salt).alias("fingerprint")
        )
        for rows in validated.accepted_rows_scan().collect_batches(chunk_size=BATCH_ROWS)
    ]
    empty = {"_file": pl.Int32, "_line": pl.Int64, "_key": pl.String, "_product": pl.String, "fingerprint": pl.String}
    return pl.concat([pl.DataFrame(schema=empty), *parts])


def _absent(run: Run, rows: pl.DataFrame, links: pl.DataFrame) -> pl.DataFrame:
    """Links that a complete file closes by leaving them out, with `_product`."""
    gone = closed_by_absence(run, rows, links)
    return gone.with_columns(_product=pl.coalesce("parent_key", "erp_key"))


def _wanted(run: Run, validated: ValidatedStream, looked_at: pl.DataFrame, gone: pl.DataFrame) -> list[WantedProduct]:
    marks = looked_at.select("_file", "_line", "_changed").lazy()
    rows = (
        validated.accepted_rows_scan().join(marks, on=["_file", "_line"], how="inner").sort("_file", "_line").collect()
    )
    products = {product.key: product for product in wanted_products(_named(rows), run.stream)}
    for key, product_key, sub_id in gone.select("erp_key", "_product", "sub_id").iter_rows():
        closed = WantedRow(RowRef(-1, 0, key), active=False, changed=True, fields=NothingWritten())
        product = products.setdefault(product_key, WantedProduct(product_key, simple=sub_id == 0, rows=[]))
        product.rows.append(closed)
    return list(products.values())


def _named(rows: pl.DataFrame) -> Iterable[dict[str, Any]]:
    return rows.iter_rows(named=True)


async def _planned(
    run: Run,
    validated: ValidatedStream,
    wanted: list[WantedProduct],
    linked: dict[str, Linked],
    links: pl.DataFrame,
    others: Others,
    marks: dict[str, str],
) -> ProductsPlan:
    rules = await _rules(run, needed=bool(wanted))
    needs = NeededNames()
    if not wanted:
        return ProductsPlan([], needs.missing(rules.names), rules.names, marks)
    found, held = await current_products(run.shop, wanted, linked, rules.key_field, _compared(run), others)
    if run.folder.settings.products.deleted_in_shop == "leave":
        for one in wanted:
            held.setdefault(one.key, {}).update(deleted(one, found.get(one.key), linked, rules.key_field))
    products = [plan_product(one, found.get(one.key), rules, held.get(one.key, {})) for one in wanted]
    same = await same_eans(run, validated, products, links)
    if same.held or same.former:
        wanted = not_closed(wanted, same.former)
        products = [plan_product(one, found.get(one.key), rules, held.get(one.key, {}) | same.held) for one in wanted]
    for product in products:
        rows = [row.ref.key for row in product.rows if row.ref.key in same.shared]
        product.notes += [("same_ean_on_sale", key, {"detail": same.shared[key]}) for key in rows]
    _report_unknown_tax_codes(run, products)
    await hold_refused(run, products, rules.names)
    for operation in (operation for product in products for operation in product.operations):
        operation.needs(needs)
    return ProductsPlan(products, needs.missing(rules.names), rules.names, marks)


def _report_unknown_tax_codes(run: Run, products: Iterable[ProductPlan]) -> None:
    """Once per code: how many products of the shop keep their tax rule although nobody knows what it stands for."""
    unknown: dict[str, list[str]] = {}
    for product in products:
        if product.unknown_tax_code:
            unknown.setdefault(product.unknown_tax_code, []).append(product.key)
    for code, keys in sorted(unknown.items()):
        run.note(Level.INFO, "tax_code_unknown_kept", min(keys), value=code, detail=str(len(keys)))


def _compared(run: Run) -> list[str]:
    """The webservice fields that the stream's columns may change."""
    columns = ProductColumns.of(run.stream)
    every: tuple[Column, ...] = (*columns.row_fields, *columns.product_fields, *columns.texts)
    return sorted({column.target.split("@", 1)[0] for column in every})


async def _rules(run: Run, *, needed: bool) -> ShopRules:
    settings = run.folder.settings.products
    rates = await tax_rates(run.shop, run.facts) if needed else {}
    names = await shop_names(run.shop, run.facts, settings.home_category, needed=needed)
    group = settings.default_tax_rules_group
    return ShopRules(
        names=names,
        languages=run.facts.languages,
        language_ids=run.facts.language_ids,
        default_language=run.facts.default_language,
        rates=rates,
        default_tax_rules_group=default_group(rates) if group is None else group,
        associations=run.folder.associations,
        key_field=run.stream.key_column.target,
        prices_tax_incl=settings.prices == "tax_incl",
        default_category=settings.default_category,
        delete_closed_combinations=settings.closed_combinations == "delete",
    )

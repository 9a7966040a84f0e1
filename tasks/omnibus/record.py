"""After an import: every price and discount that the shop is confirmed to have, and did not before, is in the ledger.

It is written before the files are archived: a run that dies before reads them again, and records then.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import polars as pl

from connectors.ledger import LinkState
from connectors.prestashop import Shop, ShopFacts
from schemas.column_spec import Owner
from schemas.fingerprints import fingerprints
from schemas.outcomes import Outcome
from schemas.price_changes import Origin, PriceChange, PriceState
from tasks.flat.specific_prices import SpecificPriceStream
from tasks.omnibus.rows import LINE, as_changes, discount_lines, item_lines, terms_of
from tasks.products.translate.rows import fingerprinted
from tasks.read.validate import ValidatedStream
from tasks.run.run import Run
from tasks.run.step_tasks import step_task

_HELD = (Outcome.CREATED.value, Outcome.UPDATED.value, Outcome.UNCHANGED.value)
_DISCOUNT_LINK = pl.concat_str("reference", "case_key", separator="|")
BATCH_ROWS = 200_000


@step_task("record prices")
async def record_item_prices(run: Run, validated: ValidatedStream) -> None:
    """The items' own prices, as the product files have them."""
    if not _is_kept(run):
        return
    with run.step("record prices"):
        tax_included = run.folder.settings.products.prices == "tax_incl"
        rows = validated.accepted_rows_scan().collect_batches(chunk_size=BATCH_ROWS)
        lines = [item_lines(batch, run.stream, tax_included=tax_included) for batch in rows]
        column = run.stream.column("price")
        is_first = column is not None and column.owner is Owner.FIRST_WRITE
        held = (Outcome.CREATED.value,) if is_first else _HELD
        _record(run, pl.concat([pl.DataFrame(schema=LINE), *lines]), "product", pl.col("reference"), held)


@step_task("record prices cut off")
async def record_prices_cut_off(run: Run, validated: ValidatedStream) -> None:
    """Own prices that a run which died had confirmed and not recorded, and that a newer file of this run replaces.

    Called before anything is written: a link still holds the fingerprint of the row that was confirmed.
    """
    if not _is_kept(run) or validated.superseded.is_empty():
        return
    with run.step("record prices"):
        old = validated.superseded.select("_file", "_line").lazy()
        rows = validated.accepted.join(old, on=["_file", "_line"], how="semi").collect()
        settings = run.folder.settings.products
        marks = fingerprints(rows, fingerprinted(run.stream), salt=f"prices={settings.prices}")
        links = run.ledger.links(run.folder.name, "product").filter(~pl.col("in_doubt"))
        held = rows.with_columns(_mark=marks).join(
            links, left_on=["_key", "_mark"], right_on=["erp_key", "fingerprint"], how="semi"
        )
        lines = item_lines(held, run.stream, tax_included=settings.prices == "tax_incl")
        active = links.filter(pl.col("state") == LinkState.ACTIVE)
        _add(run, lines, pl.col("reference"), active, _in_force(run, discounts=False))


@step_task("record discounts cut off")
async def record_discounts_cut_off(run: Run, validated: ValidatedStream) -> None:
    """Discounts that a run which died had confirmed and not recorded, and that a later row of this run replaces.

    Called before anything is written: a link still holds the fingerprint of the row that was confirmed.
    """
    if not _is_kept(run) or len(run.files) < 2:  # noqa: PLR2004 - the file of the run that died, and a newer one
        return
    with run.step("record discounts"):
        stream = SpecificPriceStream()
        links = run.ledger.links(run.folder.name, stream.kind).filter(
            (pl.col("state") == LinkState.ACTIVE) & ~pl.col("in_doubt")
        )
        held = [pl.DataFrame(schema=LINE)]
        for batch in validated.accepted_rows_scan().collect_batches(chunk_size=BATCH_ROWS):
            rows = _confirmed_rows(run, stream, batch, links)
            held += [await _discounts(run, stream, rows)] if rows.height else []
        _add(run, pl.concat(held), _DISCOUNT_LINK, links, _in_force(run, discounts=True))


@step_task("record discounts")
async def record_discounts(run: Run, validated: ValidatedStream) -> None:
    """The discounts, as their files have them."""
    if not _is_kept(run):
        return
    with run.step("record discounts"):
        stream = SpecificPriceStream()
        batches = validated.accepted_rows_scan().collect_batches(chunk_size=BATCH_ROWS)
        lines = [await _discounts(run, stream, batch) for batch in batches]
        _record(run, pl.concat([pl.DataFrame(schema=LINE), *lines]), stream.kind, _DISCOUNT_LINK, _HELD)


def _confirmed_rows(run: Run, stream: SpecificPriceStream, rows: pl.DataFrame, links: pl.DataFrame) -> pl.DataFrame:
    """The rows that say what their link was confirmed with."""
    marks = fingerprints(rows, run.stream.columns, salt=stream.salt(run), secret=run.ledger.secret())
    named = rows.with_columns(_link=stream.keys(run, rows), _mark=marks)
    found = named.join(links, left_on=["_link", "_mark"], right_on=["erp_key", "fingerprint"], how="semi")
    return found.select(rows.columns)


async def _discounts(run: Run, stream: SpecificPriceStream, rows: pl.DataFrame) -> pl.DataFrame:
    settings = run.folder.settings.specific_prices
    money = await own_money(run.shop, run.facts) if settings.recompute_percentage else frozenset[str]()
    return discount_lines(rows, stream.keys(run, rows), run.stream, settings, own_money=money)


def _is_kept(run: Run) -> bool:
    return run.folder.settings.omnibus.keep_prices and run.may_write_shop


async def own_money(shop: Shop, facts: ShopFacts) -> frozenset[str]:
    """The ISO code of the currency of the items' own prices, where the shop tells it."""
    every = await shop.read("currencies", display=["id", "iso_code"])
    return frozenset(str(row["iso_code"]).upper() for row in every if int(row["id"]) == facts.default_currency)


def _record(run: Run, lines: pl.DataFrame, kind: str, link: pl.Expr, held: tuple[str, ...]) -> None:
    """Adds what is new, and the end of what the shop no longer has."""
    links = run.ledger.links(run.folder.name, kind).select("erp_key", "state", "confirmed_at", "in_doubt")
    known = _in_force(run, discounts=kind != "product")
    active = links.filter((pl.col("state") == LinkState.ACTIVE) & ~pl.col("in_doubt"))
    gone = known.with_columns(_link=link).join(
        links.filter((pl.col("state") == LinkState.ACTIVE) | pl.col("in_doubt")),
        left_on="_link",
        right_on="erp_key",
        how="anti",
    )
    lines = lines.join(_rows_held(run, held), on=["_file", "_line"], how="semi")
    _add(run, lines, link, active, known, _ended(gone, run.run_id))


def _in_force(run: Run, *, discounts: bool) -> pl.DataFrame:
    """What the ledger knows to be in force, as imports recorded it."""
    last = run.ledger.last_prices(run.folder.name, discounts=discounts)
    return last.filter(pl.col("state") == PriceState.IN_FORCE.value)


def _add(
    run: Run,
    lines: pl.DataFrame,
    link: pl.Expr,
    active: pl.DataFrame,
    known: pl.DataFrame,
    gone: Sequence[PriceChange] = (),
) -> None:
    """Adds those of the lines whose link is among `active` and that say something else than `known`."""
    names = {file.dropped.position: file.dropped.name for file in run.files}
    confirmed = (
        lines.with_columns(_link=link)
        .join(active.select(_link="erp_key", began_at="confirmed_at"), on="_link", how="inner")
        .unique(["reference", "case_key"], keep="last", maintain_order=True)
        .with_columns(source=pl.col("_file").replace_strict(names, default="", return_dtype=pl.String))
    )
    new = as_changes(_other_than(confirmed, known), state=PriceState.IN_FORCE, origin=Origin.IMPORT, run_id=run.run_id)
    run.ledger.add_prices(run.folder.name, [*new, *gone])


def _rows_held(run: Run, held: tuple[str, ...]) -> pl.DataFrame:
    """The rows of this run that the shop has as they are."""
    schema = {"_file": pl.Int32, "_line": pl.Int64}
    parts = [rows.filter(pl.col("outcome").is_in(list(held))).select("_file", "_line") for rows in run.rows.recorded]
    return pl.concat([pl.DataFrame(schema=schema), *(part.cast(schema) for part in parts)])  # type: ignore[arg-type]


def _other_than(lines: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """The lines that do not say what the ledger has."""
    before = known.select("reference", "case_key", _terms=terms_of(known))
    now = lines.with_columns(_terms=terms_of(lines))
    return now.join(before, on=["reference", "case_key", "_terms"], how="anti")


def _ended(gone: pl.DataFrame, run_id: str) -> list[PriceChange]:
    at = datetime.now(UTC)
    lines = gone.with_columns(
        _file=pl.lit(-1), _line=pl.lit(0), began_at=pl.lit(at).cast(pl.Datetime("us", "UTC")), source=pl.lit("")
    ).cast({name: dtype for name, dtype in LINE.items() if name not in {"_file", "_line"}})
    changes = as_changes(lines, state=PriceState.ENDED, origin=Origin.IMPORT, run_id=run_id)
    return [replace(change, line=0) for change in changes]

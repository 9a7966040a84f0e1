"""New articles that may be known ones under another reference are held with a question; nothing is closed meanwhile."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import polars as pl

from schemas.outcomes import Outcome
from tasks.products.plan.shapes import SAME_VALUES, ProductPlan
from tasks.products.same_ean import EAN, eans_of_new, keys_of_same_ean
from tasks.products.translate.rows import ProductColumns, WantedProduct
from tasks.read.validate import ValidatedStream
from tasks.run.outcomes import Stop
from tasks.run.run import Run


@dataclass(slots=True)
class SameEan:
    """New rows by what their EAN shows."""

    held: dict[str, Stop] = field(default_factory=dict)
    """By key: the other article is closed, or no row names it, and may be the same one under its former reference."""
    former: set[str] = field(default_factory=set)
    """The keys of these others, and of combinations that have the values of a new row."""
    shared: dict[str, str] = field(default_factory=dict)
    """Key -> key of another article of the same EAN that is sold beside it."""


async def same_eans(run: Run, validated: ValidatedStream, plans: Sequence[ProductPlan], links: pl.DataFrame) -> SameEan:
    """Looks up the EANs of what `plans` create among what the ledger knows."""
    same = SameEan()
    # A combination of the same values may be the row's own under its former reference, too.
    twins = (row.detail for plan in plans for row in plan.rows if row.code == SAME_VALUES)
    same.former.update(detail.rpartition(": ")[0] for detail in twins)
    if run.folder.settings.products.same_ean == "create" or run.stream.key_column.target == "ean13":
        return same
    eans = eans_of_new(plans)
    found = await keys_of_same_ean(run.shop, eans, links)
    in_files = _in_files(run, validated, {key for keys in found.values() for key in keys})
    for key, others in found.items():
        # Of one that the files give another EAN, the shop's is out of date.
        alike = [one for one in others if one not in in_files or in_files[one].ean in {"", eans[key]}]
        on_sale = [one for one in alike if one in in_files and in_files[one].active]
        # An EAN that several articles bear already, such as one typed to fill the cell, identifies none of them.
        if on_sale or len(alike) > 1:
            same.shared[key] = (on_sale or alike)[0]
        elif alike:
            same.held[key] = Stop(Outcome.REFUSED, "same_ean_as_another", alike[0])
            same.former.update(alike)
    return same


@dataclass(frozen=True, slots=True)
class _InFiles:
    """How the files have an article that the shop has; a rejected row counts as on sale."""

    active: bool = True
    ean: str = ""


def _in_files(run: Run, validated: ValidatedStream, keys: set[str]) -> dict[str, _InFiles]:
    if not keys:
        return {}
    ean = run.stream.column(EAN)
    active = ProductColumns.of(run.stream).active
    rows = validated.accepted_rows_scan().filter(pl.col("_key").is_in(list(keys)))
    found = rows.select(
        "_key",
        active=pl.col(active.key).fill_null(value=True) if active else pl.lit(value=True),
        ean=pl.col(ean.key).fill_null("") if ean else pl.lit(""),
    ).collect()
    rejected = run.rows.faults.filter(~pl.col("blanked")).select("_key").collect()["_key"].drop_nulls()
    of_rejected = {key: _InFiles() for key in rejected if key in keys}
    return of_rejected | {key: _InFiles(is_open, text) for key, is_open, text in found.iter_rows()}


def not_closed(wanted: Iterable[WantedProduct], former: set[str]) -> list[WantedProduct]:
    """The products without the rows that close one of `former` because no file names it."""
    left = []
    for product in wanted:
        product.rows = [row for row in product.rows if row.ref.file >= 0 or row.ref.key not in former]
        if product.rows:
            left.append(product)
    return left

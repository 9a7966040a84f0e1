"""Accepted rows of a flat stream become a plan: only rows that are not confirmed are looked at on the shop."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import chain
from typing import Any

import polars as pl

from connectors.ledger import LinkState
from connectors.prestashop import Entity
from schemas.fingerprints import fingerprints
from schemas.incidents import Level
from schemas.outcomes import Outcome
from tasks.flat.plan.entities import PlannedEntity, WantedEntity, plan_entity, stop_double_claims
from tasks.flat.stream import EntitiesPlan, FlatStream
from tasks.read.validate import ValidatedStream
from tasks.run.absence import closed_by_absence
from tasks.run.changed import with_links
from tasks.run.holds import Holds
from tasks.run.outcomes import ROW_OUTCOMES, Stop, one_outcome
from tasks.run.refused_before import RefusedBefore
from tasks.run.row_ref import RowRef
from tasks.run.run import Run
from tasks.run.step_tasks import step_task

BATCH_ROWS = 200_000
_ROWS = {
    "_file": pl.Int32,
    "_line": pl.Int64,
    "_key": pl.String,
    "fingerprint": pl.String,
    "_always": pl.Boolean,
    "_label": pl.String,
}


@step_task("plan entities")
async def prepare_entities(run: Run, validated: ValidatedStream, stream: FlatStream) -> EntitiesPlan:
    """The plan of every row that is not confirmed; the other rows end here as unchanged."""
    with run.step(stream.steps[0]):
        links = run.ledger.links(run.folder.name, stream.kind)
        named = with_links(_last_of_each_key(run, _fingerprinted(run, validated, stream)), links, run.since)
        holds = Holds(run, stream.kind)
        rows, undone = holds.without_held(named)
        run.rows.record(undone)
        broken = await _broken(run, stream, links)
        looked_at = rows.filter(
            pl.col("_changed") | pl.col("_always") | pl.col("_key").is_in(broken["erp_key"].implode())
        )
        left = rows.join(looked_at.select("_key"), on="_key", how="anti")
        is_absent = pl.col("state") == LinkState.ABSENT
        run.rows.record(one_outcome(left.filter(is_absent), Outcome.IGNORED, "closed_and_unknown"))
        run.rows.record(one_outcome(left.filter(~is_absent), Outcome.UNCHANGED))
        moved = stream.moved(rows, links)
        gone = holds.without_left_out(closed_by_absence(run, named, links))
        gone = gone.filter(~pl.col("erp_key").is_in(list(moved.values())))
        mended = broken.join(rows, left_on="erp_key", right_on="_key", how="anti").join(gone, on="erp_key", how="anti")
        held = _Links(links, moved)
        asked = await _asked(validated, looked_at)
        # What the rows name comes first: they are made ready while the longer list is read.
        if asked:
            await stream.look_up(run, asked)
        by_id, wanted = await asyncio.gather(
            _read(run, stream, held.ids_of(looked_at["_key"], gone["erp_key"], mended["erp_key"])),
            _wanted(run, stream, asked),
        )
        wanted += [*_of_no_file(gone, closed=True), *_of_no_file(mended, closed=False)]
        found = await _found(run, stream, wanted, held, by_id)
        entities = [plan_entity(one, found.get(one.ref.key), stream.closing) for one in wanted]
        _hold_refused(run, stream, entities)
        notes = stream.notes(rows, links, moved, gone["erp_key"])
        for code, key, params in (notes[one.ref.key] for one in entities if one.action and one.ref.key in notes):
            run.note(Level.INFO, code, key, **params)
        marks = dict(looked_at.select("_key", "fingerprint").iter_rows())
        marks |= dict(mended.filter(~pl.col("in_doubt")).select("erp_key", "fingerprint").iter_rows())
        return EntitiesPlan(stream, entities, marks, links.filter(pl.col("state") == LinkState.ACTIVE).height, moved)


def _hold_refused(run: Run, stream: FlatStream, entities: Iterable[PlannedEntity]) -> None:
    """What the shop refused before, and that is the same, is refused again and not sent."""
    before = RefusedBefore(run, stream.kind)
    for one in entities:
        if one.action and (refusal := before.of(one.ref.key, one.content)):
            one.action, one.outcome, one.code, one.detail = None, Outcome.REFUSED, refusal.code, refusal.detail


class _Links:
    """The ledger's links, asked by key and by entity."""

    def __init__(self, links: pl.DataFrame, moved: Mapping[str, str]) -> None:
        now = {former: key for key, former in moved.items()}
        links = links.with_columns(pl.col("erp_key").replace(now)) if now else links
        held = links.filter(pl.col("shop_id") > 0)
        self.ids: Mapping[str, int] = dict(held.select("erp_key", "shop_id").iter_rows())
        self.claimed: Mapping[int, str] = dict(
            held.filter(pl.col("state") == LinkState.ACTIVE).select("shop_id", "erp_key").iter_rows()
        )
        self.confirmed_at: Mapping[str, datetime] = dict(links.select("erp_key", "confirmed_at").iter_rows())

    def ids_of(self, *keys: Iterable[str]) -> list[str]:
        """The ids of the entities that are linked with these keys, in order."""
        return [str(number) for number in sorted({self.ids[key] for key in chain(*keys) if key in self.ids})]


def _fingerprinted(run: Run, validated: ValidatedStream, stream: FlatStream) -> pl.DataFrame:
    """Every accepted row, as `_ROWS`: its link's key, and a keyed hash of its values that gives nobody away."""
    secret, salt = run.ledger.secret(), stream.salt(run)
    parts = [
        rows.select(
            "_file",
            "_line",
            stream.keys(run, rows).alias("_key"),
            fingerprints(rows, run.stream.columns, salt=salt, secret=secret).alias("fingerprint"),
            stream.always_looked_at(run).alias("_always"),
            stream.label(run).alias("_label"),
        ).cast(_ROWS)  # type: ignore[arg-type]
        for rows in validated.accepted_rows_scan().collect_batches(chunk_size=BATCH_ROWS)
    ]
    return pl.concat([pl.DataFrame(schema=_ROWS), *parts])


def _last_of_each_key(run: Run, rows: pl.DataFrame) -> pl.DataFrame:
    """The rows that count; those whose key comes again later end here."""
    rows = rows.sort("_file", "_line")
    last = rows.unique("_key", keep="last", maintain_order=True)
    earlier = rows.join(last.select("_file", "_line"), on=["_file", "_line"], how="anti")
    by = earlier.join(last.select("_key", _by_line="_line"), on="_key", how="left")
    outcomes = one_outcome(by, Outcome.IGNORED, "superseded").with_columns(detail=by["_by_line"].cast(pl.String))
    run.rows.record(outcomes.select(list(ROW_OUTCOMES)))
    return last


async def _asked(validated: ValidatedStream, looked_at: pl.DataFrame) -> list[dict[str, Any]]:
    """The accepted rows that are looked at, each with the key of its link in `_link`."""
    marks = looked_at.select("_file", "_line", _link="_key").lazy()
    rows = validated.accepted_rows_scan().with_columns(pl.col("_file").cast(pl.Int32))
    found = rows.join(marks, on=["_file", "_line"], how="inner").sort("_file", "_line")
    return await asyncio.to_thread(lambda: found.collect().to_dicts())


async def _wanted(run: Run, stream: FlatStream, asked: Sequence[Mapping[str, Any]]) -> list[WantedEntity]:
    return await stream.wanted(run, asked) if asked else []


async def _broken(run: Run, stream: FlatStream, links: pl.DataFrame) -> pl.DataFrame:
    """The active links of entities that cannot stay as they are."""
    ids = await stream.broken(run)
    broken = links.filter((pl.col("state") == LinkState.ACTIVE) & pl.col("shop_id").is_in(ids))
    if broken.height:
        run.note(Level.INFO, f"{stream.resource}_mended", value=str(broken.height))
    return broken


def _of_no_file(links: pl.DataFrame, *, closed: bool) -> list[WantedEntity]:
    """Links that a complete file closes by leaving them out, or whose entity cannot stay, as rows of no file."""
    pairs = links.select("erp_key", pl.col("erp_code").fill_null("")).iter_rows()
    return [WantedEntity(RowRef(-1, 0, key), closed=closed, label=label) for key, label in pairs]


async def _read(run: Run, stream: FlatStream, ids: Sequence[str]) -> dict[int, Entity]:
    """The shop's entities of these ids."""
    read = await run.shop.find(stream.resource, "id", ids, display=stream.display())
    return {int(entity["id"]): entity for entity in read}


async def _found(
    run: Run, stream: FlatStream, wanted: Sequence[WantedEntity], links: _Links, by_id: Mapping[int, Entity]
) -> dict[str, Entity | Stop]:
    """What the shop has of each key: by the link's id, else by what the entity is."""
    open_ones = [one for one in wanted if one.stop is None]
    found: dict[str, Entity | Stop] = {
        one.ref.key: by_id[links.ids[one.ref.key]] for one in open_ones if links.ids.get(one.ref.key) in by_id
    }
    strangers = [one for one in open_ones if one.ref.key not in found and one.ref.file >= 0]
    adopted = await stream.current(run, strangers) if strangers else {}
    found |= adopted
    shop_ids = {key: int(entity["id"]) for key, entity in found.items() if not isinstance(entity, Stop)}
    stopped = {key for key, at in found.items() if isinstance(at, Stop)}
    plain = [one for one in open_ones if one.ref.key not in stopped]
    stop_double_claims(plain, shop_ids, links.claimed, stream.identity.by)
    for one in open_ones:
        at = found.get(one.ref.key)
        if one.stop is None and at is not None and not isinstance(at, Stop):
            stream.adapt_to_shop(run, one, at, links.confirmed_at.get(one.ref.key))
    return found

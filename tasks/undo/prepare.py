"""What a run replaced becomes a plan of what is put back, with what is left and what cannot be undone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager

import polars as pl

from schemas.flows import FLOWS, IMPORTS
from schemas.incidents import Level
from schemas.outcomes import Outcome
from schemas.run_report import PlannedChange
from tasks.report.texts import Texts, texts
from tasks.run.run import Run
from tasks.run.step_tasks import step_task
from tasks.undo.find import limits_of
from tasks.undo.kinds import KINDS, PRODUCT, STOCK
from tasks.undo.look_up import Kept, LookUp, put_backs_of
from tasks.undo.plan import PutBack

_LISTED = 200
"""Entities that are left, with an incident of their own."""
_TWO_AMOUNTS = re.compile(r"\b(\w+): (-?\d+\.\d{6}) / (-?\d+\.\d{6})(?!\d)")


class UndoPlan:
    """What is put back, and what the ledger then knows.

    Not a dataclass: Prefect walks through every field of those among a task's arguments.
    """

    def __init__(
        self,
        put_backs: Sequence[PutBack],
        links: Mapping[str, pl.DataFrame],
        wants: Mapping[str, Mapping[str, str]],
        *,
        holds: bool,
        releases: bool,
    ) -> None:
        self.put_backs = put_backs
        self.links = links
        """The ledger's links by kind."""
        self.wants = wants
        """The fingerprints of the run's rows, by kind and key."""
        self.holds = holds
        """What the files want of these keys is not written again until they want something else."""
        self.releases = releases
        """It is an undo that is undone: what that held is held no more."""


@contextmanager
def flows_at_rest(run: Run) -> Iterator[None]:
    """LeaseHeldError where a flow that writes the same is at work; none begins within the block."""
    own = IMPORTS[run.stream.name].name
    names = [own, *(["import_stock"] if own == "import_products" else [])]
    with ExitStack() as leases:
        for name in [*names, *(["check_stock"] if "import_stock" in names else [])]:
            leases.enter_context(run.ledger.lease(run.folder.name, FLOWS[name].name))
        yield


@step_task("plan undo")
async def prepare_undo(run: Run, kept: Kept, *, holds: bool, releases: bool) -> UndoPlan:
    """The plan of every entity that the run wrote."""
    with run.step("plan undo"):
        found = put_backs_of(kept)
        put_backs = [one for one, *_ in found]
        run.rows.read = len(put_backs)
        run.rows.accepted = pl.DataFrame(
            [(0, one.line, one.shown_key) for one in put_backs],
            schema={"_file": pl.Int32, "_line": pl.Int64, "_key": pl.String},
            orient="row",
        )
        for code in limits_of(one.kind for one in put_backs):
            run.note(Level.INFO, code)
        look_up = LookUp(run)
        await look_up.decide_all(found)
        for one in put_backs:
            look_up.note_page(one)
        note_left(run, put_backs)
        wants: dict[str, dict[str, str]] = {}
        for kind, replacement in kept:
            wants.setdefault(kind, {}).update(replacement.wants)
            if kind == STOCK:
                wants[kind].update({one.key: str(one.after["quantity"]) for one in replacement.values if one.after})
        links = {kind: look_up.links(kind) for kind in dict.fromkeys(one.kind for one in put_backs)}
        return UndoPlan(put_backs, links, wants, holds=holds and not releases, releases=releases)


def note_left(run: Run, put_backs: Iterable[PutBack]) -> None:
    """An incident for each entity that is left, or refused; beyond some, one for all the others."""
    left, words = [one for one in put_backs if one.is_left], texts(run.report.language)
    for one in left[:_LISTED]:
        level = Level.INFO if one.code == "undo_gone" else Level.ERROR
        run.note(level, one.code, one.shown_key, value=one.shown_key, detail=_as_written(one.detail, words))
    if len(left) > _LISTED:
        run.note(Level.ERROR, "undo_left_others", value=str(len(left) - _LISTED))


def _as_written(detail: str, words: Texts) -> str:
    """The amounts of what was changed as people write them."""
    return _TWO_AMOUNTS.sub(
        lambda found: f"{found[1]}: {words.value(found[1], found[2])} / {words.value(found[1], found[3])}", detail
    )


def undo_changes(put_backs: Iterable[PutBack]) -> list[PlannedChange]:
    """What would be put back, as a person reads it; nothing personal."""
    return [_planned(one) for one in put_backs if one.action]


def _planned(one: PutBack) -> PlannedChange:
    shown = {"products": "product", "combinations": "combination"}.get(one.resource, one.kind)
    changes = one.changes
    if KINDS[one.kind].is_private:
        changes = [(name, "", "") for name, *_ in changes]
    return PlannedChange(one.shown_key, shown, one.action or "update", tuple(changes))


def repriced(put_backs: Iterable[PutBack]) -> int:
    """How many products and combinations get another price."""
    return sum("price" in one.fields for one in put_backs if one.kind == PRODUCT and one.action)


def emptied(put_backs: Iterable[PutBack]) -> int:
    """How many quantities become 0 or less that were more."""
    moves = (one.changes[0] for one in put_backs if one.kind == STOCK and one.changes)
    return sum(int(back) <= 0 < int(now) for _, now, back in moves)


def closed(put_backs: Iterable[PutBack]) -> int:
    """How many entities are closed or deleted."""
    return sum(one.outcome is Outcome.DEACTIVATED for one in put_backs)

"""One run of one flow over one shop: what it holds while it lasts, and how it ends."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from connectors.ledger import Ledger
from connectors.ledger.leases import Lease
from connectors.prestashop import Shop, ShopFacts
from connectors.prestashop.dates import zone_of
from schemas.column_spec import StreamSpec
from schemas.file_refused import FileRefusedError
from schemas.flows import Flow
from schemas.frames import FAULTS
from schemas.incidents import Incident, Level
from schemas.outcomes import Outcome
from schemas.run_report import PlannedChange, RunReport, StepReport
from schemas.since import parse_since
from schemas.where import located_logger, working_on
from tasks.read.dropped import DroppedFile
from tasks.read.reader import FileRows
from tasks.read.validate import row_number
from tasks.run.admin_pages import ShownKeys
from tasks.run.outcomes import ROW_OUTCOMES, one_outcome, row_outcomes
from tasks.run.shop_folder import ShopFolder

logger = located_logger(__name__)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person or a schedule asked for."""

    declared: Flow
    shop: str
    since: str | None = None
    """A day as `schemas.since` reads it."""
    dry_run: bool = False
    accept_guard: bool = False
    period: str = ""
    """Days as `schemas.period` reads them; empty: the last month that is over."""
    sweep: bool = False
    """Compare everything that is to go with the ledger, although it was done less than a day ago."""
    ids: tuple[int, ...] = ()
    """The orders that are looked at, and no others; empty: all that may be due."""
    writes_ledger_alone: bool = False
    """Neither the shop nor the ERP is written to, whatever was asked."""
    unarmed: bool = False
    """The shop is not armed: a plan, whatever was asked."""
    undoes: str = ""
    """The run that is undone."""
    releases: bool = False
    """That run is an undo, and what it holds is held no more."""
    compared_with: tuple[str, ...] = ()
    """Kinds of links that all rows are compared with: they are read while the shop says what it is."""

    @property
    def flow(self) -> str:
        """The name of the flow."""
        return self.declared.name

    @property
    def stream(self) -> str:
        """The stream of import.json, or of export.json; empty for a flow of several."""
        return self.declared.stream

    @property
    def export(self) -> bool:
        """Whether the stream is one of export.json: it leaves the shop, and no file comes in."""
        return self.declared.is_export

    def begins_at(self, time_zone: str) -> datetime | None:
        """When the day asked for begins in the shop's time zone, UTC; None where no day is asked for."""
        zone = zone_of(time_zone)
        return None if self.since is None else parse_since(self.since).begins_at(datetime.now(UTC), zone)

    def as_parameters(self) -> dict[str, str]:
        """For the ledger and the report; nothing secret is ever asked for."""
        more = {"sweep": "true" * self.sweep, "unarmed": "true" * self.unarmed, "period": self.period}
        more |= {"undoes": self.undoes, "releases": "true" * self.releases}
        more["ids"] = ", ".join(map(str, self.ids))
        return {
            "shop": self.shop,
            "since": self.since or "",
            "dry_run": str(self.dry_run).lower(),
            "accept_guard": str(self.accept_guard).lower(),
        } | {name: str(value) for name, value in more.items() if value}


STRENGTH = {
    outcome.value: rank
    for rank, outcome in enumerate(
        (
            Outcome.REFUSED,
            Outcome.WAITING,
            Outcome.REJECTED,
            Outcome.CREATED,
            Outcome.DEACTIVATED,
            Outcome.UPDATED,
            Outcome.IGNORED,
            Outcome.UNCHANGED,
        )
    )
}


@dataclass(slots=True)
class Rows:
    """The rows of the run: read, rejected, and the outcomes of the accepted ones."""

    read: int = 0
    rejected: int = 0
    accepted: pl.DataFrame = field(
        default_factory=lambda: pl.DataFrame(schema={k: ROW_OUTCOMES[k] for k in ("_file", "_line", "_key")})
    )
    faults: pl.LazyFrame = field(default_factory=lambda: pl.LazyFrame(schema=FAULTS))
    recorded: list[pl.DataFrame] = field(default_factory=list)
    closed_by_absence: set[str] = field(default_factory=set)
    """Keys that a complete file has closed, or put to 0, by leaving them out."""

    def record(self, rows: pl.DataFrame) -> None:
        """Keeps the outcomes of `rows` (as `ROW_OUTCOMES`); rows of no file (`_file` < 0) are not rows read."""
        if rows.is_empty():
            return
        if rows["_file"].min() < 0:  # type: ignore[operator] # a number, where there are rows
            closed = rows.filter(pl.col("_file") < 0, pl.col("outcome") == Outcome.DEACTIVATED.value)
            self.closed_by_absence.update(closed["_key"])
            rows = rows.filter(pl.col("_file") >= 0)
        self.recorded.append(rows if rows.columns == list(ROW_OUTCOMES) else rows.select(list(ROW_OUTCOMES)))

    def left_behind(self) -> pl.DataFrame:
        """`_file` and `_line` of the accepted rows that were refused or rejected until now."""
        behind = [Outcome.REFUSED.value, Outcome.REJECTED.value]
        rows = [recorded.filter(pl.col("outcome").is_in(behind)) for recorded in self.recorded]
        left = pl.concat([row_outcomes(()), *rows]).select("_file", "_line")
        return left.cast({name: self.accepted.schema[name] for name in left.columns})

    def outcomes(self) -> pl.DataFrame:
        """Every accepted row once, as `ROW_OUTCOMES`: those without an outcome are waiting.

        A row of the product stream may have two, of its catalogue part and of its stock part: the one that says
        most stands (`STRENGTH`).
        """
        strength = pl.col("outcome").replace_strict(STRENGTH, return_dtype=pl.Int8)
        # A frame by itself stays as it is: a value that all its rows share is held once.
        filled = [rows for rows in self.recorded if not rows.is_empty()]
        recorded = filled[0] if len(filled) == 1 else pl.concat([row_outcomes(()), *filled])
        numbers = recorded.select(row_number().alias("numbers")).to_series()
        if self._are_all_once(numbers):
            return recorded
        if numbers.n_unique() < numbers.len():
            recorded = recorded.sort(strength).unique(["_file", "_line"], keep="first", maintain_order=True)
        left = self.accepted.filter(~row_number().is_in(numbers.implode()))
        return pl.concat([recorded, one_outcome(left, Outcome.WAITING, "waiting")])

    def _are_all_once(self, numbers: pl.Series) -> bool:
        """Whether these are the accepted rows in their order: nothing needs to be counted or looked for then."""
        accepted = self.accepted.select(row_number().alias("numbers")).to_series()
        rises = bool((accepted.diff().drop_nulls() > 0).all())
        return rises and len(numbers) == len(accepted) and bool((numbers == accepted).all())


@dataclass(slots=True)
class FileOfRun:
    """A file of the run, at its position, and what was seen of it."""

    dropped: DroppedFile
    opened: FileRows | None = None
    refused: FileRefusedError | None = None
    archive_path: Path | None = None
    """Where it goes when the run ends."""


class Run:
    """What the steps of a flow share. Made by `carried_out`, never by hand.

    Not a dataclass: Prefect walks through every field of those among a task's arguments.
    """

    def __init__(
        self,
        asked: Asked,
        folder: ShopFolder,
        stream: StreamSpec,
        ledger: Ledger,
        lease: Lease,
        shop: Shop,
        facts: ShopFacts,
        report: RunReport,
        work: Path,
    ) -> None:
        self.asked = asked
        self.folder = folder
        self.stream = stream
        self.ledger = ledger
        self.lease = lease
        self.shop = shop
        self.facts = facts
        self.report = report
        self.work = work
        self.since = asked.begins_at(facts.time_zone)
        """When the day asked for begins in the shop's time zone, UTC."""
        self._keeps_shop = False
        self.rows = Rows()
        self.incidents: list[Incident] = []
        self.files: list[FileOfRun] = []
        self.already_done: list[FileOfRun] = []
        self.shown_files: list[Path] = []
        """Files of this run alone, behind those of the drop folder: what the ERP has, to be shown in a plan."""
        self.planned: list[PlannedChange] = []
        self.shown_keys = ShownKeys()
        self.refused_before: set[tuple[str, str]] = set()
        """(kind, key) of what was not sent because the shop refused the same before."""
        self.refusals_known: dict[str, frozenset[str]] = {}
        """Keys of the refusals that the ledger held when a kind was first written, by kind."""

    @property
    def run_id(self) -> str:
        """The run's name in the ledger."""
        return self.report.run_id

    @property
    def may_write_shop(self) -> bool:
        """False for a dry run, and where what the run has read must not reach the shop."""
        return not (self.asked.dry_run or self._keeps_shop)

    def keep_shop(self) -> None:
        """From here on the run only plans: what it reads is not of the shop's own business, as an ERP's test access."""
        self._keeps_shop = True

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Times a step for the report."""
        logger.info("%s: %s", self.asked.flow, name)
        start = time.monotonic()
        try:
            with working_on(step=name):
                yield
        finally:
            self.report.steps.append(StepReport(name, round(time.monotonic() - start, 3)))

    def note(self, level: Level, code: str, key: str = "", *, file: str = "", **params: str) -> None:
        """An incident for the report and the ledger; `file` is the name of the file that it is about."""
        self.incidents.append(Incident(level, code, self.stream.name, key, file, params=params))

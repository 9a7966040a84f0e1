"""What a run has to tell, as plain data: the HTML page, the JSON and the artifacts are drawn from it."""

from __future__ import annotations

from dataclasses import dataclass, field

from schemas.shown_state import TO_RESOLVE


@dataclass(frozen=True, slots=True)
class FileReport:
    """One file of the run."""

    name: str
    status: str
    """`done`, `already done`, `left alone`, `refused`."""
    rows: int = 0
    encoding: str = ""
    delimiter: str = ""
    archived_as: str = ""
    rejects_file: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class RejectReport:
    """One fault of one row, in the shop's language."""

    file: str
    line: int | None
    key: str
    column: str
    value: str
    reason: str
    remedy: str
    fault: str = ""
    """The reason without what the row says: the same for all rows with this fault."""


@dataclass(frozen=True, slots=True)
class IncidentReport:
    """One incident, in the shop's language."""

    level: str
    key: str
    reason: str
    remedy: str
    file: str = ""
    line: int | None = None


@dataclass(frozen=True, slots=True)
class GuardCheck:
    """One circuit breaker: its figures in words, its share (0..1), its limit (0..1)."""

    name: str
    affected: int
    known: int
    share: float
    limit: float
    tripped: bool


@dataclass(frozen=True, slots=True)
class PlannedChange:
    """One line of a plan: what would happen to one key, field by field."""

    key: str
    kind: str
    """`product`, `combination`, `stock`, ..."""
    action: str
    """`create`, `update`, `deactivate`, `delete`, `confirm`."""
    changes: tuple[tuple[str, str, str], ...] = ()
    """(field, old value, new value)"""
    values_hash: str = ""
    """A keyed hash of values that are left out of `changes`, since they say something of a person."""


@dataclass(frozen=True, slots=True)
class StepReport:
    """How long one step took, in seconds of wall time."""

    name: str
    seconds: float


@dataclass(frozen=True, slots=True)
class PartReport:
    """How one part of a chain of flows ended, and the name of its own page, if it has one."""

    part: str
    state: str
    message: str
    page: str = ""


@dataclass(frozen=True, slots=True)
class TableReport:
    """A table of figures that the run has made, as it is shown, in the shop's language."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    texts: int
    """So many columns from the left hold text, the others numbers."""
    note: str = ""
    file: str = ""
    """The CSV that holds all of it, relative to the shop's folder."""


@dataclass(frozen=True, slots=True)
class ExampleReport:
    """One thing that an audit found at fault: what it is, what it is called, what is wrong, where it is shown."""

    kind: str
    """`product`, `combination`, `category`, `customer`, `stock`, `specific_price`."""
    key: str
    detail: str = ""
    address: str = ""
    """Of its page in the back office, if known."""


@dataclass(frozen=True, slots=True)
class FindingReport:
    """One fault of a shop, how often it was found, and what to do; in the shop's language."""

    code: str
    level: str
    """`error` where visitors, orders or imports meet it, else `info`."""
    count: int
    reason: str
    remedy: str
    examples: list[ExampleReport]
    """The first ones."""
    fix: str = ""
    """The command that mends it, if one does."""


@dataclass(slots=True)
class RunReport:
    """Everything a run has to tell. Texts are in the shop's language; times are UTC, ISO 8601."""

    run_id: str
    flow: str
    shop: str
    language: str
    started_at: str
    ended_at: str = ""
    state: str = ""
    """`Completed`, `CompletedWithRejects`, `StoppedByGuard`, `Failed`, `Planned`."""
    message: str = ""
    parameters: dict[str, str] = field(default_factory=dict)
    files: list[FileReport] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    """`rows_read` and the eight outcomes."""
    ignored_by_reason: dict[str, int] = field(default_factory=dict)
    faults_by_column: list[tuple[str, str, int]] = field(default_factory=list)
    """(column, reason, how many)"""
    rejects: list[RejectReport] = field(default_factory=list)
    """The first ones; `rejects_total` says how many there are."""
    rejects_total: int = 0
    incidents: list[IncidentReport] = field(default_factory=list)
    incidents_total: int = 0
    guard: list[GuardCheck] = field(default_factory=list)
    plan: list[PlannedChange] = field(default_factory=list)
    """The first changes; `plan_total` says how many there are."""
    plan_total: int = 0
    plan_file: str = ""
    beyond_rows: dict[str, int] = field(default_factory=dict)
    """What was done that is no row of a file: parents, categories, manufacturers created ..."""
    steps: list[StepReport] = field(default_factory=list)
    requests: dict[str, int] = field(default_factory=dict)
    """Requests sent: `reads`, `writes`, `retries`."""
    rows_per_second: float = 0.0
    failed_at: str = ""
    """What was at work when the run failed: flow, step, key."""
    time_zone: str = "UTC"
    """In which a person reads its times."""
    reports_url: str = ""
    """The address of the folder of the reports, if there is one."""
    parts: list[PartReport] = field(default_factory=list)
    """Of a chain of flows: its parts, in their order."""
    tables: list[TableReport] = field(default_factory=list)
    pages: dict[str, str] = field(default_factory=dict)
    """Where the back office shows what a key stands for, by key."""
    findings: list[FindingReport] = field(default_factory=list)
    """Of an audit: the faults of the shop."""
    looked_at: dict[str, int] = field(default_factory=dict)
    """Of an audit: the rows of each resource that were looked at."""

    @property
    def to_resolve(self) -> int:
        """How many of its incidents and faults only a person can settle."""
        incidents, findings = ([one.level for one in kind] for kind in (self.incidents, self.findings))
        return (incidents + findings).count("error")

    def counts_for_ledger(self) -> dict[str, int]:
        """The counts, and how much is to be settled where something is."""
        return self.counts | ({TO_RESOLVE: self.to_resolve} if self.to_resolve else {})

"""What the ERP's files say of merchandise returns, and what that does to the returns of the shop."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from connectors.prestashop.dates import instant, zone_of
from connectors.prestashop.values import whole
from schemas.erp import DocumentStatus, ErpNumber
from schemas.outcomes import Outcome
from tasks.flat.translate.rows import flat_rows
from tasks.read.validate import ValidatedStream
from tasks.returns.look_up import require_returns
from tasks.run.outcomes import RowOutcome, row_outcomes
from tasks.run.row_ref import RowRef
from tasks.run.run import Run
from tasks.run.step_tasks import step_task
from tasks.statuses.plan import StatusChange, TrackedDocument, plan_status_change, rule_for
from tasks.statuses.prepare_returns import KIND, PREFIX
from tasks.statuses.tracked import report_incidents

_OF_NO_DOCUMENT = ErpNumber("")


@dataclass(frozen=True, slots=True)
class _FileRow:
    """One row: the return that it names (0: none of the shop's) and the ERP's word for its status."""

    ref: RowRef
    id: int
    status: str


@step_task("plan return statuses")
async def read_return_statuses(run: Run, validated: ValidatedStream) -> list[StatusChange]:
    """One change per return of the shop that the files name; the other rows end here.

    Raises DeniedError when there is a row and the shop does not show its returns.
    """
    with run.step("plan return statuses"):
        named = _last_of_each(run, _read(run, validated))
        if not named:
            return []
        require_returns(run.facts)
        returns = await _returns(run, named)
        _record(run, [one for one in named if one.id not in returns], Outcome.REFUSED, "return_not_on_shop")
        changes = [_change(run, one, returns[one.id]) for one in named if one.id in returns]
    report_incidents(run, changes, {}, PREFIX)
    return changes


def _read(run: Run, validated: ValidatedStream) -> list[_FileRow]:
    """The accepted rows; a return is named by its id in the shop, alone or as in the notice that the ERP was given."""
    prefix = f"{run.folder.settings.erp.order_prefix}R"
    rows = validated.accepted_rows_scan().sort("_file", "_line").collect().to_dicts()
    named = []
    for row, cells in zip(flat_rows(rows, run.stream), rows, strict=True):
        number = str(cells["_key"]).removeprefix(prefix)
        ref = RowRef(cells["_file"], cells["_line"], str(cells["_key"]))
        named.append(_FileRow(ref, int(number) if number.isdecimal() else 0, row.text("return_status")))
    return named


def _last_of_each(run: Run, named: Sequence[_FileRow]) -> list[_FileRow]:
    """The last row of each return, as `12` and `WEBR12` are one; those before it end here."""
    last = {one.id: one for one in named}
    earlier = [one for one in named if one.id and last[one.id] is not one]
    for one in earlier:
        _record(run, [one], Outcome.IGNORED, "superseded", str(last[one.id].ref.line))
    return [one for one in named if one not in earlier]


async def _returns(run: Run, named: Sequence[_FileRow]) -> dict[int, TrackedDocument]:
    """The shop's returns by id, each with the state that it was last given here."""
    ids = [str(one.id) for one in named if one.id]
    links = run.ledger.links_for(run.folder.name, KIND, ids)
    before: Mapping[str, str | None] = dict(links.select("erp_key", "confirmed_value").iter_rows())
    rows = await run.shop.find(run.facts.returns, "id", ids, display=("id", "state", "date_add", "id_order"))
    orders = {int(row["id"]): whole(row, "id_order") for row in rows}
    for one in named:
        if one.id in orders:
            for key in (one.ref.key, str(one.id)):
                run.shown_keys.note(key, "order", orders[one.id])
    zone = zone_of(run.facts.time_zone)
    return {
        int(row["id"]): TrackedDocument(
            id=int(row["id"]),
            document=_OF_NO_DOCUMENT,
            state=whole(row, "state"),
            placed_on=instant(row["date_add"], zone).astimezone(zone).date(),
            set_before=int(before.get(str(row["id"])) or 0),
        )
        for row in rows
    }


def _change(run: Run, named: _FileRow, one: TrackedDocument) -> StatusChange:
    rules = run.folder.settings.return_rules
    one = replace(one, file=named.ref.file, line=named.ref.line)
    status = DocumentStatus(_OF_NO_DOCUMENT, values=dict.fromkeys((rule.member for rule in rules), named.status))
    if rule_for(status, rules) is None:
        return StatusChange(one, outcome=Outcome.IGNORED, code="status_unnamed", detail=named.status)
    return plan_status_change(one, status, rules, run.folder.settings.returns.states)


def _record(run: Run, named: Sequence[_FileRow], outcome: Outcome, code: str, detail: str = "") -> None:
    rows = [RowOutcome(one.ref.file, one.ref.line, one.ref.key, outcome.value, code, detail) for one in named]
    run.rows.record(row_outcomes(rows))

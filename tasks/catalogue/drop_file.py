"""What the ERP was asked for becomes a file of a stream, which travels as every file does."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime

from connectors.files.arrive import Arrived, move_arrived
from connectors.files.durable import make_durable
from connectors.files.folder import path_for
from connectors.files.private import shared_folder
from schemas.column_spec import Blank, StreamSpec
from schemas.errors import ConfigFault, ConfigurationError
from schemas.incidents import Level
from tasks.run.run import Run
from tasks.stock.look_up import item_ids_of


def check_columns(run: Run, targets: Sequence[str], cleared: Collection[str] = ()) -> None:
    """ConfigurationError where the stream lacks the key, or any of these columns, or would clear what is not told.

    `cleared`: which of them may clear what the shop has.
    """
    columns = run.stream.columns
    if not any(run.stream.column(each) for each in targets) or not any(column.object_key for column in columns):
        reason = (
            f"the stream names no key or no column that the ERP tells, such as {targets[0] if targets else 'price'}"
        )
        remedy = "Give it both columns under `data`, as for files."
        raise ConfigurationError((ConfigFault("import.json", f"{run.stream.name}.data", reason, remedy),))
    wrong = [each.target for each in columns if each.blank is Blank.CLEAR and each.target not in cleared]
    if wrong:
        reason = "the ERP does not tell this column, whose empty cells would clear what the shop has"
        remedy = "Take the column out of this stream."
        faults = [ConfigFault("import.json", f"{run.stream.name}.data.{each}", reason, remedy) for each in wrong]
        raise ConfigurationError(tuple(faults))


async def of_others(run: Run, owners: Mapping[str, str]) -> set[str]:
    """The references of this shop under which the ERP has another shop's item, or another one: they are reported.

    `owners` gives the key of the item that each reference is of in the ERP; empty: another shop's.
    """
    found = await item_ids_of(run.shop, run.stream.key_column.target, list(owners))
    held = {
        reference
        for reference, ids in found.items()
        if isinstance(ids, tuple) and owners[reference] != "-".join(str(id_) for id_ in ids if id_)
    }
    for reference in sorted(held):
        run.note(Level.ERROR, "erp_item_of_other", reference, detail=owners[reference] or "-")
    return held


def drop_file(run: Run, text: str) -> None:
    """The file appears whole; a run that is killed before this is noted drops the same once more.

    A plan, and the ERP's test access, has it in the run's own folder, which no other run reads: what it says is shown.
    """
    files, drop = run.folder.settings.files, run.folder.drop
    name = f"{run.stream.name}_erp_{datetime.now(UTC):%Y%m%dT%H%M%S%f}.{run.stream.file_extension}"
    if not run.may_write_shop:
        shown = run.work / name
        shown.write_text(text, encoding=run.stream.encoding or "utf-8")
        run.shown_files.append(shown)
        return
    place = path_for(drop, run.stream, tuple(run.folder.imports.streams.values()), name)
    shared_folder(place.parent)
    # A hidden name is nobody's.
    part = place.with_name(f".{place.name}")
    part.write_text(text, encoding=run.stream.encoding or "utf-8")
    make_durable(part)
    marker = files.marker_suffix if files.complete == "marker" else ""
    move_arrived([Arrived(part, place, datetime.now(UTC))], drop, marker)


def as_file(stream: StreamSpec, rows: Iterable[Mapping[str, object]]) -> str:
    """Rows as the files of the stream are written: each value, by its target, in the column that import.json names."""
    cells = {column.index: column for column in stream.columns}
    width = max(cells) + 1
    text = io.StringIO()
    writer = csv.writer(text, delimiter=stream.delimiter, lineterminator="\n")
    if stream.header_lines is None or stream.header_lines > 0:
        writer.writerow(cells[index].key if index in cells else "" for index in range(width))
        text.write("\n" * ((stream.header_lines or 1) - 1))
    for row in rows:
        writer.writerow(row.get(cells[index].target, "") if index in cells else "" for index in range(width))
    return text.getvalue()

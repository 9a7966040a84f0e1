"""Writes `reports/index.html`: the board of a shop, after every run, readable without a network."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from connectors.files.folder import files_of_no_stream, stream_of
from connectors.ledger import Ledger
from schemas.column_spec import WEB_SERVICE
from schemas.errors import PasserelleError
from schemas.messages import message
from tasks.report.board import Board, RejectsFile, StreamLine, board_html, flow_lines, open_groups, stream_line
from tasks.report.open_incidents import SameIncidents, same_incidents
from tasks.report.page import write_whole
from tasks.report.texts import texts
from tasks.run.shop_folder import ShopFolder
from tasks.run.time_zone import time_zone_of

logger = logging.getLogger(__name__)
INDEX = "index.html"
_RUNS_SHOWN = 40
"""Of each flow: its trend, with as many plans and more between them."""
_FILES_OF = timedelta(days=60)
_FILES_JUDGED = 20
_REJECTS = ".rejects.csv"
"""The end of the name of a file of rejected lines; before it stand a dot and the beginning of the hash of its file."""
_SAID_ANEW = ("product", "stock")


def write_board(folder: ShopFolder, ledger: Ledger) -> None:
    """Writes the page; a folder or ledger that refuses costs a line in the log, never the run."""
    with suppress(PasserelleError):
        try:
            write_whole(folder.path / "reports" / INDEX, board_html(board_of(folder, ledger)))
        except OSError as error:
            logger.warning("The board of %s is not written: %s", folder.name, error.strerror)


def board_of(folder: ShopFolder, ledger: Ledger) -> Board:
    """What the ledger and the folder say of the shop now."""
    now, language, zone = datetime.now(UTC), folder.settings.shop.language, time_zone_of(folder)
    runs = last_runs(folder, ledger, _RUNS_SHOWN)
    return Board(
        shop=folder.name,
        language=language,
        time_zone=zone,
        written_at=now.isoformat(),
        flows=flow_lines(runs, ledger.last_successes(folder.name), texts(language), zone),
        open=open_groups(open_incidents(folder, ledger, runs), language),
        rejects=rejects_of(folder, ledger),
        streams=_streams(folder, ledger, now),
        unclaimed=_unclaimed(folder, language),
    )


def last_runs(folder: ShopFolder, ledger: Ledger, of_each_flow: int) -> list[dict[str, Any]]:
    """The last runs of each flow, the newest first: how often another one runs does not matter."""
    return list(ledger.runs(folder.name, limit=of_each_flow, of_each_flow=True).iter_rows(named=True))


def open_incidents(folder: ShopFolder, ledger: Ledger, runs: Iterable[Mapping[str, Any]]) -> list[SameIncidents]:
    """What is open; of files, what the newest of `runs` of a flow said."""
    newest: dict[str, str] = {}
    for run in runs:
        newest.setdefault(run["flow"], run["run_id"])
    return same_incidents(ledger.incidents(shop=folder.name, open_only=True).iter_rows(named=True), newest.values())


def _unclaimed(folder: ShopFolder, language: str) -> list[str]:
    left = files_of_no_stream(folder.drop, tuple(folder.imports.streams.values()))
    texts_of = [message("file_of_no_stream", language, value=name) for name in left]
    return [f"{text.reason} {text.remedy}" for text in texts_of]


def rejects_of(folder: ShopFolder, ledger: Ledger) -> list[RejectsFile]:
    """The files of rejected lines, newest first; of streams that say all anew in each file, the newest run's alone."""
    found: list[RejectsFile] = []
    newest: dict[str, frozenset[str]] = {}
    """The hashes of the files of that run, by stream."""
    paths = sorted((folder.path / "rejects").glob(f"*{_REJECTS}"), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in paths:
        stream = stream_of(path.name, tuple(folder.imports.streams.values()))
        if stream is not None and stream.name in _SAID_ANEW:
            hash_ = path.name.removesuffix(_REJECTS).rpartition(".")[2]
            if stream.name not in newest:
                newest[stream.name] = ledger.done_with(folder.name, stream.name, hash_) | {hash_}
            if not any(each.startswith(hash_) for each in newest[stream.name]):
                continue
        found.append(_rejects_file(path))
    return found


def rejects_lines(path: Path) -> int:
    """How many lines a file of rejected lines holds behind its header, in whatever encoding."""
    with path.open("rb") as file:
        # Of an encoding of two or four bytes, a part of the last line end stands behind it.
        return max(sum(bool(line.strip(b"\0\r\n")) for line in file) - 1, 0)


def _rejects_file(path: Path) -> RejectsFile:
    return RejectsFile(path.name, rejects_lines(path), datetime.fromtimestamp(path.stat().st_mtime, UTC).isoformat())


def _streams(folder: ShopFolder, ledger: Ledger, now: datetime) -> list[StreamLine]:
    lines = []
    for name, stream in folder.imports.streams.items():
        if stream.enabled and stream.type != WEB_SERVICE:
            past = ledger.archived_since(folder.name, name, now - _FILES_OF)
            lines.append(stream_line(name, [at for _, at in past][-_FILES_JUDGED:], now))
    return lines

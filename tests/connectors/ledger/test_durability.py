from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from connectors.ledger import Ledger
from tests.connectors.ledger.places import Place, SqlitePlace

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.slow
REPOSITORY = Path(__file__).parents[3]
ENDLESS = """
import itertools, sys
from connectors.ledger import Ledger, Link
with Ledger.open(sys.argv[1]) as ledger:
    for batch in itertools.count():
        ledger.confirm("shop", "stock", [Link(f"{sys.argv[2]}-{batch}-{n}", n) for n in range(50)], run_id="r")
        print(batch, flush=True)
"""
THREADS = """
import sys, threading
from connectors.ledger import Ledger, Link
url, process = sys.argv[1:]
failures = []
def write(thread):
    try:
        for batch in range(20):
            links = [Link(f"{process}-{thread}-{batch}-{n}", n) for n in range(25)]
            ledger.confirm("shop", "stock", [*links, Link("shared by all", batch)], run_id="r")
    except BaseException as error:
        failures.append(repr(error))
with Ledger.open(url) as ledger:
    threads = [threading.Thread(target=write, args=(number,)) for number in range(2)]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
sys.exit("; ".join(failures) or 0)
"""


def test_what_was_acknowledged_survives_a_killed_writer(place: Place) -> None:
    for life, kill_after in (("first", 3), ("second", 20)):
        acknowledged = _write_until_killed(place, life, kill_after)
        with Ledger.open(place.url) as ledger:
            keys = ledger.links("shop", "stock")["erp_key"]
        batches = keys.filter(keys.str.starts_with(life)).str.split("-").list.get(1).cast(int).value_counts()
        assert set(range(acknowledged + 1)) <= set(batches["erp_key"])
        assert set(batches["count"]) == {50}, "a batch was written in part"
    if isinstance(place, SqlitePlace):
        assert place.ask("pragma integrity_check") == [("ok",)]


def test_processes_and_threads_write_at_once_and_no_row_is_lost(place: Place) -> None:
    """Nor is a write visible before one with a smaller seq: what is newer than N would not be all of it."""
    with Ledger.open(place.url) as ledger:
        for _ in _while_writers_run(place):
            links = ledger.links("shop", "stock")
            seqs = set(links.filter(links["erp_key"] != "shared by all")["seq"])
            assert seqs == set(range(1, len(seqs) + 1))
    assert len(seqs) == 2 * 2 * 20
    assert links.height == 2 * 2 * 20 * 25 + 1


def _while_writers_run(place: Place) -> Iterator[None]:
    command = [sys.executable, "-W", "error", "-c", THREADS, place.url]
    writers = [subprocess.Popen([*command, name], cwd=REPOSITORY) for name in ("one", "two")]
    while any(writer.poll() is None for writer in writers):
        yield
    assert [writer.returncode for writer in writers] == [0, 0]
    yield


def _write_until_killed(place: Place, life: str, kill_after: int) -> int:
    """The last batch the writer said was confirmed."""
    command = [sys.executable, "-W", "error", "-c", ENDLESS, place.url, life]
    with subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout
        for line in writer.stdout:
            if int(line) == kill_after:
                writer.kill()
        # Lines that were already in the pipe were acknowledged too.
        return max(kill_after, int(line))

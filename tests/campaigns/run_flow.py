"""One flow in a process of its own, which a campaign may kill at any moment.

`python -m tests.campaigns.run_flow FLOW FOLDER` is a process like any other. `FlowProcess` is forked from a server
that has imported everything once and run nothing, since a hundred imports of Prefect would take longer than the kills.
"""

from __future__ import annotations

import asyncio
import gc
import json
import multiprocessing
import os
import resource
import signal
import socket
import sys
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from prefect.events.clients import NullEventsClient
from prefect.events.worker import EventsWorker
from prefect.settings import (
    PREFECT_API_URL,
    PREFECT_FLOWS_HEARTBEAT_FREQUENCY,
    PREFECT_LOGGING_TO_API_ENABLED,
    temporary_settings,
)
from sqlalchemy.pool import Pool

from flows.check_stock import check_stock
from flows.collect_files import collect_files
from flows.export_orders import export_orders
from flows.export_returns import export_returns
from flows.import_customers import import_customers
from flows.import_files import import_files
from flows.import_images import import_images
from flows.import_invoices import import_invoices
from flows.import_order_documents import import_order_documents
from flows.import_products import import_products
from flows.import_return_statuses import import_return_statuses
from flows.import_specific_prices import import_specific_prices
from flows.import_stock import import_stock
from flows.import_store_orders import import_store_orders
from flows.import_stores import import_stores
from flows.publish_lowest_prices import publish_lowest_prices
from flows.undo import undo

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

FLOWS: Mapping[str, Any] = {
    "check_stock": check_stock,
    "collect_files": collect_files,
    "import_files": import_files,
    "import_images": import_images,
    "import_invoices": import_invoices,
    "import_order_documents": import_order_documents,
    "import_products": import_products,
    "import_stock": import_stock,
    "import_stores": import_stores,
    "import_customers": import_customers,
    "import_specific_prices": import_specific_prices,
    "import_store_orders": import_store_orders,
    "import_return_statuses": import_return_statuses,
    "export_orders": export_orders,
    "export_returns": export_returns,
    "publish_lowest_prices": publish_lowest_prices,
    "undo": undo,
}
TOUCHES = frozenset({"os.rename", "os.remove", "os.mkdir", "os.rmdir"})
"""Audit events that change a folder; so does `open` for writing, and for reading a folder to make it durable."""
PATIENCE_SECONDS = 300.0
_PROCESSES = multiprocessing.get_context("forkserver")
_PROCESSES.set_forkserver_preload(["__main__", "tests.campaigns.run_flow", "tests.campaigns.warm"])
# Before any fork: a collection would write to every page that the processes share with the server.
gc.freeze()


@dataclass(frozen=True, slots=True)
class Order:
    """What a process is told to run."""

    flow: str
    folder: Path
    environment: Mapping[str, str]
    api_url: str | None
    asked: Mapping[str, Any] = field(default_factory=dict)
    dies_at_touch: int = 0
    """Kills itself before this touch of its folder, counted from 1; 0: never."""
    dies_at_commit: int = 0
    """Kills itself before this commit of the ledger, counted from 1; below 0: right after the commit of that number."""
    file_bytes: int = 0
    """No file may grow beyond so many bytes; 0: any may."""
    machine: str = ""
    """The name of the machine that it plays; empty: this one's."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a run ended; `name` is empty for one that was killed."""

    name: str
    message: str = ""
    touches: int = 0
    commits: int = 0


class BrokenProcessError(Exception):
    """A process ended by itself without telling how its run did: not a kill, and not a state."""


class FlowProcess:
    """A flow on its way in another process."""

    def __init__(self, order: Order) -> None:
        self._answer, theirs = _PROCESSES.Pipe(duplex=False)
        self._process = _PROCESSES.Process(target=_run, args=(order, theirs))
        self._process.start()
        theirs.close()

    @property
    def is_alive(self) -> bool:
        return self._process.is_alive()

    def kill(self) -> None:
        """SIGKILL: no handler, no `finally`, no flush."""
        self._process.kill()

    def stop(self) -> None:
        """SIGSTOP: the process stands still, as a machine that is suspended."""
        os.kill(self._process.pid or 0, signal.SIGSTOP)

    def go_on(self) -> None:
        os.kill(self._process.pid or 0, signal.SIGCONT)

    def ended(self) -> Ended:
        """Waits for the end of the process."""
        self._process.join(PATIENCE_SECONDS)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
            raise BrokenProcessError(f"it did not end in {PATIENCE_SECONDS:g} s")
        try:
            return self._answer.recv()  # type: ignore[no-any-return]
        except EOFError:
            if self._process.exitcode != -signal.SIGKILL:
                raise BrokenProcessError(f"exit code {self._process.exitcode}") from None
            return Ended("")
        finally:
            self._answer.close()
            self._process.close()


def run_in_a_process(order: Order) -> Ended:
    """The flow, undisturbed, from start to end."""
    return FlowProcess(order).ended()


def _run(order: Order, answer: Connection) -> None:
    os.environ.update(order.environment)
    if order.machine:
        # The ledger tells machines apart by their names: of one of its own it sees whether a process lives.
        socket.gethostname = lambda: order.machine
    if order.file_bytes:
        resource.setrlimit(resource.RLIMIT_FSIZE, (order.file_bytes, order.file_bytes))
    touches = _Touches(order.folder, order.dies_at_touch)
    sys.addaudithook(touches.heard)
    commits = _Commits(order.dies_at_commit)
    EventsWorker.set_client_override(NullEventsClient)
    with _prefect_at(order.api_url):
        state = asyncio.run(FLOWS[order.flow](str(order.folder), return_state=True, **order.asked))
    with suppress(BrokenPipeError):  # killed a moment too late: nobody waits for the answer
        answer.send(Ended(str(state.name), str(state.message), touches.count, commits.count))
    answer.close()


def _prefect_at(api_url: str | None) -> AbstractContextManager[Any]:
    if api_url is None:
        return nullcontext()
    return temporary_settings(
        {PREFECT_API_URL: api_url, PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None, PREFECT_LOGGING_TO_API_ENABLED: False}
    )


class _Touches:
    """Counts what the process does to a folder, and ends it before the one that was chosen."""

    def __init__(self, folder: Path, last: int) -> None:
        self.folder = str(folder)
        self.last = last
        self.count = 0

    def heard(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self._is_touch(event, arguments):
            return
        self.count += 1
        if self.count == self.last:
            os.kill(os.getpid(), signal.SIGKILL)

    def _is_touch(self, event: str, arguments: tuple[Any, ...]) -> bool:
        if event not in TOUCHES and event != "open":
            return False
        path = str(arguments[0])
        writes = event != "open" or bool(int(arguments[2] or 0) & (os.O_WRONLY | os.O_RDWR)) or os.path.isdir(path)  # noqa: PTH112
        return path.startswith(self.folder) and writes


class _Commits:
    """Counts the commits of the ledger's writes, and ends the process before or after the one that was chosen."""

    def __init__(self, last: int) -> None:
        self.last = last
        self.count = 0
        self._writing: set[int] = set()
        sa.event.listen(sa.Engine, "before_cursor_execute", self._executed)
        sa.event.listen(sa.Engine, "commit", self._before)
        sa.event.listen(Pool, "reset", self._after)

    def _executed(self, connection: sa.Connection, _cursor: Any, statement: str, *_more: Any) -> None:
        if statement.lstrip()[:6].lower() in {"insert", "update", "delete"}:
            self._writing.add(id(connection.connection.dbapi_connection))

    def _before(self, connection: sa.Connection) -> None:
        if id(connection.connection.dbapi_connection) not in self._writing:
            return
        self.count += 1
        if self.count == self.last:
            os.kill(os.getpid(), signal.SIGKILL)

    def _after(self, connection: Any, *_more: Any) -> None:
        if id(connection) in self._writing:
            self._writing.discard(id(connection))
            if self.count == -self.last:
                os.kill(os.getpid(), signal.SIGKILL)


def main() -> int:
    """Runs the flow with the environment's own Prefect; the state goes to the standard output, as JSON."""
    flow, folder, *rest = sys.argv[1:]
    asked = json.loads(rest[0]) if rest else {}
    state = asyncio.run(FLOWS[flow](folder, return_state=True, **asked))
    sys.stdout.write(json.dumps({"name": state.name, "message": state.message}) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""A Prefect server on loopback that the processes of a campaign share, and its database, migrated once."""

from __future__ import annotations

import fcntl
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.error import URLError
from urllib.request import urlopen

import certifi
import prefect
from prefect.events.clients import EventsClient, NullEventsClient
from prefect.events.worker import EventsWorker
from prefect.settings import (
    PREFECT_API_SSL_CERT_FILE,
    PREFECT_API_URL,
    PREFECT_SERVER_DATABASE_CONNECTION_URL,
    temporary_settings,
)

TEMPLATES = Path(__file__).parents[2] / "build"
START_SECONDS = 180.0
_QUIET = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_UI_ENABLED": "0",
    # prefect.toml protects the server that is shipped; here each of a thousand clients would fetch a token of its own.
    "PREFECT_SERVER_CSRF_PROTECTION_ENABLED": "false",
    # As Prefect starts a server of its own for a flow that has none.
    "PREFECT__SERVER_EPHEMERAL": "1",
    "PREFECT__SERVER_FINAL": "1",
}
_NO_EVENTS = {
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_ENABLED": "false",
    "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_ENABLED": "false",
    "PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED": "false",
}
# As Prefect does it, but at once: a test looks at what is kept as soon as a run has ended.
_ALL_EVENTS = {
    "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_BATCH_SIZE": "1",
    "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_FLUSH_INTERVAL": "0.2",
}
# As Prefect starts one for a flow that has none; the collector leaves alone what the imports made.
_SERVE = """
import gc, socket, sys, uvicorn
from prefect.server.api.server import create_app
app = create_app()
gc.collect(); gc.freeze(); gc.set_threshold(20_000, 20, 20)
# Given as `fd` it would be taken for a Unix socket, whose answers wait 40 ms each for those before to be acknowledged.
listener = socket.socket(fileno=int(sys.argv[1]))
uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="on")).run([listener])
"""
_MIGRATE = (
    "import asyncio; from prefect.server.database import provide_database_interface as database; "
    "asyncio.run(database().create_db())"
)


@contextmanager
def prefect_server() -> Iterator[str]:
    """The address of its API, which this process speaks with; the server ends with the block, and its database goes.

    It is told of no events, which cost it as much as the runs themselves.
    """
    with served(_NO_EVENTS) as (api_url, database), at_server(api_url, database, NullEventsClient):
        yield api_url


@contextmanager
def at_server(api_url: str, database: Path, events: type[EventsClient]) -> Iterator[None]:
    """Within the block this process speaks with that server, and sends its events with such a client."""
    here = {PREFECT_API_URL: api_url, PREFECT_SERVER_DATABASE_CONNECTION_URL: _address(database)}
    with temporary_settings(here | {PREFECT_API_SSL_CERT_FILE: str(_one_authority())}):
        before = EventsWorker._client_override
        EventsWorker.set_client_override(events)
        try:
            yield
        finally:
            EventsWorker._client_override = before


@contextmanager
def served(events: Mapping[str, str] = _ALL_EVENTS) -> Iterator[tuple[str, Path]]:
    """A server's API and its database; one that keeps events, as Prefect does, unless `events` says otherwise."""
    with TemporaryDirectory(prefix="prefect") as home, socket.create_server(("127.0.0.1", 0)) as listener:
        database = Path(home) / "prefect.db"
        migrated(database)
        api_url = f"http://127.0.0.1:{listener.getsockname()[1]}/api"
        process = subprocess.Popen(
            [sys.executable, "-c", _SERVE, str(listener.fileno())],
            pass_fds=(listener.fileno(),),
            env={**os.environ, **_QUIET, **events} | {"PREFECT_SERVER_DATABASE_CONNECTION_URL": _address(database)},
        )
        try:
            _answers(api_url, process)
            yield api_url, database
        finally:
            process.terminate()
            process.wait(60)


def migrated(database: Path) -> None:
    """Puts an empty database of this version of Prefect there: its migrations take longer than most tests."""
    TEMPLATES.mkdir(exist_ok=True)
    template = TEMPLATES / f"prefect-{prefect.__version__}.db"
    with (TEMPLATES / "prefect.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not template.exists():
            with TemporaryDirectory(dir=TEMPLATES) as place:
                made = Path(place) / "prefect.db"
                environment = os.environ | _QUIET | {"PREFECT_SERVER_DATABASE_CONNECTION_URL": _address(made)}
                subprocess.run([sys.executable, "-c", _MIGRATE], env=environment, check=True)
                made.rename(template)
    database.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(template, database)


def _one_authority() -> Path:
    """A file of one certificate: every client reads its authorities, and a hundred take it 40 ms for plain HTTP."""
    TEMPLATES.mkdir(exist_ok=True)
    path = TEMPLATES / "one-authority.pem"
    first, end, _ = certifi.contents().partition("-----END CERTIFICATE-----\n")
    if not path.exists():
        made = path.with_suffix(f".{os.getpid()}")
        made.write_text(first + end, encoding="ascii")
        made.replace(path)
    return path


def _address(database: Path) -> str:
    return f"sqlite+aiosqlite:///{database}"


def _answers(api_url: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + START_SECONDS
    while True:
        try:
            # The socket is open before the server is: the request waits for it.
            with urlopen(f"{api_url}/health", timeout=START_SECONDS) as answer:  # noqa: S310 - loopback
                answer.read()
                return
        except URLError as error:
            if process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"no Prefect server: {error}") from error
            time.sleep(0.1)

"""A PostgreSQL server of our own on loopback, for the length of the tests, when the machine has its binaries."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from pwd import getpwnam
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

USER = "passerelle"
STARTS_WITHIN_SECONDS = 60


class NoServerError(Exception):
    """Why no PostgreSQL can be started here."""


class PostgresServer:
    """A server with an empty schema for whoever asks; `folder` holds its data and its log."""

    def __init__(self, folder: Path) -> None:
        self.port = _free_port()
        self._folder = folder
        self._made = 0
        self._process: subprocess.Popen[bytes]

    def start(self) -> None:
        """It answers; NoServerError when it does not start."""
        settings = ["-c", "listen_addresses=127.0.0.1", "-c", "fsync=off"]
        where = ["-D", str(self._folder / "data"), "-p", str(self.port), "-k", str(self._folder)]
        command = [str(_binaries() / "postgres"), *where, *settings]
        log = self._folder / "log"
        with log.open("ab") as out:
            self._process = subprocess.Popen(command, user=_user(), cwd=self._folder, stdout=out, stderr=out)
        _wait(self._process, self.port, log)

    def stop(self) -> None:
        """It is gone at once, as after a crash; what was committed is in its data."""
        self._process.send_signal(signal.SIGQUIT)
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def url(self, database: str = "postgres") -> str:
        return f"postgresql://{USER}@127.0.0.1:{self.port}/{database}"

    def new_schema(self) -> str:
        """The name of an empty schema: a database for each test would cost a second of copying."""
        self._made += 1
        name = f"place_{self._made}"
        self.ask(f"create schema {name}")
        return name

    def url_of_schema(self, name: str) -> str:
        return f"{self.url()}?options=-csearch_path%3D{name}"

    def ask_alone(self, statement: str) -> None:
        """A statement that stands in no transaction, such as one that makes a database."""
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(statement.encode())

    def ask(self, *statements: str, schema: str = "public") -> list[tuple[Any, ...]]:
        """The rows that the last statement gives; all of them in one transaction."""
        with psycopg.connect(self.url_of_schema(schema)) as connection:
            for statement in statements:
                answer = connection.execute(statement.encode())
            return answer.fetchall() if answer.description else []


@contextmanager
def postgres_server() -> Iterator[PostgresServer]:
    binaries, user = _binaries(), _user()
    with tempfile.TemporaryDirectory(prefix="passerelle-pg-", ignore_cleanup_errors=True) as folder:
        if user:
            shutil.chown(folder, user)
        data = str(Path(folder) / "data")
        options = ["-D", data, "-U", USER, "-A", "trust", "-E", "UTF8", "--no-sync", "--locale=C.UTF-8"]
        made = subprocess.run([binaries / "initdb", *options], capture_output=True, user=user, cwd=folder, check=False)
        if made.returncode:
            raise NoServerError(f"initdb failed: {made.stderr.decode(errors='replace')}")
        server = PostgresServer(Path(folder))
        try:
            server.start()
            yield server
        finally:
            server.stop()


def server_or_skip() -> Iterator[PostgresServer]:
    """What a fixture yields: a server of its own, or the reason why its tests are skipped."""
    try:
        with postgres_server() as server:
            yield server
    except NoServerError as error:
        pytest.skip(f"no PostgreSQL can be started here: {error}")


def _binaries() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    on_path = shutil.which("initdb")
    if found:
        return found[-1].parent
    if on_path:
        return Path(on_path).resolve().parent
    raise NoServerError("PostgreSQL's initdb is not installed (Debian: apt-get install postgresql)")


def _user() -> str | None:
    """Whom the server runs as: it refuses root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return getpwnam(name).pw_name
        except KeyError:
            continue
    raise NoServerError("PostgreSQL refuses to run as root, and there is neither a user postgres nor nobody")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + STARTS_WITHIN_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            psycopg.connect(f"postgresql://{USER}@127.0.0.1:{port}/postgres", connect_timeout=5).close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return
    raise NoServerError(f"the server did not start: {log.read_text(errors='replace')[-2000:]}")

"""The collection of 1,000 small files and of one of 500 MB, from every kind of source that runs here."""

from __future__ import annotations

import asyncio
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import asyncssh

from deployments.sandbox.rfe import SandboxRfe
from tests.benchmarks.figures import Sheet
from tests.benchmarks.place import Ran, run_flow
from tests.connectors.sftp.ssh_server import PASSWORD, USER, SshServer
from tests.flows.collect_world import SOURCE_PASSWORD, CollectWorld

SMALL_FILES = 1_000
LARGE_BYTES = 500 * 2**20
SOURCE = {"name": "bench", "after": "keep"}
WRITTEN = {"stable_seconds": 0.0}


def measure(sheet: Sheet, place: Path) -> None:
    """Files and megabytes a second, and the memory that a large file costs beyond a small one."""
    os.environ[SOURCE_PASSWORD] = PASSWORD
    place /= "collection"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    sheet.title(f"Collection of {SMALL_FILES:,} small files")
    bare = _bare_sftp(place / "bare", _small(place / "small"))
    sheet.add("collection, SFTP: bare client, one file after the other", SMALL_FILES / bare, "files/s")
    least = 0.0
    for kind in ("folder", "sftp", "rfe"):
        with _world(place / kind, kind, place / "small") as world:
            ran = _collected(world, SMALL_FILES)
            least = ran.peak_mb
        sheet.add(f"collection, {kind}", SMALL_FILES / ran.flow_seconds, "files/s")
        sheet.add(f"collection, {kind}: CPU", ran.flow_cpu / SMALL_FILES * 1000, "ms a file")
        if kind == "sftp":
            sheet.add("collection, sftp: time against the bare client", ran.flow_seconds / bare, "ratio")
    sheet.title("Collection of one file of 500 MB")
    _large(place / "large")
    for kind in ("folder", "sftp"):
        with _world(place / f"{kind}-large", kind, place / "large") as world:
            ran = _collected(world, 1)
        sheet.add(f"collection of 500 MB, {kind}", LARGE_BYTES / 2**20 / ran.flow_seconds, "MB/s")
        sheet.add(f"collection of 500 MB, {kind}: memory beyond that of small files", ran.peak_mb - least, "MB", "< 64")
    shutil.rmtree(place)


def _small(folder: Path) -> Path:
    folder.mkdir()
    for number in range(SMALL_FILES):
        text = f"reference;quantity\nSAC{number};{number % 9}\n"
        (folder / f"stock_{number:04}.csv").write_text(text, encoding="utf-8")
    return folder


def _large(folder: Path) -> None:
    folder.mkdir()
    block = os.urandom(2**20)
    with (folder / "stock.csv").open("wb") as file:
        for _ in range(LARGE_BYTES // len(block)):
            file.write(block)


@contextmanager
def _world(place: Path, kind: str, files: Path) -> Iterator[CollectWorld]:
    """A shop whose one source has these files."""
    with CollectWorld.at(place / "boutique") as world:
        if kind == "folder":
            world.fetch_from(kind, SOURCE | WRITTEN | {"folder": str(files.resolve())})
            yield world
        elif kind == "sftp":
            with SshServer(files) as server:
                where = {"host": "127.0.0.1", "port": server.port, "user": USER, "host_keys": [server.public_key]}
                world.fetch_from(kind, SOURCE | WRITTEN | where | {"password": f"env:{SOURCE_PASSWORD}"})
                yield world
        else:
            with SandboxRfe(password=PASSWORD) as rfe:
                for path in sorted(files.iterdir()):
                    rfe.put(path.name, path.read_bytes())
                who = {"folder_id": rfe.folder_id, "container": rfe.container, "user": rfe.user}
                urls = {"sign_in_url": rfe.url, "api_url": rfe.url, "files_per_minute": 1_000_000}
                world.fetch_from(kind, SOURCE | who | urls | {"password": f"env:{SOURCE_PASSWORD}"})
                yield world


def _collected(world: CollectWorld, count: int) -> Ran:
    ran = run_flow("collect_files", world)
    if f"{count} fetched" not in ran.message:
        raise RuntimeError(ran.message)
    return ran


def _bare_sftp(target: Path, files: Path) -> float:
    """Seconds in which asyncssh alone fetches the files one after the other, without keeping them safe."""
    target.mkdir()
    with SshServer(files) as server:
        return asyncio.run(_fetched_bare(server, target))


async def _fetched_bare(server: SshServer, target: Path) -> float:
    keys: tuple[list[Any], list[Any], list[Any]] = ([asyncssh.import_public_key(server.public_key)], [], [])
    options = {"username": USER, "password": PASSWORD, "known_hosts": keys, "client_keys": None, "config": None}
    async with (
        asyncssh.connect("127.0.0.1", server.port, **options) as connection,
        connection.start_sftp_client() as sftp,
    ):
        names = sorted(name for name in await sftp.listdir(".") if name not in {".", ".."})
        started = time.perf_counter()
        for name in names:
            await sftp.get(name, target / name)
        return time.perf_counter() - started

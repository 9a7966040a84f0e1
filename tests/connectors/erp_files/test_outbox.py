from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from connectors.erp_files.deliver import deliver
from connectors.erp_files.outbox import Entry, Outbox
from connectors.files.folder_source import FolderSource
from schemas.errors import AlreadyThereError, RefusedError, TransientError

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
OPENING = b"ref;item\r\n"


class KilledError(BaseException):
    """The process is gone at this point."""


def entry(key: str) -> Entry:
    return Entry(key, key, "order", "C1", "2026-11-21", "EUR", "XKBKNABJK", (("SHIRT", "2", "15.00"),))


def rows_of(key: str) -> bytes:
    return f"{key};SHIRT\r\n".encode()


def name_of(keys: Sequence[str], digest: str) -> str:
    return f"orders-{keys[0]}-{digest}.csv"


class World:
    """A shop's outbox and the folder that the ERP looks into, which takes each file once and then removes it."""

    def __init__(self, root: Path) -> None:
        self.root = root / "outbox"
        self.erp = root / "erp"
        self.erp.mkdir()
        self.taken: list[bytes] = []

    def open(self) -> Outbox:
        outbox = Outbox(self.root)
        outbox.open()
        return outbox

    async def run(self, *keys: str, one_each: bool = False) -> Outbox:
        """A whole run: documents that the outbox does not have are put in, then everything is delivered."""
        outbox = self.open()
        for key in keys:
            if outbox.find(key) is None:
                outbox.accept(entry(key), rows_of(key))
        outbox.pack(name_of, OPENING, one_each=one_each)
        async with FolderSource(self.erp) as target:
            await deliver(outbox, target, NOW)
        return outbox

    def take_all(self) -> None:
        """What the ERP does: it reads what is complete, and removes it."""
        for path in sorted(self.erp.glob("*.csv")):
            self.taken.append(path.read_bytes())
            path.unlink()

    @property
    def taken_keys(self) -> list[str]:
        lines = b"".join(self.taken).decode().splitlines()
        return [line.split(";")[0] for line in lines if line + "\r\n" != OPENING.decode()]


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


async def test_the_documents_of_a_run_are_one_file_in_the_order_of_their_numbers(world: World) -> None:
    await world.run("WEB10", "WEB9", "WEB9.20261121")
    [file] = world.erp.iterdir()
    assert file.read_bytes() == OPENING + rows_of("WEB9") + rows_of("WEB9.20261121") + rows_of("WEB10")


async def test_or_one_file_each(world: World) -> None:
    await world.run("WEB1", "WEB2", one_each=True)
    assert [path.read_bytes() for path in sorted(world.erp.iterdir())] == [
        OPENING + rows_of("WEB1"),
        OPENING + rows_of("WEB2"),
    ]


async def test_a_second_run_writes_nothing(world: World) -> None:
    await world.run("WEB1")
    world.take_all()
    outbox = await world.run("WEB1")
    assert list(world.erp.iterdir()) == []
    found = outbox.find("WEB1")
    assert found is not None
    assert found.file.startswith("orders-WEB1-")
    assert [path.read_bytes() for path in outbox.delivered.rglob("*.csv")] == [OPENING + rows_of("WEB1")]


async def test_a_document_with_other_rows_under_the_same_key_is_refused(world: World) -> None:
    outbox = await world.run("WEB1")
    outbox.accept(entry("WEB1"), rows_of("WEB1"))
    with pytest.raises(AlreadyThereError):
        outbox.accept(entry("WEB1"), b"WEB1;SHOES\r\n")


@pytest.mark.parametrize("key", ["../WEB1", "a/b", "", "WEB 1", "A" * 101])
def test_a_key_that_is_no_name_is_refused(world: World, key: str) -> None:
    with pytest.raises(RefusedError):
        world.open().accept(entry(key), b"")


@contextmanager
def killed_at(step: int, monkeypatch: pytest.MonkeyPatch, *, after: bool) -> Iterator[Counter[str]]:
    """The process dies at its `step`th call that changes the disk: before it, or when it has just been done."""
    counted = Counter[str]()
    with monkeypatch.context() as patch:
        for name in ("fsync", "replace", "rename", "unlink"):
            patch.setattr(os, name, _dying(getattr(os, name), counted, step, after=after))
        yield counted


def _dying(call: Callable[..., Any], counted: Counter[str], step: int, *, after: bool) -> Callable[..., Any]:
    def counting(*args: Any, **options: Any) -> Any:
        counted["steps"] += 1
        if counted["steps"] == step and not after:
            raise KilledError
        done = call(*args, **options)
        if counted["steps"] == step:
            raise KilledError
        return done

    return counting


@pytest.mark.parametrize("one_each", [False, True])
@pytest.mark.parametrize("after", [False, True])
async def test_killed_anywhere_every_document_arrives_once_and_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: bool, one_each: bool
) -> None:
    keys, step, is_killed = ("WEB1", "WEB2", "WEB3"), 0, True
    while is_killed:
        step += 1
        folder = tmp_path / f"{step}"
        folder.mkdir()
        world = World(folder)
        with killed_at(step, monkeypatch, after=after) as counted, suppress(KilledError):
            await world.run(*keys, one_each=one_each)
        is_killed = counted["steps"] == step
        world.take_all()
        await world.run(*keys, one_each=one_each)
        world.take_all()
        await world.run(*keys, one_each=one_each)
        assert sorted(world.taken_keys) == sorted(keys), f"killed at step {step}"
        assert set(b"".join(world.taken).splitlines(keepends=True)) == {OPENING, *map(rows_of, keys)}
        assert list(world.erp.iterdir()) == []
    assert step > 20


class Breaking(FolderSource):
    """An ERP's folder whose answers are lost: what was asked for is done, and nobody hears of it."""

    lost: str = ""

    async def write(self, name: str, content: Path) -> None:
        await super().write(name, content)
        self._answer("write")

    async def rename_new(self, name: str, to: str) -> None:
        await super().rename_new(name, to)
        self._answer("rename")

    def _answer(self, what: str) -> None:
        if what == self.lost:
            raise TransientError("the line was cut", system="sftp", action=what)


@pytest.mark.parametrize("lost", ["write", "rename"])
@pytest.mark.parametrize("is_accepted", [True, False], ids=["taken at once", "still there"])
async def test_a_lost_answer_sends_no_file_twice(world: World, lost: str, is_accepted: bool) -> None:
    outbox = world.open()
    outbox.accept(entry("WEB1"), rows_of("WEB1"))
    outbox.pack(name_of, OPENING, one_each=False)
    async with Breaking(world.erp) as target:
        target.lost = lost
        with pytest.raises(TransientError):
            await deliver(outbox, target, NOW)
        if is_accepted:
            world.take_all()
        target.lost = ""
        assert await deliver(world.open(), target, NOW) == 1
    world.take_all()
    assert world.taken_keys == ["WEB1"]


async def test_an_erp_that_is_away_leaves_the_files_for_the_next_run(world: World) -> None:
    world.erp.rmdir()
    with pytest.raises(TransientError):
        await world.run("WEB1")
    world.erp.mkdir()
    await world.run("WEB1", "WEB2")
    assert len(list(world.erp.glob("*.csv"))) == 2
    world.take_all()
    assert world.taken_keys == ["WEB1", "WEB2"]


async def test_a_marker_follows_its_file(world: World) -> None:
    outbox = world.open()
    outbox.accept(entry("WEB1"), rows_of("WEB1"))
    outbox.pack(name_of, b"", one_each=False)
    [file] = outbox.files()
    async with FolderSource(world.erp) as target:
        await deliver(outbox, target, NOW, ".ok")
    assert sorted(path.name for path in world.erp.iterdir()) == [file.name, f"{file.name}.ok"]


async def test_nothing_in_the_outbox_but_the_rows_names_a_person(world: World) -> None:
    outbox = await world.run("WEB1")
    [line] = (world.root / "sent.jsonl").read_text().splitlines()
    assert Entry.parse(line) == outbox.find("WEB1")
    assert [path.name for path in world.root.rglob("*") if path.is_file() and path.suffix != ".csv"] == ["sent.jsonl"]

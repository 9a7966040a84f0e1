from __future__ import annotations

import gzip
import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest

from connectors.files.arrive import fetched_aside
from connectors.rfe import RfeAccess, RfeSource
from connectors.rfe.keys import TooSoonError
from connectors.rfe.pace import Pace
from deployments.sandbox.rfe import SandboxRfe
from schemas.errors import DeniedError, PasserelleError, RefusedError, TransientError, UnexpectedReplyError
from schemas.offered import CHANGED
from tests.connectors.listener import Asked, Listener, Told
from tests.connectors.sources import NOON, SourceSuite

pytestmark = pytest.mark.lasting


class AnySchedule:
    """Remembers when the exchange may be asked again, as the ledger does."""

    def __init__(self) -> None:
        self.instant: datetime | None = None

    def next_at(self) -> datetime | None:
        return self.instant

    def not_before(self, instant: datetime) -> None:
        self.instant = instant


class Exchange:
    """The far side of an RFE source."""

    def __init__(self, sandbox: SandboxRfe) -> None:
        self.sandbox = sandbox
        self.schedule = AnySchedule()

    def put(self, name: str, content: bytes, modified_at: datetime = NOON) -> None:
        self.sandbox.put(name, content, modified_at)

    def names(self) -> list[str]:
        return self.sandbox.waiting()

    def open(self, **changes: Any) -> RfeSource:
        sandbox = self.sandbox
        given: dict[str, Any] = {
            "sign_in_url": sandbox.url,
            "api_url": sandbox.url,
            "seconds_between": 0.0,
            "patience_seconds": 10.0,
        }
        access = {"folder_id": sandbox.folder_id, "container": sandbox.container, "user": sandbox.user}
        return RfeSource(RfeAccess(**access | {"password": sandbox.password} | given | changes), self.schedule)

    @property
    def asked(self) -> tuple[int, int]:
        """How many tokens and keys were asked for."""
        return self.sandbox.requests["token"], self.sandbox.requests["key"]


@pytest.fixture
def remote() -> Iterator[Exchange]:
    with SandboxRfe() as sandbox:
        yield Exchange(sandbox)


class TestRfe(SourceSuite):
    """A container of the exchange."""


async def use(source: RfeSource) -> list[str]:
    async with source:
        return [file.name for file in await source.offered()]


async def test_a_listing_is_followed_over_all_its_pages() -> None:
    with SandboxRfe(page_size=3) as sandbox:
        remote = Exchange(sandbox)
        for number in range(10):
            remote.put(f"stock {number} & 50%<é>.csv", b"")
        assert len(await use(remote.open())) == 10
        assert sandbox.requests["list"] == 4


async def test_what_the_exchange_makes_itself_and_other_folders_are_left_alone(remote: Exchange) -> None:
    remote.put("stock.csv", b"")
    remote.put("archive/stock_old.csv", b"")
    remote.sandbox.files.put("outer/stock.csv", b"")
    assert await use(remote.open()) == ["stock.csv"]


async def test_token_and_key_are_asked_for_once(remote: Exchange) -> None:
    for _ in range(3):
        await use(remote.open())
    assert remote.asked == (1, 1)


async def test_a_key_that_is_about_to_end_is_not_used() -> None:
    with SandboxRfe() as sandbox:
        remote = Exchange(sandbox)
        source = remote.open()
        async with source:
            await source.offered()
            kept = source._keys._kept
            assert kept.key is not None
            object.__setattr__(kept.key, "good_until", datetime.now(UTC) + timedelta(seconds=30))
            await source.offered()
        assert remote.asked == (1, 2)


async def test_a_key_that_ends_early_is_asked_for_anew(remote: Exchange) -> None:
    remote.put("stock.csv", b"A;1\n")
    async with remote.open() as source:
        [file] = await source.offered()
        remote.sandbox.expire_keys()
        assert [chunk async for chunk in source.chunks(file)] == [b"A;1\n"]
    assert remote.asked == (1, 2)


async def test_a_token_that_ends_early_is_asked_for_anew(remote: Exchange) -> None:
    async with remote.open() as source:
        await source.offered()
        remote.sandbox.expire_keys()
        remote.sandbox.expire_tokens()
        await source.offered()
    assert remote.asked == (2, 3)


async def test_the_exchange_is_not_asked_for_keys_more_often_than_it_allows(remote: Exchange) -> None:
    await use(remote.open(seconds_between=300.0))
    remote.sandbox.expire_keys()
    with pytest.raises(TooSoonError) as caught:
        await use(remote.open(seconds_between=300.0))
    assert caught.value.next_at == remote.schedule.instant
    assert remote.asked == (1, 1)
    remote.schedule.instant = datetime.now(UTC) - timedelta(seconds=1)
    await use(remote.open(seconds_between=300.0))
    assert remote.asked == (1, 2)


async def test_another_process_respects_the_time_as_well(remote: Exchange) -> None:
    remote.schedule.not_before(datetime.now(UTC) + timedelta(minutes=4))
    with pytest.raises(TooSoonError):
        await use(remote.open())
    assert remote.asked == (0, 0)


async def test_a_time_noted_by_a_clock_that_was_a_day_ahead_keeps_no_file_back(remote: Exchange) -> None:
    remote.schedule.not_before(datetime.now(UTC) + timedelta(days=1))
    await use(remote.open())
    assert remote.asked == (1, 1)


@pytest.mark.parametrize(("told", "wanted"), [(None, 300.0), (30, 300.0), (900, 900.0)])
async def test_an_exchange_that_has_too_much_is_left_alone_for_as_long_as_it_says(
    remote: Exchange, told: int | None, wanted: float
) -> None:
    remote.sandbox.faults.add("429", "key", retry_after=told)
    with pytest.raises(TransientError, match="10,000 files") as caught:
        await use(remote.open(seconds_between=300.0))
    assert caught.value.retry_after == wanted
    assert remote.schedule.instant is not None
    left = remote.schedule.instant - datetime.now(UTC)
    assert timedelta(seconds=wanted - 10) < left <= timedelta(seconds=wanted)


async def test_more_than_ten_thousand_files_that_wait_are_told() -> None:
    with SandboxRfe(most_waiting=2) as sandbox:
        remote = Exchange(sandbox)
        for number in range(3):
            remote.put(f"{number}.csv", b"")
        with pytest.raises(TransientError, match="10,000 files"):
            await use(remote.open())


async def test_a_key_that_only_reads_lives_a_day_and_deletes_nothing(remote: Exchange) -> None:
    remote.put("stock.csv", b"A;1\n")
    async with remote.open(writes=False) as source:
        [file] = await source.offered()
        key = await source._keys.container()
        assert key.good_until > datetime.now(UTC) + timedelta(hours=23)
        with pytest.raises(DeniedError, match="contributes"):
            await source.delete(file)
    assert remote.names() == ["stock.csv"]


@pytest.mark.parametrize(
    ("changes", "remedy"),
    [
        ({"password": "hunter2"}, "user, password"),
        ({"user": "OTHER"}, "user, password"),
        ({"container": "other"}, "owns the container"),
    ],
)
async def test_who_is_not_let_in_is_told_what_to_check(remote: Exchange, changes: dict[str, str], remedy: str) -> None:
    with pytest.raises(DeniedError, match=remedy) as caught:
        await use(remote.open(**changes))
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("request_", ["token", "key", "list"])
@pytest.mark.parametrize("kind", ["503", "reset", "html"])
async def test_an_exchange_that_is_away_or_answers_otherwise_is_told(
    remote: Exchange, request_: Any, kind: Any
) -> None:
    remote.sandbox.faults.add(kind, request_)
    wanted = UnexpectedReplyError if kind == "html" else TransientError
    with pytest.raises(wanted):
        await use(remote.open())
    assert await use(remote.open()) == []


@pytest.mark.parametrize("kind", ["cut", "short", "long", "damaged"])
@pytest.mark.parametrize("at", [1, 2, 999, 65_536, 99_999])
async def test_what_does_not_come_whole_does_not_come_at_all(
    remote: Exchange, tmp_path: Path, kind: Any, at: int
) -> None:
    content = bytes(number % 256 for number in range(100_000))
    remote.put("stock.csv", content)
    part = tmp_path / "part"
    async with remote.open() as source:
        [file] = await source.offered()
        remote.sandbox.faults.add(kind, "get", at=at)
        with pytest.raises(TransientError):
            await fetched_aside(source.chunks(file), part, file)
        assert not part.exists()
        await fetched_aside(source.chunks(file), part, file)
    assert part.read_bytes() == content


async def test_the_key_to_the_container_is_in_no_log_and_in_no_error(
    remote: Exchange, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    remote.put("stock.csv", b"A;1\n")
    said: list[str] = []
    async with remote.open() as source:
        key = await source._keys.container()
        signature = key.query.rpartition("sig=")[2]
        for kind in ("cut", "503", "reset", "html"):
            remote.sandbox.faults.add(kind, "*")
            try:
                await source.offered()
            except PasserelleError as error:
                said += [str(error), repr(error.__cause__), repr(error)]
    said += [record.getMessage() for record in caplog.records if record.name.startswith(("httpx", "connectors"))]
    assert said
    assert not any(signature in text or "sandbox" in text for text in said)
    assert signature not in repr(key)


async def test_a_copy_that_was_made_before_a_kill_is_made_again(remote: Exchange) -> None:
    remote.put("stock.csv", b"A;1\n")
    async with remote.open() as source:
        [file] = await source.offered()
        remote.sandbox.faults.add("reset", "delete")
        with pytest.raises(TransientError):
            await source.rename(file, "out/stock.csv.done")
        assert remote.names() == ["stock.csv", "stock.csv.done"]
        await source.rename(file, "out/stock.csv.done")
    assert remote.names() == ["stock.csv.done"]


async def test_a_file_that_is_written_anew_while_it_is_copied_stays(remote: Exchange) -> None:
    remote.put("stock.csv", b"A;1\n")
    async with remote.open() as source:
        [file] = await source.offered()
        remote.put("stock.csv", b"A;2\n")
        with pytest.raises(RefusedError) as caught:
            await source.rename(file, "out/stock.csv.done")
        assert caught.value.code == CHANGED
    assert remote.names() == ["stock.csv"]


async def test_no_more_files_a_minute_pass_than_allowed() -> None:
    now, slept = 0.0, []

    async def sleep(seconds: float) -> None:
        nonlocal now
        slept.append(seconds)
        now += seconds

    pace = Pace(3, lambda: now, sleep)
    passed = []
    for _ in range(7):
        await pace.wait()
        passed.append(now)
        now += 1.0
    assert passed == [0.0, 1.0, 2.0, 60.0, 61.0, 62.0, 120.0]
    assert all(seconds >= 0 for seconds in slept)


@pytest.mark.parametrize("kind", ["list", "token", "key"])
async def test_an_answer_that_would_fill_the_memory_is_told(kind: str) -> None:
    bomb = gzip.compress(bytes(40 * 2**20))
    with SandboxRfe() as sandbox:
        remote = Exchange(sandbox)
        remote.put("stock.csv", b"A;1\n")

        def answer(asked: Asked) -> Told:
            if f"/{kind}" in asked.path or (kind == "list" and "comp=list" in asked.path):
                return Told(body=bomb, headers={"Content-Encoding": "gzip"})
            body = urlopen(Request(sandbox.url + asked.path, asked.body or None, asked.headers)).read()  # noqa: S310
            return Told(body=body.replace(sandbox.url.encode(), between.url.encode()))

        with Listener(answer) as between:
            paths = {"key": "getsastoken"}
            kind = paths.get(kind, kind)
            with pytest.raises(UnexpectedReplyError, match="larger than"):
                await use(remote.open(sign_in_url=between.url, api_url=between.url))


async def test_a_container_with_too_many_files_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connectors.rfe.source.MOST_LISTED", 5)
    with SandboxRfe(page_size=3) as sandbox:
        remote = Exchange(sandbox)
        for number in range(6):
            remote.put(f"stock {number}.csv", b"")
        with pytest.raises(UnexpectedReplyError, match="more than") as caught:
            await use(remote.open())
    assert "archive" in caught.value.remedy

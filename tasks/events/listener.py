"""Listens to one shop: what changed there is read from our module's outbox, and the flows that it concerns are run.

No port is opened for it. What is lost here is found by the flows' own schedule and sweep, which alone are the truth.
"""

from __future__ import annotations

import asyncio
import hmac
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, TypeAlias

from connectors.prestashop import Shop
from connectors.prestashop.events import RESOURCE
from schemas.erps import HOOKS
from schemas.error_texts import error_text
from schemas.errors import DeniedError, PasserelleError
from schemas.flows import FLOWS
from schemas.terminal_texts import terminal_text
from schemas.where import located_logger
from tasks.events.plan.hook import code_of_hook
from tasks.events.plan.ping import is_signed
from tasks.events.plan.waiting import FLOWS_OF, DueRun, RunResult, Waiting
from tasks.report.texts import texts
from tasks.run.push_board import can_run
from tasks.run.secrets import resolve
from tasks.run.shop_folder import ShopFolder, language_in_settings, open_shop_folder
from tasks.run.state import State

Start: TypeAlias = Callable[[str, str, Mapping[str, Any]], Awaitable[State]]
"""Runs a flow, by its name, over the folder of a shop, with these parameters."""
Emit: TypeAlias = Callable[[str, str, Sequence[int]], Awaitable[None]]
"""Passes on that subjects of a topic have changed in the shop of this name; PasserelleError: they are read again."""
Heard: TypeAlias = Callable[[str, Mapping[str, str], bytes], bool]
Report: TypeAlias = Callable[[str], None]

logger = located_logger(__name__)
_BUSY = frozenset({"AlreadyRunning"})
_SESSION_SECONDS = 300.0
"""Then the folder is opened anew: its settings may be others by now."""
_PATIENCE_SECONDS = 20.0
_AFTER_HOOK_SECONDS = 5.0
PING, HOOK = "/ping", "/hook/"
_REST_SECONDS = 30.0
"""After the shop, or the folder, could not be read."""


class Listener:
    """One shop, until it is stopped; `wake` is set by whoever knows that something is there."""

    def __init__(
        self, path: str, start: Start, emit: Emit, report: Report, on_read: Callable[[], None] = lambda: None
    ) -> None:
        self.path = path
        self.wake = asyncio.Event()
        self._start = start
        self._emit = emit
        self._report = report
        self._on_read = on_read
        self._waiting = Waiting(())
        self._topics: tuple[str, ...] = ()
        self._runs: set[asyncio.Task[None]] = set()
        self._told = ""
        self._loop: asyncio.AbstractEventLoop | None = None
        self._folder: ShopFolder | None = None
        self._ping_secret = ""
        self._hook_secret = ""
        self._pinged = ""
        self._stopped = False

    def hears(self, path: str, headers: Mapping[str, str], body: bytes) -> bool:
        """Whether this was said by the shop or by its ERP; what it says is done later. For any thread."""
        if self._loop is None or self._folder is None:
            return False
        signature = (headers.get("X-Passerelle-Time", ""), headers.get("X-Passerelle-Signature", ""))
        if path == PING and self._ping_secret and is_signed(self._ping_secret, *signature, body, time.time()):
            self._loop.call_soon_threadsafe(self.wake.set)
            return True
        if self._hook_secret and hmac.compare_digest(path.encode(), f"{HOOK}{self._hook_secret}".encode()):
            code = code_of_hook(body)
            if code is not None:
                self._loop.call_soon_threadsafe(self._hear_erp, code)
            return code is not None
        return False

    def _hear_erp(self, code: str) -> None:
        """The flow that the code is about runs a little later: the ERP's transaction may still be open."""
        folder = self._folder
        flow = HOOKS.get(folder.settings.erp.kind, {}).get(code) if folder else None
        if folder is not None and flow is not None and can_run(folder, FLOWS[flow]):
            self._waiting.want(flow, time.monotonic(), in_seconds=_AFTER_HOOK_SECONDS)
            self.wake.set()

    def stop(self) -> None:
        """Nothing more is read; runs that are under way go on to their end."""
        self._stopped = True
        self.wake.set()

    async def listen(self) -> None:
        """Reads and runs until `stop`."""
        while not self._stopped:
            try:
                await self._session(open_shop_folder(self.path))
            except PasserelleError as error:
                self._tell_once(error_text(error, language_in_settings(self.path)))
                await self._pause(_REST_SECONDS)
        if self._runs:
            await asyncio.wait(self._runs)

    async def drain(self) -> None:
        """Reads and runs until nothing is left."""
        folder = open_shop_folder(self.path)
        await self._follow(topics_of(folder))
        async with folder.open_shop(patience_seconds=_PATIENCE_SECONDS) as shop:
            await _may_listen(shop)
            while await self._look(folder, shop, wait_seconds=0):
                await self._pause(folder.settings.events.poll_seconds)

    async def _session(self, folder: ShopFolder) -> None:
        events, topics = folder.settings.events, topics_of(folder)
        await self._follow(topics)
        self._loop, self._folder = asyncio.get_running_loop(), folder
        self._ping_secret = resolve(events.ping_secret) if events.ping_secret else ""
        self._hook_secret = resolve(events.hook_secret) if events.hook_secret else ""
        if not folder.settings.shop.is_armed or not topics:
            self._tell_once(self._text(folder, "nothing" if folder.settings.shop.is_armed else "not_armed"))
            await self._pause(_REST_SECONDS)
            return
        async with folder.open_shop(patience_seconds=_PATIENCE_SECONDS) as shop:
            await _may_listen(shop)
            await self._set_ping(folder, shop)
            self._tell_once(self._text(folder, "listens", topics=", ".join(topics)))
            until = time.monotonic() + _SESSION_SECONDS
            while not self._stopped and time.monotonic() < until:
                is_left = await self._look(folder, shop, events.wait_seconds)
                if is_left or not events.wait_seconds:
                    await self._pause(events.poll_seconds)

    async def _follow(self, topics: tuple[str, ...]) -> None:
        """From now on these topics; what was read of others is read again."""
        if topics != self._topics:
            if self._runs:
                await asyncio.wait(self._runs)
            self._topics, self._waiting = topics, Waiting(topics)

    async def _look(self, folder: ShopFolder, shop: Shop, wait_seconds: int) -> bool:
        """Reads once and starts the runs that are due; whether anything is left."""
        waiting = self._waiting
        wait = wait_seconds if waiting.is_empty else 0
        done = sorted(waiting.done)
        read = await shop.outbox.read(self._topics, wait_seconds=wait, done=done)
        self._on_read()
        waiting.forget(done)
        new = waiting.unknown(read)
        for topic in sorted({event.topic for event in new}):
            await self._emit(folder.name, topic, [event.subject for event in new if event.topic == topic])
        waiting.add(new)
        for run in waiting.due(time.monotonic()):
            task = asyncio.create_task(self._run(folder, run))
            self._runs.add(task)
            task.add_done_callback(self._runs.discard)
        return not waiting.is_empty

    async def _run(self, folder: ShopFolder, run: DueRun) -> None:
        began, how, name = time.monotonic(), RunResult.FAILED, ""
        try:
            state = await self._start(run.flow, self.path, run.asked)
            how, name = _how(state), state.shown
        except PasserelleError as error:
            name = error_text(error, folder.settings.shop.language)
        finally:
            again = self._waiting.finish(run, how, time.monotonic())
            self.wake.set()
        words = texts(folder.settings.shop.language)
        figures = {
            "flow": run.flow,
            "count": "*" if run.sweep else str(len(run.numbers)),
            "state": words.word("state", name),
            "seconds": words.number(time.monotonic() - began, 1),
            "again": f"{again:.0f}",
        }
        if how is not RunResult.BUSY:
            self._report(self._text(folder, "ran" if how is RunResult.DONE else "failed", **figures))

    async def _set_ping(self, folder: ShopFolder, shop: Shop) -> None:
        """Tells the module where to say that something is there."""
        url = folder.settings.events.ping_url
        if url and self._ping_secret and url != self._pinged:
            await shop.outbox.set_ping(url, self._ping_secret)
            self._pinged = url

    async def _pause(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self.wake.wait(), seconds)
        except TimeoutError:
            return
        if not self._stopped:
            self.wake.clear()

    def _tell_once(self, text: str) -> None:
        if text != self._told:
            self._told = text
            self._report(text)

    def _text(self, folder: ShopFolder, code: str, **figures: str) -> str:
        return terminal_text("listen", code, folder.settings.shop.language, shop=folder.name, **figures)


def topics_of(folder: ShopFolder) -> tuple[str, ...]:
    """The topics whose flows the shop has."""
    return tuple(topic for topic, flow in FLOWS_OF.items() if can_run(folder, FLOWS[flow]))


async def _may_listen(shop: Shop) -> None:
    facts = await shop.describe()
    if not (facts.may("GET", RESOURCE) and facts.may("PUT", RESOURCE)):
        raise DeniedError(
            f"the key may not read and write {RESOURCE}",
            system="PrestaShop",
            action="listen",
            remedy="Install the module passerelle 1.3.0 or later, then allow the key View and Modify of "
            f"{RESOURCE} (Advanced Parameters > Webservice).",
        ).worded("no_events")


def _how(state: State) -> RunResult:
    if state.name in _BUSY:
        return RunResult.BUSY
    return RunResult.DONE if state.is_completed() else RunResult.FAILED

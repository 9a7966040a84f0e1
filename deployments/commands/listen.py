"""`passerelle listen`: what changes in shops runs the flows that it concerns, at once, until the command is stopped."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Mapping, Sequence
from contextlib import nullcontext, suppress
from errno import EACCES, EADDRINUSE
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from deployments.exits import Exit
from deployments.flow_names import flow_named
from deployments.ping_server import Heard, PingServer
from deployments.prefect_at_hand import prefect_at_hand
from deployments.terminal import out
from deployments.words import said
from schemas.errors import ConfigFault, ConfigurationError, TransientError
from schemas.shop_events import LOST
from schemas.terminal_texts import terminal_text
from tasks.run.shop_folder import open_shop_folder
from tasks.run.state import State, completed
from tasks.run.step_tasks import by_itself, through_prefect

if TYPE_CHECKING:
    from tasks.events.listener import Listener

_EVENT = "passerelle.{topic}.changed"
_LOST_EVENT = "passerelle.events.lost"
_RESOURCE = "passerelle.shop.{shop}"
_AT_ONCE = 4
"""Runs at the same time, of all shops together."""


async def listen(
    *shops: Annotated[Path, Parameter(help=said("The shops' folders; by default this one."))],
    only_emit: Annotated[
        bool, Parameter(help=said("Run nothing: emit Prefect events with the ids, for automations of yours."))
    ] = False,
    port: Annotated[
        int, Parameter(help=said("The port on 127.0.0.1 on which shops and ERPs may say that something is there."))
    ] = 0,
    alive: Annotated[
        Path | None, Parameter(help=said("A file that is touched whenever a shop has answered, for a watch."))
    ] = None,
) -> Exit:
    """Run flows as soon as something changes in the shops, by the outbox of our module, until it is stopped."""
    from tasks.events.listener import Listener  # noqa: PLC0415 - imports Prefect

    folders = [open_shop_folder(shop) for shop in shops or (Path(),)]
    at_once = asyncio.Semaphore(_AT_ONCE)
    start = emitted if only_emit else partial(run_flow, at_once)
    pass_on = partial(emit, is_needed=only_emit)
    touch = alive.touch if alive else lambda: None
    listeners = [Listener(str(folder.path), start, pass_on, _say, touch) for folder in folders]

    def stop() -> None:
        for listener in listeners:
            listener.stop()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        with suppress(NotImplementedError):  # Windows has no handlers of signals in a loop
            loop.add_signal_handler(number, stop)
    with _server(port, listeners, folders[0].settings.shop.language) if port else nullcontext():
        await asyncio.gather(*(listener.listen() for listener in listeners))
    return Exit.COMPLETED


def _server(port: int, listeners: Sequence[Listener], language: str) -> PingServer:
    try:
        return PingServer(port, _heard_by(listeners))
    except OSError as error:
        if error.errno not in {EADDRINUSE, EACCES}:
            raise
        reason, remedy = (terminal_text("listen", code, language) for code in ("port_taken", "other_port"))
        raise ConfigurationError((ConfigFault("--port", str(port), reason, remedy),), action="listen") from error


def _heard_by(listeners: Sequence[Listener]) -> Heard:
    def heard(path: str, headers: Mapping[str, str], body: bytes) -> bool:
        """Whether anyone believes it; each shop has secrets of its own, so all are asked."""
        believed = [listener.hears(path, headers, body) for listener in listeners]
        return any(believed)

    return heard


async def run_flow(at_once: asyncio.Semaphore, name: str, folder: str, asked: Mapping[str, Any]) -> State:
    """The state in which a flow ends, run in this process: shown in Prefect where one is named and answers."""
    async with at_once, prefect_at_hand() as is_at_hand:
        return await (through_prefect if is_at_hand else by_itself)(flow_named(name), folder, **asked)


async def emitted(_name: str, _folder: str, _asked: Mapping[str, Any]) -> State:
    """What stands for a run where an automation is to start it."""
    return completed("LeftToPrefect")


async def emit(shop: str, topic: str, subjects: Sequence[int], *, is_needed: bool = False) -> None:
    """Emits an event of Prefect with the ids, where a server was named and answers.

    TransientError where it is needed and there is none.
    """
    async with prefect_at_hand() as is_at_hand:
        if is_at_hand:
            from prefect.events import emit_event  # noqa: PLC0415 - imports Prefect, which is there now

            emit_event(
                event=_LOST_EVENT if topic == LOST else _EVENT.format(topic=topic),
                resource={"prefect.resource.id": _RESOURCE.format(shop=shop), "prefect.resource.name": shop},
                payload={"ids": sorted({*subjects} - {0})},
            )
        elif is_needed:
            raise TransientError(
                "no Prefect server answers",
                system="Prefect",
                action="emit events",
                remedy="Start the server, and set PREFECT_API_URL to its address. Until then the events stay there.",
            ).worded("no_prefect_for_events")


def _say(text: str) -> None:
    out.print(text, markup=False, soft_wrap=True)

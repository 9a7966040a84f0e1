"""Prefect's server goes away under a running flow, or was never there: nothing lost, nothing twice."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from typing import Self
from urllib.parse import urlsplit

from tests.campaigns.faults import Disturbed
from tests.campaigns.run_flow import BrokenProcessError, Ended
from tests.campaigns.stage import Act, Stage

_PIECE = 65_536
_STARTS_AND_ENDS_WITHIN_SECONDS = 600


class Wire:
    """A port on loopback that leads to a server until it is cut: then nobody answers there any more."""

    def __init__(self, api_url: str) -> None:
        address = urlsplit(api_url)
        self._server = (address.hostname or "", address.port or 0)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open = [self._listener]
        self.api_url = f"http://127.0.0.1:{self._listener.getsockname()[1]}{address.path}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *failure: object) -> None:
        self.cut()

    def cut(self) -> None:
        """Closes the port and resets what goes through it."""
        for one in self._open:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                far = socket.create_connection(self._server)
                self._open += [near, far]
                for source, target in ((near, far), (far, near)):
                    threading.Thread(target=_carry, args=(source, target), daemon=True).start()


def _carry(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while piece := source.recv(_PIECE):
            target.sendall(piece)
        target.shutdown(socket.SHUT_WR)


def cut_after(stage: Stage, act: Act, writes: int) -> Disturbed:
    """The wire to Prefect is cut after so many writes to the shop; the same flow is run again with Prefect there."""
    wanted = stage.outcome(act)
    with stage.trial(act) as trial, Wire(stage.api_url) as wire:
        process = trial.start(api_url=wire.api_url)
        while process.is_alive and trial.world.shop.writes < writes:
            time.sleep(0.002)
        wire.cut()
        # Prefect ends a run whose last state it cannot store with an error of its own: the work must be done by then.
        with suppress(BrokenProcessError):
            process.ended()
        left = sorted(path.name for path in (trial.world.folder / "streams").iterdir())
        broken = [f"without Prefect the run left {', '.join(left)}"] if left else []
        ended = trial.run_until_completed()
        return Disturbed(f"{act.name}, no Prefect after {writes} writes", 1, broken + trial.broken_laws(wanted, ended))


def without_a_server(stage: Stage, act: Act) -> Disturbed:
    """A process of its own that knows of no Prefect server: Prefect starts one for as long as the run lasts."""
    wanted = stage.outcome(act)
    with stage.trial(act) as trial:
        order = trial.order()
        environment = {name: text for name, text in os.environ.items() if not name.startswith("PREFECT_API")}
        command = [
            sys.executable,
            "-m",
            "tests.campaigns.run_flow",
            act.flow,
            str(order.folder),
            json.dumps(order.asked),
        ]
        done = subprocess.run(
            command,
            env=environment | dict(order.environment),
            capture_output=True,
            text=True,
            timeout=_STARTS_AND_ENDS_WITHIN_SECONDS,
            check=False,
        )
        told = [line for line in done.stdout.splitlines() if line.startswith('{"name"')]
        ended = Ended(**json.loads(told[0])) if told else Ended("", done.stderr[-1000:])
        return Disturbed(f"{act.name}, no Prefect server", 1, trial.broken_laws(wanted, ended))

"""Azurite, Microsoft's own emulator of its blob storage, where it is installed (`npm install -g azurite`)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

VERSION = "2021-08-06"
ACCOUNT = "passerelle"
_PATIENCE_SECONDS = 60.0


class NotInstalledError(Exception):
    """There is no `azurite-blob` on the path, nor where AZURITE says."""


@contextmanager
def azurite(place: Path) -> Iterator[tuple[str, str]]:
    """The address of an account, with `/` at its end, and a signature good for everything in it."""
    program = shutil.which("azurite-blob", path=os.environ.get("AZURITE", os.environ.get("PATH")))
    if program is None:
        raise NotInstalledError
    key = base64.b64encode(secrets.token_bytes(32)).decode()
    port = _free_port()
    command = [program, "--blobPort", str(port), "--location", str(place), "--silent", "--skipApiVersionCheck"]
    process = subprocess.Popen(
        command, env=os.environ | {"AZURITE_ACCOUNTS": f"{ACCOUNT}:{key}"}, stdout=subprocess.DEVNULL
    )
    try:
        _wait_for(port, process)
        yield f"http://127.0.0.1:{port}/{ACCOUNT}/", _signature(key)
    finally:
        process.terminate()
        process.wait(_PATIENCE_SECONDS)


def _signature(key: str) -> str:
    """A shared access signature for the account, as Azure documents it."""
    until = (datetime.now(UTC) + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    fields = {"sp": "rwdlc", "ss": "b", "srt": "sco", "st": "", "se": until, "sip": "", "spr": "https,http"}
    signed = [ACCOUNT, *fields.values(), VERSION, "", ""]
    digest = hmac.new(base64.b64decode(key), "\n".join(signed).encode(), hashlib.sha256).digest()
    told = {name: value for name, value in fields.items() if value} | {"sv": VERSION}
    return urlencode(told | {"sig": base64.b64encode(digest).decode()})


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
    return port


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + _PATIENCE_SECONDS
    while process.poll() is None and time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", port), 1.0).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("azurite did not start")

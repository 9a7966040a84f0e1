"""What the processes of one test session share: a folder, and the Prefect server that one of them has started in it."""

from __future__ import annotations

import json
import os
import shutil
import signal
from contextlib import suppress
from pathlib import Path
from tempfile import mkdtemp

_NAMED_BY = "PASSERELLE_TESTS_TOGETHER"
SERVER = "prefect-server.json"
"""In the folder, once the server answers: its `api_url` and its `pid`."""


def begin() -> None:
    """In the process that starts the others."""
    os.environ[_NAMED_BY] = mkdtemp(prefix="passerelle-tests-")


def folder() -> Path:
    """In any of them."""
    return Path(os.environ[_NAMED_BY])


def end() -> None:
    """In the process that has started the others: the server ends, and the folder goes."""
    if (server := folder() / SERVER).exists():
        with suppress(ProcessLookupError):
            os.kill(json.loads(server.read_text(encoding="utf-8"))["pid"], signal.SIGTERM)
    shutil.rmtree(folder(), ignore_errors=True)

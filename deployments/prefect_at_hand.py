"""Whether a Prefect server was named, found out without Prefect: importing it takes longer than most runs do.

What Prefect itself reads is read here in its order: the environment, `.env`, `prefect.toml` and `pyproject.toml` of
the folder that the command is started in, the active profile. Where that leaves a doubt, Prefect is asked.
"""

from __future__ import annotations

import os
import sys
import tomllib
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

_ADDRESS = frozenset({"PREFECT_API_URL", "PREFECT_API"})
"""The second holds all settings of the API as JSON."""


@asynccontextmanager
async def prefect_at_hand() -> AsyncIterator[bool]:
    """Whether a Prefect server was named and answers; where none is named, Prefect is not even imported.

    TransientError when the server goes away meanwhile.
    """
    if not server_may_be_named():
        # For a secret in one of Prefect's blocks, which lie in its database.
        os.environ["PREFECT_SERVER_ALLOW_EPHEMERAL_MODE"] = "true"
        yield False
        return
    from deployments.prefect_api import api_or_none  # noqa: PLC0415 - imports Prefect

    async with api_or_none() as answers:
        yield answers


def server_may_be_named() -> bool:
    """Whether Prefect may know the address of a server: no only where it surely knows none."""
    if "prefect" in sys.modules or not _ADDRESS.isdisjoint(map(str.upper, os.environ)):
        return True  # imported already, it is asked for nothing
    try:
        return "prefect" in _text(Path(".env")).lower() or _in_files()
    except (OSError, ValueError, RuntimeError, AttributeError, TypeError):
        return True  # Prefect says what is wrong with its files, with what they hold, or with the home folder


def _in_files() -> bool:
    own = _table(Path("prefect.toml"))
    shared = _table(Path("pyproject.toml")).get("tool", {}).get("prefect", {})
    if "api" in own or "api" in shared or "profiles_path" in own or "profiles_path" in shared:
        return True
    if os.environ.get("PREFECT_PROFILES_PATH"):
        profiles = Path(os.environ["PREFECT_PROFILES_PATH"])
    else:
        profiles = Path(os.environ.get("PREFECT_HOME") or "~/.prefect").expanduser() / "profiles.toml"
    # Without that file, or without an active profile in it, Prefect's own profile counts, which names no server.
    told = _table(profiles)
    active = os.environ.get("PREFECT_PROFILE") or told.get("active")
    return not _ADDRESS.isdisjoint(map(str.upper, told.get("profiles", {}).get(active, {})))


def _table(path: Path) -> Mapping[str, Any]:
    return tomllib.loads(_text(path))


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""

"""Prefect's settings for our own commands: no call to the outside, no noise, no answer to strangers' web pages.

Prefect reads them when it is imported.
"""

from __future__ import annotations

import gc
import os
from pathlib import Path

# The same as prefect.toml says to `prefect` commands; an installed `passerelle` has no such file beside it.
_QUIET = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_UI_V2_ENABLED": "false",
    "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
    "PREFECT_SERVER_CORS_ALLOWED_ORIGINS": "http://127.0.0.1:4200,http://localhost:4200",
    "PREFECT_SERVER_CSRF_PROTECTION_ENABLED": "true",
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "90",
    "PREFECT_LOGGING_LEVEL": "WARNING",
}


def prepare_prefect() -> None:
    """Set what has not been set by whoever starts us. To be called before Prefect is imported."""
    for name, value in _QUIET.items():
        os.environ.setdefault(name, value)


def spare_the_collector() -> None:
    """Most of what a command makes stays until its end: the collector looked through it 260 times, for 70 ms."""
    gc.set_threshold(50_000, 20, 20)


def own_prefect(home: Path) -> None:
    """A Prefect that knows nothing of the user's: its files in `home`, no server, token or profile of theirs."""
    for name in [name for name in os.environ if name.startswith("PREFECT_")]:
        del os.environ[name]
    os.environ["PREFECT_HOME"] = str(home)
    os.environ["PREFECT_PROFILES_PATH"] = str(home / "profiles.toml")
    os.environ["PREFECT_SERVER_ALLOW_EPHEMERAL_MODE"] = "true"
    prepare_prefect()

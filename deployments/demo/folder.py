"""The folder of a demo, made anew each time."""

from __future__ import annotations

import shutil
from pathlib import Path

from schemas.errors import ConfigFault, ConfigurationError

MARK = ".passerelle-demo"
FRENCH_STANDARD_RATE = 1
"""The tax rules group of the sandbox."""


def make_anew(folder: Path) -> None:
    """Empties it; ConfigurationError where it holds what no demo has made."""
    if folder.exists() and any(folder.iterdir()) and not (folder / MARK).exists():
        fault = ConfigFault(str(folder), "folder", "it holds other things", "Name another: `passerelle demo --folder`.")
        raise ConfigurationError((fault,), action="make the demo's folder")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / MARK).write_text("Made by `passerelle demo`, which makes it anew each time.\n", encoding="utf-8")

"""How a person starts this command again from where they stand: commands that we print are ready to be pasted."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from pathlib import Path

NAME = "passerelle"


def program() -> str:
    """`passerelle` where that name starts this very program, else its path, from the working directory if below it."""
    started = Path(sys.argv[0])
    found = shutil.which(NAME)
    if not started.name.startswith(NAME) or (found and Path(found).resolve() == started.resolve()):
        return NAME
    path = started.absolute()
    here = Path.cwd()
    return shlex.quote(str(path.relative_to(here) if path.is_relative_to(here) else path))


def shop_option(shop: Path) -> str:
    """` --shop FOLDER` as it is to be typed here; empty where the folder is the working directory."""
    folder = shop.resolve()
    if folder == Path.cwd():
        return ""
    return f" --shop {shlex.quote(os.path.relpath(folder) if folder.is_relative_to(Path.cwd()) else str(folder))}"

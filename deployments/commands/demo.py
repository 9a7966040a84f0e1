"""`passerelle demo`: three days of a made-up fashion shop, on this machine and nowhere else."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from deployments.exits import Exit


async def demo(
    *,
    folder: Annotated[Path, Parameter(help="Where the demo's shop is kept; made anew each time.")] = Path("demo"),
    summary: Annotated[Path, Parameter(help="Where the figures are written.")] = Path("build/demo.json"),
    items: Annotated[int, Parameter(help="How many items the catalogue has.")] = 2000,
    language: Annotated[Literal["fr", "en"], Parameter(help="The language of the reports.")] = "en",
) -> Exit:
    """Import a catalogue and its stock, then what a night changed, then nothing new; show where every row ended."""
    with tempfile.TemporaryDirectory(prefix="passerelle-demo-") as home:
        # A Prefect of its own: neither the user's server nor the user's folder sees the demo.
        os.environ["PREFECT_HOME"] = home
        os.environ["PREFECT_PROFILES_PATH"] = str(Path(home) / "profiles.toml")
        for name in ("PREFECT_API_URL", "PREFECT_API_KEY", "PREFECT_API_AUTH_STRING", "PREFECT_PROFILE"):
            os.environ.pop(name, None)
        from prefect.settings import PREFECT_SERVER_ALLOW_EPHEMERAL_MODE, temporary_settings  # noqa: PLC0415 - reads the lines above

        from deployments.demo.runner import run_demo  # noqa: PLC0415 - imports Prefect

        with temporary_settings({PREFECT_SERVER_ALLOW_EPHEMERAL_MODE: True}):
            return await run_demo(folder, summary, items=items, language=language)

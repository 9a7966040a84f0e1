"""`passerelle sandbox`: a shop on this machine that behaves like a PrestaShop."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from deployments.exits import Exit


def sandbox(
    *,
    port: Annotated[int, Parameter(help="The port on 127.0.0.1; 0 takes a free one.")] = 8099,
    profile: Annotated[Literal["1.7.8", "8.2"], Parameter(help="The PrestaShop it behaves like.")] = "8.2",
    state_file: Annotated[Path | None, Parameter(help="Keep the shop's state in this file.")] = None,
) -> Exit:
    """Serve the sandbox shop until it is stopped by Ctrl-C."""
    from deployments.sandbox.shop.__main__ import main as serve  # noqa: PLC0415 - its server is loaded when asked for

    arguments = ["--port", str(port), "--profile", profile]
    if state_file is not None:
        arguments += ["--state-file", str(state_file)]
    serve(arguments)
    return Exit.COMPLETED

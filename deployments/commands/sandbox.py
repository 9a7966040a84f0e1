"""`passerelle sandbox`: a shop on this machine that behaves like a PrestaShop."""

from __future__ import annotations

import threading
from errno import EACCES, EADDRINUSE
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from deployments.exits import Exit
from deployments.terminal import out
from deployments.words import said
from schemas.errors import ConfigFault, ConfigurationError


def sandbox(
    *,
    port: Annotated[int, Parameter(help=said("The port on 127.0.0.1; 0 takes a free one."))] = 8080,
    profile: Annotated[
        Literal["1.7.7", "1.7.8", "8.2", "9.1"], Parameter(help=said("The PrestaShop it behaves like."))
    ] = "8.2",
    state_file: Annotated[
        Path | None, Parameter(help=said("Keep the shop in this file; it comes back from it."))
    ] = None,
    speed: Annotated[float, Parameter(help=said("0: as fast as it can; 1: as fast as a measured real shop."))] = 0.0,
    module: Annotated[bool, Parameter(help=said("With the resources of Passerelle's PrestaShop module."))] = False,
) -> Exit:
    """Serve a shop on this machine until it is stopped by Ctrl-C."""
    from deployments.sandbox.shop.sandbox_shop import SandboxShop  # noqa: PLC0415 - loaded when it is asked for

    try:
        sandbox_shop = SandboxShop(profile=profile, port=port, state_file=state_file, speed=speed, module=module)
    except (OSError, OverflowError) as error:
        raise _port_refused(port, error) from error
    with sandbox_shop as shop:
        out.print(f"url {shop.url}\nkey {shop.key}", markup=False)
        out.print(
            said("Products: /api/products?display=full with the key as user name. Ctrl-C stops it."), markup=False
        )
        threading.Event().wait()
    return Exit.COMPLETED


def _port_refused(port: int, error: OSError | OverflowError) -> ConfigurationError:
    if isinstance(error, OverflowError):
        reason, remedy = "no port has this number", "Name one from 1024 to 65535; `--port 0` takes a free one."
        return ConfigurationError((ConfigFault("--port", str(port), reason, remedy),), action="open the sandbox")
    if error.errno not in {EADDRINUSE, EACCES}:
        raise error
    reason = "another program listens on it" if error.errno == EADDRINUSE else "it is kept for the administrator"
    remedy = "Stop that program, or name another port above 1024; `--port 0` takes a free one."
    return ConfigurationError((ConfigFault("--port", str(port), reason, remedy),), action="open the sandbox")

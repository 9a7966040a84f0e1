"""Runs the sandbox shop as a program until it is told to stop."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from pathlib import Path

from deployments.sandbox.shop.pace import MEASURED_CORES
from deployments.sandbox.shop.sandbox_shop import SANDBOX_KEY, SandboxShop
from deployments.sandbox.shop.shops import groups_of
from deployments.sandbox.shop.versions import VERSIONS


def main() -> int:
    """Serve until SIGTERM or SIGINT; the first lines of the output are the address and the key."""
    parser = argparse.ArgumentParser(prog="python -m deployments.sandbox.shop", description=main.__doc__)
    parser.add_argument("--port", type=int, default=8080, help="0 takes any free port")
    parser.add_argument("--profile", choices=tuple(VERSIONS), default="8.2")
    parser.add_argument(
        "--php", type=int, choices=(7, 8), help="PHP's major version; by default what suits the profile"
    )
    parser.add_argument("--state-file", type=Path, help="keep the shop here; it comes back from it")
    parser.add_argument("--workers", type=int, help="how many requests at once; no limit by default")
    parser.add_argument("--speed", type=float, default=0.0, help="0: as fast as it can, 1: a measured real shop")
    parser.add_argument("--cores", type=int, default=MEASURED_CORES, help="processors that the workers share")
    parser.add_argument("--module", action="store_true", help="with the module's resources")
    parser.add_argument(
        "--groups",
        type=groups_of,
        default=(),
        help="several shops: how many each group has and what they share, as 2:stock+customer+order,1",
    )
    parser.add_argument("--key", default=SANDBOX_KEY)
    asked = parser.parse_args()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    try:
        sandbox = SandboxShop(
            profile=asked.profile,
            php=asked.php,
            port=asked.port,
            workers=asked.workers,
            speed=asked.speed,
            cores=asked.cores,
            module=asked.module,
            state_file=asked.state_file,
            key=asked.key,
            groups=asked.groups,
        )
    except OSError as error:
        parser.error(f"--port {asked.port}: {error.strerror}")
    with sandbox as shop:
        sys.stdout.write(f"url {shop.url}\nkey {shop.key}\n")
        sys.stdout.flush()
        stop.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())

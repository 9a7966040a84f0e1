"""A sandbox shop for a benchmark: starts from a state, never writes it back, ends with the process that started it."""

from __future__ import annotations

import sys
from pathlib import Path

from deployments.sandbox.shop import SandboxShop


def main() -> int:
    """`WORKERS SPEED CORES MODULE [STATE]`; the address and the key are the first line of the output."""
    workers, speed, cores, module, *state = sys.argv[1:]
    with SandboxShop(
        workers=int(workers) or None, speed=float(speed), cores=int(cores), module=module == "module"
    ) as shop:
        if state:
            shop._store.load(Path(state[0]))
        sys.stdout.write(f"{shop.url} {shop.key}\n")
        sys.stdout.flush()
        sys.stdin.read()
    return 0


if __name__ == "__main__":
    sys.exit(main())

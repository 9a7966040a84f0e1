"""A sandbox ERP for a benchmark, which ends with the process that started it."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Self

from deployments.sandbox.cegid import SandboxCegid


class ErpProcess:
    """A sandbox ERP in another process; the part of `SandboxCegid` that an `OrderWorld` needs. `latency` in seconds."""

    def __init__(self, latency: float) -> None:
        command = [sys.executable, "-m", "tests.benchmarks.erp_process", str(latency)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        out = self._process.stdout
        if out is None:
            raise RuntimeError("the sandbox ERP has no output")
        told = json.loads(out.readline())
        self.url, self.user, self.password, self.database = (str(told[name]) for name in _TOLD)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *failure: object) -> None:
        if self._process.poll() is None:
            self._process.communicate()


_TOLD = ("url", "user", "password", "database")


def main() -> int:
    """`LATENCY`; where it is and who may enter is the first line of the output."""
    with SandboxCegid(latency=float(sys.argv[1])) as erp:
        sys.stdout.write(json.dumps({name: getattr(erp, name) for name in _TOLD}) + "\n")
        sys.stdout.flush()
        sys.stdin.read()
    return 0


if __name__ == "__main__":
    sys.exit(main())

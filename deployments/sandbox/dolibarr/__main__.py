"""`python -m deployments.sandbox.dolibarr`: the ERP on its own, until it is interrupted."""

from __future__ import annotations

import argparse
import sys
import threading

from deployments.sandbox.dolibarr.server import SandboxDolibarr
from deployments.sandbox.dolibarr.versions import VERSIONS


def main() -> None:
    """Start, show where it is and with which keys, wait."""
    parser = argparse.ArgumentParser(prog="python -m deployments.sandbox.dolibarr", description=__doc__)
    parser.add_argument("--port", type=int, default=8083)
    parser.add_argument("--latency", type=float, default=0.0, help="seconds added to every request")
    parser.add_argument("--version", choices=VERSIONS, default="23.0.1")
    given = parser.parse_args()
    with SandboxDolibarr(version=given.version, port=given.port, latency=given.latency) as erp:
        sys.stdout.write(f"url   {erp.url}\nkey   {erp.key}\nadmin {erp.admin_key}\n")
        sys.stdout.flush()
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            return


if __name__ == "__main__":
    main()

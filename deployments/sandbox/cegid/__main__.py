"""`python -m deployments.sandbox.cegid`: the ERP on its own, until it is interrupted."""

from __future__ import annotations

import argparse

from deployments.sandbox.cegid.server import SandboxCegid
from deployments.sandbox.serve import wait_until_interrupted


def main() -> None:
    """Start, say where it is and with which credentials, wait."""
    parser = argparse.ArgumentParser(prog="python -m deployments.sandbox.cegid", description=__doc__)
    parser.add_argument("--port", type=int, default=8081)
    parser.add_argument("--latency", type=float, default=0.0, help="seconds added to every operation")
    parser.add_argument("--language", choices=("en", "fr"), default="en")
    parser.add_argument("--lenient", action="store_true", help="drop an element out of its place without a word")
    given = parser.parse_args()
    erp = SandboxCegid(port=given.port, latency=given.latency, language=given.language, strict=not given.lenient)
    with erp:
        wait_until_interrupted({"url": erp.url, "user": erp.user, "password": erp.password, "database": erp.database})


if __name__ == "__main__":
    main()

"""`python -m deployments.sandbox.rfe FOLDER`: the exchange on its own with the files of a folder, until interrupted."""

from __future__ import annotations

import argparse
from pathlib import Path

from deployments.sandbox.rfe.server import SandboxRfe
from deployments.sandbox.serve import wait_until_interrupted


def main() -> None:
    """Start, say where it is and with which credentials, wait."""
    parser = argparse.ArgumentParser(prog="python -m deployments.sandbox.rfe", description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", help="its files are offered as Y2's exports")
    parser.add_argument("--port", type=int, default=8082)
    given = parser.parse_args()
    try:
        sandbox = SandboxRfe(port=given.port)
    except OSError as error:
        parser.error(f"--port {given.port}: {error.strerror}")
    with sandbox as rfe:
        for path in sorted(given.folder.glob("*")) if given.folder else ():
            if path.is_file():
                rfe.put(path.name, path.read_bytes())
        facts = {"url": rfe.url, "folder_id": rfe.folder_id, "container": rfe.container, "user": rfe.user}
        wait_until_interrupted(facts | {"password": rfe.password})


if __name__ == "__main__":
    main()

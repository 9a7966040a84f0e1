"""A file read and checked in a process of its own: `IMPORT_JSON STREAM FILE`."""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from schemas.import_json import parse_import_json
from tasks.read.reader import open_rows
from tasks.read.validate import validate
from tests.benchmarks.run_flow import peak_mb


def main() -> int:
    """Writes how many rows were accepted, and the peak memory in MB."""
    spec, name, file = sys.argv[1:]
    stream = parse_import_json(Path(spec).read_text(encoding="utf-8"), source="import.json").streams[name]
    with TemporaryDirectory() as work:
        read = validate([open_rows(Path(file), stream, file=0)], stream, Path(work))
        sys.stdout.write(f"{read.accepted_rows} {peak_mb()}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""dlt takes a stock file into DuckDB, merged on the key: `python dlt_merge.py CSV FOLDER`, with its own environment."""

import json
import re
import sys
import time
from pathlib import Path

import dlt
import pyarrow.csv


def main() -> int:
    """Seconds of this load, imports left out, and the peak memory in MB."""
    path, folder = sys.argv[1:]
    started = time.perf_counter()
    pipeline = dlt.pipeline(
        "stock",
        destination=dlt.destinations.duckdb(str(Path(folder) / "stock.duckdb")),
        dataset_name="shop",
        pipelines_dir=folder,
    )
    rows = pyarrow.csv.read_csv(path, parse_options=pyarrow.csv.ParseOptions(delimiter=";"))
    pipeline.run(rows, table_name="stock", write_disposition="merge", primary_key="reference")
    held = re.search(r"VmHWM:\s*(\d+) kB", Path("/proc/self/status").read_text(encoding="ascii"))
    told = {
        "seconds": time.perf_counter() - started,
        "peak_mb": int(held[1]) / 1024 if held else 0.0,
    }
    sys.stdout.write(json.dumps(told) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

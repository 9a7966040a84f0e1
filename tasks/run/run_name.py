"""What the Prefect interface calls a run: the shop, what runs, and whether it only plans."""

from __future__ import annotations

from pathlib import Path

from prefect.runtime import flow_run


def run_name() -> str:
    """`boutique import_stock`, with `plan` behind it for a dry run; for the run that begins now."""
    given = flow_run.parameters
    shop = Path(str(given.get("shop", ""))).resolve().name
    return " ".join([shop, str(flow_run.flow_name), *(["plan"] if given.get("dry_run") else [])])

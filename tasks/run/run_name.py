"""What the Prefect interface calls a run: the shop, what runs, and whether it only plans."""

from __future__ import annotations

from pathlib import Path


def run_name() -> str:
    """`boutique import_stock`, with `plan` behind it for a dry run; for the run that begins now."""
    from prefect.runtime import flow_run  # noqa: PLC0415 - imports Prefect, which alone asks for it

    given = flow_run.parameters
    shop = Path(str(given.get("shop", ""))).resolve().name
    return " ".join([shop, str(flow_run.flow_name), *(["plan"] if given.get("dry_run") else [])])

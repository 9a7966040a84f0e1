"""The runs of a shop in the terminal: the parts of a chain stand behind it, for scripts within it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from connectors.ledger import Ledger
from schemas.run_parts import CHAIN, with_parts

NOW = datetime(2026, 11, 30, 6, tzinfo=UTC)


def a_run(name: str, begun: int, chain: str = "") -> dict[str, Any]:
    parameters = json.dumps({"shop": "boutique"} | ({CHAIN: chain} if chain else {}))
    return {"run_id": name, "started_at": NOW + timedelta(seconds=begun), "parameters": parameters}


def test_the_parts_of_a_chain_stand_behind_it_in_their_order_and_nothing_else_does() -> None:
    runs = [
        a_run("stock alone", 6),
        a_run("stock", 5, "chain"),
        a_run("products", 2, "chain"),
        a_run("chain", 0),
        a_run("part of a chain that is not here", -5, "other"),
    ]
    found = [(run["run_id"], [part["run_id"] for part in parts]) for run, parts in with_parts(runs)]
    assert found == [("stock alone", []), ("chain", ["products", "stock"])]


def test_as_many_runs_are_listed_as_are_asked_for_however_many_parts_they_have(tmp_path: Path) -> None:
    with Ledger.open(f"sqlite:///{tmp_path / 'ledger.db'}") as ledger:
        for number in range(3):
            chain = ledger.start_run("boutique", "import_files", {})
            for flow in ("import_products", "import_stock"):
                ledger.start_run("boutique", flow, {CHAIN: chain, "shop": f'a "{CHAIN}" {number}'})
        ledger.start_run("boutique", "export_orders", {"shop": f'"{CHAIN}": "x"'})
        ledger.start_run("other", "import_files", {})
        found = with_parts(ledger.last_runs("boutique", limit=2).iter_rows(named=True))
        assert [(run["flow"], len(parts)) for run, parts in found] == [("export_orders", 0), ("import_files", 2)]
        assert ledger.last_runs("nobody", limit=2).is_empty()

"""The laws, asked of a shop and of a connector's folder after a run: each answer is a list of what breaks them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from connectors.files.archive import name_when_dropped
from connectors.ledger import Ledger
from deployments.sandbox.shop import SandboxShop
from tests.campaigns.documents import documents

Snapshot = Mapping[str, list[dict[str, Any]]]

IDENTITIES: Mapping[str, str] = {
    "products": "reference",
    "combinations": "options",
    "options": "name",
    "option_values": "value",
    "features": "name",
    "feature_values": "value",
    "manufacturers": "name",
    "categories": "path",
    "customers": "email",
    "stores": "name",
    "orders": "sale",
    "order_payments": "transaction_id",
    "order_returns": "return",
    "erp_invoices": "invoice",
}
"""By what two entities of a snapshot are the same thing."""
KEPT = frozenset({"erp"})
"""What runs keep in the work folder for those to come: contracts, the compiled template of the report."""


def seen(shop: SandboxShop) -> Snapshot:
    """All that the shop holds, by natural keys."""
    return shop.snapshot() | documents(shop)


def twice(snapshot: Snapshot) -> list[str]:
    """Entities that the shop has more than once."""
    found: list[str] = []
    for resource, identity in IDENTITIES.items():
        counted = Counter(str(entity[identity]) for entity in snapshot.get(resource, ()))
        found += [f"{resource} {name!r} is there {count} times" for name, count in counted.items() if count > 1]
    return found


def different(snapshot: Snapshot, wanted: Snapshot) -> list[str]:
    """Entities that only one of two shops has, or has otherwise."""
    found: list[str] = []
    for resource in wanted:
        here, there = _as_texts(snapshot[resource]), _as_texts(wanted[resource])
        found += [f"{resource} has {text}" for text in (here - there).elements()]
        found += [f"{resource} lacks {text}" for text in (there - here).elements()]
    return found


def _as_texts(entities: Iterable[Mapping[str, Any]]) -> Counter[str]:
    return Counter(json.dumps(entity, sort_keys=True, ensure_ascii=False, default=str) for entity in entities)


def remembered(folder: Path, kind: str) -> dict[str, tuple[object, ...]]:
    """State, and what was confirmed, by key, of the ledger's links."""
    with Ledger.open(ledger_url(folder)) as ledger:
        links = ledger.links(shop_name(folder), kind)
    columns = ("erp_key", "state", "fingerprint", "confirmed_value", "in_doubt")
    return {key: tuple(confirmed) for key, *confirmed in links.select(columns).iter_rows()}


def unfinished(folder: Path) -> list[str]:
    """What a run that ended well does not leave: running runs, files in the drop folder, work files."""
    with Ledger.open(ledger_url(folder)) as ledger:
        runs = ledger.runs(shop_name(folder))
    found = [f"run {run} is still Running" for run in runs.filter(runs["state"] == "Running")["run_id"]]
    found += [f"{path.name} was left in the drop folder" for path in (folder / "streams").rglob("*.csv")]
    left = [path for path in (folder / ".work").glob("*/*") if path.parent.name not in KEPT]
    return found + [f"{path.relative_to(folder)} was left" for path in left]


def untold(folder: Path, names: Iterable[str]) -> list[str]:
    """Files that are not in the archives exactly once, or whose end no report tells."""
    archived = Counter(name_when_dropped(path) for path in (folder / "archives").rglob("*.csv"))
    told = {
        file["name"]
        for page in (folder / "reports").glob("*.json")
        for file in json.loads(page.read_text(encoding="utf-8"))["files"]
        if file["status"] == "done" and (folder / file["archived_as"]).is_file()
    }
    names = list(names)
    found = [f"{name} is {archived[name]} times in the archives" for name in names if archived[name] != 1]
    return found + [f"no report tells where {name} is" for name in names if name not in told]


def counted(report: Mapping[str, Any]) -> list[str]:
    """A report whose rows do not add up."""
    counts = dict(report["counts"])
    read = counts.pop("rows_read", 0)
    return [] if sum(counts.values()) == read else [f"{read} rows read, {counts} told"]


def shop_name(folder: Path) -> str:
    return folder.name


def ledger_url(folder: Path) -> str:
    return f"sqlite:///{folder / 'ledger.db'}"

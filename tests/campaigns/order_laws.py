"""The laws of orders and returns, asked of ERP and ledger after a run: each answer is a list of what breaks them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from connectors.cegid.document_key import DocumentKey
from deployments.sandbox.cegid import SandboxCegid
from tests.campaigns import laws
from tests.flows.order_world import OrderWorld

if TYPE_CHECKING:
    from tests.campaigns.order_stage import OrderAct

_OF_THE_SERVER = ("Key", "LastDateUpdate")
"""What depends on the order or the time in which documents and customers came."""


@dataclass(frozen=True, slots=True)
class Held:
    """What an ERP holds, without what depends on order and time: texts by type and reference, and by customer code."""

    documents: Mapping[tuple[str, str], str]
    customers: Mapping[str, str]


def held(erp: SandboxCegid) -> Held:
    """What the ERP holds now."""
    return Held(
        {_reference(each): _as_text(each) for each in erp.documents()},
        {code: _as_text(each) for code, each in erp.customers().items()},
    )


def _reference(document: Mapping[str, Any]) -> tuple[str, str]:
    return str(document["Key"]["Type"]), str(document["Header"]["InternalReference"])


def _as_text(entity: Mapping[str, Any]) -> str:
    kept = {name: value for name, value in entity.items() if name not in _OF_THE_SERVER}
    return json.dumps(_without_nothing(kept), sort_keys=True, ensure_ascii=False, default=str)


def _without_nothing(value: Any) -> Any:
    """An empty member and an absent one are the same."""
    if isinstance(value, Mapping):
        return {name: kept for name, each in value.items() if (kept := _without_nothing(each)) not in ("", None, {})}
    return [_without_nothing(each) for each in value] if isinstance(value, list) else value


def twice(erp: SandboxCegid) -> list[str]:
    """Documents and customers that the ERP has more than once."""
    documents = Counter(map(_reference, erp.documents()))
    emails = Counter(
        str(each.get("EmailData", {}).get("Email", code)).casefold() for code, each in erp.customers().items()
    )
    return [f"{what} is there {count} times" for what, count in (documents + emails).items() if count > 1]


def different(here: Held, wanted: Held) -> list[str]:
    """What only one of two ERPs has, or has otherwise."""
    found: list[str] = []
    for ours, theirs in ((here.documents, wanted.documents), (here.customers, wanted.customers)):
        keys: set[Any] = {*ours, *theirs}
        found += [
            f"{key}: {ours.get(key)} / {theirs.get(key)}" for key in sorted(keys) if ours.get(key) != theirs.get(key)
        ]
    return found


def ledger_differs(world: OrderWorld, act: OrderAct, ends: Mapping[str, str]) -> list[str]:
    """Where the ledger does not say of each order or return where it must be, and of the ERP's documents what is so."""
    with world.ledger() as ledger:
        known = ledger.deliveries(world.folder.name, f"cegid/production/{act.kind}")
        running = ledger.runs(world.folder.name).filter(state="Running")["run_id"].to_list()
    said = {row["key"]: row for row in known.to_dicts()}
    states = {key: row["state"] for key, row in said.items()}
    found = [f"run {run} is still Running" for run in running]
    found += [f"{key} is {states.get(key)}, not {end}" for key, end in ends.items() if states.get(key) != end]
    documents = {each["Header"]["InternalReference"]: each for each in world.erp.documents(act.type)}
    delivered = {f"{act.prefix}{key}": row for key, row in said.items() if row["state"] == "delivered"}
    found += [f"{reference} is only in ledger or ERP" for reference in {*documents} ^ {*delivered}]
    for reference in {*documents} & {*delivered}:
        key, row = documents[reference]["Key"], delivered[reference]
        there = (
            str(DocumentKey(key["Type"], key["Stump"], key["Number"])),
            documents[reference]["Header"]["CustomerId"],
        )
        if (row["erp_number"], row["erp_code"]) != there:
            found.append(f"{reference} is {there}, noted as {row['erp_number']}, {row['erp_code']}")
    return found


def untold(world: OrderWorld, act: OrderAct, ends: Mapping[str, str]) -> list[str]:
    """Reports that do not add up, and a last one that leaves out an order or a return."""
    found = [fault for report in world.reports() for fault in laws.counted(report)]
    read = world.report()["counts"].get("rows_read", 0)
    return found + ([] if read == len(ends) else [f"{read} rows read of {len(ends)} {act.name}"])

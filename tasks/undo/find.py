"""Which run is meant, and whether what it replaced is still kept."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from connectors.ledger import Ledger
from schemas.errors import ConfigFault, ConfigurationError
from schemas.flows import FLOWS, UNDO, Direction
from schemas.run_parts import chain_of
from tasks.run.shop_folder import ShopFolder

LIMITS: Mapping[str, str] = MappingProxyType(
    {
        "collect_files": "undo_never_files",
        "import_images": "undo_never_pictures",
        "import_store_orders": "undo_never_orders",
        "import_order_statuses": "undo_never_statuses",
        "import_order_documents": "undo_never_statuses",
        "import_return_statuses": "undo_never_statuses",
        "import_invoices": "undo_never_invoices",
        "check_stock": "undo_never_repairs",
    }
)
"""What of a flow cannot be undone; what goes to the ERP never can."""
_TO_ERP = "undo_never_erp"
_LIMITS: Mapping[str, str] = MappingProxyType({"product": "undo_limits_product", "stock": "undo_limits_stock"})
_LIMITS_OF_OTHERS = "undo_limits_other"


@dataclass(frozen=True, slots=True)
class FoundRun:
    """A run that may be undone, or the code of why it cannot be."""

    run_id: str
    flow: str
    stream: str = ""
    limits: Sequence[str] = ()
    """The codes of what an undo of it does not put back."""
    never: str = ""
    releases: bool = False
    """It is an undo whose values are held."""


def find_runs(folder: ShopFolder, ledger: Ledger, name: str) -> list[FoundRun]:
    """The run whose id begins with `name`, or the parts of a chain, the last to begin first.

    ConfigurationError for a name that is none, or that several runs share.
    """
    runs = ledger.runs_named(folder.name, name.strip().lower()) if name.strip() else None
    if runs is None or runs.is_empty():
        raise _fault("no run of this shop has this id", "Look it up with `passerelle runs`.")
    rows = list(runs.iter_rows(named=True))
    named = [row for row in rows if row["run_id"].startswith(name.strip().lower())]
    if len(named) != 1:
        raise _fault(
            "several runs begin with it", "Write more letters of its id; `passerelle runs --json` has it whole."
        )
    kept = ledger.replaced_counts(folder.name)
    parts = [row for row in rows if chain_of(row) == named[0]["run_id"]] or named
    return [_found(folder, ledger, row["run_id"], row["flow"], json.loads(row["parameters"]), kept) for row in parts]


def _found(
    folder: ShopFolder, ledger: Ledger, run_id: str, flow: str, parameters: Mapping[str, str], kept: Mapping[str, int]
) -> FoundRun:
    if run_id not in kept:
        return FoundRun(run_id, flow, never=_never(flow))
    kinds = ledger.replaced_kinds(folder.name, run_id)
    stream = next(iter(kinds.values()))
    is_holding = flow == UNDO.name and parameters.get("releases") != "true"
    return FoundRun(run_id, flow, stream, limits_of(kinds), releases=is_holding)


def limits_of(kinds: Iterable[str]) -> list[str]:
    """The codes of what an undo of these kinds of links does not put back."""
    return list(dict.fromkeys(_LIMITS.get(kind, _LIMITS_OF_OTHERS) for kind in kinds))


def _never(flow: str) -> str:
    declared = FLOWS.get(flow)
    if declared is not None and declared.direction is Direction.OUT_OF_SHOP:
        return _TO_ERP
    return LIMITS.get(flow, "undo_nothing_kept")


def _fault(reason: str, remedy: str) -> ConfigurationError:
    return ConfigurationError((ConfigFault("undo", "RUN", reason, remedy),))

"""The ERP of a shop's folder, opened by its settings: each kind has a module of its name in `tasks.erps`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager, asynccontextmanager
from importlib import import_module

from connectors.ledger import Ledger
from schemas.erp import Erp, ledger_kind
from schemas.errors import ConfigFault, ConfigurationError
from schemas.where import located_logger
from tasks.run.run import Run
from tasks.run.shop_folder import ShopFolder

logger = located_logger(__name__)


@asynccontextmanager
async def open_erp(run: Run) -> AsyncIterator[Erp]:
    """The ERP of the run; the report says which it is."""
    erp_of_folder = erp_of(run.folder, run.facts.time_zone, run.ledger)
    erp = await asyncio.to_thread(erp_of_folder.__enter__)
    run.report.parameters["erp"] = f"{erp.kind} {erp.access}"
    logger.info("%s: %s, %s access", run.asked.flow, erp.kind, erp.access)
    try:
        yield erp
    finally:
        erp_of_folder.__exit__(None, None, None)
        run.report.requests |= {f"{erp.kind} {operation}": count for operation, count in sorted(erp.sent().items())}


def erp_of(folder: ShopFolder, time_zone: str, ledger: Ledger | None = None) -> AbstractContextManager[Erp]:
    """The ERP of a folder, not yet open; ConfigurationError when there is none, or when its settings lack something.

    `ledger` is that of the run, where there is one.
    """
    kind = folder.settings.erp.kind
    if kind == "none":
        raise ConfigurationError((ConfigFault("settings.toml", "erp.kind", "no ERP is set up", _SET_UP),))
    # The library of one ERP takes as long to import as a small file to read: no run needs those of the others.
    opened: Callable[..., AbstractContextManager[Erp]] = import_module(f"tasks.erps.{kind}").opened
    return opened(folder, time_zone, ledger)


_SET_UP = (
    'Set `kind = "cegid"`, `"dolibarr"` or `"files"`, and `access = "test"` or `"production"`, under [erp], and fill '
    "in the table of that ERP."
)


def kind_of(folder: ShopFolder, what: str) -> str:
    """What the ledger calls the deliveries of the access in use."""
    settings = folder.settings.erp
    return ledger_kind(settings.kind, settings.access, what)

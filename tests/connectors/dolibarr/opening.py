"""The ERP behind a sandbox Dolibarr, opened as a run opens it."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any

from connectors.dolibarr import DolibarrAccess, Limits
from connectors.dolibarr.erp import opened
from deployments.sandbox.dolibarr import SandboxDolibarr
from schemas.erp import Erp
from tests.connectors.dolibarr.shop_orders import CODES

QUICK = Limits(answer_seconds=5, collision_seconds=0.001)


def open_erp(box: SandboxDolibarr, **codes: Any) -> AbstractContextManager[Erp]:
    """The ERP, not yet open; keywords change the codes."""
    access, own = DolibarrAccess(box.url, box.key), replace(CODES, **codes)
    return opened(access, own, "test", country="FR", limits=QUICK, before_write=lambda: None)

"""The right to write to an ERP that stands one writer only, across processes and machines: a lease in the ledger."""

from __future__ import annotations

import threading
import time
from contextlib import AbstractContextManager, ExitStack

from connectors.ledger import Lease, LeaseHeldError, Ledger
from tasks.run.shop_folder import ShopFolder

ERPS = "erp"
"""What stands for the shop in these leases: an ERP is written to from several."""
_LOOKED_AGAIN_SECONDS = 1.0


class WriterLease(AbstractContextManager["WriterLease"]):
    """Taken when something is first written, and held until the block ends. Safe in threads.

    `ledger` is that of the run; None: the folder's is opened when it is needed.
    """

    def __init__(self, folder: ShopFolder, ledger: Ledger | None, name: str, wait_seconds: float) -> None:
        self._folder = folder
        self._ledger = ledger
        self._name = name
        self._wait_seconds = wait_seconds
        self._taking = threading.Lock()
        self._held = ExitStack()
        self._lease: Lease | None = None

    def __exit__(self, *_failure: object) -> None:
        self._held.close()

    def check(self) -> None:
        """Nothing, once this process may write; LeaseHeldError when another one does all the time, or a lost lease."""
        with self._taking:
            if self._lease is None:
                self._lease = self._taken()
        self._lease.check()

    def _taken(self) -> Lease:
        if self._ledger is None:
            self._ledger = self._held.enter_context(self._folder.open_ledger())
        give_up_at = time.monotonic() + self._wait_seconds
        while True:
            try:
                return self._held.enter_context(self._ledger.lease(ERPS, self._name))
            except LeaseHeldError:
                if time.monotonic() >= give_up_at:
                    raise
            time.sleep(_LOOKED_AGAIN_SECONDS)

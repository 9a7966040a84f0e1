"""What was created in an ERP that takes files leaves as files, once every document of the run is in the outbox."""

from __future__ import annotations

import asyncio

from schemas.erp import Erp


async def dispatch(erp: Erp, stream: str) -> None:
    """Nothing where creating a document has brought it to the ERP already.

    TransientError, DeniedError: the files wait in the outbox, and the next run delivers them.
    """
    if erp.dispatch is not None:
        await asyncio.to_thread(erp.dispatch, stream)

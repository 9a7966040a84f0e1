"""What was created in an ERP that takes files leaves as files, once every document of the run is in the outbox."""

from __future__ import annotations

from schemas.erp import Erp
from tasks.run.threads import in_thread


async def dispatch(erp: Erp, stream: str) -> None:
    """Nothing where creating a document has brought it to the ERP already.

    TransientError, DeniedError: the files wait in the outbox, and the next run delivers them.
    """
    if erp.dispatch is not None:
        await in_thread(erp.dispatch, stream)

"""Work in threads that is over when its run is: what is under way at the ERP is waited for, also by a run cancelled."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import ParamSpec, TypeVar

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


async def in_thread(
    work: Callable[Parameters, Result], /, *given: Parameters.args, **named: Parameters.kwargs
) -> Result:
    """As `asyncio.to_thread`; cancelled, it ends when the thread does: the lease is not given back before."""
    under_way = asyncio.ensure_future(asyncio.to_thread(work, *given, **named))
    try:
        return await asyncio.shield(under_way)
    except asyncio.CancelledError:
        await asyncio.wait([under_way])
        raise

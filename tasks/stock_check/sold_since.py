"""What was sold since a quantity was written, for whoever reads it back; orders are imported where that is asked."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from tasks.run.run import Run

if TYPE_CHECKING:
    from tasks.stock_check.differences import Sales


async def sold_since(run: Run, since: datetime) -> Sales | None:
    """The orders that changed since then; None where the key may not read them."""
    from tasks.stock_check.sales import sales_since  # noqa: PLC0415 - hardly any run asks

    return await sales_since(run, since)

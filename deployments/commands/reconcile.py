"""`passerelle reconcile`: what the shop sold in a period beside what the ERP has of it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from deployments.commands.parameters import ShopFolder
from deployments.commands.run import following_run
from deployments.exits import Exit
from deployments.flow_names import flow_named
from deployments.terminal import out
from deployments.words import said
from schemas.period import Period
from tasks.run.shop_folder import open_shop_folder


async def reconcile(
    shop: ShopFolder = Path(),
    *,
    month: Annotated[str, Parameter(help=said("The month, as 2026-10; the last one that is over without it."))] = "",
    first: Annotated[str, Parameter(name="--from", help=said("Instead of a month: the first day, 2026-10-01."))] = "",
    last: Annotated[str, Parameter(name="--to", help=said("The last day, which counts too."))] = "",
) -> Exit:
    """Compare what was sold, given back and paid in a period with the ERP, to the cent; nothing is written."""
    if bool(first) != bool(last) or (month and first):
        out.print(said("Name a month with --month, or both --from and --to."))
        return Exit.USAGE
    period = f"{first}/{last}" if first else month
    if period:
        Period.read(period)
    open_shop_folder(shop)
    return await following_run(flow_named("reconcile"), str(shop.resolve()), period=period or None)

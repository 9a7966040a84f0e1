"""`passerelle orders adopt`: orders that a former connector has sent to the ERP are taken over."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from deployments.commands.parameters import ShopFolder
from deployments.commands.run import following_run
from deployments.exits import Exit
from deployments.words import said


async def adopt(
    *,
    since: Annotated[
        str, Parameter(name="--from", help=said("The first day (2026-11-20, 3d, 2w) whose orders are looked for."))
    ],
    shop: ShopFolder = Path(),
    dry_run: Annotated[bool, Parameter(help=said("Say what would be taken over, note nothing."))] = False,
    accept_differences: Annotated[
        bool, Parameter(help=said("Take over the one document under an order's reference, whatever differs."))
    ] = False,
) -> Exit:
    """Look in the ERP for the documents of all orders from a day on and take over those that agree; nothing is sent."""
    from flows.adopt_orders import adopt_orders  # noqa: PLC0415 - imports Prefect

    return await following_run(
        adopt_orders, str(shop.resolve()), since=since, dry_run=dry_run, accept_differences=accept_differences
    )

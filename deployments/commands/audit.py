"""`passerelle audit`: the known faults of a shop, each with what to do; one of them mended where asked."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias

from cyclopts import Parameter

from deployments.commands.parameters import ShopArgument
from deployments.commands.run import following_run
from deployments.exits import Exit
from deployments.flow_names import flow_named
from deployments.words import said
from tasks.audit.plan.fixes import FIXES
from tasks.run.shop_folder import open_shop_folder

if TYPE_CHECKING:
    FixCode: TypeAlias = str
else:
    FixCode = Literal[tuple(FIXES)]


async def audit(
    shop: ShopArgument = Path(),
    *,
    fix: Annotated[FixCode | None, Parameter(help=said("Mend this fault, by its code in the report."))] = None,
    dry_run: Annotated[bool, Parameter(help=said("With --fix: say what would be written, write nothing."))] = False,
    accept_guard: Annotated[
        bool, Parameter(help=said("With --fix: mend even if it is more than a guard lets pass."))
    ] = False,
) -> Exit:
    """Read catalogue, stock, prices and accounts of a shop and list what is wrong with them, with what to do."""
    open_shop_folder(shop)
    given = {"fix": fix, "dry_run": dry_run, "accept_guard": accept_guard}
    asked: dict[str, Any] = {name: value for name, value in given.items() if value}
    return await following_run(flow_named("audit"), str(shop.resolve()), **asked)

"""`passerelle orders`: what the ERP was given, what is held and why, what waits; how to have an order sent again."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias

from cyclopts import App, Parameter
from rich.table import Table

from connectors.ledger import DeliveryState
from deployments.commands.parameters import ShopArgument
from deployments.commands.parameters import ShopFolder as ShopOption
from deployments.exits import Exit
from deployments.terminal import out, show_table
from schemas.messages import catalogue, message
from tasks.shop import ShopFolder, open_shop_folder

State: TypeAlias = Literal["intent", "delivered", "held", "waiting"]

RESENT = "order_resent"

orders = App(name="orders", help="The orders on their way to the ERP: delivered, held, waiting.")


@orders.default
def show(
    shop: ShopArgument = Path(),
    *,
    state: Annotated[tuple[State, ...], Parameter(help="Only these; may be given several times.")] = (),
    order: Annotated[tuple[int, ...], Parameter(help="Only the orders of these ids.")] = (),
    limit: Annotated[int, Parameter(help="How many, the latest change first.")] = 50,
) -> Exit:
    """The orders that the ledger knows: how far each is, its number in the ERP, and why it is held or waits."""
    folder = open_shop_folder(shop)
    states = [DeliveryState(each) for each in state] or None
    keys = [str(each) for each in order] or None
    with folder.open_ledger() as ledger:
        found = ledger.deliveries(folder.name, kind_of(folder), states=states, keys=keys, limit=limit)
        told = ledger.incidents(shop=folder.name, open_only=True)
    params = {(key, code): json.loads(text) for key, code, text in told.select("key", "code", "params").iter_rows()}
    if found.is_empty():
        out.print("No such order yet.")
        return Exit.COMPLETED
    table = Table(box=None, pad_edge=False)
    for title in ("order", "state", "changed (UTC)", "ERP document", "customer", "why"):
        table.add_column(title)
    for row in found.iter_rows(named=True):
        table.add_row(*_cells(row, folder.settings.shop.language, params))
    show_table(table)
    return Exit.COMPLETED


@orders.command
def resend(*order: int, shop: ShopOption = Path()) -> Exit:
    """Forget that these orders were delivered or held: the next run looks at them again.

    It asks the ERP first: what the ERP has is not created a second time.
    """
    if not order:
        out.print("Name at least one order by its id.")
        return Exit.USAGE
    folder = open_shop_folder(shop)
    keys = [str(each) for each in dict.fromkeys(order)]
    with folder.open_ledger() as ledger, ledger.lease(folder.name, "export_orders"):
        cleared = ledger.clear(folder.name, kind_of(folder), keys)
        for key in keys:
            ledger.wait(folder.name, kind_of(folder), key, code=RESENT, run_id=None)
    out.print(f"{len(keys)} will be looked at by the next run, {cleared} of them known so far.")
    return Exit.COMPLETED


def kind_of(folder: ShopFolder) -> str:
    """What the ledger calls the orders of the access in use."""
    return "order-test" if folder.settings.cegid.use == "test" else "order"


def _cells(row: dict[str, Any], language: str, params: Mapping[tuple[str, str], dict[str, str]]) -> Sequence[str]:
    code = row["last_code"] or ""
    known = code in catalogue("en")
    said = {"value": "…", "detail": "…"} | params.get((row["key"], code), {})
    why = message(code, language, key=row["key"], **said).reason if known else code
    return (
        row["key"],
        row["state"],
        f"{row['changed_at']:%Y-%m-%d %H:%M}",
        row["erp_number"] or "",
        row["erp_code"] or "",
        why,
    )

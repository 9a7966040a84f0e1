"""`passerelle undo`: what a run replaced in the shop is put back."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from deployments.commands.parameters import ShopFolder as ShopOption
from deployments.commands.run import following_run
from deployments.exits import Exit
from deployments.terminal import out
from deployments.words import said
from schemas.messages import message
from tasks.run.shop_folder import ShopFolder, open_shop_folder

RunName = Annotated[str, Parameter(help=said("The id of the run, or its beginning, as `passerelle runs` shows it."))]


async def undo(
    run: RunName,
    shop: ShopOption = Path(),
    *,
    dry_run: Annotated[
        bool, Parameter(help=said("Say what would be put back and what cannot be, write nothing."))
    ] = False,
    yes: Annotated[bool, Parameter(negative=(), help=said("Put it back without asking first."))] = False,
    hold: Annotated[
        bool, Parameter(help=said("What is put back stays until the files say something else of it."))
    ] = True,
    accept_guard: Annotated[bool, Parameter(help=said("Continue even if a guard limit is exceeded."))] = False,
) -> Exit:
    """Put back what a run replaced in the shop, but for what people changed since; the plan is shown first.

    Of a chain, such as import_files, its parts are undone, the last one first.
    """
    from flows.undo import undo as undo_flow  # noqa: PLC0415 - imports Prefect
    from tasks.undo.find import find_runs  # noqa: PLC0415 - the same

    folder = open_shop_folder(shop)
    with folder.open_ledger() as ledger:
        found = find_runs(folder, ledger, run)
    for one in found:
        if one.never:
            _say(folder, one.never, value=one.flow, key=one.run_id[:8])
    asked = [one for one in found if one.stream]
    if not asked:
        return Exit.FAILED
    for code in dict.fromkeys(code for one in asked for code in one.limits):
        _say(folder, code)
    _say(folder, "undo_then_released" if asked[0].releases else "undo_then_held" if hold else "undo_then_written")
    path, ended = str(folder.path), []
    for one in asked:
        planned = await following_run(
            undo_flow, path, run=one.run_id, dry_run=True, hold=hold, accept_guard=accept_guard
        )
        ended.append(planned)
        if dry_run or planned not in {Exit.COMPLETED, Exit.REJECTS}:
            continue
        if not (yes or _is_wanted(folder)):
            return planned
        ended[-1] = await following_run(undo_flow, path, run=one.run_id, hold=hold, accept_guard=accept_guard)
    return max(ended)


def _is_wanted(folder: ShopFolder) -> bool:
    """Whether a person at the terminal says yes; where there is none, what to type."""
    language = folder.settings.shop.language
    if not sys.stdin.isatty():
        out.print(said("Nothing was written. To put it back: the same with --yes.", language), soft_wrap=True)
        return False
    answer = out.input(said("Put it back? Type yes: ", language))
    return answer.strip().lower() in {"yes", "y", "oui", "o"}


def _say(folder: ShopFolder, code: str, **params: str) -> None:
    read = message(code, folder.settings.shop.language, **params)
    out.print(f"{read.reason} {read.remedy}", markup=False, soft_wrap=True)

"""`passerelle deploy`: a Prefect server knows the flows of these shops, and when to start them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter
from rich.markup import escape

from deployments.deploying.changes import Change, Found, changes_of, namesake_faults
from deployments.deploying.wanted import Deployment, deployments_of, name_faults
from deployments.exits import Exit
from deployments.program import program
from deployments.terminal import out, show_error
from deployments.words import said
from schemas.errors import ConfigFault, ConfigurationError
from tasks.run.shop_folder import ShopFolder, open_shop_folder

if TYPE_CHECKING:
    from deployments.deploying.server import Server

_COLOURS = {"+": "green", "~": "yellow", "-": "red"}
_SAID = frozenset({"parameter_openapi_schema", "trigger", "actions"})
"""What is too long to be shown: that it differs is said."""


async def deploy(
    *shops: Annotated[Path, Parameter(help=said("The folders of the shops; by default this one."))],
    pool: Annotated[str, Parameter(help=said("The work pool that the workers look at."))] = "passerelle",
    runs: Annotated[
        int | None,
        Parameter(help=said("How many runs at the same time, over all workers; 10 unless the pool says so.")),
    ] = None,
    dry_run: Annotated[bool, Parameter(help=said("Say what would be changed, change nothing."))] = False,
    prune: Annotated[
        bool, Parameter(negative=(), help=said("Delete the deployments of shops that are not named here."))
    ] = False,
    wait: Annotated[float, Parameter(help=said("Seconds given to a server that is starting."))] = 60.0,
) -> Exit:
    """Make the pool, the automations, and a deployment of each flow that a shop has streams or settings for."""
    from deployments.deploying.server import Server, with_forms  # noqa: PLC0415 - imports Prefect
    from deployments.prefect_api import server_client  # noqa: PLC0415

    folders, refused = _opened(shops or (Path(),))
    async with server_client(wait) as client:
        server = Server(client, pool, runs)
        found = await server.deployments()
        folders, namesakes = _without(folders, namesake_faults(folders, found))
        refused += namesakes
        wanted = with_forms(each for folder in folders for each in deployments_of(folder, pool))
        left = await _brought_up(server, found, wanted, refused, dry_run=dry_run, prune=prune)
        has_worker = await server.has_worker()
    _say_what_remains(folders, left, pool, has_worker=has_worker)
    return Exit.USAGE if refused else Exit.COMPLETED


def _opened(shops: Sequence[Path]) -> tuple[list[ShopFolder], list[str]]:
    """The folders that can be deployed, and the paths of the others, whose faults are shown."""
    opened: list[ShopFolder] = []
    refused: list[str] = []
    for shop in dict.fromkeys(shop.expanduser().resolve() for shop in shops):
        try:
            folder = open_shop_folder(shop)
            _check_has_streams(folder)
            opened.append(folder)
        except ConfigurationError as refusal:
            _show_refusal(shop, refusal)
            refused.append(str(shop))
    folders, of_one_name = _without(opened, name_faults(opened))
    return folders, refused + of_one_name


def _without(folders: Sequence[ShopFolder], faults: Mapping[Path, ConfigFault]) -> tuple[list[ShopFolder], list[str]]:
    """The folders without a fault, and the paths of the others, whose faults are shown."""
    for path, fault in faults.items():
        _show_refusal(path, ConfigurationError((fault,)))
    return [folder for folder in folders if folder.path not in faults], [str(path) for path in faults]


def _show_refusal(shop: Path, error: ConfigurationError) -> None:
    out.print(said("{shop} is not deployed:", shop=shop), markup=False, soft_wrap=True)
    show_error(error)


def _check_has_streams(folder: ShopFolder) -> None:
    if not deployments_of(folder, ""):
        remedy = 'Set `"enabled": true` for one in import.json, or set up an ERP under [erp] of settings.toml.'
        fault = ConfigFault(str(folder.path / "import.json"), "enabled", "no stream is switched on", remedy)
        raise ConfigurationError((fault,))


async def _brought_up(
    server: Server,
    found: Sequence[Found],
    wanted: Sequence[Deployment],
    refused: Sequence[str],
    *,
    dry_run: bool,
    prune: bool,
) -> list[Found]:
    """Shows what differs, and unless it is a dry run changes it; what is left of shops that were not named."""
    changes, left = changes_of(wanted, found, refused=refused, prune=prune)
    pool, automations = await server.plan_pool(), await server.plan_automations()
    parts = (
        (said("work pool"), pool, server.change_pool),
        (said("automation"), automations, server.change_automations),
        (said("deployment"), changes, server.change_deployment),
    )
    for what, part, apply in parts:
        for change in part:
            _show(what, change)
            if not dry_run:
                await apply(change)
    _count([change for _, part, _ in parts for change in part], len(wanted), dry_run=dry_run)
    return left


def _show(what: str, change: Change) -> None:
    colour = _COLOURS[change.sign]
    times = "" if change.wanted is None or change.sign != "+" else _times(change.wanted)
    line = f"{what} {change.name}" + (f"  {times}" if times else "")
    out.print(f"[{colour}]{change.sign}[/] {escape(line)}", soft_wrap=True)
    for name, (old, new) in change.differs.items():
        text = name if name in _SAID else f"{name}: {_value(old)} -> {_value(new)}"
        out.print(f"    {text}", markup=False, soft_wrap=True)


def _times(wanted: Deployment) -> str:
    return f"{wanted.cron} ({wanted.time_zone})" if wanted.cron else said("by hand")


def _value(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _count(changes: Sequence[Change], wanted: int, *, dry_run: bool) -> None:
    if not changes:
        out.print(
            said(
                "Nothing to change: {count} {count:deployment is as it|deployments are as they} should be.",
                count=wanted,
            )
        )
        return
    counts = {sign: sum(change.sign == sign for change in changes) for sign in _COLOURS}
    text = (
        "{made} to make, {changed} to change, {deleted} to delete."
        if dry_run
        else "{made} made, {changed} changed, {deleted} deleted."
    )
    out.print(said(text, made=counts["+"], changed=counts["~"], deleted=counts["-"]))


def _say_what_remains(folders: Iterable[ShopFolder], left: Sequence[Found], pool: str, *, has_worker: bool) -> None:
    for name in sorted({each.deployment.shop for each in left}):
        count = sum(each.deployment.shop == name for each in left)
        text = (
            "{shop} was not named: its {count} {count:deployment is|deployments are} left; "
            "--prune deletes {count:it|them}."
        )
        out.print(said(text, shop=name, count=count), markup=False, soft_wrap=True)
    for folder in folders:
        if not folder.settings.shop.is_armed:
            text = "{shop} is not armed: its runs are plans until `{program} arm {folder}`."
            out.print(said(text, shop=folder.name, program=program(), folder=folder.path), markup=False, soft_wrap=True)
    if not has_worker:
        text = "No worker looks at the pool: start one where the secrets are set, `prefect worker start --pool {pool}`."
        out.print(said(text, pool=pool), markup=False, soft_wrap=True)

"""`passerelle run`, `plan` and `apply`: a flow, now, in this process."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated, Any, TypeAlias

from cyclopts import Parameter
from rich.markup import escape

from connectors.exchanges import Exchanges, keeping_exchanges
from deployments.commands.parameters import AsJson, AsTsv, ShopFolder
from deployments.exits import Exit, exit_of
from deployments.flow_names import flow_named
from deployments.prefect_at_hand import prefect_at_hand
from deployments.shown_plan import Form, show_plan_rows
from deployments.shown_report import show_report, whole
from deployments.terminal import err, following, out
from deployments.words import said
from schemas.errors import ConfigurationError
from schemas.flows import FLOWS, FlowName, takers
from schemas.since import parse_since
from tasks.report.texts import texts
from tasks.run.shop_folder import language_in_settings, open_shop_folder
from tasks.run.signed_plan import FLOWS_WITH_PLANS, NoPlanError, following_plan, plan_written_to
from tasks.run.step_tasks import by_itself, through_prefect

Since = Annotated[
    str | None,
    Parameter(
        help=said(
            "Re-check everything confirmed since this day (2026-11-20, yesterday, 3d, 2w) and re-read files from then "
            "on; use after restoring the shop from a backup."
        )
    ),
]


PlanFile: TypeAlias = Annotated[Path, Parameter(help=said("What `passerelle plan --out` has written."))]


async def run(
    flow: FlowName,
    shop: ShopFolder = Path(),
    *,
    since: Since = None,
    dry_run: Annotated[bool, Parameter(help=said("Say what would be done, write nothing."))] = False,
    accept_guard: Annotated[
        bool, Parameter(help=said("Continue even if a guard limit is exceeded, or a file's columns changed."))
    ] = False,
    sweep: Annotated[
        bool, Parameter(help=said("Compare everything that is to go with the ledger, not once a day."))
    ] = False,
    debug: Annotated[
        bool,
        Parameter(help=said("Keep the shape of the last requests and answers, no value of them, beside the report.")),
    ] = False,
) -> Exit:
    """Run a flow now and show what happened to every row."""
    if since is not None:
        parse_since(since)
    given = {"since": since, "accept_guard": accept_guard, "sweep": sweep}
    asked: dict[str, Any] = {name: value for name, value in given.items() if value}
    for name in asked.keys() - FLOWS[flow].takes:
        option, text = f"--{name.replace('_', '-')}", "{option} changes nothing in {flow}; it is for {takers}."
        out.print(said(text, option=option, flow=flow, takers=", ".join(takers(name))))
        return Exit.USAGE
    open_shop_folder(shop)
    with keeping_exchanges() if debug else nullcontext() as exchanges:
        return await following_run(flow_named(flow), str(shop.resolve()), exchanges, dry_run=dry_run, **asked)


async def following_run(
    flow: Any, folder: str, exchanges: Exchanges | None = None, plan_as: Form | None = None, **asked: Any
) -> Exit:
    """Runs a flow of a shop in this process and shows how it goes and where its report is.

    What of its `exchanges` was kept is written beside the report. With `plan_as`, nothing but the plan is printed.
    """
    language = language_in_settings(folder)
    err.print(f"{texts(language).word('flow', flow.name)}, {folder} …", markup=False, soft_wrap=True)
    async with prefect_at_hand() as is_at_hand:
        with following(language) as view:
            state = await (through_prefect if is_at_hand else by_itself)(flow, folder, **asked)
    pages = whole(view.pages)
    if plan_as is not None:
        show_plan_rows(view.pages, plan_as)
    else:
        _show_run(pages, state.shown, state.message, language)
    if exchanges is not None:
        for page in view.pages[-1:]:
            kept = page.with_suffix(".debug.txt")
            kept.write_text(json.dumps(exchanges.as_dicts(), indent=2) + "\n", encoding="utf-8")
            out.print(said("Last exchanges: {page}", language, page=kept), markup=False, soft_wrap=True)
    started = not isinstance(state.data, ConfigurationError)
    ended = exit_of(state.shown)
    return ended if started else Exit.USAGE


async def plan(
    flow: FlowName,
    shop: ShopFolder = Path(),
    *,
    since: Since = None,
    as_json: AsJson = False,
    as_tsv: AsTsv = False,
    target: Annotated[
        Path | None, Parameter(name="--out", help=said("Write the plan there, signed, for `passerelle apply`."))
    ] = None,
) -> Exit:
    """Say what a flow would do, field by field; nothing is written to the shop."""
    if target is not None and flow not in FLOWS_WITH_PLANS:
        text = "{flow} makes no plan that can be signed; these do: {flows}."
        out.print(said(text, flow=flow, flows=", ".join(FLOWS_WITH_PLANS)))
        return Exit.USAGE
    with plan_written_to(target.resolve()) if target else nullcontext():
        ended = await _plan(flow, shop, since, "json" if as_json else "tsv" if as_tsv else None)
    if target is not None and target.exists() and not (as_json or as_tsv):
        language = language_in_settings(str(shop))
        out.print(said("Signed plan: {page}", language, page=target), markup=False, soft_wrap=True)
    return ended


async def _plan(flow: FlowName, shop: ShopFolder, since: str | None, form: Form | None) -> Exit:
    if form is None:
        return await run(flow, shop=shop, since=since, dry_run=True)
    if since is not None:
        parse_since(since)
    open_shop_folder(shop)
    asked: dict[str, Any] = {"since": since} if since else {}
    return await following_run(flow_named(flow), str(shop.resolve()), plan_as=form, dry_run=True, **asked)


async def apply(plan: PlanFile, shop: ShopFolder = Path()) -> Exit:
    """Do exactly what a signed plan says, or nothing where files, settings or the shop have moved since."""
    try:
        with following_plan(plan.read_text(encoding="utf-8")) as signed:
            open_shop_folder(shop)
            asked: dict[str, Any] = {"since": signed.since} if signed.since else {}
            if signed.guards:
                asked["accept_guard"] = True
            return await following_run(flow_named(signed.flow), str(shop.resolve()), **asked)
    except (NoPlanError, OSError, UnicodeDecodeError):
        out.print(said("{page} is no plan that `passerelle plan --out` has written.", page=plan), soft_wrap=True)
        return Exit.USAGE


def _show_run(pages: Sequence[Path], state: str | None, message: str | None, language: str) -> None:
    for page in () if err.quiet else pages:
        show_report(page)
    named = texts(language).word("state", state or "")
    between = "\n" if "\n" in (message or "") else " "
    out.print(f"[bold]{escape(named)}[/]{between}{escape(message or '')}", soft_wrap=True)
    for page in pages:
        out.print(said("Report: {page}", language, page=page), markup=False, soft_wrap=True)

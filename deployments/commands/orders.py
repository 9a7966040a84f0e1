"""`passerelle orders`: what the ERP was given, what is held and why, what waits; sending again, answering questions."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias

from cyclopts import App, Parameter
from rich.table import Table

from connectors.ledger import ANOTHER, SAME, DeliveryState, Ledger
from deployments.commands.parameters import ShopArgument
from deployments.commands.parameters import ShopFolder as ShopOption
from deployments.exits import Exit
from deployments.terminal import out, show_table
from deployments.words import said
from schemas.messages import catalogue, message
from schemas.terminal_texts import terminal_text
from tasks.erp import kind_of
from tasks.handover.send_again import Subject, forget_sent, may_be_answered
from tasks.handover.sender import DOUBT_LASTS
from tasks.orders.identities import identities_now as order_identities_now
from tasks.returns.identities import identities_now as return_identities_now
from tasks.run.shop_folder import ShopFolder, open_shop_folder
from tasks.run.time_zone import local, time_zone_of
from tasks.slips.look_up import identities_now as slip_identities_now

_PATIENCE_SECONDS = 5.0  # somebody waits at the terminal
State: TypeAlias = Literal["intent", "sent", "delivered", "held", "waiting"]

Returns: TypeAlias = Annotated[bool, Parameter(negative=(), help=said("Returns instead of orders."))]
Slips: TypeAlias = Annotated[bool, Parameter(negative=(), help=said("Credit slips instead of orders."))]
_EXPORTS = {"order": "export_orders", "return": "export_returns", "slip": "export_credit_slips"}
_IDENTITIES = {"order": order_identities_now, "return": return_identities_now, "slip": slip_identities_now}

orders = App(name="orders", help=said("The orders on their way to the ERP: delivered, held, waiting."))


@orders.default
def show(
    shop: ShopArgument = Path(),
    *,
    state: Annotated[
        tuple[State, ...],
        Parameter(
            help=said(
                "Only these states, several times if need be: no answer yet, in a file, delivered, held, waiting."
            )
        ),
    ] = (),
    order: Annotated[tuple[int, ...], Parameter(help=said("Only those of these ids."))] = (),
    returns: Returns = False,
    slips: Slips = False,
    limit: Annotated[int, Parameter(help=said("How many, the latest change first."))] = 50,
) -> Exit:
    """The orders that the ledger knows: how far each is, its number in the ERP, and why it is held or waits."""
    folder = open_shop_folder(shop)
    states = [DeliveryState(each) for each in state] or None
    keys = [str(each) for each in order] or None
    subject = _subject(returns=returns, slips=slips)
    with folder.open_ledger() as ledger:
        found = ledger.deliveries(folder.name, kind_of(folder, subject), states=states, keys=keys, limit=limit)
        told = ledger.incidents(shop=folder.name, open_only=True)
    params = {(key, code): json.loads(text) for key, code, text in told.select("key", "code", "params").iter_rows()}
    language = folder.settings.shop.language
    if found.is_empty():
        text = "No such return yet." if returns else "No such order yet."
        out.print(said("No such credit slip yet." if slips else text, language))
        return Exit.COMPLETED
    table = Table(box=None, pad_edge=False)
    which = "return" if returns else "order"
    table.add_column(said("credit slip" if slips else which, language))
    for title in ("state", "changed", "ERP document", "customer", "why"):
        table.add_column(said(title, language))
    for row in found.iter_rows(named=True):
        table.add_row(*_cells(row, language, time_zone_of(folder), params, is_order=subject == "order"))
    show_table(table)
    return Exit.COMPLETED


@orders.command
async def resend(*order: int, returns: Returns = False, slips: Slips = False, shop: ShopOption = Path()) -> Exit:
    """Forget that these orders were delivered or held: the next run looks at them again.

    It asks the ERP first: what the ERP has is not created a second time. One that was sent without an answer may still
    reach the ERP: it can be sent again a day later, and what was sent is then no longer looked for. An id that the shop
    has given to another order since is held with a question.
    """
    kind, keys, folder = _named(order, shop, _subject(returns=returns, slips=slips))
    if not keys:
        return Exit.USAGE
    with folder.open_ledger() as ledger:
        async with folder.open_shop(patience_seconds=_PATIENCE_SECONDS) as open_shop:
            whose = await _IDENTITIES[kind](open_shop, keys, ledger.secret())
        with ledger.lease(folder.name, _EXPORTS[kind]):
            named = kind_of(folder, kind)
            wished = {
                key: forget_sent(ledger, folder.name, named, key, subject=kind, identity=whose.get(key)) for key in keys
            }
    forgotten = [sent for sent in wished.values() if sent.is_forgotten]
    language, cleared = folder.settings.shop.language, sum(sent.was_known for sent in forgotten)
    text = "{count} will be looked at by the next run, {cleared} of them known so far."
    out.print(said(text, language, count=len(forgotten), cleared=cleared))
    for key, sent in wished.items():
        if sent.question is not None:
            asked = message(sent.question.code, language, key=key, **sent.question.params)
            out.print(f"{asked.reason} {asked.remedy}", markup=False, soft_wrap=True)
    in_doubt = {key: sent.in_doubt_until for key, sent in wished.items() if sent.in_doubt_until}
    _left(in_doubt, language)
    return Exit.COMPLETED if len(forgotten) == len(keys) else Exit.USAGE


@orders.command
def another(*order: int, returns: Returns = False, slips: Slips = False, shop: ShopOption = Path()) -> Exit:
    """Answer the question of a held order: it is not the one whose document the ERP has.

    The next run sends it under a reference of its own. What the ledger knows of the other one is kept.
    """
    kind, keys, folder = _named(order, shop, _subject(returns=returns, slips=slips))
    if not keys:
        return Exit.USAGE
    with folder.open_ledger() as ledger, ledger.lease(folder.name, _EXPORTS[kind]):
        named = kind_of(folder, kind)
        young = _in_doubt(ledger, folder.name, named, keys)
        ours = [key for key in _asked(ledger, folder, named, keys, ANOTHER) if key not in young]
        answered = [key for key in ours if ledger.answer(folder.name, named, key, ANOTHER, code=f"{kind}_answered")]
        for link in (f"{kind}_sent", f"{kind}_seen", f"{kind}_status") if answered else ():
            ledger.forget(folder.name, kind_of(folder, link), answered)
            ledger.forget(folder.name, link, answered)
    language = folder.settings.shop.language
    return _answered([key for key in keys if key not in young], answered, language) or _left(young, language)


@orders.command
def same(*order: int, returns: Returns = False, slips: Slips = False, shop: ShopOption = Path()) -> Exit:
    """Answer the question of a held order: the ERP's document is its own, whatever differs. It is not sent."""
    kind, keys, folder = _named(order, shop, _subject(returns=returns, slips=slips))
    if not keys:
        return Exit.USAGE
    with folder.open_ledger() as ledger, ledger.lease(folder.name, _EXPORTS[kind]):
        named = kind_of(folder, kind)
        asked = _asked(ledger, folder, named, keys, SAME)
        answered = [key for key in asked if ledger.answer(folder.name, named, key, SAME, code=f"{kind}_answered")]
    return _answered(keys, answered, folder.settings.shop.language)


orders.command(
    "deployments.commands.adopt:adopt", name="adopt", help=said("Take over orders that the ERP has already.")
)


def _subject(*, returns: bool, slips: bool) -> Subject:
    return "slip" if slips else "return" if returns else "order"


def _named(order: Sequence[int], shop: Path, subject: Subject) -> tuple[Subject, list[str], ShopFolder]:
    """What is spoken of, the keys given, each once, and the shop's folder."""
    if not order:
        out.print(said("Name at least one by its id."))
    return subject, [str(each) for each in dict.fromkeys(order)], open_shop_folder(shop)


def _asked(ledger: Ledger, folder: ShopFolder, kind: str, keys: Sequence[str], answer: str) -> list[str]:
    """Those of the keys about which a question is open that this answers."""
    return [key for key in keys if may_be_answered(ledger.delivery(folder.name, kind, key), answer)]


def _in_doubt(ledger: Ledger, shop: str, kind: str, keys: Sequence[str]) -> dict[str, str]:
    """Those that were sent without an answer less than a day ago, and when nobody need wait for them any more."""
    known = {key: ledger.delivery(shop, kind, key) for key in keys}
    until = {key: one.doubt_at + DOUBT_LASTS for key, one in known.items() if one is not None and one.doubt_at}
    return {key: f"{at:%Y-%m-%d %H:%M}" for key, at in until.items() if at > datetime.now(UTC)}


def _left(young: Mapping[str, str], language: str) -> Exit:
    for key, until in young.items():
        text = "{key} was sent without an answer and may still reach the ERP: wait until {until} UTC."
        out.print(said(text, language, key=key, until=until))
    return Exit.USAGE if young else Exit.COMPLETED


def _answered(keys: Sequence[str], answered: Sequence[str], language: str) -> Exit:
    """Says how many questions are answered, where any is; which of the keys have none."""
    if answered:
        out.print(said("{count} answered; the next run goes on from there.", language, count=len(answered)))
    left = [key for key in keys if key not in answered]
    if left:
        text = "Nothing is asked about {keys}: not known, delivered already, or waiting for something else."
        out.print(said(text, language, keys=", ".join(left)))
    return Exit.USAGE if left else Exit.COMPLETED


def _cells(
    row: dict[str, Any],
    language: str,
    zone: str,
    params: Mapping[tuple[str, str], dict[str, str]],
    *,
    is_order: bool,
) -> Sequence[str]:
    code = row["last_code"] or ""
    known = code in catalogue("en")
    said = {"value": "…", "detail": "…"} | params.get((row["key"], code), {})
    why = message(code, language, key=row["key"], **said).reason if known else code
    return (
        row["key"],
        terminal_text("order_state" if is_order else "document_state", row["state"], language),
        local(row["changed_at"], zone),
        row["erp_number"] or "",
        row["erp_code"] or "",
        why,
    )

"""`passerelle prices`: every price of an item that was in force, as proof; a correction is a line of its own."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter
from rich.table import Table

from connectors.files.private import keep_private
from deployments.commands.parameters import AsJson, AsTsv
from deployments.commands.parameters import ShopFolder as ShopOption
from deployments.exits import Exit
from deployments.shown_plan import show_rows
from deployments.terminal import out, show_table
from deployments.words import said
from schemas.terminal_texts import terminal_text
from tasks.omnibus.plan.timeline import instant
from tasks.omnibus.proof import SHOWN, Proof, as_csv, correction, proof_of
from tasks.omnibus.proof_page import as_page, with_currency
from tasks.run.shop_folder import ShopFolder, open_shop_folder
from tasks.run.time_zone import time_zone_of, zone_named

prices = App(name="prices", help=said("Every price of an item that was in force, as proof."))
_SHORT = ("for", "from", "to", "price_tax_incl", "announced_as_reduced", "lowest_before", "source")


@prices.default
async def show(
    reference: Annotated[str, Parameter(help=said("The reference of an article (then the shop's folder may follow)."))],
    folder_named: Annotated[str, Parameter(name="folder", help=said("The shop's folder; by default this one."))] = "",
    shop: ShopOption = Path(),
    *,
    csv: Annotated[Path | None, Parameter(help=said("Write the prices into this file, for a spreadsheet."))] = None,
    page: Annotated[Path | None, Parameter(help=said("Write the prices and all lines into this page."))] = None,
    as_json: AsJson = False,
    as_tsv: AsTsv = False,
) -> Exit:
    """Every price at which the shop showed it, from when to when and from which line of which file.

    Beside a reduced price stands the lowest of the 30 days before the reduction began.
    """
    folder = open_shop_folder(Path(folder_named) if folder_named else shop)
    proof = await proof_of(folder, reference)
    if not proof.lines:
        _say(folder, "none", reference=reference)
        return Exit.USAGE
    _write(folder, proof, csv, page)
    if as_json or as_tsv:
        show_rows(proof.shown, "json" if as_json else "tsv")
    elif csv is None and page is None:
        _show(folder, proof)
    return Exit.COMPLETED


@prices.command
def correct(
    number: Annotated[int, Parameter(help=said("The number of the line, as `prices` shows it behind #."))],
    *,
    reason: Annotated[str, Parameter(help=said("Why; it stays beside the line."))],
    price: Annotated[Decimal | None, Parameter(help=said("The right price, tax as in the line."))] = None,
    began: Annotated[str, Parameter(help=said("When it began, as YYYY-MM-DD HH:MM:SS of the shop's clock."))] = "",
    void: Annotated[bool, Parameter(negative=(), help=said("The line never held."))] = False,
    shop: ShopOption = Path(),
) -> Exit:
    """Add a line that stands for another one of the price ledger; the other one stays, and the proof shows both."""
    folder = open_shop_folder(shop)
    moment = _moment(began, folder)
    if not reason.strip() or (price is None and moment is None and not void) or (began and moment is None):
        _say(folder, "correct_what")
        return Exit.USAGE
    with folder.open_ledger() as ledger:
        line = ledger.price_line(folder.name, number)
        if line is None:
            _say(folder, "no_line", number=number)
            return Exit.USAGE
        ledger.add_prices(folder.name, [correction(line, reason.strip(), price=price, began_at=moment, is_void=void)])
    _say(folder, "corrected", number=number, reference=line.reference)
    return Exit.COMPLETED


def _moment(text: str, folder: ShopFolder) -> datetime | None:
    try:
        return instant(text, zone_named(time_zone_of(folder))) if text else None
    except ValueError:
        return None


def _write(folder: ShopFolder, proof: Proof, csv: Path | None, page: Path | None) -> None:
    keep_private()
    if csv is not None:
        csv.write_text(as_csv(proof.shown, SHOWN), encoding="utf-8", newline="")
    if page is not None:
        zone = time_zone_of(folder)
        now = datetime.now(UTC).astimezone(zone_named(zone))
        page.write_text(as_page(proof, folder.settings.shop.language, now, zone), encoding="utf-8")
    for path in (csv, page):
        if path is not None:
            _say(folder, "written", path=path)


def _show(folder: ShopFolder, proof: Proof) -> None:
    language = folder.settings.shop.language
    table = Table(box=None, pad_edge=False)
    for name in _SHORT:
        table.add_column(terminal_text("prices", f"column_{name}", language))
    for row in proof.shown:
        table.add_row(*(with_currency(name, row, language) for name in _SHORT))
    show_table(table)


def _say(folder: ShopFolder, code: str, **params: object) -> None:
    out.print(terminal_text("prices", code, folder.settings.shop.language, **params), markup=False, soft_wrap=True)

"""`passerelle board` and `passerelle open`: what people look at every day, in a browser."""

from __future__ import annotations

import webbrowser
from errno import EACCES, EADDRINUSE
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from deployments.board_server import BoardServer, shops_page
from deployments.commands.parameters import ShopArgument
from deployments.exits import Exit
from deployments.terminal import out
from deployments.words import said
from schemas.errors import ConfigFault, ConfigurationError
from schemas.terminal_texts import terminal_text
from tasks.report.texts import TEMPLATES, texts
from tasks.run.shop_folder import ShopFolder, open_shop_folder
from tasks.run.write_board import INDEX, board_of, write_board


def board(
    *shops: Annotated[Path, Parameter(help=said("The shops' folders; by default this one."))],
    port: Annotated[int, Parameter(help=said("The port on 127.0.0.1; 0 takes a free one."))] = 8788,
) -> Exit:
    """Serve one page over all shops, to this machine alone, until it is stopped by Ctrl-C; it only reads."""
    folders = [open_shop_folder(shop) for shop in shops or (Path(),)]
    by_name: dict[str, ShopFolder] = {}
    for folder in folders:
        same = sum(name.partition(" (")[0] == folder.name for name in by_name)
        by_name[f"{folder.name} ({same + 1})" if same else folder.name] = folder
    try:
        server = BoardServer(
            port,
            {name: folder.path for name, folder in by_name.items()},
            lambda: _overview(by_name),
            lambda name: _refresh(by_name[name]),
        )
    except (OSError, OverflowError) as error:
        if isinstance(error, OSError) and error.errno not in {EADDRINUSE, EACCES}:
            raise
        code = "port_taken" if isinstance(error, OSError) else "no_such_port"
        raise _port_refused(port, code, folders[0].settings.shop.language) from error
    out.print(terminal_text("board", "serves", folders[0].settings.shop.language, url=server.url), soft_wrap=True)
    with server:
        server.serve_forever()
    return Exit.COMPLETED


def open_page(
    shop: ShopArgument = Path(),
    *,
    what: Annotated[Literal["board", "report"], Parameter(help=said("The board, or the newest report."))] = "board",
) -> Exit:
    """Open the board of a shop, or its newest report, in the browser of this machine; its path is said, too."""
    folder = open_shop_folder(shop)
    with folder.open_ledger() as ledger:
        write_board(folder, ledger)
        newest = ledger.runs(folder.name, limit=50)["report_path"].drop_nulls()
    page = folder.path / "reports" / INDEX
    if what == "report":
        if newest.is_empty():
            out.print(terminal_text("board", "no_report", folder.settings.shop.language))
            return Exit.USAGE
        page = Path(newest[0])
    out.print(str(page), markup=False, soft_wrap=True)
    if out.is_terminal:
        webbrowser.open(page.as_uri())
    return Exit.COMPLETED


def _overview(folders: dict[str, ShopFolder]) -> str:
    shown = {}
    for name, folder in folders.items():
        words = texts(folder.settings.shop.language)
        with folder.open_ledger() as ledger:
            verdict = board_of(folder, ledger).verdict
        shown[name] = (verdict, words.word("board_verdict", verdict), "")
    language = next(iter(folders.values())).settings.shop.language
    css = (TEMPLATES / "report.css").read_text("utf-8")
    return shops_page(css, language, texts(language).word("board", "shops"), shown)


def _refresh(folder: ShopFolder) -> None:
    with folder.open_ledger() as ledger:
        write_board(folder, ledger)


def _port_refused(port: int, reason_code: str, language: str) -> ConfigurationError:
    reason, remedy = (terminal_text("board", code, language) for code in (reason_code, "other_port"))
    return ConfigurationError((ConfigFault("--port", str(port), reason, remedy),), action="open the board")

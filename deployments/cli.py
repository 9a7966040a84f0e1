"""The `passerelle` command."""

from __future__ import annotations

import sys
from importlib.metadata import version
from typing import NoReturn

from cyclopts import App, CycloptsError, Group

from deployments.environment import prepare_prefect, spare_the_collector
from deployments.exits import Exit
from deployments.talk import set_up, split
from deployments.words import said
from schemas.errors import ConfigFault, ConfigurationError, PasserelleError
from schemas.fault_texts import in_french, language_of_locale

app = App(
    name="passerelle",
    help=said("Keeps a PrestaShop shop and an ERP equal: nothing lost, nothing twice, every row accounted for."),
    version=lambda: version("passerelle"),
    group_commands=Group(said("Commands")),
    group_arguments=Group(said("Arguments")),
    group_parameters=Group(said("Parameters")),
)
app["--help"].help = said("Display this message and exit.")
app["--version"].help = said("Display application version.")
# By name: a command is imported when it is called.
app.command("deployments.commands.demo:demo", name="demo", help=said("Three days of a shop on this machine."))
app.command("deployments.commands.init:init", name="init", help=said("Make the folder of a shop."))
app.command("deployments.commands.check:check", name="check", help=said("Is a shop ready? Configuration, key, rights."))
app.command("deployments.commands.arm:arm", name="arm", help=said("Check a shop, then let runs write to it."))
app.command("deployments.commands.arm:disarm", name="disarm", help=said("From now on every run of a shop is a plan."))
app.command("deployments.commands.run:run", name="run", help=said("Run a flow now, on this machine."))
app.command("deployments.commands.run:plan", name="plan", help=said("Say what a flow would do, field by field."))
app.command("deployments.commands.run:apply", name="apply", help=said("Do what a signed plan says, or nothing."))
app.command("deployments.commands.listen:listen", name="listen", help=said("Run flows as soon as a shop changes."))
app.command("deployments.commands.deploy:deploy", name="deploy", help=said("Let Prefect run shops for good."))
app.command("deployments.commands.runs:runs", name="runs", help=said("The runs a shop has seen."))
app.command("deployments.commands.orders:orders", name="orders", help=said("The orders on their way to the ERP."))
app.command("deployments.commands.board:board", name="board", help=said("Serve one page over all shops, here."))
app.command("deployments.commands.board:open_page", name="open", help=said("Open the board or the newest report."))
app.command("deployments.commands.why:why", name="why", help=said("Why is an article or an order not there?"))
app.command("deployments.commands.why:resync", name="resync", help=said("Believe nothing of it, look again, mend it."))
app.command("deployments.commands.prices:prices", name="prices", help=said("Every price of an item, as proof."))
app.command("deployments.commands.audit:audit", name="audit", help=said("Look for the known faults of a shop."))
app.command("deployments.commands.notify:notify", name="notify", help=said("Tell people now what is due, or try it."))
app.command(
    "deployments.commands.rename:rename", name="rename", help=said("An article that the ERP renamed keeps its product.")
)
app.command(
    "deployments.commands.reconcile:reconcile",
    name="reconcile",
    help=said("Compare a month of sales with the ERP, to the cent."),
)
app.command("deployments.commands.undo:undo", name="undo", help=said("Put back what a run replaced in the shop."))
app.command("deployments.commands.purge:purge", name="purge", help=said("Delete what is older than a shop keeps it."))
app.command(
    "deployments.commands.sandbox:sandbox", name="sandbox", help=said("A shop on this machine to try things on.")
)
app.register_install_completion_command(help=said("Install shell completion for this application."))
_SEE_HELP = "`--help` behind a command says what it takes."
_OTHER = "Name a file in a folder that you may write to."


def main() -> NoReturn:
    """Run the command line and exit with one of `deployments.exits.Exit`."""
    prepare_prefect()
    spare_the_collector()
    sys.exit(answer(sys.argv[1:]))


def _show_usage(told: str) -> None:
    """What is wrong with a command line, in French; the library that reads it speaks English alone."""
    from rich.markup import escape  # noqa: PLC0415 - `--version` need not load rich
    from rich.panel import Panel  # noqa: PLC0415

    from deployments.terminal import err  # noqa: PLC0415

    text = f"{in_french(' '.join(told.split()))} {in_french(_SEE_HELP)}"
    err.print(Panel(escape(text), title=said("Error"), title_align="left", border_style="red"))


def answer(arguments: list[str]) -> int:
    """The exit code of one command line; faults of configuration, shop or files are told without a traceback."""
    from deployments.terminal import err, show_error  # noqa: PLC0415 - `--version` need not load rich

    talk, arguments = split(arguments)
    err.quiet = talk.quiet
    try:
        set_up(talk)
    except OSError as error:
        show_error(
            ConfigurationError((ConfigFault("--log-file", str(talk.log_file), error.strerror or str(error), _OTHER),))
        )
        return Exit.USAGE
    try:
        speaks_english = language_of_locale() != "fr"
        ended = app(arguments, exit_on_error=False, print_error=speaks_english, result_action="return_value")
    except CycloptsError as error:
        if not speaks_english:
            _show_usage(str(error))
        return Exit.USAGE
    except ConfigurationError as error:
        show_error(error)
        return Exit.USAGE
    except PasserelleError as error:
        show_error(error)
        return Exit.FAILED
    except KeyboardInterrupt:
        return Exit.INTERRUPTED
    return int(ended) if ended is not None else Exit.COMPLETED

"""How much a command says, whichever it is: `-q`, `-v`, `--log-file FILE`."""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_OURS = ("flows", "tasks", "connectors", "deployments")
_LINE = "%(asctime)s %(levelname)s %(name)s: %(message)s"


@dataclass(frozen=True, slots=True)
class Talk:
    """What was asked for."""

    quiet: bool = False
    verbose: bool = False
    log_file: Path | None = None


def split(arguments: Sequence[str]) -> tuple[Talk, list[str]]:
    """What is asked for anywhere on the command line, and the line without it; after `--` everything is as it is."""
    quiet = verbose = False
    log_file: Path | None = None
    rest: list[str] = []
    given = iter(arguments)
    for argument in given:
        if argument == "--":
            rest += [argument, *given]
        elif argument in {"-q", "--quiet"}:
            quiet = True
        elif argument in {"-v", "--verbose"}:
            verbose = True
        elif argument == "--log-file" or argument.startswith("--log-file="):
            name = argument.partition("=")[2] or next(given, "")
            log_file = Path(name) if name else None
        else:
            rest.append(argument)
    return Talk(quiet, verbose, log_file), rest


def set_up(talk: Talk) -> None:
    """Steps are logged to the terminal or to the file, which its owner alone may read; OSError where it cannot be."""
    handlers: list[logging.Handler] = []
    if talk.verbose:
        os.environ["PREFECT_LOGGING_LEVEL"] = "INFO"
        handlers.append(logging.StreamHandler())
    if talk.log_file is not None:
        talk.log_file.parent.mkdir(parents=True, exist_ok=True)
        talk.log_file.touch(mode=0o600)
        handlers.append(logging.FileHandler(talk.log_file, encoding="utf-8"))
    for handler in handlers:
        handler.setFormatter(logging.Formatter(_LINE))
        for name in _OURS:
            logging.getLogger(name).setLevel(logging.INFO)
            logging.getLogger(name).addHandler(handler)

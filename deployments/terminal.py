"""What a person sees on the terminal: bars where there is a terminal, plain lines where there is none."""

from __future__ import annotations

import io
import logging
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from deployments.words import said
from schemas.error_texts import error_message, where_failed
from schemas.errors import ConfigurationError, PasserelleError
from schemas.fault_texts import fault_in, language_of_locale
from tasks.report.progress import watched_by
from tasks.report.texts import texts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from rich.table import Table

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)

_EVERY_SECONDS = 5.0
_AS_WIDE_AS_IT_TAKES = 10_000


def show_table(table: Table) -> None:
    """A table with nothing cut off: folded to fit a terminal, one line a row where there is none, for `grep`."""
    for column in table.columns:
        column.overflow = "fold"
    if out.is_terminal:
        out.print(table)
        return
    drawn = io.StringIO()
    Console(highlight=False, width=_AS_WIDE_AS_IT_TAKES, file=drawn).print(table)
    for line in drawn.getvalue().splitlines():
        out.print(line.rstrip(), markup=False, soft_wrap=True)


class ProgressView:
    """Shows how far the steps of a run are, and keeps the places of its reports: one, or one a part."""

    def __init__(self, bars: Progress | None, language: str) -> None:
        self.pages: list[Path] = []
        self._bars = bars
        self._language = language
        self._tasks: dict[str, TaskID] = {}
        self._told: dict[str, float] = {}

    def advanced(self, step: str, done: int, total: int | None) -> None:
        """Move the step's bar, or say a line every few seconds and at its end."""
        name = texts(self._language).word("step", step)
        if self._bars is not None:
            if step not in self._tasks:
                self._tasks[step] = self._bars.add_task(name, total=total)
            self._bars.update(self._tasks[step], completed=done, total=total)
            return
        now = time.monotonic()
        ended = total is not None and done >= total
        if ended or now - self._told.get(step, 0.0) >= _EVERY_SECONDS:
            self._told[step] = now
            text = "{step}: {done}" if total is None else "{step}: {done} of {total}"
            err.print(said(text, self._language, step=name, done=done, total=total), markup=False)

    def reported(self, page: Path) -> None:
        """Keep where the page lies."""
        if page not in self.pages:
            self.pages.append(page)


@contextmanager
def following(language: str = "en") -> Iterator[ProgressView]:
    """A view that sees every run started inside the block, and speaks this language."""
    if not err.is_terminal:
        view = ProgressView(None, language)
        with watched_by(view):
            yield view
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True) as bars:
        share_console()
        view = ProgressView(bars, language)
        with watched_by(view):
            yield view


def share_console() -> None:
    """Let Prefect's log lines go through our console; otherwise they tear the bars apart."""
    for handler in logging.getLogger().handlers:
        if hasattr(handler, "console"):
            handler.console = err


def show_error(error: PasserelleError) -> None:
    """What went wrong, in the error's own lines: no traceback for what a person can put right."""
    if isinstance(error, ConfigurationError):
        language = error.language or language_of_locale()
        for fault in (fault_in(fault, language) for fault in error.faults):
            err.print(f"[bold]{escape(fault.file + ('' if fault.line is None else f':{fault.line}'))}[/]", end=" ")
            err.print(f"{escape(fault.key)}: {escape(fault.reason)}", soft_wrap=True)
            err.print(f"  [green]{escape(fault.remedy)}[/]", soft_wrap=True)
        return
    language = language_of_locale()
    where, read = where_failed(error, language), error_message(error, language)
    err.print(f"[bold]{escape(where)}[/]: {escape(read.reason)}", soft_wrap=True)
    if read.remedy:
        err.print(f"  [green]{escape(read.remedy)}[/]", soft_wrap=True)

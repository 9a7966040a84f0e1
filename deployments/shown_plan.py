"""A plan for scripts: every row with what would happen to it, field by field, as JSON or with tabs between columns."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Literal

from deployments.shown_report import read_report
from deployments.terminal import out

Form = Literal["json", "tsv"]


def show_plan_rows(pages: Iterable[Path], form: Form) -> None:
    """Prints what the plans beside these pages hold; of `tsv`, the names of the columns first."""
    show_rows((row for page in pages for row in _rows(page)), form)


def show_rows(rows: Iterable[Mapping[str, str]], form: Form) -> None:
    """Prints one line a row."""
    for number, row in enumerate(rows):
        if form == "json":
            _say(json.dumps(row, ensure_ascii=False))
            continue
        if number == 0:
            _say("\t".join(row))
        # A tab or a line end within a value would make two of it.
        _say("\t".join(" ".join(value.split()) if set(value) & {"\t", "\n", "\r"} else value for value in row.values()))


def _rows(page: Path) -> Iterator[Mapping[str, str]]:
    """The rows of the plan's own file; none where it is gone."""
    plan_file = read_report(page).get("plan_file")
    if plan_file:
        with suppress(OSError), (page.parent.parent / plan_file).open(encoding="utf-8-sig", newline="") as file:
            yield from csv.DictReader(file, delimiter=";")


def _say(line: str) -> None:
    # The console's own way would make spaces of tabs.
    print(line, file=out.file)

"""What a run did or would do, as lines of a terminal: `+` new, `~` changed, `-` closed, then rejects and incidents."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from rich.markup import escape

from deployments.terminal import out
from schemas.terminal_texts import terminal_text
from tasks.report.same import LEFT_OPEN, with_what_all_share
from tasks.report.texts import Texts, texts

_CHANGES_SHOWN = 20
_FIELDS_SHOWN = 8
_FAULTS_SHOWN = 5
_EXAMPLES_SHOWN = 5
_INCIDENTS_SHOWN = 5
_LONGEST = 80
_SAME_FOR_ALL = frozenset(
    {"state", "available_for_order", "show_price", "minimal_quantity", "visibility", "condition", "product_type"}
)
"""What every new product gets: shown last."""
_SIGNS = {"create": "+", "update": "~", "deactivate": "-", "delete": "-"}
_STYLES = {"+": "green", "~": "yellow", "-": "red"}


def show_report(page: Path) -> None:
    """Prints what the report beside `page` holds; one that cannot be read is passed over."""
    for line in report_lines(read_report(page)):
        out.print(line, soft_wrap=True)


def whole(pages: Sequence[Path]) -> Sequence[Path]:
    """The pages to show: that of a chain of flows holds what those of its parts do."""
    return pages[-1:] if pages and read_report(pages[-1]).get("parts") else pages


def read_report(page: Path) -> dict[str, Any]:
    """What the report holds; nothing of one that cannot be read."""
    with suppress(OSError, ValueError):
        report: dict[str, Any] = json.loads(page.with_suffix(".json").read_text(encoding="utf-8"))
        return report
    return {}


def report_lines(report: dict[str, Any]) -> Iterator[str]:
    """The lines, in rich's markup: changes of a plan, faults with an example and its remedy, incidents to act on."""
    if not report:
        return
    words = texts(report["language"], report["flow"])
    yield from _findings(report, words)
    yield from _changes(report, words)
    yield from _faults(report, words)
    yield from _incidents(report, words)


def _findings(report: dict[str, Any], words: Texts) -> Iterator[str]:
    for one in report.get("findings", ()):
        colour = "red" if one["level"] == "error" else "yellow"
        yield f"[{colour}]! {escape(words.number(one['count']))} \u00d7[/] [bold]{escape(one['reason'])}[/]"
        shown = [" ".join(filter(None, (each["key"], each["detail"]))) for each in one["examples"][:_EXAMPLES_SHOWN]]
        more = " …" if one["count"] > len(shown) else ""
        yield f"    {escape('; '.join(shown) + more)}"
        yield f"    [green]→ {escape(one['remedy'])}[/]"
        if one["fix"]:
            yield f"    {escape(one['fix'])}"
    if report.get("looked_at") and not report["findings"]:
        yield escape(words.page("findings_none"))


def _changes(report: dict[str, Any], words: Texts) -> Iterator[str]:
    for change in report["plan"][:_CHANGES_SHOWN]:
        sign = _SIGNS.get(change["action"], " ")
        style = _STYLES.get(sign, "default")
        kind = words.word("kind", change["kind"])
        yield f"[{style}]{sign}[/] [bold]{escape(change['key'])}[/] {escape(kind)}"
        for field, old, new in sorted(change["changes"], key=lambda one: one[0] in _SAME_FOR_ALL)[:_FIELDS_SHOWN]:
            yield f"    {escape(field)}: {_changed(words, field, old, new, is_new=sign == '+')}"
        if (left := len(change["changes"]) - _FIELDS_SHOWN) > 0:
            yield f"    … (+{left})"
    if report["plan_total"] > _CHANGES_SHOWN:
        more = words.number(report["plan_total"] - _CHANGES_SHOWN)
        file = report["plan_file"]
        yield escape(
            terminal_text("report", "more_changes" if file else "more", report["language"], count=more, file=file)
        )


def _changed(words: Texts, field: str, old: str, new: str, *, is_new: bool) -> str:
    value = _value(words.value(field, new))
    if is_new:
        return value
    step = words.step(field, old, new)
    return f"{_value(words.value(field, old))} → {value}" + (f" ({step})" if step else "")


def _value(text: str) -> str:
    flat = " ".join(text.split())
    return escape(flat if len(flat) <= _LONGEST else flat[:_LONGEST] + "…") or "∅"


def _faults(report: dict[str, Any], words: Texts) -> Iterator[str]:
    for column, reason, count in sorted(report["faults_by_column"], key=lambda fault: -fault[2])[:_FAULTS_SHOWN]:
        named = f"{column}{words.catalogue['colon']} " if column else ""
        alike = [one for one in report["rejects"] if one["column"] == column and _says(one, reason)]
        shared = with_what_all_share(reason, [one["reason"] for one in alike])
        yield f"[yellow]! {escape(words.number(count))}[/] {escape(named + shared)}"
        for example in alike[:1]:
            line = "" if example["line"] is None else f":{example['line']}"
            yield f"    {escape(example['file'] + line)} {escape(example['key'])}  {_value(example['value'])}"
            yield f"    → {escape(example['remedy'])}"
    if (left := len(report["faults_by_column"]) - _FAULTS_SHOWN) > 0:
        yield escape(terminal_text("report", "more", report["language"], count=words.number(left)))
    for file in report["files"]:
        if file["rejects_file"]:
            yield f"    {escape(words.page('rejects_file'))}{words.catalogue['colon']} {escape(file['rejects_file'])}"


def _says(reject: dict[str, Any], reason: str) -> bool:
    """Whether a reject is one of those of which `reason` speaks, with `…` where each has its own value."""
    return re.fullmatch(re.escape(reason).replace(LEFT_OPEN, ".*"), reject["reason"], re.DOTALL) is not None


def _incidents(report: dict[str, Any], words: Texts) -> Iterator[str]:
    errors = [one for one in report["incidents"] if one["level"] == "error"]
    for one in errors[:_INCIDENTS_SHOWN]:
        about = one["key"] or one["file"]
        key = f"{about}{words.catalogue['colon']} " if about else ""
        yield f"[red]![/] {escape(key + one['reason'])}"
        yield f"    → {escape(one['remedy'])}"
    if len(errors) > _INCIDENTS_SHOWN:
        more = words.number(len(errors) - _INCIDENTS_SHOWN)
        yield escape(terminal_text("report", "more", report["language"], count=more))

"""What the reports of past runs, and the ledger's open incidents, said of a key."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from connectors.ledger import Ledger
from schemas.messages import catalogue, message
from tasks.report.texts import texts
from tasks.run.shop_folder import ShopFolder
from tasks.why.shapes import Note

_REPORTS_READ = 200
_DRY = "Planned"


def notes_in_reports(folder: ShopFolder, keys: set[str], flows: tuple[str, ...]) -> list[Note]:
    """Rejects and incidents of these keys in the kept reports of these flows, newest first; plans are no news."""
    pages = sorted((folder.path / "reports").glob("*.json"), key=lambda page: page.name, reverse=True)
    return [note for page in pages[:_REPORTS_READ] for note in _of_report(_read(page), keys, flows)]


def notes_in_ledger(folder: ShopFolder, ledger: Ledger, keys: set[str], streams: tuple[str, ...]) -> list[Note]:
    """The open incidents of these keys that ask for something, newest first."""
    found = ledger.incidents(shop=folder.name, open_only=True)
    return [
        _of_incident(row, folder.settings.shop.language)
        for row in found.iter_rows(named=True)
        if row["key"] in keys and row["stream"] in streams and row["level"] != "info" and row["code"] in catalogue("en")
    ]


def _of_incident(row: dict[str, Any], language: str) -> Note:
    params = {"key": row["key"]} | json.loads(row["params"])
    text = message(row["code"], language, **{name: str(value) for name, value in params.items()})
    return Note(row["recorded_at"], row["stream"], "incident", text.reason, text.remedy, row["file"], row["line"])


def _read(page: Any) -> dict[str, Any]:
    with suppress(OSError, ValueError):
        told = json.loads(page.read_text(encoding="utf-8"))
        return told if isinstance(told, dict) else {}
    return {}


def _of_report(report: dict[str, Any], keys: set[str], flows: tuple[str, ...]) -> Iterator[Note]:
    if report.get("flow") not in flows or report.get("state") == _DRY:
        return
    at = datetime.fromisoformat(report["started_at"]).astimezone(UTC)
    for one in report.get("rejects", ()):
        if one["key"] in keys:
            colon = texts(report["language"]).catalogue["colon"]
            text = f"{one['column']}{colon} {one['reason']}" if one["column"] else one["reason"]
            yield Note(at, report["flow"], "reject", text, one["remedy"], one["file"], one["line"])
    for one in report.get("incidents", ()):
        if one["key"] in keys and one["level"] != "info":
            yield Note(at, report["flow"], "incident", one["reason"], one["remedy"], one.get("file", ""), one["line"])

"""Reports for tests, and what a browser sees of their pages."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

from schemas.run_report import (
    RejectReport,
    RunReport,
)
from tasks.report.page import html

COUNTS = {"rows_read": 120, "created": 10, "updated": 20, "unchanged": 80, "rejected": 9, "refused": 1}


def a_report(**changes: Any) -> RunReport:
    told: dict[str, Any] = {
        "run_id": "0a1b2c3d-0000",
        "flow": "import_products",
        "shop": "Maison Lenoir",
        "language": "en",
        "started_at": "2026-11-21T06:30:02+00:00",
        "ended_at": "2026-11-21T06:33:20+00:00",
        "state": "CompletedWithRejects",
        "counts": COUNTS,
    }
    return RunReport(**(told | changes))


def a_reject(number: int, **changes: Any) -> RejectReport:
    told: dict[str, Any] = {
        "file": "product.csv",
        "line": number + 2,
        "key": f"REF{number}",
        "column": "price",
        "value": "12,3,4",
        "reason": "not a number",
        "remedy": "Write digits.",
    }
    return RejectReport(**(told | changes))


class Page(HTMLParser):
    """What a browser would see: texts, tags, and every address it would ask for."""

    VOID = frozenset({"meta", "br", "img", "input", "link"})

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag
        if tag in {"td", "th", "dt", "dd", "li"}:
            self.words.append(" ")

    def handle_data(self, data: str) -> None:
        if not self.open or self.open[-1] not in {"style", "title"}:
            self.words.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"[ \n]+", " ", "".join(self.words))


def seen(report: RunReport) -> str:
    return Page(html(report)).text

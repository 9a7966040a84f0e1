"""Endpoints under ``/_sandbox/`` by which other processes look into the shop and bring faults about."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from deployments.sandbox.shop.faults import FAULT_KINDS, Fault
from deployments.sandbox.shop.http import HttpReply

if TYPE_CHECKING:
    from collections.abc import Callable

    from deployments.sandbox.shop.faults import Faults

PREFIX = "/_sandbox/"
_LAST_REQUESTS = 1_000


@dataclass(frozen=True, slots=True)
class Panel:
    """What the endpoints can reach."""

    requests: Callable[[], list[tuple[str, str, int]]]
    writes: Callable[[], int]
    reset: Callable[[], None]
    rows: Callable[[str], list[dict[str, Any]]]
    snapshot: Callable[[], dict[str, Any]]
    change: Callable[[str, int, dict[str, Any]], None]
    insert: Callable[[str, dict[str, Any]], int]
    faults: Faults

    def answer(self, method: str, path: str, body: bytes) -> HttpReply:
        """The reply as JSON; 400 with the reason when the question makes no sense."""
        try:
            return _json(200, self._answer(method, path, json.loads(body) if body else {}))
        except (KeyError, TypeError, ValueError) as fault:
            return _json(400, {"error": str(fault)})

    def _answer(self, method: str, path: str, asked: Any) -> Any:
        name, _, rest = path.partition("/")
        answers: dict[str, Callable[[], Any]] = {
            "requests": self._counts,
            "reset": self.reset,
            "faults": lambda: self._set_faults(method, asked),
            "snapshot": self.snapshot,
            "rows": lambda: self._put(rest, asked) if method == "POST" else self.rows(rest),
        }
        if name not in answers:
            raise ValueError(f"unknown endpoint {name!r}; known: {', '.join(answers)}")
        return answers[name]()

    def _counts(self) -> dict[str, Any]:
        seen = self.requests()
        told = sum(method == "PUT" and "/passerelle_board" in path for method, path, _ in seen)
        counts = {"total": len(seen), "writes": self.writes(), "writes_of_page": told}
        return counts | {"requests": seen[-_LAST_REQUESTS:]}

    def _put(self, path: str, values: dict[str, Any]) -> dict[str, int]:
        """``rows/products`` inserts a row, ``rows/products/5`` edits one."""
        resource, _, identifier = path.partition("/")
        if not identifier:
            return {"id": self.insert(resource, values)}
        self.change(resource, int(identifier), values)
        return {"id": int(identifier)}

    def _set_faults(self, method: str, asked: Any) -> Any:
        """``{"kind": …}`` adds a rule, ``{"chance": {"seed": …, "rate": …}}`` a chance, DELETE clears both."""
        if method == "DELETE":
            self.faults.clear()
        elif method == "POST" and "chance" in asked:
            self.faults.chance(**asked["chance"])
        elif method == "POST":
            self.faults.add(Fault(**asked))
        return {"kinds": FAULT_KINDS, "struck": self.faults.struck}


def _json(status: int, content: Any) -> HttpReply:
    text = json.dumps(content, ensure_ascii=False, default=str)
    return HttpReply(status, [("Content-Type", "application/json")], text.encode())

"""Collects, while tests run, the kinds of requests that sandboxes of this process receive from the product."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.contract.cegid import census as cegid
from tests.contract.dolibarr import census as dolibarr
from tests.contract.prestashop.census.kinds import kind_of

if TYPE_CHECKING:
    from deployments.sandbox.shop.http import HttpRequest

SEEN = Path(__file__).parents[4] / "build" / "census"
USER_AGENT = "Passerelle"

_INVENTED = re.compile(rb"\b(colour|foo)\b")
"""Fields that no shop has: tests ask for them to see the refusal."""


class Collector:
    """The kinds seen so far, with all the elements that requests of each have named."""

    def __init__(self) -> None:
        self._seen: dict[str, set[str]] = defaultdict(set)

    def note(self, request: HttpRequest) -> None:
        """Counts a request to a shop when it comes from the product."""
        ours = request.headers.get("user-agent", "") == USER_AGENT
        if ours and _is_whole(request) and not _invented(request):
            kind = kind_of(request.method, request.target, request.body)
            self._seen[kind.name].update(kind.elements)

    def note_call(self, client: str, service: str, operation: str, body: bytes) -> None:
        """Counts a call of Cegid when it comes from the product."""
        if client.startswith(cegid.CLIENT) and operation:
            self._seen[f"{service}.{operation}"].update(cegid.paths(body))

    def note_rest(self, client: str, verb: str, path: str, query: dict[str, str], body: Any, status: int) -> None:
        """Counts a request to Dolibarr that it took and that comes from the product."""
        if client == USER_AGENT and status in {200, 304}:
            name, elements = dolibarr.kind_of(verb, path, query, body)
            self._seen[name].update(elements)

    def add(self, seen: Mapping[str, Iterable[str]]) -> None:
        """What another process has seen."""
        for name, elements in seen.items():
            self._seen[name].update(elements)

    def as_json(self) -> dict[str, list[str]]:
        """What was seen, in a fixed order."""
        return {name: sorted(elements) for name, elements in sorted(self._seen.items())}


def _is_whole(request: HttpRequest) -> bool:
    """Whether a document came to its end: tests cut connections and kill processes while one is sent."""
    if request.method not in {"POST", "PUT", "PATCH"}:
        return True
    body = request.body.strip()
    return bool(body) and (not body.startswith(b"<") or body.endswith(b"</prestashop>"))


def _invented(request: HttpRequest) -> bool:
    return _INVENTED.search(request.target.encode()) is not None or b"<foo>" in request.body


def keep(seen: Mapping[str, list[str]], folder: Path = SEEN) -> None:
    """Leaves what a session has seen where `refresh` finds it."""
    if not seen:
        return
    text = json.dumps(seen, indent=1)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{sha256(text.encode()).hexdigest()[:16]}.json").write_text(text, encoding="utf-8")


def kept() -> dict[str, list[str]]:
    """What the sessions since the last `refresh` have seen."""
    together = Collector()
    for path in sorted(SEEN.glob("*.json")):
        together.add(json.loads(path.read_text(encoding="utf-8")))
    return together.as_json()


def forget() -> None:
    """Removes what sessions have left."""
    for path in SEEN.glob("*.json"):
        path.unlink()

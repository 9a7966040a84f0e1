"""The exchanges recorded on a real 8.2.0, where they lie beside the checkout."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

RECORDINGS = Path(__file__).parents[5] / "shared" / "reference" / "prestashop" / "recordings"


@dataclass(frozen=True)
class Exchange:
    """One request and what the real shop answered."""

    name: str
    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    status: int
    answer_headers: dict[str, str]
    answer: bytes
    side_effects: dict[str, Any]


def present() -> bool:
    return RECORDINGS.is_dir()


def load(name: str) -> Exchange:
    """One exchange by folder and case, as `05_multi/products_post_1`."""
    told = json.loads((RECORDINGS / f"{name}.json").read_text(encoding="utf-8"))
    request, response = told["request"], told["response"]
    return Exchange(
        name=name,
        method=request["method"],
        path=request["path"],
        headers=request.get("headers") or {},
        body=_bytes(request),
        status=response["status"],
        answer_headers={key.lower(): value for key, value in response["headers"].items()},
        answer=_bytes(response),
        side_effects=told.get("side_effects") or {},
    )


def names() -> list[str]:
    """All recorded cases; none when the recordings are absent."""
    return sorted(str(path.relative_to(RECORDINGS).with_suffix("")) for path in RECORDINGS.glob("*/*.json"))


def _bytes(part: dict[str, Any]) -> bytes:
    text = part.get("body") or ""
    return base64.b64decode(text) if part.get("body_encoding") == "base64" else text.encode()

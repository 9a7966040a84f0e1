"""The exchanges recorded on a real PrestaShop 8.2.0, where they lie beside the checkout."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

_RECORDINGS = Path(__file__).resolve().parents[4] / "shared" / "reference" / "prestashop" / "recordings"


def recording(name: str) -> dict[str, Any]:
    """One exchange, `{"request": ..., "response": ...}`; skips the test where there is none."""
    path = _RECORDINGS / f"{name}.json"
    if not path.exists():
        pytest.skip("the recorded exchanges are not here")
    exchange: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return exchange


def all_recordings() -> list[str]:
    """The names of all exchanges; empty where there are none."""
    return sorted(
        str(path.relative_to(_RECORDINGS).with_suffix(""))
        for path in _RECORDINGS.glob("*/*.json")
        if '"response"' in path.read_text(encoding="utf-8", errors="replace")
    )

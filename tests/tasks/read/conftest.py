from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def dropped(tmp_path: Path) -> Path:
    return tmp_path / "dropped.csv"

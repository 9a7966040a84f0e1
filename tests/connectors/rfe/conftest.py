"""Exchanges of one test do not know those of another."""

from __future__ import annotations

import pytest

from connectors.rfe import keys


@pytest.fixture(autouse=True)
def no_key_is_kept() -> None:
    """Token and key last as long as the process, and a sandbox may be given the port of one that has ended."""
    keys._kept.cache_clear()

"""How many examples Hypothesis draws, by the profile of the session."""

from __future__ import annotations

from hypothesis import settings

_AS_A_RULE = 100


def examples(count: int) -> int:
    """So many under `make test`, a tenth of them under `make quick`, whose profile draws a tenth."""
    return max(1, count * settings.default.max_examples // _AS_A_RULE)  # type: ignore[union-attr]

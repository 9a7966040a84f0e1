"""Ways in which an answer is lost, of which one is played for each flow; the connectors' own tests play them all."""

from __future__ import annotations

import pytest
from _pytest.mark import ParameterSet


def one_of(first: object, *others: object) -> list[object | ParameterSet]:
    """The cases of a test: `first` in `make test`, the others in `make slow`."""
    return [first, *(pytest.param(other, marks=pytest.mark.slow) for other in others)]

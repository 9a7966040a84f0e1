"""`@flow` for flows whose parameters are texts, dates and switches: Prefect is told them without FastAPI.

Prefect imports it to tell any parameter, which takes as long as checking 200,000 rows.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, ParamSpec, TypeVar

from prefect import Flow

P = ParamSpec("P")
R = TypeVar("R")


class PlainFlow(Flow[P, R]):
    """A Prefect flow; a parameter that is none of these is told as Prefect tells it."""

    def serialize_parameters(self, parameters: dict[str, Any]) -> dict[str, Any]:
        """What Prefect shows of the parameters, as JSON has it."""
        if all(value is None or isinstance(value, str | bool | date) for value in parameters.values()):
            return {name: value.isoformat() if isinstance(value, date) else value for name, value in parameters.items()}
        return super().serialize_parameters(parameters)


def flow(*, name: str, persist_result: bool) -> Callable[[Callable[P, R]], PlainFlow[P, R]]:
    """The function as a flow of this name."""
    return lambda function: PlainFlow(function, name=name, persist_result=persist_result)

"""Prefect's `@flow` for flows whose parameters are JSON as they are: texts, numbers, yes or no, lists of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from prefect import Flow

Given = ParamSpec("Given")
Result = TypeVar("Result")


class PlainFlow(Flow[Given, Result]):
    """A flow of Prefect that tells its parameters as they are."""

    def serialize_parameters(self, parameters: dict[str, Any]) -> dict[str, Any]:
        """For Prefect's server; Prefect's own way imports FastAPI, a tenth of a second of every run."""
        return dict(parameters)


def flow(
    *, name: str, flow_run_name: Callable[[], str], persist_result: bool
) -> Callable[[Callable[Given, Result]], PlainFlow[Given, Result]]:
    """As Prefect's decorator of that name."""

    def decorated(work: Callable[Given, Result]) -> PlainFlow[Given, Result]:
        return PlainFlow(work, name=name, flow_run_name=flow_run_name, persist_result=persist_result)

    return decorated

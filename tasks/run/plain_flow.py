"""The `@flow` of our flows: one of Prefect's where Prefect is at hand, and a function with a name everywhere else.

Prefect takes a second to import. What runs a flow for Prefect has imported it before it imports the flow; a run from
cron without a server needs none of it.
"""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable
from functools import cached_property
from typing import TYPE_CHECKING, Any, Generic, ParamSpec, cast

from tasks.run.state import State

if TYPE_CHECKING:
    from tasks.run.prefect_flow import PlainFlow

Given = ParamSpec("Given")


class LateFlow(Generic[Given]):
    """A flow that becomes one of Prefect's, and imports Prefect, when something is asked of it that only Prefect has.

    To call it is such a thing; `work` is the function itself.
    """

    def __init__(self, work: Callable[Given, Awaitable[State]], *, name: str, flow_run_name: Callable[[], str]) -> None:
        self.work = work
        self.name = name
        self.__doc__ = work.__doc__
        self._flow_run_name = flow_run_name

    @cached_property
    def in_prefect(self) -> PlainFlow[Given]:
        """The same as Prefect's flow."""
        from tasks.run.prefect_flow import PlainFlow  # noqa: PLC0415 - imports Prefect

        return PlainFlow(self.work, name=self.name, flow_run_name=self._flow_run_name)

    def __call__(self, *given: Any, **named: Any) -> Any:
        """Runs it as Prefect's."""
        return self.in_prefect(*given, **named)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name == "in_prefect":  # it is no flow of Prefect's that it could be asked of
            raise AttributeError(name)
        return getattr(self.in_prefect, name)


def flow(
    *, name: str, flow_run_name: Callable[[], str]
) -> Callable[[Callable[Given, Awaitable[State]]], PlainFlow[Given]]:
    """As Prefect's decorator of that name."""

    def decorated(work: Callable[Given, Awaitable[State]]) -> PlainFlow[Given]:
        late = LateFlow(work, name=name, flow_run_name=flow_run_name)
        # Prefect looks for a flow of its own class in the module that a deployment names.
        return cast("PlainFlow[Given]", late.in_prefect if "prefect" in sys.modules else late)

    return decorated

"""What the Prefect interface shows beside each parameter of a flow; it reads them from an `Args:` of the docstring."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, TypeVar

Flow = TypeVar("Flow", bound=Callable[..., Any])

TEXTS = {
    "shop": "Path of the shop's folder, on the machine of the worker.",
    "since": "None for a usual run. A date: what was done from that day on is not believed but looked at "
    "again, files of that time included; for a shop that was restored from a backup.",
    "dry_run": "Tells in the report what would be done; nothing is written.",
    "sweep": "Compares everything that is to go with the ledger, as is done once a day anyway.",
    "accept_differences": "Takes over the one document under an order's reference, whatever differs.",
    "accept_guard": "Goes on although a guard's limit is passed. Read the report of the run that was stopped first.",
}


def parameters_told(flow: Flow) -> Flow:
    """The function with the texts of its parameters in its docstring; to be put below `@flow`."""
    told = [f"    {name}: {text}" for name, text in TEXTS.items() if name in inspect.signature(flow).parameters]
    flow.__doc__ = "\n".join([inspect.cleandoc(flow.__doc__ or ""), "", "Args:", *told])
    return flow

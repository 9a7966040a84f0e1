"""The flows that can be run by name, imported only when they are: Prefect takes a second."""

from __future__ import annotations

import gc
from importlib import import_module
from types import ModuleType
from typing import Any

from schemas.flows import FLOWS, FlowName


def flow_named(name: FlowName) -> Any:
    """The Prefect flow called `name`, from the file of that name."""
    declared = FLOWS[name].name
    return getattr(_imported(f"flows.{declared}"), declared)


def _imported(module: str) -> ModuleType:
    """What imports make lives as long as the process: the collector would look through all of it in vain."""
    gc.disable()
    try:
        imported = import_module(module)
        gc.freeze()
    finally:
        gc.enable()
    return imported

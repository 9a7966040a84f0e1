"""The module's PHP, run in a core that only notes what it is told."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from deployments.prestashop_module.pack import MODULE

PHP = shutil.which("php")
CORE = Path(__file__).parent / "prestashop_core.php"

needs_php = pytest.mark.skipif(
    PHP is None or "SimpleXML" not in subprocess.run([PHP, "-m"], capture_output=True, text=True, check=False).stdout,
    reason="php is not installed here, or without its extension for XML",
)


@dataclass(frozen=True)
class Run:
    """What the module told the core, in order, and what it answered."""

    notes: list[tuple[str, str, Any]]
    answer: Any
    classes: list[str]

    def told(self, verb: str) -> list[tuple[str, Any]]:
        return [(name, values) for one, name, values in self.notes if one == verb]

    def named(self, verb: str) -> list[str]:
        return [name for name, _ in self.told(verb)]

    def added(self, name: str) -> list[Any]:
        return [values for one, values in self.told("add") if one == name]

    @property
    def lines(self) -> list[dict[str, str]]:
        return [{str(one.tag): one.text or "" for one in line} for line in etree.fromstring(self.answer)[0]]

    @property
    def fields(self) -> dict[str, str]:
        return {str(one.tag): one.text or "" for one in etree.fromstring(self.answer)[0]}


def run(resource: str, body: bytes = b"", query: str = "", failing: str = "") -> Run:
    """One request to a resource of the module."""
    command = [str(PHP), str(CORE), str(MODULE), resource, query, failing]
    told = subprocess.run(command, input=body, capture_output=True, check=False)
    assert told.returncode == 0, told.stdout + told.stderr
    read = json.loads(told.stdout)
    return Run([tuple(one) for one in read["notes"]], read["answer"], read["classes"])

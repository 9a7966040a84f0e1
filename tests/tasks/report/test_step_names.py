from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tasks.report.texts import texts

TASKS = Path(__file__).parents[3] / "tasks"
SHOWN_BY = {"step", "advance", "fan_out"}
"""What is called with the name of a step that a person sees: in the report, or as it advances."""


def step_names() -> set[str]:
    calls = (node for path in TASKS.rglob("*.py") for node in ast.walk(ast.parse(path.read_text("utf-8"))))
    return {
        argument.value
        for node in calls
        if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) in SHOWN_BY
        for argument in node.args[:1]
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    }


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_step_has_a_name_for_people_in_both_languages(language: str) -> None:
    names = step_names()
    assert len(names) > 25
    assert names - texts(language).catalogue["step"].keys() == set()

"""Whatever a connector raises to be read by a merchant has its text in both languages."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from schemas.messages import catalogue

ROOT = Path(__file__).parents[2]
ERRORS = frozenset({"TransientError", "DeniedError", "UnexpectedReplyError", "DiskFullError"})
"""What stops a run; a RefusedError costs one entity, and the flow that meets it words it."""


def raised() -> Iterator[tuple[str, ast.Call, ast.AST]]:
    """Place, the call that makes an error, and what stands around it."""
    for path in sorted((ROOT / "connectors").rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        around = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ERRORS:
                yield f"{path.relative_to(ROOT).as_posix()}:{node.lineno}", node, around[node]


def test_every_error_with_a_remedy_has_a_text_in_both_languages() -> None:
    found = list(raised())
    assert len(found) > 40
    without = [
        place
        for place, call, around in found
        if any(keyword.arg == "remedy" for keyword in call.keywords)
        and not (isinstance(around, ast.Attribute) and around.attr == "worded")
    ]
    assert without == []


def test_every_text_that_an_error_names_is_there() -> None:
    named = [
        str(node.args[0].value)
        for path in (ROOT / "connectors").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "worded"
        and isinstance(node.args[0], ast.Constant)
    ]
    assert len(named) > 40
    assert sorted(set(named) - catalogue("fr").keys()) == []

"""What the command says is said in French too; the texts are looked for in the sources."""

from __future__ import annotations

import ast
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

from deployments.words import said
from schemas.fault_texts import command_texts

ROOT = Path(__file__).parents[2] / "deployments"


def _constants(node: ast.expr, function: ast.AST) -> Iterator[str]:
    """The texts that an expression may be: a constant, one of two, or what a name was given before."""
    if isinstance(node, ast.Constant):
        yield str(node.value)
    elif isinstance(node, ast.IfExp):
        yield from (*_constants(node.body, function), *_constants(node.orelse, function))
    elif isinstance(node, ast.Name):
        for each in ast.walk(function):
            if isinstance(each, ast.Assign) and ast.unparse(each.targets[0]) == node.id:
                yield from _constants(each.value, function)
            elif isinstance(each, ast.Assign) and isinstance(each.value, ast.Tuple):
                pairs = zip(getattr(each.targets[0], "elts", ()), each.value.elts, strict=False)
                yield from (
                    text
                    for name, value in pairs
                    if ast.unparse(name) == node.id
                    for text in _constants(value, function)
                )
            elif isinstance(each, ast.For) and ast.unparse(each.target) == node.id and isinstance(each.iter, ast.Tuple):
                yield from (text for value in each.iter.elts for text in _constants(value, function))


def _said() -> set[str]:
    texts: set[str] = set()
    for path in ROOT.rglob("*.py"):
        tree = ast.parse(path.read_text("utf-8"))
        functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
        for scope in (tree, *functions):
            for node in ast.walk(scope):
                if isinstance(node, ast.Call) and ast.unparse(node.func) == "said":
                    texts.update(_constants(node.args[0], scope))
    return texts


def test_every_text_of_the_command_has_its_french_and_none_is_left_over() -> None:
    assert _said() == set(command_texts())


@pytest.mark.parametrize(("english", "french"), command_texts().items())
def test_both_languages_have_the_same_fields(english: str, french: str) -> None:
    fields = [{name for _, name, _, _ in string.Formatter().parse(text) if name} for text in (english, french)]
    assert fields[0] == fields[1]


def test_a_text_is_said_in_the_language_of_the_shop_else_of_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "C")
    assert said("Report: {page}", page="a.html") == "Report: a.html"
    assert said("Report: {page}", "fr", page="a.html") == "Rapport : a.html"
    monkeypatch.setenv("LC_ALL", "fr_FR.UTF-8")
    assert said("No run yet.").startswith("Aucune exécution")

"""Every fault of the configuration is read in French too; the texts are looked for in the sources."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from schemas.errors import ConfigFault, ConfigurationError
from schemas.fault_texts import fault_in, faults_text, french_texts, in_french, language_of_locale

ROOT = Path(__file__).parents[2]
MAKERS = frozenset({"ConfigFault", "fault", "_fault", "warn", "_absent", "_note", "fault_at"})
NOT_A_TEXT = frozenset({"sources, X: streams"})
"""Keys of a fault, made of a value."""
Names = Mapping[str, list[ast.expr]]


def _texts(node: ast.expr, names: Names) -> list[str]:
    """What an expression may say, each value in it as X."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    if isinstance(node, ast.JoinedStr):
        return ["".join(str(part.value) if isinstance(part, ast.Constant) else "X" for part in node.values)]
    if isinstance(node, ast.BinOp):
        return [left + right for left in _texts(node.left, names) for right in _texts(node.right, names)]
    if isinstance(node, ast.IfExp):
        return _texts(node.body, names) + _texts(node.orelse, names)
    if isinstance(node, ast.Name):
        return [text for value in names.get(node.id, []) for text in _texts(value, {})]
    return []


def _name(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _told(path: Path) -> Iterator[str]:
    module = ast.parse(path.read_text("utf-8"))
    constants = {
        node.targets[0].id: [node.value]
        for node in module.body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }
    for function in ast.walk(module):
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        own: dict[str, list[ast.expr]] = {}
        for node in ast.walk(function):
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                own.setdefault(node.targets[0].id, []).append(node.value)
        names = constants | own
        for node in ast.walk(function):
            if isinstance(node, ast.Call) and _name(node) in MAKERS:
                said = [*node.args, *(each.value for each in node.keywords if each.arg in {"reason", "remedy"})]
                yield from (text for each in said for text in _texts(each, names))


@pytest.mark.lasting
def test_every_text_of_a_fault_has_its_french() -> None:
    sources = [
        path for part in ("schemas", "connectors", "tasks", "deployments") for path in (ROOT / part).rglob("*.py")
    ]
    texts = {text for path in sources if "sandbox" not in path.parts for text in _told(path) if " " in text}
    assert len(texts) > 100
    # A key with a value in it is no sentence; neither is a code that another catalogue words.
    lacking = {text for text in texts - NOT_A_TEXT if in_french(text) == text}
    assert lacking == set()


def test_french_takes_up_every_value_and_changes_none() -> None:
    for english, french in french_texts().items():
        assert all(f"{{{number}}}" in french for number in range(english.count("{}")) if "instance of" not in english)
    assert in_french("`A B` and `C` are the same code") == "`A B` et `C` sont le même code"
    assert in_french("Remove it; known here: fr, en.") == "Supprimez-la ; connues ici : fr, en."
    assert in_french("Write one of: fr, en. Did you mean `fr`?").endswith(": fr, en. Vouliez-vous dire `fr` ?")
    assert in_french("nobody has worded this") == "nobody has worded this"


def test_a_fault_keeps_its_place_and_stays_english_for_who_reads_english() -> None:
    fault = ConfigFault("settings.toml", "shop.url", "this key is missing", "Fill it in.", 3)
    assert fault_in(fault, "en") == fault
    assert str(fault_in(fault, "fr")) == "settings.toml:3: shop.url: cette clé manque -> Remplissez-la."
    assert faults_text(ConfigurationError((fault, fault)), "fr").count("\n") == 1


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "en"),
        ({"LANG": "fr_FR.UTF-8"}, "fr"),
        ({"LANG": "fr_FR.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LC_MESSAGES": "fr_BE.UTF-8", "LANG": "en_US.UTF-8"}, "fr"),
        ({"LC_ALL": "", "LANG": "de_DE.UTF-8"}, "en"),
    ],
)
def test_without_a_shop_the_language_is_that_of_the_locale(environment: dict[str, str], language: str) -> None:
    assert language_of_locale(environment) == language

"""Public names are made of the words of docs/words.md: those of the former private dialect do not return."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[1]
FLOORS = ("tasks", "connectors")
ROOMS = (
    *(
        path.parent.relative_to(REPOSITORY)
        for floor in FLOORS
        for path in sorted((REPOSITORY / floor).glob("*/__init__.py"))
    ),
    Path("flows"),
)
OWN_WORDS = {"connectors/dolibarr": {"draft"}, "connectors/prestashop": {"settle"}}
"""A document of Dolibarr is a draft until it is validated; `settle_seconds` is a setting."""
WRITE_INSTEAD = {
    "tell, tells, told": "report, notify, read, message",
    "say, says, said": "value, text, message",
    "place, places": "outcome, path, row_number, ids, index",
    "settle, settles, settled": "outcomes, finished, resolve",
    "end, ended": "record_outcome, finish, release",
    "lane, lanes": "write_path",
    "bring, brings, hand": "sync, send",
    "meet, meets": "adapt",
    "owe, owes, owed": "due",
    "courier": "sender",
    "registry": "sync",
    "chapter": "part",
    "claimant": "holder",
    "counter": "sender",
    "take, takes, taken": "acquire, read, move",
    "draft": "pending write",
    "turn, turns": "schedule",
    "halt, problem": "Stop",
}
BANNED = {word: instead for words, instead in WRITE_INSTEAD.items() for word in words.split(", ")}


def names_of(source: str) -> Iterator[str]:
    """The public names that a module gives: classes, functions and their parameters, constants and fields."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name
        elif isinstance(node, ast.arg):
            yield node.arg
    for scope in (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Module | ast.ClassDef)):
        for statement in scope.body:
            targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
            yield from (target.id for target in targets if isinstance(target, ast.Name))


def words_of(name: str) -> set[str]:
    """`LedgerPart` and `ledger_part` are made of `ledger` and `part`."""
    return {word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)}


@pytest.mark.parametrize("room", ROOMS, ids=str)
def test_no_public_name_is_made_of_a_word_of_the_former_dialect(room: Path) -> None:
    found: dict[str, str] = {}
    banned_here = BANNED.keys() - OWN_WORDS.get(str(room), set())
    for path in sorted((REPOSITORY / room).rglob("*.py")):
        for name in {path.stem, *names_of(path.read_text(encoding="utf-8"))}:
            banned = sorted(words_of(name) & banned_here) if not name.startswith("_") else []
            found |= {f"{path.relative_to(REPOSITORY)}: {name}": BANNED[word] for word in banned}
    assert found == {}


def test_a_banned_word_is_found_in_classes_functions_parameters_fields_and_constants() -> None:
    source = "TOLD = 1\nclass FastLane:\n    place: int\n    def settle(self, said): ...\n"
    banned = {name for name in names_of(source) if words_of(name) & BANNED.keys()}
    assert banned == {"TOLD", "FastLane", "place", "settle", "said"}

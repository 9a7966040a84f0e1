"""What a French merchant reads has one apostrophe, the typographic one; what is to be typed stays as it is typed."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
STARTED_FROM = [ROOT / f"schemas/defaults/{name}.fr.toml" for name in ("settings", "associations")]
CATALOGUES = {*(ROOT / "schemas/defaults").glob("*.fr.toml"), ROOT / "tasks/report/templates/report.fr.toml"}
FILES = sorted(CATALOGUES - set(STARTED_FROM))
IN_BOTH = ROOT / "schemas/defaults/back_office.toml"
OF_MODULE = ROOT / "deployments/prestashop_module/passerelle/translations/fr.php"
CODE = ("connectors", "deployments", "flows", "schemas", "tasks")
_STRAIGHT = re.compile(r"(?<=[^\W\d_])'(?=[^\W\d_]|[{«\"“`])")
_ELIDED = re.compile(r"(?<![\w'])(?:[cdjlmnstCDJLMNS]|[Qq]u|[Ll]orsqu|[Pp]uisqu|[Jj]usqu)'(?=[aeéèêàâîôuhyAEÉÈÊÀI]\w)")
_TYPED = re.compile("`[^`]*`")


def texts(part: Any, at: str = "") -> Iterator[tuple[str, str]]:
    """Every text of a table, with the keys that lead to it."""
    if isinstance(part, dict):
        for key, value in part.items():
            yield from texts(value, f"{at}.{key}" if at else key)
    elif isinstance(part, list):
        for number, value in enumerate(part):
            yield from texts(value, f"{at}.{number}")
    elif isinstance(part, str):
        yield at, part


def straight(text: str) -> bool:
    return _STRAIGHT.search(_TYPED.sub("``", text)) is not None


@pytest.mark.parametrize("file", FILES, ids=lambda path: path.name)
def test_french_texts_have_the_typographic_apostrophe(file: Path) -> None:
    told = dict(texts(tomllib.loads(file.read_text("utf-8"))))
    assert told
    assert [at for at, text in told.items() if straight(text)] == []


@pytest.mark.parametrize("file", STARTED_FROM, ids=lambda path: path.name)
def test_the_comments_of_the_files_to_start_from_have_it_too(file: Path) -> None:
    comments = [line for line in file.read_text("utf-8").splitlines() if "# " in line]
    assert comments
    assert [line for line in comments if straight(line)] == []


def test_the_settings_of_the_page_in_the_back_office_have_it_too() -> None:
    french = {at: text for at, text in texts(tomllib.loads(IN_BOTH.read_text("utf-8"))) if at.endswith("fr")}
    assert french
    assert [at for at, text in french.items() if straight(text)] == []


def test_the_pages_of_the_module_have_it_too() -> None:
    french = re.findall(r"= '((?:[^'\\]|\\.)*)';", OF_MODULE.read_text("utf-8"))
    assert len(french) > 50
    assert [text for text in french if "\\'" in text] == []


def test_french_words_in_the_code_have_it_too() -> None:
    """Of the sandboxes, which speak as the systems do that they stand for, and of comments nobody asks it."""
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for folder in CODE
        for path in sorted((ROOT / folder).rglob("*.*"))
        if path.suffix in {".py", ".php", ".tpl", ".j2", ".js", ".json"} and "sandbox" not in path.parts
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if not line.lstrip().startswith(("#", "//", "*")) and _ELIDED.search(line)
    ]
    assert found == []


@pytest.mark.parametrize(
    ("text", "is_straight"),
    [("l'ERP", True), ("l\u2019ERP", False), ("Lancez `echo l'ERP`.", False), ("d'« ERP »", True), ("'x'", False)],
)
def test_what_is_typed_and_what_is_quoted_is_no_apostrophe(text: str, is_straight: bool) -> None:
    assert straight(text) is is_straight

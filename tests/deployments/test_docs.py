"""What the documents say is what the code has."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import get_args

import pytest

from deployments.exits import Exit
from schemas.flows import IMPORTS, FlowName
from schemas.import_json import default_import_spec
from schemas.outcomes import Outcome
from schemas.settings import default_settings_text

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
_LINK = re.compile(r"\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)")


def read(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_leads_somewhere(document: Path) -> None:
    for target in _LINK.findall(document.read_text("utf-8")):
        assert (document.parent / target).exists(), target


def test_every_place_that_a_newcomer_is_sent_to_exists() -> None:
    named = re.findall(
        r"`((?:schemas|tasks|connectors|flows|deployments|tests|docs)/[\w*./-]+)`", read("CONTRIBUTING.md")
    )
    assert len(named) > 20
    assert [place for place in named if not list(ROOT.glob(place.rstrip("/")))] == []


def test_every_right_that_is_needed_is_in_the_table_of_boxes_to_tick() -> None:
    rows = dict(re.findall(r"^\| (\w+) \|(.*)$", read("docs/getting-started.md"), re.MULTILINE))
    for resource, methods in IMPORTS["product"].rights.items():
        ticked = [bool(cell.strip()) for cell in rows[resource].split("|")[:3]]
        assert ticked == [method in methods for method in ("GET", "POST", "PUT")], resource
    for resource, methods in IMPORTS["stock"].rights.items():
        assert set(methods) <= set(IMPORTS["product"].rights[resource])


def test_every_setting_of_an_import_is_explained_with_its_default() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \|([^|]*)\|", read("docs/settings.md"), re.MULTILINE))
    settings = tomllib.loads(default_settings_text("en"))
    tables = [settings[name] for name in ("shop", "files", "products", "stock", "read_back", "guards")]
    for table in [*tables, settings["shop"]["limits"]]:
        for key, default in table.items():
            if key in {"url", "key", "name"} or isinstance(default, dict):
                continue
            told = rows[key].strip().strip("`")
            wanted = str(default).lower() if isinstance(default, bool) else str(default)
            is_number = isinstance(default, int | float) and not isinstance(default, bool)
            assert float(told) == default if is_number else told == wanted, key


def test_every_exit_code_is_explained() -> None:
    told = read("docs/operations.md")
    for code in Exit:
        assert f"| {code.value} |" in told, code


def test_every_product_column_is_explained() -> None:
    told = read("docs/column-spec.md")
    for column in default_import_spec().streams["product"].columns:
        assert f"| `{column.key}` |" in told, column.key


def test_every_outcome_is_explained() -> None:
    told = read("docs/reports.md").partition("## The outcomes")[2]
    for outcome in Outcome:
        assert outcome.value in told


def test_the_readme_names_every_flow() -> None:
    told = read("README.md")
    for flow in get_args(FlowName):
        assert f"`{flow}`" in told, flow


def test_d34_what_a_stock_write_does_not_set_off_is_said_to_the_operator() -> None:
    assert "actionUpdateQuantity" in read("docs/operations.md")


def test_every_test_that_the_page_on_security_names_is_there() -> None:
    named = set(re.findall(r"`(test_[a-z0-9_]+)`", (ROOT / "docs/security.md").read_text("utf-8")))
    texts = [path.read_text("utf-8") for path in (ROOT / "tests").rglob("test_*.py")]
    there = {name for text in texts for name in re.findall(r"def (test_\w+)\(", text)}
    assert len(named) > 20
    assert named - there == set()

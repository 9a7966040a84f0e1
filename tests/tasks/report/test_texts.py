"""The texts of a report in both languages, and how it writes amounts."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

import pytest

from tasks.report.texts import LANGUAGES, TEMPLATES, texts


@pytest.mark.parametrize(
    ("language", "field", "old", "new", "shown"),
    [
        ("fr", "price", "21.900000", "11.900000", ("21,90", "11,90", "-46\N{NO-BREAK SPACE}%")),
        ("en", "price", "1234.500000", "1296.225000", ("1,234.50", "1,296.225", "+5.0%")),
        ("fr", "weight", "0.000000", "0.350000", ("0,00", "0,35", "")),
        ("fr", "price", "", "12.000000", ("", "12,00", "")),
        ("fr", "reference", "12.000000", "13.000000", ("12.000000", "13.000000", "")),
        ("fr", "price", "about 12", "12.000000", ("about 12", "12,00", "")),
    ],
)
def test_amounts_of_a_change_are_written_as_people_write_them_and_nothing_else_is(
    language: str, field: str, old: str, new: str, shown: tuple[str, str, str]
) -> None:
    words = texts(language)
    assert (words.value(field, old), words.value(field, new), words.step(field, old, new)) == shown


_SENDS = frozenset({"get", "write", "_list", "_one", "_guarded_one", "_created", "_act", "_write_text", "_get_or_none"})
_HANDS_ON = frozenset({"_file", "_all_products"})


def test_requests_to_an_erp_are_named_in_the_language_of_the_report() -> None:
    named = _actions(Path("connectors/dolibarr"))
    assert len(named) > 50
    french, english = (texts(code).catalogue["erp_request"] for code in ("fr", "en"))
    assert named - french.keys() == set()
    assert {name for name in named if french[name] == english[name]} == set()
    assert (
        texts("fr").request("dolibarr read an order", 3)
        == "3\u00a0\N{MULTIPLICATION SIGN}\u00a0lire une commande (Dolibarr)"
    )
    assert (
        texts("fr").request("cegid SaleDocument.Create", 1)
        == "1\u00a0\N{MULTIPLICATION SIGN}\u00a0SaleDocument.Create (Cegid)"
    )


def _actions(folder: Path) -> set[str]:
    """What the requests of a connector are called where they are sent."""
    calls = [node for file in folder.glob("*.py") for node in ast.walk(ast.parse(file.read_text("utf-8")))]
    return {
        str(part.value)
        for node in calls
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _SENDS | _HANDS_ON
        for part in node.args
        if isinstance(part, ast.Constant) and re.fullmatch("[a-z][A-Za-z' ]+ [A-Za-z' ]+", str(part.value))
    }


@pytest.mark.parametrize(
    ("language", "count", "wanted"),
    [
        ("fr", 0, "0 écriture"),
        ("fr", 1, "1 écriture"),
        ("fr", 2, "2 écritures"),
        ("en", 0, "0 writes"),
        ("en", 1, "1 write"),
    ],
)
def test_words_agree_with_the_number_before_them(language: str, count: int, wanted: str) -> None:
    assert texts(language).request("writes", count) == wanted


def test_both_languages_hold_the_same_keys_and_placeholders() -> None:
    catalogues = [tomllib.loads((TEMPLATES / f"report.{code}.toml").read_text("utf-8")) for code in LANGUAGES]
    shapes = [
        {
            (section, key): sorted(re.findall(r"\{\w+\}", str(text)))
            for section, entries in catalogue.items()
            if isinstance(entries, dict)
            for key, text in entries.items()
        }
        for catalogue in catalogues
    ]
    assert shapes[0] == shapes[1]


def test_where_rows_ended_is_counted_in_words_that_agree_with_any_number() -> None:
    counts = {"created": 1, "updated": 0, "rejected": 2}
    assert texts("en").outcomes(counts) == "1 created, 2 rejected"
    assert texts("fr").outcomes(counts) == "créées\u00a0: 1, rejetées\u00a0: 2"
    assert texts("fr").outcomes(counts, "planned") == "à créer\u00a0: 1, rejetées\u00a0: 2"
    assert texts("fr").outcomes({}) == ""


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_flow_has_a_name_that_a_person_reads(language: str) -> None:
    files = (Path(__file__).parents[3] / "flows").glob("*.py")
    names = [name for file in files for name in re.findall(r"@flow\(name=\"(\w+)\"", file.read_text("utf-8"))]
    assert len(names) > 20
    assert sorted(set(names) - texts(language).catalogue["flow"].keys()) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_of_change_that_a_plan_names_has_a_word(language: str) -> None:
    sources = [path.read_text("utf-8") for path in (Path(__file__).parents[3] / "tasks").rglob("*.py")]
    kinds = {kind for source in sources for kind in re.findall(r"PlannedChange\(\s*[^,()]+,\s*\"(\w+)\"", source)}
    assert len(kinds) > 2
    assert kinds - texts(language).catalogue["kind"].keys() == set()

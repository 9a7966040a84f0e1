"""Where an error happened, said in the language of whoever reads it."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from schemas.error_texts import error_text, where_failed
from schemas.errors import TransientError

ROOT = Path(__file__).parents[2]
FRENCH = tomllib.loads((ROOT / "schemas/defaults/actions.fr.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("system", "action", "english", "french"),
    [
        ("plan", "carry out", "plan, carry out 12", "plan, appliquer 12"),
        ("PrestaShop", "GET products", "PrestaShop, GET products 12", "PrestaShop, GET products 12"),
        ("Cegid", "UpdateHeader", "Cegid, UpdateHeader 12", "Cegid, UpdateHeader 12"),
        ("files", "read or write", "files, read or write 12", "fichiers, lire ou écrire 12"),
        (
            "ledger",
            "keep the lease of import_stock for",
            "ledger, keep the lease of import_stock for 12",
            "registre 12",
        ),
    ],
)
def test_french_says_no_english_action(system: str, action: str, english: str, french: str) -> None:
    error = TransientError("x", system=system, action=action, key="12")
    assert (where_failed(error, "en"), where_failed(error, "fr")) == (english, french)


def test_an_error_of_the_ledger_reads_as_french_throughout() -> None:
    error = TransientError("no answer", system="ledger", action="read links").worded("ledger_away")
    assert error_text(error, "fr").startswith("registre\u00a0: ")
    assert error_text(error, "en").startswith("ledger, read links: ")


def test_a_request_for_the_root_has_no_gap_behind_its_verb() -> None:
    error = TransientError("no answer", system="PrestaShop", action="GET ")
    assert where_failed(error, "fr") == "PrestaShop, GET"
    assert str(error) == "PrestaShop, GET: no answer"


def test_every_action_with_french_words_is_one_of_ours() -> None:
    """A phrase that nothing says any more would stand there for ever."""
    code = "\n".join(
        path.read_text(encoding="utf-8")
        for room in ("connectors", "tasks", "schemas", "deployments")
        for path in (ROOT / room).rglob("*.py")
    )
    said = set(re.findall(r'"([a-z][a-z\' ]*)"', code))
    assert [action for action in FRENCH["actions"] if action not in said] == []

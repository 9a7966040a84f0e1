"""`passerelle init --example`: a folder with files of a few articles, and commands that can be pasted as they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from deployments.cli import answer
from deployments.exits import Exit
from schemas.associations import parse_associations
from schemas.settings import parse_settings
from tasks.files.waiting import is_due
from tasks.run.shop_folder import open_shop_folder


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_example_brings_files_and_says_what_to_type(
    tmp_path: Path, language: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert answer(["init", "boutique", "--example", "--language", language]) == Exit.COMPLETED
    said = capsys.readouterr().out
    assert "passerelle plan import_products --shop boutique" in said
    assert "passerelle sandbox" in said
    assert said.index("passerelle arm --shop boutique") < said.index("passerelle run import_files --shop boutique")
    folder = open_shop_folder(tmp_path / "boutique")
    assert is_due(folder, "product", again=False)
    assert is_due(folder, "stock", again=False)
    settings = parse_settings((folder.path / "settings.toml").read_text("utf-8"), source="settings.toml")
    assert settings.shop.url == "http://127.0.0.1:8080"
    taxes = parse_associations((folder.path / "associations.toml").read_text("utf-8"), source="associations.toml").taxes
    assert taxes["N"] == 1


def test_without_it_nothing_is_dropped(tmp_path: Path) -> None:
    answer(["init", str(tmp_path / "boutique")])
    assert not list((tmp_path / "boutique" / "streams").rglob("*.csv"))

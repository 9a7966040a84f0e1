"""Templates are compiled once on a machine, beside the templates."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from jinja2 import Environment, FileSystemLoader

from tasks.report.page import CompiledTemplates


@pytest.fixture
def template(tmp_path: Path) -> Path:
    path = tmp_path / "page.j2"
    path.write_text("Bonjour {{ name }}", encoding="utf-8")
    return path


def _rendered(template: Path, kept: Path) -> str:
    cache = CompiledTemplates(str(kept))
    return (
        Environment(loader=FileSystemLoader(template.parent), autoescape=True, bytecode_cache=cache)
        .get_template(template.name)
        .render(name="Zoé")
    )


def test_a_template_is_compiled_once_and_anew_when_it_has_changed(
    template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    kept = tmp_path / "__pycache__"
    assert _rendered(template, kept) == "Bonjour Zoé"
    (compiled,) = kept.iterdir()
    before = compiled.stat().st_mtime_ns
    assert _rendered(template, kept) == "Bonjour Zoé"
    assert compiled.stat().st_mtime_ns == before
    template.write_text("Bonsoir {{ name }}", encoding="utf-8")
    assert _rendered(template, kept) == "Bonsoir Zoé"


@pytest.mark.parametrize("written", [True, False])
def test_where_nothing_may_be_kept_the_page_is_written_all_the_same(
    template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, written: bool
) -> None:
    """A folder that cannot be made, as where the code belongs to another, or a Python that writes none."""
    monkeypatch.setattr(sys, "dont_write_bytecode", not written)
    kept = tmp_path / "not there" / "__pycache__" if written else tmp_path / "__pycache__"
    assert _rendered(template, kept) == "Bonjour Zoé"
    assert not kept.exists()

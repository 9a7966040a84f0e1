"""The module as it is shipped: PHP that a shop can load, in an archive that is the same every time."""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest
from lxml import etree

from deployments.prestashop_module.pack import MODULE, date_of, pack
from deployments.sandbox.shop.module.facts import MODULE_VERSION
from deployments.sandbox.shop.schema import MODULE_RESOURCES, resources_of

PHP = shutil.which("php")
FILES = sorted(MODULE.rglob("*.php"))
MAIN = (MODULE / "passerelle.php").read_text(encoding="utf-8")
NEWER_THAN_7_1 = {
    "arrow functions": r"\bfn\s*\(",
    "the nullsafe operator": r"\?->",
    "assignment by ??=": r"\?\?=",
    "match": r"\bmatch\s*\(",
    "typed properties": r"(public|protected|private)\s+(static\s+)?(?!static\b)\??[A-Za-z\\]+\s+\$",
    "a comma after the last argument": r"(?<!list)\([^\[\]()]*,\s*\)",
    "named arguments": r"\(\s*[a-z_]+:\s",
    "union types": r"\b[A-Za-z]+\|[A-Za-z]+\s+\$",
}

needs_php = pytest.mark.skipif(PHP is None, reason="php is not installed here")


def names(path: Path) -> str:
    return path.relative_to(MODULE).as_posix()


@needs_php
@pytest.mark.parametrize("path", FILES, ids=names)
def test_a_file_is_valid_php(path: Path) -> None:
    told = subprocess.run([str(PHP), "-l", str(path)], capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stdout


@pytest.mark.parametrize("path", FILES, ids=names)
def test_a_file_keeps_to_the_syntax_of_php_7_1(path: Path) -> None:
    code = re.sub(
        r"/\*.*?\*/|//[^\n]*|'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\"", "''", path.read_text("utf-8"), flags=re.DOTALL
    )
    assert [name for name, pattern in NEWER_THAN_7_1.items() if re.search(pattern, code)] == []


def test_every_folder_turns_visitors_away() -> None:
    folders = {MODULE, *(path for path in MODULE.rglob("*") if path.is_dir())}
    assert [names(folder) for folder in folders if not (folder / "index.php").is_file()] == []


def test_every_class_is_loaded_by_the_shop_only() -> None:
    classes = [path for path in FILES if path.name not in {"index.php", "fr.php"}]
    guarded = [path for path in classes if "if (!defined('_PS_VERSION_')) {\n    exit;" in path.read_text("utf-8")]
    assert classes == guarded


def test_every_class_is_named_in_the_module() -> None:
    classes = {path.stem for path in (MODULE / "classes").glob("*.php")} - {"index", "PasserelleSpecificResource"}
    assert classes == {name for name in classes if f"'{name}'" in MAIN}


def test_versions_agree() -> None:
    (told,) = re.findall(r"->version = '([^']+)'", MAIN)
    configured = etree.parse(MODULE / "config.xml").findtext("version")
    assert (told, configured) == (MODULE_VERSION, MODULE_VERSION)


def test_texts_are_translated_to_french() -> None:
    french = (MODULE / "translations" / "fr.php").read_text(encoding="utf-8")
    board = "".join(path.read_text("utf-8") for path in (MODULE / "controllers").rglob("*.php"))
    template = (MODULE / "views" / "templates" / "admin" / "passerelle_board.tpl").read_text("utf-8")
    texts = [("passerelle", text) for text in re.findall(r"->l\('([^']+)'\)", MAIN)]
    found = re.findall(r"->l\('([^']+)', 'passerelle_board'\)", board) + re.findall(r"\{l s='([^']+)' mod", template)
    texts += [("passerelle_board", text) for text in found]
    keys = [f"{source}_{hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()}" for source, text in texts]
    assert len(keys) > 50
    assert [text for (_, text), key in zip(texts, keys, strict=True) if f"{key}'] = '" not in french] == []


def test_what_a_template_shows_is_escaped() -> None:
    """Numbers are cast, our own constant texts come from `l`; an address is escaped as any text is."""
    for path in MODULE.rglob("*.tpl"):
        shown = re.findall(r"\{(\$[^}]*)\}", path.read_text("utf-8"))
        assert shown
        assert [text for text in shown if not re.search(r"\|(escape:'html':'UTF-8'|intval)$", text)] == []


def test_the_sandbox_offers_the_same_resources_with_the_same_methods() -> None:
    read_only = re.search(r"\$readOnly = \[(.*?)\];", MAIN)
    assert read_only
    told = {}
    for name, entry in re.findall(r"            '(\w+)' => \[\n(.*?)\n            \],", MAIN, flags=re.DOTALL):
        if "description" in entry:
            methods = re.search(r"'forbidden_method' => (.*),", entry)
            assert methods
            told[name] = re.findall(r"[A-Z]{3,}", methods[1].replace("$readOnly", read_only[1]))
    offered = resources_of("8.2", module=True)
    assert told == {name: list(offered[name].forbidden) for name in MODULE_RESOURCES}


def test_the_archive_holds_the_module_and_is_the_same_every_time(tmp_path: Path) -> None:
    first, second = pack(tmp_path / "first.zip"), pack(tmp_path / "second.zip")
    assert first.read_bytes() == second.read_bytes()
    with zipfile.ZipFile(first) as archive:
        held = {entry.filename: archive.read(entry) for entry in archive.infolist()}
    assert held == {f"passerelle/{names(path)}": path.read_bytes() for path in MODULE.rglob("*") if path.is_file()}


def test_every_file_says_its_licence_and_the_archive_brings_it(tmp_path: Path) -> None:
    licence = " * @license https://www.apache.org/licenses/LICENSE-2.0 Apache-2.0\n */\n"
    assert [names(path) for path in FILES if licence not in path.read_text("utf-8")[:1500]] == []
    with zipfile.ZipFile(pack(tmp_path / "module.zip")) as archive:
        assert archive.read("passerelle/LICENSE") == (MODULE.parents[2] / "LICENSE").read_bytes()
        assert archive.read("passerelle/logo.png").startswith(b"\x89PNG\r\n\x1a\n")


def test_a_file_that_changed_has_another_date_in_the_archive(tmp_path: Path) -> None:
    with zipfile.ZipFile(pack(tmp_path / "module.zip")) as archive:
        dates = {entry.filename: entry.date_time for entry in archive.infolist()}
    main = "passerelle/passerelle.php"
    assert dates[main] == date_of((MODULE / "passerelle.php").read_bytes())
    assert dates[main] != date_of((MODULE / "passerelle.php").read_bytes() + b"\n")

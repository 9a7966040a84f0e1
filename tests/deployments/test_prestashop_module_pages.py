"""The PHP behind the module's pages: what a form that was cut asks for, what an order's page names, PDFs of no row."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from deployments.prestashop_module.pack import MODULE

PHP = shutil.which("php")
CORE = Path(__file__).parent / "prestashop_page.php"

pytestmark = pytest.mark.skipif(PHP is None, reason="php is not installed here")


def run(call: str, with_: Any = None, rows: Any = None, downloads: Path = Path()) -> tuple[Any, list[str]]:
    """What the module answers, and the statements that the database was told."""
    asked = json.dumps({"call": call, "with": with_, "rows": rows or {}})
    command = [str(PHP), str(CORE), str(MODULE), str(downloads)]
    told = subprocess.run(command, input=asked, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stdout + told.stderr
    read = json.loads(told.stdout)
    return read["answer"], read["told"]


def test_an_association_whose_right_side_was_not_sent_is_not_taken_out() -> None:
    whole = {"code": "NOR", "seen": "1", "value": "2"}
    emptied = {"code": "RED", "seen": "2", "value": ""}
    cut = {"code": "OLD", "seen": "3"}
    noted, told = run("associations", {"taxes": [whole, emptied, cut]})
    assert noted is True
    (insert,) = [sql.replace("\\", "") for sql in told if sql.startswith("INSERT")]
    assert '[{"key":"taxes.NOR","seen":"1","value":"2"},{"key":"taxes.RED","seen":"2","value":""}]' in insert
    assert run("associations", {"taxes": [cut]})[0] is False


def test_references_are_compared_whatever_the_collations_of_the_tables() -> None:
    _, (told,) = run("orders")
    assert "CAST(b.`reference` AS BINARY) = CAST(o.`reference` AS BINARY)" in told


def test_an_orders_page_names_a_document_that_has_the_number_of_another_kind() -> None:
    documents: list[dict[str, Any]] = [
        {"type": kind, "number": "7", "lines": []} for kind in ("invoice", "credit", "delivery", "order")
    ]
    shown, _ = run("page", {"documents": documents, "invoices": [{"kind": "invoice", "number": "7"}]})
    assert [each["type"] for each in shown] == ["credit", "delivery", "order"]


def test_pdfs_that_no_row_names_go_after_a_day(tmp_path: Path) -> None:
    folder = tmp_path / "passerelle"
    folder.mkdir()
    named, stray, cut, young = (letter * 40 for letter in "abcd")
    for name in (named, stray, f"{cut}.part", young, "index.php"):
        (folder / name).write_bytes(b"%PDF-")
        os.utime(folder / name, (time.time() - 2 * 86400,) * 2)
    os.utime(folder / young)
    rows = {"passerelle_invoice": [{"file": named}]}
    run("strays", rows=rows, downloads=tmp_path)
    assert {path.name for path in folder.iterdir()} == {named, young, "index.php", ".looked"}
    (folder / stray).write_bytes(b"%PDF-")
    os.utime(folder / stray, (time.time() - 2 * 86400,) * 2)
    assert run("strays", rows=rows, downloads=tmp_path)[1] == []

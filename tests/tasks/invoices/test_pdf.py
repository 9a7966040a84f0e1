from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from connectors.files.dropped import content_hash
from tasks.invoices.pdf import find_pdf
from tasks.invoices.plan import Pdf
from tasks.run.outcomes import Stop

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
MOST = 10_000


def code(name: str, folder: Path) -> str:
    found = find_pdf(name, [folder], most_bytes=MOST)
    assert isinstance(found, Stop), found
    return found.code


def test_a_whole_pdf_is_found_in_the_first_folder_that_has_it(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    for folder in (first, second):
        folder.mkdir()
    (second / "FA 1é.pdf").write_bytes(PDF)
    path, hashed = second / "FA 1é.pdf", hashlib.sha256(PDF).hexdigest()
    assert find_pdf("FA 1é.pdf", [first, second], most_bytes=MOST) == Pdf(path, len(PDF), hashed, content_hash(path))


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"GIF89a" + PDF, "invoice_pdf_none"),
        (PDF[:-7], "invoice_pdf_none"),
        (b"<html>%PDF-1.4%%EOF", "invoice_pdf_none"),
        (b"", "invoice_pdf_empty"),
        (PDF + b"%" * MOST + b"%%EOF", "invoice_pdf_too_large"),
    ],
)
def test_what_is_no_pdf_is_not_taken(tmp_path: Path, content: bytes, expected: str) -> None:
    (tmp_path / "FA1.pdf").write_bytes(content)
    assert code("FA1.pdf", tmp_path) == expected


@pytest.mark.parametrize("name", ["../FA1.pdf", "sub/FA1.pdf", "C:\\export\\FA1.pdf", "..", ".", "/etc/passwd", "a\0b"])
def test_a_name_does_not_leave_its_folder(tmp_path: Path, name: str) -> None:
    (tmp_path / "FA1.pdf").write_bytes(PDF)
    inner = tmp_path / "inner"
    (inner / "sub").mkdir(parents=True)
    (inner / "sub" / "FA1.pdf").write_bytes(PDF)
    assert code(name, inner) == "invoice_pdf_outside"


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret.pdf").write_bytes(PDF)
    (tmp_path / "FA1.pdf").symlink_to(tmp_path / "secret.pdf")
    assert code("FA1.pdf", tmp_path) == "invoice_pdf_outside"


def test_one_that_is_not_there_is_missing(tmp_path: Path) -> None:
    assert code("FA1.pdf", tmp_path) == "invoice_pdf_missing"

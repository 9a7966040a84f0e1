from __future__ import annotations

import gzip
import io
import zipfile
from pathlib import Path

import pytest

from schemas.file_refused import FileRefusedError
from tasks.read.kind import kind_of_no_text
from tasks.read.reader import open_rows
from tests.tasks.read.sample_streams import STOCK


def packed(*names: str) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, f"<{name}/>" * 50)
    return held.getvalue()


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (packed("[Content_Types].xml", "_rels/.rels", "xl/workbook.xml", "xl/worksheets/sheet1.xml"), "XLSX"),
        (packed("mimetype", "word/document.xml"), "DOCX"),
        (packed("stock.csv"), "ZIP"),
        (packed(), "ZIP"),
        (gzip.compress(b"A;1\nB;2\n", mtime=0), "GZIP"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n", "PDF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512), "XLS, DOC"),
        (b"\xef\xbb\xbf<?xml version='1.0'?>\n<rows><row/></rows>\n", "XML"),
        (b"\n <!DOCTYPE html><html><body>Not found</body></html>", "HTML"),
    ],
)
def test_a_file_that_is_no_text_is_refused_by_the_name_of_what_it_is(tmp_path: Path, content: bytes, kind: str) -> None:
    dropped = tmp_path / "stock.csv"
    dropped.write_bytes(content)
    with pytest.raises(FileRefusedError, match=f"no text in columns but {kind}") as refused:
        open_rows(dropped, STOCK, file=0)
    assert "CSV" in refused.value.remedy


@pytest.mark.parametrize("text", ["PKO;1\n", "%;1\n", "{A};2\n", "<b>;1\n", "", "\x00\x00;1\n", "\ufeffA;1\n"])
def test_rows_that_begin_oddly_are_rows(tmp_path: Path, text: str) -> None:
    dropped = tmp_path / "stock.csv"
    dropped.write_text(text, encoding="utf-8")
    assert kind_of_no_text(dropped) == ""

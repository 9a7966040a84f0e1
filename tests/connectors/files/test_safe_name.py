from __future__ import annotations

import re
import unicodedata
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.files.archive import archive_path_for
from connectors.files.dropped import DroppedFile
from connectors.files.safe_name import safe_name
from schemas.offered import Offered

DIGEST = "0123abcd"
DEVICES = ("CON", "nul", "Com1", "LPT9", "aux", "prn")
ODD = st.text(
    st.one_of(
        st.characters(),
        st.characters(categories=["Cs"]),
        st.sampled_from('/\\..:*?"<>|%~ \0\n\r\t\u202e\u200b\ufeff'),
    ),
    max_size=400,
)


@given(ODD)
def test_whatever_a_file_is_called_its_name_stays_in_the_folder(told: str) -> None:
    name = safe_name(told, DIGEST)
    target = Path("/drop/stock") / name
    assert target.parent == Path("/drop/stock")
    assert name not in {"", ".", ".."}
    assert not re.search(r'[\\/:*?"<>|%]', name)
    assert all(character.isprintable() for character in name)
    assert not name.startswith((".", "~"))
    assert name == name.strip(" .")
    assert name == unicodedata.normalize("NFC", name)
    assert DIGEST in name


@given(ODD)
def test_with_what_the_archive_adds_a_name_fits_any_file_system(told: str) -> None:
    name = safe_name(told, DIGEST)
    file = DroppedFile(Path("/drop") / name, name, 0, None, "", 0)  # type: ignore[arg-type] # its time is not asked for
    archived = archive_path_for(file, Path("/archives"), date(2026, 11, 21)).name
    assert len(f".{archived}.tmp".encode()) <= 255
    assert len(f"{name}.12345678.rejects.csv.part".encode()) <= 255


@given(st.sampled_from(DEVICES), st.sampled_from(("", ".csv", ".tar.csv", ". .csv")))
def test_no_name_is_that_of_a_device(device: str, ending: str) -> None:
    stem = safe_name(device + ending, DIGEST).partition(".")[0]
    assert stem.casefold() not in {known.casefold() for known in DEVICES}


@pytest.mark.parametrize(
    ("told", "wanted"),
    [
        ("stock_20261121.csv", "stock_20261121.0123abcd.csv"),
        ("../../etc/passwd", "passwd.0123abcd"),
        ("..\\..\\windows\\stock.csv", "stock.0123abcd.csv"),
        ("/", "file.0123abcd"),
        ("Été à 50 €.CSV", "Été à 50 €.0123abcd.CSV"),
        ("e\u0301te\u0301.csv", "été.0123abcd.csv"),
        ("stock\n.csv", "stock_.0123abcd.csv"),
        ("con.csv", "_con.0123abcd.csv"),
        (".hidden.csv", "hidden.0123abcd.csv"),
        ("stock.csv. ", "stock.0123abcd.csv"),
    ],
)
def test_a_name_stays_readable(told: str, wanted: str) -> None:
    assert safe_name(told, DIGEST) == wanted


@given(st.text(min_size=1, max_size=20), st.text(min_size=1, max_size=20), st.integers(0, 9))
def test_two_versions_or_two_paths_have_two_digests(one: str, other: str, size: int) -> None:
    if one != other:
        assert Offered(one, size).digest("erp") != Offered(other, size).digest("erp")
    assert Offered(one, size).digest("erp") != Offered(one, size + 1).digest("erp")
    assert Offered(one, size).digest("erp") != Offered(one, size).digest("other")

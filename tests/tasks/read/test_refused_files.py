from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from schemas.column_spec import ValueType
from schemas.errors import ContractError
from schemas.file_refused import FileRefusedError
from schemas.messages import message
from tasks.read.reader import open_rows
from tests.tasks.read.everything import everything, lines_and_codes
from tests.tasks.read.sample_streams import ACCENTS, PRODUCT, PRODUCT_HEADER, STOCK, product_line, text_stream

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("codec", "declared", "code", "detail"),
    [
        ("utf-16-le", None, "file_wide_encoding", "utf-16-le"),
        ("utf-16-be", None, "file_wide_encoding", "utf-16-be"),
        ("utf-16-be", "utf-16", "file_wide_encoding", "utf-16-be"),
        ("utf-32-le", "cp1252", "file_wide_encoding", "utf-32-le"),
        ("utf-8", "cp1252", "file_other_encoding", "utf-8"),
        ("cp1252", "utf-8", "file_other_encoding", "cp1252"),
        ("cp850", None, "file_other_encoding", "cp850"),
        ("utf-8", "utf-16-le", "file_other_encoding", "utf-8"),
    ],
)
def test_a_file_in_another_encoding_is_refused_once_with_the_encoding_to_set(
    dropped: Path, codec: str, declared: str | None, code: str, detail: str
) -> None:
    dropped.write_bytes(ACCENTS.encode(codec))
    name = replace(STOCK.columns[1], key="name", target="name", type=ValueType.TEXT)
    stream = replace(STOCK, columns=(STOCK.columns[0], name))
    with pytest.raises(FileRefusedError) as error:
        open_rows(dropped, replace(stream, encoding=declared), file=0)
    assert (error.value.code, error.value.params["detail"]) == (code, detail)
    _, rows, _ = everything(dropped, replace(stream, encoding=detail))
    assert rows["name"][0] == "Pièce d'été n° 0"


def test_a_file_whose_every_accent_was_converted_twice_is_refused_once(dropped: Path) -> None:
    dropped.write_text(ACCENTS.encode().decode("cp1252"), encoding="utf-8")
    with pytest.raises(FileRefusedError) as error:
        open_rows(dropped, STOCK, file=0)
    assert error.value.code == "file_converted_twice"


def test_without_a_header_most_of_the_first_rows_say_how_many_cells_there_are(dropped: Path) -> None:
    dropped.write_text("A;1;x\nB;2\nC;3;y\nD;4;z\n", encoding="utf-8")
    _, rows, broken = everything(dropped, STOCK)
    assert rows["_key"].to_list() == ["A", "C", "D"]
    assert lines_and_codes(broken) == [(2, "row_too_short")]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("reference,quantity\nA,1\nB,2\n", "file_wrong_delimiter"),
        ('"reference","quantity"\n"A","1"\n', "file_wrong_delimiter"),
        ("A\t1\nB\t2\n", "file_wrong_delimiter"),
        ("reference\nA\nB\n", "file_column_missing"),
        ("quantity;reference\n1;A\n", "file_columns_moved"),
    ],
)
def test_a_file_that_is_not_as_agreed_is_refused_as_a_whole(dropped: Path, text: str, code: str) -> None:
    dropped.write_text(text, encoding="utf-8")
    with pytest.raises(FileRefusedError) as refused:
        open_rows(dropped, STOCK, file=0)
    assert refused.value.code == code
    assert isinstance(refused.value, ContractError)
    assert refused.value.remedy


def test_a_wrong_delimiter_is_named(dropped: Path) -> None:
    dropped.write_text("A,1\nB,2\n", encoding="utf-8")
    with pytest.raises(ContractError, match=r"separated by “,”, and “;” was agreed"):
        open_rows(dropped, STOCK, file=0)


def test_a_tab_is_named_as_it_is_written_in_import_json(dropped: Path) -> None:
    dropped.write_text("A\t1\nB\t2\n", encoding="utf-8")
    with pytest.raises(ContractError) as refused:
        open_rows(dropped, STOCK, file=0)
    assert r"“\t (TAB)”" in refused.value.remedy


def test_any_single_character_may_be_the_delimiter(dropped: Path) -> None:
    for delimiter in [",", "\t", "|", "^", "]", "-", "\\", ".", " ", "§", "~"]:
        dropped.write_text(f'A{delimiter}"1{delimiter}2"\nB{delimiter}3\n', encoding="utf-8")
        _, rows, broken = everything(dropped, text_stream(2, delimiter))
        assert rows["c1"].to_list() == [f"1{delimiter}2".strip(), "3"]
        assert broken.is_empty()


def test_the_header_of_a_shuffled_product_file_is_seen(dropped: Path) -> None:
    names = PRODUCT_HEADER.split(";")
    names[3], names[4] = names[4], names[3]
    dropped.write_text(";".join(names) + "\n" + product_line("A"), encoding="utf-8")
    with pytest.raises(ContractError, match="name is expected at `index` 3 and its header stands at `index` 4"):
        open_rows(dropped, PRODUCT, file=0)


def test_a_header_that_calls_another_column_by_the_same_word_is_not_shuffled(dropped: Path) -> None:
    dropped.write_text("name;stock\nA;1\n", encoding="utf-8")
    _, rows, _ = everything(dropped, STOCK)
    assert rows.height == 1


def test_a_file_with_thousands_of_columns_is_refused_and_said_to_be(tmp_path: Path) -> None:
    path = tmp_path / "stock.csv"
    header = ";".join(["reference", "quantity", *(f"c{n}" for n in range(3000))])
    path.write_text(f"{header}\nA;1{';' * 3000}\n", encoding="utf-8")
    with pytest.raises(FileRefusedError) as caught:
        open_rows(path, STOCK, file=0)
    assert caught.value.code == "file_too_wide"
    assert "3002" in str(caught.value)


@pytest.mark.parametrize(
    ("columns", "language", "said"),
    [
        (2, "en", "The file has 1 column: the column quantity is missing."),
        (3, "en", "The file has 1 column: the columns quantity, place are missing."),
        (2, "fr", "Le fichier a 1 colonne : la colonne quantity manque."),
        (3, "fr", "Le fichier a 1 colonne : les colonnes quantity, place manquent."),
    ],
)
def test_the_columns_that_a_file_lacks_are_told_in_words_that_agree(
    dropped: Path, columns: int, language: str, said: str
) -> None:
    place = replace(STOCK.columns[1], index=2, key="place", target="place")
    stream = replace(STOCK, columns=(*STOCK.columns[:2], place)[:columns])
    dropped.write_text("reference\n", encoding="utf-8")
    with pytest.raises(FileRefusedError) as refused:
        open_rows(dropped, stream, file=0)
    told = message(refused.value.code, language, **refused.value.params).reason
    assert told.replace("\u00a0", " ") == said

"""Blocks of plain lines, which are read at once, hold what is read line by line."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tasks.read.blocks import BlockReader
from tasks.read.encoding import lines_of
from tasks.read.reader import open_rows
from tests.examples import examples
from tests.tasks.read.sample_streams import text_stream


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> BlockReader:
    path: Path = tmp_path_factory.mktemp("plain") / "plain.csv"
    path.write_text("k;c\nk;c\n", encoding="utf-8")
    stream = text_stream(2)
    return BlockReader(stream, open_rows(path, stream, file=0).shape, file=0)


@settings(max_examples=examples(300), deadline=None)
@given(st.text(st.sampled_from("ab ;;\n\n\t\x0b\x0c\x1a\x1c\x1f\x85\u00a0\u2028"), max_size=30))
@example("a;b\n;c\nd;\n")
@example(" a;b\x0c\n")
@example("a;b;c\nd\n")
@example("a;b\n\nc;d\n")
@example("a;b;\n;\n")
@example(";\n\n;;")
@example("a;b\n\nc;d;")
def test_lines_read_at_once_are_those_read_one_by_one(reader: BlockReader, text: str) -> None:
    block = reader.read_at_once(text, 5)
    one_by_one, _ = reader.read(lines_of(text), 5, is_last=True)
    assert block is None or (block.rows.equals(one_by_one.rows) and one_by_one.broken.is_empty())
    plain = bool(text) and all(line.count(";") == 1 for line in lines_of(text))
    assert (block is not None) == plain


@pytest.mark.parametrize("text", ['a;"b"\n', "a;\x00\n", "a;\uffff\n"])
def test_lines_that_need_a_closer_look_are_left_to_it(reader: BlockReader, text: str) -> None:
    assert reader.read_at_once("k;c\n" + text, 1) is None

"""A file becomes frames of text with line numbers, block by block, never guessed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tasks.read.blocks import BlockReader, RowBlock
from tasks.read.encoding import BLOCK_BYTES, after_lines, lines_of, text_blocks
from tasks.read.shape import FileShape, shape_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from schemas.column_spec import StreamSpec
    from schemas.incidents import Incident

__all__ = ["FileRows", "RowBlock", "open_rows"]


class FileRows:
    """The rows of one file. Iterate to get `RowBlock`s, at least one; memory holds one block at a time.

    Every row that is neither header nor blank line is in the `rows` or in the `broken` of one block, exactly once.
    """

    def __init__(self, path: Path, stream: StreamSpec, *, file: int, shape: FileShape, block_bytes: int) -> None:
        self.path = path
        self.stream = stream
        self.file = file
        self.shape = shape
        self.rows_read = 0
        """Rows seen so far by the last iteration, broken ones included; all of them once it is through."""
        self._block_bytes = block_bytes

    @property
    def encoding(self) -> str:
        """The Python name of the file's encoding."""
        return self.shape.encoding.name

    @property
    def delimiter(self) -> str:
        """What stands between two cells."""
        return self.shape.delimiter

    @property
    def header(self) -> tuple[str, ...] | None:
        """The header's cells, without the two columns of a rejects file; None when the file has no header."""
        return self.shape.header

    @property
    def missing_columns(self) -> tuple[str, ...]:
        """Technical names of the optional columns that the file does not have; they are null in every row."""
        return tuple(column.key for column in self.shape.missing)

    @property
    def warnings(self) -> tuple[Incident, ...]:
        """What a person may want to know of the file as a whole."""
        return self.shape.warnings(self.path.name, self.stream)

    def __iter__(self) -> Iterator[RowBlock]:
        self.rows_read = 0
        reader = BlockReader(self.stream, self.shape, self.file)
        line = 1
        waiting: list[str] = []
        for text in text_blocks(self.path, self.shape.encoding, self._block_bytes):
            after_header, skipped = after_lines(text, max(0, self.shape.first_row - line))
            line += skipped
            block = None if waiting else reader.read_at_once(after_header, line)
            if block is None:
                lines = waiting + lines_of(after_header)
                block, taken = reader.read(lines, line, is_last=False)
                waiting = lines[taken:]
            else:
                taken = block.height
            line += taken
            if block.height:
                self.rows_read += block.height
                yield block
        block, _ = reader.read(waiting, line, is_last=True)
        if block.height or not self.rows_read:
            self.rows_read += block.height
            yield block


def open_rows(path: Path, stream: StreamSpec, *, file: int, block_bytes: int = BLOCK_BYTES) -> FileRows:
    """The rows of the file at `path`, which is number `file` of the run.

    `FileRefusedError` (a `ContractError`) when a required column or the agreed delimiter is not there.
    """
    return FileRows(path, stream, file=file, shape=shape_of(path, stream), block_bytes=block_bytes)

"""The PDF that a row names: beside the file, whole, of a size that the shop takes, and nothing else than a PDF."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from schemas.outcomes import Outcome
from schemas.shown import shown_name
from tasks.run.outcomes import Stop

_HEAD, _TAIL = b"%PDF-", b"%%EOF"
_TAIL_BYTES = 1024
"""PDF readers look for the end in as many bytes: some programs write blanks behind it."""


@dataclass(frozen=True, slots=True)
class Pdf:
    """A file that is one."""

    path: Path
    size: int
    sha256: str
    """In hex."""


def find_pdf(name: str, folders: Iterable[Path], *, most_bytes: int) -> Pdf | Stop:
    """The file of this name in the first folder that has it, or why it is not taken."""
    if not _is_plain(name):
        return _rejected("invoice_pdf_outside", name)
    path = next((folder / name for folder in folders if (folder / name).is_file()), None)
    if path is None:
        return _rejected("invoice_pdf_missing", name)
    code = "invoice_pdf_outside" if path.is_symlink() else _fault_of_size(path.stat().st_size, most_bytes)
    if code:
        return _rejected(code, name)
    content = path.read_bytes()
    if not content.startswith(_HEAD) or _TAIL not in content[-_TAIL_BYTES:]:
        return _rejected("invoice_pdf_none", name)
    return Pdf(path, len(content), hashlib.sha256(content).hexdigest())


def _fault_of_size(size: int, most_bytes: int) -> str:
    if size > most_bytes:
        return "invoice_pdf_too_large"
    return "" if size else "invoice_pdf_empty"


def _is_plain(name: str) -> bool:
    """Whether a name stays in its folder, on Windows too."""
    return name not in {".", ".."} and not any(sign in name for sign in "/\\:\0")


def _rejected(code: str, name: str) -> Stop:
    return Stop(Outcome.REJECTED, code, shown_name(name), "pdf_file")

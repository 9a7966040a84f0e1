"""The PDF that a row names: beside the file, whole, of a size that the shop takes, and nothing else than a PDF."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from connectors.files.dropped import hash_of
from schemas.outcomes import Outcome
from schemas.shown import shown_name
from tasks.invoices.plan import Pdf
from tasks.run.outcomes import Stop

_HEAD, _TAIL = b"%PDF-", b"%%EOF"
MISSING = "invoice_pdf_missing"
_TAIL_BYTES = 1024
"""PDF readers look for the end in as many bytes: some programs write blanks behind it."""


def find_pdf(name: str, folders: Iterable[Path], *, most_bytes: int) -> Pdf | Stop:
    """The file of this name in the first folder that has it, or why it is not taken."""
    if not _is_plain(name):
        return _rejected("invoice_pdf_outside", name)
    path = next((folder / name for folder in folders if (folder / name).is_file()), None)
    found = _rejected(MISSING, name) if path is None else read_pdf(path, most_bytes=most_bytes)
    return found if isinstance(found, Stop) else found[0]


def read_pdf(path: Path, *, most_bytes: int) -> tuple[Pdf, bytes] | Stop:
    """The file and its content as they are now, or why it is not taken: an ERP may write or remove it any time."""
    try:
        code = "invoice_pdf_outside" if path.is_symlink() else _fault_of_size(path.stat().st_size, most_bytes)
        content = b"" if code else path.read_bytes()
    except FileNotFoundError:
        code = MISSING
    if code:
        return _rejected(code, path.name)
    if not _is_whole(content):
        return _rejected("invoice_pdf_none", path.name)
    return Pdf(path, len(content), hashlib.sha256(content).hexdigest(), hash_of(content)), content


def is_pdf(content: bytes, most_bytes: int) -> bool:
    """Whether this is a whole PDF that the shop takes."""
    return not _fault_of_size(len(content), most_bytes) and _is_whole(content)


def _is_whole(content: bytes) -> bool:
    return content.startswith(_HEAD) and _TAIL in content[-_TAIL_BYTES:]


def _fault_of_size(size: int, most_bytes: int) -> str:
    if size > most_bytes:
        return "invoice_pdf_too_large"
    return "" if size else "invoice_pdf_empty"


def _is_plain(name: str) -> bool:
    """Whether a name stays in its folder, on Windows too."""
    return name not in {".", ".."} and not any(sign in name for sign in "/\\:\0")


def _rejected(code: str, name: str) -> Stop:
    return Stop(Outcome.REJECTED, code, shown_name(name), "pdf_file")
